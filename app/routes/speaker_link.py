"""A speaker's own page, by a private address and without an account. To open it changes nothing: programs that look
for harm in letters open every address. What the speaker does is posted."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response
from sqlmodel import Session

from app.agenda import briefs, materials, speakers
from app.agenda.briefs import Brief
from app.files import SUFFIXES, TAKEN, Arrival, Files
from app.mailing import speaker_letters
from app.models import Convening, Engagement, LinkPurpose, Material, Person, PrivateLink
from app.people import private_links
from app.people.audit import Refused
from app.people.directory import organizers
from app.people.viewer import Viewer
from app.printing.briefs import brief_sheets
from app.printing.documents import Wish
from app.printing.papers import Paper
from app.routes import typed
from app.routes.door import Db, Needs, NotHere, SettingsHere, database_here
from app.routes.handed_in import LONGEST_UPLOAD, ArrivalHere, FilesHere, arrival_here, send
from app.routes.pages import page, see_other
from app.settings import Settings

router = APIRouter(prefix="/speaking/{token}")
LINK = [Depends(Needs("speaker.link"))]
PART = "/parts/{part:int}"
Text = Annotated[str, Form()]


class GoneLink(Exception):
    """The address opens nothing: it was never given out (404), or is revoked (410)."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


@dataclass(frozen=True, slots=True)
class Bearer:
    """Whoever holds a link that is good, and what it opens: this speaker's parts in this convening."""

    link: PrivateLink
    token: str
    convening: Convening
    person: Person
    parts: tuple[Engagement, ...]

    @property
    def here(self) -> str:
        return f"/speaking/{self.token}"

    def acting(self, *parts: Engagement) -> Viewer:
        """Who acts on these parts, as the record names them; where a session excludes the lab, nobody (rule 13)."""
        name = "A speaker" if any(part.session.excludes_lab for part in parts) else self.person.name[:250]
        return Viewer(self.person.key, name, actor_id=self.person.key, actor_name=f"{name}, by private link")

    def part(self, number: int) -> Engagement:
        for part in self.parts:
            if part.key == number:
                return part
        raise NotHere("This part is not one of yours any more.")


def bearer_here(request: Request, db: Db, token: str) -> Bearer:
    """The bearer of the address's token; raises GoneLink for one that opens nothing."""
    link = private_links.find_link(db, LinkPurpose.SPEAKER, token)
    if link is None or link.person is None:
        raise GoneLink(404)
    if link.revoked_at or link.person.archived_at or link.convening.archived_at:
        raise GoneLink(410)
    request.state.cohort = link.convening.cohort
    db.info["cohort_id"] = link.convening.cohort_id
    parts = briefs.parts_of(db, link.convening, link.person.key)
    return Bearer(link, token, link.convening, link.person, tuple(parts))


BearerHere = Annotated[Bearer, Depends(bearer_here)]


def bearer_first(request: Request, token: str) -> None:
    """Refuses who has no good link before their file is looked at and kept (handed_in.py says why)."""
    with database_here(request).read() as db:
        bearer_here(request, db, token)


UPLOAD = [Depends(bearer_first), Depends(arrival_here), *LINK]


@router.get("", dependencies=LINK)
def look(request: Request, db: Db, settings: SettingsHere, bearer: BearerHere) -> Response:
    """The parts with their briefs, and what can still be said."""
    return _page(request, db, settings, bearer)


@router.get("/brief.pdf", dependencies=LINK)
def brief_pdf(db: Db, settings: SettingsHere, bearer: BearerHere, paper: Paper = Paper.LETTER) -> Response:
    """The brief for paper."""
    return _print_brief(settings, _brief(db, bearer), paper)


@router.post("/reading", dependencies=LINK)
def read(db: Db, bearer: BearerHere) -> Response:
    """The speaker says that they have read it."""
    return _done(db, bearer, "Thank you.")


@router.post(PART + "/answer", dependencies=LINK)
def answer(
    request: Request, db: Db, settings: SettingsHere, bearer: BearerHere, part: int, comes: Text = "", note: Text = ""
) -> Response:
    engagement = bearer.part(part)
    try:
        if comes not in ("yes", "no"):
            raise Refused("Say whether you will come.", "note")
        is_news = speakers.answer(db, engagement, comes=comes == "yes", note=note, by=bearer.acting(engagement))
    except Refused as refused:
        return _page(request, db, settings, bearer, refused, part, {"note": note})
    if is_news and comes == "no":
        _tell_of_declining(db, settings, bearer, engagement)
    said = "Thank you. You are expected." if comes == "yes" else "Thank you for saying so. The organizers are told."
    return _done(db, bearer, said, part)


@router.post(PART + "/equipment", dependencies=LINK)
def equipment(
    request: Request,
    db: Db,
    settings: SettingsHere,
    bearer: BearerHere,
    part: int,
    ticked: Annotated[list[str] | None, Form()] = None,
    words: Text = "",
) -> Response:
    engagement = bearer.part(part)
    try:
        speakers.ask_equipment(db, engagement, ticked=ticked or [], words=words, by=bearer.acting(engagement))
    except Refused as refused:
        return _page(request, db, settings, bearer, refused, part, {"equipment": words})
    return _done(db, bearer, "The organizers know what you need in the room.", part)


