"""The sample's convenings: the agenda of the domain page, placed so that nothing collides."""

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import combinations

import pytest
from sqlmodel import Session, col, select

from app import clock
from app.agenda.findings import Finding, Gravity, Kind, check
from app.agenda.loading import load_draft
from app.agenda.published import latest_release
from app.agenda.releases import publish_release, releases_of
from app.database import Database
from app.gatherings.details import is_protected
from app.models import AgendaSession, City, Convening, ConveningStage, Openness, PublicBody, SessionFormat
from app.people.audiences import resolve
from app.people.audit import Refused
from app.people.viewer import Viewer
from seed.load import load_sample
from tests.conftest import SAMPLE_FILES

ALL_SIX = "Team Room 1–6"
THE_AGENDA = [
    ("Tue 07:45–08:30", "Check-in and breakfast", "GCC", "meal"),
    ("Tue 08:30–09:00", "Welcome and goals", "GCC", "plenary"),
    ("Tue 09:00–10:15", "Mayors’ updates I: Louisville, Oakland, Providence", "GCC", "mayors' update"),
    ("Tue 10:30–11:45", "Mayors’ updates II: Salem, Somerville, Newton", "GCC", "mayors' update"),
    ("Tue 11:45–12:30", "Gallery walk: Measures posters", "GCC", "gallery walk"),
    ("Tue 12:30–13:30", "Lunch at cross-city tables", "GCC", "meal"),
    ("Tue 13:30–14:45", "Mayors’ peer session: adaptive leadership", "Eliot-Lyman", "role-alike"),
    ("Tue 13:30–14:45", "Superintendents’ peer session", "Classroom A", "role-alike"),
    ("Tue 13:30–14:45", "Facilitators with a change-management expert", "Classroom B", "role-alike"),
    ("Tue 13:30–14:45", "Data working group", "Classroom C", "working group"),
    ("Tue 13:30–14:45", "Role-alike: health, nonprofit, philanthropy", "GCC", "role-alike"),
    ("Tue 14:55–16:05", "Team time 1", ALL_SIX, "team time"),
    ("Tue 16:15–17:10", "Keynote: what cities have owed their children", "Askwith Hall", "plenary"),
    ("Tue 17:10–17:30", "Panel mic check", "Askwith Hall", "internal"),
    ("Tue 17:30–19:00", "Askwith Forum: four mayors on what a city can promise a child", "Askwith Hall", "plenary"),
    ("Tue 19:15–21:00", "Team-mixed dinner", "The Boathouse", "meal"),
    ("Wed 07:30–08:30", "Mayors’ unstructured breakfast", "Classroom A", "unstructured"),
    ("Wed 08:30–08:50", "Day-one reflections", "GCC", "plenary"),
    ("Wed 09:00–10:15", "Consultancies: six problems of practice", ALL_SIX, "consultancy"),
    ("Wed 10:30–11:30", "Financing strategies", "Classroom A", "workshop"),
    ("Wed 10:30–11:30", "Racial equity", "Classroom B", "workshop"),
    ("Wed 10:30–11:30", "Integrated data: two cities compared (Somerville and Louisville)", "Classroom C", "workshop"),
    ("Wed 11:40–12:15", "Ask/offer meetings", "GCC", "consultancy"),
    ("Wed 12:15–13:15", "Lunch, unstructured", "GCC", "unstructured"),
    ("Wed 13:15–14:45", "Team time 2: six-month commitments", ALL_SIX, "team time"),
    ("Wed 14:45–15:15", "Commitment share-out", "GCC", "plenary"),
    ("Wed 15:15–15:30", "Survey and close", "GCC", "plenary"),
]


def convenings(db: Session) -> Sequence[Convening]:
    return db.exec(select(Convening).order_by(col(Convening.starts_on))).all()


def sessions_of(db: Session, convening: Convening) -> list[AgendaSession]:
    """In the order of the file, which is that of the domain page."""
    query = select(AgendaSession).where(AgendaSession.convening_id == convening.key)
    return list(db.exec(query.order_by(col(AgendaSession.id))))


def next_convening(db: Session) -> Convening:
    return db.exec(select(Convening).where(Convening.stage == ConveningStage.AGENDA_PUBLISHED)).one()


def when(session: AgendaSession) -> str:
    assert session.starts_at is not None
    assert session.ends_at is not None
    first, last = (clock.local(moment, session.zone) for moment in (session.starts_at, session.ends_at))
    assert first.date() == last.date()
    return f"{first:%a %H:%M}–{last:%H:%M}"


def where(session: AgendaSession) -> str:
    rooms = [place.room.name for place in session.places]
    return ALL_SIX if rooms == [f"Team Room {number}" for number in range(1, 7)] else ", ".join(rooms)


def numbers(db: Session, wanted: Iterable[AgendaSession]) -> list[int]:
    """The places of sessions in the domain page's table."""
    keys = [session.key for session in sessions_of(db, next_convening(db))]
    return [keys.index(session.key) + 1 for session in wanted]


