"""Speakers as organizers see them: who is missing what, one speaker's parts, and their private link."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import Response
from sqlmodel import Session

from app.agenda import briefs, chasing, materials, speakers
from app.agenda.briefs import Brief
from app.agenda.chasing import Show
from app.files import SUFFIXES, TAKEN
from app.models import Convening, Engagement, EngagementState, LinkPurpose, Person
from app.people import private_links
from app.people.audit import Refused
from app.people.directory import organizers
from app.people.viewer import Viewer
from app.routes import typed
from app.routes.door import ConveningHere, Db, Needs, NotHere, SettingsHere, ViewerHere
from app.routes.handed_in import LONGEST_UPLOAD, ArrivalHere, AskedFirst, FilesHere, arrival_here, send
from app.routes.pages import page, see_other
from app.routes.session_choices import choices
from app.routes.speaker_link import material_of, refusal_said, take
from app.settings import Settings

HERE = "/{cohort}/convenings/{convening}/speakers"
router = APIRouter(prefix=HERE)
CHASE = [Depends(Needs("speaker.chase"))]
UPLOAD = [Depends(AskedFirst("speaker.chase")), Depends(arrival_here), *CHASE]
ONE = "/{person:int}"
PART = ONE + "/parts/{part:int}"
Text = Annotated[str, Form()]

STATES = tuple(state for state in EngagementState if state is not EngagementState.REPLACED)
LONG = 12
"""From so many parts on, the list can be searched."""


class Speaker:
    """A speaker of the convening that the address names, with those of their parts that the viewer may know of."""

    def __init__(self, db: Db, convening: ConveningHere, viewer: ViewerHere, person: int) -> None:
        found = db.get(Person, person) if person < 2**31 else None
        unseen = chasing.hidden_sessions(db, convening, viewer)
        held = briefs.parts_of(db, convening, found.key) if found else []
        self.parts = [part for part in held if part.session_id not in unseen]
        if found is None or not self.parts:
            raise NotHere("Nobody with a part in this convening is at this address.")
        self.person: Person = found
        self.convening: Convening = convening

    @property
    def here(self) -> str:
        return f"{address_of(self.convening)}/{self.person.key}"

    def part(self, number: int) -> Engagement:
        for part in self.parts:
            if part.key == number:
                return part
        raise NotHere("This speaker has no such part.")

    def brief(self, db: Session) -> Brief:
        return briefs.brief_of(db, self.convening, self.person, self.parts)


SpeakerHere = Annotated[Speaker, Depends(Speaker)]


@router.get("", dependencies=CHASE)
def chase(
    request: Request,
    db: Db,
    convening: ConveningHere,
    viewer: ViewerHere,
    show: Show = Show.ALL,
    q: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """Everyone who has a part, how it stands, and what is missing."""
    found = chasing.chase(db, convening, viewer, show=show, words=q)
    context = {
        "convening": convening,
        "chase": found,
        "show": show,
        "q": q,
        "long": found.counts[Show.ALL] >= LONG,
    }
    return page(request, "speakers/list.html", context)


@router.get(ONE, dependencies=CHASE)
def one(request: Request, db: Db, settings: SettingsHere, speaker: SpeakerHere, viewer: ViewerHere) -> Response:
    """One speaker: their brief as they see it, and all that organizers do about it."""
    return _page(request, db, settings, speaker, viewer)


@router.post(PART + "/state", dependencies=CHASE)
def set_state(
    request: Request,
    db: Db,
    settings: SettingsHere,
    speaker: SpeakerHere,
    viewer: ViewerHere,
    part: int,
    state: Text = "",
) -> Response:
    try:
        if state not in {one.value for one in STATES}:
            raise Refused("Choose how the part stands.", "state")
        speakers.set_state(db, speaker.part(part), EngagementState(state), by=viewer)
    except Refused as refused:
        return _page(request, db, settings, speaker, viewer, refused, part)
    return see_other(f"{speaker.here}#part-{part}", flash=f"{speaker.person.name}: {state}.")


@router.post(PART + "/brief", dependencies=CHASE)
def write_brief(
    request: Request,
    db: Db,
    settings: SettingsHere,
    speaker: SpeakerHere,
    viewer: ViewerHere,
    part: int,
    brief: Text = "",
    contact: Text = "",
) -> Response:
    try:
        contact_id = typed.number_or_none(contact, "contact")
        speakers.write_brief(db, speaker.part(part), brief=brief, contact_id=contact_id, by=viewer)
    except Refused as refused:
        return _page(request, db, settings, speaker, viewer, refused, part, {"brief": brief})
    return see_other(f"{speaker.here}#part-{part}", flash="The brief is saved; the speaker’s page shows it.")


@router.post(PART + "/replacement", dependencies=CHASE)
def replace(
    request: Request,
    db: Db,
    settings: SettingsHere,
    speaker: SpeakerHere,
    viewer: ViewerHere,
    part: int,
    person_named: Text = "",
) -> Response:
    try:
        label = choices(db, speaker.convening).person(person_named, "person")
        successor = speakers.replace_speaker(db, speaker.part(part), db.get_one(Person, label), by=viewer)
    except Refused as refused:
        return _page(request, db, settings, speaker, viewer, refused, part, {"person": person_named})
    there = f"{address_of(speaker.convening)}/{successor.person_id}"
    return see_other(there, flash="The part has passed on. Invite them, and publish for the agenda to say so.")


@router.post(PART + "/materials", dependencies=UPLOAD, max_body_size=LONGEST_UPLOAD)
def hand_in(
    request: Request,
    db: Db,
    settings: SettingsHere,
    speaker: SpeakerHere,
    viewer: ViewerHere,
    files: FilesHere,
    arrival: ArrivalHere,
    part: int,
    instead_of: Text = "",
) -> Response:
    """A file that came by mail, say, put in for the speaker."""
    try:
        material = take(db, speaker.part(part), arrival, files, instead_of, viewer)
    except Refused as refused:
        return _page(request, db, settings, speaker, viewer, refused, part)
    return see_other(f"{speaker.here}#part-{part}", flash=f"“{material.name}” is here.")


@router.get(PART + "/materials/{material:int}", dependencies=CHASE)
def fetch(speaker: SpeakerHere, files: FilesHere, part: int, material: int) -> Response:
    """A file, an earlier one or one under quarantine too: organizers have to be able to look."""
    return send(material_of(speaker.part(part), material), files)


@router.post(PART + "/materials/{material:int}/quarantine", dependencies=CHASE)
def quarantine(
    db: Db, speaker: SpeakerHere, viewer: ViewerHere, part: int, material: int, reason: Text = ""
) -> Response:
    """Rule 20."""
    engagement = speaker.part(part)
    materials.quarantine(db, engagement, material_of(engagement, material), reason=reason[:500], by=viewer)
    return see_other(f"{speaker.here}#part-{part}", flash="The file is hidden. Its speaker reads that you look at it.")


@router.post(PART + "/materials/{material:int}/release", dependencies=CHASE)
def release(db: Db, speaker: SpeakerHere, viewer: ViewerHere, part: int, material: int) -> Response:
    engagement = speaker.part(part)
    materials.release(db, engagement, material_of(engagement, material), by=viewer)
    return see_other(f"{speaker.here}#part-{part}", flash="The file stands as before.")


@router.post(ONE + "/link", dependencies=CHASE)
def make_link(db: Db, settings: SettingsHere, speaker: SpeakerHere, viewer: ViewerHere, renew: Text = "") -> Response:
    """Make the private link, or a new one in its place."""
    make = private_links.renew_link if renew else private_links.create_link
    make(db, LinkPurpose.SPEAKER, speaker.convening, speaker.person, secret=settings.secret, by=viewer)
    said = "There is a new link, and the old one is revoked. Send it." if renew else "The link is made."
    return see_other(f"{speaker.here}#link", flash=said)


@router.post(ONE + "/link/revocation", dependencies=CHASE)
def revoke_link(db: Db, speaker: SpeakerHere, viewer: ViewerHere) -> Response:
    private_links.revoke_link(db, LinkPurpose.SPEAKER, speaker.convening, speaker.person, by=viewer)
    return see_other(f"{speaker.here}#link", flash="The link is revoked; who opens it is told so.")


# --- what the pages share ---


def address_of(convening: Convening) -> str:
    """Where the speakers of a convening are."""
    return f"{convening.path}/speakers"


def _page(
    request: Request,
    db: Session,
    settings: Settings,
    speaker: Speaker,
    viewer: Viewer,
    refused: Refused | None = None,
    part: int | None = None,
    written: dict[str, str] | None = None,
) -> Response:
    """The page; after a refusal with the sentence at its field and what was typed."""
    link = private_links.link_of(db, LinkPurpose.SPEAKER, speaker.convening.key, speaker.person.key)
    offered = choices(db, speaker.convening)
    context: dict[str, Any] = {
        "brief": speaker.brief(db),
        "convening": speaker.convening,
        "here": speaker.here,
        "link": link,
        "address": f"{settings.address}/speaking/{private_links.token_of(link, settings.secret)}" if link else "",
        "contacts": [(person.key, person.name) for person in organizers(db, speaker.convening.cohort_id)],
        "people": list(offered.labels.values()),
        "states": [(state.value, state.value.capitalize()) for state in STATES],
        **refusal_said(refused, part),
        "at": part,
        "written": written or {},
        "needs_in": speakers.read_equipment,
        "taken": TAKEN,
        "suffixes": SUFFIXES,
        "megabytes": settings.document_megabytes,
    }
    response = page(request, "speakers/one.html", context, status=422 if refused else 200)
    response.headers["Cache-Control"] = "private, no-store"
    return response
