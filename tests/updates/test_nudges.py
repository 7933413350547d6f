"""Nudges by rule: who gets which letter and when on their own clock, what stops one, and that none goes twice."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from threading import Barrier

import pytest
import time_machine
from sqlmodel import Session, col, select

from app.mailing import nudge_letters
from app.mailing.nudge_letters import send_nudges
from app.models import (
    ApprovalLink,
    City,
    Cohort,
    Membership,
    Nudge,
    NudgeKind,
    NudgeRule,
    OutboxLetter,
    Person,
    Role,
    Seat,
    Standing,
    Tenure,
    Update,
)
from app.people.audit import Refused, verb
from app.people.viewer import Viewer
from app.settings import Settings
from app.updates.approval import approve_update, send_to_mayor
from app.updates.approval_links import give_links
from app.updates.approvers import approvers_now
from app.updates.cycles import open_cycle, owe_updates
from app.updates.extensions import extend_update
from app.updates.nudge_plan import owing_of, plan_nudges
from app.updates.nudges import (
    USUAL,
    add_rule,
    add_usual_rules,
    end_rule,
    hold_nudges,
    let_nudge_go,
    resume_nudges,
    stop_nudge,
)
from app.updates.releases import begin_correction, release_update
from tests.updates.stage import SYSTEM, Stage

NOT_STARTED, NOT_SENT, NOT_APPROVED, LATE = NudgeKind


def utc(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2017, month, day, hour, minute, tzinfo=UTC)


def rule(stage: Stage, kind: NudgeKind, days: int) -> int:
    with stage.database.write() as db:
        return add_rule(db, stage.cycle(db), kind, days=days, by=SYSTEM).key


def sent_at(stage: Stage, settings: Settings, moment: datetime) -> int:
    """How many letters the job writes at an instant."""
    with time_machine.travel(moment, tick=True):
        return send_nudges(stage.database, settings)


def readers(stage: Stage) -> list[str]:
    """ "facilitator@oakland", of all nudges in the outbox, by name."""
    with stage.database.read() as db:
        rows = db.exec(select(OutboxLetter.recipient).where(OutboxLetter.purpose == "update-nudge")).all()
    return sorted(row.rsplit("<", 1)[-1].removesuffix(".example>") for row in rows)


def planned(stage: Stage, slug: str = "fall") -> dict[str, datetime]:
    """ "Facilitator of oakland 2" → when, of all letters that will go; with the number of days of the rule."""
    with stage.database.read() as db:
        return {
            f"{one.name} {rule.days}": one.at for rule in plan_nudges(db, stage.cycle(db, slug)) for one in rule.going
        }


def draft(stage: Stage, city: str) -> None:
    with stage.database.write() as db:
        stage.write(db, stage.update(db, city), "narrative", "A word.")


def hand_over(stage: Stage, city: str, moment: datetime) -> None:
    """To the mayor, with the letters' links."""
    with time_machine.travel(moment, tick=True), stage.database.write() as db:
        update = stage.update(db, city)
        stage.fill(db, update)
        send_to_mayor(db, update, by=SYSTEM)
        give_links(db, update, by=SYSTEM)


@verb
def education_lead(db: Session, stage: Stage, city: str | None, *, by: Viewer) -> None:
    """The cohort knows education leads; this city has one."""
    there = db.exec(select(Role).where(Role.slug == "education-lead")).first()
    lead = there or Role(
        cohort_id=stage.cohort_id,
        slug="education-lead",
        name="Mayor’s education lead",
        plural="Mayors’ education leads",
        standing=Standing.MEMBER,
        position=9,
    )
    db.add(lead)
    db.flush()
    if city is not None:
        seat = Seat(cohort_id=stage.cohort_id, city_id=stage.cities[city], role_id=lead.key)
        person = Person(name=f"Lead of {city}", email=f"lead@{city}.example")
        db.add_all([seat, person])
        db.flush()
        db.add(Tenure(seat_id=seat.key, person_id=person.key, starts_on=date(2016, 1, 1)))


