"""Rules 11 and 13: a person's sessions beside their hours, as far as who looks may know of them."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlmodel import Session, select

from app import clock
from app.agenda.releases import publish_release
from app.database import Database
from app.models import AgendaSession, Openness, Role, SessionFormat
from app.people.audiences import Rule, new_audience
from app.people.audit import verb
from app.people.viewer import Viewer
from app.registration.choices import choose_session
from app.registration.presence import Window
from app.registration.registrations import register
from app.registration.stays import stays_of
from tests.registration.stage import BY, Stage, convening, person, viewer

ZONE = "America/New_York"


@verb
def lay(
    db: Session,
    stage: Stage,
    title: str,
    hour: int,
    *,
    roles: tuple[str, ...] = (),
    kind: SessionFormat = SessionFormat.PLENARY,
    openness: Openness = Openness.COHORT,
    choice: str = "",
    by: Viewer,
) -> None:
    """An hour on the Tuesday, for everyone or for roles."""
    of = frozenset(one.key for one in db.exec(select(Role)) if one.slug in roles)
    start = clock.at(date(2017, 11, 14), time(hour), ZONE)
    db.add(
        AgendaSession(
            cohort_id=stage.cohort,
            convening_id=stage.convening,
            title=title,
            format=kind,
            openness=openness,
            audience_id=new_audience(db, Rule(role_ids=of) if roles else Rule(everyone=True)).key,
            starts_at=start,
            ends_at=start + timedelta(hours=1),
            zone=ZONE,
            choice_group=choice,
        )
    )


@pytest.fixture
def published(database: Database, stage: Stage) -> Stage:
    with database.write() as db:
        lay(db, stage, "Breakfast", 8, kind=SessionFormat.MEAL, by=BY)
        lay(db, stage, "Welcome", 9, by=BY)
        lay(db, stage, "Updates", 11, by=BY)
        lay(db, stage, "Mayors alone", 13, roles=("mayor",), openness=Openness.CLOSED, by=BY)
        lay(db, stage, "Data", 14, roles=("member",), by=BY)
        lay(db, stage, "Financing", 15, choice="Workshops", by=BY)
        db.flush()
        publish_release(db, convening(db, stage), by=BY)
    return stage


def utc(hour: int, minute: int = 0) -> datetime:
    return datetime(2017, 11, 14, hour, minute, tzinfo=UTC)


def seen(database: Database, stage: Stage, who: str, by: str | None, *windows: Window) -> list[tuple[str, str]]:
    """(title, how much of it) of somebody's sessions; `by` None is whoever holds the link."""
    with database.read() as db:
        looks = viewer(db, stage, by) if by else None
        stays = stays_of(db, convening(db, stage), stage.people[who], windows, seen_by=looks)
    return [(stay.session.title, stay.there.value) for _, day in stays.days for stay in day]


def test_each_session_is_in_out_or_in_part_by_the_windows(database: Database, published: Stage) -> None:
    windows = (Window(utc(14), utc(15)), Window(utc(16, 30), utc(20)))
    assert seen(database, published, "oakland mayor", "oakland mayor", *windows) == [
        ("Breakfast", "out"),
        ("Welcome", "in"),
        ("Updates", "part"),
        ("Mayors alone", "in"),
    ]


def test_to_miss_a_meal_is_not_worth_a_word_and_all_else_is(database: Database, published: Stage) -> None:
    with database.read() as db:
        here, who = convening(db, published), published.people["oakland mayor"]
        stays = stays_of(db, here, who, (Window(utc(17), utc(20)),), seen_by=viewer(db, published, "oakland mayor"))
        assert stays.missed == ("Welcome", "Updates")
        assert stays_of(db, here, who, (), seen_by=viewer(db, published, "oakland mayor")).missed == ()


@pytest.mark.parametrize("by", ["oakland facilitator", None])
def test_a_closed_session_is_told_neither_to_who_registers_the_mayor_nor_to_who_holds_the_link(
    database: Database, published: Stage, by: str | None
) -> None:
    """Rule 13."""
    assert [title for title, _ in seen(database, published, "oakland mayor", by)] == ["Breakfast", "Welcome", "Updates"]


def test_the_sessions_are_the_persons_and_not_those_of_who_looks(database: Database, published: Stage) -> None:
    by_member = [title for title, _ in seen(database, published, "oakland member 1", "oakland facilitator")]
    assert by_member == ["Breakfast", "Welcome", "Updates", "Data"]


def test_nothing_is_told_before_there_is_a_release(database: Database, stage: Stage) -> None:
    with database.write() as db:
        lay(db, stage, "Welcome", 9, by=BY)
    with database.read() as db:
        by = viewer(db, stage, "oakland mayor")
        stays = stays_of(db, convening(db, stage), stage.people["oakland mayor"], (), seen_by=by)
    assert (stays.days, stays.is_published) == ((), False)


@verb
def choose(db: Session, stage: Stage, who: str, title: str, *, by: Viewer) -> None:
    mine = register(db, convening(db, stage), person(db, stage, who), by=by)
    db.flush()
    session = db.exec(select(AgendaSession).where(AgendaSession.title == title)).one()
    choose_session(db, mine, "Workshops", session.key, by=by)


def test_of_parallel_sessions_the_chosen_one_stands_there_and_to_miss_it_is_said(
    database: Database, published: Stage
) -> None:
    mayor = "oakland mayor"
    assert "Financing" not in dict(seen(database, published, mayor, mayor))
    with database.write() as db:
        choose(db, published, mayor, "Financing", by=BY)
    assert seen(database, published, mayor, mayor)[-1] == ("Financing", "in")
    with database.read() as db:
        by = viewer(db, published, mayor)
        until_two = (Window(utc(13), utc(19)),)
        away = stays_of(db, convening(db, published), published.people[mayor], until_two, seen_by=by)
        there = stays_of(db, convening(db, published), published.people[mayor], (), seen_by=by)
    assert (away.missed, away.missed_choices) == (("Financing",), ("Financing",))
    assert there.missed_choices == ()
    assert "Financing" not in dict(seen(database, published, "salem mayor", "salem mayor"))
