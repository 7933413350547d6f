"""What the cohort of the sample does between convenings: series of calls and working groups, and webinars."""

from datetime import date

from sqlmodel import Session

from app import clock
from app.models import AgendaSession, Openness, Series, SessionFormat
from app.people.audiences import new_audience
from app.people.audit import verb
from app.people.viewer import Viewer
from seed.agenda import add_presenters, rule_from, session_from
from seed.calendar import minutes, walls
from seed.sample import Entry, Sample, read


@verb
def load_gatherings(db: Session, sample: Sample, *, by: Viewer) -> None:
    """Load the series with all their occurrences, and the webinars, which stand alone."""
    entry = read("gatherings")
    for written in entry["series"]:
        _series(db, sample, written)
    for written in entry["webinar"]:
        session = session_from(db, sample, written, zone=sample.cohort.zone)
        session.starts_at, session.ends_at = sample.calendar.span(written["on"], written["time"], session.zone)
        db.add(session)
        db.flush()
        add_presenters(db, sample, session, written)
    db.flush()


def _series(db: Session, sample: Sample, written: Entry) -> None:
    """A series and a session for each of its days, each with an audience of its own, so that one can differ."""
    zone, days, first = sample.cohort.zone, _days(sample, written), walls(written["time"])[0]
    series = Series(
        cohort_id=sample.cohort.key,
        slug=written["slug"],
        title=written["title"],
        purpose=written["purpose"],
        format=SessionFormat(written["format"]),
        openness=Openness.COHORT,
        zone=zone,
        rrule=written.get("rrule", ""),
        starts_at=clock.at(days[0], first, zone),
        minutes=minutes(written["time"]),
        ends_on=days[-1],
        join_url=written["join_url"],
        audience_id=new_audience(db, rule_from(sample, written["audience"])).key,
    )
    db.add(series)
    db.flush()
    db.add_all(_occurrence(db, sample, series, written, day) for day in days)
    db.flush()


def _days(sample: Sample, written: Entry) -> list[date]:
    """The days of a series: by its rule in the moved months, or as written and moved by whole weeks."""
    if "rrule" in written:
        return sample.calendar.occurrences(written["rrule"], written["starts_on"], written["occurrences"])
    return [sample.calendar.day(day) for day in written["dates"]]


def _occurrence(db: Session, sample: Sample, series: Series, written: Entry, day: date) -> AgendaSession:
    session = session_from(db, sample, written, zone=series.zone)
    session.series_id = series.key
    session.starts_at, session.ends_at = (clock.at(day, wall, series.zone) for wall in walls(written["time"]))
    session.occurrence_at = session.starts_at
    return session
