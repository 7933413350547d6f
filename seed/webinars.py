"""Who is registered for the webinars of the sample, who came, what was recorded, what a city wants to learn more of."""

from datetime import timedelta

from sqlmodel import Session

from app.gatherings.seats import seat_for
from app.gatherings.webinars import Terms, set_terms
from app.learning.library import add_to_session
from app.learning.more import ask_more
from app.models import AgendaSession, LibraryKind
from app.people.audit import verb
from app.people.viewer import Viewer
from seed.sample import Entry, Sample


@verb
def load_webinar(
    db: Session, session: AgendaSession, sample: Sample, written: Entry, *, secret: bytes, by: Viewer
) -> None:
    """What the file says of one webinar beside its session; `came` are minutes by person."""
    assert session.starts_at is not None
    assert session.ends_at is not None
    if "capacity" in written:
        set_terms(db, session, Terms(capacity=written["capacity"]), by=by)
    came: dict[str, int] = written.get("came", {})
    asks: dict[str, str] = written.get("more", {})
    for name in written.get("registered", []):
        seat = seat_for(db, session, sample.people[name], secret)
        seat.created_at = min(seat.created_at, session.starts_at - timedelta(days=6))
        if name in came:
            seat.minutes, seat.listed_at = came[name], session.ends_at + timedelta(hours=2)
            seat.joined_at = session.starts_at
        db.add(seat)
        if name in asks:
            ask_more(db, seat, asks[name], by=Viewer(seat.person_id, actor_id=seat.person_id, actor_name="seed"))
    for item in written.get("library", []):
        add_to_session(db, session, LibraryKind(item["kind"]), item["url"], item["title"], by=by)
