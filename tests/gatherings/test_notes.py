"""Notes of a call: two who write lose nothing, and the confidential part is not the lab's (rules 13 and 21)."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
import time_machine
from sqlmodel import select

from app.database import Database
from app.gatherings.notes import write_notes
from app.models import AuditEntry, GatheringNote
from app.people.audit import Refused
from tests.gatherings.calling import AFTER_OCTOBER, Calling, calling


@pytest.fixture(autouse=True)
def the_day_after() -> Iterator[None]:
    with time_machine.travel(AFTER_OCTOBER, tick=True):
        yield


@pytest.fixture
def monthly(database: Database, the_day_after: None) -> Calling:
    return calling(database)


def test_notes_are_saved_with_who_and_when_and_each_version_is_on_record_rule_21(
    database: Database, monthly: Calling
) -> None:
    with database.write() as db:
        monthly.write(db, 10, "Forty seats")
        monthly.write(db, 10, "Forty seats stay empty", "oakland facilitator", upon="Forty seats")
        call = monthly.call(db, 10, "salem facilitator")
        told = db.exec(select(AuditEntry.after).where(AuditEntry.subject == "gathering_note")).all()
    assert call is not None
    assert (call.notes[False].text, call.notes[False].who) == ("Forty seats stay empty", "Oakland Facilitator")
    assert [one["text"] for one in told if one and one.get("text")] == ["Forty seats", "Forty seats stay empty"]


def test_two_who_write_at_once_lose_no_word(database: Database, monthly: Calling) -> None:
    with database.write() as db:
        monthly.write(db, 10, "Seats\n\nBuses")
        first = monthly.write(db, 10, "Seats: forty\n\nBuses", upon="Seats\n\nBuses")
        second = monthly.write(db, 10, "Seats\n\nBuses: two", "oakland facilitator", upon="Seats\n\nBuses")
    assert (first.text, first.with_others) == ("Seats: forty\n\nBuses", False)
    assert (second.text, second.with_others) == ("Seats: forty\n\nBuses: two", True)


def test_where_both_changed_the_same_words_both_stand(database: Database, monthly: Calling) -> None:
    with database.write() as db:
        monthly.write(db, 10, "Forty seats", upon="")
        saved = monthly.write(db, 10, "Fifty places", "oakland facilitator", upon="")
    assert saved.text == "Forty seats\n\nFifty places"


def test_two_who_begin_in_the_same_moment_lose_no_word(database: Database, monthly: Calling) -> None:
    together = Barrier(2)

    def write(who: str, text: str) -> None:
        with database.write() as db:
            by, session = monthly.meeting.viewer(db, who), monthly.on(db, 10)
            if not database.is_sqlite:  # where writers wait for each other before they begin
                together.wait(timeout=20)
            write_notes(db, session, text=text, upon="", confidential=False, by=by)

    with ThreadPoolExecutor(2) as hands:
        done = [
            hands.submit(write, *one)
            for one in (("salem facilitator", "Forty seats"), ("oakland facilitator", "Two buses"))
        ]
        for one in done:
            one.result(timeout=30)
    with database.read() as db:
        text = db.exec(select(GatheringNote)).one().text
    assert sorted(text.split("\n\n")) == ["Forty seats", "Two buses"]


def test_what_nobody_changed_is_not_saved_and_notes_can_be_emptied(database: Database, monthly: Calling) -> None:
    with database.write() as db:
        monthly.write(db, 10, "  ")
        assert db.exec(select(GatheringNote)).all() == []
        monthly.write(db, 10, "Forty seats")
        unchanged = monthly.write(db, 10, "An older text", "oakland facilitator", upon="An older text")
        assert (unchanged.text, unchanged.with_others) == ("Forty seats", True)
        assert monthly.write(db, 10, "", upon="Forty seats").text == ""


def test_the_confidential_notes_are_a_text_of_their_own_and_not_the_labs_rule_13(
    database: Database, monthly: Calling
) -> None:
    with database.write() as db:
        monthly.write(db, 10, "For all")
        monthly.write(db, 10, "Among us", confidential=True)
        own = monthly.call(db, 10, "oakland facilitator")
        lab = {who: monthly.call(db, 10, who) for who in ("organizer", "staff", "salem mayor")}
        with pytest.raises(Refused):
            monthly.write(db, 10, "From the lab", "organizer", confidential=True)
    assert own is not None
    assert {key: one.text for key, one in own.notes.items()} == {False: "For all", True: "Among us"}
    for call in lab.values():
        assert call is not None
        assert {key: one.text for key, one in call.notes.items()} == {False: "For all"}


@pytest.mark.parametrize("who", ["staff", "salem mayor", "expert"])
def test_those_who_were_not_in_the_call_write_no_notes(database: Database, monthly: Calling, who: str) -> None:
    with database.write() as db, pytest.raises(Refused, match="those who are in the call"):
        monthly.write(db, 10, "I heard", who)


def test_notes_longer_than_a_section_are_refused_and_not_cut(database: Database, monthly: Calling) -> None:
    with database.write() as db:
        with pytest.raises(Refused, match="Nothing was cut") as refused:
            monthly.write(db, 10, "x" * 20_001)
        assert len(monthly.write(db, 10, "x" * 20_000).text) == 20_000
    assert refused.value.field == "text"


def test_two_texts_that_do_not_fit_together_are_refused_so_that_the_next_can_save(
    database: Database, monthly: Calling
) -> None:
    long, other = "a" * 12_000, "b" * 12_000
    with database.write() as db:
        monthly.write(db, 10, long)
    for upon in ("", "c" * 20_001):
        with database.write() as db, pytest.raises(Refused, match="both texts together are longer"):
            monthly.write(db, 10, other, "oakland facilitator", upon=upon)
    with database.write() as db:
        assert monthly.write(db, 10, "short", upon=long).text == "short"
