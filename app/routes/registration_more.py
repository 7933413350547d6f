"""What a registration says beside who comes and when: travel and lodging, the organizers' questions, sessions chosen.

One page of three forms, each saved by itself; travel and answers also as they are typed, by pieces (pieces.py). To
choose a session takes a place in it and gives another up, so that is done by its button alone. The same page for
oneself, for one of a team, and by a private link, which takes all of it and reads none of it out.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.responses import JSONResponse, Response
from sqlmodel import Session
from starlette.datastructures import FormData, UploadFile

from app import clock
from app.files import Arrival, Files, OutOfReach, Unacceptable
from app.models import (
    ASKED,
    HOLDING,
    UNANSWERED,
    LodgingBlock,
    Openness,
    Payer,
    QuestionKind,
    Registration,
    RegistrationAnswer,
    RegistrationQuestion,
    Travel,
)
from app.people.audit import Refused
from app.registration import choices, lodging, question_answers, questions, travel
from app.registration.presence import whole, windows_on_record
from app.registration.question_answers import field_of
from app.registration.stays import There, there
from app.routes import registration_journey as journeys
from app.routes import typed
from app.routes.door import NotHere, SettingsHere
from app.routes.handed_in import UNKEPT, FilesHere, looked_at
from app.routes.pages import page, see_other
from app.routes.pieces import marks_in, says, texts_mark
from app.routes.registration_desk import Registrant

PAYERS = [(Payer.LAB, "The lab"), (Payer.CITY, "The city")]


@dataclass(frozen=True, slots=True)
class Sent:
    """A form of which the fields depend on what is asked: its texts by name, its files looked at, or the sentence why
    one is not taken, and the marks of its pieces."""

    texts: Mapping[str, str]
    files: Mapping[str, Arrival | str]
    asks: Mapping[str, str]


async def form_here(request: Request) -> AsyncIterator[FormData]:
    """The form as it was sent; its files are closed after the answer."""
    async with request.form() as form:
        yield form


def sent_here(settings: SettingsHere, form: Annotated[FormData, Depends(form_here)]) -> Sent:
    """The form, read. Put this before the permission, and so before the transaction (handed_in.py says why)."""
    texts = {name: value for name, value in form.items() if isinstance(value, str)}
    files: dict[str, Arrival | str] = {}
    for name, value in form.items():
        if isinstance(value, UploadFile) and value.filename:
            try:
                files[name] = looked_at(value.file, value.filename, settings)
            except Unacceptable as error:
                files[name] = error.sentence
    return Sent(texts, files, marks_in(mark for mark in form.getlist("asks") if isinstance(mark, str)))


SentHere = Annotated[Sent, Depends(sent_here)]


def sent_files_here(sent: SentHere, files: FilesHere) -> Sent:
    """The form, its files kept; put before it what refuses those who may not (AskedFirst)."""
    kept = dict(sent.files)
    for name, arrival in sent.files.items():
        try:
            if not isinstance(arrival, str):
                files.keep(arrival)
        except OutOfReach as out:
            kept[name] = UNKEPT.format(out)
    return replace(sent, files=kept)


SentFilesHere = Annotated[Sent, Depends(sent_files_here)]


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed into one of the forms and what was wrong with it; empty is as on record."""

    form: str = ""
    sent: Sent = field(default_factory=lambda: Sent({}, {}, {}))
    errors: Mapping[str, str] = field(default_factory=dict)


def registration_here(db: Session, who: Registrant) -> Registration:
    """The registration that is said more of; raises NotHere where there is none, or they do not come."""
    registration = who.on_record(db)
    if registration is None or registration.state not in (*UNANSWERED, *ASKED):
        raise NotHere("Register first: there is nothing yet to say more of.")
    return registration


