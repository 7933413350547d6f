"""The files that a newcomer can upload to the sample cohort: both are taken whole, and a second time change nothing."""

from pathlib import Path

from sqlmodel import col, select

from app.database import Database
from app.exchange.imports import import_agenda
from app.exchange.roster import import_roster
from app.models import AgendaSession, City, Convening, Seat

EXAMPLES = Path(__file__).parents[2] / "seed" / "examples"


def test_the_roster_brings_a_seventh_city_and_fills_the_vacant_seat(sample: Database, in_the_sample: object) -> None:
    result = import_roster(sample, EXAMPLES / "roster.csv", "by-all-means")
    assert (result.complete, result.lines[0]) == (True, "10 new or changed, 0 unchanged, 0 not taken.")
    with sample.read() as db:
        chattanooga = db.exec(select(City).where(City.name == "Chattanooga")).one()
        seats = db.exec(select(Seat).where(Seat.city_id == chattanooga.key).order_by(col(Seat.id))).all()
        assert sorted(seat.role.slug for seat in seats) == [
            *("data-lead", "education-lead", "facilitator", "health-human-services"),
            *("mayor", "out-of-school", "philanthropy", "superintendent"),
        ]


def test_the_roster_uploaded_again_changes_nothing(sample: Database, in_the_sample: object) -> None:
    import_roster(sample, EXAMPLES / "roster.csv", "by-all-means")
    again = import_roster(sample, EXAMPLES / "roster.csv", "by-all-means")
    assert again.lines[0] == "0 new or changed, 10 unchanged, 0 not taken."


def test_the_agenda_gives_the_concept_of_the_last_convening_its_times(sample: Database, in_the_sample: object) -> None:
    result = import_agenda(sample, EXAMPLES / "agenda.csv", "by-all-means", "2018-spring")
    assert result.complete, result.lines
    with sample.read() as db:
        convening = db.exec(select(Convening).where(Convening.slug == "2018-spring")).one()
        placed = db.exec(
            select(AgendaSession.title)
            .where(AgendaSession.convening_id == convening.key, col(AgendaSession.starts_at).is_not(None))
            .order_by(col(AgendaSession.starts_at), col(AgendaSession.id))
        ).all()
        assert placed == [
            "Arrival and breakfast",
            "Mayors’ updates: six cities, fifteen minutes each",
            "A new mayor’s first hundred days",
            "What two years of data can and cannot say",
            "Lunch, unstructured",
            "Team time: what we leave in writing",
            "Measures of Success after two years",
        ]


def test_the_agenda_uploaded_again_changes_nothing(sample: Database, in_the_sample: object) -> None:
    import_agenda(sample, EXAMPLES / "agenda.csv", "by-all-means", "2018-spring")
    with sample.read() as db:
        before = [(one.key, one.changed_at) for one in db.exec(select(AgendaSession))]
    import_agenda(sample, EXAMPLES / "agenda.csv", "by-all-means", "2018-spring")
    with sample.read() as db:
        assert [(one.key, one.changed_at) for one in db.exec(select(AgendaSession))] == before
