"""What sessions are made from: a scenario, a profile and screens, each with its hash."""

import json
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache, cached_property
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from typing import Any

import orjson

from deskhand import registry
from deskhand.behavior_models.movement_plan import SECTION as PLAN
from deskhand.behavior_models.persona import ROLES
from deskhand.behavior_models.profile import Profile, load_profile, profile_reference
from deskhand.behavior_models.report_traits import SECTION as TRAITS
from deskhand.behavior_models.typing_ranges import check_typing
from deskhand.behavior_models.typist_traits import typing_profile
from deskhand.errors import DeskhandError, UnknownNameError
from deskhand.generators.learned_reports import SECTION as POLICY
from deskhand.loading import with_shipped
from deskhand.manifest import record_sha256, versions
from deskhand.safeguards import Safeguards, load_safeguards
from deskhand.scenarios.app_screens import screens_of, shipped_screens
from deskhand.scenarios.masking import all_keys, sensitive_keys
from deskhand.scenarios.scenario import GROUP, INFEASIBLE, Scenario, infeasible, source_sha256
from deskhand.screen import Screen
from deskhand.streams import name

_REFERENCE = re.compile(r"[\w.]+:\w+")
# A screen's name becomes a path below the output folder, so it may not climb out of it.
_SCREEN_NAME = re.compile(r"\w[\w.-]*(/\w[\w.-]*)*")


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """A scenario, a profile and screens, loaded.

    ``source`` names the scenario so that another process can load it: a registered name, the path
    of a JSON file, or ``module:attribute``. ``own_screens`` are those that deskhand does not ship.
    ``safeguards`` say what is left out of the sessions, if anything.
    """

    source: str
    scenario: Scenario
    scenario_sha256: str
    profile_source: str
    profile: Profile
    own_screens: Mapping[str, Screen]
    safeguards: Safeguards | None = None

    @cached_property
    def screens(self) -> Mapping[str, Screen]:
        """Every screen that the scenario may show, by name."""
        return with_shipped(self.own_screens)

    @cached_property
    def profile_sha256(self) -> str:
        """The hash of the profile's content."""
        profile = self.profile
        return record_sha256(
            {"name": profile.name, "mode": profile.mode, "sections": profile.sections}
        )

    def check_role(self, role: str | None) -> None:
        """Refuse a role that the scenario has not.

        Raises
        ------
        UnknownNameError
            When it is none of the scenario's, or of all where that names none.
        """
        known = self.scenario.roles or ROLES
        if role is not None and role not in known:
            raise UnknownNameError(f"role for scenario {self.scenario.name!r}:", role, known)

    def provenance_id(self, seed: int) -> str:
        """Return the identifier that every row made from this recipe and seed carries."""
        made_by = [self.scenario_sha256, self.profile_sha256, versions()["deskhand"]]
        if self.safeguards is not None:
            made_by.append(self.safeguards.sha256)
        return name("syn_prov", seed, "provenance", *made_by)

    def as_record(self) -> dict[str, Any]:
        """Return the recipe as it is written to run.json and manifest.json."""
        return {
            "scenario": {"name": self.scenario.name, "sha256": self.scenario_sha256},
            "profile": {
                "name": self.profile.name,
                "mode": self.profile.mode,
                "sha256": self.profile_sha256,
                **({} if self.profile.release is None else {"release": self.profile.release}),
            },
            "own_screens": {
                name: screen_sha256(screen) for name, screen in sorted(self.own_screens.items())
            },
            **({} if self.safeguards is None else {"safeguards": self.safeguards.as_record()}),
        }


@cache
def screen_sha256(screen: Screen) -> str:
    """Return the hash of a compiled screen's content."""
    return sha256(screen_bytes(screen)).hexdigest()


def screen_bytes(screen: Screen) -> bytes:
    """Return a compiled screen as JSON, its members in their order, which exports keep."""
    return orjson.dumps(screen.data)


