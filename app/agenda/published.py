"""What a viewer may see of a published agenda (rules 13 and 18). Pages, feeds, files and prints all ask here.

    agenda = published.agenda(db, convening, viewer)             the newest release as this viewer sees it, or None
    agenda.days                                                   days with their sessions, in order of time
    agenda.sessions                                               the same without days

Public and press sessions are for anyone. Guests (strangers, other cohorts, experts) see of the others only those
they have a part in or are named for. People of the cohort see its sessions in full, except closed ones: these are
seen in full by whoever is in them on their day and, unless a session excludes the lab, by the lab's people; the
others see that something takes place, when and where, under its cover title. What is internal is seen by those in
it and by the lab alone. An assistant sees that their principal is in a closed session, and nothing of it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from sqlmodel import Session, col, func, select

from app.agenda.parallel import Parallel
from app.agenda.seeing import SeenSession, cover, date_of, full, in_full, programme_day
from app.agenda.snapshots import SessionEntry, as_kept
from app.models import AgendaRelease, Convening, Openness, SessionFormat, Standing
from app.people.audiences import Attendee
from app.people.chosen import NOTHING_CHOSEN, chosen
from app.people.references import kept_records
from app.people.standing_in import NOBODY, StandIns, stand_ins
from app.people.viewer import Office, Viewer, offices_of


@dataclass(frozen=True, slots=True)
class SeenDay:
    date: date
    sessions: tuple[SeenSession, ...]


@dataclass(frozen=True, slots=True)
class PublishedAgenda:
    """A release as one viewer sees it, with what a reader needs of its convening.

    `heading` is what the agenda was called and where it was when it was published (`heading_of`); empty for the
    newest, which is as the convening is now.
    """

    convening_id: int
    cohort_id: int
    slug: str
    title: str
    zone: str
    starts_on: date
    ends_on: date
    release_number: int
    released_at: datetime
    note: str
    sessions: tuple[SeenSession, ...]
    heading: Mapping[str, str] = field(default_factory=dict)

    @property
    def days(self) -> tuple[SeenDay, ...]:
        """The sessions by programme day, in the convening's zone; a day without any is left out."""
        days: dict[date, list[SeenSession]] = {}
        for session in self.sessions:
            days.setdefault(programme_day(session.starts_at, self.zone), []).append(session)
        return tuple(SeenDay(day, tuple(sessions)) for day, sessions in sorted(days.items()))

    def session(self, session_id: int) -> SeenSession | None:
        return next((one for one in self.sessions if one.id == session_id), None)


def latest_release(db: Session, convening: Convening) -> AgendaRelease | None:
    """The newest release, or None before the first."""
    releases = select(AgendaRelease).where(AgendaRelease.convening_id == convening.key)
    return db.exec(releases.order_by(col(AgendaRelease.number).desc()).limit(1)).first()


def latest_number(db: Session, convening: Convening) -> int | None:
    """The number of the newest release, without reading it; None before the first."""
    return db.exec(select(func.max(AgendaRelease.number)).where(AgendaRelease.convening_id == convening.key)).one()


def release_numbered(db: Session, convening: Convening, number: int) -> AgendaRelease | None:
    """The release of that number, or None."""
    return db.exec(
        select(AgendaRelease).where(AgendaRelease.convening_id == convening.key, AgendaRelease.number == number)
    ).first()


def agenda(
    db: Session, convening: Convening, viewer: Viewer, *, number: int | None = None, for_calendar: bool = False
) -> PublishedAgenda | None:
    """The newest release (or the one of that number, as it was) as the viewer sees it; None where there is none.

    `for_calendar`: with what they had as a substitute that they no longer are, for it to be called off (rule 16).
    """
    newest = latest_release(db, convening)
    if newest is None:
        return None
    if number is None:
        entries = release_entries(db, newest)
        return seen_release(db, convening, newest, entries, viewer, for_calendar=for_calendar)
    release = newest if number == newest.number else release_numbered(db, convening, number)
    if release is None:
        return None
    entries = closed_since(release_entries(db, release), release_entries(db, newest))
    return seen_release(db, convening, release, entries, viewer, heading=release.heading)


def closed_since(entries: Iterable[SessionEntry], newest: Iterable[SessionEntry]) -> list[SessionEntry]:
    """An older release's sessions, with those of the cohort closed that are closed now (rule 13): what was open
    once is not read up again in what was published then. What was public is known, and stays as it was."""
    closed = {entry["id"]: entry for entry in newest if entry["openness"] == Openness.CLOSED}
    return [
        _closed(entry, closed[entry["id"]])
        if entry["id"] in closed and not Openness(entry["openness"]).is_public
        else entry
        for entry in entries
    ]


def _closed(entry: SessionEntry, now: SessionEntry) -> SessionEntry:
    return {
        **entry,
        "openness": now["openness"],
        "excludes_lab": now["excludes_lab"],
        "cover_title": now["cover_title"],
        "audience": now["audience"],
    }


