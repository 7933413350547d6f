"""The run of show follows the draft: unlocking, set-ups, microphones, sessions, locking. Cues are written into it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date

import pytest
from sqlmodel import Session, col, select

from app import clock
from app.agenda.cues import CueDetails, add_cue, change_cue, leave_out, replace_line, tick_line, untick_line
from app.agenda.placements import move_session
from app.agenda.run_of_show import RunOfShow, run_of_show
from app.agenda.running_order import Line
from app.agenda.sessions import archive_session, cancel_session
from app.database import Database
from app.models import (
    AuditEntry,
    Convening,
    CueAnchor,
    CueKind,
    CueTick,
    Engagement,
    Openness,
    SessionFormat,
    SessionItem,
)
from app.people.audit import Refused, verb
from app.people.viewer import Viewer
from tests.agenda.campus import TUESDAY, WEDNESDAY, ZONE, Campus, campus
from tests.people.rows import BY


@pytest.fixture
def place(database: Database) -> Iterator[Campus]:
    with database.write() as db:
        yield campus(db)


def show(place: Campus, name: str = "Ada Roth") -> RunOfShow:
    return run_of_show(place.db, place.convening, place.viewer(name))


def said(place: Campus, room: str | None = "GCC", day: date = TUESDAY) -> list[str]:
    """The lines of a room's sheet: "08:30 Unlock GCC …"."""
    (sheet,) = [one for one in show(place).of(day) if (one.room.name if one.room else None) == room]
    return [f"{clock.said_time(line.at, ZONE)} {line.what}" for line in sheet.lines]


def line(place: Campus, name: str) -> Line:
    found = show(place).line(name)
    assert found is not None
    return found


@verb
def add(db: Session, *rows: object, by: Viewer) -> None:
    db.add_all(rows)
    db.flush()


def test_a_room_is_unlocked_furnished_changed_and_locked(place: Campus) -> None:
    place.session("Welcome", "09:00–10:00", rooms=["GCC"])
    talk = place.session("Talk", "10:15–11:00", rooms=["GCC"])
    theatre = place.rooms["GCC"].setups[1].key
    uses = (replace(place.use("GCC")[0], setup_id=theatre),)
    move_session(place.db, talk, to=replace(place.placement("10:15–11:00"), rooms=uses), by=BY)
    assert said(place) == [
        "08:30 Unlock GCC and set it up: rounds, 90 places",
        "09:00 Welcome, 7 people",
        "10:00 Change the set-up to theatre, 120 places: 15 minutes until “Talk”",
        "10:15 Talk, 7 people",
        "11:15 Lock GCC",
    ]


def test_each_day_and_room_has_a_sheet_in_the_venue_s_order(place: Campus) -> None:
    place.session("Forum", "17:30–19:00", TUESDAY, ["Askwith Hall"])
    place.session("Welcome", "09:00–10:00", TUESDAY, ["GCC"])
    place.session("Walk", "12:00–13:00", TUESDAY)
    place.session("Close", "15:00–16:00", WEDNESDAY, ["GCC", "Askwith Hall"])
    sheets = [(one.day, one.room.name if one.room else None) for one in show(place).sheets]
    assert sheets == [
        (TUESDAY, "GCC"),
        (TUESDAY, "Askwith Hall"),
        (TUESDAY, None),
        (WEDNESDAY, "GCC"),
        (WEDNESDAY, "Askwith Hall"),
    ]
    assert show(place).days == [TUESDAY, WEDNESDAY]


def test_an_empty_draft_has_no_sheets(place: Campus) -> None:
    place.session("Some time", None)
    assert show(place).sheets == ()


def test_what_ends_after_midnight_is_locked_on_the_evening_s_sheet(place: Campus) -> None:
    place.session("Late", "22:00–00:30", TUESDAY, ["GCC"])
    assert said(place) == [
        "21:30 Unlock GCC and set it up: rounds, 90 places",
        "22:00 Late, 7 people",
        "00:45 Lock GCC",
    ]


def test_microphones_are_tried_before_what_is_public_once_the_room_is_free(place: Campus) -> None:
    place.session("Before", "16:00–17:20", rooms=["Askwith Hall"])
    place.session("Forum", "17:30–19:00", rooms=["Askwith Hall"], openness=Openness.PUBLIC)
    place.session("Press", "10:00–11:00", rooms=["GCC"], openness=Openness.PRESS)
    assert "17:20 Try the microphones for “Forum”" in said(place, "Askwith Hall")
    assert "09:30 Try the microphones for “Press”" in said(place, "GCC")