@verb
def leave(db: Session, person_id: int, *, by: Viewer) -> None:
    for tenure in db.exec(select(Tenure).where(Tenure.person_id == person_id)):
        tenure.ends_on = date(2017, 10, 1)
        db.add(tenure)


def test_who_has_not_begun_is_nudged_once_in_the_morning_of_their_own_zone(stage: Stage, settings: Settings) -> None:
    """Due at midnight of each city's own zone; two days before, it is 08:00 in Salem three hours sooner."""
    rule(stage, NOT_STARTED, 2)
    assert sent_at(stage, settings, utc(10, 25, 11, 59)) == 0
    assert sent_at(stage, settings, utc(10, 25, 12)) == 1
    assert readers(stage) == ["facilitator@salem"]
    assert sent_at(stage, settings, utc(10, 25, 14, 59)) == 0
    assert sent_at(stage, settings, utc(10, 25, 15)) == 1
    assert readers(stage) == ["facilitator@oakland", "facilitator@salem"]
    for moment in (utc(10, 25, 15, 10), utc(10, 26, 16)):
        assert sent_at(stage, settings, moment) == 0


def test_over_the_clock_change_eight_oclock_stays_eight_oclock(stage: Stage, settings: Settings) -> None:
    """Nine days late is Sunday, 5 November, when clocks go back: Monday 08:00 EST is 13:00 UTC, PST 16:00."""
    rule(stage, LATE, 9)
    assert planned(stage) == {"Facilitator of salem 9": utc(11, 6, 13), "Facilitator of oakland 9": utc(11, 6, 16)}
    assert sent_at(stage, settings, utc(11, 6, 12, 59)) == 0
    assert sent_at(stage, settings, utc(11, 6, 13)) == 1
    assert sent_at(stage, settings, utc(11, 6, 16)) == 1


@verb
def set_zone(db: Session, person: Person, zone: str, *, by: Viewer) -> None:
    person.zone = zone
    db.add(person)


def test_a_readers_own_zone_says_when_and_their_citys_says_what_is_due(stage: Stage) -> None:
    """Rule 14. 25 October begins in Salem when it is 09:45 in Kathmandu; from there the rule is due at once."""
    with stage.database.write() as db:
        set_zone(db, db.get_one(Person, stage.people["salem/facilitator"]), "Asia/Kathmandu", by=SYSTEM)
    rule(stage, NOT_STARTED, 2)
    assert planned(stage)["Facilitator of salem 2"] == utc(10, 25, 4)


def test_a_city_with_more_time_is_nudged_by_its_own_date(stage: Stage, settings: Settings) -> None:
    """Oakland has until Friday, 3 November: two days before, and one day late, are its own."""
    rule(stage, NOT_STARTED, 2)
    rule(stage, LATE, 3)
    with stage.database.write() as db:
        update, organizer = stage.update(db), stage.viewer(db, "lab/organizer")
        extend_update(db, update, until=date(2017, 11, 3), reason="A new facilitator.", by=organizer)
    assert planned(stage) == {
        "Facilitator of salem 2": utc(10, 25, 12),
        "Facilitator of salem 3": utc(10, 30, 12),
        "Facilitator of oakland 2": utc(11, 1, 15),
        "Facilitator of oakland 3": utc(11, 6, 16),
    }
    assert sent_at(stage, settings, utc(10, 25, 15)) == 1
    assert readers(stage) == ["facilitator@salem"]


def test_more_time_that_is_given_afterwards_does_not_send_a_letter_again(stage: Stage, settings: Settings) -> None:
    rule(stage, NOT_STARTED, 2)
    assert sent_at(stage, settings, utc(10, 25, 15)) == 2
    with stage.database.write() as db:
        update, organizer = stage.update(db), stage.viewer(db, "lab/organizer")
        extend_update(db, update, until=date(2017, 11, 3), reason="A new facilitator.", by=organizer)
    assert sent_at(stage, settings, utc(11, 1, 15)) == 0


