"""Whom a release concerns and what each is told (rules 13 and 14): their own sessions, as they may know them."""

from dataclasses import replace
from datetime import date

import pytest
from sqlmodel import Session, select

from app.agenda import published
from app.agenda.loading import load_draft
from app.agenda.notices import Notice, Notices
from app.agenda.placements import move_session
from app.agenda.releases import preview
from app.agenda.sessions import cancel_session, change_session
from app.database import Database
from app.gatherings.details import Item, details_of
from app.models import Convening, Openness, Person, SessionFormat
from app.people.audiences import roll
from app.people.audit import verb
from app.people.viewer import Viewer, viewer_of
from app.registration.registrations import decline
from tests.agenda.campus import WEDNESDAY, Campus
from tests.people.rows import BY

COHORT = {"Imani Okafor", "Ruth Adler", "Jo Park", "Leïla Haddad", "Ada Roth", "Theo Lund"}
"""Everyone with a seat whom `everyone` takes in; experts are guests, and Kai Weber assists Imani Okafor."""


def notices(place: Campus, *, looker: Viewer | None = None) -> Notices:
    """Whom publishing the draft now would concern."""
    coming = preview(place.db, place.convening, load_draft(place.db, place.convening), BY)
    return Notices(place.db, place.convening, coming.before, coming.after, looker=looker)


def told(place: Campus, *, looker: Viewer | None = None) -> dict[str, list[str]]:
    """What each is told, in sentences; for a principal with "for …: " before it."""
    return {one.name: sentences(one) for one in notices(place, looker=looker).all()}


def sentences(notice: Notice) -> list[str]:
    return [
        f"for {part.whose}: {change.said}" if part.whose else change.said
        for part in notice.parts
        for change in part.changes
    ]


@verb
def without_address(db: Session, person: Person, *, by: Viewer) -> None:
    person.email = None


@verb
def living_in(db: Session, person: Person, zone: str, *, by: Viewer) -> None:
    person.zone = zone


@verb
def lasting(db: Session, convening: Convening, starts_on: date, ends_on: date, *, by: Viewer) -> None:
    convening.starts_on, convening.ends_on = starts_on, ends_on


def test_the_first_release_tells_everyone_invited_of_their_own_sessions(place: Campus) -> None:
    place.session("Welcome")
    place.session("Mayors", "10:00–11:00", rule=place.of_role("mayor"))
    found = told(place)
    assert set(found) == COHORT | {"Kai Weber"}
    assert found["Ruth Adler"] == [
        "“Welcome” is new: Tue 14 Nov, 09:00–10:00 EST.",
        "“Mayors” is new: Tue 14 Nov, 10:00–11:00 EST.",
    ]
    assert found["Ada Roth"] == ["“Welcome” is new: Tue 14 Nov, 09:00–10:00 EST."]


def test_a_move_is_told_to_those_in_the_session_and_to_nobody_of_another_role_or_city(
    db: Session, place: Campus
) -> None:
    """Rule 14: in the event's time, and theirs beside it."""
    mayors = place.session("Mayors", rule=place.of_role("mayor"))
    place.session("Superintendents", rule=place.of_role("superintendent"))
    place.publish()
    move_session(db, mayors, to=place.placement("11:00–12:00"), by=BY)
    moves = "“Mayors” moves from Tue 14 Nov, 09:00–10:00 EST{} to Tue 14 Nov, 11:00–12:00 EST{}."
    in_oakland = moves.format(" (06:00–07:00 in Oakland)", " (08:00–09:00 in Oakland)")
    assert told(place) == {
        "Imani Okafor": [in_oakland],
        "Ruth Adler": [moves.format("", "")],
        "Kai Weber": [f"for Imani Okafor, Mayor, Oakland: {in_oakland}"],
    }


def test_rule_14_in_the_weeks_when_clocks_change_apart_each_time_has_its_own_distance(
    db: Session, place: Campus
) -> None:
    """New York changes its clocks on 5 November 2017, Berlin had done so a week before."""
    living_in(db, place.person("Ruth Adler"), "Europe/Berlin", by=BY)
    lasting(db, place.convening, date(2017, 11, 1), date(2017, 11, 8), by=BY)
    session = place.session("Call", day=date(2017, 11, 1), rule=place.of_people("Ruth Adler"))
    place.publish()
    move_session(db, session, to=place.placement("09:00–10:00", date(2017, 11, 8)), by=BY)
    assert told(place)["Ruth Adler"] == [
        "“Call” moves from Wed 1 Nov, 09:00–10:00 EDT (14:00–15:00 in Salem) "
        "to Wed 8 Nov, 09:00–10:00 EST (15:00–16:00 in Salem)."
    ]


def test_who_comes_into_a_session_and_who_leaves_it_are_told_and_who_stays_is_not(db: Session, place: Campus) -> None:
    session = place.session("Peers", rule=place.of_people("Ruth Adler", "Theo Lund"))
    place.publish()
    change_session(db, session, replace(details_of(session), audience=place.of_people("Ruth Adler", "Ada Roth")), by=BY)
    assert told(place) == {
        "Ada Roth": ["“Peers” is new: Tue 14 Nov, 09:00–10:00 EST."],
        "Theo Lund": ["“Peers”, Tue 14 Nov, 09:00–10:00 EST, is no longer on this agenda."],
    }


