"""Who walks through all addresses of the program."""

from app.people.policy import Kind

WALKERS = sorted(Kind, key=lambda kind: kind is not Kind.ORGANIZER)
"""The organizer is first, for whom every page is drawn and every query asked, and so walks on PostgreSQL too."""

ONE_OF_EACH = [
    kind
    for kind in WALKERS
    if kind
    in {Kind.ORGANIZER, Kind.ANONYMOUS, Kind.OTHER_COHORT, Kind.ASSISTANT, Kind.FACILITATOR, Kind.MAYOR, Kind.STAFF}
]
"""One of each who stands elsewhere to a gathering's walls: outside, of the cohort, for somebody, inside, of the lab."""
