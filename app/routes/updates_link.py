"""Approval by a letter's link, without signing in. To open it changes nothing, and shows the text only in a browser
that is the approver's (rule 5)."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response
from sqlmodel import Session

from app.mailing import approval_letters
from app.models import ApprovalLink, City, Cohort, Update, UpdateCycle
from app.people.audit import Refused
from app.people.viewer import Viewer
from app.routes.door import Db, Needs, SettingsHere, ViewerHere
from app.routes.pages import page, see_other
from app.routes.speaker_link import GoneLink
from app.routes.updates_approval import tell_sent_back, tell_taken_back, to_approve
from app.routes.updates_door import CityUpdate
from app.settings import Settings
from app.updates import approval_links
from app.updates.approval_links import BROWSER_LASTS, NUMBER_LASTS, End
from app.updates.looks import Looked

router = APIRouter(prefix="/approve/{token}")
LINK = [Depends(Needs("update.link"))]
Text = Annotated[str, Form()]


@dataclass(frozen=True, slots=True)
class Asked:
    """A link that was given to somebody: what it is about, whether this browser is theirs, and who is signed in."""

    link: ApprovalLink
    token: str
    here: CityUpdate
    bearer: Viewer
    viewer: Viewer
    is_known: bool

    @property
    def address(self) -> str:
        return f"/approve/{self.token}"


def asked_here(request: Request, db: Db, settings: SettingsHere, viewer: ViewerHere, token: str) -> Asked:
    """Whom the address's link asks; raises GoneLink where it was given to nobody, or to a record that is put away."""
    link = approval_links.find_link(db, token)
    if link is None:
        raise GoneLink(404)
    bearer = approval_links.bearer_of(db, link)
    if not bearer.is_signed_in:
        raise GoneLink(410)
    update = db.get_one(Update, link.update_id)
    cycle = db.get_one(UpdateCycle, update.cycle_id)
    cohort = db.get_one(Cohort, cycle.cohort_id)
    request.state.cohort = cohort
    db.info["cohort_id"] = cohort.key
    browser = request.cookies.get(cookie_of(settings), "")
    return Asked(
        link,
        token,
        CityUpdate(cohort, cycle, db.get_one(City, update.city_id), update),
        bearer,
        viewer,
        approval_links.is_known(db, link, viewer, browser),
    )


AskedHere = Annotated[Asked, Depends(asked_here)]


def cookie_of(settings: Settings) -> str:
    """The cookie of a browser that has given an approver's number; bound to this host over HTTPS."""
    return "__Host-plenary-approver" if settings.address.startswith("https:") else "plenary-approver"


@router.get("", dependencies=LINK)
def look(request: Request, db: Db, asked: AskedHere) -> Response:
    """The update to read and approve; in a browser that is not known, whose it is and how to show that it is you."""
    return _page(request, db, asked)


@router.post("/number", dependencies=LINK)
def send_number(request: Request, db: Db, settings: SettingsHere, asked: AskedHere) -> Response:
    """A number of six digits to the approver's own address."""
    if asked.is_known or approval_links.ended(db, asked.link):
        return see_other(asked.address)
    try:
        number = approval_links.new_number(db, asked.link, secret=settings.secret)
    except Refused as refused:
        return _page(request, db, asked, refused)
    minutes = NUMBER_LASTS.seconds // 60
    approval_letters.number_sent(db, asked.link.person, number=number, city=asked.here.city.name, minutes=minutes)
    return see_other(asked.address)


@router.post("/browser", dependencies=LINK)
def know_browser(request: Request, db: Db, settings: SettingsHere, asked: AskedHere, number: Text = "") -> Response:
    """The number that was sent: from now on this browser is the approver's."""
    if asked.is_known or approval_links.ended(db, asked.link):
        return see_other(asked.address)
    try:
        browser = approval_links.give_number(db, asked.link, number, secret=settings.secret)
    except Refused as refused:
        return _page(request, db, asked, refused)
    answer = see_other(asked.address)
    answer.set_cookie(
        cookie_of(settings),
        browser,
        max_age=int(BROWSER_LASTS.total_seconds()),
        secure=settings.address.startswith("https:"),
        httponly=True,
        samesite="lax",
    )
    return answer


@router.post("/approval", dependencies=LINK)
def approve(request: Request, db: Db, asked: AskedHere, seen: Text = "") -> Response:
    if not asked.is_known:
        return see_other(asked.address)
    try:
        approval_links.approve_by_link(db, asked.link, seen=seen, by=asked.bearer)
    except Refused as refused:
        return _page(request, db, asked, refused, status=409)
    approval_links.note_opened(db, asked.link)
    return see_other(asked.address, flash="Approved. The lab releases it to the cohort.")


@router.post("/return", dependencies=LINK)
def hand_back(request: Request, db: Db, settings: SettingsHere, asked: AskedHere, note: Text = "") -> Response:
    if not asked.is_known:
        return see_other(asked.address)
    try:
        told = approval_links.send_back_by_link(db, asked.link, note=note, by=asked.bearer)
    except Refused as refused:
        return _page(request, db, asked, refused, typed=note)
    approval_links.note_opened(db, asked.link)
    tell_sent_back(db, asked.here, told, settings.address)
    return see_other(asked.address, flash="Sent back with your note.")


@router.post("/approval/withdrawal", dependencies=LINK)
def undo(request: Request, db: Db, settings: SettingsHere, asked: AskedHere) -> Response:
    """Take back what was approved by this very link."""
    if not asked.is_known:
        return see_other(asked.address)
    try:
        told = approval_links.undo_by_link(db, asked.link, by=asked.bearer)
    except Refused as refused:
        return _page(request, db, asked, refused, status=409)
    tell_taken_back(db, asked.here, told, settings.address)
    return see_other(asked.address, flash="Your approval is taken back.")


def _page(
    request: Request, db: Session, asked: Asked, refused: Refused | None = None, *, typed: str = "", status: int = 422
) -> Response:
    """What the link shows now: the text, the way to be known, or what became of it."""
    end = approval_links.ended(db, asked.link)
    is_read = end is None and asked.is_known
    context: dict[str, object] = asked.here.shown() | {
        "here": asked.address,
        "bearer": asked.bearer,
        "end": end,
        "is_known": asked.is_known,
        "is_done": asked.is_known and approval_links.is_done_by(asked.link, asked.here.update),
        "other": asked.viewer if asked.viewer.is_signed_in and not asked.is_known else None,
        "number_out": approval_links.is_waiting_for_number(asked.link),
        "mailbox": _masked(asked.link.person.email or ""),
        "errors": {},
        "typed_note": "",
    }
    if is_read:
        context |= to_approve(request, db, asked.here.update, asked.bearer, Looked.LINK)
    if refused is not None:
        context |= {"errors": {refused.field or "": refused.sentence}, "typed_note": typed}
        return page(request, "updates/by_link.html", context, status=status)
    # what was used is shown as what became of it, to its own person; to all others it is gone
    is_gone = end is not None and not (end is End.USED and asked.is_known)
    return page(request, "updates/by_link.html", context, status=410 if is_gone else 200)


def _masked(address: str) -> str:
    """An address as its owner knows it again: "m…@oakland.example"."""
    name, _, domain = address.partition("@")
    return f"{name[:1]}…@{domain}" if domain else ""