def test_each_state_is_told_to_who_can_do_something_about_it(stage: Stage, settings: Settings) -> None:
    """Being written: facilitator and education lead. With the mayor: who approves, and who acts for the mayor."""
    for kind in NudgeKind:
        rule(stage, kind, 1)
    with stage.database.write() as db:
        education_lead(db, stage, "salem", by=SYSTEM)
    hand_over(stage, "oakland", utc(10, 24, 15))
    draft(stage, "salem")
    sent_at(stage, settings, utc(10, 26, 15))
    assert readers(stage) == [
        "assistant@oakland",
        "facilitator@salem",
        "lead@salem",
        "mayor@oakland",
        "superintendent@oakland",
    ]
    sent_at(stage, settings, utc(10, 30, 12))
    assert readers(stage).count("facilitator@salem") == 2, "late"
    assert readers(stage).count("mayor@oakland") == 1


@pytest.mark.parametrize("gone", ["salem/mayor", "oakland/mayor", "oakland/designee"])
def test_the_approvers_of_the_plan_are_those_of_rule_5(stage: Stage, gone: str) -> None:
    """Whoever leaves: a designee who has left the city approves nothing more, and is not asked to."""
    with stage.database.write() as db:
        leave(db, stage.people[gone], by=SYSTEM)
    with stage.database.read() as db:
        for one in owing_of(db, stage.cycle(db)):
            assert [reader.person_id for reader in one.desk.approvers] == [
                approver.person_id for approver in approvers_now(db, one.update)
            ]


@pytest.mark.parametrize("done", ["approved", "released"])
def test_a_city_that_has_done_its_part_is_left_in_peace(stage: Stage, settings: Settings, done: str) -> None:
    """Between planning and sending, too; and so is one whose correction is being written."""
    for kind in NudgeKind:
        rule(stage, kind, 1)
    assert "Facilitator of oakland 1" in planned(stage)
    with stage.database.write() as db:
        update = stage.update(db)
        stage.fill(db, update)
        approve_update(db, update, by=SYSTEM)
        if done == "released":
            release_update(db, update, by=SYSTEM)
            begin_correction(db, update, by=SYSTEM)
    for moment in (utc(10, 26, 15), utc(10, 30, 16)):
        sent_at(stage, settings, moment)
    assert [one for one in readers(stage) if "oakland" in one] == []


def test_whoever_was_asked_to_approve_has_a_day_for_it(stage: Stage, settings: Settings) -> None:
    """Handed over on Wednesday at 18:00 in Oakland: the letter of Thursday 08:00 waits until 18:00."""
    rule(stage, NOT_APPROVED, 1)
    hand_over(stage, "oakland", utc(10, 26, 1))
    assert round_to_minute(planned(stage)["Mayor of oakland 1"]) == utc(10, 27, 1)
    assert sent_at(stage, settings, utc(10, 26, 15)) == 0
    assert sent_at(stage, settings, utc(10, 27, 1, 10)) == 3


def round_to_minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)


def test_a_mayors_nudge_holds_a_link_of_their_own_and_anothers_stays_good(stage: Stage, settings: Settings) -> None:
    """Rule 5: the assistant's holds none. The designee lives in Kathmandu and is written to at another hour."""
    with stage.database.write() as db:
        set_zone(db, db.get_one(Person, stage.people["oakland/designee"]), "Asia/Kathmandu", by=SYSTEM)
    rule(stage, NOT_APPROVED, 1)
    hand_over(stage, "oakland", utc(10, 24, 15))
    assert sent_at(stage, settings, utc(10, 26, 10)) == 1
    assert readers(stage) == ["superintendent@oakland"]
    assert sent_at(stage, settings, utc(10, 26, 15)) == 2
    with stage.database.read() as db:
        good = db.exec(select(ApprovalLink.person_id).where(col(ApprovalLink.revoked_at).is_(None))).all()
        assert sorted(good) == sorted([stage.people["oakland/mayor"], stage.people["oakland/designee"]])
        texts = {
            row.person_id: row.text.count("/approve/")
            for row in db.exec(select(OutboxLetter).where(OutboxLetter.purpose == "update-nudge"))
        }
        assert texts == {
            stage.people["oakland/mayor"]: 1,
            stage.people["oakland/designee"]: 1,
            stage.people["oakland/assistant"]: 0,
        }