def load_recipe(
    scenario: str | Path | Scenario,
    profile: str | Path = "office",
    screens: Mapping[str, Screen] | None = None,
    fidelity: str = "law",
    safeguards: str | Path | Safeguards | None = None,
) -> Recipe:
    """Load what sessions are made from.

    Parameters
    ----------
    scenario : str, pathlib.Path or Scenario
        A registered name, the path of a ``.json`` scenario, ``module:attribute``, or the object.
    profile : str or pathlib.Path
        The name of a shipped profile or the path of a profile file; a Path is always a file.
    screens : mapping of str to Screen, optional
        Own screens by name, beside those of the scenario and the shipped ones.
    fidelity : str
        What is to draw the pointer's paths; ``"learned"`` needs a network in the profile.
    safeguards : str, pathlib.Path or Safeguards, optional
        What is to be left out: the path of a file, or what was read from one.

    Raises
    ------
    DeskhandError
        When one of them is unknown or broken.
    """
    made, digest, own = _load_scenario(scenario)
    # Those of other packages are kept with what is made, which can then be read without them.
    apps = {made.opens.partition("/")[0], *made.apps}
    installed = {name: found for app in sorted(apps) for name, found in screens_of(app).items()}
    own = {**installed, **own, **(made.screens or {}), **(screens or {})}
    for screen_name in own:
        if _SCREEN_NAME.fullmatch(screen_name) is None or ".." in screen_name:
            raise DeskhandError(
                f"screen name {screen_name!r}: use letters, digits, dots, hyphens and slashes, "
                "for example 'shop/basket'."
            )
    if isinstance(safeguards, str | Path):
        safeguards = _known(load_safeguards(safeguards), made.opens, own)
    return Recipe(
        source=_reference(scenario) if isinstance(scenario, Scenario) else str(scenario),
        scenario=made,
        scenario_sha256=digest,
        profile_source=profile_reference(profile),
        profile=_completed(load_profile(profile), fidelity),
        own_screens=own,
        safeguards=safeguards,
    )


def _known(safeguards: Safeguards, opens: str, own: Mapping[str, Screen]) -> Safeguards:
    """Return safeguards whose applications are known, with their elements by key."""
    screens = with_shipped(own)
    apps = {name.partition("/")[0] for name in screens} | {screen.app for screen in own.values()}
    safeguards.check_apps(apps)

    mask, block = (
        tuple(entry for entry in entries if "*" in entry)
        for entries in (safeguards.mask, safeguards.block)
    )
    if mask or block:
        known = {key for screen in screens.values() for key in all_keys(screen)}
        replace(safeguards, mask=mask, block=block).check_elements(known)
        safeguards = safeguards.for_elements(known)

    def keys(member: str, entries: tuple[str, ...]) -> tuple[str, ...]:
        said_by = f"safeguards {safeguards.file!r}, {member}"
        return tuple(sorted(sensitive_keys(entries, opens, screens, said_by)))

    return replace(
        safeguards, mask=keys("mask", safeguards.mask), block=keys("block", safeguards.block)
    )


def _load_scenario(given: str | Path | Scenario) -> tuple[Scenario, str, dict[str, Screen]]:
    if isinstance(given, Scenario):
        return given, _scenario_sha256(given), {}
    text = str(given)
    if text.endswith(".json"):
        path = Path(text)
        if not path.is_file():
            raise DeskhandError(
                f"scenario file {text!r} does not exist; give the path of a .json scenario, or one "
                f"of the names {', '.join(registry.names(GROUP))}."
            )
        scenario, screens = _load_file(path)
        shipped = shipped_screens()
        own = {key: screen for key, screen in screens.items() if shipped.get(key) is not screen}
        return scenario, _scenario_sha256(scenario), own
    if text.endswith((".yaml", ".yml", ".toml")):
        raise DeskhandError(f"scenario {text!r}: a scenario in a file is JSON; write it as .json.")
    if text.endswith(".py"):
        raise DeskhandError(
            f"scenario {text!r}: name the function in it, for example {Path(text).stem}:my_task."
        )
    asked, text = text, text.removesuffix(INFEASIBLE)
    found = _by_reference(text) if _REFERENCE.fullmatch(text) else registry.load(GROUP, text)
    if not isinstance(found, Scenario):
        raise DeskhandError(
            f"scenario {text!r} is a {type(found).__name__}; decorate a generator function with "
            "@scenario(...) of deskhand.scenarios.scenario."
        )
    if asked != text:
        return infeasible(found), _scenario_sha256(found), {}
    return found, _scenario_sha256(found), {}


