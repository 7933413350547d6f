"""Finding a time: asking, answering, booking; twice, two at once, and what stays."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from threading import Barrier, Thread

import pytest
import time_machine
from sqlmodel import Session, select

from app.database import Database
from app.gatherings.listing import invitations_of
from app.gatherings.poll_answers import answer, bearer_of, board_of
from app.gatherings.poll_booking import book, roles_meant
from app.gatherings.polls import (
    Wanted,
    ask,
    asked_by_token,
    asked_of,
    change_asked,
    change_poll,
    close_poll,
    is_booked,
    person_asked,
    poll_of,
    reopen_poll,
    slots_of,
    token_of,
    withdraw_slot,
)
from app.gatherings.reach import call_off
from app.models import AgendaSession, AuditEntry, Openness, PollAnswer, SessionFormat, SlotAnswer, TimePoll
from app.people.audiences import Rule, rule_of
from app.people.audit import Refused
from tests.gatherings.meeting import EASTERN, utc
from tests.gatherings.polling import EARLY, LATE, NOON, SECRET, TITLE, Polling, eastern, polling

YES, IF_NEED_BE, NO = SlotAnswer.YES, SlotAnswer.IF_NEED_BE, SlotAnswer.NO


@pytest.fixture(autouse=True)
def in_october() -> Iterator[None]:
    with time_machine.travel(utc(2017, 10, 24, 14), tick=True):
        yield


@pytest.fixture
def stage(database: Database, in_october: None) -> Polling:
    return polling(database)


def say(db: Session, stage: Polling, poll: TimePoll, who: str, *said: SlotAnswer, note: str = "") -> None:
    """Somebody answers the poll's times in order."""
    asked = person_asked(poll, stage.people[who])
    assert asked is not None
    answers = {slot.key: word for slot, word in zip(slots_of(poll), said, strict=False)}
    answer(db, asked, answers, note=note, by=stage.viewer(db, who))


@pytest.mark.parametrize("role", ["mayor", "superintendent"])
def test_a_poll_asks_the_holders_of_the_role_and_nobody_before_times_are_chosen(stage: Polling, role: str) -> None:
    with stage.database.write() as db:
        poll = stage.poll(db, whom=stage.meeting.of_role(db, role))
        assert {one.person_id for one in asked_of(poll)} == {
            stage.people[f"oakland {role}"],
            stage.people[f"salem {role}"],
        }
        assert [one.told_at for one in asked_of(poll)] == [None, None]
        with pytest.raises(Refused, match="at least one time"):
            ask(db, poll, [], by=stage.viewer(db, "organizer"))


def test_a_mayor_and_the_assistant_who_answer_at_once_leave_one_answer(stage: Polling) -> None:
    with stage.database.write() as db:
        number = stage.poll(db, NOON, EARLY).key
    ready = Barrier(2)

    def press(who: str, said: SlotAnswer) -> None:
        ready.wait()
        with stage.database.write() as db:
            poll = poll_of(db, stage.cohort(db), number)
            assert poll is not None
            asked = person_asked(poll, stage.people["oakland mayor"])
            assert asked is not None
            by = bearer_of(db, asked, stage.people[who])
            answer(db, asked, {slot.key: said for slot in slots_of(poll)}, by=by)

    threads = [Thread(target=press, args=one) for one in (("oakland mayor", YES), ("assistant", NO))]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    with stage.database.read() as db:
        poll = poll_of(db, stage.cohort(db), number)
        assert poll is not None
        line = next(one for one in board_of(db, stage.cohort(db), poll).people if one.name == "Oakland Mayor")
        last = {"Theo Kim": NO, "": YES}[line.answered_by]
        assert list(line.answers.values()) == [last, last]


def test_times_added_later_are_told_to_those_who_have_answered_and_a_second_click_to_nobody(stage: Polling) -> None:
    with stage.database.write() as db:
        poll = stage.poll(db)
        by = stage.viewer(db, "organizer")
        told = ask(db, poll, [NOON, EARLY], by=by)
        assert ({one.person_id for one in told.first}, told.again) == (
            {stage.people["oakland mayor"], stage.people["salem mayor"]},
            (),
        )
        again = ask(db, poll, [NOON, EARLY], by=by)
        assert (again.first, again.again, again.slots) == ((), (), ())
        say(db, stage, poll, "oakland mayor", YES, NO)
        more = ask(db, poll, [LATE], by=by)
        assert [one.person_id for one in more.again] == [stage.people["oakland mayor"]]
        assert (more.first, [one.starts_at for one in more.slots]) == ((), [LATE])


