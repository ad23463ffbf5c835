"""Run by an interpreter that has openadapt-capture: prints what its CaptureSession finds, as JSON."""

import json
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any


def digest(folder: Path) -> str:
    return sha256((folder / "recording.db").read_bytes()).hexdigest()


def found(folder: Path) -> dict[str, Any]:
    from openadapt_capture.capture import CaptureSession

    before = digest(folder)
    with CaptureSession.load(folder) as capture:
        raw = capture.raw_events()
        actions = list(capture.actions())
        frames = capture.frames()
        first = capture.get_exact_frame(frames[0].timestamp) if frames else None
        said = {
            "raw": len(raw),
            "raw_types": sorted({str(event.type) for event in raw}),
            "actions": [
                {
                    "type": getattr(action.type, "value", action.type),
                    "t_s": action.timestamp,
                    **{
                        name: getattr(action.event, name, None)
                        for name in ("x", "y", "dx", "dy", "text", "button", "key", "modifiers")
                    },
                }
                for action in actions
            ],
            "windows": [[event.title, event.window_id] for event in capture.window_events()],
            "urls": [event.url for event in capture.browser_events()],
            "frames": [frame.png_sha256 for frame in frames],
            "size": first.size if first else None,
            "pixels": sha256(first.tobytes()).hexdigest() if first else None,
            "pixel_ratio": capture.pixel_ratio,
        }
    return {**said, "unchanged": digest(folder) == before}


if __name__ == "__main__":
    print(json.dumps([found(Path(name)) for name in sys.argv[1:]]))
