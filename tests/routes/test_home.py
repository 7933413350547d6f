"""The front page and everybody's home: next, due, changed, the cycle; a cohort's home and the search."""

import re
from datetime import UTC, datetime

import pytest
import time_machine
from fastapi import FastAPI
from sqlmodel import Session, col, select

from app.learning.rhythm import StepState, convening_in_view, rhythm_of
from app.models import AgendaSession, Cohort, Convening, ConveningStage, Person
from app.people.audit import verb
from app.people.viewer import Viewer, viewer_of
from app.routes import at_home
from tests.conftest import VisitorOf
from tests.routes.test_people_pages import texts

BY = Viewer.system("tests")
UPDATES = "/by-all-means/updates/2017-fall"


def part(html: str, id_: str) -> str:
    """The section of a page that a heading's id names."""
    found = re.search(rf'<section[^>]*aria-labelledby="{id_}">.*?</section>', html, re.DOTALL)
    return found.group() if found else ""


def test_strangers_see_public_sessions_and_nothing_else_of_the_agenda(
    sample_visitor: VisitorOf, sample_app: FastAPI
) -> None:
    page = sample_visitor().get("/").text
    titles = texts(page, r'<h3 dir="auto">(.*?)</h3>')
    assert titles[:2] == [
        "Keynote: what cities have owed their children",
        "Askwith Forum: four mayors on what a city can promise a child",
    ]
    with sample_app.state.database.read() as db:
        closed = db.exec(select(AgendaSession.title).where(AgendaSession.openness == "closed")).all()
        people = db.exec(select(Person.name)).all()
    assert len(closed) > 2
    assert [title for title in closed if title in page] == []
    assert [name for name in people if name in page] == []


def test_without_anything_the_front_page_says_what_will_be_there(visitor: VisitorOf) -> None:
    page = visitor().get("/").text
    assert "Nothing public is planned" in page
    assert 'href="/sign-in"' in page


def test_a_mayor_sees_the_next_session_with_room_and_both_clocks(sample_visitor: VisitorOf) -> None:
    section = part(sample_visitor("mayor").get("/").text, "next")
    assert texts(section, r'<h3 class="next-title"[^>]*>(.*?)</h3>') == ["Check-in and breakfast"]
    assert "Tue 14 Nov, 07:45–08:30 EST (04:45–05:30 in Oakland)" in section
    assert "In 3 weeks" in section
    assert "GCC" in section


def test_a_call_about_to_begin_has_a_button_to_join_it(sample_visitor: VisitorOf) -> None:
    with time_machine.travel(datetime(2017, 11, 9, 16, 35, tzinfo=UTC), tick=False):
        section = part(sample_visitor("facilitator").get("/").text, "next")
    assert "In 25 min" in section
    assert "Thu 9 Nov, 12:00–13:00 EST (09:00–10:00 in Oakland)" in section
    assert "Join the call" in section


def test_a_session_under_way_is_still_next_and_one_that_is_over_is_not(sample_visitor: VisitorOf) -> None:
    with time_machine.travel(datetime(2017, 11, 14, 13, 0, tzinfo=UTC), tick=False):
        mayor = sample_visitor("mayor")
        assert "Under way" in part(mayor.get("/").text, "next")
    with time_machine.travel(datetime(2017, 11, 14, 13, 31, tzinfo=UTC), tick=False):
        section = part(mayor.get("/").text, "next")
    assert texts(section, r'<h3 class="next-title"[^>]*>(.*?)</h3>') == ["Welcome and goals"]


def test_due_is_what_each_owes_with_one_click_to_it(sample_visitor: VisitorOf) -> None:
    def due(kind: str) -> list[str]:
        section = part(sample_visitor(kind).get("/").text, "due")
        return re.findall(r'<a class="due-link" href="([^"]+)"', section)

    registration = "/by-all-means/convenings/2017-fall/registration"
    assert due("organizer") == [UPDATES, f"{registration}/form"]
    promised = [one for one in due("facilitator") if re.fullmatch(r"/by-all-means/gatherings/\d+#action-\d+", one)]
    assert len(promised) == 1, "what was promised on the last call"
    assert [one for one in due("facilitator") if one not in promised] == [
        f"{UPDATES}/oakland/edit",
        f"{registration}/team/oakland",
    ]
    assert due("member") == [registration]
    assert due("mayor")[-1] == f"{registration}/form"
    assert due("superintendent") == []


def test_what_changed_is_news_until_it_was_seen(sample_visitor: VisitorOf) -> None:
    member = sample_visitor("member")
    section = part(member.get("/").text, "changed")
    assert "The agenda of Fall 2017 convening is out: release 2" in section
    page = member.follow("/me/looks")
    assert "is out: release" not in part(page.text, "changed")
    assert "Nothing since Tue 24 Oct" in page.text
    assert "is out: release 2" in part(sample_visitor("mayor").get("/").text, "changed")


