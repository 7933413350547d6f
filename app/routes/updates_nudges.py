"""Nudges about the mayors' updates, for organizers: the rules, what will go to whom and when, what has gone; and
stopping any of it."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import Response
from sqlmodel import Session

from app.mailing.nudge_letters import nudge_letter, sent_nudges
from app.models import NudgeKind, NudgeRule, Person, Update, UpdateCycle
from app.people.audit import Refused
from app.people.by_rule import shown_of
from app.people.names import matches
from app.people.quiet import QUIET_FROM, QUIET_UNTIL
from app.routes import typed
from app.routes.door import CityHere, CohortHere, Db, Needs, NotHere, SettingsHere, ViewerHere
from app.routes.pages import page, see_other
from app.routes.updates_door import CycleHere
from app.updates import nudges
from app.updates.cycles import find_update
from app.updates.nudge_plan import PlannedNudge, owing_of, plan_nudges
from app.updates.progress import progress_of

router = APIRouter(prefix="/{cohort}/updates/{cycle}/nudges")
STEER = [Depends(Needs("update.steer"))]
RULE = "/rules/{rule:int}"
LETTER = RULE + "/cities/{city}/people/{person_id:int}"
Text = Annotated[str, Form(max_length=4000)]
Words = Annotated[str, Query(max_length=200)]

THEIR_LINK = "(their own link)"
HIGHEST = 2**31 - 1

MOST_SHOWN = 100
"""How many letters are listed before one has to search."""


@router.get("", dependencies=STEER)
def overview(request: Request, db: Db, cycle: CycleHere, rule: int | None = None, q: Words = "") -> Response:
    """All rules, the letters of one of them (the next unless another is asked for), and what has gone."""
    return _page(request, db, cycle, rule=rule, words=q)


@router.post("/usual", dependencies=STEER)
def add_usual(db: Db, cohort: CohortHere, cycle: CycleHere, viewer: ViewerHere) -> Response:
    nudges.add_usual_rules(db, cycle, by=viewer)
    return see_other(_at(cohort.slug, cycle), flash="The usual nudges are set. Below you see who gets which, and when.")


@router.post("/rules", dependencies=STEER)
def add_rule(
    request: Request,
    db: Db,
    cohort: CohortHere,
    cycle: CycleHere,
    viewer: ViewerHere,
    kind: Annotated[NudgeKind, Form()] = NudgeKind.NOT_STARTED,
    days: Text = "",
) -> Response:
    try:
        figures = days.strip()
        if not (figures.isascii() and figures.isdecimal()):
            raise Refused("Say a number of days, such as 7.", field="days")
        nudges.add_rule(db, cycle, kind, days=int(figures[:9]), by=viewer)
    except Refused as refused:
        written = {"kind": kind.value, "days": days}
        return _page(request, db, cycle, written=written, errors=typed.errors(refused))
    return see_other(_at(cohort.slug, cycle), flash="The rule stands.")


@router.post(RULE + "/end", dependencies=STEER)
def end_rule(db: Db, cohort: CohortHere, cycle: CycleHere, viewer: ViewerHere, rule: int) -> Response:
    nudges.end_rule(db, _rule(db, cycle, rule), by=viewer)
    return see_other(_at(cohort.slug, cycle), flash="The rule has ended. Nobody is nudged by it any more.")


@router.post("/hold", dependencies=STEER)
def hold(db: Db, cohort: CohortHere, cycle: CycleHere, viewer: ViewerHere) -> Response:
    nudges.hold_nudges(db, cycle, by=viewer)
    return see_other(_at(cohort.slug, cycle), flash="No nudge goes out by itself until you resume.")


@router.post("/resumption", dependencies=STEER)
def resume(db: Db, cohort: CohortHere, cycle: CycleHere, viewer: ViewerHere) -> Response:
    nudges.resume_nudges(db, cycle, by=viewer)
    return see_other(_at(cohort.slug, cycle), flash="Nudges go out again.")


@router.get(LETTER, dependencies=STEER)
def preview(
    request: Request,
    db: Db,
    settings: SettingsHere,
    cycle: CycleHere,
    city: CityHere,
    rule: int,
    person_id: int,
) -> Response:
    """The letter as it would go now."""
    letter = _letter(db, cycle, rule, city.slug, person_id)
    about, reader = letter.about, letter.reader
    link = THEIR_LINK if about.kind is NudgeKind.NOT_APPROVED and reader.approves else None
    far = progress_of(db, cycle)[about.update_id]
    subject, text = nudge_letter(cycle, about, reader, far, address=settings.address, link=link)
    context = {"cycle": cycle, "letter": letter, "subject": subject, "text": text}
    return page(request, "updates/nudge.html", context)


@router.post(LETTER + "/stop", dependencies=STEER)
def stop(
    db: Db, cohort: CohortHere, cycle: CycleHere, city: CityHere, viewer: ViewerHere, rule: int, person_id: int
) -> Response:
    person = _person(db, person_id)
    nudges.stop_nudge(db, _rule(db, cycle, rule), _update(db, cycle, city.key), person, by=viewer)
    return see_other(f"{_at(cohort.slug, cycle)}?rule={rule}#planned", flash=f"{person.name} does not get this letter.")


@router.post(LETTER + "/resumption", dependencies=STEER)
def let_go(
    db: Db, cohort: CohortHere, cycle: CycleHere, city: CityHere, viewer: ViewerHere, rule: int, person_id: int
) -> Response:
    person = _person(db, person_id)
    nudges.let_nudge_go(db, _rule(db, cycle, rule), _update(db, cycle, city.key), person, by=viewer)
    return see_other(
        f"{_at(cohort.slug, cycle)}?rule={rule}#planned", flash=f"{person.name} gets this letter after all."
    )


def _at(cohort: str, cycle: UpdateCycle) -> str:
    return f"/{cohort}/updates/{cycle.slug}/nudges"


def _rule(db: Session, cycle: UpdateCycle, number: int) -> NudgeRule:
    rule = db.get(NudgeRule, min(number, HIGHEST))
    if rule is None or rule.cycle_id != cycle.key:
        raise NotHere("There is no such rule.")
    return rule


def _person(db: Session, number: int) -> Person:
    person = db.get(Person, min(number, HIGHEST))
    if person is None:
        raise NotHere("Nobody is at this address.")
    return person


def _update(db: Session, cycle: UpdateCycle, city_id: int) -> Update:
    update = find_update(db, cycle, city_id)
    if update is None:
        raise NotHere(f"The city owes no update in {cycle.title}.")
    return update


def _letter(db: Session, cycle: UpdateCycle, rule: int, city: str, person_id: int) -> PlannedNudge:
    for one in plan_nudges(db, cycle):
        for letter in one.letters:
            if (letter.rule_id, letter.about.city_slug, letter.person_id) == (rule, city, person_id):
                return letter
    raise NotHere("No such letter is planned: it has gone, or what it was about is done.")


def _page(
    request: Request,
    db: Session,
    cycle: UpdateCycle,
    *,
    rule: int | None = None,
    words: str = "",
    written: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
) -> Response:
    rules = plan_nudges(db, cycle)
    shown = shown_of(rules, rule)
    found = [one for one in shown.letters if matches(words, one.name, one.office, one.about.city)] if shown else []
    sent = sent_nudges(db, cycle)
    matching = [one for one in sent if matches(words, one.name, one.city)]
    context: dict[str, Any] = {
        "cycle": cycle,
        "rules": rules,
        "usual": nudges.USUAL,
        "shown": shown,
        "letters": found[:MOST_SHOWN],
        "more": max(0, len(found) - MOST_SHOWN),
        "sent": matching[:MOST_SHOWN],
        "sent_more": max(0, len(matching) - MOST_SHOWN),
        "sent_all": len(sent),
        "gaps": [(one.city.name, gap) for one in owing_of(db, cycle) for gap in one.desk.gaps],
        "q": words,
        "quiet": (QUIET_FROM, QUIET_UNTIL),
        "form": written or {"kind": NudgeKind.NOT_STARTED.value, "days": ""},
        "errors": dict(errors or {}),
    }
    return page(request, "updates/nudges.html", context, status=422 if errors else 200)
