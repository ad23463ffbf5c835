"""A profile as text: one line a parameter, so that it can be read and compared."""

import json
from typing import Any

from deskhand.behavior_models.profile import FORMAT, Profile


def profile_json(profile: Profile) -> str:
    """Return a profile as JSON.

    Examples
    --------
    >>> from deskhand.behavior_models.profile import load_profile
    >>> profile_json(load_profile("office")).splitlines()[1]
    '  "format": "deskhand.profile/1",'
    """
    sections = ",\n".join(
        f"    {_line(name)}: {{\n"
        + ",\n".join(f"      {_line(key)}: {_line(entry)}" for key, entry in entries.items())
        + "\n    }"
        for name, entries in profile.sections.items()
    )
    named = {
        "format": FORMAT,
        "name": profile.name,
        "mode": profile.mode,
        "remark": profile.remark,
    }
    if profile.release is not None:
        named["release"] = dict(profile.release)  # type: ignore[assignment]
    head = "".join(f"  {_line(key)}: {_line(value)},\n" for key, value in named.items())
    return f'{{\n{head}  "sections": {{\n{sections}\n  }}\n}}\n'


def _line(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
