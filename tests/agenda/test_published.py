"""Who sees what of a published agenda: closed means closed (rule 13); only what is public is public (rule 18)."""

from dataclasses import replace
from datetime import time

import pytest
from sqlmodel import Session

from app.agenda import lenses, published
from app.agenda.placements import Placement, RoomUse
from app.agenda.releases import changes_since
from app.agenda.sessions import change_session, create_session
from app.models import Openness, SessionFormat
from app.people.audiences import Rule
from app.people.viewer import Viewer
from tests.agenda.campus import TUESDAY, WEDNESDAY, Campus, five_minutes
from tests.people.rows import BY, found, seat

VIEWERS = (
    "anonymous",
    "other cohort",
    "expert",
    "superintendent",
    "mayor",
    "mayor's assistant",
    "staff",
    "organizer",
    "the program",
)

FULL, COVER, HIDDEN = "in full", "under cover", "not at all"
SECRET = "Adaptive leadership after a lost election"


def viewers(place: Campus) -> dict[str, Viewer]:
    other = found(place.db, slug="other-cohort", by=BY)
    stranger = seat(place.db, other, "Una Stranger", "Oakland", "mayor", by=BY)
    place.town.people["Una Stranger"] = stranger
    place.db.flush()
    people = ("Una Stranger", "Prof. Strand", "Jo Park", "Imani Okafor")
    seen = dict(zip(VIEWERS[1:5], (place.viewer(name) for name in people), strict=True))
    return {
        "anonymous": Viewer.anonymous(),
        **seen,
        "mayor's assistant": place.viewer("Kai Weber", acting_for="Imani Okafor"),
        "staff": place.viewer("Theo Lund"),
        "organizer": place.viewer("Ada Roth"),
        "the program": Viewer.system("print"),
    }


def how(place: Campus, viewer: Viewer) -> str:
    """How the only session of the only release is seen; what is not seen in full tells nothing of itself."""
    agenda = published.agenda(place.db, place.convening, viewer)
    assert agenda is not None
    if not agenda.sessions:
        return HIDDEN
    (session,) = agenda.sessions
    if not session.covered:
        assert (session.title, session.purpose) == (SECRET, "Who spoke, and of what")
        return FULL
    told = repr(session)
    assert not any(word in told for word in (SECRET, "Who spoke", "Strand", "Mayors", "leadership", "track-secret"))
    assert (session.presenters, session.audience, session.rule, session.join_url) == ((), "", None, "")
    return COVER


def expected(**said: str) -> dict[str, str]:
    return {viewer: said[viewer.replace(" ", "_").replace("'", "")] for viewer in VIEWERS}


@pytest.mark.parametrize(
    ("openness", "excludes_lab", "seen"),
    [
        (Openness.PUBLIC, False, dict.fromkeys(VIEWERS, FULL)),
        (Openness.PRESS, False, dict.fromkeys(VIEWERS, FULL)),
        (
            Openness.COHORT,
            False,
            {viewer: HIDDEN if viewer in VIEWERS[:3] else FULL for viewer in VIEWERS},
        ),
        (
            Openness.CLOSED,
            False,
            expected(
                anonymous=HIDDEN,
                other_cohort=HIDDEN,
                expert=HIDDEN,
                superintendent=COVER,
                mayor=FULL,
                mayors_assistant=COVER,
                staff=FULL,
                organizer=FULL,
                the_program=FULL,
            ),
        ),
        (
            Openness.CLOSED,
            True,
            expected(
                anonymous=HIDDEN,
                other_cohort=HIDDEN,
                expert=HIDDEN,
                superintendent=COVER,
                mayor=FULL,
                mayors_assistant=COVER,
                staff=COVER,
                organizer=COVER,
                the_program=COVER,
            ),
        ),
    ],
)
def test_rules_13_and_18_a_session_for_mayors_by_openness(
    place: Campus, openness: Openness, excludes_lab: bool, seen: dict[str, str]
) -> None:
    place.session(
        SECRET,
        rooms=["GCC"],
        rule=place.of_role("mayor"),
        purpose="Who spoke, and of what",
        openness=openness,
        excludes_lab=excludes_lab,
    )
    place.publish()
    assert {name: how(place, viewer) for name, viewer in viewers(place).items()} == seen