def test_what_is_over_is_not_asked_about_and_no_more_than_twenty_times_are(stage: Polling) -> None:
    with stage.database.write() as db:
        poll = stage.poll(db)
        by = stage.viewer(db, "organizer")
        with pytest.raises(Refused, match="is over"):
            ask(db, poll, [eastern(1, "12:00", month=9)], by=by)
        with pytest.raises(Refused, match="20 times at most"):
            ask(db, poll, [eastern(6, f"{hour:02}:{half}") for hour in range(8, 19) for half in ("00", "30")], by=by)
        assert slots_of(poll) == []


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"title": " "}, "title"),
        ({"title": "x" * 301}, "title"),
        ({"minutes": 0}, "minutes"),
        ({"zone": "Mars/Olympus"}, "zone"),
        ({"join_url": "javascript:alert(1)"}, "join_url"),
        ({"format": SessionFormat.MEAL}, "format"),
        ({"answer_by": date(2017, 10, 1)}, "answer_by"),
    ],
)
def test_what_cannot_stand_is_refused_at_its_field(stage: Polling, said: dict[str, object], field: str) -> None:
    with stage.database.write() as db, pytest.raises(Refused) as refused:
        stage.poll(db, **said)  # type: ignore[arg-type]
    assert refused.value.field == field


def test_a_title_of_three_hundred_letters_is_kept_and_booked(stage: Polling) -> None:
    with stage.database.write() as db:
        poll = stage.poll(db, NOON, title="é" * 300)
        made, _ = book(db, stage.cohort(db), poll, slots_of(poll)[0], by=stage.viewer(db, "organizer"))
        assert made.title == "é" * 300


def test_a_role_that_nobody_holds_cannot_be_asked(stage: Polling) -> None:
    with stage.database.write() as db, pytest.raises(Refused, match="Nobody holds such a seat today"):
        stage.poll(db, whom=Rule(role_ids=frozenset({999})))


def test_answers_are_counted_and_what_suits_best_stands_first(stage: Polling) -> None:
    with stage.database.write() as db:
        poll = stage.poll(db, NOON, EARLY, LATE)
        say(db, stage, poll, "oakland mayor", IF_NEED_BE, NO, YES, note="Not before nine")
        say(db, stage, poll, "salem mayor", YES, YES, YES)
        board = board_of(db, stage.cohort(db), poll)
    assert [(one.starts_at, one.yes, one.if_need_be, one.no, one.silent) for one in board.best] == [
        (LATE, 2, 0, 0, 0),
        (NOON, 1, 1, 0, 0),
        (EARLY, 1, 0, 1, 0),
    ]
    assert board.best[2].lacks == ("Oakland Mayor",)
    oakland = next(one for one in board.people if one.name == "Oakland Mayor")
    assert (oakland.note, oakland.answered_by, oakland.place) == ("Not before nine", "", "Oakland")
    assert board.answered == 2


def test_an_answer_can_be_changed_and_the_same_again_changes_nothing_rule_21(stage: Polling) -> None:
    with stage.database.write() as db:
        poll = stage.poll(db, NOON, EARLY)
        say(db, stage, poll, "oakland mayor", YES, NO)
        before = db.exec(select(AuditEntry.id)).all()
        say(db, stage, poll, "oakland mayor", YES, NO)
        assert db.exec(select(AuditEntry.id)).all() == before
        say(db, stage, poll, "oakland mayor", NO, NO)
        entries = db.exec(select(AuditEntry).where(AuditEntry.subject == "poll_answer")).all()
        changes = [one for one in entries if one.before]
    assert [(one.before, one.after, one.by) for one in changes] == [
        ({"answer": "yes"}, {"answer": "no"}, "Oakland Mayor")
    ]


def test_a_time_that_is_not_named_keeps_what_was_said_and_one_taken_back_is_passed_over(stage: Polling) -> None:
    with stage.database.write() as db:
        poll = stage.poll(db, NOON, EARLY)
        say(db, stage, poll, "oakland mayor", YES)
        asked = person_asked(poll, stage.people["oakland mayor"])
        assert asked is not None
        gone = stage.slot(poll, EARLY)
        withdraw_slot(db, poll, gone, by=stage.viewer(db, "organizer"))
        answer(db, asked, {gone.key: NO}, note="Later", by=stage.viewer(db, "oakland mayor"))
        kept = db.exec(select(PollAnswer.slot_id, PollAnswer.answer)).all()
        assert kept == [(stage.slot(poll, NOON).key, YES)]
        assert asked.note == "Later"


def test_nothing_at_all_is_no_answer_and_a_note_has_an_end(stage: Polling) -> None:
    with stage.database.write() as db:
        poll = stage.poll(db, NOON)
        with pytest.raises(Refused, match="at least one of the times"):
            say(db, stage, poll, "oakland mayor", note="Hm")
        with pytest.raises(Refused, match="longer than 500"):
            say(db, stage, poll, "oakland mayor", YES, note="x" * 501)


