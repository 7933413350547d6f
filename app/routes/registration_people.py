"""Everybody who is asked to a convening, for organizers: found, sorted, saved as lists, taken along as tables."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from sqlmodel import Session

from app.exchange.registration_tables import PEOPLE, TYPES, people_rows, table_file
from app.models import Convening, SavedList
from app.people import cities, cohorts
from app.people.audit import Refused
from app.registration import saved_lists
from app.registration.everybody import LAB, Listed, everybody
from app.registration.finding import MISSING, MORE, STATES, Filter, in_words
from app.registration.since import Moment, moves_since
from app.routes import typed
from app.routes.door import ConveningHere, Db, Needs, NotHere, ViewerHere
from app.routes.pages import page, see_other, wants_fragment
from app.routes.registration_desk import HERE, Text

router = APIRouter(prefix=HERE)
BOARD = [Depends(Needs("registration.board"))]
A_PAGE = 100


def filter_here(request: Request) -> Filter:
    """The filter that the address says."""
    return Filter.of(request.query_params)


FilterHere = Annotated[Filter, Depends(filter_here)]


@router.get("/people", dependencies=BOARD)
def people(
    request: Request,
    db: Db,
    convening: ConveningHere,
    chosen: FilterHere,
    start: str = "",
    since: Moment | None = None,
) -> Response:
    """The list; since a print, who came and who left."""
    return people_page(request, db, convening, chosen, start=start, since=since)


@router.get("/people.{kind}", dependencies=BOARD)
def people_file(db: Db, convening: ConveningHere, chosen: FilterHere, kind: str) -> Response:
    """The same people as a table, all of them and no others."""
    found = chosen.found(everybody(db, convening))
    return file_answer(kind, f"{convening.slug}-people", people_rows(convening, found), list(PEOPLE.values()))


@router.post("/lists", dependencies=BOARD)
def save(
    request: Request, db: Db, convening: ConveningHere, viewer: ViewerHere, name: Text = "", query: Text = ""
) -> Response:
    try:
        saved = saved_lists.save_list(db, convening, name, query, by=viewer)
    except Refused as refused:
        chosen = Filter.of_query(query)
        return people_page(request, db, convening, chosen, refused=refused, written={"name": name})
    return see_other(_people(convening, saved.query), flash=f"The list “{saved.name}” is saved.")


@router.get("/lists", dependencies=BOARD)
def lists(request: Request, db: Db, convening: ConveningHere) -> Response:
    return _lists(request, db, convening)


@router.post("/lists/{number:int}", dependencies=BOARD)
def rename(
    request: Request, db: Db, convening: ConveningHere, viewer: ViewerHere, number: int, name: Text = ""
) -> Response:
    saved = _saved(db, convening, number)
    try:
        saved_lists.rename_list(db, saved, name, by=viewer)
    except Refused as refused:
        return _lists(request, db, convening, refused, {"number": number, "name": name})
    return see_other(f"{convening.path}/registration/lists", flash=f"The list is called “{saved.name}” now.")


@router.post("/lists/{number:int}/archival", dependencies=BOARD)
def archive(db: Db, convening: ConveningHere, viewer: ViewerHere, number: int) -> Response:
    saved = _saved(db, convening, number)
    saved_lists.archive_list(db, saved, by=viewer)
    return see_other(f"{convening.path}/registration/lists", flash=f"The list “{saved.name}” is put away.")


@router.post("/lists/{number:int}/restoration", dependencies=BOARD)
def restore(db: Db, convening: ConveningHere, viewer: ViewerHere, number: int) -> Response:
    saved = _saved(db, convening, number)
    saved_lists.restore_list(db, saved, by=viewer)
    return see_other(f"{convening.path}/registration/lists", flash=f"The list “{saved.name}” is back.")


def file_answer(kind: str, name: str, rows: Any, widths: Sequence[int]) -> Response:
    """Rows as a file to be saved; raises NotHere for a format that there is not."""
    if kind not in TYPES:
        raise NotHere("Tables are given as .csv and .xlsx.")
    headers = {
        "Content-Disposition": f'attachment; filename="{name}.{kind}"',
        "Cache-Control": "private, no-store",
    }
    return Response(table_file(rows, kind, widths), media_type=TYPES[kind], headers=headers)


@dataclass(frozen=True, slots=True)
class Offered:
    """What the filter's fields offer: (word, said)."""

    cities: list[tuple[str, str]]
    roles: list[tuple[str, str]]

    @property
    def names(self) -> tuple[dict[str, str], dict[str, str]]:
        return dict(self.cities), dict(self.roles)


