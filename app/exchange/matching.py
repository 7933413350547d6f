"""Which session of the draft, and which person on record, is the one that a file means."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import union
from sqlmodel import Session, col, select

from app.exchange.reading import Findings, ReadPresenter, ReadSession
from app.models import AgendaSession, Engagement, Person, Seat, Tenure
from app.people.names import plain


def match_sessions(read: Iterable[ReadSession], held: Iterable[AgendaSession]) -> dict[str, AgendaSession]:
    """The draft's session for each key of the file that has one.

    First by the key it was imported under or the uid it was exported under; then, for what neither names, by the
    same title at the same time, so that a schedule brought first as XML and then as a calendar is not doubled.
    """
    held = list(held)
    read = list(read)
    by_key = {session.uid: session for session in held} | {session.import_key: session for session in held}
    found = {one.key: by_key[one.key] for one in read if one.key in by_key}
    taken = {session.key for session in found.values()}
    by_words: dict[tuple[str, object], list[AgendaSession]] = defaultdict(list)
    for session in held:
        if session.key not in taken and session.archived_at is None and session.starts_at is not None:
            by_words[plain(session.title), session.starts_at].append(session)
    for one in read:
        alike = by_words.get((plain(one.title), one.starts_at), []) if one.key not in found else []
        if alike:
            found[one.key] = alike.pop(0)
    return found


@dataclass(slots=True)
class People:
    """Those on record whom a file may mean: whoever holds or held a seat of the cohort or presents in it."""

    by_name: dict[str, list[Person]] = field(default_factory=lambda: defaultdict(list))
    by_email: dict[str, Person] = field(default_factory=dict)

    @classmethod
    def of(cls, db: Session, cohort_id: int, emails: Iterable[str] = ()) -> "People":
        """The cohort's people in two queries; and whoever has one of these addresses, in whatever cohort."""
        seated = select(Tenure.person_id).join(Seat, col(Seat.id) == Tenure.seat_id).where(Seat.cohort_id == cohort_id)
        presenting = (
            select(Engagement.person_id)
            .join(AgendaSession, col(AgendaSession.id) == Engagement.session_id)
            .where(AgendaSession.cohort_id == cohort_id)
        )
        people = cls()
        here = select(Person).where(col(Person.id).in_(union(seated, presenting)), col(Person.archived_at).is_(None))
        for person in db.exec(here.order_by(col(Person.id))):
            people.by_name[plain(person.name)].append(person)
        wanted = {email.lower() for email in emails if email}
        if wanted:
            for person in db.exec(select(Person).where(col(Person.email).in_(wanted))):
                people.by_email[person.email or ""] = person
        return people


def match_people(
    sessions: Iterable[ReadSession], held: Mapping[str, AgendaSession], people: People, findings: Findings
) -> dict[str, Person | None]:
    """The person on record for each presenter's key; None for one who is to be made.

    By address; else by name, where who presents that very session already goes before the cohort's other people.
    Nobody is taken for two keys. Where a name belongs to several on record, none of them is guessed at.
    """
    found: dict[str, Person | None] = {}
    taken: set[int] = set()
    for first in (True, False):  # those who present already are settled before any name is looked up
        for session in sessions:
            engaged = held[session.key].engagements if session.key in held else []
            here = [engagement.person for engagement in engaged]
            for presenter in session.presenters:
                if found.get(presenter.key) is not None:
                    continue
                person = _known(presenter, here, taken) if first else _named(presenter, people, taken, findings)
                found[presenter.key] = person
                if person is not None:
                    taken.add(person.key)
    return found


def _known(presenter: ReadPresenter, here: list[Person], taken: set[int]) -> Person | None:
    name = plain(presenter.name)
    return next((person for person in here if plain(person.name) == name and person.key not in taken), None)


def _named(presenter: ReadPresenter, people: People, taken: set[int], findings: Findings) -> Person | None:
    by_email = people.by_email.get(presenter.email.lower()) if presenter.email else None
    if by_email is not None:
        return by_email
    alike = [
        person
        for person in people.by_name.get(plain(presenter.name), [])
        if person.key not in taken and not (presenter.email and person.email)
    ]
    if len(alike) > 1:
        findings.note("", f"{len(alike)} people are called {presenter.name}; none was taken, and one more is made.")
    return alike[0] if len(alike) == 1 else None
