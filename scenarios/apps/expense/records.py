"""What people claim, decide and are paid to: claims with lines, bank accounts, and reviews."""

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from deskhand.scenarios.records import POOL_SIZE, RecordKind
from deskhand.streams import stream

if TYPE_CHECKING:
    from faker import Faker

# What is claimed, with the least and the most that it costs, and how people say what it was for.
# Amounts are assumed.
CATEGORIES: dict[str, tuple[int, int, tuple[str, ...]]] = {
    "Train": (12, 180, ("Return ticket to {city}", "Ticket to {city}, visit to {name}")),
    "Bus and tram": (2, 14, ("Day ticket in {city}", "Tram from the station")),
    "Taxi": (9, 55, ("From the station to the hotel", "Late train from {city}")),
    "Flight": (90, 620, ("Flight to {city}", "Return flight to {city}, visit to {name}")),
    "Hire car": (45, 240, ("Car for two days in {city}",)),
    "Fuel": (25, 95, ("Fuel for the hire car", "Fuel, drive to {city}")),
    "Parking": (3, 38, ("Parking at the airport", "Parking in {city}")),
    "Toll": (4, 32, ("Toll on the way to {city}",)),
    "Hotel": (68, 260, ("One night in {city}", "Two nights in {city}, trade fair")),
    "Breakfast": (7, 22, ("Breakfast at the hotel",)),
    "Working lunch": (18, 90, ("Lunch with {name}", "Team lunch after the release")),
    "Customer dinner": (
        60,
        280,
        ("Dinner with {name}", "Dinner with {name} and two of their team"),
    ),
    "Telephone": (8, 45, ("Telephone, February",)),
    "Internet": (15, 50, ("Internet at home, February", "Internet in the hotel")),
    "Office supplies": (6, 110, ("Paper and pens", "Keyboard for the second desk")),
    "Books": (14, 75, ("Handbook for the new team", "Book asked for by {name}")),
    "Software": (9, 190, ("Licence for one year", "Plug-in for the editor")),
    "Training": (80, 690, ("Course in {city}", "Online course, second part")),
    "Conference fee": (120, 780, ("Conference in {city}, early price",)),
    "Postage": (3, 35, ("Parcel to {name}", "Samples sent to {city}")),
    "Other": (5, 80, ("Key for the storage room", "Flowers for {name}")),
}
CURRENCIES = ("EUR", "GBP", "CHF", "SEK", "USD", "PLN")
# Most is paid at home; the share is assumed.
IN_EUR = 0.8
# A claim has 1 + Poisson(2) lines in the mean (an estimate); the page has receipts for four.
MORE_LINES, MOST_LINES = 2.0, 4
# Countries that the page offers, with the letters and the length of their account numbers where
# these are digits alone (ISO 13616).
COUNTRIES = {
    "Austria": ("AT", 20),
    "Belgium": ("BE", 16),
    "Denmark": ("DK", 18),
    "Finland": ("FI", 18),
    "Germany": ("DE", 22),
    "Norway": ("NO", 15),
    "Poland": ("PL", 28),
    "Portugal": ("PT", 25),
    "Spain": ("ES", 24),
    "Sweden": ("SE", 24),
}
# Whose claims the page `expense/approvals` lists, from the first row on.
CLAIMANTS = ("Amara Quill", "Bas Terlinden", "Dario Vance", "Elin Marsh", "Nadia Collis")
REASONS = (
    "Please say who was there.",
    "The second receipt cannot be read.",
    "This belongs to the budget of the training.",
    "Please book this through the travel desk.",
    "The date does not match the receipt.",
    "Please split this into two lines.",
)
# The share of claims that are sent back (an estimate).
SENT_BACK = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One receipt of a claim."""

    date: str
    category: str
    amount: str
    currency: str
    purpose: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What somebody has spent."""

    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Where a person is paid to; none of it may ever be written."""

    holder: str
    country: str
    iban: str
    bic: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """Claims to decide on: (claimant, reason) pairs, without a reason when it is approved."""

    decisions: tuple[tuple[str, str | None], ...]


@lru_cache(maxsize=4)
def _pools(seed: int) -> tuple[tuple[Claim, ...], tuple[Account, ...], tuple[Review, ...]]:
    from faker import Faker

    rng = stream(seed, "records.expense")
    fake: Faker = Faker("en_US", use_weighting=False)
    fake.seed_instance(int(rng.integers(2**31)))
    return (
        tuple(_claim(fake, rng) for _ in range(POOL_SIZE)),
        tuple(_account(fake, rng) for _ in range(POOL_SIZE)),
        tuple(_review(rng) for _ in range(POOL_SIZE)),
    )


def _claim(fake: "Faker", rng: np.random.Generator) -> Claim:
    count = min(1 + int(rng.poisson(MORE_LINES)), MOST_LINES)
    month, day = int(rng.integers(1, 13)), int(rng.integers(1, 26))
    return Claim(lines=tuple(_line(fake, rng, month, day + i) for i in range(count)))


def _line(fake: "Faker", rng: np.random.Generator, month: int, day: int) -> Line:
    category = tuple(CATEGORIES)[int(rng.integers(len(CATEGORIES)))]
    least, most, purposes = CATEGORIES[category]
    purpose = purposes[int(rng.integers(len(purposes)))]
    abroad = rng.random() >= IN_EUR
    return Line(
        date=f"2026-{month:02d}-{day:02d}",
        category=category,
        amount=f"{least + (most - least) * rng.random():.2f}",
        currency=CURRENCIES[int(rng.integers(1, len(CURRENCIES))) if abroad else 0],
        purpose=purpose.format(city=fake.city(), name=fake.last_name()),
    )


def iban(letters: str, digits: str) -> str:
    """Return an account number with its check digits.

    Parameters
    ----------
    letters : str
        The country's two letters.
    digits : str
        The national account number.

    Examples
    --------
    >>> iban("DE", "370400440532013000")
    'DE89370400440532013000'
    """
    country = "".join(str(ord(letter) - ord("A") + 10) for letter in letters)
    check = 98 - int(f"{digits}{country}00") % 97
    return f"{letters}{check:02d}{digits}"


def _account(fake: "Faker", rng: np.random.Generator) -> Account:
    country = tuple(COUNTRIES)[int(rng.integers(len(COUNTRIES)))]
    letters, length = COUNTRIES[country]
    # Bank codes of zeros belong to no bank.
    digits = f"{int(rng.integers(10**7)):0{length - 4}d}"
    return Account(
        holder=fake.name(),
        country=country,
        iban=iban(letters, digits),
        bic=f"DESK{letters}2XXXX",
    )


def _review(rng: np.random.Generator) -> Review:
    count = int(rng.integers(2, len(CLAIMANTS) + 1))
    rows = sorted(rng.permutation(len(CLAIMANTS))[:count].tolist())
    return Review(
        decisions=tuple(
            (
                CLAIMANTS[row],
                REASONS[int(rng.integers(len(REASONS)))] if rng.random() < SENT_BACK else None,
            )
            for row in rows
        )
    )


CLAIM = RecordKind(
    name="claim", pool=lambda seed: _pools(seed)[0], typed=("lines.amount", "lines.purpose")
)
ACCOUNT = RecordKind(
    name="account",
    pool=lambda seed: _pools(seed)[1],
    typed=("holder", "iban:transcription", "bic:transcription"),
)
REVIEW = RecordKind(name="review", pool=lambda seed: _pools(seed)[2])
