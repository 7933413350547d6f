"""Who may do what: one table, denied by default. Every route names a permission that stands here.

The table is about kinds of person in a cohort; which rows they then see is decided in the rooms (an unreleased
update by rule 5, a closed session by rule 13). A permission under CITY_BOUND is held by people of cities for
their own city only; the lab's people hold it for every city.
"""

from enum import StrEnum

from app.models import Standing
from app.people.viewer import Viewer


class Kind(StrEnum):
    ANONYMOUS = "anonymous"
    OTHER_COHORT = "other cohort"
    EXPERT = "expert"
    MEMBER = "member"
    FACILITATOR = "facilitator"
    MAYOR = "mayor"
    SUPERINTENDENT = "superintendent"
    ASSISTANT = "assistant"
    STAFF = "staff"
    ORGANIZER = "organizer"


EVERYBODY = frozenset(Kind)
SIGNED_IN = EVERYBODY - {Kind.ANONYMOUS}
TEAM = frozenset({Kind.MEMBER, Kind.FACILITATOR, Kind.MAYOR, Kind.SUPERINTENDENT, Kind.ASSISTANT})
LAB = frozenset({Kind.STAFF, Kind.ORGANIZER})
COHORT = TEAM | LAB
GUESTS = COHORT | {Kind.EXPERT}
ORGANIZER = frozenset({Kind.ORGANIZER})

PERMISSIONS: dict[str, frozenset[Kind]] = {
    "public.read": EVERYBODY,
    "feed.read": EVERYBODY,
    "own.read": SIGNED_IN,
    "own.change": SIGNED_IN,
    "cohort.read": GUESTS,
    "people.read": COHORT,
    "people.change": ORGANIZER,
    "roster.import": ORGANIZER,
    "audit.read": ORGANIZER,
    "style.read": ORGANIZER,
    "convening.read": GUESTS,
    "convening.change": ORGANIZER,
    "agenda.read": EVERYBODY,
    "agenda.draft": ORGANIZER,
    "agenda.publish": ORGANIZER,
    "agenda.import": ORGANIZER,
    "print.read": GUESTS,
    "print.own": GUESTS,
    "commitments.print": LAB | {Kind.FACILITATOR, Kind.MAYOR, Kind.ASSISTANT},
    "run_of_show.read": LAB,
    "run_of_show.tick": LAB,
    "run_of_show.change": ORGANIZER,
    "speaker.link": EVERYBODY,
    "speaker.chase": ORGANIZER,
    "registration.own": GUESTS,
    "registration.link": EVERYBODY,
    "registration.team": frozenset({Kind.FACILITATOR, Kind.ORGANIZER}),
    "registration.substitute": frozenset({Kind.FACILITATOR, Kind.ORGANIZER}),
    "registration.board": ORGANIZER,
    "checkin.use": LAB,
    "registration.terms": ORGANIZER,
    "needs.read": ORGANIZER,
    "caterer.link": EVERYBODY,
    "gathering.read": GUESTS,
    "gathering.answer": GUESTS,
    "gathering.change": ORGANIZER,
    "invitation.link": EVERYBODY,
    "webinar.register": EVERYBODY,
    "webinar.attend": SIGNED_IN,
    "webinar.link": EVERYBODY,
    "poll.link": EVERYBODY,
    "consultation.read": GUESTS,
    "consultation.ask": frozenset({Kind.FACILITATOR, Kind.MAYOR, Kind.ORGANIZER}),
    "consultation.change": ORGANIZER,
    "group.read": GUESTS,
    "group.manage": GUESTS - {Kind.ASSISTANT},
    "group.change": ORGANIZER,
    "gathering.talk": GUESTS - {Kind.ASSISTANT},
    "update.board": COHORT,
    "update.read": COHORT,
    "update.public": EVERYBODY,
    "update.mark": COHORT,
    "update.write": TEAM,
    "update.approve": frozenset({Kind.MEMBER, Kind.FACILITATOR, Kind.MAYOR, Kind.SUPERINTENDENT}),
    "update.link": EVERYBODY,
    "update.looks": TEAM | ORGANIZER,
    "update.designees": TEAM | ORGANIZER,
    "update.records": frozenset({Kind.FACILITATOR, Kind.MAYOR, Kind.ORGANIZER}),
    "records.hold": ORGANIZER,
    "update.release": ORGANIZER,
    "update.steer": ORGANIZER,
    "learning.read": COHORT,
    "library.read": EVERYBODY,
    "library.change": ORGANIZER,
}

CITY_BOUND = frozenset(
    {
        "commitments.print",
        "registration.team",
        "registration.substitute",
        "update.write",
        "update.approve",
        "update.looks",
        "update.designees",
        "update.records",
    }
)

_KIND_OF = {
    Standing.ORGANIZER: Kind.ORGANIZER,
    Standing.STAFF: Kind.STAFF,
    Standing.FACILITATOR: Kind.FACILITATOR,
    Standing.MAYOR: Kind.MAYOR,
    Standing.SUPERINTENDENT: Kind.SUPERINTENDENT,
    Standing.MEMBER: Kind.MEMBER,
    Standing.EXPERT: Kind.EXPERT,
}


def kinds(viewer: Viewer, cohort_id: int | None) -> frozenset[Kind]:
    """What a viewer is in a cohort; without a cohort, what they are anywhere."""
    if not viewer.is_signed_in:
        return frozenset({Kind.ANONYMOUS})
    offices = viewer.offices if cohort_id is None else viewer.offices_in(cohort_id)
    if not offices:
        return frozenset({Kind.OTHER_COHORT})
    if viewer.acting:
        return frozenset({Kind.ASSISTANT})
    return frozenset(_KIND_OF[office.standing] for office in offices)


def may(viewer: Viewer, permission: str, *, cohort_id: int | None = None, city_id: int | None = None) -> bool:
    """Whether the viewer has the permission in a cohort, and (where it is bound to a city) for that city."""
    if viewer.is_system:
        return True
    holders = PERMISSIONS[permission] & kinds(viewer, cohort_id)
    if not holders:
        return False
    if permission not in CITY_BOUND or city_id is None or holders & LAB:
        return True
    return any(
        office.city_id == city_id and (viewer.acting or _KIND_OF[office.standing] in holders)
        for office in viewer.offices_in(cohort_id)
    )
