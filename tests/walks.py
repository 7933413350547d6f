"""Who walks through all addresses of the program."""

from app.people.policy import Kind
from tests.shelf import ON_POSTGRES

WALKERS = [Kind.ORGANIZER, Kind.MEMBER] if ON_POSTGRES else list(Kind)
"""What a kind of person may see is decided by the program, whichever database it stands on: on SQLite they all walk. On
PostgreSQL the organizer does, for whom every page is drawn and every query asked, and a member, who meets all the
walls."""

ONE_OF_EACH = (
    WALKERS
    if ON_POSTGRES
    else [Kind.ANONYMOUS, Kind.OTHER_COHORT, Kind.ASSISTANT, Kind.FACILITATOR, Kind.MAYOR, Kind.STAFF, Kind.ORGANIZER]
)
"""One of each who stands elsewhere to a gathering's walls: outside, of the cohort, for somebody, inside, of the lab."""