def test_rule_13_a_presenter_is_inside_whoever_they_are(place: Campus) -> None:
    place.session(
        SECRET,
        rule=place.of_role("mayor"),
        speakers=["Prof. Strand", "Theo Lund"],
        purpose="Who spoke, and of what",
        openness=Openness.CLOSED,
        excludes_lab=True,
    )
    place.publish()
    for name in ("Prof. Strand", "Theo Lund"):
        assert how(place, place.viewer(name)) == FULL
        assert place.seen(place.viewer(name))[SECRET].presenting
    assert place.seen(place.viewer("Ada Roth"))["Closed session"].covered


def test_rule_13_a_cover_tells_time_and_room_under_its_own_title(place: Campus) -> None:
    place.session(
        SECRET,
        "13:30–14:45",
        rooms=["GCC"],
        rule=place.of_role("mayor"),
        openness=Openness.CLOSED,
        cover_title="Peer session",
    )
    place.publish()
    session = place.seen(place.viewer("Jo Park"))["Peer session"]
    assert (session.minutes, [room.name for room in session.rooms], session.mine) == (75, ["GCC"], False)


def test_rule_13_who_is_in_a_closed_session_depends_on_its_day(place: Campus) -> None:
    seat(place.db, place.town, "Old Mayor", "Salem", "facilitator", ends_on=TUESDAY, by=BY)
    seat(place.db, place.town, "New Mayor", "Salem", "facilitator", starts_on=WEDNESDAY, by=BY)
    rule = place.of_role("facilitator")
    place.session("On Tuesday", rule=rule, openness=Openness.CLOSED)
    place.session("On Wednesday", day=WEDNESDAY, rule=rule, openness=Openness.CLOSED)
    place.publish()
    assert sorted(place.seen(place.viewer("Old Mayor"))) == ["Closed session", "On Tuesday"]


def test_rule_13_an_assistant_knows_that_their_principal_is_busy(place: Campus) -> None:
    place.session(SECRET, rule=place.of_role("mayor"), openness=Openness.CLOSED)
    place.publish()
    session = place.seen(place.viewer("Kai Weber", acting_for="Imani Okafor"))["Closed session"]
    assert (session.mine, session.covered) == (True, True)


def test_internal_sessions_are_seen_by_those_in_them_and_by_the_lab(place: Campus) -> None:
    rule = place.of_people("Imani Okafor")
    place.session("Mic check", rule=rule, format=SessionFormat.INTERNAL, openness=Openness.PUBLIC)
    place.publish()
    seen = {name for name, viewer in viewers(place).items() if place.seen(viewer)}
    assert seen == {"mayor", "mayor's assistant", "staff", "organizer", "the program"}


def test_rule_18_guests_see_no_audience_and_no_address_to_join(place: Campus) -> None:
    details = replace(
        place.details("Forum", rule=place.of_people("Jo Park"), openness=Openness.PUBLIC),
        join_url="https://meet.example.org/forum",
    )
    create_session(place.db, place.convening, details, to=place.placement("17:30–19:00"), by=BY)
    place.publish()
    told = {
        name: (place.seen(viewer)["Forum"].audience, place.seen(viewer)["Forum"].join_url != "")
        for name, viewer in viewers(place).items()
        if name in ("anonymous", "other cohort", "mayor", "superintendent", "organizer")
    }
    assert told == {
        "anonymous": ("", False),
        "other cohort": ("", False),
        "mayor": ("Jo Park", False),
        "superintendent": ("Jo Park", True),
        "organizer": ("Jo Park", True),
    }


def test_what_is_mine_is_marked_with_the_room_i_go_to(place: Campus) -> None:
    cities, rooms = place.town.cities, place.rooms
    uses = (
        RoomUse(rooms["GCC"].key, None, cities["Oakland"].key),
        RoomUse(rooms["Team Room 1"].key, None, cities["Salem"].key),
    )
    to = Placement(TUESDAY, time(15), 60, uses)
    details = place.details("Team time", format=SessionFormat.TEAM_TIME)
    create_session(place.db, place.convening, details, to=to, by=BY)
    place.publish()
    mine = {
        name: [room.name for room in place.seen(place.viewer(name))["Team time"].my_rooms]
        for name in ("Jo Park", "Ruth Adler", "Theo Lund")
    }
    assert mine == {"Jo Park": ["GCC"], "Ruth Adler": ["Team Room 1"], "Theo Lund": ["GCC", "Team Room 1"]}


def test_before_the_first_release_there_is_no_agenda(place: Campus) -> None:
    place.session(openness=Openness.PUBLIC)
    assert published.agenda(place.db, place.convening, Viewer.anonymous()) is None
    assert published.latest_number(place.db, place.convening) is None