def show_more(request: Request, db: Session, who: Registrant, was: Typed | None = None) -> Response:
    """The three forms, as on record or as typed; by a private link empty, whatever is on record."""
    registration, was = registration_here(db, who), was or Typed()
    reads = not who.at_link
    asked = _asked(db, who, registration)
    known = question_answers.answers_of(db, registration)
    journey = travel.travel_of(db, registration)
    texts = journeys.written(who.convening, journey if reads else None)
    answers = _answered(known) if reads else {}
    groups = _groups(db, who, registration)
    context: dict[str, Any] = {
        "convening": who.convening,
        "person": who.person,
        "city": who.city,
        "at": who.here,
        "back": who.back,
        "by_link": bool(who.at_link),
        "you": not who.for_another,
        "registration": registration,
        "journey": was.sent.texts if was.form == "travel" else texts,
        "travel_gap": _travel_gap(registration),
        "is_travel_known": not reads and journey is not None,
        "blocks": [(one.key, one.name) for one in _blocks(db, who, journey if reads else None)],
        "payers": [*PAYERS, (Payer.SELF, "Themselves" if who.for_another else "I do")],
        "zone_said": clock.zone_abbreviation(whole(who.convening).ends_at, who.convening.zone),
        "questions": asked,
        "field_of": field_of,
        "answers": was.sent.texts if was.form == "answers" else answers,
        "answers_gap": _answers_gap(asked, known),
        "answered": set() if reads else {number for number, one in known.items() if one.text},
        "files": {number: one.file_name for number, one in known.items() if one.digest and reads},
        "marks": {**journeys.marks_of(texts), **_marks_of(asked, answers), **was.sent.asks},
        "groups": groups,
        "away": _away(registration, groups),
        "chosen": was.sent.texts if was.form == "choices" else {},
        "errors": was.errors,
    }
    answer = page(request, "registration/more.html", context, status=422 if was.errors else 200)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def keep_travel(request: Request, db: Session, who: Registrant, sent: Sent) -> Response:
    """Keep what was changed of how they come, go and stay."""
    registration = registration_here(db, who)
    try:
        warned, errors = _keep_travel(db, who, registration, sent, journeys.pieces_said(sent.texts, sent.asks))
    except Refused as refused:
        errors = dict(typed.errors(refused))
    if errors:
        return show_more(request, db, who, Typed("travel", sent, errors))
    return _done(who, " ".join(["Travel is saved.", *warned]))


def keep_answers(request: Request, db: Session, files: Files, who: Registrant, sent: Sent) -> Response:
    """Keep what was changed of the answers; what still needs one is said, and can be answered later."""
    registration = registration_here(db, who)
    asked = _asked(db, who, registration)
    texts = _texts_said(asked, sent)
    handed = {one.key: sent.files[field_of(one)] for one in asked if field_of(one) in sent.files}
    kept, arrived, errors = question_answers.read_answers(asked, texts, handed)
    if errors:
        return show_more(request, db, who, Typed("answers", sent, errors))
    try:
        question_answers.answer_questions(db, registration, kept, arrived, files, by=who.viewer)
    except Refused as refused:
        return show_more(request, db, who, Typed("answers", sent, typed.errors(refused)))
    db.flush()
    gap = _answers_gap(asked, question_answers.answers_of(db, registration))
    return _done(who, f"The answers are saved. {gap}".strip())


def keep_choices(request: Request, db: Session, who: Registrant, sent: Sent) -> Response:
    """Choose a session of each group that was changed; where one is full, what was chosen before is kept and said."""
    registration = registration_here(db, who)
    try:
        for group in _groups(db, who, registration):
            wanted = sent.texts.get(f"choice-{group.name}")
            if wanted is not None and wanted != sent.texts.get(f"was-{group.name}"):
                number = typed.number_or_none(wanted, f"choice-{group.name}")
                choices.choose_session(db, registration, group.name, number, by=who.viewer)
    except Refused as refused:
        return show_more(request, db, who, Typed("choices", sent, typed.errors(refused)))
    return _done(who, "The choice is saved.")


def keep_more(db: Session, who: Registrant, sent: Sent) -> Response:
    """Keep the pieces of travel and answers that changed, as they are typed.

    Answers with the marks of what was kept, what is still open, or the mistakes by field; nothing that was typed is
    said again.
    """
    registration = registration_here(db, who)
    asked = _asked(db, who, registration)
    pieces, texts = journeys.pieces_said(sent.texts, sent.asks), _texts_said(asked, sent)
    kept, _, errors = question_answers.read_answers(asked, texts, {})
    try:
        if pieces and not errors:
            errors = _keep_travel(db, who, registration, sent, pieces)[1]
        if kept and not errors:
            question_answers.answer_questions(db, registration, kept, by=who.viewer)
    except Refused as refused:
        errors = dict(typed.errors(refused))
    if errors:
        return _heard({"marks": {}, "errors": errors})
    db.flush()
    db.expire(registration, ["travel"])
    marks = {**journeys.marks_of(sent.texts), **_marks_of(asked, sent.texts)}
    said = {*pieces, *(field_of(one) for one in asked if one.key in kept)}
    gaps = {
        "travel": _travel_gap(registration),
        "answers": _answers_gap(asked, question_answers.answers_of(db, registration)),
    }
    return _heard({"marks": {piece: marks[piece] for piece in marks if piece in said}, "errors": {}, "gaps": gaps})