def test_a_room_kept_for_a_city_says_whose_it_is_and_how_many_they_are(place: Campus) -> None:
    session = place.session("Team time", "14:00–15:00")
    uses = (*place.use("GCC", city="Oakland"), *place.use("Askwith Hall", city="Salem"))
    move_session(place.db, session, to=replace(place.placement("14:00–15:00"), rooms=uses), by=BY)
    assert "14:00 Team time: Oakland, 3 people" in said(place, "GCC")
    assert "14:00 Team time: Salem, 1 person" in said(place, "Askwith Hall")


def test_a_room_is_unlocked_before_its_microphones_are_tried(place: Campus) -> None:
    place.session("Forum", "10:00–11:00", rooms=["GCC"], openness=Openness.PUBLIC)
    assert [one[6:12] for one in said(place)] == ["Unlock", "Try th", "Forum,", "Lock G"]


def test_cancelled_and_deleted_sessions_are_not_on_it(place: Campus) -> None:
    cancel_session(place.db, place.session("Off", "09:00–10:00", rooms=["GCC"]), reason="Snow", by=BY)
    archive_session(place.db, place.session("Gone", "11:00–12:00", rooms=["GCC"]), by=BY)
    assert show(place).sheets == ()


def test_items_speakers_and_what_they_need_stand_below_their_session(place: Campus) -> None:
    session = place.session("Updates", "09:00–10:15", rooms=["GCC"], speakers=["Prof. Strand"])
    cities = place.town.cities
    engagement = place.db.exec(select(Engagement).where(Engagement.session_id == session.key)).one()
    equip(place.db, engagement, "A  projector\n\nWater\n", by=BY)
    add(
        place.db,
        SessionItem(session_id=session.key, position=0, minutes=25, city_id=cities["Oakland"].key),
        SessionItem(session_id=session.key, position=1, title="Questions", minutes=10, city_id=cities["Salem"].key),
        by=BY,
    )
    assert line(place, f"session:{session.key}:{place.rooms['GCC'].key}").details == (
        "09:00 Oakland (25 min)",
        "09:25 Salem, Questions (10 min)",
        "Prof. Strand, speaker: A projector; Water",
    )


@verb
def equip(db: Session, engagement: Engagement, needs: str, *, by: Viewer) -> None:
    engagement.equipment = needs


def test_rule_13_what_excludes_the_lab_is_on_it_under_its_cover_without_who_speaks(place: Campus) -> None:
    session = place.session(
        "After a lost election",
        "09:00–10:00",
        rooms=["GCC"],
        rule=place.of_role("mayor"),
        openness=Openness.CLOSED,
        excludes_lab=True,
        cover_title="Peer session",
        speakers=["Prof. Strand"],
    )
    add(place.db, SessionItem(session_id=session.key, title="Secret", minutes=5), by=BY)
    text = repr(show(place))
    assert "Peer session, 3 people" in text
    for secret in ("After a lost election", "Strand", "Secret"):
        assert secret not in text


def test_internal_sessions_are_marked(place: Campus) -> None:
    session = place.session("Mic check", "17:10–17:30", rooms=["GCC"], format=SessionFormat.INTERNAL)
    assert line(place, f"session:{session.key}:{place.rooms['GCC'].key}").internal


def test_a_cue_moves_with_its_session_and_goes_with_it(place: Campus) -> None:
    session = place.session("Talk", "10:00–11:00", rooms=["GCC"])
    theo = place.person("Theo Lund").key
    cue = add_cue(
        place.db,
        place.convening,
        CueDetails(
            text="Hand out cards", kind=CueKind.HAND_OUTS, session_id=session.key, minutes=-10, responsible_id=theo
        ),
        by=BY,
    )
    place.db.flush()
    assert "09:50 Hand out cards" in said(place)
    assert line(place, f"cue:{cue.key}").responsible == "Theo Lund"
    move_session(place.db, session, to=place.placement("14:00–15:00", rooms=["Askwith Hall"]), by=BY)
    assert "13:50 Hand out cards" in said(place, "Askwith Hall")
    change_cue(
        place.db,
        place.convening,
        cue,
        CueDetails(text="Collect cards", session_id=session.key, anchor=CueAnchor.END, minutes=5, responsible="Sam"),
        by=BY,
    )
    assert "15:05 Collect cards" in said(place, "Askwith Hall")
    assert line(place, f"cue:{cue.key}").responsible == "Sam"
    cancel_session(place.db, session, reason="", by=BY)
    assert show(place).line(f"cue:{cue.key}") is None


def test_a_cue_with_a_time_of_its_own_stands_where_it_was_put(place: Campus) -> None:
    place.session("Talk", "10:00–11:00", rooms=["GCC"])
    at = clock.at(TUESDAY, place.placement("06:30–07:00").start, ZONE)
    add_cue(place.db, place.convening, CueDetails(text="Coffee comes", at=at), by=BY)
    assert said(place, None) == ["06:30 Coffee comes"]


