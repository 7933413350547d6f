"""Letters to speakers, looked at before they go: to one, or a reminder to all who have not answered."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response
from sqlmodel import Session

from app import clock
from app.agenda import chasing, speakers
from app.agenda.chasing import Chased, Show
from app.mailing.speaker_letters import LetterKind, speaker_letter, write_to_speaker
from app.models import Convening, LinkPurpose
from app.people import private_links
from app.people.audit import Refused
from app.people.prose import as_written
from app.people.viewer import Viewer
from app.routes.door import ConveningHere, Db, Needs, SettingsHere, ViewerHere
from app.routes.pages import page, see_other
from app.routes.speakers import HERE, ONE, Speaker, SpeakerHere, address_of
from app.settings import Settings

router = APIRouter(prefix=HERE)
CHASE = [Depends(Needs("speaker.chase"))]
LETTER = ONE + "/letters/{kind}"
Text = Annotated[str, Form()]

THEIR_LINK = "(their private link)"
LONGEST_NOTE = 2000


@router.get(LETTER, dependencies=CHASE)
def preview(request: Request, db: Db, speaker: SpeakerHere, viewer: ViewerHere, kind: LetterKind) -> Response:
    """The letter as it would go now, and room for a word of one's own."""
    return _preview(request, db, speaker, viewer, kind)


@router.post(LETTER, dependencies=CHASE)
def write(
    request: Request,
    db: Db,
    settings: SettingsHere,
    speaker: SpeakerHere,
    viewer: ViewerHere,
    kind: LetterKind,
    note: Text = "",
    again: Text = "",
) -> Response:
    """Send it, once: within a day only where that is asked for."""
    try:
        _send(db, settings, speaker, viewer, kind, note, again=bool(again))
    except Refused as refused:
        return _preview(request, db, speaker, viewer, kind, refused, note)
    return see_other(address_of(speaker.convening), flash=f"The {kind.value} to {speaker.person.name} is on its way.")


@router.get("/reminders", dependencies=CHASE)
def who_is_reminded(request: Request, db: Db, convening: ConveningHere, viewer: ViewerHere) -> Response:
    """All who have not answered, before they are written to."""
    due, lately, unreachable = _waiting(db, convening, viewer)
    context = {"convening": convening, "due": due, "lately": lately, "unreachable": unreachable}
    return page(request, "speakers/reminders.html", context)


@router.post("/reminders", dependencies=CHASE)
def remind_all(
    db: Db,
    settings: SettingsHere,
    convening: ConveningHere,
    viewer: ViewerHere,
    person: Annotated[list[int] | None, Form()] = None,
    note: Text = "",
) -> Response:
    """Remind those who were ticked, as far as they still wait and were not written to in the meantime."""
    due, _, _ = _waiting(db, convening, viewer)
    chosen = {row.person_id for row in due} & set(person or ())
    for number in sorted(chosen):
        speaker = Speaker(db, convening, viewer, number)
        _send(db, settings, speaker, viewer, LetterKind.REMINDER, note)
    said = "Nobody was left to remind." if not chosen else f"{len(chosen)} reminded."
    return see_other(f"{address_of(convening)}?show=waiting", flash=said)


def _waiting(db: Session, convening: Convening, viewer: Viewer) -> tuple[list[Chased], list[Chased], list[Chased]]:
    """Who has not answered, each once: those to remind, those written to within a day, those without an address."""
    rows = [row for row in chasing.chase(db, convening, viewer, show=Show.WAITING).rows if row.days is not None]
    a_day_ago = clock.now() - speakers.A_DAY
    lately = {row.person_id for row in rows if row.reminded_at and row.reminded_at > a_day_ago}
    once = sorted({row.person_id: row for row in reversed(rows)}.values(), key=lambda row: row.person)
    return (
        [row for row in once if row.email and row.person_id not in lately],
        [row for row in once if row.email and row.person_id in lately],
        [row for row in once if not row.email],
    )


def _send(
    db: Session,
    settings: Settings,
    speaker: Speaker,
    viewer: Viewer,
    kind: LetterKind,
    note: str,
    *,
    again: bool = False,
) -> None:
    """Write a letter with the speaker's link, which is made where there is none; raises Refused."""
    note = as_written(note, longest=LONGEST_NOTE, field="note")
    _refuse_needless(speaker, db, kind)
    speakers.note_written_to(db, speaker.convening, speaker.parts, again=again, by=viewer)
    link = private_links.create_link(
        db, LinkPurpose.SPEAKER, speaker.convening, speaker.person, secret=settings.secret, by=viewer
    )
    address = f"{settings.address}/speaking/{private_links.token_of(link, settings.secret)}"
    brief = speaker.brief(db)
    write_to_speaker(db, brief, kind, speaker_letter(kind, brief, address=address, by=viewer.name, note=note))


def _refuse_needless(speaker: Speaker, db: Session, kind: LetterKind) -> None:
    name = speaker.person.name
    if speaker.person.email is None:
        raise Refused(
            f"{name} has no e-mail address on record. Add one, or copy the private link and send it yourself."
        )
    if speakers.is_past(speaker.convening):
        raise Refused(f"{speaker.convening.title} is over.")
    live = [part for part in speaker.brief(db).parts if not (part.is_gone or part.cancelled)]
    if not live:
        raise Refused(f"{name} has no part any more that a letter could be about.")
    if kind is LetterKind.REMINDER and not any(part.open for part in live):
        raise Refused(f"Nothing is missing from {name}.")


def _preview(
    request: Request,
    db: Session,
    speaker: Speaker,
    viewer: Viewer,
    kind: LetterKind,
    refused: Refused | None = None,
    note: str = "",
) -> Response:
    needless = ""
    try:
        _refuse_needless(speaker, db, kind)
    except Refused as error:
        needless = error.sentence
    last = speakers.last_letter(speaker.parts)
    subject, text = speaker_letter(kind, speaker.brief(db), address=THEIR_LINK, by=viewer.name)
    context = {
        "convening": speaker.convening,
        "person": speaker.person,
        "here": speaker.here,
        "kind": kind,
        "subject": subject,
        "text": text,
        "word": note,
        "needless": needless,
        "last": last,
        "lately": last is not None and clock.now() - last < speakers.A_DAY,
        "errors": {refused.field or "": refused.sentence} if refused else {},
    }
    return page(request, "speakers/letter.html", context, status=422 if refused else 200)