def test_of_two_rules_that_meet_on_one_morning_the_later_one_goes(stage: Stage, settings: Settings) -> None:
    """Not begun is not with the mayor either; and both of a weekend wait for Monday."""
    rule(stage, NOT_STARTED, 2)
    rule(stage, NOT_SENT, 2)
    rule(stage, LATE, 1)
    monday = rule(stage, LATE, 2)
    sent_at(stage, settings, utc(10, 25, 15))
    sent_at(stage, settings, utc(10, 30, 16))
    assert readers(stage) == ["facilitator@oakland"] * 2 + ["facilitator@salem"] * 2
    with stage.database.read() as db:
        sent = db.exec(select(NudgeRule.kind, NudgeRule.id).join(Nudge).order_by(col(Nudge.id))).all()
        assert [kind for kind, _ in sent] == [NOT_SENT, NOT_SENT, LATE, LATE]
        assert sent[-1][1] == monday


def test_a_vacant_seat_is_said_and_another_is_written_to_instead(stage: Stage, settings: Settings) -> None:
    """Without a facilitator the education lead, without one the mayor's office, with a word why; in Salem nobody."""
    rule(stage, NOT_STARTED, 2)
    with stage.database.write() as db:
        education_lead(db, stage, None, by=SYSTEM)
        for who in ("oakland/facilitator", "salem/facilitator", "salem/mayor"):
            leave(db, stage.people[who], by=SYSTEM)
    with stage.database.read() as db:
        oakland, salem = owing_of(db, stage.cycle(db))
        assert oakland.desk.gaps == (
            "The seat of Facilitator is vacant. Mayor of oakland, Superintendent of oakland and Assistant of oakland "
            "are written to instead.",
            "The seat of Mayor’s education lead is vacant.",
        )
        assert salem.desk.gaps == (
            "The seat of Facilitator is vacant. Nobody is there to write to.",
            "The seat of Mayor’s education lead is vacant.",
            "Nobody is on record who can approve it. Nobody is there to write to.",
        )
    assert sent_at(stage, settings, utc(10, 25, 16)) == 3
    with stage.database.read() as db:
        texts = [row.text for row in db.exec(select(OutboxLetter).where(OutboxLetter.purpose == "update-nudge"))]
    assert all("You get this letter because the seat of Facilitator is vacant." in text for text in texts)
    with stage.database.write() as db:
        education_lead(db, stage, "salem", by=SYSTEM)
    assert sent_at(stage, settings, utc(10, 25, 16)) == 1
    assert readers(stage)[1] == "lead@salem"


def test_when_nobody_can_approve_the_facilitator_hears_it(stage: Stage, settings: Settings) -> None:
    rule(stage, NOT_APPROVED, 1)
    hand_over(stage, "salem", utc(10, 24, 15))
    with stage.database.write() as db:
        leave(db, stage.people["salem/mayor"], by=SYSTEM)
    sent_at(stage, settings, utc(10, 26, 15))
    assert readers(stage) == ["facilitator@salem"]
    with stage.database.read() as db:
        text = db.exec(select(OutboxLetter.text).where(OutboxLetter.purpose == "update-nudge")).one()
    assert "because nobody is on record who can approve it" in text
    assert "/approve/" not in text


