"""Letters of the organizers' own to the people whom a filter finds: written, looked at reader by reader, sent once."""

from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from sqlmodel import Session

from app.mailing import circulars
from app.mailing.circulars import FIELDS, Count, Outcome
from app.mailing.posted import Fate, posted, try_again
from app.mailing.reminder_letters import own_addresses
from app.models import Circular, Convening
from app.people.audit import Refused
from app.people.names import matches
from app.registration.everybody import everybody
from app.registration.finding import Filter, in_words
from app.routes import typed
from app.routes.door import ConveningHere, Db, Needs, NotHere, SettingsHere, ViewerHere
from app.routes.pages import page, see_other
from app.routes.registration_desk import HERE, Text
from app.routes.registration_people import FilterHere, offered
from app.routes.registration_reminders import THEIR_LINK, Words
from app.settings import Settings

router = APIRouter(prefix=f"{HERE}/letters")
BOARD = [Depends(Needs("registration.board"))]
ONE = "/{number:int}"

MOST_SHOWN = 100
"""How many letters of a circular are listed before one has to search."""


@router.get("", dependencies=BOARD)
def overview(request: Request, db: Db, convening: ConveningHere) -> Response:
    """What was written, what went, and what became of it."""
    rows = circulars.circulars_of(db, convening)
    counts, names = circulars.counts_of(db, rows), offered(db, convening).names
    lines = [(one, in_words(Filter.of(one.chosen), *names), counts.get(one.key, Count())) for one in rows]
    context = {
        "convening": convening,
        "letters": [line for line in lines if line[0].archived_at is None],
        "put_away": [line for line in lines if line[0].archived_at is not None],
    }
    return page(request, "registration/letters.html", context)


@router.get("/new", dependencies=BOARD)
def begin(request: Request, db: Db, convening: ConveningHere, chosen: FilterHere) -> Response:
    return _form(request, db, convening, chosen)


@router.post("", dependencies=BOARD)
def write(
    request: Request,
    db: Db,
    convening: ConveningHere,
    viewer: ViewerHere,
    subject: Text = "",
    text: Text = "",
    query: Text = "",
) -> Response:
    chosen = Filter.of_query(query)
    try:
        circular = circulars.write_circular(db, convening, chosen, subject=subject, text=text, by=viewer)
    except Refused as refused:
        return _form(request, db, convening, chosen, refused=refused, written=(subject, text))
    return see_other(_at(circular, convening))


@router.get(ONE, dependencies=BOARD)
def look(
    request: Request,
    db: Db,
    settings: SettingsHere,
    convening: ConveningHere,
    number: int,
    reader: str = "",
    q: Words = "",
) -> Response:
    """Before it goes: the letter as one of its readers will have it. Afterwards: what became of it."""
    circular = _circular(db, convening, number)
    if circular.sent_at is not None:
        return _gone(request, db, convening, circular, q)
    return _preview(request, db, settings, convening, circular, reader)


@router.get(ONE + "/words", dependencies=BOARD)
def reopen(request: Request, db: Db, convening: ConveningHere, number: int) -> Response:
    circular = _circular(db, convening, number)
    if circular.sent_at is not None:
        return see_other(_at(circular, convening))
    return _form(request, db, convening, Filter.of(circular.chosen), circular=circular)


@router.post(ONE + "/words", dependencies=BOARD)
def rewrite(
    request: Request,
    db: Db,
    convening: ConveningHere,
    viewer: ViewerHere,
    number: int,
    subject: Text = "",
    text: Text = "",
) -> Response:
    circular = _circular(db, convening, number)
    try:
        circulars.rewrite_circular(db, circular, subject=subject, text=text, by=viewer)
    except Refused as refused:
        chosen = Filter.of(circular.chosen)
        return _form(request, db, convening, chosen, circular=circular, refused=refused, written=(subject, text))
    return see_other(_at(circular, convening))


@router.post(ONE + "/sending", dependencies=BOARD)
def send(
    request: Request,
    db: Db,
    settings: SettingsHere,
    convening: ConveningHere,
    viewer: ViewerHere,
    number: int,
    people: Text = "",
) -> Response:
    """Send it to those who were looked at, `people` (their numbers), as far as they are on the list now."""
    circular = _circular(db, convening, number)
    looked_at = {int(one) for one in people.split() if one.isascii() and one.isdigit() and len(one) < 10}
    try:
        outcome = circulars.send_circular(db, convening, circular, looked_at, settings=settings, by=viewer)
    except Refused as refused:
        return _preview(request, db, settings, convening, circular, refused=refused)
    return see_other(_at(circular, convening), flash=_said(outcome))


@router.post(ONE + "/putting-away", dependencies=BOARD)
def put_away(db: Db, convening: ConveningHere, viewer: ViewerHere, number: int) -> Response:
    """Put away what will not go after all."""
    circular = _circular(db, convening, number)
    try:
        circulars.put_circular_away(db, circular, by=viewer)
    except Refused as refused:
        return see_other(_at(circular, convening), flash=refused.sentence)
    return see_other(f"{convening.path}/registration/letters", flash=f"Put away: {circular.subject[:60]}")


