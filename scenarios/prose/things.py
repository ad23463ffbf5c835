"""What office work is about: documents, parts of programs, goods, and who they are of.

A `topic` and a `thing` are singular and carry their article or owner, so they may be the subject of
a verb in the third person. An `object` is singular or plural, and stands where nothing agrees.
"""

# Words that begin with a vowel letter and the sound of a consonant.
_SOUNDED = ("uni", "use", "euro", "one")


def with_article(word: str) -> str:
    """Return a word behind "a" or "an".

    Examples
    --------
    >>> with_article("order"), with_article("list"), with_article("uniform")
    ('an order', 'a list', 'a uniform')
    """
    vowel = word[0] in "aeiou" and not word.startswith(_SOUNDED)
    return f"{'an' if vowel else 'a'} {word}"


def plural(noun: str) -> str:
    """Return the regular plural of a noun.

    Examples
    --------
    >>> plural("copy"), plural("survey"), plural("address"), plural("list")
    ('copies', 'surveys', 'addresses', 'lists')
    """
    if noun.endswith("y") and noun[-2] not in "aeiou":
        return f"{noun[:-1]}ies"
    return f"{noun}es" if noun.endswith(("s", "x", "ch", "sh")) else f"{noun}s"


_COUNTED = """
account|address|agenda|agreement|application|appointment|arrangement|assessment|assignment
attachment|audit|balance|bill|booking|brochure|budget|calculation|calendar|campaign|catalogue
certificate|change|circular|claim|collection|comparison|complaint|condition|contract|contribution
correction|course|credit note|customer file|decision|declaration|delivery
demonstration|description|design|diagram|discount|discussion|display|document|draft|edition|element
enquiry|error|estimate|evaluation|event|examination|example|exhibition|explanation|facility
feature|figure|file|final version|folder|forecast|form|formula|guarantee|guide|handbook
idea|illustration|inspection|instruction|invitation|invoice|issue|item|journal|label|leaflet
letter|licence|limit|list|loan|machine|manual|map|measurement|meeting|minute|model
drawing|briefing|recording|warning|listing|catalogue card|network|newsletter|note|notice|obligation|occasion|offer|opinion|option|order
outline|overview|package|page|panel|parcel|payment|permission|photograph|picture|plan|policy
position|possibility|poster|presentation|price|principle|printer|problem|procedure|programme|project
promise|proposal|provision|publication|purchase|qualification|question|quotation|receipt
recommendation|record|reference|refund|regulation|reminder|rental|repair|report|request|requirement
reservation|responsibility|result|rule|sale|sample|schedule|scheme|screen|section
selection|service|session|signature|simulation|site plan|situation|sketch|solution
specification|standard|statement|story|subscription|suggestion|summary|supply|survey|system
table|task|template|tender|test|theme|timetable|tool|transaction|translation|trial|vehicle
version|visit|volume|warranty|website|workshop
"""
NOUNS = tuple(_COUNTED.replace("\n", "|").strip("|").split("|"))
# Of what kind a thing is, and, after "the" alone, which of several.
_QUALITIES = """
active additional alternative annual basic binding brief central civil clear clinical
commercial complicated comprehensive conventional corrected creative crucial daily definitive
detailed difficult digital domestic educational electrical essential exclusive expensive
familiar financial formal general good handmade historical important inclusive individual
indoor industrial initial innovative internal large legal limited local long medical
medium negative new old ongoing optional ordinary particular personal physical popular positive
preliminary private professional promising provisional public radical regional revised
reliable seasonal second-hand sensible separate short signed similar simple single
social special suitable surprising valuable visual weekly vivid
"""
QUALITIES = tuple(_QUALITIES.split())
_RANKS = "first last next latest other same whole second third final previous current"
RANKS = tuple(_RANKS.split())
# Those that take an apostrophe and s behind them, and then all.
HOLDERS = (
    "the customer",
    "the accountant",
    "the head office",
    "the insurance company",
    "the landlord",
    "the institute",
    "the design team",
    "the county council",
    "the hospital",
    "the museum",
    "the school",
    "the factory",
    "the publisher",
    "the city library",
    "the association",
    "a public body",
    "the police",
    "the church",
    "the chamber of commerce",
    "your bank",
)
OWNERS = (
    *HOLDERS,
    "a supplier in {town}",
    "the company behind it",
    "an agency in {town}",
    "our branch in {town}",
    "our office in {town}",
    *("{firm}",) * 12,
)
PURPOSES = (
    "the trade fair",
    "the second quarter",
    "the annual meeting",
    "a children's clinic",
    "the new building in {town}",
    "each department",
    "the main entrance",
    "the coming season",
    "the opening in {month}",
    "the pilot group",
    "children",
    "local schools",
    "medical staff",
    "special customers",
    "the visit in {month}",
    "the week of the {day}",
    "the start of the term",
    "internal use",
    "further research",
    "{month}",
    "{town}",
    "{town}",
)
# What a whole text is about is a topic, or a brief one; other things come and go.
PHRASES: dict[str, tuple[str, ...]] = {
    "noun": NOUNS,
    "quality": QUALITIES,
    "adjective": (*QUALITIES, *RANKS, *RANKS),
    "owner": OWNERS,
    "holder": (*HOLDERS, "{name}", "{name}", "{name}"),
    "purpose": PURPOSES,
    "a_noun": tuple(map(with_article, NOUNS)),
    "a_quality": tuple(map(with_article, QUALITIES)),
    "plural": tuple(map(plural, NOUNS)),
    "which": (
        *("many", "various", "further", "several", "some", "such", "the usual"),
        *("a couple of", "more", "better", "cheaper", "fresh"),
    ),
    "news": (
        *("advice", "background", "feedback", "information", "research", "paperwork"),
        *("more material", "documentation", "legal help", "proof", "detail"),
    ),
    "whose": ("our", "your", "their", "his", "her", "my", "this", "that", "each", "every"),
    "topic": (
        "the {noun}",
        "the {adjective} {noun}",
        "the {noun} for {purpose}",
        "the {noun} of {owner}",
        "the {noun} from {owner}",
        "{holder}'s {noun}",
        "their {adjective} {noun}",
        "your {adjective} {noun}",
    ),
    "brief": ("the {noun}", "the {noun}", "the {noun}", "the {adjective} {noun}", "our {noun}"),
    "item": ("the {noun}", "the {noun}", "the {quality} {noun}", "our {noun}", "{a_noun}"),
    "thing": (
        "the {noun}",
        "the {adjective} {noun}",
        "the {noun} for {purpose}",
        "the {noun} of {owner}",
        "{a_noun}",
        "{a_noun} for {owner}",
        "{a_quality} {noun}",
        "the {quality} {noun}",
        "such {a_noun}",
        "{whose} {noun}",
        "{whose} {quality} {noun}",
        "{holder}'s {noun}",
        "{holder}'s {quality} {noun}",
    ),
    "object": (
        "{thing}",
        "{thing}",
        "{thing}",
        "{quality} {plural}",
        "{quality} {plural}",
        "{plural} for {owner}",
        "{few} {quality} {plural}",
        "these {plural}",
        "those {quality} {plural}",
        "additional {plural}",
        "{number} {quality} {plural}",
        "{which} {plural}",
        "{plural} and {plural}",
        "{number} {plural}",
        "{news} about {plural}",
        "{news} on {a_noun}",
        "the {noun} and the {noun}",
        "{whose} {noun} or {a_noun}",
    ),
    "part": (
        "the address field",
        "the audit log",
        "the calendar view",
        "the date picker",
        "the export",
        "the filter above the list",
        "the help page",
        "the importer",
        "the invoice list",
        "the line under the heading",
        "the list of attachments",
        "the login page",
        "the mobile view",
        "the monthly total",
        "the notification centre",
        "the order form",
        "the password reset",
        "the price table",
        "the print preview",
        "the reminder mail",
        "the report on returns",
        "the search",
        "the second tab",
        "the settings page",
        "the sign-in page",
        "the status line",
        "the table of orders",
        "the time sheet",
        "the translation of the menu",
        "the upload",
        "the user list",
        "the weekly chart",
    ),
}
