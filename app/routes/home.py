"""The front page, everybody's own home, a cohort's home, and what the search finds."""

from collections import defaultdict

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from sqlmodel import Session, col, select

from app import clock
from app.agenda import published
from app.gatherings.groups import own_groups
from app.gatherings.listing import gatherings_of
from app.gatherings.months import months_to_flag
from app.learning.rhythm import convening_in_view, rhythm_of
from app.models import Cohort, Convening
from app.people import cities, sign_in
from app.people.cities import SeatLine
from app.people.policy import may
from app.routes import at_home, search
from app.routes.door import CohortHere, Db, Needs, ViewerHere
from app.routes.pages import page, see_other
from app.updates.board import board_of
from app.updates.cycles import cycles_of
from app.updates.public import public_updates

router = APIRouter()


@router.get("/", dependencies=[Depends(Needs("public.read"))])
def home(request: Request, db: Db, viewer: ViewerHere) -> Response:
    """For strangers what this is and what is public; for everybody else next, due and changed."""
    if not viewer.is_signed_in:
        context = {"sessions": at_home.public_sessions(db), "updates": public_updates(db)}
        return page(request, "home/front.html", context)
    office = viewer.office
    organizes = [o for o in viewer.offices if viewer.is_organizer(o.cohort_id)]
    cycles = []
    for held in organizes:
        convening = convening_in_view(db, held.cohort_id)
        if convening is not None:
            cycles.append((held, rhythm_of(db, convening, held.cohort_slug)))
    since = at_home.last_look(db, viewer)
    context = {
        "office": office,
        "coming": at_home.coming(db, viewer),
        "owed": at_home.owed(db, viewer),
        "news": at_home.changed(db, viewer, since),
        "since": since,
        "groups": own_groups(db, viewer),
        "cycles": cycles,
        "until": at_home.said_until,
    }
    return page(request, "home/home.html", context)


@router.post("/me/looks", dependencies=[Depends(Needs("own.change"))])
def look(db: Db, viewer: ViewerHere) -> Response:
    """The viewer has seen what changed; from now on only what comes after is news to them."""
    assert viewer.sign_in_id is not None
    sign_in.note_look(db, viewer.sign_in_id)
    return see_other("/")


@router.get("/{cohort}", dependencies=[Depends(Needs("cohort.read"))])
def cohort_home(request: Request, db: Db, cohort: CohortHere, viewer: ViewerHere) -> Response:
    """A cohort at a glance: its cycle, its convenings, its cities, what is next among its gatherings."""
    now = clock.now()
    convening = convening_in_view(db, cohort.key)
    seats: dict[int | None, list[SeatLine]] = defaultdict(list)
    for line in cities.seat_lines(db, cohort.key, on=clock.today(cohort.zone)):
        seats[line.seat.city_id].append(line)
    cycle = next(iter(cycles_of(db, cohort.key)), None)
    gatherings = [one for one in gatherings_of(db, cohort.key, viewer) if one.ends_at > now and not one.is_cancelled]
    context = {
        "rhythm": rhythm_of(db, convening, cohort.slug) if convening else None,
        "cities": cities.cities_of(db, cohort.key, clock.today(cohort.zone)),
        "seats": seats,
        "cycle": cycle,
        "updates": {line.city_id: line for line in board_of(db, cycle).lines} if cycle else {},
        "gatherings": gatherings[:4],
        "flagged": _flagged(db, cohort) if may(viewer, "gathering.change", cohort_id=cohort.key) else [],
    }
    return page(request, "home/cohort.html", context)


def _flagged(db: Session, cohort: Cohort) -> list[str]:
    """The months from this one on in which no call is planned (rule 17)."""
    today = clock.today(cohort.zone)
    return [f"{month:%B %Y}" for month in months_to_flag(db, cohort, today) if month >= today.replace(day=1)]


@router.get("/{cohort}/agenda", dependencies=[Depends(Needs("cohort.read"))])
def current_agenda(db: Db, cohort: CohortHere) -> Response:
    """To the agenda that a phone's bar means: that of the convening under way or next, once it is published."""
    upcoming = select(Convening).where(
        Convening.cohort_id == cohort.key,
        col(Convening.archived_at).is_(None),
        Convening.ends_on >= clock.today(cohort.zone),
    )
    for convening in db.exec(upcoming.order_by(col(Convening.starts_on))):
        if published.latest_release(db, convening) is not None:
            return see_other(f"{convening.path}/agenda")
    return see_other(f"/{cohort.slug}/convenings")


@router.get("/search", dependencies=[Depends(Needs("own.read"))])
def find(request: Request, db: Db, viewer: ViewerHere, q: str = "") -> Response:
    """People, cities, sessions and updates that the viewer may see, by words."""
    found = search.search(db, viewer, q[:200]) if q.strip() else []
    return page(request, "home/search.html", {"q": q[:200], "found": found})


@router.get("/style", dependencies=[Depends(Needs("style.read"))])
def style(request: Request) -> Response:
    """Every piece that pages are set from, side by side, for whoever changes one."""
    return page(request, "style/index.html")
