"""One plain ASGI layer around everything: forms of other sites are refused, answers carry safe headers, and each
request leaves one line in the log, without the secret part of its address."""

import re
import time
from functools import cached_property
from typing import Any

import structlog
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}
LONGEST_PATH = 2000
"""Characters; Python refuses to read a number of more than 4,300 digits, and no address of ours is near that."""

BY_LINK = r"/speaking/|/catering/|/webinars/|/rsvp/|/approve/|/times/|/[^/]+/convenings/[^/]+/registration/by-link/"
SECRET_PART = re.compile(rf"^(/feeds/|/sign-in/|{BY_LINK})[^/.]+")
"""Addresses that open something for whoever holds them stay out of the log."""

OF_A_FILE = re.compile(r"^(/[^/]+/updates/[^/]+/[^/]+/(?:files/\d+|uploads)/)(?!preview$)[^/]+")
"""What a city calls the files of its draft, and the tickets of those on their way, stay out of it too (rule 5)."""

BEARERS = re.compile(rf"^({BY_LINK})")
FOR_BEARERS = {
    b"referrer-policy": b"no-referrer",
    b"x-robots-tag": b"noindex, nofollow, noarchive",
    b"cache-control": b"private, no-store",
}
"""What is said of pages that a private address alone opens: it goes nowhere else, and nothing of them is kept."""


def without_secret(path: str) -> str:
    """A path as it may stand in the log."""
    return OF_A_FILE.sub(r"\1…", SECRET_PART.sub(r"\1…", path))


class Shield:
    def __init__(self, app: ASGIApp, *, https: bool) -> None:
        self.app = app
        own = HEADERS | ({"strict-transport-security": "max-age=31536000"} if https else {})
        self.headers = [(name.encode(), value.encode()) for name, value in own.items()]

    @cached_property
    def log(self) -> Any:
        """Bound once, at the first request: binding at each would cost more than the line."""
        return structlog.get_logger("plenary.request").bind()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = time.perf_counter()
        status = 500

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                given = [(name.lower(), value) for name, value in message["headers"]]
                named = {name for name, _value in given}
                if BEARERS.match(scope["path"]):
                    given = [*(header for header in given if header[0] not in FOR_BEARERS), *FOR_BEARERS.items()]
                    named |= FOR_BEARERS.keys()
                given += [header for header in self.headers if header[0] not in named]
                if b"cache-control" not in named:
                    given.append((b"cache-control", b"private, no-cache"))
                message = {**message, "headers": given}
            await send(message)

        try:
            if len(scope["path"]) > LONGEST_PATH:
                await PlainTextResponse("There is no page at an address this long.", 414)(
                    scope, receive, send_with_headers
                )
            elif _from_elsewhere(scope):
                refusal = PlainTextResponse("This form was sent from another site, so nothing was changed.", 403)
                await refusal(scope, receive, send_with_headers)
            else:
                await self.app(scope, receive, send_with_headers)
        finally:
            self.log.info(
                "request",
                method=scope["method"],
                path=without_secret(scope["path"]),
                status=status,
                ms=round((time.perf_counter() - started) * 1000, 1),
            )


def _from_elsewhere(scope: Scope) -> bool:
    """Whether a changing request comes from another site (CSRF).

    Browsers say so in Sec-Fetch-Site; older ones in Origin. A program that sends neither carries no cookie by
    itself, so it is no danger.
    """
    if scope["method"] in ("GET", "HEAD", "OPTIONS"):
        return False
    headers = Headers(scope=scope)
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site not in ("same-origin", "none")
    origin = headers.get("origin")
    if origin == "null" and BEARERS.match(scope["path"]):
        return False  # so older browsers say where no referrer is sent; the address itself is the secret here
    return origin is not None and origin.split("://", 1)[-1] != headers.get("host")
