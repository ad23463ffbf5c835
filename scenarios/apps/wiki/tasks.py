"""Wiki: editing a page, reading one and commenting on it, making one from a template."""

from dataclasses import replace

from deskhand.goals import reached
from deskhand.scenarios.apps.wiki.records import ARTICLE, DRAFT, TEMPLATES, TITLE, Article, Draft
from deskhand.scenarios.desk import Desk
from deskhand.scenarios.scenario import Steps, scenario

# Engineering estimates, all of them. A table is pasted into 30 % of edits, 5 % meet an edit by
# somebody else; something is undone .08 times a minute, in edits of about five minutes of typing.
PASTES, CONFLICT, UNDOES = 0.30, 0.05, 0.35
SEARCHES, STYLES, BY_SLASH, BY_NAME = 0.5, 0.4, 0.75, 0.5
LOOKS_AT_RESULT = 0.6
# A reader marks words and comments on them, or comments below the page; some star it first.
MARKS, STARS = 0.35, 0.12
WRONG_TEMPLATE, FORGETS_TITLE, SETS_REVIEW = 0.08, 0.04, 0.5
# Words on the page `wiki/page`, counted.
PAGE_WORDS = 470


@scenario(
    "wiki.edit_page",
    app="wiki",
    opens="wiki/home",
    modelled_on="Confluence: editing a page, its slash menu and its edit conflicts; estimates",
    records=(ARTICLE,),
    spoil=lambda article: {"article": replace(article, macro="Mind map")},
)
def edit_page(desk: Desk, article: Article) -> Steps:
    """Write a new section into a page, insert an element, and publish it."""
    pastes = desk.chance(PASTES)
    body = article.first + article.rest + (article.rows if pastes else "")
    entry = article.macro.lower().replace(" ", "-")
    desk.aim(
        f"Add a section {article.heading!r} of {len(body.split())} words to the page "
        f"{article.title!r}, insert the element {article.macro!r} below it, and publish the page.",
        reached("wiki/editor", entry, layer="block"),
        reached("wiki/editor", "published", {"wiki.heading": article.heading, "wiki.body": body}),
    )
    yield from open_page(desk, article)
    yield from desk.read(words=PAGE_WORDS, skim=True)
    yield from desk.click("wiki.edit")
    yield from desk.read(words=40, skim=True)
    yield from write_section(desk, article)
    if pastes:
        yield from desk.paste(into="wiki.body", text=article.rows)
    yield from insert(desk, article.macro, entry)
    yield from desk.read(words=len(body.split()), skim=True)
    if desk.chance(CONFLICT):
        yield from desk.click("wiki.publish", to="open-conflict", shortcut="Control+s")
        yield from desk.read(words=50)
        yield from desk.click("wiki.merge")
    yield from desk.click("wiki.publish", to="publishing", shortcut="Control+s")
    yield from desk.wait_for("wiki.toast")
    if desk.chance(LOOKS_AT_RESULT):
        yield from desk.click("wiki.view")
        yield from desk.read(words=PAGE_WORDS / 4, skim=True)


def open_page(desk: Desk, article: Article) -> Steps:
    """Open a page from the list of recent ones, or search for it first."""
    if desk.chance(SEARCHES):
        yield from desk.type(article.sought, into="wiki.search")
        yield from desk.press("Enter", to="found" if article.title == TITLE else "none")
        yield from desk.read(words=8)
    else:
        yield from desk.read(words=30, skim=True)
    yield from desk.click(f'role=link[name="{article.title}"]')


def write_section(desk: Desk, article: Article) -> Steps:
    """Write a heading and the text below it, with second thoughts."""
    if desk.chance(STYLES):
        yield from desk.choose("Heading 2", of="wiki.style")
    yield from desk.type(article.heading, into="wiki.heading", mode="composition")
    yield from desk.type(article.first, into="wiki.body", mode="composition")
    if desk.chance(UNDOES):
        yield from desk.type(article.afterthought, into="wiki.body", mode="composition")
        yield from desk.think("notice")
        yield from desk.undo()
    yield from desk.think("decide")
    yield from desk.type(article.rest, into="wiki.body", mode="composition")


