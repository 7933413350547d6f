"""Rule 5: only a city's mayor, or a designee on record, approves its update, in person."""

from datetime import UTC, date, datetime

import pytest
import time_machine
from sqlmodel import Session, select

from app.models import Designation, Tenure, UpdateState
from app.people.audit import Refused, verb
from app.people.viewer import Viewer
from app.updates.approval import approve_update, send_back, send_to_mayor, withdraw_approval
from app.updates.approvers import approvers, may_approve
from app.updates.content import draft_of
from app.updates.writing import write_section
from tests.updates.stage import SYSTEM, Stage

NOT_APPROVERS = [
    "oakland/assistant",
    "oakland/facilitator",
    "oakland/member",
    "salem/mayor",
    "lab/organizer",
    "lab/staff",
    "lab/expert",
    "tulsa/mayor",
]


@verb
def end_tenure(db: Session, stage: Stage, name: str, ends_on: date, *, by: Viewer) -> None:
    tenure = db.exec(select(Tenure).where(Tenure.person_id == stage.people[name])).one()
    tenure.ends_on = ends_on
    db.add(tenure)


@verb
def end_designation(db: Session, ends_on: date, *, by: Viewer) -> None:
    designation = db.exec(select(Designation)).one()
    designation.ends_on = ends_on
    db.add(designation)


def stand_before_mayor(db: Session, stage: Stage) -> str:
    """Oakland's fall update is with its mayor; returns the stamp of its words."""
    update = stage.update(db)
    stage.fill(db, update)
    send_to_mayor(db, update, by=SYSTEM)
    return draft_of(db, update).stamp


def test_the_mayor_approves_under_name_and_office_rules_5_and_8(stage: Stage) -> None:
    with stage.database.write() as db:
        stamp, mayor = stand_before_mayor(db, stage), stage.viewer(db, "oakland/mayor")
        update = approve_update(db, stage.update(db), seen=stamp, by=mayor)
        assert (update.state, update.approved_by_id, update.approved_as) == (
            UpdateState.APPROVED,
            mayor.person_id,
            "Mayor, Oakland",
        )


def test_a_designee_on_record_approves_as_designee_rule_5(stage: Stage) -> None:
    with stage.database.write() as db:
        stamp = stand_before_mayor(db, stage)
        update = approve_update(db, stage.update(db), seen=stamp, by=stage.viewer(db, "oakland/designee"))
        assert update.approved_as == "designee of the Mayor, Oakland"


@pytest.mark.parametrize("name", NOT_APPROVERS)
def test_nobody_else_approves_sends_back_or_withdraws_rule_5(stage: Stage, name: str) -> None:
    with stage.database.write() as db:
        stamp, viewer, update = stand_before_mayor(db, stage), stage.viewer(db, name), stage.update(db)
        with pytest.raises(Refused) as refused:
            approve_update(db, update, seen=stamp, by=viewer)
        assert refused.value.sentence == (
            "Only Oakland’s mayor or a designee on record approves its update, in person: "
            "Mayor of oakland or Superintendent of oakland."
        )
        with pytest.raises(Refused):
            send_back(db, update, note="No.", by=viewer)
        assert (update.state, may_approve(db, update, viewer)) == (UpdateState.WITH_MAYOR, False)


def test_a_former_mayor_and_an_ended_designation_approve_no_more_rule_5(stage: Stage) -> None:
    with stage.database.write() as db:
        stamp = stand_before_mayor(db, stage)
        mayor, designee = stage.viewer(db, "oakland/mayor"), stage.viewer(db, "oakland/designee")
        end_tenure(db, stage, "oakland/mayor", date(2017, 10, 23), by=SYSTEM)
        end_designation(db, date(2017, 10, 23), by=SYSTEM)
        for viewer in (mayor, designee):
            with pytest.raises(Refused, match="nobody, until the seat of mayor is filled"):
                approve_update(db, stage.update(db), seen=stamp, by=viewer)


def test_the_last_day_in_office_is_the_citys_own(stage: Stage) -> None:
    """Rule 14: at 06:00 UTC on the 25th it is still the 24th in Oakland, the mayor's last day."""
    with stage.database.write() as db:
        stamp, mayor = stand_before_mayor(db, stage), stage.viewer(db, "oakland/mayor")
        end_tenure(db, stage, "oakland/mayor", date(2017, 10, 24), by=SYSTEM)
        with time_machine.travel(datetime(2017, 10, 25, 6, tzinfo=UTC)):
            assert approve_update(db, stage.update(db), seen=stamp, by=mayor).state is UpdateState.APPROVED


