"""A builder of web pages: a page from a prompt, widgets on a canvas, and publishing."""

from dataclasses import replace

from deskhand.goals import Reached, reached
from deskhand.scenarios.apps.builder.records import (
    COLOURS,
    LAYOUT,
    LISTING,
    PLACES,
    WISH,
    WORDED,
    Layout,
    Listing,
    Wish,
)
from deskhand.scenarios.desk import Desk
from deskhand.scenarios.scenario import Steps, scenario

ROLES = ("designer",)
# Estimates: a page takes 20 to 60 s to be made, a section a third of that; half of the first
# versions are made anew in part; the rest of the shares is assumed. Of drags that widgets stay from
# 12 % were taken back by an estimate; here those count, too, that are only tried.
MAKING_S, WRITING_S, MAKING_LOG_SD = 35.0, 12.0, 0.3
ANEW, UNDOES = 0.5, 0.3
PREVIEWS, FORGETS_TITLE, UNLISTED = 0.6, 0.04, 0.15
# Most visits to a page rearrange it and leave its texts to those who write them (assumed).
WRITES = 0.25
# Widgets, colours and letters are tried before people settle on them, and the page is looked at in
# between: with these probabilities once more, up to so many times (assumed).
TRIES, LOOKS, MOST_TRIES = 0.65, 0.6, 4
TRIES_LETTERS, LETTERS = 0.35, ("Georgia", "Liberation Sans", "Courier")


@scenario(
    "builder.page_from_prompt",
    app="builder",
    opens="builder/sites",
    roles=ROLES,
    modelled_on="Wix: a page made from a prompt; waiting times and branches are estimates",
    records=(WISH,),
    spoil=lambda wish: {"wish": replace(wish, tone="Baroque")},
)
def page_from_prompt(desk: Desk, wish: Wish) -> Steps:
    """Have a page made from a prompt, write a section anew, and save it."""
    desk.aim(
        f"Have a page made in the tone {wish.tone!r} from the prompt {wish.prompt!r}, and save it.",
        reached("builder/prompt", "made", {"prompt.text": wish.prompt, "prompt.tone": wish.tone}),
        reached("builder/canvas", "saved"),
    )
    yield from desk.click("sites.new")
    yield from desk.type(wish.prompt, into="prompt.text", mode="composition")
    yield from desk.choose(wish.tone, of="prompt.tone")
    yield from desk.click("prompt.make")
    yield from desk.news(after_us=desk.lapse_us(MAKING_S, MAKING_LOG_SD), headline=wish.headline)
    yield from desk.read(words=60)
    for section in wish.sections:
        if not desk.chance(ANEW):
            break
        yield from desk.click("prompt.again")
        yield from desk.news(after_us=desk.lapse_us(WRITING_S, MAKING_LOG_SD), section=section)
        yield from desk.read(words=len(section.split()) + 6)
    yield from desk.click("prompt.use")
    yield from desk.read(words=40, skim=True)
    yield from save(desk)


def save(desk: Desk) -> Steps:
    """Save the page on the canvas."""
    yield from desk.click("canvas.save", to="saved", shortcut="Control+s")
    yield from desk.wait_for("canvas.toast")
    yield from desk.read(words=4)


def _laid_out(layout: Layout, *, writes: bool) -> tuple[Reached, ...]:
    """Return what the canvas has to come to."""
    held = {f"style.{layout.colour}": "true"} | ({"canvas.title": layout.title} if writes else {})
    for place, widget in enumerate(layout.widgets, start=1):
        if widget in WORDED and writes:
            text = layout.words if widget == "text" else layout.label
            held[f"canvas.{widget}.{place}"] = text
    places = (
        reached("builder/canvas", widget, layer=f"zone.{place}")
        for place, widget in enumerate(layout.widgets, start=1)
    )
    return (*places, reached("builder/canvas", "saved", held))


@scenario(
    "builder.edit_page",
    app="builder",
    opens="builder/sites",
    roles=ROLES,
    modelled_on="Wix: dragging widgets onto a page and editing them; branches are estimates",
    records=(LAYOUT,),
    spoil=lambda layout: {"layout": replace(layout, widgets=("video", *layout.widgets[1:]))},
    by_mouse=True,
)
def edit_page(desk: Desk, layout: Layout) -> Steps:
    """Drag widgets onto a page, at times write their texts, choose its colour, and save it."""
    writes = desk.chance(WRITES)
    texts = (
        f"call it {layout.title!r}, with the text {layout.words!r} and the label {layout.label!r} "
        "where they belong"
        if writes
        else "leave its texts as they are"
    )
    desk.aim(
        f"Put {', '.join(layout.widgets)} into the places of the page, {texts}, colour it "
        f"{layout.colour}, and save it.",
        *_laid_out(layout, writes=writes),
    )
    yield from desk.click("sites.edit")
    yield from desk.read(words=30, skim=True)
    if writes:
        yield from desk.double_click("canvas.title")
        yield from desk.type(layout.title, into="canvas.title", clear=True)
    for place, widget in enumerate(layout.widgets, start=1):
        yield from fill_place(desk, place, widget, layout, writes=writes)
    yield from try_styles(desk, layout.colour)
    for _ in range(MOST_TRIES):
        if not desk.chance(PREVIEWS):
            break
        yield from look_at_page(desk, layout.colour)
    yield from save(desk)


