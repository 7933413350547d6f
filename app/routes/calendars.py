"""Calendars for programs: the feeds that they fetch, a cohort's public one, and files to download."""

from typing import Any

from anyio import to_thread
from fastapi import APIRouter, Depends
from fastapi.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from app.agenda import published
from app.calendars import contents
from app.calendars.answers import FeedDesk
from app.calendars.documents import TO_KEEP, Cover, document
from app.calendars.pieces import around
from app.gatherings.listing import gathering_of
from app.people.names import slug_of
from app.people.viewer import Viewer
from app.routes.door import CohortHere, ConveningHere, Db, Needs, NotAllowed, NotHere, SettingsHere, ViewerHere
from app.routes.kept import keep

router = APIRouter()
AGENDA = [Depends(Needs("agenda.read"))]
PUBLIC = [Depends(Needs("public.read"))]
LOOKING = ["GET", "HEAD"]
FEEDS, ICS, PUBLIC_ICS = "/feeds/", ".ics", "/public.ics"


class FeedAnswer:
    """A feed, as plain ASGI: programs ask by the thousand, and mostly nothing has changed.

    The program asks `is_feed` ahead of all that pages need, and calls this. There is no line in the log: the
    address is a secret, and the feed itself says when it was last fetched and by what.
    """

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        desk = _desk(scope["app"])
        asked = dict(scope["headers"])
        path: str = scope["path"]
        is_head = scope["method"] == "HEAD"
        if path.startswith(FEEDS):
            answer = await desk.answer(path[len(FEEDS) : -len(ICS)], asked, head=is_head)
        else:
            answer = await desk.public(path[1 : -len(PUBLIC_ICS)], asked, head=is_head)
        await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
        await send({"type": "http.response.body", "body": answer.body})
        if answer.noting is not None:
            program = asked.get(b"user-agent", b"").decode("latin-1")
            await to_thread.run_sync(desk.note, answer.noting, program)


answer_feed = FeedAnswer()


def is_feed(scope: Scope) -> bool:
    """Whether a request is for a feed: of a token, or a cohort's public one."""
    path: str = scope["path"]
    if not path.endswith(ICS) or scope["method"] not in LOOKING:
        return False
    return path.startswith(FEEDS) or (path.endswith(PUBLIC_ICS) and path.count("/") == 2)


class FeedAddress(Route):
    """A feed among the routes, with its permission: the token is one by itself, and what is public needs none. No
    cookie is read or set."""

    def __init__(self, path: str, name: str, permission: str) -> None:
        super().__init__(path, answer_feed, methods=LOOKING, name=name)
        self.permission = permission


def _desk(app: Any) -> FeedDesk:
    """The program's one desk, which remembers the feeds it made."""
    if not hasattr(app.state, "feed_desk"):
        app.state.feed_desk = FeedDesk(app.state.database, app.state.settings.address)
    desk: FeedDesk = app.state.feed_desk
    return desk


router.routes += [
    FeedAddress("/feeds/{token}.ics", "feed", "feed.read"),
    FeedAddress("/{cohort}/public.ics", "public_feed", "public.read"),
]


@router.api_route("/{cohort}/convenings/{convening}/agenda.ics", dependencies=AGENDA, methods=LOOKING)
def agenda_file(
    db: Db, cohort: CohortHere, convening: ConveningHere, viewer: ViewerHere, settings: SettingsHere
) -> Response:
    """The published agenda as this viewer sees it: for strangers, what is public. May be subscribed to."""
    seen = published.agenda(db, convening, viewer)
    entries = contents.of_agenda(db, convening, seen, settings.address) if seen else []
    cover = Cover(convening.title, convening.theme, f"{settings.address}{convening.path}/agenda")
    body = document(cover, entries, zone=convening.zone)
    return keep(calendar_answer(body, f"{cohort.slug}-{convening.slug}", inline=True))


@router.api_route("/{cohort}/convenings/{convening}/sessions/{number:int}.ics", dependencies=AGENDA, methods=LOOKING)
def session_file(db: Db, convening: ConveningHere, number: int, viewer: ViewerHere, settings: SettingsHere) -> Response:
    """One published session, to keep."""
    seen = published.agenda(db, convening, viewer)
    session = seen.session(number) if seen else None
    if session is None:
        raise _unknown(viewer, "There is no such session on the agenda.")
    its = around(db, [convening])[convening.key]
    entry = its.entry(session, f"{settings.address}{convening.path}/sessions/{number}")
    return calendar_answer(document(entry.title, [entry], manner=TO_KEEP), slug_of(entry.title, "session"))


@router.api_route("/{cohort}/gatherings/{number:int}.ics", dependencies=PUBLIC, methods=LOOKING)
def gathering_file(db: Db, cohort: CohortHere, number: int, viewer: ViewerHere, settings: SettingsHere) -> Response:
    """One gathering, to keep; of a series with a rule, the series, which is one event to calendars."""
    gathering = gathering_of(db, cohort.key, number, viewer)
    if gathering is None:
        raise _unknown(viewer, f"{cohort.name} has no such gathering.")
    entries = contents.of_gathering(db, cohort, gathering, viewer, settings.address)
    return calendar_answer(document(gathering.title, entries, manner=TO_KEEP), slug_of(gathering.title, "gathering"))


def calendar_answer(body: bytes, name: str, *, inline: bool = False) -> Response:
    """A calendar file of that name: to keep, or (`inline`) to subscribe to."""
    disposition = f'{"inline" if inline else "attachment"}; filename="{name}.ics"'
    headers = {"content-disposition": disposition, "x-robots-tag": "noindex"}
    return Response(body, headers=headers, media_type="text/calendar; charset=utf-8")


def _unknown(viewer: Viewer, sentence: str) -> Exception:
    """A stranger may know more once they sign in; to others there is no such thing."""
    return NotHere(sentence) if viewer.is_signed_in else NotAllowed()
