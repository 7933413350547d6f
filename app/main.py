"""The front door: create_app() wires settings, database, middleware and routes. No logic."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from fastapi import APIRouter, FastAPI
from starlette.routing import BaseRoute
from starlette.types import Receive, Scope, Send
from starlette_compress import CompressMiddleware

from app import logs, routes
from app.database import Database
from app.jobs import Jobs
from app.models.sealed import use_key
from app.routes import answers, calendars
from app.routes.door import cookie_name
from app.routes.kept import Kept
from app.routes.pages import APP, Assets
from app.routes.shield import Shield
from app.settings import Settings


def create_app(settings: Settings | None = None) -> FastAPI:
    """The program as an ASGI application; raises BadSettings where it cannot be served with."""
    settings = settings or Settings()
    logs.set_up(settings)
    use_key(settings.private_needs_key)
    assert settings.secret, "the secret is read now, so that a missing one is refused at the start"

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        yield
        app.state.jobs.close()
        app.state.database.dispose()

    app = Plenary(
        title="Plenary",
        lifespan=lifespan,
        openapi_url=None,
        max_body_size=(settings.upload_megabytes + 1) * 1024 * 1024,
        telemetry={"tracing": False, "metrics": False},
    )
    app.state.settings = settings
    app.state.database = Database(settings.database)
    app.state.jobs = Jobs(settings, app.state.database)
    app.mount("/static", Assets(directory=APP / "static"), name="static")
    app.router.routes.extend(_routes())
    answers.answer_errors(app)
    app.add_middleware(CompressMiddleware, minimum_size=800)
    app.front = Shield(
        Kept(app.behind, database=app.state.database, cookie=cookie_name(settings)),
        https=settings.address.startswith("https:"),
    )
    return app


@cache
def _routes() -> list[BaseRoute]:
    """All routes in the order in which they are asked: looked for and sorted once a process."""
    return sorted((route for router in rooms() for route in router.routes), key=_literal_first)


def rooms() -> Iterator[APIRouter]:
    """The router of each module of app/routes that has one: a room is open by being there."""
    for module in iter_modules(routes.__path__, f"{routes.__name__}."):
        router = getattr(import_module(module.name), "router", None)
        if isinstance(router, APIRouter):
            yield router


class Plenary(FastAPI):
    """FastAPI behind two layers of ours, and feeds ahead of those: they are most of all requests, day and night.

    What is kept is thus sent before any work is done for a route that will not be asked.
    """

    front: Shield

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope = {**scope, "app": self}
        if scope["type"] != "http":
            await self.behind(scope, receive, send)
        elif calendars.is_feed(scope):
            await calendars.answer_feed(scope, receive, send)
        else:
            await self.front(scope, receive, send)

    async def behind(self, scope: Scope, receive: Receive, send: Send) -> None:
        """FastAPI itself, for what has to be drawn or done."""
        await super().__call__(scope, receive, send)


def _literal_first(route: BaseRoute) -> list[tuple[bool, bool, str]]:
    """Where two addresses could match, the one with the literal part stands first: /me before /{cohort}, and
    /{document}.pdf before /{document}."""
    path = getattr(route, "path", "")
    return [("{" in part, part.endswith("}"), part) for part in path.split("/")]
