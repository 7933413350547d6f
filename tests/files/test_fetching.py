"""A stranger's address is gone to on the public internet alone, within bounds, and nothing is sent along."""

import gzip
import socket
import ssl
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.files import fetching
from app.files.fetching import Bounds, Fetched, fetch
from app.files.reaching import Guard, Unreachable, is_public, place_of
from tests.files.answering import PUBLIC, Answer, certificate, internet, saying

CALENDAR = b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"
BOUNDS = Bounds(1 << 20, 5.0)
PORTS = frozenset({80, 443})

PRIVATE = [
    "127.0.0.1",
    "127.8.8.8",
    "0.0.0.0",
    "10.0.0.7",
    "172.16.3.4",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "198.18.0.1",
    "192.0.2.1",
    "224.0.0.251",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.7",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1",
    "2002:7f00:1::",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "2001:db8::1",
    "fc00::1",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
    "ff0e::1",
    "nothing",
]


@pytest.mark.parametrize("address", PRIVATE)
def test_no_address_of_a_private_kind_is_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", PUBLIC, "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_addresses_of_the_internet_are_public(address: str) -> None:
    assert is_public(address)


@given(st.ip_addresses(v=6, network="::ffff:0:0/96"))
def test_an_ipv4_address_inside_an_ipv6_one_is_judged_as_itself(address: object) -> None:
    carried = address.ipv4_mapped  # type: ignore[attr-defined]
    assert is_public(str(address)) == is_public(str(carried))


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("file:///etc/passwd", "has to begin with https"),
        ("ftp://calendar.example/a.ics", "has to begin with https"),
        ("gopher://calendar.example/", "has to begin with https"),
        ("https:///a.ics", "has to begin with https"),
        ("//calendar.example/a.ics", "has to begin with https"),
        ("", "has to begin with https"),
        ("https://me:secret@calendar.example/a.ics", "a name or a password"),
        ("https://me@calendar.example/a.ics", "a name or a password"),
        ("https://calendar.example:22/", "Port 22"),
        ("https://calendar.example:8080/", "Port 8080"),
        ("https://calendar.example:99999/", "no web address"),
        ("https://calendar.example/a b", "no web address"),
        ("https://calendar.example/a\r\nX: y", "no web address"),
        ("https://[::1/", "no web address"),
        ("https://" + "a" * 70 + ".example/", "no name on the internet"),
        ("https://calendar.example/" + "a" * 2000, "no web address"),
    ],
)
def test_an_address_that_is_never_gone_to_is_refused_with_a_sentence(address: str, says: str) -> None:
    with pytest.raises(Unreachable) as refused:
        place_of(address, PORTS)
    assert says in refused.value.sentence


def test_webcal_is_https_and_names_are_written_as_the_internet_writes_them() -> None:
    place = place_of("webcal://kalender.münchen.example/städte.ics?q=ü", PORTS)
    assert (place.scheme, place.port) == ("https", 443)
    assert place.host == "kalender.xn--mnchen-3ya.example"
    assert place.target == "/st%C3%A4dte.ics?q=%C3%BC"


def test_a_calendar_is_fetched_from_the_address_that_was_judged_under_its_own_name() -> None:
    with internet(
        {"/me.ics?key=1": saying(CALENDAR, ETag='"a"', Last_Modified="Tue, 24 Oct 2017 14:00:00 GMT")}
    ) as net:
        found = fetch("http://calendar.example/me.ics?key=1", BOUNDS, guard=net.guard())
    assert found == Fetched(CALENDAR, '"a"', "Tue, 24 Oct 2017 14:00:00 GMT")
    assert net.reached == [(PUBLIC, 80)]
    sent = net.asked[0].headers
    assert sent["host"] == "calendar.example"
    assert set(sent) == {"host", "connection", "accept", "accept-encoding", "user-agent"}


def test_what_has_not_changed_is_not_sent_again() -> None:
    with internet({"/": saying(b"", 304)}) as net:
        found = fetch("http://calendar.example", BOUNDS, guard=net.guard(), etag='"a"', last_modified="yesterday")
    assert found == Fetched(None)
    assert net.asked[0].headers["if-none-match"] == '"a"'
    assert net.asked[0].headers["if-modified-since"] == "yesterday"


