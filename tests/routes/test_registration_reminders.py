"""The pages of reminders and of the list of participants, on the sample three weeks before its convening."""

import re

import pytest
import time_machine
from sqlmodel import Session, select

from app.mailing import outbox
from app.mailing.reminder_letters import send_reminders
from app.models import Convening, Registration, Reminder, ReminderRule
from app.people.audit import verb
from app.people.viewer import Viewer
from app.registration.reminder_plan import plan
from tests.conftest import Visitor, VisitorOf
from tests.printing.reading import words as words_of
from tests.registration.private_marks import readable

HERE = "/by-all-means/convenings/2017-fall/registration"
PRINT = "/by-all-means/convenings/2017-fall/print/roster.pdf"
AT = f"{HERE}/reminders"


def text_of(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


@verb
def forget_rules(db: Session, *, by: Viewer) -> None:
    for rule in db.exec(select(ReminderRule)):
        db.delete(rule)


@pytest.fixture
def organizer(sample_visitor: VisitorOf) -> Visitor:
    """Before the sample's organizers had made their rules."""
    organizer = sample_visitor("organizer")
    with organizer.app.state.database.write() as db:
        forget_rules(db, by=Viewer.system("test"))
    return organizer


def first_letter(html: str) -> str:
    """The address of the first letter that is planned."""
    found = re.search(rf'href="({AT}/rules/\d+/people/\d+)"', html)
    assert found is not None, "a letter is planned"
    return found[1]


def test_before_the_first_rule_the_usual_ones_are_offered_and_set_with_one_click(organizer: Visitor) -> None:
    assert "No reminders yet" in organizer.get(AT).text
    page = organizer.follow(f"{AT}/usual")
    assert "No reminders yet" not in page.text
    assert "14 days before registration closes" in page.text
    assert "10 days before the convening" in page.text
    assert f'href="{AT}"' in organizer.get(f"{HERE}/board").text


def test_a_letter_is_read_before_it_goes_stopped_and_let_go(organizer: Visitor) -> None:
    address = first_letter(organizer.follow(f"{AT}/usual").text)
    letter = organizer.get(address)
    assert letter.status_code == 200
    assert "Dear " in letter.text
    assert "Goes on " in letter.text
    stopped = organizer.follow(f"{address}/stop")
    assert "does not get this reminder" in stopped.text
    assert f'action="{address}/resumption"' in stopped.text
    assert "Stopped: it does not go." in organizer.get(address).text
    assert f'action="{address}/stop"' in organizer.follow(f"{address}/resumption").text


def test_all_are_held_and_resumed(organizer: Visitor) -> None:
    organizer.follow(f"{AT}/usual")
    assert "Held since Tue 24 Oct, 10:00 EDT" in organizer.follow(f"{AT}/hold").text
    assert "Held since" not in organizer.follow(f"{AT}/resumption").text


@pytest.mark.parametrize("days", ["", "soon", "0", "999999999999", "-1", "1.5", "²"])
def test_a_number_of_days_that_is_none_is_said_at_its_field_and_kept(organizer: Visitor, days: str) -> None:
    answer = organizer.post(f"{AT}/rules", {"kind": "no travel", "days_before": days})
    assert answer.status_code == 422
    assert 'id="f-days_before-error"' in answer.text
    assert f'value="{days}"' in answer.text
    assert '<option value="no travel" selected>' in answer.text


def test_a_rule_is_added_and_ended(organizer: Visitor) -> None:
    page = organizer.follow(f"{AT}/rules", {"kind": "not started", "days_before": "3"})
    assert "3 days before registration closes" in page.text
    with organizer.app.state.database.read() as db:
        number = db.exec(select(ReminderRule.id)).one()
    assert "No reminders yet" in organizer.follow(f"{AT}/rules/{number}/end").text


def test_what_has_gone_stands_there_with_what_became_of_it(organizer: Visitor) -> None:
    organizer.follow(f"{AT}/rules", {"kind": "not started", "days_before": "7"})
    app = organizer.app
    with app.state.database.read() as db:
        here = db.exec(select(Convening).where(Convening.slug == "2017-fall")).one()
        (rule,) = plan(db, here)
        day = [one.at for one in rule.going if one.at.date() == rule.going[0].at.date()]
    with time_machine.travel(max(day), tick=True):
        written = send_reminders(app.state.database, app.state.settings)
        assert written == len(day)
        assert send_reminders(app.state.database, app.state.settings) == 0
        visitor = Visitor(app, organizer._portal, person_id=organizer.person_id)
        assert visitor.get(AT).text.count("On its way") == written
        while outbox.deliver_due(app.state.database, app.state.settings):
            pass
        assert visitor.get(AT).text.count("Delivered") == written
        with app.state.database.read() as db:
            assert len(db.exec(select(Reminder)).all()) == written


def test_a_rule_or_person_of_elsewhere_is_not_here(organizer: Visitor) -> None:
    for address in (f"{AT}/rules/999/people/1", f"{AT}/rules/999/end", f"{AT}/rules/999/people/1/stop"):
        sent = organizer.get(address) if address.endswith("/1") else organizer.post(address)
        assert sent.status_code == 404


# --- the list of participants ---


@verb
def _list_all(db: Session, listed: bool, *, by: Viewer) -> None:
    for row in db.exec(select(Registration).join(Convening).where(Convening.slug == "2017-fall")):
        row.listed = listed
        db.add(row)


@verb
def _hide_roster(db: Session, *, by: Viewer) -> None:
    db.exec(select(Convening).where(Convening.slug == "2017-fall")).one().roster_shown = False


def test_participants_see_who_comes_and_print_it(sample_visitor: VisitorOf) -> None:
    visitor = sample_visitor("mayor")
    with visitor.app.state.database.write() as db:
        _list_all(db, True, by=Viewer.system("test"))
    page = visitor.get(f"{HERE}/roster").text
    names = re.findall(r'class="person-name" dir="auto">([^<]+)<', page)
    assert len(names) > 5
    printed = words_of(visitor.get(PRINT).content)
    assert [name for name in names if name.split(" (")[0] not in printed] == []
    assert f'href="{HERE}/roster"' in visitor.get("/by-all-means/convenings/2017-fall").text


def test_who_does_not_allow_it_is_named_neither_on_the_page_nor_on_paper(sample_visitor: VisitorOf) -> None:
    visitor = sample_visitor("mayor")
    with visitor.app.state.database.write() as db:
        _list_all(db, False, by=Viewer.system("test"))
        names = db.exec(select(Registration)).all()
        people = {row.person.name for row in names}
    for address in (f"{HERE}/roster", PRINT):
        text = readable(visitor.get(address))
        main = text.split("<main", 1)[-1]
        assert [name for name in people if name in main] == []
        assert "who would rather not be named" in main or "not named" in main


def test_where_none_is_shown_the_page_says_so_and_nothing_is_printed(sample_visitor: VisitorOf) -> None:
    visitor = sample_visitor("mayor")
    with visitor.app.state.database.write() as db:
        _hide_roster(db, by=Viewer.system("test"))
    assert "show no list of participants" in visitor.get(f"{HERE}/roster").text
    assert visitor.get(PRINT).status_code == 404
    assert f'href="{HERE}/roster"' not in visitor.get("/by-all-means/convenings/2017-fall").text


def test_one_goes_off_the_list_and_on_it_again_oneself(sample_visitor: VisitorOf) -> None:
    visitor = sample_visitor("facilitator")
    with visitor.app.state.database.write() as db:
        _list_all(db, True, by=Viewer.system("test"))
    visitor.post(HERE, {"presence": "whole"})
    for listed in ("no", "yes"):
        page = visitor.follow(f"{HERE}/roster/listing", {"listed": listed}).text
        assert ("Name me" in page) == (listed == "no")
        assert ("Do not name me" in page) == (listed == "yes")


def test_a_fragment_for_a_search_holds_the_found_alone(sample_visitor: VisitorOf) -> None:
    visitor = sample_visitor("mayor")
    with visitor.app.state.database.write() as db:
        _list_all(db, True, by=Viewer.system("test"))
    found = visitor.get(f"{HERE}/roster?q=oakland", headers={"hx-request": "true"}).text
    assert "<html" not in found
    assert "Oakland" in found
    assert "Salem" not in text_of(found)
    assert "Nobody fits" in visitor.get(f"{HERE}/roster?q=zzzz").text
