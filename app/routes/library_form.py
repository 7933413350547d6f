"""The form of a thing in the library: what is typed, as strings, and what it means."""

from collections.abc import Mapping
from typing import Any

from fastapi import Request
from fastapi.responses import Response
from pydantic import BaseModel
from sqlmodel import Session, col, select

from app.files import SUFFIXES, TAKEN
from app.learning.library import USUAL_TITLES, Said
from app.learning.shelf import session_choices
from app.models import Cohort, Convening, LibraryItem, LibraryKind, Openness, WorkingGroup
from app.people.audit import Refused
from app.people.cities import cities_of
from app.people.viewer import Viewer
from app.routes.pages import page
from app.settings import Settings

OPENNESS_NAMES = {
    Openness.CLOSED: "Closed: the lab, and whoever is in its session or working group",
    Openness.COHORT: "Cohort: everyone in the cohort who may know of its session or working group",
    Openness.PUBLIC: "Public: anyone, where its session is public too",
}


class LibraryForm(BaseModel):
    title: str = ""
    kind: str = LibraryKind.DOCUMENT
    text: str = ""
    topics: str = ""
    city: str = ""
    convening: str = ""
    session: str = ""
    group: str = ""
    openness: str = Openness.COHORT
    url: str = ""


def blank(db: Session, cohort: Cohort, viewer: Viewer, session: str = "", group: str = "") -> LibraryForm:
    """A new thing's form; of a session or a group where it was opened from there."""
    labels = session_choices(db, cohort, viewer) if session.isdecimal() else {}
    label = labels.get(int(session), "") if session.isdecimal() else ""
    return LibraryForm(session=label, group=group if group.isdecimal() else "")


def filled(db: Session, cohort: Cohort, viewer: Viewer, item: LibraryItem) -> LibraryForm:
    """A stored thing as its form shows it."""
    labels = session_choices(db, cohort, viewer)
    number = item.session_id
    return LibraryForm(
        title=item.title,
        kind=item.kind,
        text=item.text,
        topics=item.topics,
        city=str(item.city_id or ""),
        convening=str(item.convening_id or ""),
        session=labels.get(number, f"number {number}") if number else "",
        group=str(item.group_id or ""),
        openness=item.openness if item.openness in OPENNESS_NAMES else Openness.PUBLIC,
        url=item.url,
    )


def show(
    request: Request,
    db: Session,
    cohort: Cohort,
    viewer: Viewer,
    settings: Settings,
    form: LibraryForm,
    *,
    errors: Mapping[str, str] | None = None,
    item: LibraryItem | None = None,
) -> Response:
    """The form; with errors it keeps what was typed and answers 422. A file has to be chosen again: browsers ask it."""
    context = {
        "form": form,
        "errors": errors or {},
        "item": item,
        "kinds": [(str(kind), name) for kind, name in USUAL_TITLES.items()],
        "opennesses": [(str(one), words) for one, words in OPENNESS_NAMES.items()],
        "cities": [(str(city.key), city.name) for city in cities_of(db, cohort.key)],
        "convenings": [(str(one.key), one.title) for one in _convenings(db, cohort)],
        "groups": [(str(one.key), one.name) for one in _groups(db, cohort)],
        "sessions": list(session_choices(db, cohort, viewer).values()),
        **taken(settings),
    }
    return page(request, "library/form.html", context, status=422 if errors else 200)


def taken(settings: Settings) -> dict[str, Any]:
    """What forms say of the files that are taken."""
    return {
        "taken": TAKEN,
        "suffixes": SUFFIXES,
        "megabytes": settings.document_megabytes,
        "of_a_picture": settings.picture_megabytes,
    }


def read(db: Session, cohort: Cohort, viewer: Viewer, form: LibraryForm) -> Said:
    """What the form says. Raises Refused at the field."""
    if form.kind not in {str(kind) for kind in LibraryKind}:
        raise Refused("Choose what it is.", "kind")
    if form.openness not in {str(one) for one in OPENNESS_NAMES}:
        raise Refused("Choose who may have it.", "openness")
    return Said(
        title=form.title,
        kind=LibraryKind(form.kind),
        text=form.text,
        topics=form.topics,
        city_id=_chosen(form.city, [city.key for city in cities_of(db, cohort.key)], "city"),
        convening_id=_chosen(form.convening, [one.key for one in _convenings(db, cohort)], "convening"),
        session_id=_session(db, cohort, viewer, form.session),
        group_id=_chosen(form.group, [one.key for one in _groups(db, cohort)], "group"),
        openness=Openness(form.openness),
        url=form.url,
    )


def _session(db: Session, cohort: Cohort, viewer: Viewer, label: str) -> int | None:
    """The session that was chosen by its label; raises Refused for none, and where several are called so."""
    wanted = " ".join(label.split()).casefold()
    if not wanted:
        return None
    labels = session_choices(db, cohort, viewer)
    named = [number for number, known in labels.items() if known.casefold() == wanted]
    named += [number for number, known in labels.items() if known.rpartition(" (")[0].casefold() == wanted]
    if len(set(named)) != 1:
        problem = "Several sessions are called" if named else "No session is called"
        raise Refused(f"{problem} “{label.strip()[:100]}”. Choose one of the list.", "session")
    return named[0]


def _chosen(text: str, offered: list[int], field: str) -> int | None:
    if not text:
        return None
    found = next((number for number in offered if str(number) == text), None)
    if found is None:
        raise Refused("Choose one of the list.", field)
    return found


def _convenings(db: Session, cohort: Cohort) -> list[Convening]:
    query = select(Convening).where(Convening.cohort_id == cohort.key, col(Convening.archived_at).is_(None))
    return list(db.exec(query.order_by(col(Convening.starts_on).desc())))


def _groups(db: Session, cohort: Cohort) -> list[WorkingGroup]:
    query = select(WorkingGroup).where(WorkingGroup.cohort_id == cohort.key, col(WorkingGroup.archived_at).is_(None))
    return list(db.exec(query.order_by(col(WorkingGroup.name))))
