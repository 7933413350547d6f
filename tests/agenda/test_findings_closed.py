"""Who is together with whom, and what sentences may say of a session that excludes the lab (rule 13)."""

import pytest

from app.agenda.cures import Excuse, cures
from app.agenda.desk import desk_of
from app.agenda.draft import Body, Draft
from app.agenda.findings import Checked, Finding, Gravity, Kind, check
from app.agenda.wording import Knowing, known_to, said
from app.models import SessionFormat
from app.people.audiences import Rule
from app.people.viewer import Viewer
from tests.agenda.pieces import (
    CROWD,
    GCC,
    MAYORS,
    OAKLAND,
    PEOPLE,
    SMALL,
    SUPERINTENDENTS,
    draft,
    session,
    span,
)

ADA = Viewer(person_id=6, name="Ada Roth", actor_id=6)
IMANI = Viewer(person_id=1, name="Imani Okafor", actor_id=1)


def keys(plan: Draft) -> list[str]:
    return [one.key for one in check(plan)]


def sentences(plan: Draft, viewer: Viewer = ADA) -> list[str]:
    return [said(one, plan, known_to(plan, viewer)) for one in check(plan)]


# Rule 13: closed sessions with someone who must not be there


def test_rule_13_the_lab_in_a_session_that_excludes_it_must_be_put_right() -> None:
    plan = draft(session(1, "09:00–10:00", title="Peers", excludes_lab=True, rule=Rule(everyone=True)))
    (finding,) = check(plan)
    assert (finding.key, finding.gravity) == ("13:closed:1", Gravity.MUST_FIX)
    assert sentences(plan) == [
        "Ada Roth (Organizer) is in “Peers”, a closed session that is to be without them: Tue 14 Nov, 09:00–10:00."
    ]
    (cure,) = cures(finding, plan)
    assert isinstance(cure, Excuse)
    assert cure.fields == [("person", "6")]


def test_rule_13_the_lab_with_a_part_in_a_session_that_excludes_it_is_found_and_not_excused_by_a_button() -> None:
    plan = draft(session(1, "09:00–10:00", excludes_lab=True, rule=MAYORS, speakers=[6]))
    (finding,) = check(plan)
    assert (finding.key, cures(finding, plan)) == ("13:closed:1", [])


def test_rule_13_who_speaks_in_a_closed_session_without_being_of_its_audience_was_asked_in() -> None:
    assert keys(draft(session(1, "09:00–10:00", closed=True, rule=MAYORS, speakers=[6, 7]))) == []
    assert keys(draft(session(1, "09:00–10:00", excludes_lab=True, rule=MAYORS, speakers=[7]))) == []


def test_rule_13_who_speaks_in_a_closed_session_that_is_without_them_is_found() -> None:
    without = Rule(role_ids=MAYORS.role_ids, but_city_ids=frozenset({OAKLAND}))
    assert keys(draft(session(1, "09:00–10:00", closed=True, rule=without, speakers=[3]))) == ["13:closed:1"]
    assert keys(draft(session(1, "09:00–10:00", rule=without, speakers=[3]))) == []


# Members of one public body


def test_members_of_a_public_body_in_one_session_are_noted_from_the_number_on_that_the_law_names() -> None:
    board = Body(5, "the School Committee of Oakland", 2, CROWD.mask_of([1, 3, 5]))
    plan = draft(
        session(1, "09:00–10:00", title="Data", rule=Rule(person_ids=frozenset({1, 3})), rooms=[GCC]),
        session(2, "10:00–11:00", rule=MAYORS),
        bodies=[board],
    )
    (finding,) = check(plan)
    assert (finding.key, finding.gravity) == ("0:body:5:1", Gravity.NOTE)
    assert sentences(plan) == [
        "Imani Okafor (Mayor, Oakland) and Jo Park (Superintendent, Oakland) are together in “Data” (GCC), and sit on "
        "the School Committee of Oakland: Tue 14 Nov, 09:00–10:00."
    ]


def test_of_sessions_to_choose_from_only_those_with_a_part_are_sure_to_be_together() -> None:
    board = Body(5, "Board", 2, CROWD.mask_of([1, 3]))
    assert keys(draft(session(1, "09:00–10:00", choice="A"), bodies=[board])) == []
    assert keys(draft(session(1, "09:00–10:00", choice="A", speakers=[1, 3]), bodies=[board])) == ["0:body:5:1"]


