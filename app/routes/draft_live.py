"""What others do on a draft, told to whoever has it open: server-sent events."""

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response
from fastapi.sse import EventSourceResponse

from app.routes.door import ConveningHere, SettingsHere, ViewerHere, cookie_name
from app.routes.listening import Listener, listeners_of
from app.routes.workbench import DRAFT, HERE

router = APIRouter(dependencies=DRAFT)


@router.get(HERE + "/agenda/draft/live")
async def live(request: Request, convening: ConveningHere, viewer: ViewerHere, settings: SettingsHere) -> Response:
    """Who did what, as it happens, and who else is here. Answers browsers that listen, and nobody else: the stream
    has no end."""
    if "text/event-stream" not in request.headers.get("accept", ""):
        return PlainTextResponse("Listen with Accept: text/event-stream.", 406)
    assert viewer.person_id is not None, "only signed-in people may see a draft"
    listener = Listener(
        person_id=viewer.person_id,
        name=viewer.name,
        cohort_id=convening.cohort_id,
        convening_id=convening.key,
        key=request.cookies[cookie_name(settings)],
    )
    stream = listeners_of(request.app).stream(listener)
    return EventSourceResponse(stream, headers={"cache-control": "no-store", "x-accel-buffering": "no"})
