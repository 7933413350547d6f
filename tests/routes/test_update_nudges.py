"""The pages of nudges, on the sample three days before its updates are due."""

import re
from datetime import timedelta

import pytest
import time_machine
from sqlmodel import Session, select

from app import clock
from app.mailing import outbox
from app.mailing.nudge_letters import send_nudges
from app.models import Nudge, NudgeRule, Role, Seat, Standing, Tenure, UpdateCycle
from app.people.audit import verb
from app.people.viewer import Viewer
from app.updates.nudge_plan import plan_nudges
from tests.conftest import Visitor, VisitorOf

BOARD = "/by-all-means/updates/2017-fall"
AT = f"{BOARD}/nudges"


@verb
def forget_rules(db: Session, *, by: Viewer) -> None:
    for rule in db.exec(select(NudgeRule)):
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
    found = re.search(rf'href="({AT}/rules/\d+/cities/[a-z]+/people/\d+)"', html)
    assert found is not None, "a letter is planned"
    return found[1]


def test_before_the_first_rule_the_usual_ones_are_offered_and_set_with_one_click(organizer: Visitor) -> None:
    assert "No nudges yet" in organizer.get(AT).text
    page = organizer.follow(f"{AT}/usual").text
    assert "No nudges yet" not in page
    assert "4 days after the due date" in page
    assert f'href="{AT}"' in organizer.get(BOARD).text
    settings = organizer.get(f"{BOARD}/settings").text
    assert f'href="{AT}"' in settings
    assert "8 rules write" in settings


def test_a_letter_is_read_before_it_goes_stopped_and_let_go(organizer: Visitor) -> None:
    address = first_letter(organizer.follow(f"{AT}/rules", {"kind": "not sent", "days": "1"}).text)
    letter = organizer.get(address)
    assert "Dear " in letter.text
    assert "Goes on Thu 26 Oct 2017 at 08:00 " in letter.text
    stopped = organizer.follow(f"{address}/stop")
    assert "does not get this letter" in stopped.text
    assert "Stopped: it does not go." in organizer.get(address).text
    assert f'action="{address}/stop"' in organizer.follow(f"{address}/resumption").text


def test_a_mayors_link_is_not_shown_to_the_organizer(organizer: Visitor) -> None:
    """Rule 5."""
    page = organizer.follow(f"{AT}/rules", {"kind": "not approved", "days": "1"}).text
    letters = re.findall(rf'href="({AT}/rules/\d+/cities/salem/people/\d+)"', page)
    assert letters, "Salem's update is with its mayor"
    shown = [organizer.get(address).text for address in letters]
    assert [page for page in shown if "(their own link)" in page]
    assert [page for page in shown if "/approve/" in page] == []


def test_all_are_held_and_resumed(organizer: Visitor) -> None:
    organizer.follow(f"{AT}/usual")
    assert "Held since Tue 24 Oct, 10:00 EDT" in organizer.follow(f"{AT}/hold").text
    assert "All nudges are held" in organizer.get(f"{BOARD}/settings").text
    assert "Held since" not in organizer.follow(f"{AT}/resumption").text


@pytest.mark.parametrize("days", ["", "soon", "0", "999999999999", "-1", "1.5", "²", "٣"])
def test_a_number_of_days_that_is_none_is_said_at_its_field_and_kept(organizer: Visitor, days: str) -> None:
    answer = organizer.post(f"{AT}/rules", {"kind": "late", "days": days})
    assert answer.status_code == 422
    assert 'id="f-days-error"' in answer.text
    assert f'value="{days}"' in answer.text
    assert '<option value="late" selected>' in answer.text


def test_blanks_before_a_number_of_days_are_not_counted(organizer: Visitor) -> None:
    page = organizer.follow(f"{AT}/rules", {"kind": "late", "days": " " * 9 + "7"})
    assert "7 days after the due date" in page.text


def test_a_rule_is_added_and_ended(organizer: Visitor) -> None:
    assert "3 days after the due date" in organizer.follow(f"{AT}/rules", {"kind": "late", "days": "3"}).text
    with organizer.app.state.database.read() as db:
        number = db.exec(select(NudgeRule.id)).one()
    assert "No nudges yet" in organizer.follow(f"{AT}/rules/{number}/end").text


def test_what_has_gone_stands_there_with_what_became_of_it(organizer: Visitor) -> None:
    organizer.follow(f"{AT}/rules", {"kind": "not sent", "days": "1"})
    app = organizer.app
    with app.state.database.read() as db:
        (rule,) = plan_nudges(db, db.exec(select(UpdateCycle).where(UpdateCycle.slug == "2017-fall")).one())
    last = max(one.at for one in rule.going)
    with time_machine.travel(last, tick=True):
        written = send_nudges(app.state.database, app.state.settings)
        assert written == len(rule.going) > 3
        assert send_nudges(app.state.database, app.state.settings) == 0
        visitor = Visitor(app, organizer._portal, person_id=organizer.person_id)
        assert visitor.get(AT).text.count("On its way") == written
        while outbox.deliver_due(app.state.database, app.state.settings):
            pass
        page = visitor.get(f"{AT}?q=oakland").text
        assert 0 < page.count("Delivered") < written
        with app.state.database.read() as db:
            assert len(db.exec(select(Nudge)).all()) == written


