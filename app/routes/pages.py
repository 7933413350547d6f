"""How an answer is drawn: one template a page, whose named blocks are the fragments that htmx swaps."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from app import clock
from app.agenda.grounds import placement_ground
from app.models import AgendaSession, Cohort
from app.people.policy import may
from app.people.prose import prose
from app.people.viewer import Viewer
from app.routes.offline import reader_key

APP = Path(__file__).resolve().parent.parent
FLASH = "plenary-flash"
A_YEAR = 31_536_000


def page(
    request: Request,
    template: str,
    context: Mapping[str, Any] | None = None,
    *,
    block: str | None = None,
    status: int = 200,
) -> HTMLResponse:
    """The page, or one named block of the same template where htmx asked for a fragment.

    Templates always know `viewer`, `cohort` (the address's, else the viewer's first) and `flash`.
    """
    body = render(request, template, context, block=block)
    response = HTMLResponse(body, status_code=status)
    if FLASH in request.cookies and block is None:
        response.delete_cookie(FLASH)
    return response


def render(
    request: Request, template: str, context: Mapping[str, Any] | None = None, *, block: str | None = None
) -> str:
    """The HTML of a page or block, for those who keep it."""
    viewer: Viewer = getattr(request.state, "viewer", None) or Viewer.anonymous()
    known = {
        "viewer": viewer,
        "cohort": getattr(request.state, "cohort", None) or _first_cohort(viewer),
        "flash": unquote(request.cookies.get(FLASH, "")),
        "here": request.url.path,
        **(context or {}),
    }
    if block is not None:
        return _block(template, block, known)
    return templates().get_template(template).render(**known)


def _block(name: str, block: str, known: dict[str, Any]) -> str:
    """One block of a template. What the template imports and sets outside its blocks is there too: its top is
    run first, up to its first output."""
    template = templates().get_template(name)
    context = template.new_context(known)
    next(iter(template.root_render_func(context)), "")
    return "".join(template.blocks[block](context))


def wants_fragment(request: Request) -> bool:
    """Whether htmx asks, and so expects a block rather than a page."""
    return request.headers.get("hx-request") == "true"


def partial(target: str, html: str, swap: str = "innerHTML") -> str:
    """A piece of an answer to htmx that goes elsewhere than the rest: into the element with the id `target`."""
    return f'<hx-partial data-hx-target="#{target}" data-hx-swap="{swap}">{html}</hx-partial>'


def see_other(address: str, *, flash: str = "") -> RedirectResponse:
    """The answer to a form that was done: go and look (303), with a sentence to show there once."""
    response = RedirectResponse(address, status_code=303)
    if flash:
        response.set_cookie(FLASH, quote(flash), max_age=60, httponly=True, samesite="lax")
    return response


class _Shown:
    """What templates need of the viewer's cohort when no cohort stands in the address."""

    def __init__(self, slug: str, name: str, key: int) -> None:
        self.slug, self.name, self.id, self.key = slug, name, key, key


def _first_cohort(viewer: Viewer) -> "Cohort | _Shown | None":
    office = viewer.office
    return _Shown(office.cohort_slug, office.cohort_name, office.cohort_id) if office else None


@lru_cache(maxsize=1)
def templates() -> Environment:
    """The templates with what all of them may say; a name that a page forgot to give raises."""
    environment = Environment(
        loader=FileSystemLoader(APP / "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
        auto_reload=False,
    )
    environment.globals.update(static=static, may=may, now=clock.now, zone_names=clock.zone_names, section="", theme="")
    environment.filters.update(
        day=clock.said_day,
        clock=clock.said_time,
        local=clock.local,
        moment=clock.said_moment,
        wall=_wall,
        ground=placement_ground,
        zone_abbreviation=clock.zone_abbreviation,
        place=clock.place,
        prose=prose,
        span=_span,
        span_of=_span_of,
        iso=_iso,
        reader_key=reader_key,
    )
    return environment


@pass_context
def _span(context: Context, start: datetime, end: datetime, zone: str) -> str:
    """`{{ start|span(end, zone) }}`: the event's time and zone, the viewer's beside it when it differs (rule 14)."""
    viewer: Viewer = context["viewer"]
    return clock.said_span(start, end, zone, (viewer.zone, viewer.place) if viewer.zone else None)


@pass_context
def _span_of(context: Context, session: AgendaSession) -> str:
    """`{{ session|span_of }}`: the same of a session; in words while it waits in the tray."""
    if session.starts_at is None or session.ends_at is None:
        return "not placed yet"
    spoken: Callable[..., str] = _span
    return spoken(context, session.starts_at, session.ends_at, session.zone)


def _wall(moment: datetime, zone: str) -> str:
    """`{{ start|wall(zone) }}`: "2017-11-14T13:30", for a module to read."""
    return f"{clock.local(moment, zone):%Y-%m-%dT%H:%M}"


def _iso(moment: datetime | date) -> str:
    return moment.isoformat()


@lru_cache(maxsize=500)
def static(path: str) -> str:
    """The address of one of our assets; its content's hash in it, so that it may be kept for a year."""
    file = APP / "static" / path
    stamp = sha256(file.read_bytes()).hexdigest()[:12] if file.is_file() else "missing"
    return f"/static/{path}?v={stamp}"


class Assets(StaticFiles):
    """app/static: what is asked for by its hash never changes, the rest is asked after each time."""

    def file_response(self, full_path: Any, stat_result: Any, scope: Scope, status_code: int = 200) -> Response:
        response = super().file_response(full_path, stat_result, scope, status_code)
        asked_by_hash = scope["query_string"].startswith(b"v=")
        is_font = str(full_path).endswith(".woff2")
        response.headers["Cache-Control"] = (
            f"public, max-age={A_YEAR}, immutable"
            if asked_by_hash
            else "public, max-age=86400"
            if is_font
            else "no-cache"
        )
        return response
