"""Making a convening and changing it: days, zone, caps, minimums, stage."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlmodel import Session

from app.agenda.convenings import ConveningDetails, change_convening, create_convening, details_of
from app.models import ConveningStage
from app.people.audit import Refused
from tests.agenda.campus import TUESDAY, WEDNESDAY, ZONE, Campus
from tests.people.rows import BY

SPRING = ConveningDetails(
    title="Spring 2018 convening", starts_on=date(2018, 5, 15), ends_on=date(2018, 5, 15), zone=ZONE, team_minutes=150
)


def test_its_address_is_made_of_its_title_and_is_its_own(db: Session, place: Campus) -> None:
    first = create_convening(db, place.town.cohort, SPRING, by=BY)
    second = create_convening(db, place.town.cohort, SPRING, by=BY)
    new = create_convening(db, place.town.cohort, replace(SPRING, title="New"), by=BY)
    assert (first.slug, second.slug, new.slug) == ("spring-2018-convening", "spring-2018-convening-2", "new-2")


def test_an_address_that_was_asked_for_and_is_taken_is_refused(db: Session, place: Campus) -> None:
    with pytest.raises(Refused, match="“2017-fall” is taken") as refusal:
        create_convening(db, place.town.cohort, replace(SPRING, slug="2017 Fall"), by=BY)
    assert refusal.value.field == "slug"


def test_all_that_was_said_is_kept(db: Session, place: Campus) -> None:
    said = replace(
        SPRING, slug="2018-spring", theme="  From promise\nto practice ", stage=ConveningStage.LIVE, delegation_cap=8
    )
    convening = create_convening(db, place.town.cohort, said, by=BY)
    assert details_of(convening) == replace(said, theme="From promise to practice")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": " "}, "title"),
        ({"ends_on": date(2018, 5, 14)}, "ends_on"),
        ({"ends_on": date(2081, 5, 15)}, "ends_on"),
        ({"zone": "Mars/Olympus"}, "zone"),
        ({"theme": "x" * 501}, "theme"),
        ({"team_minutes": -1}, "team_minutes"),
        ({"sponsored_cap": 11}, "sponsored_cap"),
        ({"venue_id": 999_999}, "venue_id"),
    ],
)
def test_what_cannot_stand_is_refused_at_its_field(
    db: Session, place: Campus, change: dict[str, object], field: str
) -> None:
    with pytest.raises(Refused) as refusal:
        create_convening(db, place.town.cohort, replace(SPRING, **change), by=BY)  # type: ignore[arg-type]  # as said
    assert refusal.value.field == field


def test_rule_14_in_another_zone_sessions_keep_their_wall_times(db: Session, place: Campus) -> None:
    session = place.session("Welcome", "09:00–10:00")
    to = replace(details_of(place.convening), zone="America/Los_Angeles")
    change_convening(db, place.convening, to, by=BY)
    assert (session.starts_at, session.ends_at) == (
        datetime(2017, 11, 14, 17, tzinfo=UTC),
        datetime(2017, 11, 14, 18, tzinfo=UTC),
    )
    assert (session.zone, session.sequence) == ("America/Los_Angeles", 1)


def test_days_may_not_leave_placed_sessions_behind(db: Session, place: Campus) -> None:
    place.session("Close", day=WEDNESDAY)
    shorter = replace(details_of(place.convening), starts_on=date(2017, 11, 12), ends_on=date(2017, 11, 13))
    with pytest.raises(Refused, match="“Close” is on Wed 15 Nov"):
        change_convening(db, place.convening, shorter, by=BY)
    change_convening(db, place.convening, replace(shorter, ends_on=TUESDAY), by=BY)
    assert place.convening.ends_on == TUESDAY


def test_rule_21_what_did_not_change_leaves_no_record(db: Session, place: Campus) -> None:
    change_convening(db, place.convening, details_of(place.convening), by=BY)
    assert not db.is_modified(place.convening)
