"""Addresses that people name, and which of them the program may go to: the public internet, and nothing else.

Whoever names an address has the program go there from inside: a machine beside it, the cloud's own addresses, the
program itself. So a name is looked up once, every address it has is judged, and the connection goes to the very
address that was judged: a name that answers otherwise the next time (rebinding) gains nothing.
"""

import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from time import monotonic
from urllib.parse import urlsplit, urlunsplit

GLOBAL_UNICAST = IPv6Network("2000::/3")
TRANSLATED = IPv6Network("64:ff9b::/96")
LONGEST_ADDRESS = 2000


class Unreachable(Exception):
    """The address is not gone to, or does not answer; the message is a sentence for whoever named it."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Place:
    """A web address in parts. `target` is what the server is asked for."""

    scheme: str
    host: str
    port: int
    target: str

    @property
    def is_secure(self) -> bool:
        return self.scheme == "https"

    @property
    def said_host(self) -> str:
        """The Host header (RFC 9110, 7.2)."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.is_secure else 80) else f"{host}:{self.port}"


def place_of(address: str, ports: frozenset[int]) -> Place:
    """The parts of an address, without going there; raises Unreachable for one that is never gone to."""
    address = address.strip()
    if len(address) > LONGEST_ADDRESS or any(ord(sign) <= 32 or ord(sign) == 127 for sign in address):
        raise Unreachable("This is no web address. Copy it from your calendar program: it begins with https://.")
    if address.lower().startswith("webcal://"):
        address = "https" + address[6:]
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError as error:
        raise Unreachable("This is no web address. Copy it from your calendar program anew.") from error
    if parts.scheme not in ("https", "http") or not parts.hostname:
        raise Unreachable("The address has to begin with https:// (or webcal://, or http://).")
    if parts.username is not None or parts.password is not None:
        raise Unreachable("The address holds a name or a password. Use the calendar’s private address instead.")
    try:
        host = parts.hostname if ":" in parts.hostname else parts.hostname.encode("idna").decode()
    except UnicodeError as error:
        raise Unreachable("The name in this address is no name on the internet.") from error
    port = port if port is not None else (443 if parts.scheme == "https" else 80)
    if port not in ports:
        raise Unreachable(f"Port {port} is not one that Plenary goes to. Use an address without a port.")
    return Place(parts.scheme, host, port, _ascii(urlunsplit(("", "", parts.path or "/", parts.query, ""))))


def _ascii(target: str) -> str:
    """The path and query with every other letter percent-encoded (RFC 3986, 2.1)."""
    return "".join(sign if sign.isascii() else "".join(f"%{byte:02X}" for byte in sign.encode()) for sign in target)


def is_public(text: str) -> bool:
    """Whether an IP address is one of the public internet. Addresses that carry another are judged by that one."""
    try:
        address = ip_address(text.split("%")[0])
    except ValueError:
        return False
    if "%" in text:
        return False
    return _is_public(address)


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    if isinstance(address, IPv4Address):
        return address.is_global and not (address.is_multicast or address.is_reserved)
    if address.ipv4_mapped is not None:
        return _is_public(address.ipv4_mapped)
    if address in TRANSLATED:
        return _is_public(IPv4Address(int(address) & 0xFFFFFFFF))
    if address.sixtofour is not None:
        return _is_public(address.sixtofour)
    return address in GLOBAL_UNICAST and address.is_global and address.teredo is None


Resolve = Callable[[str, int], Sequence[str]]
Connect = Callable[[str, int, float], socket.socket]


def look_up(host: str, port: int) -> Sequence[str]:
    """The addresses of a name, as this machine finds them. Numbers in any writing come out as addresses too."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(where[0]) for *_, where in found]


def connect(address: str, port: int, seconds: float) -> socket.socket:
    return socket.create_connection((address, port), timeout=seconds)


@dataclass(frozen=True, slots=True)
class Guard:
    """The only way out. `resolve` and `connect` are where tests stand in for the network."""

    ports: frozenset[int] = frozenset({80, 443})
    resolve: Resolve = look_up
    connect: Connect = connect

    def reach(self, place: Place, seconds: float, deadline: float) -> socket.socket:
        """A connection to the place, by an address that was judged; raises Unreachable. Each address has so many
        seconds, and all of them until the deadline, by the clock that only runs on."""
        if place.port not in self.ports:
            raise Unreachable(f"Port {place.port} is not one that Plenary goes to.")
        try:
            addresses = list(dict.fromkeys(self.resolve(place.host, place.port)))
        except (OSError, UnicodeError) as error:
            raise Unreachable(f"Nobody knows a place called {place.host}. Is the address whole?") from error
        if not addresses or not all(is_public(address) for address in addresses):
            raise Unreachable("This address leads into a private network, where Plenary does not go.")
        failed: OSError | None = None
        for address in addresses[:4]:
            left = deadline - monotonic()
            if left <= 0:
                raise Unreachable(f"{place.host} does not answer in time.") from failed
            try:
                return self.connect(address, place.port, min(seconds, left))
            except OSError as error:
                failed = error
        raise Unreachable(f"{place.host} does not answer.") from failed
