"""Rule 5: who approves beside the mayor is on record, put there by the mayor in person or by an organizer, for days."""

from datetime import UTC, date, datetime, timedelta
from threading import Barrier, Thread

import pytest
import time_machine
from sqlmodel import Session, col, select

from app.models import AuditEntry, City, Cohort, Designation, OutboxLetter, Person, Tenure
from app.people.audit import Refused
from app.people.tenures import end_tenure
from app.people.viewer import Viewer
from app.updates.approval_links import End, ended, find_link, give_links
from app.updates.approvers import approvers_now
from app.updates.designees import appoint_designee, designees_of, eligible, end_designation, find_designation
from tests.conftest import VisitorOf
from tests.routes.test_updates import enter, text_of
from tests.updates.stage import Stage

__all__ = ("enter",)
HERE = "/by-all-means/cities/oakland/designees"
TODAY = date(2017, 10, 24)


def place(db: Session, stage: Stage, city: str = "oakland") -> tuple[Cohort, City]:
    return db.get_one(Cohort, stage.cohort_id), db.get_one(City, stage.cities[city])


def appoint(
    stage: Stage, who: str, by: str, *, starts_on: date = TODAY, ends_on: date | None = None, city: str = "oakland"
) -> int:
    with stage.database.write() as db:
        person = db.get_one(Person, stage.people[who])
        viewer = stage.viewer(db, by)
        return appoint_designee(
            db, *place(db, stage, city), person, starts_on=starts_on, ends_on=ends_on, note="Says the mayor.", by=viewer
        ).key


def end(stage: Stage, number: int, by: str, *, ends_on: date | None = None) -> None:
    with stage.database.write() as db:
        found = find_designation(db, *place(db, stage), number)
        assert found is not None
        end_designation(db, *place(db, stage), found, ends_on=ends_on, by=stage.viewer(db, by))


def names(stage: Stage, city: str = "oakland") -> list[str]:
    """Who may approve today."""
    with stage.database.read() as db:
        return [one.name for one in approvers_now(db, stage.update(db, city))]


def numbers(stage: Stage, city: str = "oakland") -> list[tuple[str, str]]:
    """(name, by whom) of all on record."""
    with stage.database.read() as db:
        return [(one.name, one.by) for one in designees_of(db, *place(db, stage, city))]


@pytest.mark.parametrize("by", ["oakland/mayor", "lab/organizer"])
def test_the_mayor_in_person_or_an_organizer_appoints_one_of_the_citys_people(stage: Stage, by: str) -> None:
    appoint(stage, "oakland/member", by)
    assert names(stage) == ["Mayor of oakland", "Superintendent of oakland", "Member of oakland"]
    name = "Mayor of oakland" if by == "oakland/mayor" else "Organizer of lab"
    assert numbers(stage) == [("Member of oakland", name), ("Superintendent of oakland", "test")]


@pytest.mark.parametrize(
    "by",
    [
        "oakland/assistant",
        "oakland/facilitator",
        "oakland/superintendent",
        "oakland/member",
        "salem/mayor",
        "lab/staff",
        "elsewhere/organizer",
    ],
)
def test_nobody_else_appoints_or_ends_a_designee_rule_5(stage: Stage, by: str) -> None:
    """Not the assistant in the mayor's place, and not a designee: nobody passes the approval on."""
    with pytest.raises(Refused, match="Only Oakland’s mayor, in person, or an organizer"):
        appoint(stage, "oakland/member", by)
    number = appoint(stage, "oakland/member", "oakland/mayor")
    with pytest.raises(Refused, match="Only Oakland’s mayor, in person, or an organizer"):
        end(stage, number, by)
    assert names(stage) == ["Mayor of oakland", "Superintendent of oakland", "Member of oakland"]


@pytest.mark.parametrize("who", ["salem/member", "lab/organizer", "lab/staff", "oakland/mayor", "oakland/assistant"])
def test_a_designee_is_of_the_city_and_never_of_the_lab_rule_5(stage: Stage, who: str) -> None:
    with pytest.raises(Refused, match="Choose one of Oakland’s people who is not its mayor"):
        appoint(stage, who, "lab/organizer")
    with stage.database.read() as db:
        assert sorted(one.name for one in eligible(db, *place(db, stage))) == [
            "Facilitator of oakland",
            "Member of oakland",
            "Superintendent of oakland",
        ]


def test_it_counts_from_its_first_day_to_its_last_by_the_citys_clock(stage: Stage) -> None:
    """Rule 14: 04:00 UTC on the 2nd is still the 1st in Oakland."""
    appoint(stage, "oakland/member", "oakland/mayor", starts_on=date(2017, 10, 30), ends_on=date(2017, 11, 1))
    found = []
    for moment in (
        datetime(2017, 10, 30, 6, 59, tzinfo=UTC),
        datetime(2017, 10, 30, 7, 1, tzinfo=UTC),
        datetime(2017, 11, 2, 4, tzinfo=UTC),
        datetime(2017, 11, 2, 7, 1, tzinfo=UTC),
    ):
        with time_machine.travel(moment):
            found.append("Member of oakland" in names(stage))
    assert found == [False, True, True, False]


