"""Public sessions as other programs read them out of a page: schema.org's Event (rule 18)."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, time
from typing import Any

import pytest
import time_machine

from app.agenda.placements import Placement, move_session
from app.agenda.releases import publish_release
from app.agenda.sessions import cancel_session, create_session
from app.agenda.venues import change_venue
from app.database import Database
from app.gatherings.arranging import arrange_gathering
from app.gatherings.details import Details
from app.gatherings.reach import call_off
from app.models import AgendaSession, Cohort, Openness, SessionFormat
from tests.conftest import VisitorOf
from tests.gatherings.meeting import EVERYONE, Meeting, meet, speaking, utc
from tests.registration.stage import BY
from tests.registration.stage import convening as staged_convening

HERE = "/by-all-means/convenings/2017-fall"
BASE = f"http://127.0.0.1:8000{HERE}"
BLOCK = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.DOTALL)


@pytest.fixture(autouse=True)
def in_october() -> Iterator[None]:
    with time_machine.travel(utc(2017, 10, 24, 14), tick=True):
        yield


def _published(database: Database) -> tuple[Meeting, dict[str, int]]:
    meeting = meet(database)
    with database.write() as db:
        convening = staged_convening(db, meeting.stage)
        venue = convening.venue
        assert venue is not None
        map_url = "https://www.openstreetmap.org/?mlat=42.37553&mlon=-71.12216"
        change_venue(db, venue, name=venue.name, address=venue.address, map_url=map_url, notes="", by=BY)
        speaker = speaking(meeting.stage.people["expert"])
        said = {
            "keynote": Details(
                title="Keynote </script><b>", audience=EVERYONE, openness=Openness.PUBLIC, presenters=speaker
            ),
            "forum": Details(title="Forum", audience=EVERYONE, openness=Openness.PRESS, purpose="Four mayors"),
            "welcome": Details(title="Welcome", audience=EVERYONE),
        }
        made = {
            name: create_session(db, convening, one, to=Placement(date(2017, 11, 14), time(9 + n), 60), by=BY).key
            for n, (name, one) in enumerate(said.items())
        }
        publish_release(db, convening, by=BY)
    return meeting, made


def _data(page: str) -> dict[str, Any] | None:
    found = BLOCK.findall(page)
    assert len(found) <= 1
    return json.loads(found[0]) if found else None


def test_the_agenda_tells_programs_what_is_public_and_no_more_rule_18(visitor: VisitorOf, database: Database) -> None:
    _published(database)
    data = _data(visitor().get(f"{HERE}/agenda").text)
    assert data is not None
    assert (data["@context"], data["@type"], data["name"]) == ("https://schema.org", "Event", "Fall convening")
    assert (data["startDate"], data["endDate"]) == ("2017-11-14", "2017-11-15")
    assert [one["name"] for one in data["subEvent"]] == ["Keynote </script><b>", "Forum"]
    assert data["location"] == {
        "@type": "Place",
        "name": "Harvard Graduate School of Education",
        "address": "13 Appian Way, Cambridge",
        "geo": {"@type": "GeoCoordinates", "latitude": 42.37553, "longitude": -71.12216},
    }


def test_a_public_session_tells_when_where_and_by_whom_it_is(visitor: VisitorOf, database: Database) -> None:
    _, made = _published(database)
    data = _data(visitor().get(f"{HERE}/sessions/{made['keynote']}").text)
    assert data is not None
    assert data["url"] == f"{BASE}/sessions/{made['keynote']}"
    assert (data["startDate"], data["endDate"]) == ("2017-11-14T09:00:00-05:00", "2017-11-14T10:00:00-05:00")
    assert data["eventStatus"] == "https://schema.org/EventScheduled"
    assert data["eventAttendanceMode"] == "https://schema.org/OfflineEventAttendanceMode"
    assert data["performer"] == [{"@type": "Person", "name": "Expert"}]
    assert data["organizer"]["@type"] == "Organization"
    assert data["superEvent"]["url"] == f"{BASE}/agenda"
    assert "previousStartDate" not in data


def test_a_session_that_moved_says_when_it_was_and_one_called_off_that_it_is(
    visitor: VisitorOf, database: Database
) -> None:
    meeting, made = _published(database)
    with database.write() as db:
        moved, off = (db.get_one(AgendaSession, made[name]) for name in ("keynote", "forum"))
        move_session(db, moved, to=Placement(date(2017, 11, 15), time(16), 60), by=BY)
        cancel_session(db, off, reason="Snow", by=BY)
        publish_release(db, staged_convening(db, meeting.stage), by=BY)
    data = _data(visitor().get(f"{HERE}/agenda").text)
    assert data is not None
    keynote, forum = sorted(data["subEvent"], key=lambda one: one["name"] == "Forum")
    assert (keynote["eventStatus"], keynote["startDate"], keynote["previousStartDate"]) == (
        "https://schema.org/EventRescheduled",
        "2017-11-15T16:00:00-05:00",
        "2017-11-14T09:00:00-05:00",
    )
    assert (forum["eventStatus"], "previousStartDate" in forum) == ("https://schema.org/EventCancelled", False)


def test_what_is_not_public_is_told_to_no_program_and_people_are_sent_no_data(
    visitor: VisitorOf, database: Database
) -> None:
    meeting, made = _published(database)
    mayor = visitor(meeting.stage.people["oakland mayor"])
    for path in ("agenda", f"sessions/{made['welcome']}", f"sessions/{made['keynote']}"):
        assert _data(mayor.get(f"{HERE}/{path}").text) is None
    assert visitor().get(f"{HERE}/sessions/{made['welcome']}").status_code == 404


def test_the_queries_of_the_public_agenda_do_not_grow_with_its_sessions(
    visitor: VisitorOf, database: Database, queries: list[str]
) -> None:
    meeting, _ = _published(database)

    def count(n: int) -> int:
        queries.clear()
        visitor().get(f"{HERE}/agenda", params={"n": n})
        return len(queries)

    few = count(1)
    with database.write() as db:
        convening = staged_convening(db, meeting.stage)
        for n in range(20):
            said = Details(title=f"Open {n}", audience=EVERYONE, openness=Openness.PUBLIC)
            create_session(db, convening, said, to=Placement(date(2017, 11, 15), time(8 + n % 8), 30), by=BY)
        publish_release(db, convening, by=BY)
    assert count(2) == few


def test_a_public_webinar_is_told_to_programs_without_the_address_to_join_and_others_are_not_rule_18(
    visitor: VisitorOf, database: Database
) -> None:
    meeting = meet(database)
    open_to_all = Details(
        title="Financing <together>",
        audience=EVERYONE,
        format=SessionFormat.WEBINAR,
        openness=Openness.PUBLIC,
        join_url="https://meet.example.org/MARKER-88",
        presenters=speaking(meeting.stage.people["expert"]),
    )
    with database.write() as db:
        cohort = db.get_one(Cohort, meeting.stage.cohort)
        made = [
            arrange_gathering(
                db, cohort, said, starts_at=utc(2017, 11, 21, 18), minutes=75, zone="America/New_York", by=BY
            ).key
            for said in (open_to_all, replace(open_to_all, openness=Openness.COHORT))
        ]
    page = visitor().get(f"/by-all-means/gatherings/{made[0]}").text
    data = _data(page)
    assert data is not None
    assert (data["name"], data["startDate"]) == ("Financing <together>", "2017-11-21T13:00:00-05:00")
    assert data["eventAttendanceMode"] == "https://schema.org/OnlineEventAttendanceMode"
    assert data["location"] == {
        "@type": "VirtualLocation",
        "url": f"http://127.0.0.1:8000/by-all-means/gatherings/{made[0]}",
    }
    assert data["performer"] == [{"@type": "Person", "name": "Expert"}]
    assert "MARKER-88" not in page
    mayor = visitor(meeting.stage.people["oakland mayor"])
    assert [_data(mayor.get(f"/by-all-means/gatherings/{number}").text) for number in made] == [None, None]
    with database.write() as db:
        call_off(db, db.get_one(AgendaSession, made[0]), reason="Snow", by=BY)
    data = _data(visitor().get(f"/by-all-means/gatherings/{made[0]}").text)
    assert data is not None
    assert data["eventStatus"] == "https://schema.org/EventCancelled"
