"""Colours and letters that the pictures of the documentation share."""

from io import BytesIO
from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
from matplotlib.figure import Figure
from PIL import Image

INK, SOFT, LINE, PAPER = "#1c1e23", "#757982", "#e4e1d9", "#fffefb"
BLUE, RED, GREEN, GREY = "#3d7be0", "#d2543f", "#2a9d74", "#8b8f98"
DPI = 136


def set_style() -> None:
    """Set matplotlib to draw to files in the shared style."""
    mpl.use("Agg")
    plt.rcParams.update(
        {
            "font.size": 9,
            "axes.titlesize": 10,
            "axes.titlelocation": "left",
            "axes.titlecolor": SOFT,
            "axes.edgecolor": LINE,
            "axes.facecolor": PAPER,
            "figure.facecolor": PAPER,
            "text.color": INK,
            "axes.labelcolor": SOFT,
            "xtick.color": SOFT,
            "ytick.color": SOFT,
            "axes.spines.top": False,
            "axes.spines.right": False,
        }
    )


def head(figure: Figure, text: str) -> None:
    """Write the one line above a picture."""
    figure.suptitle(text, x=0.008, ha="left", fontsize=13, fontweight="bold")


def small(figure: Figure, colours: int = 96) -> Image.Image:
    """Return a figure as an image of few colours, which keeps the file small; close the figure."""
    made = BytesIO()
    figure.savefig(made, dpi=DPI)
    plt.close(figure)
    return Image.open(made).convert("RGB").quantize(colours, dither=Image.Dither.NONE)


def write(image: Image.Image, path: Path) -> None:
    """Write an image and say how large it is."""
    path.parent.mkdir(parents=True, exist_ok=True)
    image.save(path, optimize=True)
    print(f"{path}: {path.stat().st_size // 1000} kB")
