"""Finding a time: who is asked about which times, what they answer, and booking one of them. For organizers; those who
are asked have a page of their own (gatherings_times_answer.py)."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response
from sqlmodel import Session

from app.gatherings import poll_answers, poll_booking, polls, proposing
from app.gatherings.polls import Told
from app.gatherings.strips import week_of
from app.mailing import poll_letters
from app.models import Cohort, PollSlot, SessionFormat, TimePoll
from app.people.audit import Refused
from app.people.policy import may
from app.routes import gatherings_times_form as forms
from app.routes import typed
from app.routes.audience_fields import people_in_lines
from app.routes.door import CohortHere, Db, Needs, NotHere, SettingsHere, ViewerHere
from app.routes.gatherings import KINDS
from app.routes.gatherings_times_form import PollForm
from app.routes.pages import page, see_other
from app.settings import Settings

router = APIRouter(prefix="/{cohort}/gatherings/times")
READ = [Depends(Needs("gathering.read"))]
CHANGE = [Depends(Needs("gathering.change"))]
ONE = "/{poll:int}"
Text = Annotated[str, Form()]
Texts = Annotated[list[str] | None, Form()]


@router.get("", dependencies=CHANGE)
def all_polls(request: Request, db: Db, cohort: CohortHere) -> Response:
    """The times that are looked for, and those that were found."""
    found = polls.polls_of(db, cohort)
    lines = [(poll, polls.asked_of(poll), polls.is_booked(poll)) for poll in found]
    return page(request, "gatherings/times_list.html", {"lines": lines})


@router.get("/new", dependencies=CHANGE)
def new(request: Request, db: Db, cohort: CohortHere, kind: str = "peer-sessions") -> Response:
    return forms.show(request, db, cohort, forms.blank(cohort, KINDS.get(kind, SessionFormat.ROLE_ALIKE)))


@router.post("", dependencies=CHANGE)
def create(
    request: Request,
    db: Db,
    cohort: CohortHere,
    viewer: ViewerHere,
    settings: SettingsHere,
    form: Annotated[PollForm, Form()],
) -> Response:
    try:
        wanted, whom = forms.read_wanted(form), form.whom(db, cohort)
        poll = polls.create_poll(db, cohort, wanted, whom, secret=settings.secret, by=viewer)
    except Refused as refused:
        return forms.show(request, db, cohort, form, errors=typed.errors(refused))
    return see_other(_place(cohort, poll), flash="Nobody is asked yet. Choose the times to ask about.")


@router.get(ONE, dependencies=READ)
def one(request: Request, db: Db, cohort: CohortHere, viewer: ViewerHere, poll: int) -> Response:
    """The desk of an organizer; whoever is asked is sent to their own page."""
    if not may(viewer, "gathering.change", cohort_id=cohort.key):
        found = polls.poll_of(db, cohort, poll)
        if found is None or polls.person_asked(found, viewer.person_id) is None:
            raise NotHere(f"{cohort.name} has nothing at this address.")
        return see_other(f"{_place(cohort, found)}/answer")
    return _desk(request, db, cohort, viewer.person_id, _poll(db, cohort, poll))


@router.get(ONE + "/edit", dependencies=CHANGE)
def edit(request: Request, db: Db, cohort: CohortHere, poll: int) -> Response:
    found = _poll(db, cohort, poll)
    return forms.show(request, db, cohort, forms.filled(found), poll=found)


@router.post(ONE, dependencies=CHANGE)
def save(
    request: Request, db: Db, cohort: CohortHere, viewer: ViewerHere, poll: int, form: Annotated[PollForm, Form()]
) -> Response:
    found = _poll(db, cohort, poll)
    try:
        polls.change_poll(db, found, forms.read_wanted(form), by=viewer)
    except Refused as refused:
        return forms.show(request, db, cohort, form, errors=typed.errors(refused), poll=found)
    return see_other(_place(cohort, found), flash="Saved. Nobody is written to for this.")


@router.post(ONE + "/people", dependencies=CHANGE)
def people(
    request: Request,
    db: Db,
    cohort: CohortHere,
    viewer: ViewerHere,
    settings: SettingsHere,
    poll: int,
    needed: Texts = None,
    without: Texts = None,
    more: Text = "",
) -> Response:
    """Whom it cannot be without, who is left out, who is asked besides."""
    found = _poll(db, cohort, poll)
    try:
        named = [person.key for person, _ in people_in_lines(db, more, "more")]
        polls.change_asked(
            db,
            found,
            needed=_numbers(needed),
            without=_numbers(without),
            more=named,
            secret=settings.secret,
            by=viewer,
        )
    except Refused as refused:
        return _desk(request, db, cohort, viewer.person_id, found, refused=refused, typed_values={"more": more})
    return see_other(f"{_place(cohort, found)}#people", flash="Saved.")


@router.post(ONE + "/slots", dependencies=CHANGE)
def ask(
    request: Request,
    db: Db,
    cohort: CohortHere,
    viewer: ViewerHere,
    settings: SettingsHere,
    poll: int,
    starts: Texts = None,
    day: Text = "",
    start: Text = "",
) -> Response:
    """Ask about the chosen times: a letter to each who was not asked before, and to those who have answered."""
    found = _poll(db, cohort, poll)
    chosen = starts or []
    try:
        told = polls.ask(db, found, forms.read_starts(found, chosen, day, start), by=viewer)
    except Refused as refused:
        values = {"starts": chosen, "day": day, "start": start}
        return _desk(request, db, cohort, viewer.person_id, found, refused=refused, typed_values=values)
    _tell(db, cohort, found, told, settings)
    return see_other(_place(cohort, found), flash=_said(told))


@router.post(ONE + "/slots/{slot:int}/withdrawal", dependencies=CHANGE)
def withdraw(db: Db, cohort: CohortHere, viewer: ViewerHere, poll: int, slot: int) -> Response:
    found = _poll(db, cohort, poll)
    polls.withdraw_slot(db, found, _slot(found, slot), by=viewer)
    return see_other(_place(cohort, found), flash="That time is not asked about any more.")


@router.post(ONE + "/booking", dependencies=CHANGE)
def book(
    request: Request,
    db: Db,
    cohort: CohortHere,
    viewer: ViewerHere,
    settings: SettingsHere,
    poll: int,
    slot: Text = "",
    role: Text = "",
) -> Response:
    """One act: the gathering is made, the asking ends, everybody has a letter with it. Twice is once."""
    found = _poll(db, cohort, poll)
    try:
        number = typed.number_or_none(slot, "slot")
        chosen = next((one for one in poll_booking.roles_meant(db, cohort, found) if str(one.key) == role), None)
        made, is_new = poll_booking.book(db, cohort, found, _slot(found, number or 0), role=chosen, by=viewer)
    except Refused as refused:
        db.rollback()
        return _desk(request, db, cohort, viewer.person_id, _poll(db, cohort, poll), refused=refused)
    if is_new:
        poll_letters.booked(db, cohort, found, made, settings=settings)
    return see_other(f"/{cohort.slug}/gatherings/{made.key}", flash="Booked. Everybody who was asked has a letter.")


@router.post(ONE + "/closing", dependencies=CHANGE)
def close(db: Db, cohort: CohortHere, viewer: ViewerHere, poll: int) -> Response:
    found = _poll(db, cohort, poll)
    polls.close_poll(db, found, by=viewer)
    return see_other(_place(cohort, found), flash="Closed. What was answered stays.")


@router.post(ONE + "/reopening", dependencies=CHANGE)
def reopen(request: Request, db: Db, cohort: CohortHere, viewer: ViewerHere, poll: int) -> Response:
    found = _poll(db, cohort, poll)
    try:
        polls.reopen_poll(db, found, by=viewer)
    except Refused as refused:
        return _desk(request, db, cohort, viewer.person_id, found, refused=refused)
    return see_other(_place(cohort, found), flash="Open again: answers can be given and changed.")


def _desk(
    request: Request,
    db: Session,
    cohort: Cohort,
    own_id: int | None,
    poll: TimePoll,
    *,
    refused: Refused | None = None,
    typed_values: Mapping[str, object] | None = None,
) -> Response:
    """Everything about one poll: people, answers, times to propose, and the week as strips."""
    errors = dict(typed.errors(refused)) if refused else {}
    try:
        where = forms.read_range(poll, request.query_params)
    except Refused as wrong:
        where, errors = forms.usual_range(poll), {**errors, **typed.errors(wrong)}
    desk = proposing.desk_of(db, cohort, poll, where.first, where.last)
    is_open = poll.closed_at is None
    span = (where.first, where.last, where.earliest, where.latest)
    asked = polls.asked_of(poll)
    context: dict[str, object] = {
        "poll": poll,
        "board": poll_answers.board_of(db, cohort, poll, desk.everybody),
        "theirs": proposing.as_proposed(desk, poll) if is_open else {},
        "is_open": is_open,
        "is_booked": polls.is_booked(poll),
        "is_asked": any(one.told_at is not None for one in asked),
        "untold": sum(one.told_at is None for one in asked),
        "where": where,
        "looking": bool(request.query_params),
        "proposals": proposing.proposals(desk, poll, *span) if is_open else (),
        "days": week_of(where.week, where.last, where.earliest, where.latest, desk.people, poll.zone),
        "turns": desk.turns.said,
        "roles": _roles(db, cohort, poll) if is_open else [],
        "own": polls.person_asked(poll, own_id) is not None,
        "errors": errors,
        "typed": {"starts": [], "day": "", "start": "", "more": "", **(typed_values or {})},
    }
    return page(request, "gatherings/times.html", context, status=422 if errors else 200)


def _tell(db: Session, cohort: Cohort, poll: TimePoll, told: Told, settings: Settings) -> None:
    if told.first:
        poll_letters.asked(db, cohort, poll, told.first, settings=settings)
    if told.again:
        poll_letters.more_times(db, cohort, poll, told.again, told.slots, settings=settings)


def _said(told: Told) -> str:
    letters = [
        f"{len(told.first)} asked" if told.first else "",
        f"{len(told.again)} who had answered told of more times" if told.again else "",
    ]
    said = ", ".join(one for one in letters if one)
    return f"{said[:1].upper()}{said[1:]}; who acts for them has the same letter." if said else "Nobody is written to."


def _poll(db: Session, cohort: Cohort, number: int) -> TimePoll:
    found = polls.poll_of(db, cohort, number)
    if found is None:
        raise NotHere(f"{cohort.name} has nothing at this address.")
    return found


def _roles(db: Session, cohort: Cohort, poll: TimePoll) -> list[tuple[str, str]]:
    """The roles for which it may be booked, to choose from."""
    return [
        (str(one.key), f"{one.plural}: whoever holds the seat then")
        for one in poll_booking.roles_meant(db, cohort, poll)
    ]


def _slot(poll: TimePoll, number: int) -> PollSlot:
    found = next((one for one in poll.slots if one.key == number), None)
    if found is None:
        raise NotHere("There is no such time here.")
    return found


def _numbers(values: list[str] | None) -> set[int]:
    return {int(one) for one in values or [] if one.isascii() and one.isdigit() and len(one) < 12}


def _place(cohort: Cohort, poll: TimePoll) -> str:
    return f"/{cohort.slug}/gatherings/times/{poll.key}"
