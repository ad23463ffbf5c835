"""Tasks in the shop: one as JSON, one in Python."""

from pathlib import Path

from deskhand.scenarios.json_form import load_scenario_file
from deskhand.scenarios.scenario import scenario

voucher, _ = load_scenario_file(Path(__file__).with_name("voucher.json"))

# Assumed: nobody has counted how often a basket is looked at twice.
LOOKS_AGAIN = 0.4


@scenario("shop.look", app="shop", opens="shop/basket", modelled_on="an example; all is assumed")
def look(desk):
    """Look at the basket, and perhaps at the voucher."""
    yield from desk.read(words=20)
    if desk.chance(LOOKS_AGAIN):
        yield from desk.hover("basket.voucher")
