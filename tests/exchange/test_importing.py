"""An agenda comes in once, and again without change; what a changed file says is shown field by field."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlmodel import Session, func, select

from app.agenda.placements import Placement, move_session
from app.agenda.sessions import cancel_session, change_session, create_session
from app.database import Database
from app.exchange.imports import expected, zone_of
from app.exchange.plans import AgendaPlan, plan_agenda
from app.exchange.read import read_agenda
from app.exchange.reading import Expected
from app.gatherings.details import Details, details_of
from app.models import (
    AgendaRelease,
    AgendaSession,
    AuditEntry,
    Convening,
    Engagement,
    EngagementState,
    Openness,
    Person,
    Room,
    SessionFormat,
    SessionRoom,
)
from app.people.audiences import Rule, rule_of
from app.people.audit import Refused, verb
from app.people.viewer import Viewer
from tests.exchange.conftest import Bring, the_cohort, the_convening, the_session
from tests.exchange.making import Programme, as_csv, frab, ics, pretalx, programme, table
from tests.people.rows import BY, Town

TABLES = (AgendaSession, Room, Person, SessionRoom, Engagement, AuditEntry)


def counts(database: Database) -> dict[str, int]:
    with database.read() as db:
        return {each.__name__: db.exec(select(func.count()).select_from(each)).one() for each in TABLES}


def told(made: Programme) -> list[tuple[object, ...]]:
    return sorted(
        (talk.guid, " ".join(talk.title.split()), talk.start, talk.minutes, talk.room, tuple(n for _, n in talk.people))
        for talk in made.talks
    )


def stored(database: Database) -> list[tuple[object, ...]]:
    with database.read() as db:
        return sorted(
            (
                session.import_key,
                session.title,
                session.starts_at,
                session.minutes,
                ", ".join(place.room.name for place in session.places),
                tuple(engagement.person.name for engagement in session.engagements),
            )
            for session in db.exec(select(AgendaSession))
        )


def plan(database: Database, data: bytes) -> AgendaPlan:
    with database.read() as db:
        cohort, convening = the_cohort(db), the_convening(db)
        read = read_agenda(data, expected(db, cohort, convening))
        return plan_agenda(db, cohort, convening, read, convening.zone)


def differences(database: Database, data: bytes) -> list[str]:
    return [str(difference) for change in plan(database, data).changes for difference in change.differences]


def changed(made: Programme, number: int, **values: object) -> Programme:
    """The programme with one of its talks told otherwise."""
    talks = tuple(replace(talk, **values) if talk.number == number else talk for talk in made.talks)  # type: ignore[arg-type]
    return Programme(talks=talks, zone=made.zone, empty_rooms=made.empty_rooms)


def test_big_schedule_is_stored_whole_in_a_convening_made_for_it(database: Database, bring: Bring) -> None:
    made = programme(1_100, 80, 7)

    result = bring(frab(made))

    assert result.complete
    assert stored(database) == told(made)
    with database.read() as db:
        convening = the_convening(db)
        assert (convening.title, convening.zone) == (made.title, made.zone)
        assert (str(convening.starts_on), str(convening.ends_on)) == ("2026-02-07", "2026-02-13")
        assert {session.uid for session in db.exec(select(AgendaSession))} == {talk.guid for talk in made.talks}
        assert "Foyer" in set(db.exec(select(Room.name)))


def test_number_of_questions_does_not_grow_with_the_sessions(
    database: Database, bring: Bring, queries: list[str]
) -> None:
    """Habit 14: each row is written once, and nothing is asked row by row."""

    def asked(slug: str, made: Programme) -> int:
        queries.clear()
        bring(frab(made), slug=slug)
        return sum(not statement.startswith("INSERT") for statement in queries)

    asked("first", programme(20, 4, 1))

    assert asked("large", programme(400, 4, 5)) == asked("small", programme(20, 4, 1))


def test_same_file_again_changes_nothing(database: Database, bring: Bring) -> None:
    data = frab(programme(80, 8, 2))
    bring(data)
    before = counts(database)

    result = bring(data)

    assert result.lines[1] == "0 new, 0 changed, 80 unchanged, 0 no longer in the file; 0 new rooms, 0 new people."
    assert counts(database) == before


@pytest.mark.parametrize("again", [pretalx, ics, lambda made: as_csv(table(made))], ids=["json", "ics", "csv"])
def test_same_schedule_in_another_format_is_known_again(database: Database, bring: Bring, again: object) -> None:
    made = programme(40, 4, 2)
    bring(frab(made))

    assert callable(again)
    of = plan(database, again(made))

    assert (len(of.creates), [change.differences for change in of.changes]) == (0, [])
    assert of.new_people == ()


def test_changed_file_shows_each_difference_and_the_draft_takes_it(database: Database, bring: Bring) -> None:
    made = programme(20, 2, 1)
    bring(frab(made))
    talk = made.talks[3]
    other = changed(
        made,
        talk.number,
        title="Another title",
        start=talk.start.replace(hour=21, minute=0),
        room="Upper hall",
        people=((9001, "Zoë Quist"),),
        abstract="Something else.",
    )

    assert differences(database, frab(other)) == [
        "time: Sat 7 Feb, 09:45–10:30 CET → Sat 7 Feb, 21:00–21:45 CET",
        "rooms: Room 02 (É) → Upper hall",
        f"title: {talk.title} → Another title",
        "purpose: Paragraph one of 4. Paragraph two; with “quotes”, & more. → Something else.",
        f"presenters: {', '.join(name for _, name in talk.people)} → Zoë Quist",
    ]
    result = bring(frab(other))

    assert result.lines[1] == "0 new, 1 changed, 19 unchanged, 0 no longer in the file; 1 new room, 1 new person."
    assert stored(database) == told(other)
    assert plan(database, frab(other)).is_empty


def test_change_that_calendars_must_hear_of_raises_the_sequence(database: Database, bring: Bring) -> None:
    """Rule 16: a new time raises it, a new title alone does not."""
    made = programme(4, 1, 1)
    bring(frab(made))

    bring(frab(changed(changed(made, 1, title="Renamed"), 2, minutes=10)))

    with database.read() as db:
        sequences = {session.title: session.sequence for session in db.exec(select(AgendaSession))}
    assert sequences["Renamed"] == 0
    assert sequences[" ".join(made.talks[1].title.split())] == 1


def test_session_no_longer_in_the_file_is_listed_and_stays(database: Database, bring: Bring) -> None:
    made = programme(10, 2, 1)
    bring(frab(made))
    shorter = Programme(talks=made.talks[:-1], zone=made.zone)

    result = bring(frab(shorter))

    assert any(
        line.startswith(f"No longer in the file: “{' '.join(made.talks[-1].title.split())}”") for line in result.lines
    )
    assert stored(database) == told(made)


@pytest.mark.parametrize(("absent", "cancelled", "archived"), [("cancel", 1, 0), ("archive", 0, 1)])
def test_session_no_longer_in_the_file_is_cancelled_or_archived_when_asked(
    database: Database, bring: Bring, absent: str, cancelled: int, archived: int
) -> None:
    """Rule 21: deleting is archiving; and brought again in the file, an archived session comes back."""
    made = programme(10, 2, 1)
    bring(frab(made))

    bring(frab(Programme(talks=made.talks[:-1], zone=made.zone)), absent=absent)

    with database.read() as db:
        sessions = db.exec(select(AgendaSession)).all()
        assert sum(session.is_cancelled for session in sessions) == cancelled
        assert sum(session.archived_at is not None for session in sessions) == archived
    bring(frab(made))
    with database.read() as db:
        assert all(session.archived_at is None for session in db.exec(select(AgendaSession)))


def test_file_that_breaks_off_says_nothing_of_what_is_missing(database: Database, bring: Bring) -> None:
    made = programme(10, 1, 1)
    bring(frab(made))

    result = bring(b"\n".join(frab(made).split(b"\n")[:40]))

    assert not result.complete
    assert plan(database, b"\n".join(frab(made).split(b"\n")[:40])).absent == ()


def test_what_organizers_said_beyond_the_file_is_kept(database: Database, bring: Bring) -> None:
    """Openness, protection, audience, set-ups and answers of speakers are theirs: the file does not know of them."""
    made = programme(4, 1, 1)
    bring(frab(made))
    title = " ".join(made.talks[1].title.split())

    @verb
    def decline(db: Session, engagement: Engagement, *, by: Viewer) -> None:
        engagement.state = EngagementState.DECLINED

    with database.write() as db:
        session = the_session(db, title)
        said = details_of(session)
        details = replace(said, openness=Openness.CLOSED, protected=True, audience=Rule())
        change_session(db, session, details, by=BY)
        decline(db, session.engagements[0], by=BY)

    assert plan(database, frab(made)).is_empty
    bring(frab(changed(made, 2, minutes=7)))

    with database.read() as db:
        session = the_session(db, title)
        assert (session.openness, session.protected, session.minutes) == (Openness.CLOSED, True, 7)
        assert rule_of(session.audience) == Rule()
        assert [engagement.state for engagement in session.engagements] == [EngagementState.DECLINED]


def test_session_that_excludes_the_lab_is_moved_and_nothing_of_it_is_shown(database: Database, bring: Bring) -> None:
    """Rule 13: the organizer who brings a file may not read what the session is, nor write over it."""
    made = programme(4, 1, 1)
    bring(frab(made))
    title = " ".join(made.talks[1].title.split())
    with database.write() as db:
        session = the_session(db, title)
        closed = replace(
            details_of(session), openness=Openness.CLOSED, excludes_lab=True, title="Told to nobody", purpose="Secret"
        )
        change_session(db, session, closed, by=BY)

    other = frab(changed(made, 2, title="From the file", minutes=7))

    assert differences(database, other) == ["time: Sat 7 Feb, 09:45–10:30 CET → Sat 7 Feb, 09:45–09:52 CET"]
    assert "Told to nobody" not in "\n".join(bring(other).lines)
    without = frab(Programme(talks=(*made.talks[:1], *made.talks[2:]), zone=made.zone))
    assert [absent.title for absent in plan(database, without).absent] == ["Closed session"]
    with database.read() as db:
        session = the_session(db, "Told to nobody")
        assert (session.purpose, session.minutes) == ("Secret", 7)


def test_length_that_cannot_be_read_leaves_the_one_that_the_session_has(database: Database, bring: Bring) -> None:
    made = programme(2, 1, 1)
    bring(frab(made))

    unsaid = frab(made).replace(b"<duration>00:43</duration>", b"<duration>soon</duration>")
    moved = unsaid.replace(b"T09:00:00", b"T20:00:00")

    assert differences(database, unsaid) == []
    assert differences(database, moved) == ["time: Sat 7 Feb, 09:00–09:43 CET → Sat 7 Feb, 20:00–20:43 CET"]
    assert not bring(moved).complete
    with database.read() as db:
        assert the_session(db, "Opening 1").minutes == 43


def test_cancelled_session_is_let_be(database: Database, bring: Bring) -> None:
    made = programme(4, 1, 1)
    bring(frab(made))
    title = " ".join(made.talks[1].title.split())
    with database.write() as db:
        cancel_session(db, the_session(db, title), reason="No train", by=BY)

    same, of = plan(database, frab(made)), plan(database, frab(changed(made, 2, minutes=7)))

    assert (same.changes, same.notes) == ((), ())
    assert of.changes == ()
    assert [note.sentence for note in of.notes] == [f"“{title}” is cancelled here and was left as it is."]


def test_session_made_by_hand_is_known_by_title_and_time_and_takes_the_files_key(
    database: Database, bring: Bring
) -> None:
    made = programme(2, 1, 1)
    bring(frab(Programme(talks=made.talks[:1], zone=made.zone)))
    by_hand = made.talks[1]
    with database.write() as db:
        convening = the_convening(db)
        place = Placement(by_hand.day, by_hand.start.time(), by_hand.minutes)
        create_session(
            db, convening, Details(title=" ".join(by_hand.title.split()), audience=Rule(everyone=True)), to=place, by=BY
        )

    result = bring(frab(made))

    assert result.lines[1].startswith("0 new, 1 changed, 1 unchanged")
    assert [key for key, *_ in stored(database)] == sorted(talk.guid for talk in made.talks)


def test_new_sessions_are_for_everyone_and_of_the_cohort_unless_said_otherwise(
    database: Database, bring: Bring
) -> None:
    """Rule 18: the default is cohort."""
    bring(frab(programme(2, 1, 1)), slug="closed")
    bring(frab(programme(2, 1, 1, first=date(2027, 2, 6))), slug="open", public=True)

    with database.read() as db:
        opennesses = {
            convening.slug: {s.openness for s in db.exec(select(AgendaSession)) if s.convening_id == convening.id}
            for convening in db.exec(select(Convening))
        }
        assert all(rule_of(session.audience) == Rule(everyone=True) for session in db.exec(select(AgendaSession)))
    assert opennesses == {"closed": {Openness.COHORT}, "open": {Openness.PUBLIC}}


def test_sessions_beside_one_another_are_to_be_chosen_from(database: Database, bring: Bring) -> None:
    """Rule 1: everyone is invited to all of them, and so in none of them twice."""
    made = programme(4, 2, 1)
    alone = replace(made.talks[0], number=99, start=made.talks[0].start.replace(hour=20), title="Closing")
    bring(frab(Programme(talks=(*made.talks, alone), zone=made.zone)))

    with database.read() as db:
        groups = {session.title: session.choice_group for session in db.exec(select(AgendaSession))}
    assert groups.pop("Closing") == ""
    assert set(groups.values()) == {"Parallel sessions"}


def test_presenters_are_taken_for_the_cohorts_people_of_that_name_once(
    database: Database, bring: Bring, town: Town
) -> None:
    made = programme(2, 1, 1)
    same = changed(made, 1, people=((1, "Ada Roth"), (2, "Ada Roth")))
    bring(frab(same))
    with database.read() as db:
        first = [engagement.person_id for engagement in db.exec(select(Engagement))]

    bring(frab(same))

    with database.read() as db:
        assert [engagement.person_id for engagement in db.exec(select(Engagement))] == first
    assert len(set(first)) == len(first)


def test_address_in_a_table_names_the_person_whatever_their_name(database: Database, bring: Bring) -> None:
    rows = "title,date,start,minutes,presenters\nOne,2026-02-07,10:00,30,Ada Roth <ada@made.example>\n"
    bring(rows.encode())
    bring(rows.replace("One", "Two").replace("10:00", "11:00").replace("Ada Roth", "A. Roth").encode())

    with database.read() as db:
        assert [(person.name, person.email) for person in db.exec(select(Person))] == [("Ada Roth", "ada@made.example")]


def test_audience_of_a_table_is_a_rule_and_a_name_that_nobody_has_lets_nobody_in(
    database: Database, bring: Bring, town: Town
) -> None:
    result = bring(
        b"title,date,start,minutes,audience\n"
        b"A,2026-02-07,09:00,30,Mayors of Oakland and Salem\n"
        b"B,2026-02-07,10:00,30,everyone; without superintendents\n"
        b"C,2026-02-07,11:00,30,Mayors of Atlantis\n"
        b"D,2026-02-07,12:00,30,\n"
    )

    mayor, superintendent = town.roles["mayor"].key, town.roles["superintendent"].key
    cities = frozenset(city.key for city in town.cities.values())
    with database.read() as db:
        assert {session.title: rule_of(session.audience) for session in db.exec(select(AgendaSession))} == {
            "A": Rule(role_ids=frozenset({mayor}), city_ids=cities),
            "B": Rule(everyone=True, but_role_ids=frozenset({superintendent})),
            "C": Rule(),
            "D": Rule(everyone=True),
        }
    assert "Not read: row 4: Nobody is called “atlantis”; its audience is nobody yet." in result.lines


def test_strict_import_of_a_file_with_a_problem_keeps_nothing(database: Database, bring: Bring) -> None:
    before = counts(database)
    data = b"title,date,start,minutes\nGood,2026-02-07,09:00,30\nBad,someday,09:00,30\n"

    with pytest.raises(Refused, match="Nothing was imported: 2 things in the file could not be read"):
        bring(data, strict=True)

    assert counts(database) == before
    assert not bring(data).complete
    with database.read() as db:
        sessions = {session.title: session.starts_at for session in db.exec(select(AgendaSession))}
    assert sessions == {"Good": datetime(2026, 2, 7, 14, tzinfo=UTC), "Bad": None}


def test_publishing_makes_a_release_once(database: Database, bring: Bring) -> None:
    """Rule 15: the same file again publishes nothing, and is no failure."""
    data = frab(programme(30, 3, 1))

    first, second = bring(data, publish=True), bring(data, publish=True)

    assert first.lines[-1] == "Published as release 1."
    assert second.lines[-1] == "Nothing has changed since release 1, so there is nothing to publish."
    assert first.complete
    assert second.complete
    with database.read() as db:
        assert [release.number for release in db.exec(select(AgendaRelease))] == [1]


def test_file_widens_the_convenings_days_and_one_of_another_year_is_refused(database: Database, bring: Bring) -> None:
    bring(frab(programme(10, 1, 1)))

    result = bring(frab(programme(10, 1, 2)))

    assert result.complete
    with database.read() as db:
        assert str(the_convening(db).ends_on) == "2026-02-08"
    with pytest.raises(Refused, match="Bring the file into a convening of its own"):
        bring(frab(programme(10, 1, 1, first=date(2027, 5, 1))))


def test_unknown_convening_is_made_only_when_asked(bring: Bring) -> None:
    with pytest.raises(Refused, match=r"has no convening “2026-winter”\. Make it with --create\."):
        bring(frab(programme()), create=False)


def test_zone_of_a_new_convening_comes_from_the_file_its_offsets_or_the_cohort() -> None:
    named = read_agenda(frab(programme()))
    offsets = read_agenda(frab(programme(), zone_name=False))
    berlin_summer = read_agenda(frab(programme(first=date(2026, 7, 4)), zone_name=False))
    eastern = read_agenda(frab(programme(zone="America/New_York"), zone_name=False))
    neither = read_agenda(frab(programme(), dates=False, zone_name=False), Expected(fallback_zone="America/New_York"))

    cohort = "America/New_York"
    assert zone_of(named, "", cohort) == "Europe/Brussels"
    assert zone_of(named, "Asia/Tokyo", cohort) == "Asia/Tokyo"
    assert zone_of(offsets, "", cohort) == "Etc/GMT-1"
    assert zone_of(berlin_summer, "", cohort) == "Etc/GMT-2"
    assert zone_of(eastern, "", cohort) == cohort
    assert zone_of(neither, "", cohort) == cohort


def test_moved_in_the_grid_and_brought_again_the_file_shows_the_way_back(database: Database, bring: Bring) -> None:
    made = programme(4, 1, 1)
    bring(frab(made))
    with database.write() as db:
        session = the_session(db, " ".join(made.talks[2].title.split()))
        place = Placement(date(2026, 2, 7), datetime.fromisoformat("2026-02-07T18:00").time(), session.minutes)
        move_session(db, session, to=place, by=BY)

    assert differences(database, frab(made)) == [
        "time: Sat 7 Feb, 18:00–18:45 CET → Sat 7 Feb, 10:30–11:15 CET",
        "rooms: nothing → Room 01 (É)",
    ]


def test_formats_of_others_become_ours(database: Database, bring: Bring) -> None:
    bring(frab(programme(4, 4, 1)))

    with database.read() as db:
        assert [session.format for session in db.exec(select(AgendaSession).order_by(AgendaSession.id))] == [  # type: ignore[arg-type]
            SessionFormat.WORKSHOP,
            SessionFormat.WORKSHOP,
            SessionFormat.PLENARY,
            SessionFormat.WORKSHOP,
        ]
