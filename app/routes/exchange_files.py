"""Published agendas as files for other programs, and the tables that people fill in."""

from collections.abc import Callable

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from app import clock
from app.exchange.exports import TYPES, export
from app.exchange.table_files import CSV_TYPE, XLSX_TYPE, csv_file, xlsx_file
from app.exchange.templates import agenda_template, roster_template
from app.routes.door import ConveningHere, Db, Needs, NotAllowed, NotHere, SettingsHere, ViewerHere
from app.routes.kept import keep

router = APIRouter()
READ = [Depends(Needs("agenda.read"))]
LOOKING = ["GET", "HEAD"]


def _agenda_as(kind: str) -> Callable[..., Response]:
    def agenda(db: Db, convening: ConveningHere, viewer: ViewerHere, settings: SettingsHere) -> Response:
        address = f"{settings.address}{convening.path}"
        file = export(db, convening, viewer, kind, address)
        if file is None:
            raise NotHere("No agenda has been published yet.") if viewer.is_signed_in else NotAllowed()
        how = "inline" if kind in ("xml", "json") else "attachment"
        headers = {"content-disposition": f'{how}; filename="{file.name}"', "x-robots-tag": "noindex"}
        return keep(Response(file.content, headers=headers, media_type=file.media_type))

    agenda.__doc__ = f"The newest release as .{kind}, as far as the viewer may see it: for strangers, what is public."
    return agenda


for _kind in TYPES:
    router.add_api_route(
        f"/{{cohort}}/convenings/{{convening}}/agenda.{_kind}",
        _agenda_as(_kind),
        dependencies=READ,
        methods=LOOKING,
        name=f"agenda_{_kind}",
    )


@router.get("/{cohort}/convenings/import/template.csv", dependencies=[Depends(Needs("agenda.import"))])
def agenda_template_csv() -> Response:
    return _attachment(csv_file(agenda_template()), "agenda.csv", CSV_TYPE)


@router.get("/{cohort}/convenings/import/template.xlsx", dependencies=[Depends(Needs("agenda.import"))])
def agenda_template_xlsx() -> Response:
    return _attachment(xlsx_file(agenda_template(), made=clock.now()), "agenda.xlsx", XLSX_TYPE)


@router.get("/{cohort}/people/import/template.csv", dependencies=[Depends(Needs("roster.import"))])
def roster_template_csv() -> Response:
    return _attachment(csv_file(roster_template()), "roster.csv", CSV_TYPE)


@router.get("/{cohort}/people/import/template.xlsx", dependencies=[Depends(Needs("roster.import"))])
def roster_template_xlsx() -> Response:
    return _attachment(xlsx_file(roster_template(), made=clock.now()), "roster.xlsx", XLSX_TYPE)


def _attachment(content: bytes, name: str, media_type: str) -> Response:
    return Response(content, media_type=media_type, headers={"content-disposition": f'attachment; filename="{name}"'})