@router.post(ONE + "/putting-away/undo", dependencies=BOARD)
def bring_back(db: Db, convening: ConveningHere, viewer: ViewerHere, number: int) -> Response:
    """Take out again what was put away."""
    circular = _circular(db, convening, number)
    circulars.bring_circular_back(db, circular, by=viewer)
    return see_other(_at(circular, convening))


@router.post(ONE + "/again", dependencies=BOARD)
def again(db: Db, convening: ConveningHere, viewer: ViewerHere, number: int) -> Response:
    """Try what failed once more."""
    circular = _circular(db, convening, number)
    count = try_again(db, circulars.keys_of(circular))
    said = f"{count} {'is' if count == 1 else 'are'} tried again." if count else "Nothing had failed."
    return see_other(_at(circular, convening), flash=said)


def _at(circular: Circular, convening: Convening) -> str:
    return f"{convening.path}/registration/letters/{circular.key}"


def _circular(db: Session, convening: Convening, number: int) -> Circular:
    circular = db.get(Circular, number)
    if circular is None or circular.convening_id != convening.key:
        raise NotHere("There is no such letter.")
    return circular


def _said(outcome: Outcome) -> str:
    if outcome.before:
        return "This letter had gone already. Nothing was sent twice."
    words = [f"On its way to {outcome.count} {'person' if outcome.count == 1 else 'people'}."]
    if outcome.left:
        words.append(f"Not written to, since no longer on the list: {_names(outcome.left)}.")
    if outcome.since:
        words.append(f"Not written to, since on the list only after you looked: {_names(outcome.since)}.")
    return " ".join(words)


def _names(names: tuple[str, ...]) -> str:
    """The first of them, cut short: a flash has to fit into a cookie."""
    shown = ", ".join(name if len(name) <= 40 else f"{name[:39]}…" for name in names[:3])
    return f"{shown} and {len(names) - 3} more" if len(names) > 3 else shown


def _form(
    request: Request,
    db: Session,
    convening: Convening,
    chosen: Filter,
    *,
    circular: Circular | None = None,
    refused: Refused | None = None,
    written: tuple[str, str] | None = None,
) -> Response:
    found = chosen.found(everybody(db, convening))
    subject, text = written or ((circular.subject, circular.text) if circular else ("", ""))
    context: dict[str, Any] = {
        "convening": convening,
        "circular": circular,
        "chosen": chosen,
        "who": in_words(chosen, *offered(db, convening).names),
        "found": len(found),
        "reached": sum(bool(one.email) for one in found),
        "fields": FIELDS,
        "subject": subject,
        "text": text,
        "errors": dict(typed.errors(refused)) if refused else {},
    }
    return page(request, "registration/letter_form.html", context, status=422 if refused else 200)


def _preview(
    request: Request,
    db: Session,
    settings: Settings,
    convening: Convening,
    circular: Circular,
    reader: str = "",
    refused: Refused | None = None,
) -> Response:
    """The letter to the reader of that number on the list, 1 the first."""
    reached, unreached = circulars.recipients(db, convening, circular)
    nth = int(reader[:9]) if reader.isascii() and reader.isdigit() and 1 <= int(reader[:9]) <= len(reached) else 1
    one, text = None, ""
    if reached:
        one = reached[nth - 1]
        own = THEIR_LINK if own_addresses(db, convening, [one.person_id], settings) else None
        text = circulars.circular_letter(convening, circular, one, address=settings.address, own=own)
    chosen = Filter.of(circular.chosen)
    context: dict[str, Any] = {
        "convening": convening,
        "circular": circular,
        "chosen": chosen,
        "who": in_words(chosen, *offered(db, convening).names),
        "reader": one,
        "text": text,
        "nth": nth,
        "count": len(reached),
        "people": " ".join(str(row.person_id) for row in reached),
        "unreached": unreached,
        "errors": {refused.field or "": refused.sentence} if refused else {},
    }
    answer = page(request, "registration/letter.html", context, status=422 if refused else 200)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _gone(request: Request, db: Session, convening: Convening, circular: Circular, words: str) -> Response:
    rows = posted(db, circulars.keys_of(circular))
    found = [one for one in rows if matches(words, one.name)]
    context = {
        "convening": convening,
        "circular": circular,
        "who": in_words(Filter.of(circular.chosen), *offered(db, convening).names),
        "rows": found[:MOST_SHOWN],
        "more": max(0, len(found) - MOST_SHOWN),
        "all": len(rows),
        "failed": sum(one.fate in (Fate.FAILED, Fate.GIVEN_UP) for one in rows),
        "q": words,
    }
    return page(request, "registration/letter_sent.html", context)