def seen_release(
    db: Session,
    convening: Convening,
    release: AgendaRelease,
    entries: Iterable[SessionEntry],
    viewer: Viewer,
    *,
    heading: Mapping[str, str] | None = None,
    for_calendar: bool = False,
) -> PublishedAgenda:
    """A release's entries as the viewer sees them, under its own heading or (None) the convening's of now."""
    heading = heading or {}
    return PublishedAgenda(
        convening_id=convening.key,
        cohort_id=convening.cohort_id,
        slug=convening.slug,
        title=heading.get("title", convening.title),
        zone=heading.get("zone", convening.zone),
        starts_on=date.fromisoformat(heading["starts_on"]) if heading else convening.starts_on,
        ends_on=date.fromisoformat(heading["ends_on"]) if heading else convening.ends_on,
        release_number=release.number,
        released_at=release.created_at,
        note=release.note,
        sessions=seen_entries(db, convening, entries, viewer, release.number, for_calendar=for_calendar),
        heading=heading,
    )


def heading_of(convening: Convening) -> dict[str, str]:
    """What stands above an agenda, as a release keeps it: names, dates (ISO 8601), zone, place."""
    venue = convening.venue
    return {
        "title": convening.title,
        "theme": convening.theme,
        "cohort": convening.cohort.name,
        "lab": convening.cohort.lab_name,
        "zone": convening.zone,
        "starts_on": convening.starts_on.isoformat(),
        "ends_on": convening.ends_on.isoformat(),
        "venue": venue.name if venue else "",
        "address": venue.address if venue else "",
    }


def release_entries(db: Session, release: AgendaRelease) -> list[SessionEntry]:
    """The snapshot's sessions, in order of time. Who was merged since is read as the record that stays; the snapshot
    itself, and the names in it, stay as they were published (rule 15)."""
    entries: list[SessionEntry] = release.sessions  # type: ignore[assignment]
    kept = kept_records(db)
    return [as_kept(entry, kept) for entry in entries] if kept else entries


def seen_entries(
    db: Session,
    convening: Convening,
    entries: Iterable[SessionEntry],
    viewer: Viewer,
    release_number: int = 0,
    *,
    for_calendar: bool = False,
) -> tuple[SeenSession, ...]:
    """What the viewer may see of a snapshot; queries: one for each day of it, one for its substitutions and one for
    what they chose, and none for strangers."""
    entries = list(entries)
    standing = stand_ins(db, convening.key) if viewer.is_signed_in else NOBODY
    choices = chosen(db, convening.key, viewer.person_id) if viewer.person_id is not None else NOTHING_CHOSEN
    offices = _offices(db, viewer, convening.cohort_id, entries, standing)
    parallel = Parallel(choices, in_full(entries) if choices.at else ())
    sight = Sight(
        viewer,
        convening.cohort_id,
        offices,
        standing,
        parallel,
        release_number=release_number,
        for_calendar=for_calendar,
    )
    return tuple(seen for entry in entries if (seen := sight.of(entry)) is not None)


def who_comes(db: Session, agenda: PublishedAgenda, session: SeenSession) -> list[Attendee]:
    """The people whom a session is for, on its day; nobody where the viewer may not know whom (rule 13)."""
    rule = session.rule
    if rule is None:
        return []
    standing = stand_ins(db, agenda.convening_id)
    choices = chosen(db, agenda.convening_id) if session.choice_group else NOTHING_CHOSEN
    parallel = Parallel(choices, agenda.sessions)
    people = standing.roll(db, date_of(session), agenda.cohort_id, rule.person_ids)
    return [one for one in people if parallel.expects(one, session, standing)]


