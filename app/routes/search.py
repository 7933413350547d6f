"""The search: people, cities, sessions and updates of the viewer's cohorts, as far as each may see them.

Words are looked for without accents and case, all of them, in any order. What is searched is what the rooms show
this viewer, so that a hit tells nothing that a page would not.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlmodel import Session, col, select

from app import clock
from app.agenda import published
from app.gatherings.listing import gatherings_of
from app.learning.shelf import Sought, shelf
from app.models import Cohort, Convening
from app.people import cities
from app.people.directory import Sought as SoughtPeople
from app.people.directory import current_people
from app.people.excerpts import excerpt
from app.people.names import matches, plain
from app.people.policy import may
from app.people.viewer import Office, Viewer
from app.updates.mark_lists import marks_on
from app.updates.released import released

MOST = 50
"""Hits of a kind that are shown; who has more says more words."""


@dataclass(frozen=True, slots=True)
class Hit:
    """What was found; `excerpt` is a piece of its text, with whether each part of it was looked for."""

    kind: str
    title: str
    url: str
    detail: str = ""
    excerpt: tuple[tuple[str, bool], ...] = ()


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
        for one in current_people(db, cohort_id, clock.today("UTC"), SoughtPeople(words)):
            said = "; ".join(held.said for held in one.offices)
            yield Hit("People", one.name, f"{home}/people/{one.person_id}", said)
    for city in cities.cities_of(db, cohort_id):
        if matches(words, city.name, city.state):
            yield Hit("Cities", city.name, f"{home}/cities/{city.slug}", city.state)
    yield from _sessions(db, viewer, office, words)
    yield from _library(db, viewer, office, words)
    if may(viewer, "update.read", cohort_id=cohort_id):
        yield from _updates(db, viewer, office, words)


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


def _library(db: Session, viewer: Viewer, office: Office, words: str) -> Iterator[Hit]:
    """What the library has for this viewer, with the walls of its session or working group (rule 13)."""
    sought = Sought(words)
    for one in shelf(db, db.get_one(Cohort, office.cohort_id), viewer):
        if sought.takes(one):
            said = (
                f"{str(one.item.kind).capitalize()}, {one.whence.title}" if one.whence else one.item.kind.capitalize()
            )
            pieces = tuple(excerpt(words, one.item.text))
            yield Hit("Library", one.item.title, f"/{office.cohort_slug}/library/{one.item.key}", said, pieces)


def _updates(db: Session, viewer: Viewer, office: Office, words: str) -> Iterator[Hit]:
    """The last released version of each update, and what readers left there. Drafts have no part in it (rule 5), nor
    has what was redacted, hidden or taken back. A scan: twelve cities in twenty cycles, of 1,500 words each, take half
    a second; only what is shown is searched for its surroundings."""
    home = f"/{office.cohort_slug}"
    found = released(db, office.cohort_id)
    marks = marks_on(db, [one.update.key for one in found], viewer, organizer=False)
    shown = 0
    for one in found:
        parts = one.content.parts().values()
        texts = [(one.anchor(part), part.words) for part in parts if not part.redaction]
        head = (one.city.name, one.cycle.title, one.version.author)
        if matches(words, *head, *(text for _, text in texts)):
            shown += 1
            anchor, pieces = _best(words, texts) if shown <= MOST else ("", ())
            said = f"{one.version.author}, {one.version.office}"
            yield Hit("Updates", f"{one.city.name}, {one.cycle.title}", one.place(home[1:]) + anchor, said, pieces)
        for mark in marks.get(one.update.key, ()):
            if mark.stands and matches(words, mark.name, mark.text, mark.answer):
                pieces = tuple(excerpt(words, mark.text) or excerpt(words, mark.answer))
                title = f"To {one.city.name}, {one.cycle.title}"
                said = ", ".join(filter(None, (mark.name, mark.office)))
                yield Hit("Questions and offers", title, f"{one.place(home[1:])}#mark-{mark.id}", said, pieces)


def _best(words: str, texts: list[tuple[str, str]]) -> tuple[str, tuple[tuple[str, bool], ...]]:
    """The part in which most of the words stand: its anchor ("#part-wins") and a piece of it; where the words stand
    only in names, neither."""
    sought = plain(words).split()
    ranked = [(sum(word in plain(text) for word in sought), -place) for place, (_, text) in enumerate(texts)]
    most, place = max(ranked, default=(0, 0))
    if not most:
        return "", ()
    anchor, text = texts[-place]
    return f"#{anchor}", tuple(excerpt(words, text))
