"""Finding a time in a browser: an organizer's desk, answering by a link and signed in, and what nobody else reads."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
import time_machine
from sqlmodel import Session, select

from app.database import Database
from app.gatherings.polls import person_asked, poll_of, slots_of, token_of
from app.models import (
    AgendaSession,
    AuditEntry,
    Person,
    PollAnswer,
    PollPerson,
    TimePoll,
    WorkingGroup,
    WorkingGroupMember,
)
from app.people.audiences import Rule, rule_of
from app.people.audit import verb
from app.people.founding import found_cohort
from app.people.viewer import Viewer
from app.routes.shield import without_secret
from app.settings import Settings
from tests.conftest import Visitor, VisitorOf
from tests.gatherings.meeting import utc
from tests.gatherings.polling import EARLY, LATE, NOON, TITLE, Polling, letters, polling
from tests.registration.stage import BY, more_members

HOME = "/by-all-means/gatherings/times"
PURPOSE = "What we do not say aloud"
NOTE = "Council meets at nine"


@pytest.fixture(autouse=True)
def in_october() -> Iterator[None]:
    with time_machine.travel(utc(2017, 10, 24, 14), tick=True):
        yield


@pytest.fixture
def stage(database: Database, in_october: None) -> Polling:
    return polling(database)


@pytest.fixture
def enter(stage: Polling, visitor: VisitorOf) -> VisitorOf:
    def of(who: str | None = None) -> Visitor:
        return visitor(stage.people[who]) if who else visitor()

    return of


def form(**said: Any) -> dict[str, Any]:
    blank = {
        "title": TITLE,
        "purpose": PURPOSE,
        "format": "role-alike",
        "openness": "closed",
        "minutes": "60",
        "zone": "America/New_York",
        "answer_by": "2017-10-31",
        "join_url": "https://meet.example.org/mayors",
    }
    return {**blank, **said}


def begun(stage: Polling, enter: VisitorOf, *starts: Any) -> str:
    """A poll for the mayors, its letters gone as an organizer sends them; the address of its page."""
    with stage.database.read() as db:
        (role,) = stage.meeting.of_role(db, "mayor").role_ids
    organizer = enter("organizer")
    place = organizer.post(HOME, form(roles=str(role))).headers["location"]
    if starts:
        answer = organizer.post(f"{place}/slots", {"starts": [one.isoformat() for one in starts]})
        assert answer.status_code == 303, answer.text
    return str(place)


def link(stage: Polling, settings: Settings, who: str) -> str:
    with stage.database.read() as db:
        asked = db.exec(select(PollPerson).where(PollPerson.person_id == stage.people[who])).one()
        return f"/times/{token_of(asked, settings.secret)}"


def answers(stage: Polling, *said: str, **more: str) -> dict[str, str]:
    """What a browser posts for the times in order."""
    with stage.database.read() as db:
        poll = db.exec(select(TimePoll)).one()
        return {f"slot-{slot.key}": word for slot, word in zip(slots_of(poll), said, strict=False)} | more


def kept(stage: Polling) -> list[str]:
    with stage.database.read() as db:
        return [str(one.answer) for one in db.exec(select(PollAnswer).order_by(PollAnswer.id))]  # type: ignore[arg-type]


def test_an_organizer_says_what_it_is_sees_which_times_suit_and_asks_with_one_press(
    stage: Polling, enter: VisitorOf
) -> None:
    place = begun(stage, enter)
    organizer = enter("organizer")
    page = organizer.get(f"{place}?first=2017-11-06&last=2017-11-07&earliest=08:00&latest=19:00").text
    starts = re.findall(r'name="starts" value="([^"]+)"', page)
    assert "Mon 6 Nov, 12:00–13:00 EST" in page
    assert re.search(r"<strong class=\"figures\">09:00</strong> <span dir=\"auto\">in Oakland</span>", page)
    assert page.count('<table class="strip">') == 2
    organizer.follow(f"{place}/slots", {"starts": starts[:2], "day": "2017-11-08", "start": "16:30"})
    with stage.database.read() as db:
        assert {one.recipient.partition(" <")[0] for one in letters(db)} == {"Oakland Mayor", "Salem Mayor", "Theo Kim"}
        assert len(slots_of(db.exec(select(TimePoll)).one())) == 3


def test_a_second_press_asks_nobody_again(stage: Polling, enter: VisitorOf) -> None:
    place = begun(stage, enter, NOON)
    with stage.database.read() as db:
        before = len(letters(db))
    assert "Nobody is written to." in enter("organizer").follow(f"{place}/slots", {"starts": NOON.isoformat()}).text
    with stage.database.read() as db:
        assert len(letters(db)) == before


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"title": ""}, "Say what it is"),
        ({"minutes": "an hour"}, "Say how many minutes"),
        ({"zone": "Mars"}, "is not the name of a time zone"),
        ({"answer_by": "2017-10-01"}, "That day is over"),
        ({"roles": []}, "Say whom it is for"),
    ],
)
def test_what_cannot_stand_is_said_at_its_field_and_nothing_typed_is_lost(
    stage: Polling, enter: VisitorOf, said: dict[str, Any], words: str
) -> None:
    with stage.database.read() as db:
        (role,) = stage.meeting.of_role(db, "mayor").role_ids
    answer = enter("organizer").post(HOME, form(roles=str(role)) | said)
    assert answer.status_code == 422
    assert words in answer.text
    assert PURPOSE in answer.text


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("first=2017-11-06&last=2017-11-01", "The last day comes before the first."),
        ("first=2017-11-06&last=2018-11-01", "31 days at most"),
        ("first=soon", "A day looks like"),
        ("earliest=12:00&latest=12:30", "60 minutes have to fit"),
    ],
)
def test_days_and_hours_that_cannot_be_are_said(stage: Polling, enter: VisitorOf, query: str, words: str) -> None:
    answer = enter("organizer").get(f"{begun(stage, enter)}?{query}")
    assert answer.status_code == 422
    assert words in answer.text


def test_a_time_that_is_over_or_no_time_is_refused_and_what_was_typed_stands(stage: Polling, enter: VisitorOf) -> None:
    place = begun(stage, enter)
    organizer = enter("organizer")
    answer = organizer.post(f"{place}/slots", {"day": "2017-10-01", "start": "12:00"})
    assert (answer.status_code, "That time is over" in answer.text) == (422, True)
    assert 'value="2017-10-01"' in answer.text
    assert organizer.post(f"{place}/slots", {}).status_code == 422
    assert organizer.post(f"{place}/slots", {"starts": "yesterday"}).status_code == 422


def test_opening_a_link_changes_nothing_and_answering_by_it_needs_no_account(
    stage: Polling, enter: VisitorOf, settings: Settings
) -> None:
    begun(stage, enter, NOON, LATE)
    address, stranger = link(stage, settings, "salem mayor"), enter()
    with stage.database.read() as db:
        before = len(db.exec(select(AuditEntry.id)).all())
    page = stranger.get(address)
    stranger.send("HEAD", address)
    assert page.status_code == 200
    assert page.headers["cache-control"] == "private, no-store"
    assert page.headers["x-robots-tag"] == "noindex, nofollow, noarchive"
    with stage.database.read() as db:
        assert len(db.exec(select(AuditEntry.id)).all()) == before
    done = stranger.follow(address, answers(stage, "yes", "if need be", note=NOTE))
    assert "Thank you." in done.text
    assert NOTE in done.text
    assert kept(stage) == ["yes", "if need be"]
    board = enter("organizer").get(f"{HOME}/1").text
    assert NOTE in board
    assert "1 if need be" in board


def test_a_mayor_and_the_assistant_have_one_link_and_say_who_answers(
    stage: Polling, enter: VisitorOf, settings: Settings
) -> None:
    begun(stage, enter, NOON)
    address, phone = link(stage, settings, "oakland mayor"), enter()
    refused = phone.post(address, answers(stage, "yes", note=NOTE))
    assert (refused.status_code, "Say who answers." in refused.text, NOTE in refused.text) == (422, True, True)
    assert kept(stage) == []
    other = phone.post(address, answers(stage, "yes", who=str(stage.people["salem mayor"])))
    assert other.status_code == 422
    done = phone.follow(address, answers(stage, "yes", who=str(stage.people["assistant"])))
    assert 'Answered by <span dir="auto">Theo Kim</span>' in done.text
    assert 'answered by <span dir="auto">Theo Kim</span>' in enter("organizer").get(f"{HOME}/1").text
    with stage.database.read() as db:
        entry = db.exec(select(AuditEntry).where(AuditEntry.subject == "poll_answer")).one()
        assert (entry.by, entry.for_id) == ("Theo Kim, by a letter’s link", stage.people["oakland mayor"])


def test_signed_in_an_assistant_answers_in_their_principals_place(stage: Polling, enter: VisitorOf) -> None:
    place = begun(stage, enter, NOON)
    assistant = enter("assistant")
    assert assistant.get(place).headers["location"] == f"{place}/answer"
    assistant.follow(f"{place}/answer", answers(stage, "no"))
    with stage.database.read() as db:
        asked = db.exec(select(PollPerson).where(PollPerson.person_id == stage.people["oakland mayor"])).one()
        assert asked.answered_by_id == stage.people["assistant"]


def test_an_answer_that_is_none_and_one_after_closing_are_said(
    stage: Polling, enter: VisitorOf, settings: Settings
) -> None:
    place = begun(stage, enter, NOON)
    address, phone = link(stage, settings, "salem mayor"), enter()
    assert phone.post(address, answers(stage, "perhaps")).status_code == 422
    assert phone.post(address, {}).status_code == 422
    enter("organizer").follow(f"{place}/closing")
    assert "This is closed" in phone.get(address).text
    late = phone.post(address, answers(stage, "yes"))
    assert (late.status_code, kept(stage)) == (422, [])


def test_links_that_were_given_to_nobody_or_to_who_is_left_out_open_nothing(
    stage: Polling, enter: VisitorOf, settings: Settings
) -> None:
    place = begun(stage, enter, NOON)
    address = link(stage, settings, "salem mayor")
    assert enter().get("/times/" + "x" * 43).status_code == 404
    enter("organizer").follow(
        f"{place}/people", {"needed": str(stage.people["oakland mayor"]), "without": str(stage.people["salem mayor"])}
    )
    assert enter().get(address).status_code == 410
    assert enter().post(address, answers(stage, "yes")).status_code == 410
    assert without_secret(address) == "/times/…"


def test_those_asked_see_how_many_can_and_never_who_and_who_answers_by_a_link_sees_no_count(
    stage: Polling, enter: VisitorOf, settings: Settings
) -> None:
    place = begun(stage, enter, NOON)
    enter().follow(link(stage, settings, "salem mayor"), answers(stage, "no", note=NOTE))
    oakland = enter("oakland mayor").get(f"{place}/answer").text
    assert "0 of 1 who answered can." in oakland
    by_link = enter().get(link(stage, settings, "oakland mayor")).text
    assert "who answered can" not in by_link
    for page in (oakland, by_link):
        assert NOTE not in page
        assert "Salem" not in page


PAGES = (
    "/",
    "/search?q=line",
    "/by-all-means",
    "/by-all-means/gatherings",
    f"{HOME}/1",
    f"{HOME}/1/answer",
    "/me/calendar",
)


@pytest.mark.parametrize(
    ("who", "reads"),
    [
        ("organizer", {"title", "purpose", "note"}),
        ("oakland mayor", {"title", "purpose"}),
        ("assistant", set()),
        ("staff", set()),
        ("oakland facilitator", set()),
        ("oakland superintendent", set()),
        ("expert", set()),
        (None, set()),
    ],
)
def test_rule_13_a_closed_polls_title_and_answers_are_for_those_asked_and_organizers(
    stage: Polling, enter: VisitorOf, settings: Settings, who: str | None, reads: set[str]
) -> None:
    """Every page on which it might stand; what may be seen has to be, so that an empty page does not pass."""
    begun(stage, enter, NOON)
    enter().follow(link(stage, settings, "salem mayor"), answers(stage, "no", note=NOTE))
    text = "".join(enter(who).get(page).text for page in PAGES)
    if who in (None, "assistant"):
        text += enter().get(link(stage, settings, "oakland mayor")).text
    marks = {"title": TITLE, "purpose": PURPOSE, "note": NOTE}
    assert {name for name, words in marks.items() if words in text} == reads


def test_booked_with_one_press_everybody_has_it_and_a_second_press_changes_nothing(
    stage: Polling, enter: VisitorOf, settings: Settings
) -> None:
    place = begun(stage, enter, NOON, EARLY)
    with stage.database.read() as db:
        poll = poll_of(db, stage.cohort(db), 1)
        assert poll is not None
        noon, early = (str(stage.slot(poll, one).key) for one in (NOON, EARLY))
    organizer = enter("organizer")
    page = organizer.follow(f"{place}/booking", {"slot": noon}).text
    assert "Booked. Everybody who was asked has a letter." in page
    with stage.database.read() as db:
        before = len(letters(db))
        made = db.exec(select(AgendaSession)).one().key
    assert organizer.post(f"{place}/booking", {"slot": noon}).headers["location"].endswith(f"/gatherings/{made}")
    other = organizer.post(f"{place}/booking", {"slot": early})
    assert (other.status_code, "is booked already" in other.text) == (422, True)
    assert organizer.post(f"{place}/booking", {"slot": "999"}).status_code == 404
    with stage.database.read() as db:
        assert len(letters(db)) == before
        assert len(db.exec(select(AgendaSession)).all()) == 1
    assert "Booked:" in enter().get(link(stage, settings, "salem mayor")).text
    assert TITLE in enter("salem mayor").get("/by-all-means/gatherings").text
    assert TITLE not in enter("oakland facilitator").get("/by-all-means/gatherings").text


def test_unbooked_by_calling_off_it_can_be_looked_for_again(stage: Polling, enter: VisitorOf) -> None:
    place = begun(stage, enter, NOON)
    organizer = enter("organizer")
    organizer.follow(f"{place}/booking", {"slot": "1"})
    refused = organizer.post(f"{place}/reopening")
    assert (refused.status_code, "Call that off first" in refused.text) == (422, True)
    with stage.database.read() as db:
        made = db.exec(select(AgendaSession)).one().key
    organizer.follow(f"/by-all-means/gatherings/{made}/cancellation", {"reason": "Snow"})
    assert "What was booked is called off." in organizer.get(place).text
    organizer.follow(f"{place}/reopening")
    assert "Ask about these times" in organizer.get(place).text


def test_it_is_due_until_it_is_answered(stage: Polling, enter: VisitorOf) -> None:
    place = begun(stage, enter, NOON)
    mayor, assistant = enter("oakland mayor"), enter("assistant")
    assert f'href="{place}/answer">Say when you can meet</a>' in mayor.get("/").text
    assert "Say when you can meet" in assistant.get("/").text
    assert "Say when you can meet" not in enter("oakland facilitator").get("/").text
    mayor.follow(f"{place}/answer", answers(stage, "yes"))
    assert "Say when you can meet" not in mayor.get("/").text
    assert "Answered; it can be changed" in mayor.get("/by-all-means/gatherings").text


def test_people_are_added_by_name_and_a_name_nobody_has_is_said(stage: Polling, enter: VisitorOf) -> None:
    place = begun(stage, enter, NOON)
    organizer = enter("organizer")
    wrong = organizer.post(f"{place}/people", {"more": "Nobody At All"})
    assert (wrong.status_code, "Nobody At All" in wrong.text) == (422, True)
    organizer.follow(f"{place}/people", {"needed": str(stage.people["oakland mayor"]), "more": "Expert"})
    with stage.database.read() as db:
        poll = poll_of(db, stage.cohort(db), 1)
        assert poll is not None
        needed = {who: person_asked(poll, stage.people[who]) for who in ("oakland mayor", "salem mayor", "expert")}
        assert {who: one.needed for who, one in needed.items() if one} == {
            "oakland mayor": True,
            "salem mayor": False,
            "expert": True,
        }
    page = organizer.follow(f"{place}/slots", {}).text
    assert "1 asked" in page


def test_an_empty_list_offers_the_first_step_and_a_full_one_says_how_far_each_is(
    stage: Polling, enter: VisitorOf
) -> None:
    organizer = enter("organizer")
    assert "No time is looked for" in organizer.get(HOME).text
    begun(stage, enter)
    assert "Nobody asked yet" in organizer.get(HOME).text
    begun(stage, enter, NOON)
    assert "0 of 2 answered" in organizer.get(HOME).text


def test_another_cohorts_organizer_finds_nothing(stage: Polling, enter: VisitorOf, visitor: VisitorOf) -> None:
    place = begun(stage, enter, NOON)
    with stage.database.write() as db:
        _, stranger = found_cohort(
            db, name="Another", zone="Europe/Paris", organizer="Élise", email="e@example.org", by=BY
        )
        number = stranger.key
    other = visitor(number)
    assert other.get(place).status_code == 403
    assert other.get(place.replace("by-all-means", "another")).status_code == 404
    assert other.post(f"{place.replace('by-all-means', 'another')}/booking", {"slot": "1"}).status_code == 404


def test_as_many_queries_for_many_people_as_for_few(stage: Polling, enter: VisitorOf, queries: list[str]) -> None:
    with stage.database.write() as db:
        few = stage.poll(db, NOON, EARLY).key
        more_members(db, stage.meeting.stage, "salem", 40, by=BY)
        many = stage.poll(db, NOON, EARLY, LATE, whom=Rule(everyone=True)).key
    organizer, mayor = enter("organizer"), enter("oakland mayor")
    counts = []
    for number in (few, many):
        for visitor, page in ((organizer, f"{HOME}/{number}"), (mayor, f"{HOME}/{number}/answer")):
            visitor.get(page)
            queries.clear()
            assert visitor.get(page).status_code == 200
            counts.append(len(queries))
    assert counts[:2] == counts[2:]
    queries.clear()
    organizer.get(HOME)
    one = len(queries)
    with stage.database.write() as db:
        for _ in range(10):
            stage.poll(db, NOON)
    queries.clear()
    organizer.get(HOME)
    assert len(queries) == one


def test_an_organizer_takes_down_what_was_said_by_telephone_and_that_is_said(stage: Polling, enter: VisitorOf) -> None:
    place = begun(stage, enter, NOON)
    salem = stage.people["salem mayor"]
    organizer = enter("organizer")
    page = organizer.follow(f"{place}/people/{salem}/answer", answers(stage, "if need be")).text
    assert "Salem Mayor has answered." in page
    assert 'answered by <span dir="auto">Organizer</span>' in page
    assert organizer.post(f"{place}/people/{salem}/answer", {"note": "x" * 501}).status_code == 422
    assert organizer.get(f"{place}/people/{stage.people['expert']}/answer").status_code == 404
    assert enter("oakland mayor").get(f"{place}/people/{salem}/answer").status_code == 403
    assert enter("oakland mayor").post(f"{place}/people/{salem}/answer", answers(stage, "no")).status_code == 403
    assert kept(stage) == ["if need be"]


def test_who_has_no_address_is_pointed_out_and_who_has_an_assistant_is_not(stage: Polling, enter: VisitorOf) -> None:
    with stage.database.write() as db:
        for who in ("salem mayor", "oakland mayor"):
            forget_address(db, stage.person(db, who), by=BY)
    page = enter("organizer").get(begun(stage, enter, NOON)).text
    assert page.count("no address on record, so no letter") == 1
    with stage.database.read() as db:
        assert [one.recipient.partition(" <")[0] for one in letters(db)] == ["Theo Kim"]


@verb
def forget_address(db: Session, person: Person, *, by: Viewer) -> None:
    person.email = None


def test_an_organizer_owes_a_booking_once_all_have_answered_or_the_day_is_over(
    stage: Polling, enter: VisitorOf, settings: Settings
) -> None:
    place = begun(stage, enter, NOON)
    organizer = enter("organizer")
    assert "Book a time" not in organizer.get("/").text
    for who, by in (("salem mayor", {}), ("oakland mayor", {"who": str(stage.people["oakland mayor"])})):
        assert "Book a time" not in organizer.get("/").text
        enter().follow(link(stage, settings, who), answers(stage, "yes", **by))
    assert f'href="{place}">Book a time</a>' in organizer.get("/").text
    assert "Book a time" not in enter("staff").get("/").text
    organizer.follow(f"{place}/booking", {"slot": "1"})
    assert "Book a time" not in organizer.get("/").text


def test_a_day_that_is_over_makes_the_booking_due(stage: Polling, enter: VisitorOf) -> None:
    begun(stage, enter, NOON)
    with time_machine.travel(utc(2017, 11, 1, 14)):
        assert "0 of 2 answered" in enter("organizer").get("/").text


def test_a_working_groups_members_are_asked_and_the_meeting_is_the_groups(stage: Polling, enter: VisitorOf) -> None:
    with stage.database.write() as db:
        group = found_group(db, stage, ("oakland mayor", "salem facilitator"), by=BY)
    organizer = enter("organizer")
    assert "For a working group" in organizer.get(f"{HOME}/new").text
    wrong = organizer.post(HOME, form(format="working group", group="99"))
    assert (wrong.status_code, "Choose one of the working groups." in wrong.text) == (422, True)
    said = form(format="working group", openness="cohort", group=str(group))
    place = organizer.post(HOME, said).headers["location"]
    organizer.follow(f"{place}/slots", {"starts": NOON.isoformat()})
    organizer.follow(f"{place}/booking", {"slot": "1"})
    with stage.database.read() as db:
        made = db.exec(select(AgendaSession)).one()
        assert made.group_id == group
        members = {stage.people["oakland mayor"], stage.people["salem facilitator"]}
        assert rule_of(made.audience) == Rule(person_ids=frozenset(members))


@verb
def found_group(db: Session, stage: Polling, members: tuple[str, ...], *, by: Viewer) -> int:
    """A working group of these people, and of one who has left it."""
    group = WorkingGroup(cohort_id=stage.meeting.stage.cohort, slug="data", name="Data")
    db.add(group)
    db.flush()
    for who in members:
        db.add(WorkingGroupMember(group_id=group.key, person_id=stage.people[who], starts_on=date(2017, 1, 1)))
    gone = stage.people["expert"]
    db.add(WorkingGroupMember(group_id=group.key, person_id=gone, starts_on=date(2017, 1, 1), ends_on=date(2017, 9, 1)))
    return group.key