def try_styles(desk: Desk, colour: str) -> Steps:
    """Try some colours, at times other letters, and settle on one colour."""
    shown = None
    for _ in range(MOST_TRIES):
        if not desk.chance(TRIES):
            break
        others = [other for other in COLOURS if other not in (shown, colour)]
        shown = others[desk.one_of(len(others))]
        yield from desk.check(f"style.{shown}")
        yield from desk.read(words=12, skim=True)
    if desk.chance(TRIES_LETTERS):
        yield from desk.choose(LETTERS[desk.one_of(len(LETTERS))], of="style.letters")
        yield from desk.read(words=12, skim=True)
    yield from desk.check(f"style.{colour}")


def look_at_page(desk: Desk, colour: str) -> Steps:
    """Look at the page as its readers will, come back, and perhaps think again about its look."""
    yield from desk.click("canvas.preview")
    yield from desk.read(words=30)
    if desk.chance(0.5):
        yield from desk.press("Escape")
    else:
        yield from desk.click("preview.close")
    if desk.chance(LOOKS):
        yield from try_styles(desk, colour)


def fill_place(desk: Desk, place: int, widget: str, layout: Layout, *, writes: bool) -> Steps:
    """Drag a widget into its place, at times another one first, and perhaps write its text."""
    zone = f"canvas.zone.{place}"
    for _ in range(MOST_TRIES):
        if not desk.chance(UNDOES):
            break
        others = [other for other in PLACES[place] if other != widget]
        yield from desk.drag(f"palette.{others[desk.one_of(len(others))]}", zone)
        yield from desk.read(words=10, skim=True)
        yield from desk.press("Control+z", to=f"cleared-{place}")
    yield from desk.drag(f"palette.{widget}", zone)
    yield from desk.read(words=16, skim=True)
    if widget in WORDED and writes:
        own = f"canvas.{widget}.{place}"
        yield from desk.double_click(own)
        yield from desk.type(layout.words if widget == "text" else layout.label, into=own)


@scenario(
    "builder.publish_page",
    app="builder",
    opens="builder/sites",
    roles=(*ROLES, "manager"),
    modelled_on="Wix: publishing with a form for search engines; branches are estimates",
    records=(LISTING,),
    spoil=lambda listing: {"listing": replace(listing, category="Astrology")},
)
def publish_page(desk: Desk, listing: Listing) -> Steps:
    """Tell search engines what a page is about, and publish it."""
    fields = {
        "title": listing.title,
        "slug": listing.slug,
        "description": listing.description,
        "contact": listing.contact,
    }
    chosen = {"publish.category": listing.category, "publish.language": listing.language}
    desk.aim(
        f"Publish the page as {listing.title!r} at {listing.slug!r}, described as "
        f"{listing.description!r}, in {listing.category!r} and in {listing.language}, with "
        f"{listing.contact} as the contact of its domain.",
        reached(
            "builder/publish",
            "open-live",
            {f"publish.{field}": text for field, text in fields.items()} | chosen,
        ),
    )
    yield from desk.click("sites.publish")
    yield from desk.read(words=30, skim=True)
    forgets = desk.chance(FORGETS_TITLE)
    for field in ("title", "slug", "description"):
        if field != "title" or not forgets:
            yield from desk.type(fields[field], into=f"publish.{field}")
    yield from desk.choose(listing.category, of="publish.category")
    yield from desk.choose(listing.language, of="publish.language")
    yield from desk.type(listing.contact, into="publish.contact")
    if desk.chance(UNLISTED):
        yield from desk.check("publish.index", on=False)
    if forgets:
        yield from desk.click("publish.send", to="invalid")
        yield from desk.type(listing.title, into="publish.title")
    yield from desk.click("publish.send", to="publishing")
    yield from desk.wait_for("publish.shown")
    yield from desk.read(words=10)
    yield from desk.click("publish.done")
