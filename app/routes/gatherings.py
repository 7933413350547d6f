"""Webinars, calls, working groups and peer sessions between convenings: the list, one of them, and its changes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response
from sqlmodel import Session

from app import clock
from app.exchange.linked import as_script, gathering_data
from app.gatherings import arranging
from app.gatherings.calls import call_of
from app.gatherings.details import is_hidden
from app.gatherings.groups import give_to_group
from app.gatherings.listing import Gathering, gathering_of, gatherings_of
from app.gatherings.months import months_to_flag
from app.gatherings.poll_asking import asking
from app.gatherings.reach import Reach, call_off, off_with, take_back
from app.gatherings.series import bring_back_date, skip_occurrence
from app.gatherings.webinar_page import webinar_part
from app.mailing import poll_letters, webinar_letters
from app.models import AgendaSession, Cohort, SessionFormat
from app.people.audiences import names_for, rule_of, said
from app.people.audit import Refused
from app.people.policy import may
from app.people.viewer import Viewer
from app.routes import gatherings_form, gatherings_reach, typed
from app.routes.door import CohortHere, Db, Needs, NotAllowed, NotHere, SettingsHere, ViewerHere
from app.routes.gatherings_form import GatheringForm
from app.routes.invitations import invitation_part
from app.routes.library_part import session_part
from app.routes.pages import page, see_other

router = APIRouter()
LIST = [Depends(Needs("gathering.read"))]
READ = [Depends(Needs("public.read"))]
CHANGE = [Depends(Needs("gathering.change"))]

KINDS = {
    "webinars": SessionFormat.WEBINAR,
    "calls": SessionFormat.CALL,
    "working-groups": SessionFormat.WORKING_GROUP,
    "peer-sessions": SessionFormat.ROLE_ALIKE,
}


@dataclass(frozen=True, slots=True)
class Month:
    """A month of the list: its first day, what takes place, and whether it is one without a call (rule 17)."""

    first: date
    gatherings: tuple[Gathering, ...]
    lacks_call: bool = False


@router.get("/{cohort}/gatherings", dependencies=LIST)
def all_gatherings(request: Request, db: Db, cohort: CohortHere, viewer: ViewerHere, kind: str = "") -> Response:
    """What is ahead by month, then what has been, the latest first."""
    chosen = KINDS.get(kind)
    seen = gatherings_of(db, cohort.key, viewer, formats=[chosen] if chosen else ())
    today = clock.today(cohort.zone)
    changes = may(viewer, "gathering.change", cohort_id=cohort.key)
    flagged = months_to_flag(db, cohort, today) if changes and chosen in (None, SessionFormat.CALL) else []
    ahead = [one for one in seen if _day(one, one.zone) >= today]
    behind = [one for one in seen if _day(one, one.zone) < today]
    context = {
        "kind": kind if chosen else "",
        "months": _by_month(ahead, [month for month in flagged if month >= today.replace(day=1)]),
        "past": list(reversed(_by_month(behind, []))),
        "has_any": bool(seen),
        "changes": changes,
        "asking": [one for one in asking(db, viewer) if one.cohort_id == cohort.key],
    }
    return page(request, "gatherings/list.html", context)


@router.get("/{cohort}/gatherings/new", dependencies=CHANGE)
def new(request: Request, db: Db, cohort: CohortHere, kind: str = "webinars", group: str = "") -> Response:
    form = gatherings_form.blank(cohort, KINDS.get(kind, SessionFormat.WEBINAR))
    if group:
        form.group, form.everyone = group, ""
    return gatherings_form.show(request, db, cohort, form)


@router.post("/{cohort}/gatherings", dependencies=CHANGE)
def create(
    request: Request, db: Db, cohort: CohortHere, viewer: ViewerHere, form: Annotated[GatheringForm, Form()]
) -> Response:
    try:
        details = gatherings_form.read_details(db, cohort, form)
        time = gatherings_form.read_time(form)
        made = arranging.arrange_gathering(
            db, cohort, details, starts_at=time.starts_at, minutes=time.minutes, zone=time.zone, by=viewer
        )
        give_to_group(db, made, form.group_meant(db, cohort), by=viewer)
    except Refused as refused:
        return gatherings_form.show(request, db, cohort, form, errors=typed.errors(refused))
    place = f"{_place(cohort, made)}{'/webinar' if made.format is SessionFormat.WEBINAR else ''}"
    return see_other(place, flash=f"“{made.title}” is on the calendar of those invited.")


@router.get("/{cohort}/gatherings/{number:int}", dependencies=READ)
def one(
    request: Request, db: Db, cohort: CohortHere, viewer: ViewerHere, settings: SettingsHere, number: int
) -> Response:
    """One gathering: for strangers if it is public, for guests if they have a part in it (rules 13 and 18)."""
    seen = gathering_of(db, cohort.key, number, viewer)
    if seen is None:
        raise NotHere(f"{cohort.name} has no such gathering.") if viewer.is_signed_in else NotAllowed()
    data = None if viewer.is_signed_in else gathering_data(cohort, seen, settings.address)
    return show_one(request, db, cohort, viewer, seen, more={"linked": as_script(data)})


def show_one(
    request: Request,
    db: Session,
    cohort: Cohort,
    viewer: Viewer,
    seen: Gathering,
    *,
    errors: Mapping[str, str] | None = None,
    written: Mapping[str, str] | None = None,
    more: Mapping[str, Any] | None = None,
    block: str | None = None,
) -> Response:
    """The page of a gathering that its viewer may see; after a refusal with what was `written` in it, and 422. `more`
    is what else its parts need to draw themselves again."""
    changes = seen.is_whole and may(viewer, "gathering.change", cohort_id=cohort.key)
    context: dict[str, Any] = {
        "one": seen,
        "webinar": webinar_part(db, seen, viewer),
        "errors": errors or {},
        "written": written or {},
        "audience": _audience(db, cohort, seen, viewer),
        "changes": changes,
        "is_over": seen.ends_at <= clock.now(),
        "invitation": invitation_part(db, cohort, seen, viewer, organizes=changes),
        "follows_rule": changes and seen.occurrence_at is not None and _follows_rule(db, seen),
        "reaches": [],
        "off_with": 0,
        "call": call_of(db, seen, viewer),
        **session_part(db, cohort, seen.session_id, viewer, whole=seen.is_whole),
        "form": None,
        "of": "",
    }
    if changes:
        session = db.get_one(AgendaSession, seen.session_id)
        context |= {"reaches": gatherings_form.reaches(session, in_words=False), "off_with": len(off_with(session))}
    known = context | dict(more or {})
    return page(request, "gatherings/one.html", known, block=block, status=422 if errors else 200)


@router.get("/{cohort}/gatherings/{number:int}/edit", dependencies=CHANGE)
def edit(request: Request, db: Db, cohort: CohortHere, viewer: ViewerHere, number: int) -> Response:
    gathering = changeable(db, cohort, viewer, number)
    return gatherings_form.show(request, db, cohort, gatherings_form.filled(db, gathering), gathering=gathering)


@router.post("/{cohort}/gatherings/{number:int}", dependencies=CHANGE)
def save(
    request: Request,
    db: Db,
    cohort: CohortHere,
    viewer: ViewerHere,
    settings: SettingsHere,
    number: int,
    form: Annotated[GatheringForm, Form()],
) -> Response:
    """Change what is said of a gathering and when it takes place; of a series, this one, those after it too, or all.
    What goes beyond this one is said first, and done when it is sent again as `sure`."""
    gathering = changeable(db, cohort, viewer, number)
    if form.sure == gatherings_form.BACK:
        return gatherings_form.show(request, db, cohort, form, gathering=gathering)
    foreseen = None
    try:
        edit = gatherings_reach.read_edit(db, cohort, form, gathering)
        foreseen = gatherings_reach.foresee(gathering, edit) if edit.reach is not Reach.ONE else None
        gatherings_reach.apply(db, gathering, edit, by=viewer)
        if gathering.series_id is None:
            give_to_group(db, gathering, form.group_meant(db, cohort), by=viewer)
    except Refused as refused:
        db.rollback()
        return gatherings_form.show(request, db, cohort, form, errors=typed.errors(refused), gathering=gathering)
    if foreseen is not None and not foreseen.is_nothing and not form.sure:
        db.rollback()
        return gatherings_reach.ask(request, gathering, form, foreseen, edit.reach)
    webinar_letters.tell_of_change(db, gathering, settings=settings, by=viewer)
    poll_letters.tell_of_change(db, cohort, gathering, settings=settings)
    return see_other(_place(cohort, gathering), flash="Saved. Calendars hear of it when they next look.")


@router.post("/{cohort}/gatherings/{number:int}/cancellation", dependencies=CHANGE)
def cancel(
    db: Db,
    cohort: CohortHere,
    viewer: ViewerHere,
    settings: SettingsHere,
    number: int,
    reason: Annotated[str, Form()] = "",
    reach: Annotated[str, Form()] = Reach.ONE,
) -> Response:
    """Call it off; of a series those after it too, or all to come."""
    gathering = changeable(db, cohort, viewer, number)
    off = call_off(db, gathering, reason=reason, reach=gatherings_reach.chosen_reach(reach), by=viewer)
    webinar_letters.tell_of_change(db, gathering, settings=settings, by=viewer)
    poll_letters.tell_of_change(db, cohort, gathering, settings=settings)
    said = "Called off. It stays" if len(off) < 2 else f"{len(off)} dates are called off. They stay"
    return see_other(_place(cohort, gathering), flash=f"{said} in calendars, marked so, with the reason.")


@router.post("/{cohort}/gatherings/{number:int}/reinstatement", dependencies=CHANGE)
def reinstate(
    db: Db,
    cohort: CohortHere,
    viewer: ViewerHere,
    settings: SettingsHere,
    number: int,
    together: Annotated[str, Form()] = "",
) -> Response:
    """Take a cancellation back; with `together`, of all that were called off in one act with it."""
    gathering = changeable(db, cohort, viewer, number)
    on = take_back(db, gathering, together=bool(together), by=viewer)
    webinar_letters.tell_of_change(db, gathering, settings=settings, by=viewer)
    poll_letters.tell_of_change(db, cohort, gathering, settings=settings)
    said = "It takes place after all." if len(on) < 2 else f"{len(on)} dates take place after all."
    return see_other(_place(cohort, gathering), flash=said)


@router.post("/{cohort}/gatherings/{number:int}/omission", dependencies=CHANGE)
def omit(db: Db, cohort: CohortHere, viewer: ViewerHere, number: int) -> Response:
    """Take one date out of a series."""
    gathering = changeable(db, cohort, viewer, number)
    series = gathering.series
    skip_occurrence(db, gathering, by=viewer)
    assert series is not None, "skip_occurrence refuses what is not of a series"
    return see_other(f"/{cohort.slug}/gatherings/series/{series.slug}", flash="That date is out; the others stay.")


@router.post("/{cohort}/gatherings/{number:int}/readmission", dependencies=CHANGE)
def readmit(db: Db, cohort: CohortHere, viewer: ViewerHere, number: int) -> Response:
    """Put a date that was taken out into its series again."""
    date_out = db.get(AgendaSession, number)
    series = date_out.series if date_out is not None and date_out.cohort_id == cohort.key else None
    if date_out is None or series is None or is_hidden(db, date_out, viewer):
        raise NotHere(f"{cohort.name} has no such date.")
    bring_back_date(db, date_out, by=viewer)
    return see_other(f"/{cohort.slug}/gatherings/series/{series.slug}", flash="That date is in again.")


def _place(cohort: Cohort, gathering: AgendaSession) -> str:
    return f"/{cohort.slug}/gatherings/{gathering.key}"


def _day(one: Gathering, zone: str) -> date:
    return clock.local(one.ends_at, zone).date()


def _by_month(gatherings: Iterable[Gathering], flagged: Iterable[date]) -> list[Month]:
    """Gatherings by the months of their own zones, in order; a flagged month stands even when it has none."""

    def month(one: Gathering) -> date:
        return clock.local(one.starts_at, one.zone).date().replace(day=1)

    in_order = sorted(gatherings, key=lambda one: (month(one), one.starts_at))
    found: Mapping[date, tuple[Gathering, ...]] = {first: tuple(ones) for first, ones in groupby(in_order, key=month)}
    lacking = set(flagged)
    return [Month(first, found.get(first, ()), first in lacking) for first in sorted(found.keys() | lacking)]


def changeable(db: Session, cohort: Cohort, viewer: Viewer, number: int) -> AgendaSession:
    """The gathering, for an organizer who may know all of it (rule 13)."""
    seen = gathering_of(db, cohort.key, number, viewer)
    if seen is None:
        raise NotHere(f"{cohort.name} has no such gathering.")
    if not seen.is_whole:
        raise NotAllowed("This session excludes the lab, so only those who are in it can change it.")
    return db.get_one(AgendaSession, number)


def _audience(db: Session, cohort: Cohort, seen: Gathering, viewer: Viewer) -> str:
    """Whom it is for, in words; for people of the cohort who may know all of it."""
    if not seen.is_whole or not viewer.in_cohort(cohort.key):
        return ""
    rule = rule_of(db.get_one(AgendaSession, seen.session_id).audience)
    return said(rule, names_for(db, [rule], cohort.key))


def _follows_rule(db: Session, seen: Gathering) -> bool:
    series = db.get_one(AgendaSession, seen.session_id).series
    return series is not None and bool(series.rrule)
