"""Of people's other calendars the hours are kept and nothing else; they go when the calendar is taken away."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import text
from sqlmodel import Session, select

from app.calendars import others
from app.calendars.others import fetch_due
from app.database import Database
from app.files.calendars import Hours
from app.models import AuditEntry, BusyCalendar, BusyTime, Person, Revision
from app.people import busy
from app.people.audit import Refused
from app.people.viewer import Viewer, viewer_of
from app.settings import Settings
from tests.files.answering import Internet, internet, saying
from tests.registration.stage import TWO_WEEKS_BEFORE, Stage, set_stage

PORTS = frozenset({80, 443})
NOW = TWO_WEEKS_BEFORE
NONSENSE = "Chemotherapy at Kaiser"


def calendar(*events: tuple[str, str]) -> bytes:
    said = "".join(
        f"BEGIN:VEVENT\r\nUID:{number}\r\nSUMMARY:{NONSENSE}\r\nDTSTART:{start}\r\nDTEND:{end}\r\nEND:VEVENT\r\n"
        for number, (start, end) in enumerate(events)
    )
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n{said}END:VCALENDAR\r\n".encode()


MORNING = ("20171114T150000Z", "20171114T160000Z")
NOON = ("20171114T170000Z", "20171114T180000Z")
FROM, TO = datetime(2017, 11, 14, tzinfo=UTC), datetime(2017, 11, 15, tzinfo=UTC)


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2017, 11, 14, hour, minute, tzinfo=UTC)


@pytest.fixture
def stage(database: Database) -> Iterator[Stage]:
    with time_machine.travel(NOW, tick=False):
        yield set_stage(database)


def name(
    db: Session, stage: Stage, who: str, *, address: str = "http://calendar.example/me", by: str = ""
) -> BusyCalendar:
    return busy.name_calendar(
        db,
        db.get_one(Person, stage.people[who]),
        label="Work",
        address=address,
        zone="America/Los_Angeles",
        ports=PORTS,
        by=viewer_of(db, stage.people[by or who]),
    )


def fetch(database: Database, settings: Settings, net: Internet) -> int:
    return fetch_due(database, settings, guard=net.guard())


def hours(database: Database, stage: Stage, *who: str) -> list[list[tuple[datetime, datetime]]]:
    with database.read() as db:
        found = busy.busy_of(db, [stage.people[one] for one in who], FROM, TO)
        return [list(found[stage.people[one]]) for one in who]


def test_the_hours_of_a_named_calendar_are_known_and_not_a_word_of_it(
    database: Database, stage: Stage, settings: Settings
) -> None:
    with database.write() as db:
        name(db, stage, "oakland mayor")
    with internet({"/me": saying(calendar(MORNING, NOON))}) as net:
        assert fetch(database, settings, net) == 1
    assert hours(database, stage, "oakland mayor", "salem mayor") == [[(at(15), at(16)), (at(17), at(18))], []]
    assert NONSENSE not in everything(database)


def test_hours_of_several_calendars_are_merged_and_cut(database: Database, stage: Stage) -> None:
    with database.write() as db:
        mayor = db.get_one(Person, stage.people["oakland mayor"])
        by = viewer_of(db, mayor.key)
        night = (FROM - timedelta(hours=2), at(1))
        for found in ([night, (at(15), at(16))], [(at(15, 30), at(17)), (at(23), TO + timedelta(hours=3))]):
            busy.name_file(db, mayor, label="A file", zone="UTC", hours=found, by=by)
    assert hours(database, stage, "oakland mayor") == [[(FROM, at(1)), (at(15), at(17)), (at(23), TO)]]


def test_it_is_one_query_however_many_are_asked_for(database: Database, stage: Stage, queries: list[str]) -> None:
    with database.write() as db:
        for who in ("oakland mayor", "salem mayor", "oakland facilitator"):
            person = db.get_one(Person, stage.people[who])
            busy.name_file(db, person, label="F", zone="UTC", hours=[(at(1), at(2))], by=viewer_of(db, person.key))
    queries.clear()
    with database.read() as db:
        busy.busy_of(db, [stage.people["expert"]], FROM, TO)
        busy.busy_of(db, list(stage.people.values()), FROM, TO)
    assert [one[:6] for one in queries if one != "BEGIN"] == ["SELECT", "SELECT"]


def test_what_has_not_changed_keeps_its_hours_and_what_has_replaces_them(
    database: Database, stage: Stage, settings: Settings
) -> None:
    with database.write() as db:
        name(db, stage, "oakland mayor")
    with time_machine.travel(NOW, tick=False) as clock:
        with internet({"/me": saying(calendar(MORNING), ETag='"1"')}) as net:
            assert fetch(database, settings, net) == 1
            assert fetch(database, settings, net) == 0  # not before an hour has passed
            assert len(net.asked) == 1
        clock.shift(timedelta(hours=1))
        with internet({"/me": saying(b"", 304)}) as net:
            assert fetch(database, settings, net) == 1
            assert net.asked[0].headers["if-none-match"] == '"1"'
        assert hours(database, stage, "oakland mayor") == [[(at(15), at(16))]]
        clock.shift(timedelta(hours=1))
        with internet({"/me": saying(calendar(NOON), ETag='"2"')}) as net:
            assert fetch(database, settings, net) == 1
        assert hours(database, stage, "oakland mayor") == [[(at(17), at(18))]]
        clock.shift(timedelta(days=8))
        with internet({"/me": saying(calendar(NOON))}) as net:
            assert fetch(database, settings, net) == 1
            assert "if-none-match" not in net.asked[0].headers  # a week later the year ahead is counted anew


def test_a_failure_is_told_to_its_owner_keeps_the_hours_and_is_tried_more_and_more_seldom(
    database: Database, stage: Stage, settings: Settings
) -> None:
    with database.write() as db:
        name(db, stage, "oakland mayor")
    with time_machine.travel(NOW, tick=False) as clock:
        with internet({"/me": saying(calendar(MORNING))}) as net:
            fetch(database, settings, net)
        tried = 0
        with internet({"/me": saying(b"", 404)}) as net:
            for _ in range(30):
                clock.shift(timedelta(hours=1))
                assert fetch(database, settings, net) == 0
            tried = len(net.asked)
        assert tried == 4  # after 1, 2, 4 and 8 hours more
        with database.read() as db:
            (one,) = busy.calendars_of(db, stage.people["oakland mayor"])
            assert "no calendar at this address any more" in one.trouble
        assert hours(database, stage, "oakland mayor") == [[(at(15), at(16))]]
        clock.shift(timedelta(days=1))
        with internet({"/me": saying(calendar(NOON))}) as net:
            assert fetch(database, settings, net) == 1
    with database.read() as db:
        (one,) = busy.calendars_of(db, stage.people["oakland mayor"])
        assert (one.trouble, one.failures) == ("", 0)


@pytest.mark.parametrize("body", [b"<html>", b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT"])
def test_what_is_no_calendar_is_told_too(database: Database, stage: Stage, settings: Settings, body: bytes) -> None:
    with database.write() as db:
        name(db, stage, "oakland mayor")
    with internet({"/me": saying(body)}) as net:
        assert fetch(database, settings, net) == 0
    with database.read() as db:
        (one,) = busy.calendars_of(db, stage.people["oakland mayor"])
        assert "calendar" in one.trouble


def test_a_calendar_that_nobody_reckoned_with_is_its_own_trouble_and_the_others_are_read(
    database: Database, stage: Stage, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.write() as db:
        name(db, stage, "oakland mayor", address="http://calendar.example/away")
        name(db, stage, "oakland facilitator", address="http://calendar.example/odd")
        name(db, stage, "salem mayor")
    read = others.hours_of

    def hours_of(body: bytes, **said: Any) -> Hours:
        if b"odd" in body:
            raise OverflowError
        return read(body, **said)

    monkeypatch.setattr(others, "hours_of", hours_of)
    answers = {"/away": saying(b"", 302, Location="//["), "/odd": saying(b"odd"), "/me": saying(calendar(MORNING))}
    with internet(answers) as net:
        assert fetch(database, settings, net) == 1
        assert fetch(database, settings, net) == 0  # none of them is due before an hour has passed
        assert len(net.asked) == 3
    assert hours(database, stage, "salem mayor") == [[(at(15), at(16))]]
    with database.read() as db:
        told = [busy.calendars_of(db, stage.people[who])[0] for who in ("oakland mayor", "oakland facilitator")]
    assert [(one.failures, one.fetched_at) for one in told] == [(1, NOW)] * 2
    assert "no web address" in told[0].trouble
    assert told[1].trouble == others.UNREAD


def test_an_inner_address_is_told_and_never_gone_to(database: Database, stage: Stage, settings: Settings) -> None:
    with database.write() as db:
        name(db, stage, "oakland mayor", address="http://localhost/me")
    with internet({"/me": saying(calendar(MORNING))}) as net:
        assert fetch(database, settings, net) == 0
        assert net.asked == []
    with database.read() as db:
        (one,) = busy.calendars_of(db, stage.people["oakland mayor"])
        assert "private network" in one.trouble


def test_a_calendar_that_is_taken_away_leaves_no_hour_no_address_and_no_name_anywhere(
    database: Database, stage: Stage, settings: Settings
) -> None:
    address = "http://calendar.example/private-8f2c1e7d"
    with database.write() as db:
        one = name(db, stage, "oakland mayor", address=address)
    with internet({"/private-8f2c1e7d": saying(calendar(MORNING), ETag='"tag-of-theirs"')}) as net:
        fetch(database, settings, net)
    with database.write() as db:
        busy.take_calendar_away(db, db.get_one(BusyCalendar, one.key), by=viewer_of(db, stage.people["oakland mayor"]))
    assert hours(database, stage, "oakland mayor") == [[]]
    with database.read() as db:
        assert db.exec(select(BusyTime)).all() == []
        assert busy.calendars_of(db, stage.people["oakland mayor"]) == []
        acts = [entry.act for entry in db.exec(select(AuditEntry).where(AuditEntry.subject == "busy_calendar"))]
    assert acts == ["name_calendar", "take_calendar_away"]
    rest = everything(database)
    assert [word for word in ("8f2c1e7d", "Work", "tag-of-theirs", "2017-11-14 15") if word in rest] == []


def test_the_log_never_has_a_name_an_address_or_an_hour_even_while_it_is_lent(
    database: Database, stage: Stage, settings: Settings
) -> None:
    with database.write() as db:
        name(db, stage, "oakland mayor", address="http://calendar.example/me")
    with internet({"/me": saying(calendar(MORNING))}) as net:
        fetch(database, settings, net)
    with database.read() as db:
        logged = str(
            [(e.before, e.after) for e in db.exec(select(AuditEntry).where(AuditEntry.act == "name_calendar"))]
        )
    assert [word for word in ("Work", "calendar.example", "2017-11-14T15") if word in logged] == []


def test_what_is_taken_away_while_it_is_fetched_does_not_come_back(
    database: Database, stage: Stage, settings: Settings
) -> None:
    with database.write() as db:
        number = name(db, stage, "oakland mayor").key
    with database.read() as db:
        (due,) = busy.due_calendars(db)
    with database.write() as db:
        busy.take_calendar_away(db, db.get_one(BusyCalendar, number), by=Viewer.system("test"))
    with database.write() as db:
        assert not busy.keep_hours(db, due, [(at(1), at(2))], etag="", last_modified="")
        assert not busy.note_trouble(db, due, "Something")
        assert db.exec(select(BusyTime)).all() == []


def test_being_fetched_is_no_change_for_the_pages_that_are_kept(
    database: Database, stage: Stage, settings: Settings
) -> None:
    with database.write() as db:
        name(db, stage, "oakland mayor")
    with database.read() as db:
        before = db.exec(select(Revision.number)).one()
    with internet({"/me": saying(calendar(MORNING))}) as net:
        fetch(database, settings, net)
    with database.read() as db:
        assert db.exec(select(Revision.number)).one() == before


def test_nobody_names_or_takes_away_anothers_calendar(database: Database, stage: Stage) -> None:
    with database.write() as db:
        mayors = name(db, stage, "oakland mayor")
        for by in ("organizer", "oakland facilitator"):
            with pytest.raises(Refused, match="or who acts for them"):
                name(db, stage, "oakland mayor", by=by)
            with pytest.raises(Refused, match="or who acts for them"):
                busy.take_calendar_away(db, mayors, by=viewer_of(db, stage.people[by]))


@pytest.mark.parametrize(
    ("label", "address", "field"),
    [
        ("", "http://calendar.example/", "label"),
        (" \n ", "http://calendar.example/", "label"),
        ("x" * 121, "http://calendar.example/", "label"),
        ("Work", "", "address"),
        ("Work", "ftp://calendar.example/", "address"),
        ("Work", "http://calendar.example/me", "address"),
    ],
)
def test_what_cannot_stand_is_refused_at_its_field(
    database: Database, stage: Stage, label: str, address: str, field: str
) -> None:
    with database.write() as db:
        name(db, stage, "oakland mayor")
        mayor = db.get_one(Person, stage.people["oakland mayor"])
        by = viewer_of(db, mayor.key)
        with pytest.raises(Refused) as refused:
            busy.name_calendar(db, mayor, label=label, address=address, zone="UTC", ports=PORTS, by=by)
        assert refused.value.field == field


def test_there_is_a_most_of_calendars(database: Database, stage: Stage) -> None:
    with database.write() as db:
        for number in range(busy.MOST_CALENDARS):
            name(db, stage, "oakland mayor", address=f"http://calendar.example/{number}")
        with pytest.raises(Refused, match="At most 6"):
            name(db, stage, "oakland mayor", address="http://calendar.example/another")


def everything(database: Database) -> str:
    """All that stands in all tables, as text."""
    from sqlmodel import SQLModel

    said = []
    with database.read() as db:
        for table in SQLModel.metadata.sorted_tables:
            said += [str(tuple(row)) for row in db.connection().execute(text(f'SELECT * FROM "{table.name}"'))]
    return "\n".join(said)
