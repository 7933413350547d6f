"""The learning page: asks, what was kept, and commitments narrowed by city, stage and state."""

import re

from tests.conftest import VisitorOf

LEARNING = "/by-all-means/learning"


def commitments_shown(page: str) -> int:
    return len(re.findall(r'<p class="answer-text"', page))


def test_the_cohort_sees_asks_and_commitments_of_released_updates(sample_visitor: VisitorOf) -> None:
    page = sample_visitor("mayor").get(LEARNING).text
    assert len(re.findall(r'class="prose ask"', page)) == 6
    assert commitments_shown(page) == len(re.findall(r"2017-spring/\w+\">\w+, Spring 2017</a>", page)) > 12
    assert "Offers" in page


def test_commitments_are_narrowed_by_what_is_chosen(sample_visitor: VisitorOf) -> None:
    organizer = sample_visitor("organizer")
    everything = commitments_shown(organizer.get(LEARNING).text)
    oakland = organizer.get(f"{LEARNING}?city=oakland").text
    assert 0 < commitments_shown(oakland) < everything
    assert '<option value="oakland" selected>Oakland</option>' in oakland
    assert "None of the kind" in organizer.get(f"{LEARNING}?city=oakland&state=dropped").text
    assert commitments_shown(organizer.get(f"{LEARNING}?state=open").text) == everything, "fall is not released"


def test_odd_questions_are_answered_plainly(sample_visitor: VisitorOf) -> None:
    staff = sample_visitor("staff")
    for query in ("city=%22%3E%3Cscript%3E", "state=%00", "stage=" + "x" * 120, "start=999999"):
        answer = staff.get(f"{LEARNING}?{query}")
        assert (query, answer.status_code, "<script>" in answer.text) == (query, 200, False)


def test_a_cohort_without_updates_says_what_will_be_here(sample_visitor: VisitorOf) -> None:
    anonymous = sample_visitor()
    assert anonymous.get(LEARNING).headers["location"].startswith("/sign-in")


def test_the_page_takes_a_fixed_number_of_queries(sample_visitor: VisitorOf, queries: list[str]) -> None:
    mayor = sample_visitor("mayor")
    queries.clear()
    mayor.get(LEARNING)
    assert len([one for one in queries if one.lstrip().startswith("SELECT")]) <= 11
