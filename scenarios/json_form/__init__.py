"""Scenarios as JSON, for people who do not write Python.

The form is closed: ``schema/scenario.schema.json`` lists every verb and every argument. `reading`
makes the parts in `steps` of a file, `running` does them at a desk, `checking` looks for what is wrong
on any way through them.
"""

from deskhand.scenarios.json_form.reading import load_scenario_file

__all__ = ["load_scenario_file"]
