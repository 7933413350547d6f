"""What a calendar address serves: the contents of its scope, in the manner that its owner chose."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session

from app.calendars.circles import Circle, circle_of, of_circle
from app.calendars.contents import Contents, of_person
from app.calendars.documents import Cover, Manner, document
from app.calendars.dues import due_entries
from app.calendars.pieces import KEPT, cohorts_of, start_of_today
from app.calendars.travel import travel_entries
from app.models import Feed, FeedScope
from app.people.viewer import Viewer


@dataclass(frozen=True, slots=True)
class Subscribed:
    """A feed with what is in it; `circle` is None for one's own calendar."""

    feed: Feed
    circle: Circle | None
    contents: Contents


def subscribed(db: Session, feed: Feed, viewer: Viewer, base: str) -> Subscribed | None:
    """What a feed holds for its owner; None where they may not have it any more."""
    if feed.scope is FeedScope.PERSON:
        return Subscribed(feed, None, _own(db, feed, viewer, base, start_of_today()))
    circle = circle_of(db, viewer, feed.scope, feed.scope_id)
    if circle is None:
        return None
    found = of_circle(db, viewer, circle, base, hides_cancelled=feed.hides_cancelled, with_holds=feed.with_holds)
    return Subscribed(feed, circle, found)


def body_of(found: Subscribed, base: str) -> bytes:
    """The calendar as a program fetches it."""
    contents, feed = found.contents, found.feed
    cover = Cover(contents.name, contents.about, f"{base}/me/calendar", feed.color)
    return document(cover, contents.entries, zone=contents.zone, manner=Manner(alarm_minutes=feed.alarm_minutes))


def _own(db: Session, feed: Feed, viewer: Viewer, base: str, today: datetime) -> Contents:
    assert viewer.person_id is not None, "a feed is somebody's"
    own = of_person(db, viewer, base, hides_cancelled=feed.hides_cancelled, with_holds=feed.with_holds)
    more = []
    if feed.with_travel:
        more += travel_entries(db, viewer.person_id, base, today - KEPT)
    if feed.with_dues:
        cohorts = cohorts_of(db, {office.cohort_id for office in viewer.offices})
        more += due_entries(db, viewer, cohorts.values(), base, today)
    return replace(own, entries=(*own.entries, *more), single=(*own.single, *more))
