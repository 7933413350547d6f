"""A released session as it is shown: in full, or under its cover (rule 13)."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from app import clock
from app.agenda.snapshots import SessionEntry, rule_in
from app.models import Openness, SessionFormat
from app.people.audiences import Rule

NIGHT = timedelta(hours=4)
"""What begins before four in the morning belongs to the evening before."""

CLOSED_SESSION = "Closed session"


@dataclass(frozen=True, slots=True)
class SeenRoom:
    id: int
    name: str
    building: str
    city_id: int | None
    city: str


@dataclass(frozen=True, slots=True)
class SeenPresenter:
    person_id: int
    name: str
    part: str


@dataclass(frozen=True, slots=True)
class SeenItem:
    """A part of a session; `starts_at` is the UTC instant that its place in the order makes."""

    title: str
    starts_at: datetime
    minutes: int
    city_id: int | None
    city: str

    @property
    def said(self) -> str:
        """ "Oakland", "Questions", or "Oakland: what the cabinet learned"."""
        return ": ".join(filter(None, (self.city, self.title)))


@dataclass(frozen=True, slots=True)
class SeenSession:
    """A session as one viewer sees it. Instants are UTC, meant in `zone`.

    `covered`: only cover title, time and rooms are told; everything else is empty. `mine`: the viewer is of its
    audience or has a part in it; `my_rooms` are then those that they go to. `chose_another`: they are of its audience
    and chose another of its choice group; `given_up_at` is since when it is theirs no more, by that or by rule 10.
    `audience` (words) and `rule` are told to people of the cohort only, `join_url` to those who are in it.
    """

    id: int
    uid: str
    number: int
    title: str
    purpose: str
    format: SessionFormat
    track: str
    language: str
    openness: Openness
    protected: bool
    choice_group: str
    starts_at: datetime
    ends_at: datetime
    zone: str
    rooms: tuple[SeenRoom, ...]
    presenters: tuple[SeenPresenter, ...]
    audience: str
    rule: Rule | None
    host_city: str
    join_url: str
    sequence: int
    changed_at: datetime
    cancelled: bool
    cancellation_reason: str
    items: tuple[SeenItem, ...] = ()
    serves: str = ""
    covered: bool = False
    mine: bool = False
    presenting: bool = False
    chose_another: bool = False
    given_up_at: datetime | None = None
    my_rooms: tuple[SeenRoom, ...] = ()

    @property
    def parts(self) -> tuple[tuple[str, int], ...]:
        """Its items in order, with their minutes: what stays the same when the whole session moves."""
        return tuple((item.said, item.minutes) for item in self.items)

    @property
    def minutes(self) -> int:
        return (self.ends_at - self.starts_at) // timedelta(minutes=1)


def full(entry: SessionEntry) -> SeenSession:
    """All that a snapshot says of a session."""
    return SeenSession(
        id=entry["id"],
        uid=entry["uid"],
        number=entry["number"],
        title=entry["title"],
        purpose=entry["purpose"],
        format=SessionFormat(entry["format"]),
        track=entry["track"],
        language=entry["language"],
        openness=Openness(entry["openness"]),
        protected=entry["protected"],
        choice_group=entry["choice_group"],
        starts_at=datetime.fromisoformat(entry["starts_at"]),
        ends_at=datetime.fromisoformat(entry["ends_at"]),
        zone=entry["zone"],
        rooms=tuple(SeenRoom(**room) for room in entry["rooms"]),
        presenters=tuple(SeenPresenter(**presenter) for presenter in entry["presenters"]),
        audience=entry["audience"]["said"],
        rule=rule_in(entry["audience"]),
        host_city=entry["host_city"],
        join_url=entry["join_url"],
        sequence=entry["sequence"],
        changed_at=datetime.fromisoformat(entry["changed_at"]),
        cancelled=entry["cancelled"],
        cancellation_reason=entry["cancellation_reason"],
        items=tuple(
            SeenItem(
                item["title"],
                datetime.fromisoformat(item["starts_at"]),
                item["minutes"],
                item["city_id"],
                item["city"],
            )
            for item in entry.get("items", ())
        ),
        serves=entry.get("serves", ""),
    )


def cover(session: SeenSession, title: str) -> SeenSession:
    """What those may know who may not know what it is: that it takes place, when and where, under its cover title."""
    return replace(
        session,
        title=title or CLOSED_SESSION,
        purpose="",
        track="",
        language="",
        choice_group="",
        presenters=(),
        audience="",
        rule=None,
        host_city="",
        join_url="",
        cancellation_reason="",
        items=(),
        serves="",
        covered=True,
    )


def in_full(entries: Iterable[SessionEntry]) -> list[SeenSession]:
    """A snapshot as nobody sees it, whole: for telling two releases apart."""
    return [full(entry) for entry in entries]


def programme_day(moment: datetime, zone: str) -> date:
    """The day of the programme that an instant belongs to: the night counts as the evening before."""
    return (clock.local(moment, zone) - NIGHT).date()


def date_of(session: SeenSession | SessionEntry) -> date:
    """The session's date in its own zone."""
    if isinstance(session, SeenSession):
        return clock.local(session.starts_at, session.zone).date()
    return clock.local(datetime.fromisoformat(session["starts_at"]), session["zone"]).date()
