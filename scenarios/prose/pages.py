"""Texts that stay: notes on a call, next steps, and pages of a wiki."""

PHRASES: dict[str, tuple[str, ...]] = {
    "note": (
        "Met {someone} {then}, asks for {topic}.",
        "Spoke about {topic}. Call back {soon}.",
        "Wants to {jot}. Send {topic} {soon}.",
        "Has up to {sum} euros for {topic}.",
        "{Topic} {status}. Call {someone} {soon}.",
        "Heard of us from {someone}. Needs {topic}.",
        "Has {number} people in {few} places; {topic} {status}.",
    ),
    "task": (
        "{Jot} {soon} and tell {someone} about {topic}.",
        "Send {topic} to {someone} {soon}, then {jot}.",
        "Discuss {topic} with {someone} {soon}.",
        "Wait for {topic}, then {jot} {soon}.",
        "Call {someone} {soon} about {topic}.",
    ),
    "addition": (
        "We look forward to {topic}.",
        "Please note that {topic} {status}.",
        "For {topic} {someone} can {jot}.",
        "Should you need {topic}, call us {soon}.",
        "Do tell us if {topic} {status}.",
    ),
    "heading": (
        "How we work with {topic}",
        "What to know about {topic}",
        "{Topic} in short",
        "Notes on {topic}",
        "Questions about {topic}",
        "Rules for {topic}",
    ),
    "rule": (
        "Whoever wants to {do} has to {do} first.",
        "It is {fit} to {do} before {doing}.",
        "In most cases it is enough to {do} {soon}.",
        "The rule is to {do} {soon}, even if {thing} {state}.",
        "{Do} {soon}, and only then {do}.",
        "Never {do} without {doing}.",
        "Since the {day} of {month} the team of {person} {can} {do} as well.",
        "If {thing} {state}, the person in charge {can} {do}.",
    ),
    "lead": (
        "{Topic} {state}, and {happened}.",
        "For {topic}, {happens}.",
        "Here is what to do with {topic}, which {state}.",
        "In {month} it was decided that {topic} {state}.",
        "Work on {topic} begins with {doing}.",
    ),
    "paragraph": (
        "{rule} {tell} {rule}",
        "{tell} {rule}",
        "{rule} {rule} {plan}",
        "{tell} {tell} {rule} {plan}",
    ),
    "wiki": (
        "{heading}\n\n{lead} {paragraph}\n\n{paragraph}",
        "{heading}\n\n{lead} {rule}\n\n{paragraph}\n\n{paragraph}",
        "{heading}\n\n{lead}\n\n{paragraph}\n\n{paragraph} {tell}",
    ),
}