def test_the_next_convening_has_the_27_sessions_of_the_domain_page_at_their_local_times(sample: Database) -> None:
    with sample.read() as db:
        convening = next_convening(db)
        sessions = sessions_of(db, convening)
        assert [(when(one), one.title, where(one), one.format.value) for one in sessions] == THE_AGENDA
        assert (convening.slug, convening.title) == ("2017-fall", "Fall 2017 convening")
        days = {clock.local(one.starts_at, one.zone).date() for one in sessions if one.starts_at}
        assert days == {date(2017, 11, 14), date(2017, 11, 15)}


def test_what_is_closed_public_protected_or_a_choice_is_as_the_domain_page_says(sample: Database) -> None:
    with sample.read() as db:
        sessions = sessions_of(db, next_convening(db))
        by_openness = {
            openness: numbers(db, (one for one in sessions if one.openness is openness)) for openness in Openness
        }
        assert by_openness[Openness.CLOSED] == [7, 8, 14]
        assert by_openness[Openness.PUBLIC] == [13]
        assert by_openness[Openness.PRESS] == [15]
        assert numbers(db, (one for one in sessions if one.excludes_lab)) == [7]
        assert numbers(db, (one for one in sessions if is_protected(one))) == [7, 8, 12, 17, 24, 25]
        assert numbers(db, (one for one in sessions if one.choice_group)) == [20, 21, 22]


def test_a_closed_session_that_is_said_at_all_has_a_cover_that_gives_nothing_away(sample: Database) -> None:
    """Rule 13: the two peer sessions are covered alike."""
    with sample.read() as db:
        sessions = sessions_of(db, next_convening(db))
        assert [one.cover_title for one in sessions if one.cover_title] == ["Peer session"] * 2


def test_each_city_has_a_room_to_itself_in_team_time_and_the_same_both_times(sample: Database) -> None:
    with sample.read() as db:
        sessions = sessions_of(db, next_convening(db))
        first, second = (
            [(place.city.name if place.city else "", place.room.name) for place in sessions[number - 1].places]
            for number in (12, 25)
        )
        assert first == [
            ("Louisville", "Team Room 1"),
            ("Oakland", "Team Room 2"),
            ("Providence", "Team Room 3"),
            ("Salem", "Team Room 4"),
            ("Somerville", "Team Room 5"),
            ("Newton", "Team Room 6"),
        ]
        assert second == first


def test_the_history_is_three_reported_convenings_and_the_future_a_concept_without_times(sample: Database) -> None:
    with sample.read() as db:
        said = [(one.slug, str(one.starts_on), str(one.ends_on), one.stage.value) for one in convenings(db)]
        assert said == [
            ("2016-spring", "2016-05-17", "2016-05-18", "reported"),
            ("2016-fall", "2016-11-15", "2016-11-16", "reported"),
            ("2017-spring", "2017-05-16", "2017-05-17", "reported"),
            ("2017-fall", "2017-11-14", "2017-11-15", "agenda published"),
            ("2018-spring", "2018-05-15", "2018-05-15", "concept"),
        ]
        concept = sessions_of(db, convenings(db)[-1])
        assert [(one.starts_at, one.minutes) for one in concept] == [(None, 90), (None, 60), (None, 90), (None, 75)]


def placed(db: Session, convening: Convening) -> list[AgendaSession]:
    return [one for one in sessions_of(db, convening) if one.is_placed]


def overlapping(sessions: Sequence[AgendaSession]) -> list[tuple[AgendaSession, AgendaSession]]:
    return [
        (one, other)
        for one, other in combinations(sessions, 2)
        if one.starts_at and one.ends_at and other.starts_at and other.ends_at
        if one.starts_at < other.ends_at and other.starts_at < one.ends_at
    ]


def expected_in(db: Session, sessions: Sequence[AgendaSession], on: date) -> dict[int, set[int]]:
    """Session id → the people who have to be in it, speakers included."""
    return {
        one.key: {person.person_id for person in resolve(db, one.audience, on, cohort_id=one.cohort_id)}
        | {engagement.person_id for engagement in one.engagements}
        for one in sessions
    }


def test_nobody_is_expected_in_two_sessions_at_once(sample: Database) -> None:
    """Rule 1. Of sessions that are a choice only the speakers have no choice."""
    with sample.read() as db:
        for convening in convenings(db):
            sessions = placed(db, convening)
            expected = expected_in(db, sessions, convening.starts_on) if sessions else {}
            for one, other in overlapping(sessions):
                if one.choice_group and one.choice_group == other.choice_group:
                    both = {e.person_id for e in one.engagements} & {e.person_id for e in other.engagements}
                else:
                    both = expected[one.key] & expected[other.key]
                assert both == set(), f"{one.title} and {other.title}"


def test_no_room_is_double_booked_and_each_audience_fits(sample: Database) -> None:
    """Rule 2. A choice is fitted by those who choose it, team time by each city in its own room."""
    with sample.read() as db:
        for convening in convenings(db):
            sessions = placed(db, convening)
            for one, other in overlapping(sessions):
                shared = {place.room_id for place in one.places} & {place.room_id for place in other.places}
                assert shared == set(), f"{one.title} and {other.title}"
            expected = expected_in(db, sessions, convening.starts_on) if sessions else {}
            for one in sessions:
                seats = sum(place.capacity or 0 for place in one.places)
                assert one.choice_group or len(expected[one.key]) <= seats, one.title