def test_whoever_leaves_the_city_approves_nothing_more_and_their_link_ends_rule_5(stage: Stage) -> None:
    appoint(stage, "oakland/member", "oakland/mayor")
    with stage.database.write() as db:
        update = stage.update(db)
        token = give_links(db, update, by=Viewer.system("test"))[stage.people["oakland/member"]]
        tenure = db.exec(select(Tenure).where(Tenure.person_id == stage.people["oakland/member"])).one()
        end_tenure(db, tenure, ends_on=TODAY - timedelta(days=1), by=Viewer.system("test"))
    assert names(stage) == ["Mayor of oakland", "Superintendent of oakland"]
    with stage.database.read() as db:
        link = find_link(db, token)
        assert link is not None
        assert ended(db, link) is End.OFFICE


def test_ended_at_once_it_opens_nothing_and_stays_on_record_rule_21(stage: Stage) -> None:
    number = appoint(stage, "oakland/member", "oakland/mayor")
    end(stage, number, "lab/organizer")
    end(stage, number, "lab/organizer")
    assert names(stage) == ["Mayor of oakland", "Superintendent of oakland"]
    assert numbers(stage)[0] == ("Member of oakland", "Mayor of oakland")
    with stage.database.read() as db:
        entries = db.exec(
            select(AuditEntry.act, AuditEntry.by)
            .where(AuditEntry.subject == "designation", AuditEntry.subject_id == number)
            .order_by(col(AuditEntry.id))
        ).all()
    assert entries == [("appoint_designee", "Mayor of oakland"), ("end_designation", "Organizer of lab")]


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "field"),
    [
        (date(2017, 11, 2), date(2017, 11, 1), "ends_on"),
        (date(2017, 10, 1), date(2017, 10, 23), "ends_on"),
    ],
)
def test_days_that_cannot_be_are_refused_at_their_field(
    stage: Stage, starts_on: date, ends_on: date, field: str
) -> None:
    with pytest.raises(Refused) as refused:
        appoint(stage, "oakland/member", "oakland/mayor", starts_on=starts_on, ends_on=ends_on)
    assert refused.value.field == field


def test_the_same_person_is_not_on_record_twice_for_a_day_two_at_once_neither(stage: Stage) -> None:
    barrier, refusals = Barrier(2), []

    def one() -> None:
        barrier.wait()
        try:
            appoint(stage, "oakland/member", "lab/organizer")
        except Refused as refused:
            refusals.append(refused.field)

    both = [Thread(target=one) for _ in range(2)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    assert refusals == ["starts_on"]
    with stage.database.read() as db:
        found = db.exec(select(Designation).where(Designation.person_id == stage.people["oakland/member"])).all()
    assert len(found) == 1


def test_the_mayor_hears_of_a_designee_whom_the_lab_appointed(stage: Stage, enter: VisitorOf) -> None:
    form = {"person": str(stage.people["oakland/member"]), "starts_on": "2017-10-24", "note": "Called on Monday."}
    page = enter("lab/organizer").follow(HERE, form)
    assert "Member of oakland is on record, from Tue 24 Oct 2017, and has a letter." in text_of(page.text)
    with stage.database.read() as db:
        letters = db.exec(select(OutboxLetter).order_by(col(OutboxLetter.id))).all()
    assert [one.recipient for one in letters] == [
        "Member of oakland <member@oakland.example>",
        "Mayor of oakland <mayor@oakland.example>",
    ]
    assert all("Organizer of lab entered it." in one.text for one in letters)
    enter("oakland/mayor").post(HERE, form | {"person": str(stage.people["oakland/facilitator"])})
    with stage.database.read() as db:
        assert len(db.exec(select(OutboxLetter)).all()) == 3, "the mayor knows what the mayor did"


def test_the_page_keeps_what_was_typed_and_offers_the_form_to_those_who_appoint(stage: Stage, enter: VisitorOf) -> None:
    refused = enter("oakland/mayor").post(HERE, {"person": "", "starts_on": "2017-10-24", "note": "Kept words"})
    assert refused.status_code == 422
    assert "Choose who it is." in text_of(refused.text)
    assert "Kept words" in refused.text
    offered = {
        name: "Appoint somebody" in text_of(enter(name).get(HERE).text)
        for name in ("oakland/mayor", "lab/organizer", "oakland/assistant", "oakland/facilitator", "oakland/member")
    }
    assert offered == {
        "oakland/mayor": True,
        "lab/organizer": True,
        "oakland/assistant": False,
        "oakland/facilitator": False,
        "oakland/member": False,
    }
    assert enter("salem/mayor").get(HERE).status_code == 403
    assert enter("oakland/mayor").post(f"{HERE}/999/end").status_code == 404


def test_an_ending_is_said_at_its_own_field(stage: Stage, enter: VisitorOf) -> None:
    number = appoint(stage, "oakland/member", "oakland/mayor", ends_on=date(2017, 11, 30))
    mayor = enter("oakland/mayor")
    for day in ("2017-10-20", "2017-12-01", "soon"):
        answer = mayor.post(f"{HERE}/{number}/end", {"ends_on": day})
        assert (answer.status_code, f'id="f-ends_on-{number}-error"' in answer.text) == (422, True), day
    assert "until the end of Tue 31 Oct 2017" in text_of(
        mayor.follow(f"{HERE}/{number}/end", {"ends_on": "2017-10-31"}).text
    )


def test_a_long_list_takes_no_more_queries(stage: Stage, enter: VisitorOf, queries: list[str]) -> None:
    mayor, counts = enter("oakland/mayor"), []
    for year in (1, 12):
        for one in range(year):
            number = appoint(stage, "oakland/member", "oakland/mayor", starts_on=TODAY + timedelta(days=one))
            end(stage, number, "oakland/mayor")
        mayor.get(HERE)
        queries.clear()
        mayor.get(HERE)
        counts.append(len(queries))
    assert counts[0] == counts[1]
