"""Who may know what of a gathering: rules 13 (closed means closed) and 18 (public only what is marked)."""

from dataclasses import replace
from datetime import date

import pytest
import time_machine
from sqlmodel import Session, select

from app.database import Database
from app.gatherings.arranging import change_gathering
from app.gatherings.details import details_of
from app.gatherings.knowing import offices_by_day
from app.gatherings.listing import gathering_of, gatherings_of, invitations_of
from app.gatherings.reach import call_off
from app.models import EngagementState, Openness, Role, Seat, SessionFormat
from app.people.audiences import Rule
from app.people.directory import add_person
from app.people.founding import found_cohort
from app.people.tenures import Term, end_tenure, give_seat
from app.people.viewer import Viewer, viewer_of
from tests.gatherings.meeting import EVERYONE, Meeting, closed_to_the_lab, meet, speaking, utc
from tests.registration.stage import BY

LONG_AGO = utc(2000, 1, 1, 0)
SECRET = "Adaptive leadership when the council turns"


def _viewer(meeting: Meeting, db: Session, who: str) -> Viewer:
    return Viewer.anonymous() if who == "anonymous" else meeting.viewer(db, who)


@pytest.mark.parametrize(
    ("openness", "who", "title"),
    [
        (Openness.CLOSED, "oakland mayor", SECRET),
        (Openness.CLOSED, "organizer", SECRET),
        (Openness.CLOSED, "staff", SECRET),
        (Openness.CLOSED, "oakland facilitator", None),
        (Openness.CLOSED, "oakland superintendent", None),
        (Openness.CLOSED, "expert", None),
        (Openness.CLOSED, "anonymous", None),
        (Openness.COHORT, "oakland facilitator", SECRET),
        (Openness.COHORT, "expert", None),
        (Openness.COHORT, "anonymous", None),
        (Openness.PUBLIC, "expert", SECRET),
        (Openness.PUBLIC, "anonymous", SECRET),
        (Openness.PRESS, "anonymous", SECRET),
    ],
)
def test_a_mayors_peer_session_is_known_to_those_who_may_know_it_rules_13_and_18(
    database: Database, openness: Openness, who: str, title: str | None
) -> None:
    meeting = meet(database)
    with database.write() as db:
        meeting.webinar(db, SECRET, audience=meeting.of_role(db, "mayor"), openness=openness)
    with database.read() as db:
        seen = gatherings_of(db, meeting.stage.cohort, _viewer(meeting, db, who))
    assert [one.title for one in seen] == ([title] if title else [])


@pytest.mark.parametrize(
    ("who", "known"),
    [
        ("oakland mayor", {SECRET}),
        ("organizer", {"Mayors, among themselves"}),
        ("staff", set()),
        ("oakland facilitator", set()),
    ],
)
def test_a_session_that_excludes_the_lab_tells_organizers_that_the_hour_is_taken_and_nothing_else_rule_13(
    database: Database, who: str, known: set[str]
) -> None:
    meeting = meet(database)
    with database.write() as db:
        said = closed_to_the_lab(
            meeting.of_role(db, "mayor"),
            cover_title="Mayors, among themselves",
            purpose="What we do not say aloud",
            join_url="https://meet.example.org/mayors",
            presenters=speaking(meeting.stage.people["expert"]),
        )
        (session,) = call_off(db, meeting.webinar(db, SECRET, **said), reason="The council met", by=BY)
    with database.read() as db:
        seen = gathering_of(db, meeting.stage.cohort, session.key, _viewer(meeting, db, who))
    assert {seen.title} == known if seen else not known
    if seen and not seen.is_whole:
        assert (seen.purpose, seen.join_url, seen.presenters, seen.cancellation_reason) == ("", "", (), "")


def test_a_closed_session_without_a_cover_of_its_own_is_called_just_that(database: Database) -> None:
    meeting = meet(database)
    with database.write() as db:
        meeting.webinar(db, SECRET, **closed_to_the_lab(meeting.of_role(db, "mayor")))
    with database.read() as db:
        (seen,) = gatherings_of(db, meeting.stage.cohort, meeting.viewer(db, "organizer"))
    assert seen.title == "Closed session"


@pytest.mark.parametrize(
    ("who", "joins"),
    [
        ("oakland facilitator", True),
        ("organizer", True),
        ("expert", True),
        ("oakland mayor", False),
        ("anonymous", False),
    ],
)
def test_the_address_to_join_is_for_those_invited_those_who_speak_and_the_lab(
    database: Database, who: str, joins: bool
) -> None:
    meeting = meet(database)
    with database.write() as db:
        meeting.webinar(
            db,
            audience=meeting.of_role(db, "facilitator"),
            format=SessionFormat.CALL,
            openness=Openness.PUBLIC,
            join_url="https://meet.example.org/x",
            presenters=speaking(meeting.stage.people["expert"]),
        )
    with database.read() as db:
        (seen,) = gatherings_of(db, meeting.stage.cohort, _viewer(meeting, db, who))
    assert seen.join_url == ("https://meet.example.org/x" if joins else "")


def test_a_speaker_who_declined_is_no_longer_shown_and_no_longer_invited(database: Database) -> None:
    meeting = meet(database)
    expert = meeting.stage.people["expert"]
    with database.write() as db:
        webinar = meeting.webinar(db, audience=meeting.of_role(db, "mayor"), presenters=speaking(expert))
        presenter = replace(speaking(expert)[0], state=EngagementState.DECLINED)
        change_gathering(db, webinar, replace(details_of(webinar), presenters=(presenter,)), by=BY)
    with database.read() as db:
        assert gatherings_of(db, meeting.stage.cohort, meeting.viewer(db, "expert")) == []
        (seen,) = gatherings_of(db, meeting.stage.cohort, meeting.viewer(db, "oakland mayor"))
    assert seen.presenters == ()


