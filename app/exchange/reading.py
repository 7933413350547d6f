"""What the readers hand over: plain frozen data, with the place in the file beside each thing.

Every reader takes bytes and gives a `ReadAgenda`, or raises `Unreadable` with one sentence when the file as a
whole cannot be read. What is wrong with a single entry never stops the others: it becomes a `Problem`.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from app.models import Openness, SessionFormat

MAX_SESSIONS = 5_000
MAX_NAMES = 20_000
MAX_PROBLEMS = 200

OUR_NAME = "plenary"
"""What a file that was written here says it was written by."""

EVERYTHING = frozenset({"title", "purpose", "track", "language", "time", "rooms", "presenters", "format"})
"""What a schedule in XML or JSON says of each session."""

KEY_LENGTH = 300
EMAIL_LENGTH = 320


class Unreadable(Exception):
    """The file cannot be read at all; the message is a sentence for the person who brought it."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that was not read as it stands, and where: "line 120", "event 4711", "row 7"."""

    where: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.where}: {self.sentence}" if self.where else self.sentence


@dataclass(frozen=True, slots=True)
class ReadPresenter:
    """A person as the file names them. `key` tells two of the same name apart within the file."""

    key: str
    name: str
    email: str = ""


@dataclass(frozen=True, slots=True)
class ReadRoom:
    name: str
    capacity: int | None = None


@dataclass(frozen=True, slots=True)
class ReadSession:
    """One session of the file.

    `starts_at` and `ends_at` are aware UTC instants; both None for one whose time could not be read, which then
    waits in the tray with its `minutes`. With `length_assumed` the file says a start and no end. `day` is the
    programme day it belongs to: what begins after midnight still belongs to the evening before. None in `format`,
    `openness` or `protected`, and "" in `audience`, mean that the file does not say.
    """

    key: str
    title: str
    where: str
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    minutes: int = 60
    length_assumed: bool = False
    day: date | None = None
    subtitle: str = ""
    abstract: str = ""
    description: str = ""
    track: str = ""
    type: str = ""
    format: SessionFormat | None = None
    language: str = ""
    rooms: tuple[str, ...] = ()
    presenters: tuple[ReadPresenter, ...] = ()
    url: str = ""
    join_url: str = ""
    cancelled: bool = False
    openness: Openness | None = None
    protected: bool | None = None
    audience: str = ""

    @property
    def purpose(self) -> str:
        """Subtitle, abstract and description as one text, nothing said twice."""
        parts: list[str] = []
        for part in (self.subtitle, self.abstract, self.description):
            if part and part not in parts:
                parts.append(part)
        return "\n\n".join(parts)


@dataclass(frozen=True, slots=True)
class ReadAgenda:
    """A whole file. `problems` are losses, `notes` are what was assumed; only problems make an import incomplete.

    `zone` is "" where neither the file nor the caller names one (its instants then come from `offsets`). `says`
    names the fields that the file speaks of: what is empty in another field was never said. With `complete` False
    the file broke off, and what is missing from it says nothing. `ours`: the file was written here.
    """

    kind: str
    title: str = ""
    venue: str = ""
    says: frozenset[str] = frozenset()
    ours: bool = False
    zone: str = ""
    offsets: frozenset[tuple[datetime, timedelta]] = frozenset()
    days: tuple[date, ...] = ()
    rooms: tuple[ReadRoom, ...] = ()
    sessions: tuple[ReadSession, ...] = ()
    problems: tuple[Problem, ...] = ()
    notes: tuple[Problem, ...] = ()
    complete: bool = True

    @property
    def presenters(self) -> tuple[ReadPresenter, ...]:
        """Everyone who presents, each once, in the order of the file."""
        seen = {presenter.key: presenter for session in self.sessions for presenter in session.presenters}
        return tuple(seen.values())


@dataclass(frozen=True, slots=True)
class Expected:
    """What is known before a file is read.

    `zone` is for times without one, given by the person or by the convening; without it and without a hint in
    the file, `fallback_zone` is taken, with a note. `days` are the convening's first and last, which tell
    11/04 from 4 November; `rooms` the venue's, so that "Team Room 1, Team Room 2" is seen to be two.
    """

    zone: str = ""
    fallback_zone: str = "UTC"
    days: tuple[date, date] | None = None
    rooms: frozenset[str] = frozenset()


@dataclass(slots=True)
class Findings:
    """Where a reader writes down problems and notes while it works."""

    problems: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)
    unlisted: int = 0

    def problem(self, where: str, sentence: str) -> None:
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append(Problem(where, sentence))
        else:
            self.unlisted += 1

    def note(self, where: str, sentence: str) -> None:
        entry = Problem(where, sentence)
        if len(self.notes) < MAX_PROBLEMS and entry not in self.notes:
            self.notes.append(entry)

    def listed_problems(self) -> tuple[Problem, ...]:
        more = [Problem("", f"{self.unlisted} more problems are not listed.")] if self.unlisted else []
        return (*self.problems, *more)


def whole_minutes(length: timedelta) -> int:
    """A length in minutes, a started minute counted in full."""
    return -int(-length.total_seconds() // 60)
