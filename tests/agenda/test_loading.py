"""Reading a draft: as it stands, in as many queries whatever its size."""

from dataclasses import replace

import pytest
from sqlmodel import Session

from app.agenda.draft import Draft
from app.agenda.findings import check
from app.agenda.loading import load_draft, reread
from app.agenda.placements import move_session
from app.agenda.sessions import archive_session, change_session
from app.gatherings.details import Presenter, details_of
from app.models import EngagementState, PresenceWindow, Registration, RegistrationState
from app.people.audit import verb
from app.people.viewer import Viewer
from tests.agenda.campus import TUESDAY, WEDNESDAY, Campus, five_minutes
from tests.people.rows import BY, seat


@verb
def register(
    db: Session,
    place: Campus,
    name: str,
    *,
    state: RegistrationState = RegistrationState.SUBMITTED,
    there: tuple[str, str] | None = None,
    by: Viewer,
) -> None:
    """A registration, with a presence window on the first day where `there` says one."""
    registration = Registration(convening_id=place.convening.key, person_id=place.person(name).key, state=state)
    db.add(registration)
    db.flush()
    if there:
        placed = place.session("Window", f"{there[0]}–{there[1]}")
        assert placed.starts_at is not None
        assert placed.ends_at is not None
        db.add(PresenceWindow(registration_id=registration.key, starts_at=placed.starts_at, ends_at=placed.ends_at))
        archive_session(db, placed, by=by)


def invited(draft: Draft, title: str) -> list[str]:
    session = next(one for one in draft.sessions if one.title == title)
    return sorted(one.name for one in draft.crowd.members(session.audience))


def test_a_draft_is_read_as_it_stands(db: Session, place: Campus) -> None:
    place.session("Lunch", "12:00–13:00", rooms=["GCC"])
    place.session("Welcome", rooms=["Askwith Hall", "GCC"], speakers=["Prof. Strand"])
    place.session("Idea", None)
    archive_session(db, place.session("Gone"), by=BY)
    draft = load_draft(db, place.convening)
    assert [one.title for one in draft.sessions] == ["Welcome", "Lunch", "Idea"]
    assert [one.title for one in draft.running] == ["Welcome", "Lunch"]
    assert [one.title for one in draft.tray] == ["Idea"]
    assert [room.name for room in draft.rooms.values()] == ["GCC", "Askwith Hall", "Team Room 1"]
    welcome = draft.sessions[0]
    assert [(spot.capacity, spot.city_id) for spot in welcome.spots] == [(300, None), (90, None)]
    assert [one.name for one in draft.crowd.members(welcome.engaged)] == ["Prof. Strand"]
    assert draft.buildings(welcome) == {"Longfellow", "Gutman"}


def test_who_declined_a_part_no_longer_has_it(db: Session, place: Campus) -> None:
    session = place.session(speakers=["Prof. Strand"])
    declined = (Presenter(place.person("Prof. Strand").key, state=EngagementState.DECLINED),)
    change_session(db, session, replace(details_of(session), presenters=declined), by=BY)
    assert load_draft(db, place.convening).sessions[0].engaged == 0


@pytest.mark.parametrize(
    ("state", "counted"),
    [
        (RegistrationState.INVITED, True),
        (RegistrationState.SUBMITTED, True),
        (RegistrationState.WAITING, True),
        (RegistrationState.DECLINED, False),
        (RegistrationState.CANCELLED, False),
        (RegistrationState.REPLACED, False),
    ],
)
def test_who_stays_away_is_not_counted_on(db: Session, place: Campus, state: RegistrationState, counted: bool) -> None:
    place.session("Mayors", rule=place.of_role("mayor"))
    register(db, place, "Ruth Adler", state=state, by=BY)
    assert ("Ruth Adler" in invited(load_draft(db, place.convening), "Mayors")) is counted


def test_rule_11_presence_windows_come_from_registrations(db: Session, place: Campus) -> None:
    place.session("Mayors", "09:00–10:00", rule=place.of_role("mayor"))
    register(db, place, "Ruth Adler", there=("12:00", "18:00"), by=BY)
    (finding,) = check(load_draft(db, place.convening))
    assert finding.rule == 11


def test_a_seat_that_changes_hands_between_the_days_counts_each_holder_on_their_day(db: Session, place: Campus) -> None:
    seat(db, place.town, "Old Hand", "Salem", "facilitator", ends_on=TUESDAY, by=BY)
    seat(db, place.town, "New Hand", "Salem", "facilitator", starts_on=WEDNESDAY, by=BY)
    place.session("Tuesday", rule=place.of_role("facilitator"))
    moved = place.session("Wednesday", day=WEDNESDAY, rule=place.of_role("facilitator"))
    draft = load_draft(db, place.convening)
    assert invited(draft, "Tuesday") == ["Leïla Haddad", "Old Hand"]
    assert invited(draft, "Wednesday") == ["Leïla Haddad", "New Hand"]
    move_session(db, moved, to=place.placement("12:00–13:00", TUESDAY), by=BY)
    again = reread(db, draft, [moved.key])
    assert again is not None
    assert invited(again, "Wednesday") == ["Leïla Haddad", "Old Hand"]


def test_rereading_one_session_gives_what_reading_all_would(db: Session, place: Campus) -> None:
    session = place.session(rooms=["GCC"])
    place.session("Data", "10:00–11:00", rooms=["Team Room 1"])
    before = load_draft(db, place.convening)
    move_session(db, session, to=place.placement("10:30–12:00", rooms=["Team Room 1", "GCC"]), by=BY)
    partly, wholly = reread(db, before, [session.key]), load_draft(db, place.convening)
    assert partly is not None
    assert partly.sessions == wholly.sessions
    assert [one.key for one in check(partly)] == [one.key for one in check(wholly)]


def test_a_convening_without_a_venue_can_be_drafted(db: Session, place: Campus) -> None:
    place.convening.venue_id = None
    place.session()
    draft = load_draft(db, place.convening)
    assert (draft.rooms, len(draft.sessions)) == ({}, 1)


def test_the_number_of_queries_does_not_grow_with_the_sessions(db: Session, place: Campus, queries: list[str]) -> None:
    counts = []
    for number in (6, 60):
        for count in range(number):
            place.session(
                f"{number}-{count}",
                five_minutes(count),
                rooms=["GCC"],
                rule=place.of_role("mayor"),
                speakers=["Jo Park"],
            )
        queries.clear()
        load_draft(db, place.convening)
        counts.append(len(queries))
    assert counts[0] == counts[1]