@time_machine.travel(utc(2017, 11, 20, 12))
def test_a_mayor_elect_is_invited_from_the_day_the_office_begins_and_the_predecessor_until_it_ends(
    database: Database,
) -> None:
    meeting = meet(database)
    with database.write() as db:
        elect = add_person(db, name="Ada Roth", by=BY)
        seat = db.exec(
            select(Seat).join(Role).where(Role.slug == "mayor", Seat.city_id == meeting.stage.cities["salem"])
        ).one()
        end_tenure(db, seat.tenures[0], ends_on=date(2017, 12, 31), by=BY)
        give_seat(db, seat, elect, Term(date(2018, 1, 1)), by=BY)
        mayors = meeting.of_role(db, "mayor")
        meeting.webinar(db, "In December", audience=mayors, starts_at=utc(2017, 12, 12, 18))
        meeting.webinar(db, "In January", audience=mayors, starts_at=utc(2018, 1, 23, 18))
        # 31 December, 23:30 in Cambridge, although UTC is in January already
        meeting.webinar(db, "On New Year’s Eve", audience=mayors, starts_at=utc(2018, 1, 1, 4, 30))
    with database.read() as db:
        new = invitations_of(db, Viewer(person_id=elect.key), ending_after=LONG_AGO)
        old = invitations_of(db, meeting.viewer(db, "salem mayor"), ending_after=LONG_AGO)
        assert offices_by_day(db, elect.key)(date(2017, 12, 31)) == ()
    assert [one.title for one in new] == ["In January"]
    assert [one.title for one in old] == ["In December", "On New Year’s Eve"]


def test_everyone_of_one_cohort_is_nobody_of_another(database: Database) -> None:
    meeting = meet(database)
    with database.write() as db:
        _, stranger = found_cohort(
            db, name="Another", zone="Europe/Paris", organizer="Élise Roy", email="e.roy@example.org", by=BY
        )
        meeting.webinar(db)
    with database.read() as db:
        viewer = viewer_of(db, stranger.key)
        assert gatherings_of(db, meeting.stage.cohort, viewer) == []
        assert invitations_of(db, viewer, ending_after=LONG_AGO) == []


def test_a_person_named_is_invited_without_an_office_and_an_exception_is_left_out(database: Database) -> None:
    meeting = meet(database)
    with database.write() as db:
        named = add_person(db, name="Ada Roth", by=BY)
        meeting.webinar(db, audience=Rule(person_ids=frozenset({named.key})), openness=Openness.CLOSED)
        mayor = meeting.stage.people["oakland mayor"]
        meeting.webinar(db, "All but one", audience=replace(EVERYONE, but_person_ids=frozenset({mayor})))
    with database.read() as db:
        assert len(invitations_of(db, Viewer(person_id=named.key), ending_after=LONG_AGO)) == 1
        assert invitations_of(db, meeting.viewer(db, "oakland mayor"), ending_after=LONG_AGO) == []


def test_formats_narrow_the_list(database: Database) -> None:
    meeting = meet(database)
    with database.write() as db:
        meeting.webinar(db)
        meeting.calls(db)
    with database.read() as db:
        viewer = meeting.viewer(db, "oakland facilitator")
        webinars = gatherings_of(db, meeting.stage.cohort, viewer, formats=[SessionFormat.WEBINAR])
        assert len(gatherings_of(db, meeting.stage.cohort, viewer)) == 13
    assert [one.format for one in webinars] == [SessionFormat.WEBINAR]


def test_the_queries_of_the_list_do_not_grow_with_it(database: Database, queries: list[str]) -> None:
    meeting = meet(database)

    def count() -> int:
        with database.read() as db:
            viewer = meeting.viewer(db, "oakland facilitator")
            queries.clear()
            gatherings_of(db, meeting.stage.cohort, viewer)
            return len(queries)

    with database.write() as db:
        for number in range(6):
            meeting.webinar(db, f"{number}", presenters=speaking(meeting.stage.people["expert"]))
    few = count()
    with database.write() as db:
        for number in range(60):
            meeting.webinar(db, f"{number}", presenters=speaking(meeting.stage.people["staff"]))
        meeting.calls(db)
    assert count() <= few + 1  # the series' own row


def test_whoever_has_left_the_cohort_has_left_its_past_as_well(database: Database) -> None:
    meeting = meet(database)
    with database.write() as db:
        meeting.calls(db)
        salem = meeting.stage.cities["salem"]
        seat = db.exec(select(Seat).join(Role).where(Role.slug == "facilitator", Seat.city_id == salem)).one()
        end_tenure(db, seat.tenures[0], ends_on=date(2017, 9, 30), by=BY)
    with database.read() as db:
        gone = meeting.viewer(db, "salem facilitator")
        assert invitations_of(db, gone, ending_after=LONG_AGO) == []


def test_everyone_means_the_cohort_and_not_its_guests_unless_their_role_is_named(database: Database) -> None:
    meeting = meet(database)
    with database.write() as db:
        meeting.webinar(db, "For everyone")
        meeting.webinar(db, "For experts", audience=meeting.of_role(db, "expert"))
    with database.read() as db:
        seen = invitations_of(db, meeting.viewer(db, "expert"), ending_after=LONG_AGO)
    assert [one.title for one in seen] == ["For experts"]