def test_what_changed_after_it_was_read_is_not_approved(stage: Stage) -> None:
    with stage.database.write() as db:
        stamp, mayor, update = stand_before_mayor(db, stage), stage.viewer(db, "oakland/mayor"), stage.update(db)
        stage.write(db, update, "ask", "Something quite different.", by=stage.viewer(db, "oakland/facilitator"))
        with pytest.raises(Refused, match="The text has changed since you opened this page"):
            approve_update(db, update, seen=stamp, by=mayor)
        approve_update(db, update, seen=draft_of(db, update).stamp, by=mayor)


def test_a_section_emptied_after_it_was_sent_stops_the_approval(stage: Stage) -> None:
    with stage.database.write() as db:
        stand_before_mayor(db, stage)
        update = stage.update(db)
        stage.write(db, update, "ask", "")
        with pytest.raises(Refused, match="the section “Our ask”"):
            approve_update(db, update, seen=draft_of(db, update).stamp, by=stage.viewer(db, "oakland/mayor"))


def test_a_second_click_approves_once(stage: Stage) -> None:
    with stage.database.write() as db:
        stamp, mayor = stand_before_mayor(db, stage), stage.viewer(db, "oakland/mayor")
        first = approve_update(db, stage.update(db), seen=stamp, by=mayor).approved_at
        assert approve_update(db, stage.update(db), seen=stamp, by=mayor).approved_at == first


def test_an_approved_update_is_not_written_on(stage: Stage) -> None:
    with stage.database.write() as db:
        update = stage.update(db)
        stage.fill(db, update)
        stage.approve(db, update)
        with pytest.raises(Refused, match="Withdraw the approval first"):
            write_section(db, update, stage.section(db), body="x", revision=1, by=stage.viewer(db, "oakland/mayor"))


def test_sending_tells_mayor_designee_and_assistant_once(stage: Stage) -> None:
    with stage.database.write() as db:
        update = stage.update(db)
        stage.fill(db, update)
        told = send_to_mayor(db, update, by=stage.viewer(db, "oakland/facilitator"))
        assert [person.name for person in told] == [
            "Mayor of oakland",
            "Superintendent of oakland",
            "Assistant of oakland",
        ]
        assert send_to_mayor(db, update, by=stage.viewer(db, "oakland/facilitator")) == []


def test_without_a_mayor_or_designee_sending_says_whom_to_ask(stage: Stage) -> None:
    with stage.database.write() as db:
        update = stage.update(db, "salem")
        stage.fill(db, update)
        end_tenure(db, stage, "salem/mayor", date(2017, 10, 1), by=SYSTEM)
        with pytest.raises(Refused, match="Salem has no mayor in office and no designee on record"):
            send_to_mayor(db, update, by=SYSTEM)


def test_the_mayor_sends_it_back_with_a_note_and_the_facilitator_is_told(stage: Stage) -> None:
    with stage.database.write() as db:
        stand_before_mayor(db, stage)
        update, mayor = stage.update(db), stage.viewer(db, "oakland/mayor")
        with pytest.raises(Refused, match="Say in a sentence what should change"):
            send_back(db, update, note="  ", by=mayor)
        told = send_back(db, update, note="Less of me.", by=mayor)
        assert [person.name for person in told] == ["Facilitator of oakland"]
        assert (update.state, update.sent_back_note) == (UpdateState.DRAFTING, "Less of me.")
        send_to_mayor(db, update, by=SYSTEM)
        assert update.sent_back_note == "", "the note is answered"


@pytest.mark.parametrize("name", ["oakland/mayor", "oakland/designee", "oakland/facilitator"])
def test_an_approval_is_withdrawn_before_the_release(stage: Stage, name: str) -> None:
    with stage.database.write() as db:
        update = stage.update(db)
        stage.fill(db, update)
        stage.approve(db, update)
        withdraw_approval(db, update, by=stage.viewer(db, name))
        assert (update.state, update.approved_by_id, update.approved_as) == (UpdateState.DRAFTING, None, "")


@pytest.mark.parametrize("name", ["oakland/member", "oakland/assistant", "salem/facilitator", "lab/organizer"])
def test_others_do_not_withdraw_an_approval(stage: Stage, name: str) -> None:
    with stage.database.write() as db:
        update = stage.update(db)
        stage.fill(db, update)
        stage.approve(db, update)
        with pytest.raises(Refused):
            withdraw_approval(db, update, by=stage.viewer(db, name))


def test_the_mayor_of_the_day_stands_in_records_of_the_past_rule_8(stage: Stage) -> None:
    """The program may record an old approval: it is that of whoever was mayor then."""
    with stage.database.write() as db:
        end_tenure(db, stage, "oakland/mayor", date(2017, 6, 30), by=SYSTEM)
        update = stage.update(db, cycle="spring")
        stage.fill(db, update)
        approve_update(db, update, on=datetime(2017, 4, 25, 20, tzinfo=UTC), by=SYSTEM)
        assert update.approved_by_id == stage.people["oakland/mayor"]
        assert [one.name for one in approvers(db, update, date(2017, 10, 24))] == ["Superintendent of oakland"]