class Sight:
    """One viewer's eyes on the sessions of a convening; `offices` are those they have there on each date of a session,
    `standing` its substitutions, `parallel` what they chose of what."""

    def __init__(
        self,
        viewer: Viewer,
        cohort_id: int,
        offices: Mapping[date, tuple[Office, ...]],
        standing: StandIns = NOBODY,
        parallel: Parallel | None = None,
        *,
        release_number: int = 0,
        for_calendar: bool = False,
    ) -> None:
        self.viewer = viewer
        self.offices = offices
        self.standing = standing
        self.parallel = parallel or Parallel()
        self.turns = self._turns(release_number)
        self.for_calendar = for_calendar
        self.is_lab = viewer.is_lab(cohort_id)
        here = viewer.offices_in(cohort_id)
        stood_in_for = {office for held in offices.values() for office in held if office.stands_in}
        self.of_cohort = (
            viewer.is_system or bool(stood_in_for) or any(office.standing is not Standing.EXPERT for office in here)
        )
        self.city_ids = viewer.city_ids(cohort_id) | {office.city_id for office in stood_in_for}

    def of(self, entry: SessionEntry, whole: SeenSession | None = None) -> SeenSession | None:
        """The session as they see it, or None; `whole` is the entry's `full` where many eyes look at it."""
        whole = whole or full(entry)
        presenting = self.presents(whole)
        welcome = presenting or self.is_welcome(whole)
        instead = self.chose_another_at(whole) if welcome and not presenting else None
        mine = welcome and instead is None
        left = instead or (None if welcome else self.given_up_at(whole))
        if whole.format is SessionFormat.INTERNAL and not (welcome or self.is_lab):
            return None
        if not (whole.openness.is_public or self.of_cohort or welcome):
            # who was to come in somebody's place has it in their calendar, which is told no more than that it is off
            return self._called_off(whole, left) if left and self.for_calendar else None
        inside = welcome and not self.viewer.acting
        through_lab = self.is_lab and not entry["excludes_lab"]
        if whole.openness is Openness.CLOSED and not (inside or through_lab):
            seen = cover(whole, entry["cover_title"])
        elif self.of_cohort:
            seen = whole if mine or self.is_lab else replace(whole, join_url="")
        else:
            seen = replace(whole, audience="", rule=None, join_url=whole.join_url if mine else "")
        if not mine and left is None:
            return seen
        seen = replace(seen, sequence=seen.sequence + self.turns, changed_at=self._turned_at(whole))
        if not mine:
            return replace(seen, given_up_at=left, chose_another=instead is not None)
        own = tuple(room for room in seen.rooms if room.city_id in self.city_ids)
        return replace(seen, mine=True, presenting=presenting, my_rooms=own or seen.rooms)

    def presents(self, session: SeenSession) -> bool:
        """Whether they have a part in a session, given whole."""
        return any(one.person_id == self.viewer.person_id for one in session.presenters)

    def given_up_at(self, session: SeenSession) -> datetime | None:
        """When they gave their place in a session up, given whole; None where they never had one (rule 10)."""
        person_id, rule = self.viewer.person_id, session.rule
        at = self.standing.left.get(person_id) if person_id is not None else None
        if person_id is None or rule is None:
            return None
        offices = self.offices.get(date_of(session), ())
        if at is not None:
            return at if rule.takes(person_id, offices) else None
        is_closed = session.openness is Openness.CLOSED
        took = self.standing.took(rule, person_id, offices, session_id=session.id, is_closed=is_closed)
        return self.standing.went[person_id].at if took else None

    def _called_off(self, whole: SeenSession, at: datetime) -> SeenSession:
        changed_at = self._turned_at(whole)
        seen = cover(whole, whole.title if whole.openness is Openness.COHORT else "")
        return replace(seen, sequence=whole.sequence + self.turns, changed_at=changed_at, given_up_at=at)

    def is_invited(self, session: SeenSession) -> bool:
        """Whether they are expected in a session, given whole: it is for them and they chose no other instead."""
        return self.is_welcome(session) and self.chose_another_at(session) is None

    def chose_another_at(self, session: SeenSession) -> datetime | None:
        """When they chose another of a session's choice group; None where they did not."""
        person_id = self.viewer.person_id or 0
        return self.parallel.chose_another(person_id, session.id, session.choice_group, self.is_welcome)

    def is_welcome(self, session: SeenSession) -> bool:
        """Whether a session, given whole, is for them on its day, whatever they chose."""
        person_id, rule = self.viewer.person_id, session.rule
        if person_id is None or rule is None:
            return False
        offices = self.offices.get(date_of(session), ()) if self.of_cohort else ()
        if not self.of_cohort:
            rule = replace(rule, everyone=False)
        is_closed = session.openness is Openness.CLOSED
        return self.standing.takes(rule, person_id, offices, session_id=session.id, is_closed=is_closed)

    def _turns(self, release_number: int) -> int:
        """By how much their calendar's sequence is higher than the sessions' own (rule 16): a choice frees or binds
        them when they make it, and again when a release takes what they chose away or brings it back."""
        person_id = self.viewer.person_id or 0
        chose = self.parallel.chosen.turns.get(person_id, 0)
        return self.standing.turns.get(person_id, 0) + chose + (release_number if chose else 0)

    def _turned_at(self, session: SeenSession) -> datetime:
        turned_at = self.parallel.chosen.turned_at.get(self.viewer.person_id or 0)
        return max(turned_at, session.changed_at) if turned_at and session.choice_group else session.changed_at


def _offices(
    db: Session, viewer: Viewer, cohort_id: int, entries: Iterable[SessionEntry], standing: StandIns
) -> dict[date, tuple[Office, ...]]:
    """What the viewer has in the cohort at the convening on each date of a session."""
    if viewer.person_id is None or not (viewer.in_cohort(cohort_id) or viewer.person_id in standing.seats):
        return {}
    days = sorted({date_of(entry) for entry in entries})
    held = {day: offices_of(db, viewer.person_id, day) for day in days}
    return {
        day: standing.offices(viewer.person_id, [one for one in offices if one.cohort_id == cohort_id])
        for day, offices in held.items()
    }
