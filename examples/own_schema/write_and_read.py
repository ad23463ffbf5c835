"""Write a session in Larkspur's schema, read it back, and say what came back."""

import sys
from pathlib import Path

import deskhand
from deskhand.exports import mapping
from deskhand.exports.losses import Dropped

LARKSPUR = str(Path(__file__).with_name("larkspur.json"))


def main(out: Path) -> None:
    session = deskhand.simulate("crm.create_lead", seed=7)
    session.write(out, format=f"mapping:{LARKSPUR}")

    dropped = Dropped()
    for back in mapping.read(out, dropped, LARKSPUR):
        kept = set(mapping.keeps(LARKSPUR))
        sent = sum(kind in kept for kind in session.events["type"].to_pylist())
        got = sum(kind in kept for kind in back.events["type"].to_pylist())
        print(f"{sent} events written, {got} read back")
    for line in dropped.lines():
        print("not read:", line)
    for line in mapping.losses(LARKSPUR):
        print("not kept:", line)


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "larkspur.events.jsonl"))
