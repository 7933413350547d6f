"""Choosing between parallel sessions: what is published, for whom it is, and never one too many."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from sqlmodel import Session, col, func, select

from app.agenda.releases import publish_release
from app.agenda.sessions import cancel_session
from app.database import Database
from app.models import AgendaSession, ChoicePlaces, Delegation, Registration, SessionChoice
from app.people.audit import Refused
from app.registration.choices import choice_groups, choose_session, chosen_by, limit_choice, places_of
from app.registration.delegations import set_caps
from app.registration.registrations import cancel, register
from tests.registration.choices_stage import GROUP, lay_workshops, registration_of, workshops
from tests.registration.stage import BY, Stage, convening, more_members, person


@contextmanager
def registering(database: Database, stage: Stage, *who: str) -> Iterator[Session]:
    with database.write() as db:
        for one in who:
            register(db, convening(db, stage), person(db, stage, one), by=BY)
        yield db


def choose(db: Session, stage: Stage, who: str, session_id: int | None) -> None:
    choose_session(db, registration_of(db, stage.people[who]), GROUP, session_id, by=BY)


def offered(db: Session, stage: Stage, who: str) -> list[tuple[str, int, int | None, bool, bool]]:
    groups = choice_groups(db, registration_of(db, stage.people[who]))
    return [(one.session.title, one.taken, one.cap, one.full, one.chosen) for group in groups for one in group.offers]


def test_only_published_sessions_whose_audience_one_is_of_can_be_chosen(database: Database, stage: Stage) -> None:
    with registering(database, stage, "oakland mayor", "oakland member 1") as db:
        laid = lay_workshops(db, stage, by=BY)
        assert choice_groups(db, registration_of(db, stage.people["oakland mayor"])) == []
        with pytest.raises(Refused, match="not offered"):
            choose(db, stage, "oakland mayor", laid["Equity"])
        publish_release(db, convening(db, stage), by=BY)
        both = [("Financing", 0, None, False, False), ("Equity", 0, None, False, False)]
        assert offered(db, stage, "oakland member 1") == both
        assert offered(db, stage, "oakland mayor") == [*both, ("Mayors’ workshop", 0, None, False, False)]
        for title in ("Mayors’ workshop", "Welcome"):
            with pytest.raises(Refused, match="not offered"):
                choose(db, stage, "oakland member 1", laid[title])


def test_a_second_click_counts_once_and_another_choice_frees_the_first(database: Database, stage: Stage) -> None:
    with registering(database, stage, "oakland mayor") as db:
        laid = workshops(db, stage)
        for title in ("Equity", "Equity", "Financing"):
            choose(db, stage, "oakland mayor", laid[title])
        assert places_of(db, laid.values()) == {laid["Equity"]: (0, None), laid["Financing"]: (1, None)}
        assert chosen_by(db, convening(db, stage)) == {stage.people["oakland mayor"]: {laid["Financing"]}}
        choose(db, stage, "oakland mayor", None)
        assert places_of(db, laid.values()) == {laid["Equity"]: (0, None), laid["Financing"]: (0, None)}
        assert chosen_by(db, convening(db, stage)) == {}


def test_a_full_session_is_said_and_the_old_choice_kept(database: Database, stage: Stage) -> None:
    with registering(database, stage, "oakland mayor", "salem mayor") as db:
        laid = workshops(db, stage)
        limit_choice(db, db.get_one(AgendaSession, laid["Equity"]), cap=1, by=BY)
        choose(db, stage, "oakland mayor", laid["Equity"])
        choose(db, stage, "salem mayor", laid["Financing"])
        assert offered(db, stage, "salem mayor")[:2] == [
            ("Financing", 1, None, False, True),
            ("Equity", 1, 1, True, False),
        ]
        assert offered(db, stage, "oakland mayor")[1] == ("Equity", 1, 1, False, True)
        with pytest.raises(Refused, match="Equity is full"):
            choose(db, stage, "salem mayor", laid["Equity"])
        assert offered(db, stage, "salem mayor")[0] == ("Financing", 1, None, False, True)
        assert places_of(db, [laid["Financing"]]) == {laid["Financing"]: (1, None)}


def test_a_limit_below_what_is_taken_takes_nothing_away_and_lets_nobody_in(database: Database, stage: Stage) -> None:
    with registering(database, stage, "oakland mayor", "salem mayor") as db:
        laid = workshops(db, stage)
        choose(db, stage, "oakland mayor", laid["Equity"])
        limit_choice(db, db.get_one(AgendaSession, laid["Equity"]), cap=0, by=BY)
        choose(db, stage, "oakland mayor", laid["Equity"])
        with pytest.raises(Refused, match="is full"):
            choose(db, stage, "salem mayor", laid["Equity"])
        limit_choice(db, db.get_one(AgendaSession, laid["Equity"]), cap=None, by=BY)
        choose(db, stage, "salem mayor", laid["Equity"])
        assert places_of(db, [laid["Equity"]]) == {laid["Equity"]: (2, None)}
        with pytest.raises(Refused) as refused:
            limit_choice(db, db.get_one(AgendaSession, laid["Equity"]), cap=-1, by=BY)
        assert refused.value.field == f"cap-{laid['Equity']}"


def test_who_waits_for_a_place_at_the_convening_takes_none_in_a_session(database: Database, stage: Stage) -> None:
    """Rule 9."""
    with registering(database, stage) as db:
        laid = workshops(db, stage)
        for delegation in db.exec(select(Delegation)).all():
            set_caps(db, delegation, cap=0, sponsored_cap=0, by=BY)
        assert register(db, convening(db, stage), person(db, stage, "oakland mayor"), by=BY).waiting_number == 1
        with pytest.raises(Refused, match="once there is a place"):
            choose(db, stage, "oakland mayor", laid["Equity"])
        assert places_of(db, laid.values()) == {}


def test_who_does_not_come_frees_what_they_chose(database: Database, stage: Stage) -> None:
    with registering(database, stage, "oakland mayor") as db:
        laid = workshops(db, stage)
        choose(db, stage, "oakland mayor", laid["Equity"])
        for _ in range(2):
            cancel(db, registration_of(db, stage.people["oakland mayor"]), by=BY)
        assert places_of(db, [laid["Equity"]]) == {laid["Equity"]: (0, None)}


def test_a_session_called_off_frees_those_who_chose_it_and_says_so(database: Database, stage: Stage) -> None:
    with registering(database, stage, "oakland mayor") as db:
        laid = workshops(db, stage)
        choose(db, stage, "oakland mayor", laid["Equity"])
        cancel_session(db, db.get_one(AgendaSession, laid["Equity"]), reason="The speaker is ill", by=BY)
        assert [one.lost for one in choice_groups(db, registration_of(db, stage.people["oakland mayor"]))] == [""]
        publish_release(db, convening(db, stage), by=BY)
        [group] = choice_groups(db, registration_of(db, stage.people["oakland mayor"]))
        assert (group.lost, group.chosen) == ("Equity", None)
        assert [one.session.title for one in group.offers] == ["Financing", "Mayors’ workshop"]
        choose(db, stage, "oakland mayor", laid["Financing"])
        [group] = choice_groups(db, registration_of(db, stage.people["oakland mayor"]))
        assert (group.lost, group.chosen and group.chosen.session.title) == ("", "Financing")
        assert places_of(db, laid.values()) == {laid["Equity"]: (0, None), laid["Financing"]: (1, None)}


def test_what_can_be_chosen_is_read_in_the_same_queries_however_many_chose(
    database: Database, stage: Stage, queries: list[str]
) -> None:
    with registering(database, stage, "oakland mayor") as db:
        laid = workshops(db, stage)
    counted = []
    for more in (0, 5):
        with database.write() as db:
            for member in more_members(db, stage, "oakland", more, by=BY):
                made = register(db, convening(db, stage), member, by=BY)
                choose_session(db, made, GROUP, laid["Equity"], by=BY)
        with database.read() as db:
            registration = registration_of(db, stage.people["oakland mayor"])
            queries.clear()
            choice_groups(db, registration)
            counted.append(sum(one.startswith("SELECT") for one in queries))
    assert counted[0] == counted[1]


def test_of_many_at_once_none_gets_one_place_too_many_and_none_is_lost(database: Database, stage: Stage) -> None:
    """Eight places of two sessions, sixteen who choose at once, and change their minds: counts and choices agree."""
    with database.write() as db:
        laid = workshops(db, stage)
        for delegation in db.exec(select(Delegation)).all():
            set_caps(db, delegation, cap=30, sponsored_cap=0, by=BY)
        people = more_members(db, stage, "oakland", 8, by=BY) + more_members(db, stage, "salem", 8, by=BY)
        numbers = [register(db, convening(db, stage), one, by=BY).key for one in people]
        for title in ("Equity", "Financing"):
            limit_choice(db, db.get_one(AgendaSession, laid[title]), cap=4, by=BY)

    def one(number: int) -> list[bool]:
        got = []
        for title in ("Equity", "Financing", "Equity") if number % 2 else ("Financing", "Equity", "Financing"):
            try:
                with database.write() as db:
                    choose_session(db, db.get_one(Registration, number), GROUP, laid[title], by=BY)
                got.append(True)
            except Refused:
                got.append(False)
        return got

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(one, numbers))
    with database.read() as db:
        standing = select(SessionChoice.session_id, func.count()).where(col(SessionChoice.given_up_at).is_(None))
        counts = dict(db.exec(standing.group_by(col(SessionChoice.session_id))).all())
        places = dict(db.exec(select(ChoicePlaces.session_id, ChoicePlaces.taken)).all())
    assert {number: taken for number, taken in places.items() if taken} == counts
    assert max(counts.values()) <= 4
    assert sum(counts.values()) == sum(any(outcome) for outcome in outcomes) == 8


def test_the_last_place_goes_to_one_of_those_who_register_and_choose_in_one_act(
    database: Database, stage: Stage
) -> None:
    """As the form does: the log is held by the registering when the choosing begins, and nobody waits for ever."""
    with database.write() as db:
        laid = workshops(db, stage)
        limit_choice(db, db.get_one(AgendaSession, laid["Equity"]), cap=1, by=BY)

    def both(who: str) -> bool:
        try:
            with database.write() as db:
                made = register(db, convening(db, stage), person(db, stage, who), by=BY)
                choose_session(db, made, GROUP, laid["Equity"], by=BY)
        except Refused:
            return False
        return True

    team = [f"{city} {who}" for city in ("oakland", "salem") for who in ("mayor", "superintendent", "facilitator")]
    with ThreadPoolExecutor(6) as pool:
        outcomes = list(pool.map(both, team))
    assert sum(outcomes) == 1
    with database.read() as db:
        assert places_of(db, [laid["Equity"]]) == {laid["Equity"]: (1, 1)}
