"""What publishing would set in motion, as an organizer looks it over."""

from dataclasses import replace

import pytest
from sqlmodel import Session

from app.agenda.impact import Calendars, Impact, impact_of
from app.agenda.loading import load_draft
from app.agenda.notices import Notices
from app.agenda.placements import move_session
from app.agenda.releases import preview
from app.agenda.sessions import cancel_session, change_session
from app.calendars.feeds import create_feed, feed_of, revoke_feed
from app.gatherings.details import details_of
from app.models import Openness, Person, SessionFormat
from app.people.audit import verb
from app.people.viewer import Viewer
from tests.agenda.campus import TUESDAY, WEDNESDAY, Campus
from tests.people.rows import BY


def impact(place: Campus, looker: str = "Ada Roth") -> Impact:
    viewer = place.viewer(looker)
    coming = preview(place.db, place.convening, load_draft(place.db, place.convening), viewer)
    notices = Notices(place.db, place.convening, coming.before, coming.after, looker=viewer)
    return impact_of(place.db, place.convening, notices, viewer)


def groups(found: Impact) -> list[tuple[set[str], list[str]]]:
    return [
        ({one.name for one in group.people}, [change.said for part in group.parts for change in part.changes])
        for group in found.groups
    ]


@verb
def without_address(db: Session, person: Person, *, by: Viewer) -> None:
    person.email = None


def test_people_who_are_told_the_same_stand_together_by_name_and_office(db: Session, place: Campus) -> None:
    both = place.session("Lunch", "12:00–13:00", rule=place.of_people("Jo Park", "Theo Lund", "Ruth Adler"))
    one = place.session("Walk", "13:00–14:00", rule=place.of_people("Ruth Adler"))
    place.publish()
    for session, walls in ((both, "12:30–13:00"), (one, "13:30–14:00")):
        move_session(db, session, to=place.placement(walls), by=BY)
    found = impact(place)
    lunch = "“Lunch” moves from Tue 14 Nov, 12:00–13:00 EST to Tue 14 Nov, 12:30–13:00 EST."
    walk = "“Walk” moves from Tue 14 Nov, 13:00–14:00 EST to Tue 14 Nov, 13:30–14:00 EST."
    assert groups(found) == [({"Jo Park", "Theo Lund"}, [lunch]), ({"Ruth Adler"}, [lunch, walk])]
    assert [one.office for one in found.groups[0].people] == ["Superintendent, Oakland", "Staff"]
    assert (found.letters, found.kept_back, found.untold) == (3, 0, ())


def test_times_stand_beside_those_of_whoever_looks_it_over(db: Session, place: Campus) -> None:
    """Rule 14. The letters themselves say each reader's own."""
    place.session("Lunch", rule=place.of_people("Ruth Adler"))
    (group,) = impact(place, "Imani Okafor").groups
    assert group.parts[0].changes[0].after == "Tue 14 Nov, 09:00–10:00 EST (06:00–07:00 in Oakland)"


def test_who_cannot_be_told_is_named_with_the_assistant_who_is(db: Session, place: Campus) -> None:
    for name in ("Imani Okafor", "Theo Lund"):
        without_address(db, place.person(name), by=BY)
    place.session("Lunch", rule=place.of_people("Imani Okafor", "Theo Lund"))
    found = impact(place)
    assert [(one.name, one.office, one.through) for one in found.untold] == [
        ("Imani Okafor", "Mayor, Oakland", ("Kai Weber",)),
        ("Theo Lund", "Staff", ()),
    ]
    assert found.letters == 1


def test_rule_13_people_of_sessions_that_exclude_the_lab_are_counted_and_not_named(place: Campus) -> None:
    place.session("Resignation", rule=place.of_role("mayor"), openness=Openness.CLOSED, excludes_lab=True)
    found = impact(place)
    assert (found.groups, found.letters, found.kept_back, found.untold) == ((), 3, 3, ())
    assert "Resignation" not in repr(found)


def test_calendars_count_events_and_the_people_who_have_them_and_their_feeds(db: Session, place: Campus) -> None:
    moved = place.session("Moved", rule=place.of_people("Ruth Adler", "Jo Park"))
    off = place.session("Off", "10:00–11:00", rule=place.of_people("Ruth Adler"))
    described = place.session("Described", "11:00–12:00", rule=place.of_people("Theo Lund"))
    place.session("Untouched", "12:00–13:00")
    place.publish()
    for name in ("Ruth Adler", "Jo Park", "Ada Roth"):
        create_feed(db, place.person(name), secret=b"s", by=place.viewer(name))
    feed = feed_of(db, place.person("Jo Park").key)
    assert feed is not None
    revoke_feed(db, feed, by=place.viewer("Jo Park"))
    move_session(db, moved, to=place.placement("09:30–10:00"), by=BY)
    cancel_session(db, off, reason="", by=BY)
    change_session(db, described, replace(details_of(described), purpose="More"), by=BY)
    place.session("New", "14:00–15:00", rule=place.of_people("Imani Okafor"))
    assert impact(place).calendars == Calendars(new=1, changed=2, cancelled=1, people=4, feeds=1)


def test_prints_that_go_stale_are_named_by_day_and_room(db: Session, place: Campus) -> None:
    moved = place.session("Moved", rooms=["GCC"])
    described = place.session("Described", "11:00–12:00", rooms=["Askwith Hall"])
    check = place.session("Mic check", "17:00–17:30", WEDNESDAY, ["Team Room 1"], format=SessionFormat.INTERNAL)
    assert impact(place).prints.door_signs == ()
    place.publish()
    move_session(db, moved, to=place.placement("09:00–10:00", WEDNESDAY, ["Askwith Hall"]), by=BY)
    move_session(db, check, to=place.placement("17:15–17:45", WEDNESDAY, ["Team Room 1"]), by=BY)
    change_session(db, described, replace(details_of(described), purpose="More"), by=BY)
    prints = impact(place).prints
    assert prints.door_signs == ((TUESDAY, ("GCC",)), (WEDNESDAY, ("Askwith Hall",)))
    assert prints.run_of_show == ((TUESDAY, ("GCC",)), (WEDNESDAY, ("Askwith Hall", "Team Room 1")))
    assert prints.personal == 6


@pytest.mark.parametrize("published", [False, True])
def test_an_empty_draft_and_one_without_news_set_nothing_in_motion(place: Campus, published: bool) -> None:
    if published:
        place.session()
        place.publish()
    found = impact(place)
    assert (found.groups, found.letters, found.calendars) == ((), 0, Calendars(0, 0, 0, 0, 0))
    assert found.someone() is None