def test_an_assistant_answers_for_their_principal_by_the_same_link_and_it_is_said_who_did(stage: Polling) -> None:
    with stage.database.write() as db:
        poll = stage.poll(db, NOON)
        asked = person_asked(poll, stage.people["oakland mayor"])
        assert asked is not None
        assert asked_by_token(db, token_of(asked, SECRET)) is asked
        assert asked_by_token(db, token_of(asked, b"another secret")) is None
        by = bearer_of(db, asked, stage.people["assistant"])
        answer(db, asked, {stage.slot(poll, NOON).key: YES}, by=by)
        (line,) = [one for one in board_of(db, stage.cohort(db), poll).people if one.answered_at]
        assert (line.name, line.answered_by) == ("Oakland Mayor", "Theo Kim")
        entry = db.exec(select(AuditEntry).where(AuditEntry.subject == "poll_answer")).one()
        assert (entry.by, entry.by_id, entry.for_id) == (
            "Theo Kim, by a letter’s link",
            stage.people["assistant"],
            stage.people["oakland mayor"],
        )
        with pytest.raises(Refused, match="Say who answers"):
            bearer_of(db, asked, stage.people["salem mayor"])


def test_neither_tokens_nor_their_hashes_stand_in_the_log(stage: Polling) -> None:
    with stage.database.write() as db:
        poll = stage.poll(db, NOON)
        asked = asked_of(poll)[0]
        log = " ".join(f"{one.before} {one.after}" for one in db.exec(select(AuditEntry)))
    assert asked.nonce not in log
    assert asked.token_hash not in log


def test_one_act_books_it_for_exactly_those_asked_and_closes_the_poll_rule_13(stage: Polling) -> None:
    with stage.database.write() as db:
        poll = stage.poll(db, NOON, EARLY, purpose="One hour", join_url="https://meet.example.org/mayors")
        organizer = stage.viewer(db, "organizer")
        made, is_new = book(db, stage.cohort(db), poll, stage.slot(poll, NOON), by=organizer)
        assert is_new
        assert (made.title, made.starts_at, made.minutes, made.zone, made.format, made.openness, made.cover_title) == (
            TITLE,
            NOON,
            60,
            EASTERN,
            SessionFormat.ROLE_ALIKE,
            Openness.CLOSED,
            "Peer session",
        )
        mayors = {stage.people["oakland mayor"], stage.people["salem mayor"]}
        assert rule_of(made.audience) == Rule(person_ids=frozenset(mayors))
        with pytest.raises(Refused, match="A time is booked"):
            say(db, stage, poll, "oakland mayor", YES)
    with stage.database.read() as db:
        for who in stage.people:
            invited = [one.title for one in invitations_of(db, stage.viewer(db, who), ending_after=NOON)]
            assert invited == ([TITLE] if stage.people[who] in mayors else []), who
        (covered,) = invitations_of(db, stage.viewer(db, "assistant", acting_for="oakland mayor"), ending_after=NOON)
        assert (covered.title, covered.is_whole, covered.purpose, covered.join_url) == ("Peer session", False, "", "")


def test_booked_for_the_role_it_is_for_whoever_holds_the_seat_on_the_day(stage: Polling) -> None:
    with stage.database.write() as db:
        poll = stage.poll(db, NOON)
        (mayors,) = roles_meant(db, stage.cohort(db), poll)
        made, _ = book(db, stage.cohort(db), poll, slots_of(poll)[0], role=mayors, by=stage.viewer(db, "organizer"))
        assert rule_of(made.audience) == Rule(role_ids=frozenset({mayors.key}))


def test_for_some_of_a_role_the_role_is_not_offered(stage: Polling) -> None:
    with stage.database.write() as db:
        poll = stage.poll(db, NOON)
        (mayors,) = roles_meant(db, stage.cohort(db), poll)
        organizer = stage.viewer(db, "organizer")
        change_asked(db, poll, needed=(), without={stage.people["salem mayor"]}, secret=SECRET, by=organizer)
        assert roles_meant(db, stage.cohort(db), poll) == []
        with pytest.raises(Refused, match="not just the people of that role"):
            book(db, stage.cohort(db), poll, slots_of(poll)[0], role=mayors, by=organizer)