INWARD = [
    "http://127.0.0.1/",
    "http://localhost/",
    "http://[::1]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://169.254.169.254/latest/meta-data/",
    "http://10.1.2.3/",
    "http://100.64.0.1/",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0x7f.1/",
    "http://0177.0.0.1/",
    "http://127.1/",
    "http://0/",
    "http://[fe80::1]/",
]


@pytest.mark.parametrize("address", INWARD)
def test_no_writing_of_an_inner_address_is_gone_to(address: str) -> None:
    with internet({"/": saying(CALENDAR)}) as net:
        with pytest.raises(Unreachable):
            fetch(address, BOUNDS, guard=net.guard())
        assert (net.reached, net.asked) == ([], [])


@pytest.mark.parametrize("address", INWARD)
def test_no_redirect_leads_inside(address: str) -> None:
    with internet({"/away": saying(b"", 302, Location=address)}) as net:
        with pytest.raises(Unreachable):
            fetch("http://calendar.example/away", BOUNDS, guard=net.guard())
        assert [one.path for one in net.asked] == ["/away"]
        assert net.reached == [(PUBLIC, 80)]


def test_a_name_with_one_inner_address_among_public_ones_is_not_gone_to() -> None:
    with internet({"/": saying(CALENDAR)}) as net:
        net.names["two.example"] = [[PUBLIC, "10.0.0.7"]]
        with pytest.raises(Unreachable, match="private network"):
            fetch("http://two.example/", BOUNDS, guard=net.guard())
        assert net.reached == []


def test_a_name_that_answers_otherwise_the_second_time_gains_nothing() -> None:
    with internet({"/": saying(CALENDAR)}) as net:
        net.names["rebinding.example"] = [[PUBLIC], ["127.0.0.1"]]
        assert fetch("http://rebinding.example/", BOUNDS, guard=net.guard()).body == CALENDAR
        assert (net.looked_up, net.reached) == (["rebinding.example"], [(PUBLIC, 80)])


def test_a_redirect_to_the_same_name_is_judged_anew() -> None:
    with internet({"/": saying(b"", 307, Location="/two")}) as net:
        net.names["rebinding.example"] = [[PUBLIC], ["127.0.0.1"]]
        with pytest.raises(Unreachable, match="private network"):
            fetch("http://rebinding.example/", BOUNDS, guard=net.guard())
        assert net.reached == [(PUBLIC, 80)]


@pytest.mark.parametrize(
    ("location", "says"),
    [
        ("file:///etc/passwd", "https://"),
        ("http://calendar.example:22/", "Port 22"),
        ("http://me:secret@calendar.example/", "password"),
        ("", "does not say where"),
        ("//[", "no web address"),
        ("/away", "on and on"),
    ],
)
def test_a_redirect_that_cannot_be_followed_is_said(location: str, says: str) -> None:
    with internet({"/away": saying(b"", 301, Location=location)}) as net:
        with pytest.raises(Unreachable) as refused:
            fetch("http://calendar.example/away", BOUNDS, guard=net.guard())
        assert says in refused.value.sentence


def test_a_redirect_is_followed() -> None:
    answers = {"/old": saying(b"", 301, Location="http://elsewhere.example/new"), "/new": saying(CALENDAR)}
    with internet(answers) as net:
        assert fetch("http://calendar.example/old", BOUNDS, guard=net.guard()).body == CALENDAR
    assert [one.headers["host"] for one in net.asked] == ["calendar.example", "elsewhere.example"]


def _packed(handler: BaseHTTPRequestHandler) -> None:
    saying(gzip.compress(b"0" * (8 << 20)), Content_Encoding="gzip")(handler)


def _cut_short(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(CALENDAR)


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (saying(b"0" * (BOUNDS.size + 1)), "more than 1 MB"),
        (_packed, "packs what it sends"),
        (_cut_short, "does not answer"),
        (saying(b"", 401), "password"),
        (saying(b"", 404), "no calendar at this address any more"),
        (saying(b"", 500), r"error \(500\)"),
    ],
)
def test_what_cannot_be_taken_is_refused_with_a_sentence(answer: Answer, says: str) -> None:
    with internet({"/": answer}) as net, pytest.raises(Unreachable, match=says):
        fetch("http://calendar.example/", BOUNDS, guard=net.guard())