def _load_file(path: Path) -> tuple[Scenario, dict[str, Screen]]:
    # jsonschema is slow to import, and most runs read no file.
    from deskhand.scenarios.day_form import DAY_FORMAT, load_day_file
    from deskhand.scenarios.json_form.reading import load_scenario_file

    try:
        if _format_of(path) == DAY_FORMAT:
            return load_day_file(path)
        return load_scenario_file(path)
    except UnicodeDecodeError as error:
        raise DeskhandError(f"scenario file {str(path)!r} is not UTF-8 text: {error}.") from error
    except (json.JSONDecodeError, KeyError, TypeError) as error:
        raise DeskhandError(
            f"scenario file {str(path)!r} names a screen that cannot be read ({error}); compile the "
            "page again with `deskhand screens compile`."
        ) from error


def _format_of(path: Path) -> Any:
    try:
        data = json.loads(path.read_bytes())
    except ValueError:
        # The reader of scenarios tells what is wrong, and where.
        return None
    return data.get("format") if isinstance(data, dict) else None


def _by_reference(text: str) -> Any:
    module, _, attribute = text.partition(":")
    here = str(Path.cwd())
    # As `python -m` does: a module in the folder where the person is can be named.
    if here not in sys.path and "" not in sys.path:
        sys.path.insert(0, here)
    try:
        return getattr(import_module(module), attribute)
    except (ImportError, AttributeError) as error:
        raise DeskhandError(
            f"scenario {text!r} cannot be loaded: {error}; write module:function, with the module "
            "in the folder where you are or installed."
        ) from error


def _reference(scenario: Scenario) -> str:
    function = scenario.run
    module, attribute = function.__module__, getattr(function, "__qualname__", "")
    if getattr(sys.modules.get(module), attribute, None) is scenario and module != "__main__":
        return f"{module}:{attribute}"
    # Another process cannot find it again; `run` says so when it needs to.
    return ""


def _scenario_sha256(scenario: Scenario) -> str:
    written = scenario.written
    return source_sha256(scenario) if written is None else record_sha256(written.as_record())


def _completed(profile: Profile, fidelity: str) -> Profile:
    """Return a profile with all that a session needs; shipped ones lend what it does not say.

    A profile of the hand alone has no mind and device, and few have a network; who types is found
    where a person is drawn.
    """
    for law in ("transcription", "composition"):
        check_typing(typing_profile(profile, law))
    lent = dict(load_profile("office").sections)
    if fidelity == "learned" and POLICY not in profile.sections:
        if profile.mode == "published":
            raise DeskhandError(
                f"profile {profile.name!r} has published numbers alone and no network; use "
                "fidelity 'law', or a profile such as 'mouse-web'."
            )
        hands = load_profile("mouse-web").sections
        lent |= {section: hands[section] for section in (TRAITS, PLAN, POLICY)}
    if lent.keys() <= profile.sections.keys():
        return profile
    return Profile(
        name=profile.name,
        # What is lent was fitted on people.
        mode="research" if profile.mode == "published" else profile.mode,
        remark=profile.remark,
        sections=lent | dict(profile.sections),
        release=profile.release,
    )


def scenario_names() -> list[str]:
    """Return the names of the registered scenarios.

    Examples
    --------
    >>> "workday" in scenario_names()
    True
    """
    return registry.names(GROUP)