def test_a_second_click_books_nothing_and_another_time_is_refused(stage: Polling) -> None:
    with stage.database.write() as db:
        poll = stage.poll(db, NOON, EARLY)
        organizer = stage.viewer(db, "organizer")
        cohort = stage.cohort(db)
        made, _ = book(db, cohort, poll, stage.slot(poll, NOON), by=organizer)
        entries = len(db.exec(select(AuditEntry.id)).all())
        assert book(db, cohort, poll, stage.slot(poll, NOON), by=organizer) == (made, False)
        assert len(db.exec(select(AuditEntry.id)).all()) == entries
        with pytest.raises(Refused, match="Mon 6 Nov 2017 at 12:00 EST is booked already"):
            book(db, cohort, poll, stage.slot(poll, EARLY), by=organizer)
        assert db.exec(select(AgendaSession.id)).all() == [made.key]


def test_of_two_organizers_at_once_one_books_and_the_other_finds_it_done(stage: Polling) -> None:
    with stage.database.write() as db:
        number = stage.poll(db, NOON, EARLY).key
    ready = Barrier(2)
    found: list[tuple[object, bool]] = []

    def press(start: object) -> None:
        ready.wait()
        try:
            with stage.database.write() as db:
                poll = poll_of(db, stage.cohort(db), number)
                assert poll is not None
                slot = next(one for one in slots_of(poll) if one.starts_at == start)
                made, is_new = book(db, stage.cohort(db), poll, slot, by=stage.viewer(db, "organizer"))
                found.append((made.starts_at, is_new))
        except Refused as refused:
            found.append((refused.sentence[:16], False))

    threads = [Thread(target=press, args=(start,)) for start in (NOON, EARLY)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    with stage.database.read() as db:
        (made,) = db.exec(select(AgendaSession)).all()
    assert sorted(is_new for _, is_new in found) == [False, True]
    assert (made.starts_at, True) in found


def test_called_off_it_can_be_looked_for_again_and_what_was_answered_stays(stage: Polling) -> None:
    with stage.database.write() as db:
        poll = stage.poll(db, NOON, EARLY)
        organizer = stage.viewer(db, "organizer")
        say(db, stage, poll, "oakland mayor", YES, NO)
        made, _ = book(db, stage.cohort(db), poll, stage.slot(poll, NOON), by=organizer)
        with pytest.raises(Refused, match="Call that off first"):
            reopen_poll(db, poll, by=organizer)
        call_off(db, made, reason="Snow", by=organizer)
        assert not is_booked(poll)
        reopen_poll(db, poll, by=organizer)
        other, is_new = book(db, stage.cohort(db), poll, stage.slot(poll, EARLY), by=organizer)
        assert (is_new, other.key != made.key, other.starts_at) == (True, True, EARLY)
        assert len(db.exec(select(PollAnswer.id)).all()) == 2


def test_closed_nobody_answers_and_opened_again_they_do(stage: Polling) -> None:
    with stage.database.write() as db:
        poll = stage.poll(db, NOON)
        organizer = stage.viewer(db, "organizer")
        close_poll(db, poll, by=organizer)
        with pytest.raises(Refused, match="closed"):
            say(db, stage, poll, "oakland mayor", YES)
        reopen_poll(db, poll, by=organizer)
        say(db, stage, poll, "oakland mayor", YES)


def test_who_is_left_out_is_asked_no_more_and_who_comes_to_it_is_asked_by_the_next_letter(stage: Polling) -> None:
    with stage.database.write() as db:
        poll = stage.poll(db, NOON)
        organizer = stage.viewer(db, "organizer")
        salem, oakland = stage.people["salem mayor"], stage.people["oakland mayor"]
        new = change_asked(
            db,
            poll,
            needed={oakland},
            without={salem},
            more={stage.people["expert"]},
            secret=SECRET,
            by=organizer,
        )
        assert [one.person_id for one in new] == [stage.people["expert"]]
        assert {one.person_id: one.needed for one in asked_of(poll)} == {oakland: True, stage.people["expert"]: True}
        told = ask(db, poll, [], by=organizer)
        assert [one.person_id for one in told.first] == [stage.people["expert"]]
        with pytest.raises(Refused, match="Somebody has to be asked"):
            change_asked(db, poll, needed=(), without={oakland, stage.people["expert"]}, secret=SECRET, by=organizer)


def test_what_is_said_of_it_can_be_changed_until_it_is_closed(stage: Polling) -> None:
    with stage.database.write() as db:
        poll = stage.poll(db, NOON)
        organizer = stage.viewer(db, "organizer")
        to = Wanted(title="Mayors: another line", zone=EASTERN, minutes=90)
        change_poll(db, poll, to, by=organizer)
        assert (poll.title, poll.minutes) == ("Mayors: another line", 90)
        close_poll(db, poll, by=organizer)
        with pytest.raises(Refused, match="closed"):
            change_poll(db, poll, replace(to, title="Late"), by=organizer)
