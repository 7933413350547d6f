"""Feeds: a calendar of 120 events written anew, beside icalendar's own writing of the same events; and an hour of ten
thousand subscribers, each of whom looks once.

Time is this process's own, so that a busy machine does not count; the slowest of a hundred is by the clock.
"""

import asyncio
import statistics
import time
from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from icalendar import Calendar
from sqlmodel import Session, col, select

from app import clock
from app.calendars import documents
from app.calendars.answers import FeedDesk
from app.calendars.documents import Entry, document
from app.calendars.feeds import token_of
from app.calendars.zones import zone_lines
from app.database import Database
from app.models import Feed, Person
from app.models.sealed import use_key
from app.people.audit import verb
from app.people.sign_in import fingerprint
from app.people.viewer import Viewer

EVENTS = 120
SUBSCRIBERS, PEOPLE = 10_000, 50
A_MINUTE = SUBSCRIBERS // 60
ROUNDS = 15
FIRST = datetime(2027, 2, 8, 14, tzinfo=UTC)
SECRET = b"the bench's own"


@dataclass(frozen=True)
class Written:
    """Milliseconds of processor time: a calendar with nothing remembered, with everything but one event remembered,
    and icalendar's `to_ical` of the same events, which stand ready as its own objects."""

    anew: float
    after_one_change: float
    icalendar: float
    size: int


@dataclass(frozen=True)
class Hour:
    """What the requests of one hour cost: processor seconds, the slowest of a hundred in milliseconds, and how many
    were told that nothing had changed."""

    what: str
    seconds: float
    p99: float
    requests: int
    unchanged: int


def written() -> Written:
    entries = _entries()
    body = document("By All Means: Mayor", entries, zone="America/New_York")
    theirs = Calendar.from_ical(body)
    changed = [*entries[1:], _entry(0, title="Called otherwise")]

    def anew() -> None:
        documents._written.cache_clear()
        zone_lines.cache_clear()
        document("By All Means: Mayor", entries, zone="America/New_York")

    def after_one_change() -> None:
        documents._written.cache_clear()
        document("By All Means: Mayor", entries, zone="America/New_York")
        began = time.process_time()
        document("By All Means: Mayor", changed, zone="America/New_York")
        once.append(time.process_time() - began)

    once: list[float] = []
    for _ in range(ROUNDS):
        after_one_change()
    return Written(_took(anew), statistics.median(once) * 1000, _took(lambda: theirs.to_ical()), len(body))


def hours(folder: Path) -> list[Hour]:
    """On the sample in `folder`: ten thousand addresses of its people, asked in turn by programs that hold what they
    were last given. An hour in which nothing changes; and minutes of one in which somebody changes something each
    minute, so that every calendar is made anew for whoever asks next."""
    use_key((folder / "needs.key").read_bytes())
    database = Database(f"sqlite:///{folder}/plenary.db")
    try:
        with database.write() as db:
            tokens = _subscribe(db, SUBSCRIBERS, by=Viewer.system("bench"))
        return asyncio.run(_hours(database, tokens))
    finally:
        database.dispose()


async def _hours(database: Database, tokens: list[str]) -> list[Hour]:
    desk = FeedDesk(database, "https://plenary.example.org")
    held: dict[str, bytes] = {}
    people = len({await _look(desk, token, held) for token in tokens[:PEOPLE]})
    assert people > 1, "people of the sample have calendars of their own"
    made = [copy(desk._made[token]) for token in tokens[:PEOPLE]]
    for number, token in enumerate(tokens):  # the same people's are alike: made once for all of them
        held[token] = held[tokens[number % PEOPLE]]
        desk._keep(token, copy(made[number % PEOPLE]))
    return [
        await _hour("an hour, nothing changes", desk, tokens, held, every=0),
        await _hour("three minutes, a change in each", desk, tokens[: 3 * A_MINUTE], held, every=A_MINUTE),
    ]


async def _look(desk: FeedDesk, token: str, held: dict[str, bytes]) -> bytes:
    asked = {b"accept-encoding": b"gzip", b"user-agent": b"Thunderbird/140.0"}
    if token in held:
        asked[b"if-none-match"] = held[token]
    answer = await desk.answer(token, asked)
    held[token] = dict(answer.headers)[b"etag"]
    return b"" if answer.status == 304 else held[token]


async def _hour(what: str, desk: FeedDesk, tokens: list[str], held: dict[str, bytes], *, every: int) -> Hour:
    waits, unchanged = [], 0
    began = time.process_time()
    for number, token in enumerate(tokens):
        if every and number % every == 0:
            with desk.database.write() as db:
                _change(db, number, by=Viewer.system("bench"))
        since = time.perf_counter()
        unchanged += not await _look(desk, token, held)
        waits.append(time.perf_counter() - since)
    seconds = time.process_time() - began
    return Hour(what, seconds, statistics.quantiles(waits, n=100)[98] * 1000, len(tokens), unchanged)


@verb
def _subscribe(db: Session, count: int, *, by: Viewer) -> list[str]:
    people = db.exec(select(Person).where(col(Person.email).is_not(None)).order_by(col(Person.id))).all()[:PEOPLE]
    feeds = [Feed(person_id=people[n % len(people)].key, nonce=str(n), token_hash=str(n)) for n in range(count)]
    db.add_all(feeds)
    db.flush()
    tokens = []
    for feed in feeds:
        token = token_of(feed, SECRET)
        feed.token_hash = fingerprint(token)
        tokens.append(token)
    return tokens


@verb
def _change(db: Session, number: int, *, by: Viewer) -> None:
    person = db.exec(select(Person).order_by(col(Person.id))).all()[0]
    person.sort_name = f"{person.name} {number}"


def _entries() -> list[Entry]:
    return [_entry(number) for number in range(EVENTS)]


def _entry(number: int, title: str = "") -> Entry:
    starts = FIRST + timedelta(hours=number * 5)
    return Entry(
        uid=str(UUID(int=number)),
        sequence=number % 4,
        changed_at=clock.now().replace(year=2026, microsecond=0),
        title=title or f"Session {number}: what cities learn from one another",
        starts=starts,
        ends=starts + timedelta(minutes=75),
        zone="America/New_York",
        location="Askwith Hall, Longfellow Hall, Harvard Graduate School of Education, 13 Appian Way, Cambridge",
        coordinates=(42.3755, -71.1222),
        description=" ".join(f"word{(number * 7 + place) % 997}" for place in range(60)),
        address=f"https://plenary.example.org/by-all-means/convenings/2027-spring/sessions/{number}",
        categories=("Plenary", "Adaptive leadership"),
        join_url="https://meet.example.org/a-room",
    )


def _took(act: Callable[[], object]) -> float:
    """The median of some rounds, in milliseconds of this process."""
    times = []
    for _ in range(ROUNDS):
        began = time.process_time()
        act()
        times.append(time.process_time() - began)
    return statistics.median(times) * 1000
