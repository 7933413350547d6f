"""A nudge by hand: once, with whoever sent it on record, and a day of peace from the rules after it."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
import time_machine
from sqlmodel import select

from app.mailing.nudge_letters import send_nudges, sent_nudges, write_by_hand
from app.models import AuditEntry, City, Nudge, NudgeKind, OutboxLetter
from app.people.audit import Refused
from app.settings import Settings
from app.updates.approval import send_to_mayor
from app.updates.nudges import add_rule
from app.updates.nudges_by_hand import LONGEST_WORDS, ByHand, by_hand, last_by_hand, last_nudged, nudge_by_hand
from tests.updates.stage import SYSTEM, Stage
from tests.updates.test_nudges import education_lead, leave, planned, readers, round_to_minute, utc


def send(stage: Stage, words: str = "", *, after: int = 0, city: str = "oakland", who: str = "lab/organizer") -> int:
    """Send it as the page does; how many letters were written."""
    with stage.database.write() as db:
        cycle, update, by = stage.cycle(db), stage.update(db, city), stage.viewer(db, who)
        here = db.get_one(City, stage.cities[city])
        letter = nudge_by_hand(db, cycle, update, here, words=words, after=after, by=by)
        turn = last_by_hand(db, update)
        if letter is None:
            return 0
        return write_by_hand(db, cycle, letter, words=words, by=by, address="https://plenary.example", turn=turn)


def letter_now(stage: Stage, city: str = "oakland") -> ByHand | None:
    with stage.database.read() as db:
        return by_hand(db, stage.cycle(db), stage.update(db, city), db.get_one(City, stage.cities[city]))


def last(stage: Stage) -> int:
    with stage.database.read() as db:
        found = last_by_hand(db, stage.update(db))
        assert found is not None
        return found.number


def test_it_goes_to_the_facilitator_with_the_sentence_and_the_senders_name(stage: Stage) -> None:
    assert send(stage, "Can I help?\nCall me.") == 1
    assert readers(stage) == ["facilitator@oakland"]
    with stage.database.read() as db:
        text = db.exec(select(OutboxLetter.text)).one()
        (gone,) = sent_nudges(db, stage.cycle(db))
        assert list(last_nudged(db, stage.cycle(db))) == [stage.update(db).key]
    assert text.startswith("Dear Facilitator of oakland,\n\nCan I help?\nCall me.\n\nnobody has begun Oakland’s")
    assert text.endswith("\n\nOrganizer of lab\n")
    assert (gone.kind, gone.city, gone.by, gone.words) == (
        None,
        "Oakland",
        "Organizer of lab",
        "Can I help?\nCall me.",
    )


def test_a_second_click_sends_no_second_letter_and_another_time_is_another_letter(stage: Stage) -> None:
    assert send(stage, "Hello.") == 1
    assert send(stage, "Hello.") == 0
    assert send(stage, "Hello.", after=last(stage)) == 1
    with stage.database.read() as db:
        assert len(db.exec(select(Nudge)).all()) == 2
    assert readers(stage) == ["facilitator@oakland"] * 2


def test_four_clicks_at_once_are_one_letter(stage: Stage) -> None:
    together = Barrier(4)

    def click(_: int) -> int:
        together.wait()
        return send(stage, "Hello.")

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(click, range(4))) == [0, 0, 0, 1]


def test_who_did_not_know_of_anothers_letter_is_told_first(stage: Stage) -> None:
    send(stage, "Hello.")
    with pytest.raises(Refused, match=r"Organizer of lab wrote to them just now\. If yours is still needed"):
        send(stage, "Something else.")
    assert send(stage, "Something else.", after=last(stage)) == 1


@pytest.mark.parametrize("who", ["lab/staff", "oakland/facilitator", "oakland/mayor", "elsewhere/organizer"])
def test_nobody_but_an_organizer_of_the_cohort_sends_one(stage: Stage, who: str) -> None:
    with pytest.raises(Refused, match="Only an organizer of the cohort"):
        send(stage, who=who)
    assert readers(stage) == []


def test_what_is_too_long_is_refused_at_its_field_and_300_characters_are_not(stage: Stage) -> None:
    with pytest.raises(Refused) as refused:
        send(stage, "x" * (LONGEST_WORDS + 1))
    assert refused.value.field == "words"
    assert send(stage, "x" * 300) == 1


def test_a_city_that_is_done_gets_none(stage: Stage) -> None:
    with stage.database.write() as db:
        stage.fill(db, stage.update(db))
        stage.approve(db, stage.update(db))
    assert letter_now(stage) is None
    with pytest.raises(Refused, match="Oakland has done its part"):
        send(stage)


def test_what_it_says_follows_the_state_and_the_day(stage: Stage) -> None:
    """Rule 5: with the mayor, the facilitator hears so; no link to approve goes to them."""
    kinds = []
    for moment in (utc(10, 24, 15), utc(10, 28, 15)):
        with time_machine.travel(moment, tick=True):
            letter = letter_now(stage)
            assert letter is not None
            kinds.append(letter.about.kind)
    assert kinds == [NudgeKind.NOT_STARTED, NudgeKind.LATE]
    with stage.database.write() as db:
        stage.fill(db, stage.update(db), "heronwood")
        send_to_mayor(db, stage.update(db), by=SYSTEM)
    send(stage)
    with stage.database.read() as db:
        text = db.exec(select(OutboxLetter.text)).one()
    assert "is written and waits for an approval" in text
    assert "/approve/" not in text
    assert "heronwood" not in text


def test_without_a_facilitator_another_is_written_to_and_in_an_empty_city_it_is_refused(stage: Stage) -> None:
    with stage.database.write() as db:
        education_lead(db, stage, "oakland", by=SYSTEM)
        for who in ("oakland/facilitator", "salem/facilitator", "salem/mayor"):
            leave(db, stage.people[who], by=SYSTEM)
    assert send(stage) == 1
    assert readers(stage) == ["lead@oakland"]
    with pytest.raises(Refused, match="Nobody of Salem who could be written to"):
        send(stage, city="salem")


def test_the_rules_leave_them_in_peace_for_a_day(stage: Stage, settings: Settings) -> None:
    """Written to on Tuesday at 20:00 in Cambridge: the letter of Wednesday 08:00 waits until 17:00 in Oakland."""
    with stage.database.write() as db:
        add_rule(db, stage.cycle(db), NudgeKind.NOT_STARTED, days=2, by=SYSTEM)
    with time_machine.travel(utc(10, 25, 0), tick=True):
        send(stage)
        assert round_to_minute(planned(stage)["Facilitator of oakland 2"]) == utc(10, 26, 0)
        assert planned(stage)["Facilitator of salem 2"] == utc(10, 25, 12)
    with time_machine.travel(utc(10, 25, 16), tick=True):
        assert send_nudges(stage.database, settings) == 1
    with time_machine.travel(utc(10, 26, 0, 10), tick=True):
        assert send_nudges(stage.database, settings) == 1
    assert readers(stage) == ["facilitator@oakland", "facilitator@oakland", "facilitator@salem"]


def test_the_record_says_who_sent_it(stage: Stage) -> None:
    """Rule 21."""
    send(stage, "Hello.")
    with stage.database.read() as db:
        by = db.exec(select(AuditEntry.by_id).where(AuditEntry.subject == "nudge")).all()
    assert list(by) == [stage.people["lab/organizer"]]
