"""Whatever is done, in whatever order: identities stay, sequences rise, and what did not change is the same to the byte
(rule 16; calendars.md, 6 to 9). And nobody reads in a calendar what they may not know (rule 13)."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest
import time_machine
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, col, select

from app.agenda.placements import Placement, RoomUse, move_session
from app.agenda.releases import publish_release
from app.agenda.sessions import archive_session, cancel_session, change_session, create_session, reinstate_session
from app.agenda.venues import change_venue
from app.calendars.circles import circle_of, of_circle
from app.calendars.contents import of_person
from app.calendars.documents import Entry, document
from app.database import Database
from app.gatherings.arranging import change_gathering, move_gathering
from app.gatherings.details import Details, details_of
from app.gatherings.reach import call_off, take_back
from app.gatherings.series import add_occurrence, skip_occurrence
from app.models import AgendaSession, FeedScope, Openness, Role, Room, SessionFormat
from app.people.audiences import Rule
from app.people.audit import Refused, verb
from app.people.viewer import Viewer, viewer_of
from tests.gatherings.meeting import EVERYONE, Meeting, meet, utc
from tests.registration.stage import BY
from tests.registration.stage import convening as staged_convening

BASE = "https://plenary.example.org"
BEGIN = utc(2017, 10, 24, 14)
Key = tuple[str, datetime | None]
Act = Callable[[Session, Meeting, int], None]


@verb
def _rooms(db: Session, meeting: Meeting, *, by: Viewer) -> None:
    venue_id = staged_convening(db, meeting.stage).venue_id
    assert venue_id is not None
    db.add_all(Room(venue_id=venue_id, name=name) for name in ("GCC", "Askwith", "Eliot-Lyman"))


def _set(meeting: Meeting) -> None:
    with meeting.database.write() as db:
        _rooms(db, meeting, by=BY)
        db.flush()
        meeting.calls(db)
        meeting.webinar(db, starts_at=utc(2017, 12, 12, 18))
        for n, title in enumerate(("Welcome", "Panel", "Keynote")):
            details = Details(title=title, audience=EVERYONE)
            to = Placement(date(2017, 11, 14), time(9 + n), 60)
            create_session(db, staged_convening(db, meeting.stage), details, to=to, by=BY)
        publish_release(db, staged_convening(db, meeting.stage), by=BY)


def _met(db: Session, n: int) -> AgendaSession:
    there = (col(AgendaSession.convening_id).is_(None), col(AgendaSession.archived_at).is_(None))
    found = db.exec(select(AgendaSession).where(*there).order_by(col(AgendaSession.id))).all()
    return found[n % len(found)]


def _placed(db: Session, n: int) -> AgendaSession:
    there = (col(AgendaSession.convening_id).is_not(None), col(AgendaSession.archived_at).is_(None))
    found = db.exec(select(AgendaSession).where(*there).order_by(col(AgendaSession.id))).all()
    if not found:
        raise Refused("All are gone.")
    return found[n % len(found)]


def _move_met(db: Session, meeting: Meeting, n: int) -> None:
    session = _met(db, n)
    assert session.starts_at is not None
    move_gathering(db, session, starts_at=session.starts_at + timedelta(hours=n % 3 - 1), minutes=60 + n % 2, by=BY)


def _cancel_met(db: Session, meeting: Meeting, n: int) -> None:
    call_off(db, _met(db, n), reason="Snow", by=BY)


def _reinstate_met(db: Session, meeting: Meeting, n: int) -> None:
    take_back(db, _met(db, n), by=BY)


def _rename_met(db: Session, meeting: Meeting, n: int) -> None:
    session = _met(db, n)
    change_gathering(db, session, replace(details_of(session), title=f"Call {n % 3}"), by=BY)


def _skip_met(db: Session, meeting: Meeting, n: int) -> None:
    session = _met(db, n)
    if session.series_id is not None:
        skip_occurrence(db, session, by=BY)


def _add_met(db: Session, meeting: Meeting, n: int) -> None:
    series = _met(db, 0).series
    if series is not None:
        add_occurrence(db, series, starts_at=utc(2018, 6, 1 + n % 20, 16), by=BY)


def _move_placed(db: Session, meeting: Meeting, n: int) -> None:
    rooms = db.exec(select(Room.id).order_by(col(Room.id))).all()
    uses = (RoomUse(rooms[n % 3] or 0),) if n % 2 else ()
    move_session(db, _placed(db, n), to=Placement(date(2017, 11, 14 + n % 2), time(8 + n % 9), 60, uses), by=BY)


def _cancel_placed(db: Session, meeting: Meeting, n: int) -> None:
    cancel_session(db, _placed(db, n), reason="No speaker", by=BY)


def _reinstate_placed(db: Session, meeting: Meeting, n: int) -> None:
    reinstate_session(db, _placed(db, n), by=BY)


def _rename_placed(db: Session, meeting: Meeting, n: int) -> None:
    session = _placed(db, n)
    change_session(db, session, replace(details_of(session), title=f"Session {n % 3}"), by=BY)


def _close_placed(db: Session, meeting: Meeting, n: int) -> None:
    session = _placed(db, n)
    openness = Openness.CLOSED if n % 2 else Openness.COHORT
    audience = meeting.of_role(db, "mayor") if n % 2 else EVERYONE
    change_session(db, session, replace(details_of(session), openness=openness, audience=audience), by=BY)


def _archive_placed(db: Session, meeting: Meeting, n: int) -> None:
    archive_session(db, _placed(db, n), by=BY)


def _publish(db: Session, meeting: Meeting, n: int) -> None:
    publish_release(db, staged_convening(db, meeting.stage), by=BY)


def _rename_venue(db: Session, meeting: Meeting, n: int) -> None:
    venue = staged_convening(db, meeting.stage).venue
    assert venue is not None
    change_venue(db, venue, name=f"House {n % 3}", address=venue.address, map_url="", notes="", by=BY)


def _nothing(db: Session, meeting: Meeting, n: int) -> None:
    """Time goes by."""


ACTS: list[Act] = [
    *(_move_met, _cancel_met, _reinstate_met, _rename_met, _skip_met, _add_met, _rename_venue, _nothing),
    *(_move_placed, _cancel_placed, _reinstate_placed, _rename_placed, _close_placed, _archive_placed),
    *(_publish, _publish, _publish),
]
STEPS = st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 30), st.integers(0, 5000)), min_size=1, max_size=12)


@pytest.fixture(autouse=True)
def now() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(BEGIN, tick=False) as traveller:
        yield traveller


def _read(db: Session, person_id: int, *, hides_cancelled: bool) -> dict[Key, Entry]:
    """A person's calendar by its events' identities, which stand once each."""
    entries = of_person(db, viewer_of(db, person_id), BASE, hides_cancelled=hides_cancelled).entries
    found = {(one.uid, one.occurrence): one for one in entries}
    assert len(found) == len(entries)
    return found


def _told(entry: Entry) -> tuple[object, ...]:
    return entry.starts, entry.ends, entry.recurrence, entry.state, entry.location


def _check(old: Mapping[Key, Entry], new: Mapping[Key, Entry], act: str, *, may_vanish: bool) -> None:
    if not may_vanish:
        assert {uid for uid, _ in old} <= {uid for uid, _ in new}, f"{act}: an event vanished"
    for key, entry in new.items():
        before = old.get(key)
        if before is None or before == entry:
            continue
        whole = f"{act}: {before} -> {entry}"
        assert entry.changed_at > before.changed_at, f"another text under the same time: {whole}"
        assert entry.sequence >= before.sequence, f"the sequence fell: {whole}"
        if _told(entry) != _told(before):
            assert entry.sequence > before.sequence, f"a change that is not told: {whole}"
        same = replace(before, sequence=entry.sequence, changed_at=entry.changed_at)
        assert entry != same, f"a change that is none: {whole}"


@pytest.mark.parametrize("hides_cancelled", [False, True])
def test_any_sequence_of_edits_keeps_identities_and_raises_sequences_rule_16(
    database: Database, now: time_machine.Traveller, hides_cancelled: bool
) -> None:
    meeting = meet(database)
    _set(meeting)
    person = meeting.stage.people["oakland facilitator"]

    @settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(STEPS)
    @example([(_add_met, 13, 0)])  # on a day of the rule: the series recurs once more
    @example([(_add_met, 0, 0), (_skip_met, 13, 0)])  # beside the rule: the series recurs as it did
    @example([(_rename_venue, 0, 0)])
    def holds(steps: list[tuple[Act, int, int]]) -> None:
        now.move_to(BEGIN)
        with database.write() as db:
            before = _read(db, person, hides_cancelled=hides_cancelled)
            for act, n, seconds in steps:
                now.shift(timedelta(seconds=seconds))
                try:
                    act(db, meeting, n)
                except Refused:
                    continue
                after = _read(db, person, hides_cancelled=hides_cancelled)
                # who is no more of its audience has it no more
                leaves = any(one in (_close_placed, _skip_met) for one, _, _ in steps)
                _check(before, after, act.__name__, may_vanish=hides_cancelled or leaves)
                before = after
            db.rollback()

    holds()


OPENNESS = st.sampled_from(list(Openness))
AUDIENCES = st.sampled_from(["everyone", "mayor", "facilitator", "oakland", "salem", "salem mayor"])


def test_no_calendar_says_what_its_owner_may_not_know_rule_13(database: Database) -> None:
    """Sessions of any openness for any audience, in everybody's every calendar: said where they may be and not else."""
    meeting = meet(database)
    with database.read() as db:
        roles = {
            slug: db.exec(select(Role.id).where(Role.slug == slug)).one() or 0 for slug in ("mayor", "facilitator")
        }
    rules = {
        "everyone": EVERYONE,
        **{slug: Rule(role_ids=frozenset({number})) for slug, number in roles.items()},
        **{city: Rule(city_ids=frozenset({number})) for city, number in meeting.stage.cities.items()},
        "salem mayor": Rule(person_ids=frozenset({meeting.stage.people["salem mayor"]})),
    }
    people = ("oakland mayor", "salem mayor", "oakland facilitator", "salem superintendent", "organizer", "expert")

    def is_inside(who: str, audience: str) -> bool:
        return who == audience or (who != "expert" and (audience == "everyone" or audience in who.split()))

    @settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(st.lists(st.tuples(OPENNESS, AUDIENCES), min_size=1, max_size=5), st.booleans())
    def holds(kinds: list[tuple[Openness, str]], excludes: bool) -> None:
        with database.write() as db:
            for n, (openness, audience) in enumerate(kinds):
                said: dict[str, object] = {
                    "openness": openness,
                    "audience": rules[audience],
                    "join_url": f"https://meet.example.org/{n}x",
                }
                excludes_lab = excludes and openness is Openness.CLOSED
                said |= {"format": SessionFormat.CALL, "internal_notes": f"Note {n}x"}
                meeting.webinar(db, f"Secret {n}x", excludes_lab=excludes_lab, **said)
            for who in people:
                viewer = meeting.viewer(db, who)
                own = of_person(db, viewer, BASE)
                body = document("A", own.entries).decode()
                circles = [circle_of(db, viewer, FeedScope.ROLE, number) for number in roles.values()]
                others = "".join(
                    document("A", of_circle(db, viewer, one, BASE).entries).decode() for one in circles if one
                )
                assert "Note" not in body + others
                assert "meet.example.org" not in others
                for n, (openness, audience) in enumerate(kinds):
                    inside = is_inside(who, audience)
                    assert (f"Secret {n}x" in body) == inside, f"{who}, {openness}, {audience}"
                    assert (f"/{n}x" in body) == inside
                    open_to = openness.is_public or (openness is Openness.COHORT and who != "expert")
                    may = inside or open_to or (who == "organizer" and not (excludes and openness is Openness.CLOSED))
                    assert may or f"Secret {n}x" not in others, f"{who}, {openness}, {audience}"
            db.rollback()

    holds()
