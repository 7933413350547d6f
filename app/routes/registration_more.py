"""What a registration says beside who comes and when: travel and lodging, the organizers' questions, sessions chosen.

One page of three forms, each saved by itself; the same for oneself, for one of a team, and by a private link, which
takes all of it and reads none of it out.
"""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.responses import Response
from sqlmodel import Session
from starlette.datastructures import FormData, UploadFile

from app.files import Arrival, Files, Unacceptable, examine
from app.models import (
    ASKED,
    HOLDING,
    UNANSWERED,
    Openness,
    Payer,
    QuestionKind,
    Registration,
    RegistrationQuestion,
)
from app.people.audit import Refused
from app.registration import choices, lodging, question_answers, questions, travel
from app.registration.question_answers import field_of
from app.registration.travel import TravelDetails, read_moment, write_moment
from app.routes import typed
from app.routes.door import NotHere, SettingsHere
from app.routes.pages import page, see_other
from app.routes.registration_desk import Registrant

PAYERS = [(Payer.LAB, "The lab"), (Payer.CITY, "The city"), (Payer.SELF, "Themselves")]


@dataclass(frozen=True, slots=True)
class Sent:
    """A form of which the fields depend on what is asked: its texts by name, and its files looked at, or the sentence
    why one is not taken."""

    texts: Mapping[str, str]
    files: Mapping[str, Arrival | str]


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
                files[name] = examine(value.file, value.filename, megabytes=settings.slides_megabytes)
            except Unacceptable as error:
                files[name] = error.sentence
    return Sent(texts, files)


SentHere = Annotated[Sent, Depends(sent_here)]


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed into one of the forms and what was wrong with it; empty is as on record."""

    form: str = ""
    said: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)


def registration_here(db: Session, who: Registrant) -> Registration:
    """The registration that is said more of; raises NotHere where there is none, or they do not come."""
    registration = who.on_record(db)
    if registration is None or registration.state not in (*UNANSWERED, *ASKED):
        raise NotHere("Register first: there is nothing yet to say more of.")
    return registration


def show_more(request: Request, db: Session, who: Registrant, was: Typed | None = None) -> Response:
    """The three forms, as on record or as typed."""
    registration, was = registration_here(db, who), was or Typed()
    reads = not who.at_link
    asked = questions.questions_for(db, who.convening, questions.role_of(db, registration))
    known = question_answers.answers_of(db, registration)
    journey = travel.travel_of(db, registration)
    context: dict[str, Any] = {
        "convening": who.convening,
        "person": who.person,
        "city": who.city,
        "at": who.here,
        "back": who.back,
        "by_link": bool(who.at_link),
        "you": not who.for_another,
        "registration": registration,
        "journey": was.said if was.form == "travel" else _written(who, journey if reads else None),
        "travel_said": travel.travel_said(journey),
        "reads": reads,
        "blocks": [(one.key, one.name) for one in lodging.blocks_of(db, who.convening)],
        "payers": PAYERS,
        "questions": [one for one in asked if reads or not (one.key in known and known[one.key].text)],
        "field_of": field_of,
        "answers": was.said if was.form == "answers" else _answered(known) if reads else {},
        "is_answered": any(one.text for one in known.values()),
        "files": {number: one.file_name for number, one in known.items() if one.digest and reads},
        "groups": _groups(db, who, registration),
        "chosen": was.said if was.form == "choices" else {},
        "errors": was.errors,
    }
    answer = page(request, "registration/more.html", context, status=422 if was.errors else 200)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def keep_travel(request: Request, db: Session, who: Registrant, sent: Sent) -> Response:
    """Keep how they come, go and stay; by a private link an empty form, which was shown so, changes nothing."""
    registration, said = registration_here(db, who), sent.texts
    if who.at_link and not any(text.strip() for text in said.values()):
        return _done(who, "Nothing was changed.")
    details, errors = _journey(db, who, said)
    if errors:
        return show_more(request, db, who, Typed("travel", said, errors))
    try:
        warned = travel.keep_travel(db, registration, details, by=who.viewer)
    except Refused as refused:
        return show_more(request, db, who, Typed("travel", said, typed.errors(refused)))
    return _done(who, " ".join(["Travel is saved.", *warned]))


def keep_answers(request: Request, db: Session, files: Files, who: Registrant, sent: Sent) -> Response:
    """Keep the answers to the organizers' questions; required ones are needed here, or on record."""
    registration, said = registration_here(db, who), sent.texts
    asked = questions.questions_for(db, who.convening, questions.role_of(db, registration))
    known = question_answers.answers_of(db, registration)
    texts = {one.key: said[field_of(one)] for one in asked if field_of(one) in said and _is_said(one, said, who)}
    handed = {one.key: sent.files[field_of(one)] for one in asked if field_of(one) in sent.files}
    kept, arrived, errors = question_answers.read_answers(asked, texts, handed, on_record=known, finishing=True)
    if errors:
        return show_more(request, db, who, Typed("answers", said, errors))
    try:
        question_answers.answer_questions(db, registration, kept, arrived, files, by=who.viewer)
    except Refused as refused:
        return show_more(request, db, who, Typed("answers", said, typed.errors(refused)))
    return _done(who, "The answers are saved.")


