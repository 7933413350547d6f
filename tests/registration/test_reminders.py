"""Reminders by rule: who gets which letter and when on their own clock, what stops one, and that none goes twice."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from threading import Barrier

import pytest
import time_machine
from sqlmodel import Session, col, select

from app.database import Database
from app.mailing import reminder_letters
from app.mailing.reminder_letters import send_reminders
from app.models import (
    Assistance,
    ConveningStage,
    LinkPurpose,
    OutboxLetter,
    Person,
    Reminder,
    ReminderKind,
    ReminderRule,
    Tenure,
    Travel,
)
from app.people.audit import Refused, verb
from app.people.private_links import create_link, revoke_link, token_of
from app.people.viewer import Viewer
from app.registration.registrations import Details, cancel, decline, invite, register, save_registration
from app.registration.reminder_plan import plan
from app.registration.reminders import (
    USUAL,
    add_rule,
    add_usual_rules,
    end_rule,
    hold_reminders,
    let_reminder_go,
    resume_reminders,
    stop_reminder,
)
from app.settings import Settings
from tests.registration.stage import BY, Stage, convening, more_members, person, viewer

NOT_STARTED, INCOMPLETE, NO_TRAVEL = ReminderKind.NOT_STARTED, ReminderKind.INCOMPLETE, ReminderKind.NO_TRAVEL
ALL_ANSWERED = Details(dietary="", access="", photo_consent=True)


def utc(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2017, month, day, hour, minute, tzinfo=UTC)


def rule(database: Database, stage: Stage, kind: ReminderKind, days: int) -> int:
    with database.write() as db:
        made = add_rule(db, convening(db, stage), kind, days_before=days, by=BY)
        db.flush()
        return made.key


def sent_at(database: Database, settings: Settings, moment: datetime) -> int:
    """How many letters the job writes at an instant."""
    with time_machine.travel(moment, tick=True):
        return send_reminders(database, settings)


def letters(database: Database) -> list[tuple[str, str]]:
    """(recipient's address, subject) of all reminders in the outbox, by address."""
    with database.read() as db:
        rows = db.exec(select(OutboxLetter).where(OutboxLetter.purpose == "registration-reminder")).all()
    return sorted((row.recipient.rsplit("<", 1)[-1].rstrip(">"), row.subject) for row in rows)


def readers(database: Database) -> list[str]:
    return [address.removesuffix("@example.org") for address, _ in letters(database)]


def text_to(database: Database, address: str) -> str:
    with database.read() as db:
        return db.exec(select(OutboxLetter.text).where(col(OutboxLetter.recipient).contains(address))).one()


def planned(database: Database, stage: Stage) -> dict[str, datetime]:
    """Name → when, of all letters that will go; with the number of days where one gets several."""
    with database.read() as db:
        return {
            f"{one.name} {rule.rule.days_before}": one.at
            for rule in plan(db, convening(db, stage))
            for one in rule.going
        }


EVERYBODY = sorted(
    f"{city}.{who}"
    for city in ("oakland", "salem")
    for who in ("mayor", "superintendent", "facilitator", "member.1", "member.2")
)


def test_whoever_has_not_registered_is_reminded_once_in_the_morning_of_their_own_zone(
    database: Database, stage: Stage, settings: Settings
) -> None:
    """Registration closes at midnight in Cambridge; seven days before is 1 November 00:00, and 21:00 in Oakland."""
    rule(database, stage, NOT_STARTED, 7)
    assert sent_at(database, settings, utc(11, 1, 11, 50)) == 0
    assert sent_at(database, settings, utc(11, 1, 12)) == 5
    assert readers(database) == [one for one in EVERYBODY if one.startswith("salem")]
    assert sent_at(database, settings, utc(11, 1, 14, 50)) == 0
    assert sent_at(database, settings, utc(11, 1, 15)) == 5
    assert readers(database) == EVERYBODY
    for hour in (16, 20):
        assert sent_at(database, settings, utc(11, 1, hour)) == 0


def test_over_the_clock_change_eight_oclock_stays_eight_oclock(
    database: Database, stage: Stage, settings: Settings
) -> None:
    """Three days before is Sunday, 5 November, when clocks go back: Monday 08:00 EST is 13:00 UTC, PST 16:00."""
    rule(database, stage, NOT_STARTED, 3)
    times = planned(database, stage)
    assert times["Salem Mayor 3"] == utc(11, 6, 13)
    assert times["Oakland Mayor 3"] == utc(11, 6, 16)
    assert sent_at(database, settings, utc(11, 6, 12, 59)) == 0
    assert sent_at(database, settings, utc(11, 6, 13)) == 5
    assert sent_at(database, settings, utc(11, 6, 16)) == 5


@verb
def _set_zone(db: Session, who: Person, zone: str, *, by: Viewer) -> None:
    who.zone = zone
    db.add(who)


def test_ones_own_zone_goes_before_that_of_the_city(database: Database, stage: Stage) -> None:
    with database.write() as db:
        _set_zone(db, person(db, stage, "salem mayor"), "Asia/Kathmandu", by=BY)
    rule(database, stage, NOT_STARTED, 7)
    assert planned(database, stage)["Salem Mayor 7"] == utc(11, 1, 4)  # 09:45 there


def test_a_facilitator_gets_one_letter_about_the_whole_team(
    database: Database, stage: Stage, settings: Settings
) -> None:
    rule(database, stage, NOT_STARTED, 7)
    sent_at(database, settings, utc(11, 1, 15))
    text = text_to(database, "oakland.facilitator")
    named = [line for line in text.split("\n") if line.startswith("- ")]
    assert named == [
        "- Oakland Mayor, Mayor, Oakland",
        "- Oakland Superintendent, Superintendent, Oakland",
        "- Oakland Member 1, Member, Oakland",
        "- Oakland Member 2, Member, Oakland",
    ]
    assert "Salem" not in text
    assert "/by-all-means/convenings/2017-fall/registration/team" in text
    assert "until Tue 7 Nov 2017, 23:59 EST (20:59 in Los Angeles)" in text, "rule 14"


def test_a_facilitator_who_has_registered_still_hears_of_the_team_and_of_nobody_when_all_have(
    database: Database, stage: Stage, settings: Settings
) -> None:
    rule(database, stage, NOT_STARTED, 7)
    with database.write() as db:
        for who in stage.people:
            if who.startswith("salem") or who == "oakland facilitator":
                register(db, convening(db, stage), person(db, stage, who), by=BY)
    sent_at(database, settings, utc(11, 1, 15))
    assert readers(database) == [one for one in EVERYBODY if one.startswith("oakland")]
    assert letters(database)[0] == ("oakland.facilitator@example.org", "Fall convening: who has not registered yet")


@verb
def _assist(db: Session, assistant: Person, principals: list[int], *, by: Viewer) -> None:
    db.add(assistant)
    db.flush()
    db.add_all(
        Assistance(assistant_id=assistant.key, principal_id=number, starts_on=date(2016, 1, 1)) for number in principals
    )


def test_a_mayors_letter_goes_to_mayor_and_assistant_once_each_and_one_assistant_of_two_gets_one(
    database: Database, stage: Stage, settings: Settings
) -> None:
    with database.write() as db:
        anna = Person(name="Anna Assistant", email="anna@example.org", zone="America/New_York")
        _assist(db, anna, [stage.people["oakland mayor"], stage.people["salem mayor"]], by=BY)
    rule(database, stage, NOT_STARTED, 7)
    sent_at(database, settings, utc(11, 1, 15))
    assert readers(database) == ["anna", *EVERYBODY]
    text = text_to(database, "anna@")
    assert [line for line in text.split("\n") if line.startswith("- ")] == [
        "- Oakland Mayor, Mayor, Oakland",
        "- Salem Mayor, Mayor, Salem",
    ]
    assert "You act for them" in text


def test_who_was_invited_by_a_private_link_finds_it_in_the_reminder_and_nobody_elses(
    database: Database, stage: Stage, settings: Settings
) -> None:
    rule(database, stage, NOT_STARTED, 7)
    with database.write() as db:
        here = convening(db, stage)
        mine, gone = (
            create_link(db, LinkPurpose.REGISTRATION, here, person(db, stage, who), secret=settings.secret, by=BY)
            for who in ("salem mayor", "salem member 1")
        )
        revoke_link(db, LinkPurpose.REGISTRATION, here, person(db, stage, "salem member 1"), by=BY)
        own, revoked = (f"/registration/by-link/{token_of(link, settings.secret)}" for link in (mine, gone))
    sent_at(database, settings, utc(11, 1, 12))
    with database.read() as db:
        texts = {row.person_id: row.text for row in db.exec(select(OutboxLetter))}
    assert [number for number, text in texts.items() if own in text] == [stage.people["salem mayor"]]
    assert [number for number, text in texts.items() if revoked in text] == []
    assert "/2017-fall/registration\n" in texts[stage.people["salem member 1"]]


def test_who_did_it_between_planning_and_sending_gets_none(
    database: Database, stage: Stage, settings: Settings
) -> None:
    rule(database, stage, NOT_STARTED, 7)
    assert "Oakland Mayor 7" in planned(database, stage)
    with time_machine.travel(utc(11, 1, 14, 59)), database.write() as db:
        register(db, convening(db, stage), person(db, stage, "oakland mayor"), by=BY)
    sent_at(database, settings, utc(11, 1, 15))
    assert readers(database) == [one for one in EVERYBODY if one != "oakland.mayor"]


@verb
def _end_tenure(db: Session, who: int, last: date, *, by: Viewer) -> None:
    tenure = db.exec(select(Tenure).where(Tenure.person_id == who)).one()
    tenure.ends_on = last
    db.add(tenure)


def test_nobody_is_reminded_who_declined_cancelled_or_left_the_seat(
    database: Database, stage: Stage, settings: Settings
) -> None:
    for kind in ReminderKind:
        rule(database, stage, kind, 7)
    with database.write() as db:
        here = convening(db, stage)
        decline(db, here, person(db, stage, "oakland mayor"), by=BY)
        cancel(db, register(db, here, person(db, stage, "oakland superintendent"), by=BY), by=BY)
        invite(db, here, person(db, stage, "oakland member 1"), by=BY)
        register(db, here, person(db, stage, "oakland member 2"), by=BY)
        _end_tenure(db, stage.people["oakland member 1"], date(2017, 11, 13), by=BY)
        _end_tenure(db, stage.people["oakland member 2"], date(2017, 11, 13), by=BY)
    for moment in (utc(11, 1, 15), utc(11, 7, 16)):
        sent_at(database, settings, moment)
    assert [one for one in readers(database) if one.startswith("oakland")] == ["oakland.facilitator"]


def test_lab_people_and_experts_are_reminded_once_they_were_invited(
    database: Database, stage: Stage, settings: Settings
) -> None:
    rule(database, stage, NOT_STARTED, 5)
    with database.write() as db:
        invite(db, convening(db, stage), person(db, stage, "expert"), by=BY)
    sent_at(database, settings, utc(11, 3, 15))
    assert [one for one in readers(database) if "." not in one] == ["expert"]


def test_what_is_missing_is_named_and_never_what_was_answered(
    database: Database, stage: Stage, settings: Settings
) -> None:
    """Rule 12: the letter says that food and access are open, and of who answered it says nothing."""
    rule(database, stage, INCOMPLETE, 5)
    with database.write() as db:
        here = convening(db, stage)
        register(db, here, person(db, stage, "oakland mayor"), by=BY)
        register(db, here, person(db, stage, "oakland superintendent"), details=ALL_ANSWERED, by=BY)
        only_photo = Details(dietary="no marzipan", access="")
        register(db, here, person(db, stage, "oakland member 1"), details=only_photo, by=BY)
        save_registration(db, here, person(db, stage, "oakland member 2"), by=BY)
    assert sent_at(database, settings, utc(11, 3, 15)) == 4
    assert readers(database) == ["oakland.facilitator", "oakland.mayor", "oakland.member.1", "oakland.member.2"]
    assert [line for line in text_to(database, "oakland.facilitator").split("\n") if line.startswith("- ")] == [
        "- Oakland Mayor, Mayor, Oakland: food and access and photo consent",
        "- Oakland Member 1, Member, Oakland: photo consent",
        "- Oakland Member 2, Member, Oakland: the registration itself",
    ]
    with database.read() as db:
        assert not [row for row in db.exec(select(OutboxLetter)) if "marzipan" in row.text]


@verb
def _travel(db: Session, registration: int, *, is_local: bool, by: Viewer) -> None:
    db.add(Travel(registration_id=registration, is_local=is_local))


def test_travel_is_asked_of_those_who_have_a_place_and_also_after_registration_has_closed(
    database: Database, stage: Stage, settings: Settings
) -> None:
    rule(database, stage, NO_TRAVEL, 5)  # 9 November; registration closed on the 7th
    with database.write() as db:
        here = convening(db, stage)
        for who in ("oakland mayor", "oakland superintendent", "oakland member 1"):
            row = register(db, here, person(db, stage, who), details=ALL_ANSWERED, by=BY)
            db.flush()
            if who != "oakland mayor":
                _travel(db, row.key, is_local=who == "oakland superintendent", by=BY)
    sent_at(database, settings, utc(11, 9, 16))
    assert readers(database) == ["oakland.facilitator", "oakland.mayor", "oakland.member.1"]


def test_once_registration_has_closed_nobody_is_reminded_of_it(
    database: Database, stage: Stage, settings: Settings
) -> None:
    rule(database, stage, NOT_STARTED, 1)
    with database.write() as db:
        _stage_is(db, stage, ConveningStage.CLOSED, by=BY)
    assert sent_at(database, settings, utc(11, 7, 16)) == 0
    with database.write() as db:
        _stage_is(db, stage, ConveningStage.REGISTRATION_OPEN, by=BY)
    assert sent_at(database, settings, utc(11, 8, 16)) == 0
    assert sent_at(database, settings, utc(11, 7, 16)) == 10


@verb
def _stage_is(db: Session, stage: Stage, is_now: ConveningStage, *, by: Viewer) -> None:
    convening(db, stage).stage = is_now


def test_who_was_invited_or_registered_within_a_day_is_left_in_peace(
    database: Database, stage: Stage, settings: Settings
) -> None:
    rule(database, stage, NOT_STARTED, 7)
    with time_machine.travel(utc(10, 31, 16)), database.write() as db:
        invite(db, convening(db, stage), person(db, stage, "oakland mayor"), by=BY)
    sent_at(database, settings, utc(11, 1, 15))
    assert "oakland.mayor" not in readers(database)
    assert "Oakland Mayor" not in text_to(database, "oakland.facilitator")


def test_a_rule_made_after_its_day_sends_nothing_and_says_why(
    database: Database, stage: Stage, settings: Settings
) -> None:
    rule(database, stage, NOT_STARTED, 14)
    with database.read() as db:
        assert [one.idle for one in plan(db, convening(db, stage))] == ["Its day had passed when it was made."]
    assert sent_at(database, settings, utc(10, 31, 16)) == 0


def test_of_two_rules_that_meet_on_one_morning_the_later_one_goes(
    database: Database, stage: Stage, settings: Settings
) -> None:
    """Saturday and Sunday before both wait for Monday: one letter, not two."""
    rule(database, stage, NOT_STARTED, 4)
    late = rule(database, stage, NOT_STARTED, 3)
    assert {key.rsplit(" ", 1)[1] for key in planned(database, stage)} == {"3"}
    sent_at(database, settings, utc(11, 6, 16))
    assert readers(database) == EVERYBODY
    with database.read() as db:
        assert set(db.exec(select(Reminder.rule_id))) == {late}


def test_one_a_rule_and_all_can_be_stopped_and_resumed(database: Database, stage: Stage, settings: Settings) -> None:
    number = rule(database, stage, NOT_STARTED, 7)
    with database.write() as db:
        mine = db.get_one(ReminderRule, number)
        organizer = viewer(db, stage, "organizer")
        for who in ("salem mayor", "salem member 1"):
            stop_reminder(db, mine, person(db, stage, who), by=organizer)
        let_reminder_go(db, mine, person(db, stage, "salem member 1"), by=organizer)
        hold_reminders(db, convening(db, stage), by=organizer)
    assert sent_at(database, settings, utc(11, 1, 13)) == 0
    with database.write() as db:
        resume_reminders(db, convening(db, stage), by=BY)
    assert sent_at(database, settings, utc(11, 1, 13)) == 4
    assert readers(database) == [one for one in EVERYBODY if one.startswith("salem") and one != "salem.mayor"]
    with database.write() as db:
        end_rule(db, db.get_one(ReminderRule, number), by=BY)
    assert sent_at(database, settings, utc(11, 1, 15)) == 0
    with database.write() as db, pytest.raises(Refused, match="has gone to Salem Member 1 already"):
        stop_reminder(db, db.get_one(ReminderRule, number), person(db, stage, "salem member 1"), by=BY)


def test_a_hold_of_more_than_two_days_lets_what_came_due_pass(
    database: Database, stage: Stage, settings: Settings
) -> None:
    rule(database, stage, NOT_STARTED, 7)
    with database.write() as db:
        hold_reminders(db, convening(db, stage), by=BY)
    assert sent_at(database, settings, utc(11, 1, 15)) == 0
    with time_machine.travel(utc(11, 3, 16)), database.write() as db:
        resume_reminders(db, convening(db, stage), by=BY)
    assert sent_at(database, settings, utc(11, 3, 16)) == 0


def test_a_job_that_breaks_in_the_middle_leaves_nothing_and_the_next_one_sends_all(
    database: Database, stage: Stage, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rows are written, the letters are not: killed there, neither is."""
    rule(database, stage, NOT_STARTED, 7)
    with monkeypatch.context() as broken:
        broken.setattr(reminder_letters, "enqueue_all", _break)
        with pytest.raises(KeyboardInterrupt):
            sent_at(database, settings, utc(11, 1, 15))
    with database.read() as db:
        assert db.exec(select(Reminder)).all() == []
    assert letters(database) == []
    assert sent_at(database, settings, utc(11, 1, 15)) == 10
    assert readers(database) == EVERYBODY


def _break(*_: object) -> int:
    raise KeyboardInterrupt


def test_of_two_workers_at_once_each_letter_is_written_by_one(
    database: Database, stage: Stage, settings: Settings
) -> None:
    rule(database, stage, NOT_STARTED, 7)
    together = Barrier(4)

    def work(_: int) -> int:
        together.wait()
        return send_reminders(database, settings)

    with time_machine.travel(utc(11, 1, 15), tick=True), ThreadPoolExecutor(4) as pool:
        written = list(pool.map(work, range(4)))
    assert sorted(written) == [0, 0, 0, 10]
    assert readers(database) == EVERYBODY


def test_the_usual_rules_are_set_once_and_one_that_was_ended_counts_from_when_it_is_set_again(
    database: Database, stage: Stage
) -> None:
    with database.write() as db:
        here = convening(db, stage)
        assert [(one.kind, one.days_before) for one in add_usual_rules(db, here, by=BY)] == list(USUAL)
        add_usual_rules(db, here, by=BY)
        two = add_rule(db, here, NOT_STARTED, days_before=2, by=BY)
        end_rule(db, two, by=BY)
    with database.write() as db, time_machine.travel(utc(11, 6, 20)):
        add_rule(db, convening(db, stage), NOT_STARTED, days_before=2, by=BY)
        assert len(db.exec(select(ReminderRule)).all()) == len(USUAL)
    with database.read() as db, time_machine.travel(utc(11, 6, 21)):
        idle = {one.rule.days_before: one.idle for one in plan(db, convening(db, stage))}
    assert idle[2] == "Its day had passed when it was made."


@pytest.mark.parametrize("days", [0, -3, 366])
def test_a_number_of_days_that_makes_no_sense_is_refused_at_its_field(
    database: Database, stage: Stage, days: int
) -> None:
    with database.write() as db, pytest.raises(Refused) as refused:
        add_rule(db, convening(db, stage), NOT_STARTED, days_before=days, by=BY)
    assert refused.value.field == "days_before"


@verb
def _without_address(db: Session, who: Person, *, by: Viewer) -> None:
    who.email = None
    db.add(who)


def test_who_has_no_address_is_in_the_plan_and_is_not_noted_as_written_to(
    database: Database, stage: Stage, settings: Settings
) -> None:
    rule(database, stage, NOT_STARTED, 7)
    with database.write() as db:
        _without_address(db, person(db, stage, "oakland mayor"), by=BY)
    assert sent_at(database, settings, utc(11, 1, 15)) == 9
    with database.read() as db:
        assert len(db.exec(select(Reminder)).all()) == 9


def test_six_hundred_people_cost_as_many_queries_as_ten(
    database: Database, stage: Stage, settings: Settings, queries: list[str]
) -> None:
    rule(database, stage, NOT_STARTED, 7)
    rule(database, stage, INCOMPLETE, 7)

    def cost() -> int:
        queries.clear()
        with database.read() as db:
            plan(db, convening(db, stage))
        return len(queries)

    few = cost()
    with database.write() as db:
        people = more_members(db, stage, "oakland", 590, by=BY)
        for one in people[:50]:
            register(db, convening(db, stage), one, by=BY)
    assert cost() == few
    queries.clear()
    assert sent_at(database, settings, utc(11, 1, 15)) >= 550
    assert len([one for one in queries if not one.startswith("INSERT")]) < 60
