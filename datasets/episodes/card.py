"""What a reader of a set of episodes is told: README.md for Hugging Face, and features.json."""

import json
from collections.abc import Mapping
from pathlib import Path

from deskhand.datasets.episodes.parts import WEBDATASET, Order
from deskhand.datasets.episodes.pictures import size_of
from deskhand.datasets.episodes.tables import schemas
from deskhand.datasets.episodes.vocabularies import AGENTNET, ANTHROPIC, OPENAI
from deskhand.manifest import versions, write_record, write_whole

README, FEATURES = "README.md", "features.json"
# Hugging Face's classes of size, by the number of episodes.
SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"))
LARGEST = "n>100K"
SAID = {
    AGENTNET: "`agentnet`: code of pyautogui as AgentNet (OpenCUA) has it; places are parts of the screen",
    ANTHROPIC: "`anthropic`: content blocks of the computer toolset, as JSON; places are pixels of the picture",
    OPENAI: "`openai`: output items of the Responses API, as JSON; places are pixels of the picture",
}


def write_card(order: Order, counts: Mapping[str, int]) -> None:
    """Write the card of a finished set, and the features of its tables.

    Parameters
    ----------
    order : Order
        What was asked for.
    counts : mapping of str to int
        What was made.
    """
    made = schemas(order.pictures, order.vocabularies)
    told = {
        name: json.loads(schema.metadata[b"huggingface"])["info"]["features"]
        for name, schema in made.items()
    }
    write_record(order.out / FEATURES, told)
    write_whole(Path(order.out / README), _card(order, counts).encode())


def _card(order: Order, counts: Mapping[str, int]) -> str:
    parquet = order.format != WEBDATASET
    size = next((name for most, name in SIZES if counts["episodes"] < most), LARGEST)
    wide, high = size_of((1920, 1080), order.scale)
    lines = [
        "---",
        "license: other",
        "pretty_name: Episodes of computer use",
        "language: [en]",
        "tags: [synthetic, computer-use, gui-agents, deskhand]",
        f"size_categories: [{size}]",
        *(_configs() if parquet else ()),
        "---",
        "",
        "# Episodes of computer use",
        "",
        (
            "Made by a program, deskhand: nobody real is in them, and every row and picture says that it "
            "is synthetic. The licence is yours to choose."
        ),
        "",
        (
            f"{counts['episodes']:,} episodes with {counts['steps']:,} steps. "
            f"{counts['feasible']:,} tasks can be done, and the checker found {counts['success']:,} done; "
            f"{counts['episodes'] - counts['feasible']:,} cannot, and their last step says why."
        ),
        "",
        (
            f"Pictures: {order.pictures}, {order.scale:g} pixels for each of the screen ({wide} x {high} of "
            f"1920 x 1080, wider where somebody has two monitors), {'painted by Chromium' if order.exact else 'composed'}. A picture shows the "
            "screen before its step. Sensitive fields are black, and a text that is never told is "
            "`{{name.of.field}}` wherever it would stand."
        ),
        "",
        "Each step says what is done in",
        "",
        *(f"- {SAID[words]}" for words in order.vocabularies),
        "",
        *(_reading_tables(order) if parquet else _reading_shards()),
        "",
        "| of the steps | count | share |",
        "|---|---|---|",
        *(f"| {name} | {count:,} | {share:.3f} |" for name, count, share in shares(counts)),
        "",
        (
            f"deskhand {versions()['deskhand']}, seed {order.choice.seed}; `manifest.json` holds what was "
            "asked for and the sha256 of each file, `features.json` the types of the columns."
        ),
        "",
    ]
    return "\n".join(lines)


def shares(counts: Mapping[str, int]) -> list[tuple[str, int, float]]:
    """Return how many of the steps are of which sort, and their share of all.

    Examples
    --------
    >>> shares({"steps": 4, "kind click": 3, "kind type": 1, "shortcuts": 0})
    [('kind click', 3, 0.75), ('kind type', 1, 0.25), ('shortcuts', 0, 0.0)]
    """
    names = [n for n in sorted(counts) if n.startswith(("kind ", "verb ", "way "))]
    names += [n for n in ("with a drop-down", "shortcuts", "slips", "corrections") if n in counts]
    return [(name, counts[name], counts[name] / counts["steps"]) for name in names]


def _configs() -> list[str]:
    return [
        "configs:",
        "- config_name: episodes",
        "  data_files: data/part-*/episodes.parquet",
        "  default: true",
        "- config_name: steps",
        "  data_files: data/part-*/steps.parquet",
    ]


def _reading_tables(order: Order) -> list[str]:
    where = (
        "beside it, at this path below this folder" if order.pictures.beside else "a Pillow image"
    )
    return [
        "```python",
        "from datasets import load_dataset",
        "",
        'episodes = load_dataset(".", "episodes", split="train")',
        'steps = load_dataset(".", "steps", split="train")',
        "```",
        "",
        f"`episode_id` joins both tables; `picture` is {where}.",
    ]


def _reading_shards() -> list[str]:
    return [
        "```python",
        "import glob, webdataset",
        "",
        'steps = webdataset.WebDataset(sorted(glob.glob("data/part-*/steps.tar")), shardshuffle=False)',
        "for step in steps.decode('pil'):",
        "    step['json']['episode']['instruction']",
        "```",
        "",
        "A sample is a step: its picture, and `json` with its fields and those of its episode.",
    ]
