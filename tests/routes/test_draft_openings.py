"""What the grid asks while a session is held."""

from sqlmodel import select

from app.models import AgendaSession, Convening
from tests.conftest import VisitorOf

HERE = "/by-all-means/convenings/2017-fall"


def number_of(sample_visitor: VisitorOf, title: str) -> int:
    with sample_visitor().app.state.database.read() as db:
        here = select(AgendaSession).join(Convening).where(Convening.slug == "2017-fall", AgendaSession.title == title)
        found: int = db.exec(here).one().key
        return found


def test_an_organizer_is_told_when_those_a_session_needs_are_busy_and_which_rooms_hold_them(
    sample_visitor: VisitorOf,
) -> None:
    number = number_of(sample_visitor, "Data working group")
    answer = sample_visitor("organizer").get(f"{HERE}/sessions/{number}/openings?day=2017-11-14")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "private, no-store"
    told = answer.json()
    assert sorted(told) == ["busy", "needs", "rooms"]
    assert told["needs"] == 6
    assert [f"{one['from'][11:]}–{one['to'][11:]}" for one in told["busy"]] == [
        *("07:45–10:15", "10:30–13:30", "14:55–16:05", "16:15–17:10", "17:30–19:00", "19:15–21:00")
    ]
    assert {room["fit"] for room in told["rooms"].values()} == {"fits"}


def test_all_days_are_told_of_where_the_address_names_none(sample_visitor: VisitorOf) -> None:
    number = number_of(sample_visitor, "Data working group")
    visitor = sample_visitor("organizer")
    days = {
        asked: {
            one["from"][:10] for one in visitor.get(f"{HERE}/sessions/{number}/openings?day={asked}").json()["busy"]
        }
        for asked in ("2017-11-15", "all", "", "nonsense")
    }
    both = {"2017-11-14", "2017-11-15"}
    assert days == {"2017-11-15": {"2017-11-15"}, "all": both, "": both, "nonsense": both}


def test_nobody_else_is_told(sample_visitor: VisitorOf) -> None:
    number = number_of(sample_visitor, "Data working group")
    for kind in ("mayor", "facilitator", "staff"):
        assert sample_visitor(kind).get(f"{HERE}/sessions/{number}/openings").status_code == 403


def test_a_deleted_session_has_no_openings(sample_visitor: VisitorOf) -> None:
    number = number_of(sample_visitor, "Data working group")
    organizer = sample_visitor("organizer")
    assert organizer.post(f"{HERE}/sessions/{number}/archival").status_code == 303
    assert organizer.get(f"{HERE}/sessions/{number}/openings").status_code == 404