def test_a_rule_person_or_city_of_elsewhere_is_not_here(organizer: Visitor) -> None:
    organizer.follow(f"{AT}/usual")
    with organizer.app.state.database.read() as db:
        number = db.exec(select(NudgeRule.id)).first()
    for address in (f"rules/{number}/cities/oakland/people/99999999999", f"rules/{number}/cities/nowhere/people/1"):
        assert organizer.get(f"{AT}/{address}").status_code == 404
        assert organizer.post(f"{AT}/{address}/stop").status_code == 404
    other = "/by-all-means/updates/2017-spring/nudges"
    assert organizer.post(f"{other}/rules/{number}/end").status_code == 404
    assert organizer.post(f"{AT}/rules/99999999999/end").status_code == 404


def test_a_seat_that_is_vacant_is_said_with_who_is_written_to_instead(organizer: Visitor) -> None:
    """Their facilitators left yesterday."""
    with organizer.app.state.database.write() as db:
        vacate_facilitators(db, by=Viewer.system("test"))
    page = organizer.follow(f"{AT}/rules", {"kind": "not sent", "days": "1"}).text
    assert '<strong dir="auto">Oakland</strong> The seat of Facilitator is vacant. Priscilla Nakagawa is' in page
    assert "because the seat of Facilitator is vacant" in page


@verb
def vacate_facilitators(db: Session, *, by: Viewer) -> None:
    for tenure in db.exec(select(Tenure).join(Seat).join(Role).where(Role.standing == Standing.FACILITATOR)):
        if tenure.ends_on is None:
            tenure.ends_on = clock.today("UTC") - timedelta(days=1)
            db.add(tenure)


@pytest.mark.parametrize("kind", ["staff", "facilitator", "mayor", "superintendent", "member", "assistant", "expert"])
def test_nobody_but_organizers_sees_or_sends_any(kind: str, sample_visitor: VisitorOf) -> None:
    visitor = sample_visitor(kind)
    assert visitor.get(AT).status_code == 403
    assert visitor.post(f"{AT}/usual").status_code == 403
    assert visitor.post(f"{AT}/hold").status_code == 403
    if kind != "expert":
        assert f'href="{AT}"' not in visitor.get(BOARD).text


# --- by hand ---


def test_a_letter_by_hand_is_looked_at_with_ones_own_sentence_sent_once_and_seen_on_the_board(
    organizer: Visitor,
) -> None:
    assert "Write to Oakland’s facilitator" in organizer.get(BOARD).text
    at = f"{BOARD}/oakland/nudge"
    assert "Dear Jun Takahashi-Reyes," in organizer.get(at).text
    looked = organizer.post(at, {"words": "<b>Can I</b> help?", "after": "0", "then": "look"})
    assert looked.text.count("&lt;b&gt;Can I&lt;/b&gt; help?") == 2, "in the field and in the letter"
    assert organizer.get(BOARD).text.count("nudged Tue 24 Oct") == 0
    sent = {"words": "<b>Can I</b> help?", "after": "0", "then": "send"}
    for _ in range(2):
        assert organizer.follow(at, sent).status_code == 200
    assert organizer.get(BOARD).text.count("nudged Tue 24 Oct") == 1
    assert "last wrote to them on Tue 24 Oct 2017 at 10:00 EDT" in organizer.get(at).text
    assert organizer.get(AT).text.count("Written by") == 1


def test_typing_asks_for_the_letter_alone(organizer: Visitor) -> None:
    form = {"words": "Hello there.", "after": "0"}
    answer = organizer.post(f"{BOARD}/oakland/nudge", form, headers={"hx-request": "true"})
    assert "<html" not in answer.text
    assert "Hello there." in answer.text


def test_what_cannot_be_sent_is_said_and_the_sentence_is_kept(organizer: Visitor) -> None:
    at = f"{BOARD}/oakland/nudge"
    too_long = organizer.post(at, {"words": "x" * 1001, "after": "0", "then": "send"})
    assert too_long.status_code == 422
    assert 'id="f-words-error"' in too_long.text
    assert "x" * 1001 in too_long.text
    organizer.post(at, {"words": "One.", "after": "0", "then": "send"})
    other = organizer.post(at, {"words": "Two.", "after": "nonsense", "then": "send"})
    assert other.status_code == 422
    assert "wrote to them just now" in other.text
    assert "Two." in other.text
    done = organizer.post(f"{BOARD}/somerville/nudge", {"words": "", "then": "send"})
    assert done.status_code == 422
    assert "Somerville has done its part" in done.text
    assert "Write to Somerville’s facilitator" not in organizer.get(BOARD).text


def test_others_do_not_see_who_was_nudged(organizer: Visitor, sample_visitor: VisitorOf) -> None:
    organizer.post(f"{BOARD}/oakland/nudge", {"words": "", "after": "0", "then": "send"})
    assert "nudged" in organizer.get(BOARD).text
    for kind in ("staff", "facilitator", "mayor"):
        board = sample_visitor(kind).get(BOARD).text
        assert "nudged" not in board
        assert sample_visitor(kind).get(f"{BOARD}/oakland/nudge").status_code == 403