def keep_choices(request: Request, db: Session, who: Registrant, sent: Sent) -> Response:
    """Choose a session of each group; where one is full, what was chosen before is kept and said."""
    registration, said = registration_here(db, who), sent.texts
    try:
        for group in _groups(db, who, registration):
            wanted = said.get(f"choice-{group.name}")
            if wanted is not None:
                number = typed.number_or_none(wanted, f"choice-{group.name}")
                choices.choose_session(db, registration, group.name, number, by=who.viewer)
    except Refused as refused:
        return show_more(request, db, who, Typed("choices", said, typed.errors(refused)))
    return _done(who, "The choice is saved.")


def _done(who: Registrant, said: str) -> Response:
    return see_other(f"{who.here}/more", flash=said)


def _groups(db: Session, who: Registrant, registration: Registration) -> list[choices.ChoiceGroup]:
    """What they choose among; nothing before they have a place, and by a private link nothing closed (rule 13)."""
    if registration.state not in HOLDING:
        return []
    groups = choices.choice_groups(db, registration)
    if not who.at_link:
        return groups
    return [group for group in groups if all(offer.session.openness is not Openness.CLOSED for offer in group.offers)]


def _journey(db: Session, who: Registrant, said: Mapping[str, str]) -> tuple[TravelDetails, Mapping[str, str]]:
    """The journey as typed on the convening's clocks, and the mistakes by field."""
    zone, errors = who.convening.zone, dict[str, str]()

    def read(name: str, reader: Any, *more: str) -> Any:
        try:
            return reader(said.get(name, ""), *more, name)
        except Refused as refused:
            errors[name] = refused.sentence
            return None

    payer = said.get("payer", "")
    details = TravelDetails(
        is_local=said.get("is_local") == "yes",
        arrives_at=read("arrives_at", read_moment, zone),
        arrives_by=said.get("arrives_by", ""),
        leaves_at=read("leaves_at", read_moment, zone),
        leaves_by=said.get("leaves_by", ""),
        first_night=read("first_night", typed.day_or_none),
        last_night=read("last_night", typed.day_or_none),
        block_id=read("block_id", typed.number_or_none),
        shares_with=said.get("shares_with", ""),
        payer=Payer(payer) if payer in list(Payer) else None,
    )
    return details, errors or travel.travel_errors(db, who.convening, details)


def _written(who: Registrant, journey: Any) -> dict[str, str]:
    """A journey on record as the form has it."""
    details, zone = travel.details_of(journey), who.convening.zone
    return {
        "is_local": "yes" if details.is_local else "",
        "arrives_at": write_moment(details.arrives_at, zone),
        "arrives_by": details.arrives_by,
        "leaves_at": write_moment(details.leaves_at, zone),
        "leaves_by": details.leaves_by,
        "first_night": details.first_night.isoformat() if details.first_night else "",
        "last_night": details.last_night.isoformat() if details.last_night else "",
        "block_id": str(details.block_id or ""),
        "shares_with": details.shares_with,
        "payer": details.payer.value if details.payer else "",
    }


def _answered(known: Mapping[int, Any]) -> dict[str, str]:
    return {f"question-{number}": one.text for number, one in known.items()}


def _is_said(question: RegistrationQuestion, said: Mapping[str, str], who: Registrant) -> bool:
    """Whether a field says something: by a private link it is shown empty, and empty it changes nothing."""
    return question.kind is not QuestionKind.FILE and not (who.at_link and not said[field_of(question)].strip())
