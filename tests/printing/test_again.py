"""A print asked for again is sent without being looked for, and never to whom, or when, it would be another."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlmodel import Session, col, select

from app import clock
from app.models import Convening, Tenure
from app.people.audit import verb
from app.people.tenures import end_tenure
from app.people.viewer import Viewer
from tests.conftest import Visitor, VisitorOf
from tests.printing.reading import words

HERE = "/by-all-means/convenings/2017-fall"
AGENDAS = (f"{HERE}/print/agenda.pdf", f"{HERE}/agenda.pdf")
SYSTEM = Viewer.system("test")

pytestmark = pytest.mark.usefixtures("_one_shelf_of_prints")


def thrice(visitor: Visitor, address: str) -> bytes:
    """The print, once it is surely kept: the second answer is kept, the third is what was."""
    first, second, third = (visitor.get(address) for _ in range(3))
    assert (first.status_code, first.headers["content-type"]) == (200, "application/pdf"), first.text
    assert first.content == second.content == third.content
    assert third.headers["content-disposition"] == first.headers["content-disposition"]
    return third.content


@verb
def rename(db: Session, convening: Convening, title: str, *, by: Viewer) -> None:
    convening.title = title


@pytest.mark.parametrize("address", AGENDAS)
def test_what_is_asked_for_again_is_looked_up_in_one_row(
    sample_visitor: VisitorOf, queries: list[str], address: str
) -> None:
    member = sample_visitor("member")
    thrice(member, address)
    queries.clear()
    again = member.get(address)
    assert again.status_code == 200
    assert len([one for one in queries if one.lstrip().upper().startswith("SELECT")]) <= 1, queries
    unchanged = member.get(address, headers={"If-None-Match": again.headers["etag"]})
    assert (unchanged.status_code, unchanged.content) == (304, b"")


def test_the_same_address_gives_each_what_they_may_see(sample_visitor: VisitorOf) -> None:
    """Rule 13: the mayors' peer session, closed to the lab too."""
    whole = "Mayors’ peer session: adaptive leadership"
    for address in AGENDAS:
        seen = {
            kind: whole in words(thrice(sample_visitor(kind), address)) for kind in ("mayor", "member", "organizer")
        }
        assert seen == {"mayor": True, "member": False, "organizer": False}


def test_who_leaves_office_or_signs_out_is_given_nothing_that_was_kept(sample_visitor: VisitorOf) -> None:
    """Rules 5 and 18."""
    member, other = sample_visitor("member"), sample_visitor("mayor")
    address = AGENDAS[0]
    thrice(member, address)
    thrice(other, address)
    assert member.post("/sign-out").status_code == 303
    assert member.get(address).status_code != 200
    with other.app.state.database.write() as db:
        for held in db.exec(select(Tenure).where(Tenure.person_id == other.person_id, col(Tenure.ends_on).is_(None))):
            end_tenure(db, held, ends_on=clock.today("UTC") - timedelta(days=1), by=SYSTEM)
    assert other.get(address).status_code == 403


def test_a_change_is_on_the_next_print(sample_visitor: VisitorOf) -> None:
    member = sample_visitor("member")
    thrice(member, AGENDAS[0])
    with member.app.state.database.write() as db:
        rename(db, db.exec(select(Convening).where(Convening.slug == "2017-fall")).one(), "Called otherwise", by=SYSTEM)
    assert "Called otherwise" in words(member.get(AGENDAS[0]).content)


@pytest.mark.parametrize("address", AGENDAS)
def test_what_is_over_is_not_subject_to_change_from_midnight_where_it_was(
    sample_visitor: VisitorOf, address: str
) -> None:
    """Rules 14 and 15: it ends on the 15th in New York; at 04:58 UTC that day has two minutes left there."""
    with time_machine.travel(datetime(2017, 11, 16, 4, 58, tzinfo=UTC), tick=False) as clock_:
        member = sample_visitor("member")
        assert "Subject to change." in words(thrice(member, address))
        clock_.shift(timedelta(minutes=2))
        assert "Subject to change." not in words(member.get(address).content)


def test_a_list_is_of_ten_minutes_ago_at_the_most(
    sample_visitor: VisitorOf, in_the_sample: time_machine.Traveller
) -> None:
    """Rule 15."""
    organizer = sample_visitor("organizer")
    address = f"{HERE}/print/table-lists.pdf"

    def as_of(pdf: bytes) -> str:
        found = re.search(r"As of .*?(\d\d:\d\d)", words(pdf))
        assert found
        return found[1]

    first = as_of(thrice(organizer, address))
    in_the_sample.shift(timedelta(minutes=9))
    assert as_of(organizer.get(address).content) == first
    in_the_sample.shift(timedelta(minutes=2))
    assert as_of(organizer.get(address).content) != first