def test_rule_13_the_changes_on_a_home_are_those_that_its_viewer_may_see(sample_app: FastAPI) -> None:
    """A mayors' closed session is renamed and published: mayors read its name, superintendents do not."""

    @verb
    def rename(db: Session, *, by: Viewer) -> None:
        titled = col(AgendaSession.title).like("Mayors’ peer session%")
        fall = select(AgendaSession).join(Convening).where(Convening.slug == "2017-fall", titled)
        session = db.exec(fall).one()
        session.title = "MARKER-1742"
        session.sequence += 1
        session.changed_at = datetime(2017, 10, 25, tzinfo=UTC)

    from app.agenda.releases import publish_release
    from app.people import sign_in

    with time_machine.travel(datetime(2017, 10, 25, 12, tzinfo=UTC)), sample_app.state.database.write() as db:
        rename(db, by=BY)
        publish_release(db, db.exec(select(Convening).where(Convening.slug == "2017-fall")).one(), by=BY)
    with time_machine.travel(datetime(2017, 10, 25, 13, tzinfo=UTC)), sample_app.state.database.read() as db:
        told = {}
        for kind in ("mayor", "superintendent"):
            person = sign_in.sample_person(db, kind)
            assert person is not None
            news = at_home.changed(db, viewer_of(db, person.key), datetime(2017, 10, 24, tzinfo=UTC))
            told[kind] = "MARKER-1742" in " ".join(change.said for one in news for change in one.changes)
    assert told == {"mayor": True, "superintendent": False}


def test_an_organizers_home_has_the_cycle_with_what_is_late(sample_visitor: VisitorOf) -> None:
    page = sample_visitor("organizer").get("/").text
    section = part(page, "cycle-1")
    assert "1 late" in section
    assert f'<a href="{UPDATES}">Updates begun</a> (5 of 6)' in section
    assert section.count('aria-current="step"') == 1
    assert part(sample_visitor("mayor").get("/").text, "cycle-1") == ""


def steps(db: Session) -> dict[str, StepState]:
    cohort = db.exec(select(Cohort)).one()
    convening = convening_in_view(db, cohort.key)
    assert convening is not None
    return {step.what: step.state for step in rhythm_of(db, convening, cohort.slug).steps}


def test_the_cycle_says_of_each_step_whether_it_is_done_late_now_or_ahead(sample_app: FastAPI) -> None:
    with sample_app.state.database.read() as db:
        assert steps(db) == {
            "Goals set": StepState.DONE,
            "Dates and rooms held": StepState.DONE,
            "First draft agenda": StepState.DONE,
            "Registration opens": StepState.DONE,
            "Updates begun": StepState.LATE,
            "Teams registered": StepState.DONE,
            "Updates approved": StepState.NOW,
            "Updates released": StepState.AHEAD,
            "Agenda published": StepState.DONE,
            "The convening": StepState.AHEAD,
            "Reported": StepState.AHEAD,
        }


@pytest.mark.parametrize(
    ("day", "state"), [(27, StepState.NOW), (28, StepState.LATE)], ids=["on the due date", "the day after"]
)
def test_a_step_is_late_from_the_day_after_it_was_due(sample_app: FastAPI, day: int, state: StepState) -> None:
    with time_machine.travel(datetime(2017, 10, day, 16, tzinfo=UTC)), sample_app.state.database.read() as db:
        assert steps(db)["Updates approved"] is state


def test_the_cycle_in_view_stays_until_it_is_reported_and_then_is_the_next(sample_app: FastAPI) -> None:
    @verb
    def report(db: Session, *, by: Viewer) -> None:
        db.exec(select(Convening).where(Convening.slug == "2017-fall")).one().stage = ConveningStage.REPORTED

    def in_view(db: Session) -> str:
        convening = convening_in_view(db, db.exec(select(Cohort.id)).one() or 0)
        return convening.slug if convening else ""

    with time_machine.travel(datetime(2017, 11, 30, tzinfo=UTC)), sample_app.state.database.write() as db:
        assert in_view(db) == "2017-fall"
        report(db, by=BY)
        assert in_view(db) == "2018-spring"


def test_a_cohorts_home_shows_the_state_of_each_update_and_no_word_of_it(sample_visitor: VisitorOf) -> None:
    page = sample_visitor("mayor").get("/by-all-means").text
    assert texts(part(page, "cities"), r'<th scope="row">(.*?)</th>') == [
        "Louisville",
        "Newton",
        "Oakland",
        "Providence",
        "Salem",
        "Somerville",
    ]
    assert "With the mayor" in page


