"""Who writes, who is written to, and who is spoken of; all names are invented pairings.

`who` takes a verb of either number: sentences use it with the past tense or a modal verb only.
"""

_FIRST_NAMES = """
Adela Anders Anita Arthur Beatrice Benedict Carla Catherine Clara Conrad Daniel Delia Dennis
Edith Edward Eleanor Elias Ellen Esther Florence Francis Frederick Georgia Hannah Harriet Helen
Henry Ian Ingrid Irene Isabel Jonas Julian Karen Katrin Lars Laurence Leah Leonard Lena
Margaret Martha Martin Matilda Nathan Nina Nora Oliver Oscar Patricia Peter Rachel Robert
Ruth Samuel Selma Simon Sonia Stella Stephen Susan Teresa Theodore Thomas Tristan Una Victor
Vincent Walter
"""
FIRST_NAMES = tuple(_FIRST_NAMES.split())
_LAST_NAMES = """
Alder Ashdown Barlow Bellamy Brandt Carter Castell Croft Dalton Denning Eastman Ellery Farrow
Fenner Garland Hale Hartnell Holden Ingram Jensen Keller Landon Larsen Linden Marlow Merton
Nilsson Norden Oakley Orton Parnell Prescott Radley Rennard Rowan Sander Selby Sinclair
Stratton Tanner Thornton Tilden Underhill Verney Wallace Weston Winter
"""
LAST_NAMES = tuple(_LAST_NAMES.split())
# Made-up places.
_TOWNS = """
Abbeyport Ashminster Barrowmere Bedcombe Brackworth Cardington Castlebury Chadford Copperidge
Crestwick Dapperton Dunmouth Eastcombe Edgeworth Fairbourne Gadbury Hackford Hebbridge Hopeport
Iverside Kempford Marchbridge Milbourne Norchester Oakhampton Pebbleport Ridgeway Rivermouth
Shepcombe Stubbington Tarrington Upperside Weyhaven Wychford
"""
TOWNS = tuple(_TOWNS.split())
# Each takes "a" and a regular plural.
_ROLES = """
bookkeeper buyer cashier clerk client colleague consultant cook decorator designer
developer director doctor driver gardener guest lawyer librarian manager member nurse painter
partner planner porter programmer researcher guide specialist student supervisor surveyor
teacher technician trainee translator visitor volunteer
"""
ROLES = tuple(_ROLES.split())
PHRASES: dict[str, tuple[str, ...]] = {
    "name": FIRST_NAMES,
    "surname": LAST_NAMES,
    "town": TOWNS,
    "role": ROLES,
    "person": ("{name}", "{name}", "{name} {surname}", "{name} from {owner}"),
    "firm": (
        "{surname} and {surname}",
        "{surname} and Sons",
        "{surname} Interiors",
        "{surname} Foods",
        "{surname} Instruments",
        "{surname} Printing",
        "{surname} Textiles",
        "the {surname} Hotel",
        "the {surname} Institute",
    ),
    "someone": ("{name}", "{name}", "{name} {surname}", "the {role}", "our {role}"),
    "whom": (
        "{person}",
        "{person}",
        "{owner}",
        "{owner}",
        "colleagues in {town}",
        "several {role}s",
        "everybody",
        "the {role} in {town}",
        "the public",
        "the {role}",
        "an assistant of {person}",
        "some people",
        "them",
    ),
    "who": (
        "{person}",
        "{person}",
        "{person}",
        "{owner}",
        "{owner}",
        "I",
        "I",
        "we",
        "we",
        "they",
        "he",
        "she",
        "you",
        "the {role}",
        "a {role} from {town}",
        "our {role}",
        "several {role}s",
        "their {role}",
        "several people",
        "somebody in {town}",
        "a {role}",
    ),
}