def test_an_older_release_is_shown_as_it_was(place: Campus) -> None:
    place.session("First")
    place.publish()
    place.session("Second", "11:00–12:00")
    place.publish()
    viewer = place.viewer("Jo Park")
    assert list(place.seen(viewer)) == ["First", "Second"]
    assert list(place.seen(viewer, number=1)) == ["First"]
    assert published.agenda(place.db, place.convening, viewer, number=3) is None


def test_rule_13_what_is_closed_now_is_closed_in_older_releases_too(place: Campus) -> None:
    session = place.session(SECRET)
    place.publish()
    closed = place.details(SECRET, rule=place.of_role("mayor"), openness=Openness.CLOSED)
    change_session(place.db, session, closed, by=BY)
    place.publish()
    outsider = place.viewer("Jo Park")
    assert list(place.seen(outsider)) == list(place.seen(outsider, number=1)) == ["Closed session"]
    assert list(place.seen(place.viewer("Ruth Adler"), number=1)) == [SECRET]
    assert not any(SECRET in change.said for change in changes_since(place.db, place.convening, 1, outsider))


def test_what_begins_after_midnight_belongs_to_the_evening_before(place: Campus) -> None:
    place.session("Dinner", "19:15–21:00")
    place.session("Late talk", "00:30–01:30", WEDNESDAY)
    place.session("Breakfast", "07:30–08:30", WEDNESDAY)
    place.publish()
    agenda = published.agenda(place.db, place.convening, place.viewer("Jo Park"))
    assert agenda is not None
    assert [(day.date, [one.title for one in day.sessions]) for day in agenda.days] == [
        (TUESDAY, ["Dinner", "Late talk"]),
        (WEDNESDAY, ["Breakfast"]),
    ]


def test_who_comes_is_told_to_those_who_may_know_whom_it_is_for(place: Campus) -> None:
    place.session("Peers", rule=place.of_role("mayor"), openness=Openness.CLOSED)
    place.publish()

    def names(viewer: Viewer) -> list[str]:
        agenda = published.agenda(place.db, place.convening, viewer)
        assert agenda is not None
        return [one.name for one in published.who_comes(place.db, agenda, agenda.sessions[0])]

    assert names(place.viewer("Ruth Adler")) == ["Imani Okafor", "Ruth Adler"]
    assert names(place.viewer("Jo Park")) == []


def test_lenses_show_a_role_a_city_a_room(place: Campus) -> None:
    town = place.town
    oakland = Rule(city_ids=frozenset({town.cities["Oakland"].key}))
    without = Rule(everyone=True, but_role_ids=frozenset({town.roles["mayor"].key}))
    place.session("All", "09:00–10:00", rooms=["GCC"])
    place.session("Mayors", "10:00–11:00", rule=place.of_role("mayor"), openness=Openness.CLOSED)
    place.session("Oakland", "11:00–12:00", rule=oakland)
    place.session("No mayors", "12:00–13:00", rule=without)
    place.session("Jo", "13:00–14:00", rule=place.of_people("Jo Park"))
    place.publish()
    sessions = list(place.seen(place.viewer("Ada Roth")).values())

    def through(lens: lenses.Lens) -> list[str]:
        return [one.title for one in sessions if lens(one)]

    assert through(lenses.of_role(town.roles["mayor"].key)) == ["All", "Mayors", "Oakland"]
    assert through(lenses.of_city(town.cities["Salem"].key)) == ["All", "Mayors", "No mayors"]
    assert through(lenses.of_city(town.cities["Oakland"].key)) == ["All", "Mayors", "Oakland", "No mayors"]
    assert through(lenses.in_room(place.rooms["GCC"].key)) == ["All"]
    assert through(lenses.mine) == ["All", "No mayors"]
    covered = list(place.seen(place.viewer("Jo Park")).values())
    assert not any(one.covered and lenses.of_role(town.roles["mayor"].key)(one) for one in covered)


def test_the_number_of_queries_does_not_grow_with_the_sessions(db: Session, place: Campus, queries: list[str]) -> None:
    counts = []
    viewer = place.viewer("Jo Park")
    for number in (6, 60):
        for count in range(number):
            place.session(f"{number}-{count}", five_minutes(count))
        place.publish()
        db.expire_all()
        queries.clear()
        published.agenda(db, place.convening, viewer)
        counts.append(len(queries))
    assert counts[0] == counts[1]