def test_who_drips_is_left_when_the_time_is_over() -> None:
    def drip(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        for _ in range(100):
            handler.wfile.write(b"B")
            handler.wfile.flush()
            time.sleep(0.1)

    def hush(handler: BaseHTTPRequestHandler) -> None:
        try:
            drip(handler)
        except OSError:
            handler.close_connection = True

    began = time.monotonic()
    with internet({"/": hush}) as net, pytest.raises(Unreachable, match="in time"):
        fetch("http://calendar.example/", Bounds(1 << 20, 0.5), guard=net.guard())
    assert time.monotonic() - began < 3


def test_who_leads_on_and_on_has_no_more_time_than_others() -> None:
    def slowly(onward: str) -> Answer:
        def answer(handler: BaseHTTPRequestHandler) -> None:
            time.sleep(0.4)
            with suppress(OSError):
                saying(b"", 302, Location=onward)(handler)

        return answer

    began = time.monotonic()
    with internet({f"/{hop}": slowly(f"/{hop + 1}") for hop in range(6)}) as net:
        with pytest.raises(Unreachable, match="in time"):
            fetch("http://calendar.example/0", Bounds(1 << 20, 1.0), guard=net.guard())
        assert time.monotonic() - began < 1.5
        assert len(net.asked) == 3


def test_a_name_with_many_addresses_that_do_not_answer_has_no_more_time_than_others() -> None:
    given: list[float] = []

    def silent(address: str, port: int, seconds: float) -> socket.socket:
        given.append(seconds)
        time.sleep(min(seconds, 0.2))
        raise TimeoutError

    guard = Guard(resolve=lambda *_: [PUBLIC, "8.8.8.8", "8.8.4.4", "1.1.1.1"], connect=silent)
    with pytest.raises(Unreachable, match="in time"):
        fetch("http://calendar.example/", Bounds(1 << 20, 0.3), guard=guard)
    assert len(given) == 2
    assert sum(given) < 0.5


def test_nobody_knows_the_name() -> None:
    def nobody(host: str, port: int) -> list[str]:
        raise OSError("no such name")

    with pytest.raises(Unreachable, match=r"Nobody knows a place called gone\.example"):
        fetch("https://gone.example/", BOUNDS, guard=Guard(resolve=nobody))


def test_over_tls_the_certificate_is_that_of_the_name_and_not_of_the_address(tmp_path: Path) -> None:
    mine = certificate(tmp_path, "calendar.example")
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(mine)
    seen: list[str | None] = []
    serving.sni_callback = lambda _socket, name, _context: seen.append(name)
    trusting = ssl.create_default_context(cafile=str(mine))
    with internet({"/": saying(CALENDAR)}, tls=serving) as net:
        guard = net.guard()
        assert fetch("https://calendar.example/", BOUNDS, guard=guard, trust=trusting).body == CALENDAR
        assert (seen, net.reached) == (["calendar.example"], [(PUBLIC, 443)])
        with pytest.raises(Unreachable, match="certificate"):
            fetch("https://elsewhere.example/", BOUNDS, guard=guard, trust=trusting)
        with pytest.raises(Unreachable, match="certificate"):
            fetch("https://calendar.example/", BOUNDS, guard=guard)


def test_from_an_encrypted_address_nothing_leads_to_a_plain_one(tmp_path: Path) -> None:
    mine = certificate(tmp_path, "calendar.example")
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(mine)
    trusting = ssl.create_default_context(cafile=str(mine))
    away = {"/": saying(b"", 302, Location="http://calendar.example/")}
    with internet(away, tls=serving) as net, pytest.raises(Unreachable, match="without encryption"):
        fetch("https://calendar.example/", BOUNDS, guard=net.guard(), trust=trusting)


def test_another_port_is_gone_to_where_the_setting_allows_it() -> None:
    with internet({"/": saying(CALENDAR)}) as net:
        guard = net.guard()
        wide = Guard(frozenset({8443}), guard.resolve, guard.connect)
        assert fetch("http://calendar.example:8443/", BOUNDS, guard=wide).body == CALENDAR
    assert net.asked[0].headers["host"] == "calendar.example:8443"
    assert fetching.MOST_HOPS == 5