def test_what_the_draft_finds_is_what_was_meant_to_be_found(sample: Database) -> None:
    """Nothing stands in the way of publishing; a mayor who is away for their own turn, speakers who have not confirmed
    and a short peer session are named.

    Rules 4 and 11.
    """
    with sample.read() as db:
        found = check(load_draft(db, next_convening(db)))
        graver = [(one.gravity, one.kind, numbers(db, _named(db, one))) for one in found if one.gravity < Gravity.NOTE]
        assert graver == [
            (Gravity.SHOULD_LOOK, Kind.UNCONFIRMED, [3]),
            (Gravity.SHOULD_LOOK, Kind.UPDATE, [3]),
            (Gravity.SHOULD_LOOK, Kind.UNCONFIRMED, [15]),
            (Gravity.SHOULD_LOOK, Kind.UNCONFIRMED, [22]),
            (Gravity.SHOULD_LOOK, Kind.MINUTES, []),
        ]


def _named(db: Session, finding: Finding) -> list[AgendaSession]:
    return [db.get_one(AgendaSession, number) for number in finding.session_ids]


@pytest.mark.parametrize("today", [date(2026, 11, 23), date(2027, 6, 1)], ids=["lands in winter", "lands in summer"])
def test_the_moved_agenda_has_the_same_weekdays_and_wall_times(database: Database, today: date) -> None:
    """Rule 14: a sample loaded in June says 13:30 like one loaded in November."""
    load_sample(database, today, SAMPLE_FILES)
    with database.read() as db:
        convening = next_convening(db)
        sessions = sessions_of(db, convening)
        assert [(when(one), where(one)) for one in sessions] == [(time, room) for time, _, room, _ in THE_AGENDA]
        assert 18 <= (convening.starts_on - today).days <= 24


def test_the_moved_convenings_are_named_after_where_they_land(database: Database) -> None:
    load_sample(database, date(2026, 11, 23), SAMPLE_FILES)
    with database.read() as db:
        assert [(one.slug, one.title) for one in convenings(db)] == [
            ("2025-spring", "Spring 2025 convening"),
            ("2025-fall", "Fall 2025 convening"),
            ("2026-spring", "Spring 2026 convening"),
            ("2026-fall", "Fall 2026 convening"),
            ("2027-spring", "Spring 2027 convening"),
        ]


def test_past_agendas_are_released_once_the_next_one_twice_the_concept_not_at_all(sample: Database) -> None:
    """Rule 15: numbered, by a named organizer, at the time the sample says."""
    with sample.read() as db:
        said = {
            convening.slug: [
                f"{line.number} by {line.by}, {clock.said_day(clock.local(line.released_at, convening.zone))}"
                for line in releases_of(db, convening)
            ]
            for convening in convenings(db)
        }
        assert said == {
            "2016-spring": ["1 by Miriam Castellanos, Tue 10 May"],
            "2016-fall": ["1 by Miriam Castellanos, Tue 8 Nov"],
            "2017-spring": ["1 by Miriam Castellanos, Tue 9 May"],
            "2017-fall": ["2 by Miriam Castellanos, Fri 20 Oct", "1 by Miriam Castellanos, Tue 10 Oct"],
            "2018-spring": [],
        }


def test_release_2_changes_the_title_of_one_session(sample: Database) -> None:
    with sample.read() as db:
        release = latest_release(db, next_convening(db))
        assert release is not None
        assert (release.number, len(release.sessions), len(release.changes)) == (2, 27, 1)


def test_the_draft_is_what_is_published_until_somebody_changes_it(sample: Database) -> None:
    with sample.write() as db, pytest.raises(Refused, match="Nothing has changed since release 2"):
        publish_release(db, next_convening(db), by=Viewer.system("test"))


def test_every_city_has_its_turn_in_the_mayors_updates(sample: Database) -> None:
    """Three cities of twenty-five minutes in each round, and the turns fill the time."""
    with sample.read() as db:
        cities = {city.key: city.name for city in db.exec(select(City))}
        rounds = [one for one in sessions_of(db, next_convening(db)) if one.format is SessionFormat.MAYOR_UPDATE]
        turns = [[(cities[item.city_id or 0], item.minutes) for item in one.items] for one in rounds]
        assert turns == [
            [("Louisville", 25), ("Oakland", 25), ("Providence", 25)],
            [("Salem", 25), ("Somerville", 25), ("Newton", 25)],
        ]
        assert [sum(item.minutes for item in one.items) - one.minutes for one in rounds] == [0, 0]


def test_a_board_that_is_made_up_shows_how_public_bodies_are_watched(sample: Database) -> None:
    with sample.read() as db:
        (body,) = db.exec(select(PublicBody)).all()
        assert (body.name, body.flag_at) == ("Somerville Youth Board (made up)", 2)
        assert sorted(member.person.name for member in body.members) == ["Marie-Josée Baptiste", "Tenzin Dolkar"]
