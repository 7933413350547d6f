"""What other programs call a kind of session, in our words."""

import re

from app.models import Openness, SessionFormat

WORDS: tuple[tuple[SessionFormat, str], ...] = (
    (SessionFormat.MEAL, r"meal|breakfast|lunch|dinner|reception|mittag\w*|catering"),
    (SessionFormat.BREAK, r"break|coffee|tea|pause"),
    (SessionFormat.MAYOR_UPDATE, r"mayors?['’]? updates?"),
    (SessionFormat.ROLE_ALIKE, r"role[- ]alike|peer session"),
    (SessionFormat.TEAM_TIME, r"team time"),
    (SessionFormat.GALLERY_WALK, r"gallery walk|poster(?: session)?"),
    (SessionFormat.CONSULTANCY, r"consultanc(?:y|ies)"),
    (SessionFormat.WORKING_GROUP, r"working group|devroom meeting|sprint"),
    (SessionFormat.WEBINAR, r"webinar"),
    (SessionFormat.CALL, r"call"),
    (SessionFormat.UNSTRUCTURED, r"unstructured|free time|social(?: event)?|open space"),
    (SessionFormat.INTERNAL, r"internal|mic check|setup|set-up|teardown|rehearsal"),
    (SessionFormat.PLENARY, r"plenary|keynote|opening|closing|announcements?|ceremony|welcome"),
    (
        SessionFormat.WORKSHOP,
        r"workshop|tutorial|training|talk|lecture|panel|lightning talks?|meeting|bof|podium|other",
    ),
)
PATTERNS = tuple((kind, re.compile(rf"\b(?:{words})\b", re.I)) for kind, words in WORDS)

MEAL_TITLE = re.compile(r"(?:breakfast|lunch|dinner)(?: break)?\W*$", re.I)
BREAK_TITLE = re.compile(r"(?:(?:coffee|tea)(?: break)?|break)\W*$", re.I)


def format_of(said: str, title: str = "") -> SessionFormat | None:
    """The format that a type's name means ("Talk (45 mins)" → workshop), or a title that says it is a meal or a break.

    None when neither says anything.
    """
    text = " ".join(said.split())
    if not text:
        titles = (MEAL_TITLE, SessionFormat.MEAL), (BREAK_TITLE, SessionFormat.BREAK)
        return next((kind for pattern, kind in titles if pattern.match(title)), None)
    for kind in SessionFormat:
        if text.lower().replace("’", "'") == kind.value:
            return kind
    return next((kind for kind, pattern in PATTERNS if pattern.search(text)), SessionFormat.WORKSHOP)


def openness_of(said: str) -> Openness | None:
    """The openness that a word means; None when it means none."""
    text = said.strip().lower()
    words = {
        "closed": "closed",
        "private": "closed",
        "cohort": "cohort",
        "public": "public",
        "open": "public",
        "press": "press",
    }
    return Openness(words[text]) if text in words else None


def yes_or_no(said: str) -> bool | None:
    """True, False, or None when the word is neither."""
    text = said.strip().lower()
    if text in ("yes", "y", "true", "1", "x", "protected", "interim"):
        return True
    return False if text in ("no", "n", "false", "0", "-") else None
