"""Reminders, for organizers: the rules, what will go to whom and when, what has gone; and stopping any of it."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import Response
from sqlmodel import Session

from app.mailing.reminder_letters import own_addresses, reminder_letter, sent_reminders
from app.models import Convening, Person, ReminderKind, ReminderRule
from app.people.audit import Refused
from app.people.by_rule import shown_of
from app.people.names import matches
from app.people.quiet import QUIET_FROM, QUIET_UNTIL
from app.registration import reminders
from app.registration.reminder_plan import PlannedReminder, plan
from app.routes import typed
from app.routes.door import ConveningHere, Db, Needs, NotHere, SettingsHere, ViewerHere
from app.routes.pages import page, see_other
from app.routes.registration_desk import HERE, Text

router = APIRouter(prefix=f"{HERE}/reminders")
BOARD = [Depends(Needs("registration.board"))]
RULE = "/rules/{rule:int}"
LETTER = RULE + "/people/{person_id:int}"
Words = Annotated[str, Query(max_length=200)]

THEIR_LINK = "(their private link)"

MOST_SHOWN = 100
"""How many letters are listed before one has to search."""


@router.get("", dependencies=BOARD)
def overview(request: Request, db: Db, convening: ConveningHere, rule: int | None = None, q: Words = "") -> Response:
    """All rules, the letters of one of them (the next unless another is asked for), and what has gone."""
    return _page(request, db, convening, rule=rule, words=q)


@router.post("/usual", dependencies=BOARD)
def add_usual(db: Db, convening: ConveningHere, viewer: ViewerHere) -> Response:
    reminders.add_usual_rules(db, convening, by=viewer)
    return see_other(_at(convening), flash="The usual reminders are set. Below you see who gets which, and when.")


@router.post("/rules", dependencies=BOARD)
def add_rule(
    request: Request,
    db: Db,
    convening: ConveningHere,
    viewer: ViewerHere,
    kind: Annotated[ReminderKind, Form()] = ReminderKind.NOT_STARTED,
    days_before: Text = "",
) -> Response:
    try:
        if not days_before.strip().isdecimal():
            raise Refused("Say a number of days, such as 7.", field="days_before")
        reminders.add_rule(db, convening, kind, days_before=int(days_before[:9]), by=viewer)
    except Refused as refused:
        written = {"kind": kind.value, "days_before": days_before}
        return _page(request, db, convening, written=written, errors=dict(typed.errors(refused)))
    return see_other(_at(convening), flash="The rule stands.")


@router.post(RULE + "/end", dependencies=BOARD)
def end_rule(db: Db, convening: ConveningHere, viewer: ViewerHere, rule: int) -> Response:
    reminders.end_rule(db, _rule(db, convening, rule), by=viewer)
    return see_other(_at(convening), flash="The rule has ended. Nobody is reminded by it any more.")


@router.post("/hold", dependencies=BOARD)
def hold(db: Db, convening: ConveningHere, viewer: ViewerHere) -> Response:
    reminders.hold_reminders(db, convening, by=viewer)
    return see_other(_at(convening), flash="No reminder goes out until you resume.")


@router.post("/resumption", dependencies=BOARD)
def resume(db: Db, convening: ConveningHere, viewer: ViewerHere) -> Response:
    reminders.resume_reminders(db, convening, by=viewer)
    return see_other(_at(convening), flash="Reminders go out again.")


@router.get(LETTER, dependencies=BOARD)
def preview(
    request: Request, db: Db, settings: SettingsHere, convening: ConveningHere, rule: int, person_id: int
) -> Response:
    """The letter as it would go now."""
    letter = _letter(db, convening, rule, person_id)
    own = THEIR_LINK if own_addresses(db, convening, [person_id], settings) else None
    subject, text = reminder_letter(convening, letter, address=settings.address, own=own)
    context = {"convening": convening, "letter": letter, "subject": subject, "text": text}
    return page(request, "registration/reminder.html", context)


@router.post(LETTER + "/stop", dependencies=BOARD)
def stop(db: Db, convening: ConveningHere, viewer: ViewerHere, rule: int, person_id: int) -> Response:
    person = _person(db, person_id)
    reminders.stop_reminder(db, _rule(db, convening, rule), person, by=viewer)
    return see_other(f"{_at(convening)}?rule={rule}#planned", flash=f"{person.name} does not get this reminder.")


@router.post(LETTER + "/resumption", dependencies=BOARD)
def let_go(db: Db, convening: ConveningHere, viewer: ViewerHere, rule: int, person_id: int) -> Response:
    person = _person(db, person_id)
    reminders.let_reminder_go(db, _rule(db, convening, rule), person, by=viewer)
    return see_other(f"{_at(convening)}?rule={rule}#planned", flash=f"{person.name} gets this reminder after all.")


def _at(convening: Convening) -> str:
    return f"{convening.path}/registration/reminders"


def _rule(db: Session, convening: Convening, number: int) -> ReminderRule:
    rule = db.get(ReminderRule, number)
    if rule is None or rule.convening_id != convening.key:
        raise NotHere("There is no such rule.")
    return rule


def _person(db: Session, number: int) -> Person:
    person = db.get(Person, number)
    if person is None:
        raise NotHere("Nobody is at this address.")
    return person


def _letter(db: Session, convening: Convening, rule: int, person_id: int) -> PlannedReminder:
    for one in plan(db, convening):
        for letter in one.letters:
            if (letter.rule_id, letter.person_id) == (rule, person_id):
                return letter
    raise NotHere("No such reminder is planned: it has gone, or what it was about is done.")


def _page(
    request: Request,
    db: Session,
    convening: Convening,
    *,
    rule: int | None = None,
    words: str = "",
    written: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
) -> Response:
    rules = plan(db, convening)
    shown = shown_of(rules, rule)
    found = [one for one in shown.letters if matches(words, one.name, one.office)] if shown else []
    sent = sent_reminders(db, convening)
    matching = [one for one in sent if matches(words, one.name)]
    context: dict[str, Any] = {
        "convening": convening,
        "rules": rules,
        "shown": shown,
        "letters": found[:MOST_SHOWN],
        "more": max(0, len(found) - MOST_SHOWN),
        "sent": matching[:MOST_SHOWN],
        "sent_more": max(0, len(matching) - MOST_SHOWN),
        "sent_all": len(sent),
        "q": words,
        "quiet": (QUIET_FROM, QUIET_UNTIL),
        "form": written or {"kind": ReminderKind.NOT_STARTED.value, "days_before": ""},
        "errors": errors or {},
    }
    return page(request, "registration/reminders.html", context, status=422 if errors else 200)