@router.post("/access", dependencies=LINK)
def access(
    request: Request, db: Db, settings: SettingsHere, bearer: BearerHere, access: Text = "", nothing: Text = ""
) -> Response:
    """What they need for themselves: kept with each of their parts, read by organizers, never shown here (rule 12)."""
    try:
        if not access.strip() and not nothing:
            raise Refused("Write what you need, or tick that you need nothing.", "access")
        for engagement in bearer.parts:
            speakers.tell_access(db, engagement, access="" if nothing else access, by=bearer.acting(engagement))
    except Refused as refused:
        return _page(request, db, settings, bearer, refused, None, {"access": access})
    return _done(db, bearer, "Nothing is kept of what you need." if nothing else "The organizers will see to it.")


@router.post(PART + "/materials", dependencies=UPLOAD, max_body_size=LONGEST_UPLOAD)
def hand_in(
    request: Request,
    db: Db,
    settings: SettingsHere,
    bearer: BearerHere,
    files: FilesHere,
    arrival: ArrivalHere,
    part: int,
    instead_of: Text = "",
) -> Response:
    engagement = bearer.part(part)
    try:
        material = take(db, engagement, arrival, files, instead_of, bearer.acting(engagement))
    except Refused as refused:
        return _page(request, db, settings, bearer, refused, part)
    return _done(db, bearer, f"“{material.name}” is here.", part)


@router.post(PART + "/materials/{material:int}/removal", dependencies=LINK)
def put_away(db: Db, bearer: BearerHere, part: int, material: int) -> Response:
    engagement = bearer.part(part)
    materials.put_away(db, engagement, material_of(engagement, material), by=bearer.acting(engagement))
    return _done(db, bearer, "The file is taken back.", part)


@router.get(PART + "/materials/{material:int}", dependencies=LINK)
def fetch(bearer: BearerHere, files: FilesHere, part: int, material: int) -> Response:
    """One of their own files; not while an organizer looks at it (rule 20)."""
    found = material_of(bearer.part(part), material)
    if found.quarantined_at is not None:
        raise NotHere("The organizers are looking at this file. It comes back when they have.")
    return send(found, files)


# --- shared with the organizers' pages ---


def take(
    db: Session, engagement: Engagement, arrival: Arrival | str, files: Files, instead_of: str, by: Viewer
) -> Material:
    """Take what was uploaded; raises Refused at the field of the file."""
    if isinstance(arrival, str):
        raise Refused(f"{arrival} What was here before is unchanged.", "file")
    old = typed.number_or_none(instead_of, "file")
    return materials.hand_in(db, engagement, arrival, files, instead_of=old, by=by)


def refusal_said(refused: Refused | None, part: int | None) -> dict[str, dict[str, str]]:
    """A refusal for the page of several parts: `errors` by field, and `heads` by the field of that very part."""
    if refused is None:
        return {"errors": {}, "heads": {}}
    field = refused.field or ""
    return {
        "errors": {field: refused.sentence},
        "heads": {f"{field}-{part}" if field and part else field: refused.sentence},
    }


def material_of(engagement: Engagement, number: int) -> Material:
    """A file of a part; raises NotHere."""
    for material in engagement.materials:
        if material.key == number:
            return material
    raise NotHere("There is no such file.")


def _print_brief(settings: Settings, brief: Brief, paper: Paper) -> Response:
    wish = Wish(brief.convening, Viewer.anonymous(), settings, paper)
    pdf = brief_sheets(wish, [brief]).set()
    headers = {
        "Content-Disposition": f'inline; filename="{brief.convening.slug}-brief.pdf"',
        "Cache-Control": "private, no-store",
    }
    return Response(pdf, media_type="application/pdf", headers=headers)


# --- what these pages share ---


def _brief(db: Session, bearer: Bearer) -> Brief:
    return briefs.brief_of(db, bearer.convening, bearer.person, bearer.parts)


def _page(
    request: Request,
    db: Session,
    settings: Settings,
    bearer: Bearer,
    refused: Refused | None = None,
    part: int | None = None,
    written: dict[str, str] | None = None,
) -> Response:
    """The page; after a refusal with the sentence at its field and what was typed."""
    context: dict[str, Any] = {
        "brief": _brief(db, bearer),
        "here": bearer.here,
        "read": bearer.link.opened_at is not None,
        **refusal_said(refused, part),
        "at": part,
        "typed": written or {},
        "equipment": [(one, one[0].upper() + one[1:]) for one in speakers.EQUIPMENT],
        "needs_in": speakers.read_equipment,
        "taken": TAKEN,
        "suffixes": SUFFIXES,
        "megabytes": settings.document_megabytes,
    }
    return page(request, "speakers/own.html", context, status=422 if refused else 200)


def _done(db: Session, bearer: Bearer, said: str, part: int | None = None) -> RedirectResponse:
    private_links.note_read(db, bearer.link)
    return see_other(f"{bearer.here}#part-{part}" if part else bearer.here, flash=said)


def _tell_of_declining(db: Session, settings: Settings, bearer: Bearer, engagement: Engagement) -> None:
    """Write to the contact, else to the organizers, but not of a session that excludes the lab (rule 13)."""
    brief = briefs.brief_of(db, bearer.convening, bearer.person, (engagement,))
    told = [engagement.contact] if engagement.contact else []
    if not told and not engagement.session.excludes_lab:
        told = organizers(db, bearer.convening.cohort_id)
    place = f"{settings.address}{bearer.convening.path}"
    speaker_letters.speaker_declined(
        db,
        told,
        bearer.convening,
        brief.parts[0],
        bearer.person.name,
        address=f"{place}/speakers/{bearer.person.key}",
    )