def test_the_convenings_stand_in_two_lists_and_lead_to_their_pages(sample_visitor: VisitorOf) -> None:
    member = sample_visitor("member")
    page = member.get("/by-all-means/convenings").text
    assert texts(part(page, "coming"), r'<h3 dir="auto">(.*?)</h3>') == ["Fall 2017 convening", "Spring 2018 convening"]
    assert texts(part(page, "held"), r'<h3 dir="auto">(.*?)</h3>')[0] == "Spring 2017 convening"
    one = member.get("/by-all-means/convenings/2017-fall").text
    assert "Tue 14 – Wed 15 Nov 2017" in one
    assert 'href="/by-all-means/convenings/2017-fall/registration">Register</a>' in one
    assert "/agenda/draft" not in one


def test_the_phones_agenda_leads_to_the_published_one(sample_visitor: VisitorOf) -> None:
    answer = sample_visitor("mayor").get("/by-all-means/agenda")
    assert (answer.status_code, answer.headers["location"]) == (303, "/by-all-means/convenings/2017-fall/agenda")


def kinds_found(html: str) -> list[str]:
    return texts(html, r'<h2 id="kind-\d">(.*?)<span')


def test_the_search_finds_people_cities_and_sessions_whatever_the_accents(sample_visitor: VisitorOf) -> None:
    mayor = sample_visitor("mayor")
    assert kinds_found(mayor.get("/search?q=villasenor").text)[0] == "People"
    assert "Cities" in kinds_found(mayor.get("/search?q=oakland").text)
    assert "Sessions" in kinds_found(mayor.get("/search?q=keynote").text)
    nothing = mayor.get("/search?q=%3Cscript%3Ealert(1)").text
    assert "Nothing found for “&lt;script&gt;alert(1)”" in nothing


def test_rule_13_the_search_finds_a_closed_session_only_for_those_in_it(sample_visitor: VisitorOf) -> None:
    title = "Mayors’ peer session"
    assert title in sample_visitor("mayor").get("/search?q=peer+adaptive").text
    assert title not in sample_visitor("superintendent").get("/search?q=peer+adaptive").text


def test_rule_5_the_search_finds_released_updates_and_never_a_draft(
    sample_visitor: VisitorOf, sample_app: FastAPI
) -> None:
    from app.models import UpdateText

    with sample_app.state.database.read() as db:
        drafts = [text.body for text in db.exec(select(UpdateText).where(UpdateText.body != ""))]
    words = [" ".join(re.findall(r"\w+", body)[:6]) for body in drafts if len(body) > 60]
    assert len(words) > 3
    mayor = sample_visitor("superintendent")
    for sought in words[:4]:
        page = mayor.get("/search", params={"q": sought}).text
        assert [link for link in re.findall(r'href="(/by-all-means/updates/[^"]+)"', page) if "2017-fall" in link] == []


@pytest.mark.parametrize("path", ["/nowhere", "/by-all-means/convenings/1999-fall", "/by-all-means/people/999999"])
def test_what_is_not_there_answers_404_with_a_way_on(sample_visitor: VisitorOf, path: str) -> None:
    answer = sample_visitor("organizer").get(path)
    assert answer.status_code == 404
    assert 'href="/"' in answer.text


def test_the_page_of_pieces_is_the_organizers(sample_visitor: VisitorOf) -> None:
    assert sample_visitor("organizer").get("/style").status_code == 200
    assert sample_visitor("member").get("/style").status_code == 403


def test_who_acts_for_another_sees_for_whom_on_every_page(sample_visitor: VisitorOf) -> None:
    assistant = sample_visitor("assistant")
    page = assistant.get("/").text
    if "You act for" not in page:
        principal = re.findall(r'name="principal" value="(\d+)"', assistant.get("/me").text)[0]
        page = assistant.follow("/me/acting", {"principal": principal}).text
    for path in ("/", "/by-all-means", "/by-all-means/people", "/me", "/nowhere"):
        assert "You act for" in assistant.get(path).text


def test_a_homes_queries_do_not_grow_with_the_convenings_that_were(
    sample_visitor: VisitorOf, sample_app: FastAPI, queries: list[str]
) -> None:
    @verb
    def more(db: Session, count: int, *, by: Viewer) -> None:
        old = db.exec(select(Convening).where(Convening.slug == "2016-spring")).one()
        for number in range(count):
            db.add(
                Convening(
                    cohort_id=old.cohort_id,
                    slug=f"old-{number}",
                    title="x" * 300,
                    starts_on=old.starts_on,
                    ends_on=old.ends_on,
                )
            )

    organizer = sample_visitor("organizer")

    def count(path: str) -> int:
        queries.clear()
        assert organizer.get(path).status_code == 200
        return len(queries)

    count("/")
    paths = ("/", "/by-all-means", "/by-all-means/convenings")
    few = [count(path) for path in paths]
    with sample_app.state.database.write() as db:
        more(db, 600, by=BY)
    assert [count(path) for path in paths] == few
