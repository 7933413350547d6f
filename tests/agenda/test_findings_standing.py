"""What somebody lets stand holds for what was found then, and asks again when more is found (rule 3)."""

import pytest
from sqlmodel import Session

from app.agenda.desk import desk_of
from app.agenda.draft import Draft, DraftSession, LetStand
from app.agenda.findings import Checked, check, covers_of, standing, standing_in_the_way
from app.agenda.memory import recall
from app.agenda.placements import move_session
from app.agenda.releases import override_finding, publish_release
from app.people.audiences import Rule
from app.people.audit import Refused
from app.people.viewer import Viewer
from tests.agenda.campus import Campus
from tests.agenda.pieces import GCC, SMALL, draft, session

IMANI = Rule(person_ids=frozenset({1}))
BOTH = Rule(person_ids=frozenset({1, 2}))


def let_stand(*sessions: DraftSession) -> Draft:
    """A draft whose only finding Ada lets stand as it is."""
    plan = draft(*sessions)
    (finding,) = check(plan)
    return draft(*sessions, overrides={finding.key: LetStand("Ada Roth", "They know", covers_of(finding, plan))})


def still(plan: Draft, *sessions: DraftSession) -> bool:
    """Whether what was let stand holds for other versions of the sessions."""
    now = draft(*sessions, overrides=dict(plan.overrides))
    (finding,) = check(now)
    assert (standing(finding, now) is None) is bool(standing_in_the_way(now, [finding]))
    return standing(finding, now) is not None


FIRST, SECOND = session(1, "09:00–10:00", rule=BOTH), session(2, "09:30–10:30", rule=BOTH)


def test_rule_3_it_holds_for_what_was_found() -> None:
    assert still(let_stand(FIRST, SECOND), FIRST, SECOND)


@pytest.mark.parametrize(
    ("other", "holds"),
    [
        (session(2, "09:30–10:30", rule=IMANI), True),
        (session(2, "09:45–10:30", rule=BOTH), True),
        (session(2, "09:30–10:30", rule=Rule(everyone=True)), True),
        (session(2, "09:20–10:30", rule=BOTH), False),
        (session(2, "08:30–09:15", rule=BOTH), False),
    ],
    ids=["fewer people", "a shorter time", "others who are not in both", "a longer time", "another time"],
)
def test_rule_3_it_holds_for_less_and_asks_again_for_more_or_another_time(other: DraftSession, holds: bool) -> None:
    assert still(let_stand(FIRST, SECOND), FIRST, other) is holds


def test_rule_3_it_asks_again_when_somebody_else_is_double_booked() -> None:
    plan = let_stand(session(1, "09:00–10:00", rule=IMANI), SECOND)
    assert not still(plan, FIRST, SECOND)


def test_rule_2_a_room_that_is_still_too_small_holds_and_a_smaller_one_asks_again() -> None:
    plan = let_stand(session(1, "09:00–10:00", rooms=[GCC], speakers=[7]))
    assert still(plan, session(1, "09:00–10:00", rooms=[GCC], speakers=[7]))
    assert not still(plan, session(1, "09:00–10:00", rooms=[SMALL], speakers=[7]))


def test_rule_3_what_was_let_stand_before_the_program_kept_for_what_holds_for_all() -> None:
    plan = draft(FIRST, SECOND, overrides={"1:people:1+2": LetStand("Ada Roth", "They know")})
    assert standing_in_the_way(plan, check(plan)) == []


def test_rule_3_who_let_the_earlier_one_stand_is_said_beside_what_asks_again() -> None:
    plan = let_stand(session(1, "09:00–10:00", rule=IMANI), SECOND)
    now = draft(FIRST, SECOND, overrides=dict(plan.overrides))
    (shown,) = desk_of(Checked.of(now), Viewer.anonymous()).shown
    assert shown.override is None
    assert shown.earlier is not None
    assert (shown.earlier.name, shown.earlier.reason) == ("Ada Roth", "They know")


def test_rule_3_a_conflict_that_grew_stands_in_the_way_of_publishing_again(db: Session, place: Campus) -> None:
    ada = place.viewer("Ada Roth")
    first = place.session("Welcome", "09:00–10:00")
    place.session("Photo", "09:50–10:30", rule=place.of_role("mayor"))
    publish_release(db, place.convening, reason="Ten minutes are fine", by=ada)
    move_session(db, first, to=place.placement("09:10–10:05"), by=ada)
    with pytest.raises(Refused, match="One finding must be fixed first"):
        publish_release(db, place.convening, by=ada)
    checked = recall(db, place.convening)
    (finding,) = standing_in_the_way(checked.draft, checked.found)
    override_finding(
        db, place.convening, finding, covers=covers_of(finding, checked.draft), reason="Fifteen, too", by=ada
    )
    assert publish_release(db, place.convening, by=ada).number == 2
