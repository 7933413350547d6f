"""What stands at a stranger's address, fetched within bounds of time and size, and from the public internet alone."""

import http.client
import socket
import ssl
from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from threading import Timer
from time import monotonic
from urllib.parse import urljoin

from app.files.reaching import Guard, Place, Unreachable, place_of

MOST_HOPS = 5
REDIRECTS = (301, 302, 303, 307, 308)
SLOWEST_ANSWER = 10.0
"""Seconds without a byte; `Bounds.seconds` is for the whole."""

SENTENCES = {
    401: "The address asks for a password. Use the private address that your calendar program gives out.",
    403: "The address refuses to be read. Is the calendar still shared by this address?",
    404: "There is no calendar at this address any more. Copy it from your calendar program anew.",
    410: "The calendar at this address is gone. Copy it from your calendar program anew.",
    429: "The other side asks us to come back later. We do.",
}


@dataclass(frozen=True, slots=True)
class Bounds:
    size: int
    seconds: float = 30.0
    """For everything together, however often the address leads on."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """`body` is None where nothing has changed since `etag` or `last_modified` (304)."""

    body: bytes | None
    etag: str = ""
    last_modified: str = ""


def fetch(
    address: str,
    bounds: Bounds,
    *,
    guard: Guard,
    etag: str = "",
    last_modified: str = "",
    trust: ssl.SSLContext | None = None,
) -> Fetched:
    """What stands at an address now; raises Unreachable with a sentence for whoever named it.

    Each redirect is judged as the first address was. Neither names, passwords, cookies nor where one comes from are
    sent along.
    """
    headers = {"Accept": "text/calendar, */*;q=0.1", "Accept-Encoding": "identity", "User-Agent": "Plenary"}
    if etag:
        headers["If-None-Match"] = etag
    if last_modified:
        headers["If-Modified-Since"] = last_modified
    place = place_of(address, guard.ports)
    deadline = monotonic() + bounds.seconds  # of all hops: each of its own would hold up the other calendars
    for _ in range(MOST_HOPS + 1):
        found = _ask(place, headers, bounds.size, deadline, guard, trust)
        if isinstance(found, Fetched):
            return found
        onward = place_of(_joined(place, found), guard.ports)
        if place.is_secure and not onward.is_secure:
            raise Unreachable("The address leads on to one without encryption. Use the one that begins with https://.")
        place = onward
    raise Unreachable("The address leads on and on. Copy it from your calendar program anew.")


def _joined(place: Place, onward: str) -> str:
    """Where a place leads on to; raises Unreachable."""
    try:
        return urljoin(f"{place.scheme}://{place.said_host}{place.target}", onward)
    except ValueError as error:  # "//[", which no address begins with
        raise Unreachable("The address leads on to one that is no web address.") from error


class _Line:
    """A connection that is cut when the whole takes too long, however slowly the other side drips."""

    def __init__(self, reached: socket.socket, seconds: float) -> None:
        self.reached = reached
        self.is_cut = False
        self._timer = Timer(seconds, self._cut)
        self._timer.daemon = True
        self._timer.start()

    def _cut(self) -> None:
        self.is_cut = True
        with suppress(OSError):
            socket.socket.shutdown(self.reached, socket.SHUT_RDWR)  # of TLS too: the one who reads is woken

    def close(self) -> None:
        self._timer.cancel()
        self.reached.close()


def _ask(
    place: Place, headers: Mapping[str, str], size: int, deadline: float, guard: Guard, trust: ssl.SSLContext | None
) -> Fetched | str:
    """What one server answers, or where it sends us."""
    line = _Line(guard.reach(place, SLOWEST_ANSWER, deadline), max(0.0, deadline - monotonic()))
    try:
        line.reached.settimeout(SLOWEST_ANSWER)
        if place.is_secure:
            trusted = trust or ssl.create_default_context()
            speaking = trusted.wrap_socket(line.reached, server_hostname=place.host, do_handshake_on_connect=False)
            line.reached = speaking  # so that a handshake can be cut, too
            speaking.do_handshake()
        asking = http.client.HTTPConnection(place.host, place.port)
        asking.sock = line.reached
        asking.request("GET", place.target, headers={"Host": place.said_host, "Connection": "close", **headers})
        with closing(asking.getresponse()) as answer:
            found = _answered(answer, size)
        if line.is_cut:
            raise TimeoutError
        return found
    except ssl.SSLError as error:
        raise Unreachable(f"{place.host} cannot show that it is who it says (its certificate is not good).") from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise Unreachable(f"{place.host} does not answer{' in time' if line.is_cut else ''}.") from error
    finally:
        line.close()


def _answered(answer: http.client.HTTPResponse, size: int) -> Fetched | str:
    if answer.status in REDIRECTS:
        onward = answer.getheader("Location") or ""
        if not onward:
            raise Unreachable("The address leads on, and does not say where.")
        return onward
    if answer.status == 304:
        return Fetched(None)
    if answer.status != 200:
        raise Unreachable(SENTENCES.get(answer.status, f"The other side answers with an error ({answer.status})."))
    if (answer.getheader("Content-Encoding") or "identity").lower() != "identity":
        raise Unreachable("The other side packs what it sends, although it was asked not to.")
    body = answer.read(size + 1)
    if len(body) > size:
        raise Unreachable(f"There is more than {size >> 20} MB at this address. Share a smaller calendar.")
    if answer.length:
        raise http.client.IncompleteRead(body, answer.length)
    return Fetched(body, _short(answer.getheader("ETag"), 300), _short(answer.getheader("Last-Modified"), 120))


def _short(value: str | None, longest: int) -> str:
    return value if value and len(value) <= longest and value.isprintable() else ""
