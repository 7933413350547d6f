"""Who sits at which table of the sample's meals: mixed as the program mixes them."""

from sqlmodel import Session, col, select

from app.models import AgendaSession
from app.people.audit import verb
from app.people.viewer import Viewer
from app.registration.table_seating import lay_tables, seat_everybody
from seed.sample import Sample, read_convenings


@verb
def load_tables(db: Session, sample: Sample, *, by: Viewer) -> None:
    """Lay the tables that the files name and seat whoever is expected there."""
    for name, entry in read_convenings().items():
        written = {one["title"]: one["tables"] for one in entry["session"] if "tables" in one}
        here = AgendaSession.convening_id == sample.convenings[name].key
        for session in db.exec(select(AgendaSession).where(here, col(AgendaSession.title).in_(written))):
            tables = written[session.title]
            lay_tables(db, session, tables=tables["count"], places=tables["places"], by=by)
            seat_everybody(db, session, by=by)