def offered(db: Session, convening: Convening) -> Offered:
    """The cohort's cities and roles. Two queries."""
    towns = cities.cities_of(db, convening.cohort_id)
    return Offered(
        cities=[*((one.slug, one.name) for one in towns), (LAB, "The lab and guests")],
        roles=[(one.slug, one.plural or one.name) for one in cohorts.roles_of(db, convening.cohort_id)],
    )


def people_page(
    request: Request,
    db: Session,
    convening: Convening,
    chosen: Filter,
    *,
    start: str = "",
    since: int | None = None,
    refused: Refused | None = None,
    written: dict[str, str] | None = None,
) -> Response:
    """The list, narrowed, a hundred at a time; as a fragment where htmx asks."""
    people = everybody(db, convening)
    found = chosen.found(people)
    first = int(start) if start.isascii() and start.isdigit() and int(start[:9]) < len(found) else 0
    saved = saved_lists.lists_of(db, convening)
    context: dict[str, Any] = {
        "convening": convening,
        "moves": moves_since(db, convening, since) if since is not None else None,
        "everybody": len(people),
        "found": len(found),
        "people": found[first : first + A_PAGE],
        "first": first,
        "next": first + A_PAGE if first + A_PAGE < len(found) else None,
        "a_page": A_PAGE,
        "chosen": chosen,
        "offered": offered(db, convening),
        "states": [(word, text) for word, (text, _) in STATES.items()],
        "missing": [(word, text) for word, (text, _) in MISSING.items()],
        "more": [(word, text) for word, (text, _) in MORE.items()],
        "saved": saved,
        "this_list": next((one for one in saved if one.query == chosen.query), None),
        "without_address": sum(one.email is None for one in found),
        "errors": dict(typed.errors(refused)) if refused else {},
        "typed": written or {},
    }
    block = "found" if wants_fragment(request) and refused is None else None
    answer = page(request, "registration/people.html", context, block=block, status=422 if refused else 200)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _lists(
    request: Request,
    db: Session,
    convening: Convening,
    refused: Refused | None = None,
    written: dict[str, Any] | None = None,
) -> Response:
    people = everybody(db, convening)
    names = offered(db, convening).names
    context: dict[str, Any] = {
        "convening": convening,
        "lists": [(one, _said(one, people, names)) for one in saved_lists.lists_of(db, convening)],
        "put_away": saved_lists.lists_of(db, convening, archived=True),
        "errors": dict(typed.errors(refused)) if refused else {},
        "typed": written or {},
    }
    return page(request, "registration/lists.html", context, status=422 if refused else 200)


def _said(saved: SavedList, people: list[Listed], names: tuple[dict[str, str], dict[str, str]]) -> tuple[str, int]:
    """In words whom a saved list finds, and how many these are today."""
    chosen = Filter.of_query(saved.query)
    return in_words(chosen, *names), len(chosen.found(people))


def _saved(db: Session, convening: Convening, number: int) -> SavedList:
    saved = db.get(SavedList, number)
    if saved is None or saved.convening_id != convening.key:
        raise NotHere("There is no such list.")
    return saved


def _people(convening: Convening, query: str) -> str:
    return f"{convening.path}/registration/people{f'?{query}' if query else ''}"