# Rule 13: what is hidden stays hidden in every sentence


def hidden_draft() -> Draft:
    """Every kind of finding there can be about one session that excludes the lab and that Ada is not in."""
    secret = session(
        1,
        "09:00–10:00",
        title="The mayor’s divorce",
        cover="Closed session A",
        excludes_lab=True,
        rule=Rule(person_ids=frozenset({1, 2, 3, 4, 5})),
        speakers=[7],
        unconfirmed=[7],
        rooms=[SMALL],
        format=SessionFormat.MAYOR_UPDATE,
        cities=[(OAKLAND, 20)],
    )
    return draft(
        secret,
        session(2, "09:30–10:30", title="Photo", rule=MAYORS, rooms=[SMALL]),
        session(3, "09:30–10:30", title="Team time", rule=SUPERINTENDENTS, protected=True),
        session(4, "10:02–10:30", title="Keynote", rule=Rule(person_ids=frozenset({5})), rooms=[2]),
        there={
            1: (span("09:30–18:00"),),
            7: (span("12:00–18:00"),),
            2: (span("09:30–18:00"),),
            4: (span("09:45–18:00"),),
        },
        bodies=[Body(5, "the Council of Salem", 2, CROWD.mask_of([1, 2]))],
        walking=span("09:00–09:05")[1] - span("09:00–09:05")[0],
        active=[OAKLAND],
    )


def test_rule_13_no_sentence_names_a_hidden_title_or_anybody_who_is_in_it() -> None:
    plan = hidden_draft()
    about = [one for one in check(plan) if 1 in one.session_ids]
    assert {one.kind for one in about} >= {
        Kind.PEOPLE,
        Kind.PROTECTED,
        Kind.WALK,
        Kind.ROOM,
        Kind.CAPACITY,
        Kind.PART,
        Kind.UNCONFIRMED,
        Kind.BODY,
        Kind.UPDATE,
        Kind.ARRIVAL,
    }
    names = [part for one in PEOPLE for part in one.name.split()]
    for finding in about:
        sentence = said(finding, plan, known_to(plan, ADA))
        assert "divorce" not in sentence
        assert not [name for name in names if name in sentence], sentence
        assert "Council" not in sentence
        assert finding.kind is not Kind.ARRIVAL or "Closed session A" not in sentence


def test_rule_13_nothing_on_the_desk_tells_who_or_how_many_are_in_a_hidden_session() -> None:
    plan = hidden_draft()
    desk = desk_of(Checked.of(plan), ADA)
    hidden = plan.session(1)
    assert (desk.titles[1], desk.audiences[1], desk.fits(hidden)) == ("Closed session A", "", "")
    names = [one.name for one in PEOPLE]
    for shown in desk.shown:
        if 1 in shown.finding.session_ids:
            assert not [cure for _, cure in shown.cures if isinstance(cure, Excuse)]
            assert not [name for name in names for label, _ in shown.cures if name in label]


def test_rule_13_who_is_in_it_is_told_all() -> None:
    plan = hidden_draft()
    first = sentences(plan, IMANI)[0]
    assert "“The mayor’s divorce”" in " ".join(sentences(plan, IMANI))
    assert "Somebody" not in first


def test_rule_13_an_assistant_is_not_in_the_room() -> None:
    assistant = Viewer(person_id=1, name="Imani Okafor", actor_id=99)
    assert known_to(hidden_draft(), assistant).hidden == {1}


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.MINUTES])
def test_each_kind_is_said_in_one_sentence(kind: Kind) -> None:
    plan = draft(
        session(1, "09:00–10:00", title="One", rooms=[GCC]), session(2, "09:00–10:00", title="Two", protected=True)
    )
    finding = Finding(1, kind, Gravity.NOTE, "k", (1, 2), 3, GCC, span("09:00–10:00"), 3, 2, "", (OAKLAND,), 5)
    sentence = said(finding, plan, Knowing({1: "One", 2: "Two"}, frozenset()))
    assert sentence.endswith(".")
    assert "  " not in sentence
    assert sentence.count(". ") == 0