def test_one_a_rule_and_all_can_be_stopped_and_resumed(stage: Stage, settings: Settings) -> None:
    number = rule(stage, NOT_STARTED, 2)
    with stage.database.write() as db:
        mine, organizer = db.get_one(NudgeRule, number), stage.viewer(db, "lab/organizer")
        for city in ("oakland", "salem"):
            who = db.get_one(Person, stage.people[f"{city}/facilitator"])
            stop_nudge(db, mine, stage.update(db, city), who, by=organizer)
            stop_nudge(db, mine, stage.update(db, city), who, by=organizer)
        let_nudge_go(db, mine, stage.update(db, "salem"), who, by=organizer)
        hold_nudges(db, stage.cycle(db), by=organizer)
    assert sent_at(stage, settings, utc(10, 25, 16)) == 0
    with stage.database.write() as db:
        resume_nudges(db, stage.cycle(db), by=SYSTEM)
    assert sent_at(stage, settings, utc(10, 25, 16)) == 1
    assert readers(stage) == ["facilitator@salem"]
    with stage.database.write() as db:
        mine, who = db.get_one(NudgeRule, number), db.get_one(Person, stage.people["salem/facilitator"])
        with pytest.raises(Refused, match="has gone to Facilitator of salem already"):
            stop_nudge(db, mine, stage.update(db, "salem"), who, by=SYSTEM)
    with stage.database.write() as db:
        who = db.get_one(Person, stage.people["oakland/facilitator"])
        let_nudge_go(db, db.get_one(NudgeRule, number), stage.update(db), who, by=SYSTEM)
        end_rule(db, db.get_one(NudgeRule, number), by=SYSTEM)
    assert sent_at(stage, settings, utc(10, 25, 16)) == 0


def test_a_hold_of_more_than_two_days_lets_what_came_due_pass(stage: Stage, settings: Settings) -> None:
    rule(stage, LATE, 3)
    with stage.database.write() as db:
        hold_nudges(db, stage.cycle(db), by=SYSTEM)
    assert sent_at(stage, settings, utc(10, 30, 16)) == 0
    with time_machine.travel(utc(11, 1, 16)), stage.database.write() as db:
        resume_nudges(db, stage.cycle(db), by=SYSTEM)
    assert sent_at(stage, settings, utc(11, 1, 16)) == 0


