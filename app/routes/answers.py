"""What is answered when something is in the way: a page that says what happened, what was kept, what to do."""

from urllib.parse import quote

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, PlainTextResponse, RedirectResponse
from sqlalchemy.exc import DataError, OperationalError, TimeoutError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from app.database import is_busy
from app.files import OutOfReach
from app.people.audit import Refused
from app.people.viewer import Viewer
from app.routes.door import NotAllowed, NotHere
from app.routes.pages import page
from app.routes.shield import without_secret
from app.routes.speaker_link import GoneLink
from app.routes.turnstile import AGAIN, LOOKING, Busy

log = structlog.get_logger("plenary")

FOR_PROGRAMS = (".ics", ".json", ".xml", ".csv", ".xlsx", ".pdf")


def answer_errors(app: FastAPI) -> None:
    """Let each way to fail have its answer here."""
    app.add_exception_handler(NotHere, _not_here)  # type: ignore[arg-type]
    app.add_exception_handler(GoneLink, _gone_link)  # type: ignore[arg-type]
    app.add_exception_handler(NotAllowed, _not_allowed)  # type: ignore[arg-type]
    app.add_exception_handler(Refused, _refused)  # type: ignore[arg-type]
    app.add_exception_handler(RequestValidationError, _misread)  # type: ignore[arg-type]
    app.add_exception_handler(OverflowError, _not_storable)  # type: ignore[arg-type]
    app.add_exception_handler(DataError, _not_storable)  # type: ignore[arg-type]
    app.add_exception_handler(HTTPException, _http)  # type: ignore[arg-type]
    app.add_exception_handler(OutOfReach, _out_of_reach)
    app.add_exception_handler(Busy, _busy)
    app.add_exception_handler(OperationalError, _waited)
    app.add_exception_handler(TimeoutError, _waited)
    app.add_exception_handler(Exception, _broken)


def _for_program(request: Request) -> bool:
    return request.url.path.startswith("/api/") or request.url.path.endswith(FOR_PROGRAMS)


def _said(request: Request, status: int, sentence: str) -> Response:
    if request.url.path.startswith("/api/"):
        return JSONResponse({"detail": sentence}, status)
    if _for_program(request):
        return PlainTextResponse(sentence, status)
    known = status if status in (403, 404, 422) else 500
    request.state.cohort = None  # the request's rows cannot be read any more: its transaction is rolled back
    return page(request, f"errors/{known}.html", {"sentence": sentence, "status": status}, status=status)


async def _not_here(request: Request, error: NotHere) -> Response:
    return _said(request, 404, error.sentence)


async def _gone_link(request: Request, error: GoneLink) -> Response:
    request.state.cohort = None  # as above: the address may have named one
    return page(request, "speakers/gone.html", status=error.status)


async def _not_allowed(request: Request, error: NotAllowed) -> Response:
    viewer: Viewer = getattr(request.state, "viewer", Viewer.anonymous())
    if viewer.is_signed_in:
        return _said(request, 403, error.sentence)
    if _for_program(request):
        return _said(request, 401, "Sign in first.")
    back = request.url.path if request.method == "GET" else "/"
    return RedirectResponse(f"/sign-in?next={quote(back)}", status_code=303)


async def _refused(request: Request, error: Refused) -> Response:
    return _said(request, 409, error.sentence)


async def _misread(request: Request, error: RequestValidationError) -> Response:
    fields = ", ".join(str(part["loc"][-1]) for part in error.errors())
    return _said(
        request,
        422,
        f"Something in the form could not be read: {fields}. Go back; what you typed is still there.",
    )


async def _not_storable(request: Request, error: OverflowError | DataError) -> Response:
    """SQLite's driver refuses numbers beyond 64 bits, PostgreSQL those its columns cannot hold, and NUL in text."""
    sentence = "Something in the address or the form cannot be stored: a number too large, or a control character."
    return _said(request, 422, sentence)


async def _http(request: Request, error: HTTPException) -> Response:
    return _said(request, error.status_code, str(error.detail) if error.status_code != 404 else NotHere().sentence)


async def _out_of_reach(request: Request, error: Exception) -> Response:
    """The storage of files is down; the log has the reason (files/store.py)."""
    answer = _said(request, 503, f"{error} Nothing was changed, and nothing is lost. Try again in a few minutes.")
    answer.headers.update({"Retry-After": "60", "Cache-Control": "no-store"})
    return answer


async def _busy(request: Request, _error: Exception) -> Response:
    """Nothing was done. A page keeps what was typed, and sends it again; programs come again by themselves."""
    sentence = "There was no turn for this within a few seconds, so nothing was changed. Try again."
    headers = {"Retry-After": str(AGAIN), "Cache-Control": "no-store"}
    if request.method not in LOOKING and not _sends_form(request):
        return JSONResponse({"detail": sentence}, 503, headers)
    if _for_program(request):
        return PlainTextResponse(sentence, 503, headers)
    request.state.cohort = None
    fields = await _typed(request)
    again = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    context = {
        "sentence": sentence,
        "status": 503,
        "fields": fields,
        "again": again,
        "looks": request.method in LOOKING,
    }
    answer = page(request, "errors/503.html", context, status=503)
    answer.headers.update(headers)
    if "hx-request" in request.headers:  # the form stays on the page as it is
        answer.headers.update({"HX-Retarget": "#flash", "HX-Reswap": "innerHTML", "HX-Reselect": ".notice"})
    return answer


def _sends_form(request: Request) -> bool:
    kind = request.headers.get("content-type", "")
    return not kind or kind.startswith(("application/x-www-form-urlencoded", "multipart/form-data"))


async def _typed(request: Request) -> list[tuple[str, str]] | None:
    """What the form said, to be sent again; None where a file was among it."""
    if request.method in LOOKING:
        return []
    fields = (await request.form()).multi_items()
    return [(name, str(value)) for name, value in fields] if all(isinstance(one, str) for _, one in fields) else None


async def _waited(request: Request, error: Exception) -> Response:
    """Another process of ours may hold the writer too. What else the database says is broken, as any other error."""
    if not is_busy(error):
        raise error
    return await _busy(request, error)


async def _broken(request: Request, error: Exception) -> Response:
    log.error("broken", path=without_secret(request.url.path), exc_info=error)
    return _said(request, 500, "Something broke on our side, and it is in our log. Nothing was half done.")
