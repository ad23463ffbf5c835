"""The marks by which data says that it is synthetic, found by simple means: no reader of deskhand's is used.

`deskhand.is_synthetic` and `deskhand verify-synthetic` are made of this; docs/marks.md tells what is
looked for, and what a mark cannot do.
"""

from deskhand.marks.verdict import Judgement, Verdict

__all__ = ["Judgement", "Verdict"]