def test_a_job_that_breaks_in_the_middle_leaves_nothing_and_the_next_one_sends_all(
    stage: Stage, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rows are written, the letters are not: killed there, neither is."""
    rule(stage, NOT_STARTED, 2)
    with monkeypatch.context() as broken:
        broken.setattr(nudge_letters, "enqueue_all", _break)
        with pytest.raises(KeyboardInterrupt):
            sent_at(stage, settings, utc(10, 25, 15))
    with stage.database.read() as db:
        assert db.exec(select(Nudge)).all() == []
    assert sent_at(stage, settings, utc(10, 25, 15)) == 2


def _break(*_: object) -> int:
    raise KeyboardInterrupt


def test_of_two_workers_at_once_each_letter_is_written_by_one(stage: Stage, settings: Settings) -> None:
    rule(stage, NOT_STARTED, 2)
    rule(stage, NOT_APPROVED, 2)
    hand_over(stage, "oakland", utc(10, 24, 14, 30))
    together = Barrier(4)

    def work(_: int) -> int:
        together.wait()
        return send_nudges(stage.database, settings)

    with time_machine.travel(utc(10, 25, 15), tick=True), ThreadPoolExecutor(4) as pool:
        written = list(pool.map(work, range(4)))
    assert sorted(written) == [0, 0, 0, 4]
    assert readers(stage) == ["assistant@oakland", "facilitator@salem", "mayor@oakland", "superintendent@oakland"]


def test_the_usual_rules_are_set_once_and_the_next_cycle_has_them(stage: Stage) -> None:
    with stage.database.write() as db:
        cycle = stage.cycle(db)
        assert [(one.kind, one.days) for one in add_usual_rules(db, cycle, by=SYSTEM)] == list(USUAL)
        add_usual_rules(db, cycle, by=SYSTEM)
        end_rule(db, add_rule(db, cycle, LATE, days=4, by=SYSTEM), by=SYSTEM)
        cohort = db.get_one(Cohort, stage.cohort_id)
        period = (date(2017, 11, 16), date(2018, 5, 16))
        after = open_cycle(db, cohort, slug="next", title="Next", period=period, due_on=date(2018, 4, 27), by=SYSTEM)
        kept = db.exec(select(NudgeRule.kind, NudgeRule.days).where(NudgeRule.cycle_id == after.key)).all()
        assert sorted(tuple(one) for one in kept) == sorted(one for one in USUAL if one != (LATE, 4))


def test_a_rule_made_after_its_day_sends_nothing_and_says_why(stage: Stage, settings: Settings) -> None:
    rule(stage, NOT_STARTED, 10)
    with stage.database.read() as db:
        assert [one.idle for one in plan_nudges(db, stage.cycle(db))] == ["Its day had passed when it was made."]
    assert sent_at(stage, settings, utc(10, 24, 16)) == 0
    with stage.database.read() as db, time_machine.travel(utc(10, 29, 16)):
        assert [one.idle for one in plan_nudges(db, stage.cycle(db))] == ["It is over."]


@pytest.mark.parametrize("days", [0, -3, 366])
def test_a_number_of_days_that_makes_no_sense_is_refused_at_its_field(stage: Stage, days: int) -> None:
    with stage.database.write() as db, pytest.raises(Refused) as refused:
        add_rule(db, stage.cycle(db), LATE, days=days, by=SYSTEM)
    assert refused.value.field == "days"


@verb
def without_address(db: Session, who: Person, *, by: Viewer) -> None:
    who.email = None
    db.add(who)


def test_who_has_no_address_is_in_the_plan_and_is_not_noted_as_written_to(stage: Stage, settings: Settings) -> None:
    rule(stage, NOT_STARTED, 2)
    with stage.database.write() as db:
        without_address(db, db.get_one(Person, stage.people["salem/facilitator"]), by=SYSTEM)
    with stage.database.read() as db:
        (plan,) = plan_nudges(db, stage.cycle(db))
        assert sorted((one.name, one.goes) for one in plan.letters) == [
            ("Facilitator of oakland", True),
            ("Facilitator of salem", False),
        ]
    assert sent_at(stage, settings, utc(10, 25, 15)) == 1
    with stage.database.read() as db:
        assert len(db.exec(select(Nudge)).all()) == 1


def test_another_cohort_hears_nothing(stage: Stage, settings: Settings) -> None:
    for kind in NudgeKind:
        rule(stage, kind, 1)
    for moment in (utc(10, 26, 15), utc(10, 30, 16)):
        sent_at(stage, settings, moment)
    assert [one for one in readers(stage) if "tulsa" in one or "elsewhere" in one] == []


@verb
def more_cities(db: Session, stage: Stage, count: int, *, by: Viewer) -> list[Update]:
    """So many further cities with a mayor and a facilitator, each with its update."""
    roles = {one.standing: one for one in db.exec(select(Role).where(Role.cohort_id == stage.cohort_id))}
    for number in range(count):
        city = City(slug=f"city-{number}", name=f"City {number}")
        db.add(city)
        db.flush()
        db.add(Membership(cohort_id=stage.cohort_id, city_id=city.key, joined_on=date(2016, 1, 1)))
        for standing in (Standing.MAYOR, Standing.FACILITATOR):
            seat = Seat(cohort_id=stage.cohort_id, city_id=city.key, role_id=roles[standing].key)
            person = Person(name=f"{standing.value} {number}", email=f"{standing.value}@city{number}.example")
            db.add_all([seat, person])
            db.flush()
            db.add(Tenure(seat_id=seat.key, person_id=person.key, starts_on=date(2016, 1, 1)))
    return owe_updates(db, stage.cycle(db), by=by)


def test_sixty_cities_cost_as_many_queries_as_two(stage: Stage, settings: Settings, queries: list[str]) -> None:
    for kind in NudgeKind:
        rule(stage, kind, 2)

    def cost() -> int:
        queries.clear()
        with stage.database.read() as db:
            plan_nudges(db, stage.cycle(db))
        return len(queries)

    few = cost()
    with stage.database.write() as db:
        more_cities(db, stage, 60, by=SYSTEM)
    assert cost() == few
    queries.clear()
    assert sent_at(stage, settings, utc(10, 25, 15)) == 62
    assert len([one for one in queries if not one.startswith("INSERT")]) < 60
