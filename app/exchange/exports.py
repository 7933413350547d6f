"""A published agenda as a file, by the name of its format: what a viewer may see of the newest release."""

from dataclasses import dataclass

from sqlmodel import Session, select

from app.agenda.published import PublishedAgenda, agenda
from app.database import Database
from app.exchange.agenda_files import agenda_rows, frab_xml, schedule_json
from app.exchange.table_files import CSV_TYPE, XLSX_TYPE, csv_file, xlsx_file
from app.models import Cohort, Convening
from app.people.audit import Refused
from app.people.viewer import Viewer

TYPES = {
    "xml": "application/xml; charset=utf-8",
    "json": "application/json",
    "csv": CSV_TYPE,
    "xlsx": XLSX_TYPE,
}
"""The formats of an agenda, and what each is called in HTTP."""

WIDTHS = (12, 48, 11, 8, 8, 8, 32, 14, 18, 9, 32, 10, 10, 40, 60)


@dataclass(frozen=True, slots=True)
class ExportedFile:
    """A file with its name, and the time (UTC) since which it is as it is."""

    name: str
    content: bytes
    media_type: str
    agenda: PublishedAgenda


def export(db: Session, convening: Convening, viewer: Viewer, kind: str, address: str) -> ExportedFile | None:
    """The newest release as the viewer sees it, in a format of TYPES; None before the first release.

    `address` is that of the convening's page, for the links to sessions.
    """
    seen = agenda(db, convening, viewer)
    if seen is None:
        return None
    return ExportedFile(f"{convening.slug}-agenda.{kind}", _content(seen, kind, address), TYPES[kind], seen)


def _content(seen: PublishedAgenda, kind: str, address: str) -> bytes:
    if kind == "xml":
        return frab_xml(seen, address)
    if kind == "json":
        return schedule_json(seen, address)
    rows = agenda_rows(seen)
    return csv_file(rows) if kind == "csv" else xlsx_file(rows, made=seen.released_at, widths=WIDTHS)


def export_agenda(
    database: Database, cohort_slug: str, convening_slug: str, *, kind: str, base_url: str, public: bool = False
) -> ExportedFile:
    """The newest release for whoever runs the program (closed sessions too, but those that exclude the lab), or with
    `public` for anyone. Raises Refused where cohort, convening or release are not there."""
    with database.read() as db:
        convening = db.exec(
            select(Convening).join(Cohort).where(Cohort.slug == cohort_slug, Convening.slug == convening_slug)
        ).first()
        if convening is None:
            raise Refused(f"There is no convening {cohort_slug}/{convening_slug}.")
        viewer = Viewer.anonymous() if public else Viewer.system("export")
        file = export(db, convening, viewer, kind, f"{base_url}/{cohort_slug}/convenings/{convening_slug}")
    if file is None:
        raise Refused("No agenda has been published yet.")
    return file
