"""A convening as an all-day event: its changes are counted from the audit log (rule 16)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest
import time_machine
from sqlmodel import Session

from app import clock
from app.agenda.convenings import change_convening, details_of
from app.agenda.sessions import create_session
from app.agenda.venues import change_venue
from app.calendars.banners import banners
from app.calendars.contents import of_person
from app.calendars.documents import Entry, State
from app.calendars.places import places
from app.database import Database
from app.gatherings.details import Details
from app.models import Convening, ConveningStage
from app.people.audiences import Rule
from app.people.audit import verb
from app.people.viewer import Viewer
from tests.gatherings.meeting import Meeting, meet, speaking, utc
from tests.registration.stage import BY
from tests.registration.stage import convening as staged_convening

OCTOBER = utc(2017, 10, 24, 14)


@pytest.fixture(autouse=True)
def in_october() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(OCTOBER, tick=False) as traveller:
        yield traveller


def _banner(database: Database, meeting: Meeting) -> Entry:
    with database.read() as db:
        convening = staged_convening(db, meeting.stage)
        return banners(db, [convening], {convening.key: ""}, places(db, [convening]))[convening.key]


def _change(database: Database, meeting: Meeting, **said: object) -> None:
    with database.write() as db:
        convening = staged_convening(db, meeting.stage)
        change_convening(db, convening, replace(details_of(convening), **said), by=BY)  # type: ignore[arg-type]


def test_a_held_date_covers_the_days_and_blocks_nobody(database: Database) -> None:
    banner = _banner(database, meet(database))
    assert (banner.starts, banner.ends) == (date(2017, 11, 14), date(2017, 11, 16))
    assert (banner.state, banner.is_free, banner.sequence, banner.changed_at) == (State.TENTATIVE, True, 0, OCTOBER)
    assert banner.location == "Harvard Graduate School of Education, 13 Appian Way, Cambridge"


@pytest.mark.parametrize(
    ("said", "sequence"),
    [
        ({"starts_on": date(2017, 11, 13)}, 1),
        ({"venue_id": None}, 1),
        ({"title": "Convening of the fall"}, 0),
        ({"theme": "What lasts"}, 0),
    ],
)
def test_other_days_or_another_place_raise_the_sequence_and_words_move_its_time_alone_rule_16(
    database: Database, in_october: time_machine.Traveller, said: dict[str, object], sequence: int
) -> None:
    meeting = meet(database)
    in_october.shift(timedelta(hours=1))
    _change(database, meeting, **said)
    banner = _banner(database, meeting)
    assert (banner.sequence, banner.changed_at) == (sequence, OCTOBER + timedelta(hours=1))


def test_what_a_banner_does_not_say_is_no_change_of_it(database: Database, in_october: time_machine.Traveller) -> None:
    meeting = meet(database)
    before = _banner(database, meeting)
    in_october.shift(timedelta(hours=1))
    _change(database, meeting, team_minutes=140, stage=ConveningStage.LIVE)
    assert _banner(database, meeting) == before


def test_a_venue_that_is_called_otherwise_is_another_place(
    database: Database, in_october: time_machine.Traveller
) -> None:
    meeting = meet(database)
    in_october.shift(timedelta(hours=1))
    with database.write() as db:
        venue = staged_convening(db, meeting.stage).venue
        assert venue is not None
        change_venue(db, venue, name="Longfellow Hall", address=venue.address, map_url="", notes="", by=BY)
    banner = _banner(database, meeting)
    assert (banner.location, banner.sequence) == ("Longfellow Hall, 13 Appian Way, Cambridge", 1)


def test_two_changes_within_a_second_are_told_apart(database: Database) -> None:
    meeting = meet(database)
    _change(database, meeting, starts_on=date(2017, 11, 13))
    _change(database, meeting, starts_on=date(2017, 11, 12))
    banner = _banner(database, meeting)
    assert (banner.sequence, banner.changed_at) == (2, OCTOBER + timedelta(seconds=2))


@verb
def _archive(db: Session, convening: Convening, *, by: Viewer) -> None:
    convening.archived_at = clock.now()


def test_a_convening_that_is_called_off_is_delivered_as_such_for_ninety_days_rule_16(
    database: Database, in_october: time_machine.Traveller
) -> None:
    meeting = meet(database)
    in_october.shift(timedelta(hours=1))
    with database.write() as db:
        _archive(db, staged_convening(db, meeting.stage), by=BY)
    assert (_banner(database, meeting).state, _banner(database, meeting).sequence) == (State.CANCELLED, 1)
    assert _states(database, meeting) == [State.CANCELLED]
    in_october.shift(timedelta(days=89))
    assert _states(database, meeting) == [State.CANCELLED]
    in_october.shift(timedelta(days=2))
    assert _states(database, meeting) == []


def _states(database: Database, meeting: Meeting) -> list[State]:
    with database.read() as db:
        found = of_person(db, meeting.viewer(db, "oakland mayor"), "https://plenary.example.org")
    return [entry.state for entry in found.entries]


def test_a_concept_holds_nobodys_days_and_an_expert_without_a_part_has_no_hold(database: Database) -> None:
    meeting = meet(database)
    with database.read() as db:
        expert = of_person(db, meeting.viewer(db, "expert"), "https://plenary.example.org")
        assert expert.entries == ()
    _change(database, meeting, stage=ConveningStage.CONCEPT)
    assert _states(database, meeting) == []


def test_an_expert_with_a_part_in_what_is_not_published_yet_has_the_days_held(database: Database) -> None:
    meeting = meet(database)
    with database.write() as db:
        convening = staged_convening(db, meeting.stage)
        said = Details(title="Draft", audience=Rule(), presenters=speaking(meeting.stage.people["expert"]))
        create_session(db, convening, said, by=BY)
    with database.read() as db:
        (held,) = of_person(db, meeting.viewer(db, "expert"), "https://plenary.example.org").entries
    assert (held.uid, held.state) == (convening.uid, State.TENTATIVE)