def _heard(answer: Mapping[str, object]) -> Response:
    return JSONResponse(answer, headers={"Cache-Control": "no-store"})


def _done(who: Registrant, said: str) -> Response:
    return see_other(f"{who.here}/more", flash=said)


def _keep_travel(
    db: Session, who: Registrant, registration: Registration, sent: Sent, pieces: Sequence[str]
) -> tuple[tuple[str, ...], dict[str, str]]:
    """Keep these pieces; returns what to warn of, and the mistakes by field, with which nothing is kept."""
    only = journeys.fields_of(pieces)
    on_record = travel.travel_of(db, registration)
    details, errors = journeys.read_journey(db, who.convening, sent.texts, on_record, only)
    if errors or not only:
        return (), errors if only else {}
    return travel.keep_travel(db, registration, details, only=only, by=who.viewer), {}


def _asked(db: Session, who: Registrant, registration: Registration) -> list[RegistrationQuestion]:
    return questions.questions_for(db, who.convening, questions.role_of(db, registration))


def _groups(db: Session, who: Registrant, registration: Registration) -> list[choices.ChoiceGroup]:
    """What they choose among; nothing before they have a place, and by a private link nothing closed (rule 13)."""
    if registration.state not in HOLDING:
        return []
    groups = choices.choice_groups(db, registration)
    if not who.at_link:
        return groups
    return [group for group in groups if all(offer.session.openness is not Openness.CLOSED for offer in group.offers)]


def _away(registration: Registration, groups: Sequence[choices.ChoiceGroup]) -> dict[int, str]:
    """Session → what the hours on record mean for it, in words, of those that they would miss (rule 11)."""
    windows = windows_on_record(registration)
    words = {There.OUT: "not there then", There.PART: "there for a part of it"}
    stays = ((offer.session.id, there(offer.session, windows)) for group in groups for offer in group.offers)
    return {number: words[much] for number, much in stays if much in words}


def _blocks(db: Session, who: Registrant, journey: Travel | None) -> list[LodgingBlock]:
    """The hotels to choose from, and one put away since for who has chosen it."""
    away = lodging.blocks_of(db, who.convening, archived=True) if journey and journey.block_id else []
    return [*lodging.blocks_of(db, who.convening), *(one for one in away if journey and one.key == journey.block_id)]


def _travel_gap(registration: Registration) -> str:
    gaps = travel.travel_gaps(registration.travel)
    return f"Not said yet: {' and '.join(gaps)}." if gaps else ""


def _answers_gap(asked: Sequence[RegistrationQuestion], known: Mapping[int, RegistrationAnswer]) -> str:
    """Which questions still need an answer; a long list is counted."""
    needed = [_short(one.text) for one in question_answers.unanswered(asked, known)]
    more = [f"{len(needed) - 3} more"] if len(needed) > 3 else []
    return f"Still to answer: {'; '.join([*(f'“{text}”' for text in needed[:3]), *more])}." if needed else ""


def _short(text: str, longest: int = 80) -> str:
    return text if len(text) <= longest else f"{text[:longest].rstrip()}…"


def _answered(known: Mapping[int, RegistrationAnswer]) -> dict[str, str]:
    return {f"question-{number}": one.text for number, one in known.items()}


def _marks_of(asked: Sequence[RegistrationQuestion], texts: Mapping[str, str]) -> dict[str, str]:
    """The marks of the questions that are answered in words; a file is kept when one is handed in."""
    words = (field_of(one) for one in asked if one.kind is not QuestionKind.FILE)
    return {name: texts_mark(name, (name,), texts) for name in words}


def _texts_said(asked: Sequence[RegistrationQuestion], sent: Sent) -> dict[int, str]:
    """The answers in words that are to be kept, by the question's id."""
    words = ((one.key, field_of(one)) for one in asked if one.kind is not QuestionKind.FILE)
    return {number: sent.texts.get(name, "") for number, name in words if says(name, (name,), sent.texts, sent.asks)}
