"""Calendars: the feed that programs fetch, one's own page about it, and files to download."""

from typing import Any
from urllib.parse import quote

import segno
from anyio import to_thread
from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from sqlmodel import Session
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from app.agenda import published
from app.calendars import contents, feeds
from app.calendars.answers import FeedDesk, said_program
from app.calendars.documents import Entry, document
from app.calendars.entries import session_entry
from app.gatherings.listing import gathering_of
from app.models import Feed, Person
from app.people.names import slug_of
from app.people.viewer import Viewer
from app.routes.door import CohortHere, ConveningHere, Db, Needs, NotAllowed, NotHere, SettingsHere, ViewerHere
from app.routes.kept import keep
from app.routes.pages import page, see_other
from app.settings import Settings

router = APIRouter()
AGENDA = [Depends(Needs("agenda.read"))]
PUBLIC = [Depends(Needs("public.read"))]
OWN = [Depends(Needs("own.read"))]
OWN_CHANGE = [Depends(Needs("own.change"))]
LOOKING = ["GET", "HEAD"]
FEEDS = "/feeds/"
NEXT = 10


class FeedAnswer:
    """A feed, as plain ASGI: programs ask by the thousand, and mostly nothing has changed.

    The program asks `is_feed` ahead of all that pages need, and calls this. There is no line in the log: the
    address is a secret, and the feed itself says when it was last fetched and by what.
    """

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        desk = _desk(scope["app"])
        asked = dict(scope["headers"])
        token = scope["path"].removeprefix(FEEDS).removesuffix(".ics")
        answer = await desk.answer(token, asked, head=scope["method"] == "HEAD")
        await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
        await send({"type": "http.response.body", "body": answer.body})
        if answer.noting is not None:
            program = asked.get(b"user-agent", b"").decode("latin-1")
            await to_thread.run_sync(desk.note, answer.noting, program)


answer_feed = FeedAnswer()


def is_feed(scope: Scope) -> bool:
    """Whether a request is for a feed."""
    if scope["type"] != "http" or scope["method"] not in LOOKING:
        return False
    path: str = scope["path"]
    return path.startswith(FEEDS) and path.endswith(".ics")


class FeedAddress(Route):
    """`/feeds/{token}.ics` among the routes. The token is the permission; no cookie is read or set."""

    permission = "feed.read"

    def __init__(self) -> None:
        super().__init__("/feeds/{token}.ics", answer_feed, methods=LOOKING, name="feed")


def _desk(app: Any) -> FeedDesk:
    """The program's one desk, which remembers the feeds it made."""
    if not hasattr(app.state, "feed_desk"):
        app.state.feed_desk = FeedDesk(app.state.database, app.state.settings.address)
    desk: FeedDesk = app.state.feed_desk
    return desk


router.routes.append(FeedAddress())


@router.get("/me/calendar", dependencies=OWN)
def mine(request: Request, db: Db, viewer: ViewerHere, settings: SettingsHere) -> Response:
    """How to subscribe, with the address itself; what the feed holds, and who fetched it last."""
    person = _oneself(db, viewer)
    feed = feeds.feed_of(db, person.key) if not viewer.acting else None
    context: dict[str, object] = {
        "feed": feed,
        "links": _links(feed, settings) if feed else None,
        "fetched_by": said_program(feed.fetched_by) if feed and feed.fetched_at else "",
        "upcoming": contents.of_person(db, viewer, settings.address).upcoming(NEXT) if feed else [],
        "is_local": settings.is_local,
    }
    response = page(request, "calendars/mine.html", context)
    response.headers["cache-control"] = "no-store"
    return response


@router.post("/me/calendar/feeds", dependencies=OWN_CHANGE)
def make_address(db: Db, viewer: ViewerHere, settings: SettingsHere) -> Response:
    feeds.create_feed(db, _oneself(db, viewer), secret=settings.secret, by=viewer)
    return see_other("/me/calendar", flash="Your calendar has an address.")


