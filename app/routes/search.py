"""The search: people, cities, sessions and updates of the viewer's cohorts, as far as each may see them.

Words are looked for without accents and case, all of them, in any order. What is searched is what the rooms show
this viewer, so that a hit tells nothing that a page would not.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import func
from sqlmodel import Session, col, select

from app import clock
from app.agenda import published
from app.gatherings.listing import gatherings_of
from app.models import City, Convening, Update, UpdateCycle, UpdateVersion
from app.people import cities
from app.people.directory import Sought, current_people
from app.people.names import matches
from app.people.policy import may
from app.people.viewer import Office, Viewer
from app.updates.content import Content

MOST = 50
"""Hits of a kind that are shown; who has more says more words."""


@dataclass(frozen=True, slots=True)
class Hit:
    kind: str
    title: str
    url: str
    detail: str = ""


def search(db: Session, viewer: Viewer, words: str) -> list[tuple[str, list[Hit]]]:
    """The hits by kind, kinds without any left out."""
    kinds: dict[str, list[Hit]] = {}
    cohorts = {office.cohort_id: office for office in viewer.offices}
    for office in cohorts.values():
        for hit in _hits(db, viewer, office, words):
            kinds.setdefault(hit.kind, []).append(hit)
    return [(kind, hits[:MOST]) for kind, hits in kinds.items()]


def _hits(db: Session, viewer: Viewer, office: Office, words: str) -> Iterator[Hit]:
    cohort_id, home = office.cohort_id, f"/{office.cohort_slug}"
    if may(viewer, "people.read", cohort_id=cohort_id):
        for one in current_people(db, cohort_id, clock.today("UTC"), Sought(words)):
            said = "; ".join(held.said for held in one.offices)
            yield Hit("People", one.name, f"{home}/people/{one.person_id}", said)
    for city in cities.cities_of(db, cohort_id):
        if matches(words, city.name, city.state):
            yield Hit("Cities", city.name, f"{home}/cities/{city.slug}", city.state)
    yield from _sessions(db, viewer, office, words)
    if may(viewer, "update.read", cohort_id=cohort_id):
        yield from _updates(db, office, words)


def _sessions(db: Session, viewer: Viewer, office: Office, words: str) -> Iterator[Hit]:
    """Sessions of published agendas and gatherings, as this viewer sees them: covered ones by their cover only."""
    home = f"/{office.cohort_slug}"
    convenings = select(Convening).where(Convening.cohort_id == office.cohort_id, col(Convening.archived_at).is_(None))
    for convening in db.exec(convenings.order_by(col(Convening.starts_on).desc())):
        agenda = published.agenda(db, convening, viewer)
        for one in agenda.sessions if agenda else ():
            presenters = " ".join(presenter.name for presenter in one.presenters)
            if matches(words, one.title, one.purpose, one.track, presenters):
                said = f"{convening.title}, {clock.said_span(one.starts_at, one.ends_at, one.zone)}"
                url = f"{home}/convenings/{convening.slug}/sessions/{one.id}"
                yield Hit("Sessions", one.title, url, said)
    for call in gatherings_of(db, office.cohort_id, viewer):
        if matches(words, call.title, call.purpose, call.series_title, *call.presenters):
            said = clock.said_span(call.starts_at, call.ends_at, call.zone)
            yield Hit("Gatherings", call.title, f"{home}/gatherings/{call.session_id}", said)


def _updates(db: Session, office: Office, words: str) -> Iterator[Hit]:
    """The last released version of each update. Drafts have no part in it (rule 5), nor has what was redacted."""
    last = (
        select(UpdateVersion.update_id, func.max(UpdateVersion.number).label("number"))
        .group_by(col(UpdateVersion.update_id))
        .subquery()
    )
    rows = db.exec(
        select(UpdateVersion, UpdateCycle, City)
        .join(last, (last.c.update_id == UpdateVersion.update_id) & (last.c.number == UpdateVersion.number))
        .join(Update, col(Update.id) == UpdateVersion.update_id)
        .join(UpdateCycle, col(UpdateCycle.id) == Update.cycle_id)
        .join(City, col(City.id) == Update.city_id)
        .where(UpdateCycle.cohort_id == office.cohort_id)
        .order_by(col(UpdateCycle.due_on).desc(), col(City.name))
    )
    for version, cycle, city in rows:
        parts = Content.model_validate(version.content).parts().values()
        if matches(words, city.name, cycle.title, version.author, *(part.words for part in parts)):
            url = f"/{office.cohort_slug}/updates/{cycle.slug}/{city.slug}"
            yield Hit("Updates", f"{city.name}, {cycle.title}", url, f"{version.author}, {version.office}")
