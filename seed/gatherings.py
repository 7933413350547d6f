"""What the cohort of the sample does between convenings: series of calls and working groups, and webinars."""

from datetime import date

from sqlmodel import Session

from app.gatherings.arranging import arrange_gathering
from app.gatherings.series import Purpose, Timetable, create_series
from app.models import SessionFormat
from app.people.audit import verb
from app.people.viewer import Viewer
from seed.agenda import details_from, rule_from
from seed.calendar import minutes, walls
from seed.calls import load_calls
from seed.sample import Entry, Sample, read
from seed.webinars import load_webinar


@verb
def load_gatherings(db: Session, sample: Sample, *, secret: bytes, by: Viewer) -> None:
    """Load the series with all their occurrences, and the webinars and peer sessions, which stand alone; `secret` signs
    the links of those registered."""
    entry, zone = read("gatherings"), sample.cohort.zone
    for written in entry["series"]:
        series = create_series(db, sample.cohort, _purpose(sample, written), _timetable(sample, written), by=by)
        if "hosts" in written:
            load_calls(db, sample, series, written, by=by)
    for written in (*entry["webinar"], *entry["peer_session"]):
        details, span = details_from(sample, written), written["time"]
        starts_at, _ = sample.calendar.span(written["on"], span, zone)
        made = arrange_gathering(
            db, sample.cohort, details, starts_at=starts_at, minutes=minutes(span), zone=zone, by=by
        )
        if made.format is SessionFormat.WEBINAR:
            load_webinar(db, made, sample, written, secret=secret, by=by)
    db.flush()


def _purpose(sample: Sample, written: Entry) -> Purpose:
    return Purpose(
        title=written["title"],
        audience=rule_from(sample, written["audience"]),
        purpose=written["purpose"],
        format=SessionFormat(written["format"]),
        join_url=written["join_url"],
    )


def _timetable(sample: Sample, written: Entry) -> Timetable:
    """When a series meets; one with a rule from its first day in the moved months to its last."""
    zone, length = sample.cohort.zone, minutes(written["time"])
    days, rule = _days(sample, written), written.get("rrule", "")
    start = walls(written["time"])[0]
    if rule:
        return Timetable(zone=zone, start=start, minutes=length, rule=rule, first=days[0], last=days[-1])
    return Timetable(zone=zone, start=start, minutes=length, days=days)


def _days(sample: Sample, written: Entry) -> list[date]:
    """The days of a series: by its rule in the moved months, or as written and moved by whole weeks."""
    if "rrule" in written:
        return sample.calendar.occurrences(written["rrule"], written["starts_on"], written["occurrences"])
    return [sample.calendar.day(day) for day in written["dates"]]