def test_a_new_description_is_no_news_and_stands_in_calendars_all_the_same(db: Session, place: Campus) -> None:
    session = place.session("Peers", rule=place.of_people("Ruth Adler"))
    place.publish()
    change_session(db, session, replace(details_of(session), purpose="Bring a figure."), by=BY)
    found = notices(place)
    assert found.all() == []
    assert found.in_calendars == [place.person("Ruth Adler").key]


def test_a_cancellation_is_told_with_its_reason(db: Session, place: Campus) -> None:
    session = place.session("Peers", rule=place.of_people("Ruth Adler"))
    place.publish()
    cancel_session(db, session, reason="Snow.", by=BY)
    assert told(place) == {"Ruth Adler": ["“Peers”, Tue 14 Nov, 09:00–10:00 EST, is cancelled: Snow."]}


def closed(place: Campus, title: str = "On my resignation") -> dict[str, object]:
    return {"title": title, "rule": place.of_role("mayor"), "openness": Openness.CLOSED, "cover_title": "Peer session"}


def test_rule_13_of_a_closed_session_only_those_in_it_hear_and_an_assistant_under_its_cover(
    db: Session, place: Campus
) -> None:
    session = place.session(**closed(place))  # type: ignore[arg-type]  # as a test says it
    place.publish()
    change_session(db, session, replace(details_of(session), title="On my succession"), by=BY)
    retitled = "“On my resignation” is now called “On my succession”."
    assert told(place) == {"Imani Okafor": [retitled], "Ruth Adler": [retitled]}
    place.publish()
    move_session(db, session, to=place.placement("11:00–12:00"), by=BY)
    found = told(place)
    assert set(found) == {"Imani Okafor", "Ruth Adler", "Kai Weber"}
    assert found["Kai Weber"] == [
        "for Imani Okafor, Mayor, Oakland: “Peer session” moves from Tue 14 Nov, 09:00–10:00 EST "
        "(06:00–07:00 in Oakland) to Tue 14 Nov, 11:00–12:00 EST (08:00–09:00 in Oakland)."
    ]


def test_rule_13_who_is_no_longer_in_a_closed_session_is_told_so_under_its_cover(db: Session, place: Campus) -> None:
    session = place.session(**closed(place))  # type: ignore[arg-type]  # as a test says it
    place.publish()
    now = replace(details_of(session), title="On his resignation", audience=place.of_people("Imani Okafor"))
    change_session(db, session, now, by=BY)
    assert told(place)["Ruth Adler"] == ["“Peer session”, Tue 14 Nov, 09:00–10:00 EST, is no longer on this agenda."]


def test_rule_13_a_session_that_becomes_closed_tells_those_left_outside_nothing_of_what_it_is_now(
    db: Session, place: Campus
) -> None:
    session = place.session("Budget talk", speakers=["Prof. Strand"])
    place.publish()
    now = replace(
        details_of(session),
        title="Which schools to close",
        openness=Openness.CLOSED,
        cover_title="Working session",
        presenters=(),
        audience=place.of_role("mayor"),
    )
    change_session(db, session, now, by=BY)
    found = told(place)
    as_it_was = "“Budget talk”, Tue 14 Nov, 09:00–10:00 EST, is no longer on this agenda."
    assert (found["Ada Roth"], found["Prof. Strand"]) == ([as_it_was], [as_it_was])
    assert found["Jo Park"] == [
        "“Working session”, Tue 14 Nov, 09:00–10:00 EST (06:00–07:00 in Oakland), is no longer on this agenda."
    ]


def test_who_stays_away_is_told_only_of_what_they_have_a_part_in(db: Session, place: Campus) -> None:
    """Rule 11: whoever declined is not missed where they were merely invited."""
    invited = place.session("Lunch", rule=place.of_people("Ruth Adler", "Theo Lund"))
    presenting = place.session("Panel", "12:00–13:00", rule=place.of_people("Ruth Adler"), speakers=["Theo Lund"])
    place.publish()
    for name in ("Ruth Adler", "Theo Lund"):
        decline(db, place.convening, place.person(name), by=BY)
    for session, walls in ((invited, "14:00–15:00"), (presenting, "15:00–16:00")):
        move_session(db, session, to=place.placement(walls), by=BY)
    assert told(place) == {
        "Theo Lund": ["“Panel” moves from Tue 14 Nov, 12:00–13:00 EST to Tue 14 Nov, 15:00–16:00 EST."]
    }


def test_of_rooms_kept_for_cities_each_hears_of_its_own(db: Session, place: Campus) -> None:
    session = place.session("Team time", format=SessionFormat.TEAM_TIME)
    rooms = place.use("GCC", city="Oakland") + place.use("Team Room 1", city="Salem")
    move_session(db, session, to=replace(place.placement("09:00–10:00"), rooms=rooms), by=BY)
    place.publish()
    rooms = place.use("GCC", city="Oakland") + place.use("Askwith Hall", city="Salem")
    move_session(db, session, to=replace(place.placement("09:00–10:00"), rooms=rooms), by=BY)
    found = told(place)
    assert set(found) == {"Ruth Adler", "Ada Roth", "Theo Lund"}
    assert found["Ruth Adler"] == ["“Team time” changes its room from Team Room 1 (Salem) to Askwith Hall (Salem)."]


