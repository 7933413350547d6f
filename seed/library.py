"""What stands in the library of the sample: addresses that lead nowhere, of sessions, cities and convenings."""

from sqlmodel import Session, select

from app.learning.library import Said, add_item
from app.models import AgendaSession, LibraryKind, Openness, WorkingGroup
from app.people.audit import verb
from app.people.viewer import Viewer
from seed.sample import Entry, Sample, read


@verb
def load_library(db: Session, sample: Sample, *, by: Viewer) -> None:
    """Put everything in, the last of the file first: the list shows the latest first."""
    for written in reversed(read("library")["item"]):
        add_item(db, sample.cohort, _said(db, sample, written), by=by)


def _said(db: Session, sample: Sample, written: Entry) -> Said:
    convening = sample.convenings[written["convening"]] if "convening" in written else None
    session = None
    if "session" in written:
        query = select(AgendaSession.id).where(
            AgendaSession.title == written["session"],
            AgendaSession.convening_id == (convening.key if convening else None),
        )
        session = db.exec(query).one()
    return Said(
        title=written["title"],
        kind=LibraryKind(written["kind"]),
        text=written.get("text", ""),
        topics=written["topics"],
        city_id=sample.cities[written["city"]].key if "city" in written else None,
        convening_id=convening.key if convening else None,
        session_id=session,
        group_id=db.exec(select(WorkingGroup.id).where(WorkingGroup.slug == written.get("group", ""))).first(),
        openness=Openness(written.get("openness", Openness.COHORT)),
        url=written["url"],
    )