@router.post("/me/calendar/feeds/renewal", dependencies=OWN_CHANGE)
def renew_address(db: Db, viewer: ViewerHere, settings: SettingsHere) -> Response:
    feeds.renew_feed(db, _oneself(db, viewer), secret=settings.secret, by=viewer)
    return see_other("/me/calendar", flash="Your calendar has a new address; the old one is gone. Subscribe again.")


@router.post("/me/calendar/feeds/withdrawal", dependencies=OWN_CHANGE)
def withdraw_address(db: Db, viewer: ViewerHere) -> Response:
    feeds.revoke_feed(db, _oneself(db, viewer), by=viewer)
    return see_other("/me/calendar", flash="The address is gone. Calendars that had it will say so.")


@router.api_route("/{cohort}/convenings/{convening}/agenda.ics", dependencies=AGENDA, methods=LOOKING)
def agenda_file(
    db: Db, cohort: CohortHere, convening: ConveningHere, viewer: ViewerHere, settings: SettingsHere
) -> Response:
    """The published agenda as this viewer sees it: for strangers, what is public. May be subscribed to."""
    seen = published.agenda(db, convening, viewer)
    entries = contents.of_agenda(cohort, seen, settings.address) if seen else []
    body = document(convening.title, entries, zone=convening.zone)
    return keep(_calendar(body, f"{cohort.slug}-{convening.slug}", inline=True))


@router.api_route("/{cohort}/convenings/{convening}/sessions/{number:int}.ics", dependencies=AGENDA, methods=LOOKING)
def session_file(db: Db, convening: ConveningHere, number: int, viewer: ViewerHere, settings: SettingsHere) -> Response:
    """One published session, to keep."""
    seen = published.agenda(db, convening, viewer)
    session = seen.session(number) if seen else None
    if session is None:
        raise _unknown(viewer, "There is no such session on the agenda.")
    address = f"{settings.address}{convening.path}/sessions/{number}"
    return _single(session_entry(session, address))


@router.api_route("/{cohort}/gatherings/{number:int}.ics", dependencies=PUBLIC, methods=LOOKING)
def gathering_file(db: Db, cohort: CohortHere, number: int, viewer: ViewerHere, settings: SettingsHere) -> Response:
    """One gathering, to keep; of a series with a rule, the series, which is one event to calendars."""
    gathering = gathering_of(db, cohort.key, number, viewer)
    if gathering is None:
        raise _unknown(viewer, f"{cohort.name} has no such gathering.")
    entries = contents.of_gathering(db, cohort, gathering, viewer, settings.address)
    return _calendar(document(gathering.title, entries), slug_of(gathering.title, "gathering"))


def _single(entry: Entry) -> Response:
    return _calendar(document(entry.title, [entry]), slug_of(entry.title, "session"))


def _calendar(body: bytes, name: str, *, inline: bool = False) -> Response:
    disposition = f'{"inline" if inline else "attachment"}; filename="{name}.ics"'
    headers = {"content-disposition": disposition, "x-robots-tag": "noindex"}
    return Response(body, headers=headers, media_type="text/calendar; charset=utf-8")


def _unknown(viewer: Viewer, sentence: str) -> Exception:
    """A stranger may know more once they sign in; to others there is no such thing."""
    return NotHere(sentence) if viewer.is_signed_in else NotAllowed()


def _oneself(db: Session, viewer: Viewer) -> Person:
    assert viewer.person_id is not None, "the permission lets in nobody who is not signed in"
    return db.get_one(Person, viewer.person_id)


def _links(feed: Feed, settings: Settings) -> dict[str, str]:
    """The feed's address, and what each kind of program wants to be given of it."""
    address = f"{settings.address}/feeds/{feeds.token_of(feed, settings.secret)}.ics"
    webcal = "webcal://" + address.split("://", 1)[1]
    return {
        "address": address,
        "webcal": webcal,
        "google": f"https://calendar.google.com/calendar/r?cid={quote(webcal, safe='')}",
        "outlook": f"https://outlook.office.com/calendar/0/addfromweb?url={quote(address, safe='')}&name=Plenary",
        "code": segno.make(webcal, error="m").svg_data_uri(scale=4, border=2, dark="#1c2230", light="#ffffff"),
    }