def test_of_turns_in_a_session_each_city_hears_of_its_own(db: Session, place: Campus) -> None:
    oakland, salem = (place.town.cities[name].key for name in ("Oakland", "Salem"))
    session = place.session(
        "Updates", items=(Item(25, city_id=salem), Item(25, city_id=oakland), Item(10, "Questions"))
    )
    place.publish()
    items = (Item(25, city_id=oakland), Item(25, city_id=salem), Item(10, "Questions"))
    change_session(db, session, replace(details_of(session), items=items), by=BY)
    found = told(place)
    assert found["Imani Okafor"] == [
        "In “Updates”, Oakland’s turn is now 09:00–09:25 EST (06:00–06:25 in Oakland); "
        "it was 09:25–09:50 EST (06:25–06:50 in Oakland)."
    ]
    assert found["Ruth Adler"] == ["In “Updates”, Salem’s turn is now 09:25–09:50 EST; it was 09:00–09:25 EST."]
    assert len(found["Ada Roth"]) == 2


def test_an_assistant_who_comes_too_has_one_letter_with_both(db: Session, place: Campus) -> None:
    place.session("Lunch", rule=place.of_people("Imani Okafor", "Kai Weber"))
    (assistant,) = [one for one in notices(place).all() if one.name == "Kai Weber"]
    assert [part.whose for part in assistant.parts] == ["", "Imani Okafor, Mayor, Oakland"]


def test_an_assistant_is_told_though_the_principal_has_no_address(db: Session, place: Campus) -> None:
    without_address(db, place.person("Imani Okafor"), by=BY)
    place.session("Lunch", rule=place.of_people("Imani Okafor"))
    assert {one.name: one.email for one in notices(place).all()} == {
        "Imani Okafor": None,
        "Kai Weber": "kai@example.org",
    }


@pytest.mark.parametrize("looker", ["Ada Roth", "Ruth Adler"])
def test_rule_13_who_looks_it_over_sees_no_names_from_sessions_that_exclude_them(place: Campus, looker: str) -> None:
    """A name beside such a session would tell who is in it; whoever is in it sees all."""
    place.session("Resignation", rule=place.of_role("mayor"), openness=Openness.CLOSED, excludes_lab=True)
    place.session("Lunch", "12:00–13:00", rule=place.of_people("Imani Okafor"))
    found = notices(place, looker=place.viewer(looker)).all()
    shown = {one.name: {change.title for part in one.parts for change in part.changes} for one in found}
    private = {one.name for one in found if one.is_private}
    assert private == {"Ruth Adler"}
    if looker == "Ada Roth":
        assert shown == {"Imani Okafor": {"Lunch"}, "Ruth Adler": set(), "Kai Weber": {"Lunch"}}
    else:
        assert shown["Imani Okafor"] == {"Resignation", "Lunch"}


def test_what_people_are_told_is_what_stands_on_their_own_agenda(sample: Database, in_the_sample: object) -> None:
    """Every person of the sample cohort, against the page that they would open."""
    with sample.write() as db:
        convening = db.exec(select(Convening).where(Convening.slug == "2017-fall")).one()
        newest = published.latest_release(db, convening)
        assert newest is not None
        found = {one.person_id: one for one in Notices(db, convening, [], published.release_entries(db, newest)).all()}
        people = [one.person_id for one in roll(db, convening.starts_on, convening.cohort_id)]
        away = Notices(db, convening, [], published.release_entries(db, newest)).readers.away
        assert len(people) > 40
        for person_id in people:
            agenda = published.agenda(db, convening, viewer_of(db, person_id))
            assert agenda is not None
            mine = [one.title for one in agenda.sessions if one.mine and (person_id not in away or one.presenting)]
            own = [part for part in found[person_id].parts if not part.whose] if person_id in found else []
            assert [change.title for part in own for change in part.changes] == mine


def test_the_number_of_queries_is_the_same_for_6_people_and_for_600(
    db: Session, place: Campus, queries: list[str]
) -> None:
    place.session("Welcome")
    place.session("Close", day=WEDNESDAY)
    entries = published.release_entries(place.db, place.publish())
    counts = []
    for _ in range(2):
        db.expunge_all()
        queries.clear()
        found = Notices(db, place.convening, [], entries).all()
        counts.append(len(queries))
        if len(counts) == 1:
            entries[0]["audience"]["person_ids"] = crowd(db, 600, by=BY)
    assert len(found) >= 600
    assert counts[0] == counts[1]
    assert counts[0] <= 7


@verb
def crowd(db: Session, count: int, *, by: Viewer) -> list[int]:
    """The numbers of so many more people, without seats."""
    people = [Person(name=f"Person {number}", email=f"person-{number}@example.org") for number in range(count)]
    db.add_all(people)
    db.flush()
    return [one.key for one in people]
