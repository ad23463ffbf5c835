"""humantyping: its events are times after each action; it says nothing of holds."""

from humantyping import MarkovTyper
from type_texts import main


def typed(text):
    rows, before_s = [], 0.0
    for end_s, action, _ in MarkovTyper(text).run()[1][1:]:
        # One event of a swap is two keys, the first of them halfway.
        keys = ["\b"] if action == "BACKSPACE" else action[action.index("'") + 1 : -1]
        for place, key in enumerate(keys, 1):
            rows.append((key, before_s + (end_s - before_s) * place / len(keys), None))
        before_s = end_s
    return rows


if __name__ == "__main__":
    main(typed)