def insert(desk: Desk, macro: str, entry: str) -> Steps:
    """Insert an element from the menu: by a slash and its name, or by looking for it."""
    slash = desk.chance(BY_SLASH)
    if slash:
        yield from desk.click("wiki.line")
        yield from desk.press("/", to="open")
    else:
        yield from desk.click("wiki.insert")
    option = f'role=option[name="{macro}"]'
    yield from desk.wait_for(option)
    if slash and desk.chance(BY_NAME):
        yield from desk.type(macro.lower(), into="wiki.line")
        yield from desk.press("Enter", to=entry)
    else:
        # About three entries are seen in one look, and half of the thirty come before it.
        yield from desk.read(words=15, skim=True)
        yield from desk.click(option)


@scenario(
    "wiki.comment_page",
    app="wiki",
    opens="wiki/home",
    modelled_on="Confluence: reading a page and commenting, on marked words or below; estimates",
    records=(ARTICLE,),
    spoil=lambda article: {"article": replace(article, title="Dues of the old harbour")},
)
def comment_page(desk: Desk, article: Article) -> Steps:
    """Read a page to its end and comment on it."""
    # Words are marked by a double click; below the page anyone can write.
    marks = desk.chance(MARKS) and not desk.keys_alone
    where = "on words of its second section" if marks else "below it"
    end = (
        reached("wiki/page", "noted", {"wiki.note.text": article.comment}, layer="note")
        if marks
        else reached("wiki/page", "commented", {"wiki.comment": article.comment})
    )
    desk.aim(f"Read the page {article.title!r} and comment {where}: {article.comment!r}", end)
    yield from open_page(desk, article)
    yield from desk.read(words=PAGE_WORDS)
    if desk.chance(STARS):
        yield from desk.click("wiki.star")
    if marks:
        yield from desk.double_click("wiki.passage")
        yield from desk.click("wiki.mark.comment")
        yield from desk.type(article.comment, into="wiki.note.text", mode="composition")
        yield from desk.click("wiki.note.save")
    else:
        yield from desk.type(article.comment, into="wiki.comment", mode="composition")
        yield from desk.click("wiki.comment.send", shortcut="Control+Enter")
    yield from desk.read(words=15)


@scenario(
    "wiki.page_from_template",
    app="wiki",
    opens="wiki/home",
    modelled_on="Confluence: a new page from a template; estimates",
    records=(DRAFT,),
    spoil=lambda draft: {"draft": replace(draft, space="Quality circle")},
)
def page_from_template(desk: Desk, draft: Draft) -> Steps:
    """Make a page from a template, fill in its parts, and publish it."""
    held = {"wiki.new.title": draft.title, "wiki.space": draft.space, "wiki.owner": draft.owner}
    held |= {f"wiki.part.{place}": text for place, text in enumerate(draft.parts, 1)}
    if draft.template == "incident":
        held["wiki.people"] = draft.people
    desk.aim(
        f"Make a page {draft.title!r} from the template {draft.template!r} in the space "
        f"{draft.space!r}, owned by {draft.owner}, and fill in its parts.",
        reached("wiki/new-page", draft.template, layer="template"),
        reached("wiki/new-page", "published", held),
    )
    yield from desk.read(words=30, skim=True)
    yield from desk.click("wiki.create")
    yield from desk.read(words=30)
    if desk.chance(WRONG_TEMPLATE):
        before = TEMPLATES[TEMPLATES.index(draft.template) - 1]
        yield from desk.click(f"wiki.template.{before}")
        yield from desk.read(words=10)
    yield from desk.click(f"wiki.template.{draft.template}")
    forgets = desk.chance(FORGETS_TITLE)
    if not forgets:
        yield from desk.type(draft.title, into="wiki.new.title", mode="composition")
    yield from desk.choose(draft.space, of="wiki.space")
    yield from desk.choose(draft.owner, of="wiki.owner")
    if desk.chance(SETS_REVIEW):
        yield from desk.type(draft.review, into="wiki.review")
    for place, text in enumerate(draft.parts, 1):
        yield from desk.type(text, into=f"wiki.part.{place}", mode="composition")
    if draft.template == "incident":
        yield from desk.type(draft.people, into="wiki.people")
    yield from desk.read(words=60, skim=True)
    if forgets:
        yield from desk.click("wiki.new.publish", to="invalid")
        yield from desk.type(draft.title, into="wiki.new.title", mode="composition")
    yield from desk.click("wiki.new.publish", to="published", shortcut="Control+s")
    yield from desk.wait_for("wiki.new.toast")
    yield from desk.read(words=8)
