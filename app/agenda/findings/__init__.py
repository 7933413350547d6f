"""What is wrong with a draft: one engine over all of it, for the grid, publishing and what-if questions alike.

Rules 1, 2, 3, 4, 5, 11 and 13. All of it is pure: a draft in, findings out. Sentences are made by wording.py, ways
out by cures.py, for those that are shown.

    finding.py    what a finding is
    pairs.py      two sessions at once: people, protected time, walks, rooms
    places.py     rooms that are too small, or not to be had
    missing.py    who is not there, and who has not said for certain that they come
    company.py    who is together with whom: closed sessions, members of a public body
    slots.py      the mayors' updates: whether each city's mayor is there when it is that city's turn
    whole.py      what is true of the draft as a whole: minutes, cities without a turn, teams not there
    checking.py   `check`, all at once; `Checked`, which after a change looks again only at what it concerns
    standing.py   what somebody lets stand, and whether it is still the same
"""

from app.agenda.findings.checking import Checked, check
from app.agenda.findings.finding import Finding, Gravity, Kind
from app.agenda.findings.missing import mayors_with_a_slot
from app.agenda.findings.pairs import apart, shared_people
from app.agenda.findings.places import places_of
from app.agenda.findings.standing import covers_of, in_the_way, standing, standing_in_the_way

__all__ = [
    "Checked",
    "Finding",
    "Gravity",
    "Kind",
    "apart",
    "check",
    "covers_of",
    "in_the_way",
    "mayors_with_a_slot",
    "places_of",
    "shared_people",
    "standing",
    "standing_in_the_way",
]