def test_a_derived_line_said_otherwise_goes_on_following_the_draft(place: Campus) -> None:
    session = place.session("Talk", "10:00–11:00", rooms=["GCC"])
    name = f"unlock:{place.rooms['GCC'].key}:{TUESDAY}"
    replace_line(place.db, place.convening, line(place, name), text="", minutes=-60, responsible="Sam", by=BY)
    changed = line(place, name)
    assert (clock.said_time(changed.at, ZONE), changed.responsible) == ("09:00", "Sam")
    assert changed.what == "Unlock GCC and set it up: rounds, 90 places"
    move_session(place.db, session, to=place.placement("14:00–15:00", rooms=["GCC"]), by=BY)
    assert clock.said_time(line(place, name).at, ZONE) == "13:00"


def test_a_line_left_out_is_gone_and_comes_back_when_it_is_written_again(place: Campus) -> None:
    place.session("Talk", "10:00–11:00", rooms=["GCC"])
    lock = line(place, f"lock:{place.rooms['GCC'].key}:{TUESDAY}")
    leave_out(place.db, place.convening, lock, by=BY)
    assert show(place).line(lock.name) is None
    replace_line(place.db, place.convening, lock, text="Lock up", minutes=20, responsible="", by=BY)
    assert said(place)[-1] == "11:20 Lock up"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"text": "  "}, "text"),
        ({"text": "x" * 1001}, "text"),
        ({"minutes": 1441}, "minutes"),
        ({"session_id": None}, "session"),
        ({"session_id": 999999}, "session"),
        ({"room_id": 999999}, "room"),
        ({"responsible_id": 999999}, "responsible"),
    ],
)
def test_a_cue_that_cannot_be_is_refused_at_its_field(place: Campus, changes: dict[str, object], field: str) -> None:
    session = place.session("Talk", "10:00–11:00", rooms=["GCC"])
    details = replace(CueDetails(text="Doors", session_id=session.key), **changes)  # type: ignore[arg-type]
    with pytest.raises(Refused) as refused:
        add_cue(place.db, place.convening, details, by=BY)
    assert refused.value.field == field


def test_who_ticks_a_line_first_stays_on_record_and_a_tick_can_be_taken_back(place: Campus) -> None:
    session = place.session("Talk", "10:00–11:00", rooms=["GCC"])
    name = f"session:{session.key}:{place.rooms['GCC'].key}"
    tick_line(place.db, place.convening, line(place, name), by=place.viewer("Theo Lund"))
    tick_line(place.db, place.convening, line(place, name), by=place.viewer("Ada Roth"))
    done = line(place, name).done
    assert done is not None
    assert done.by == "Theo Lund"
    untick_line(place.db, place.convening, line(place, name), by=place.viewer("Ada Roth"))
    assert line(place, name).done is None
    acts = place.db.exec(select(AuditEntry.act).where(AuditEntry.subject == "cue_tick").order_by(col(AuditEntry.id)))
    assert list(acts) == ["tick_line", "untick_line"]


def test_sixteen_phones_tick_one_line_once(database: Database) -> None:
    with database.write() as db:
        place = campus(db)
        place.session("Talk", "10:00–11:00", rooms=["GCC"])
        organizer, number = place.viewer("Ada Roth"), place.convening.key
        name = f"unlock:{place.rooms['GCC'].key}:{TUESDAY}"

    def tick(_: int) -> None:
        with database.write() as db:
            convening = db.get_one(Convening, number)
            found = run_of_show(db, convening, organizer).line(name)
            assert found is not None
            tick_line(db, convening, found, by=organizer)

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(tick, range(16)))
    with database.read() as db:
        assert len(db.exec(select(CueTick)).all()) == 1


def test_the_number_of_queries_does_not_grow_with_the_draft(database: Database, queries: list[str]) -> None:
    with database.write() as db:
        place = campus(db)
        place.session("Talk", "10:00–10:05", rooms=["GCC"])

    def counted() -> tuple[int, int]:
        """Statements, and lines on all sheets."""
        with database.read() as db:
            convening = db.get_one(Convening, place.convening.key)
            queries.clear()
            show = run_of_show(db, convening, Viewer.system("test"))
            return len(queries), sum(len(sheet.lines) for sheet in show.sheets)

    few, _ = counted()
    with database.write() as db:
        place.db, place.convening = db, db.get_one(Convening, place.convening.key)
        for number in range(60):
            session = place.session(f"Talk {number}", "11:00–11:05", rooms=["GCC"], speakers=["Prof. Strand"])
            add(db, SessionItem(session_id=session.key, title="Part", minutes=5), by=BY)
            add_cue(db, place.convening, CueDetails(text="Doors", session_id=session.key), by=BY)
    assert counted() == (few, 123)
