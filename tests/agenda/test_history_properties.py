"""Whatever is done to a draft: taking it back step by step leads to the first state, doing it again to the last."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, col, select

from app.agenda.history import redo_step, steps, undo_step
from app.agenda.placements import give_rooms, move_session, resize_session, shift_sessions, swap_sessions
from app.agenda.placements import unplace_session as take_off
from app.agenda.sessions import archive_session, cancel_session, change_session, create_session, reinstate_session
from app.agenda.sessions import restore_session as bring_back
from app.gatherings.details import Details, Item, Presenter, details_of
from app.models import AgendaSession, EngagementState
from app.people.audiences import Rule
from app.people.audit import Refused
from app.people.viewer import Viewer
from tests.agenda.campus import TUESDAY, WEDNESDAY, Campus
from tests.agenda.test_history import drafted

ROOMS = ("GCC", "Askwith Hall", "Team Room 1")
SPEAKERS = ("Prof. Strand", "Theo Lund", "Ruth Adler")


@dataclass(frozen=True)
class Act:
    """A thing to do: which, to the how-manieth session, and how."""

    kind: str
    session: int
    other: int
    slot: int
    rooms: tuple[str, ...]
    speakers: tuple[str, ...]
    word: str


ACTS: st.SearchStrategy[Act] = st.builds(
    Act,
    kind=st.sampled_from(
        [
            "create",
            "move",
            "tray",
            "resize",
            "rooms",
            "cancel",
            "reinstate",
            "archive",
            "restore",
            "say",
            "swap",
            "shift",
        ]
    ),
    session=st.integers(0, 4),
    other=st.integers(0, 4),
    slot=st.integers(0, 40),
    rooms=st.lists(st.sampled_from(ROOMS), unique=True, max_size=3).map(tuple),
    speakers=st.lists(st.sampled_from(SPEAKERS), unique=True, max_size=3).map(tuple),
    word=st.sampled_from(["Keynote", "Lunch", "Déjeuner", "غداء", ""]),
)


class Desk:
    """An organizer who does such acts; what is refused is not done."""

    def __init__(self, place: Campus, by: Viewer) -> None:
        self.place, self.db, self.by = place, place.db, by

    def do(self, act: Act) -> None:
        sessions = self.db.exec(
            select(AgendaSession)
            .where(AgendaSession.convening_id == self.place.convening.key)
            .order_by(col(AgendaSession.id))
        ).all()
        session, other = sessions[act.session % len(sessions)], sessions[act.other % len(sessions)]
        do: dict[str, Callable[[], Any]] = {
            "create": lambda: create_session(
                self.db, self.place.convening, self.said(act), to=self.at(act), by=self.by
            ),
            "move": lambda: move_session(self.db, session, to=self.at(act), by=self.by),
            "tray": lambda: take_off(self.db, session, by=self.by),
            "resize": lambda: resize_session(self.db, session, minutes=5 * act.slot + 5, by=self.by),
            "rooms": lambda: give_rooms(self.db, session, self.at(act).rooms, by=self.by),
            "cancel": lambda: cancel_session(self.db, session, reason=act.word, by=self.by),
            "reinstate": lambda: reinstate_session(self.db, session, by=self.by),
            "archive": lambda: archive_session(self.db, session, by=self.by),
            "restore": lambda: bring_back(self.db, session, by=self.by),
            "say": lambda: change_session(self.db, session, self.said(act), by=self.by),
            "swap": lambda: swap_sessions(self.db, session, other, by=self.by),
            "shift": lambda: self.shift([session, other], act.slot),
        }
        try:
            do[act.kind]()
        except Refused:
            return

    def at(self, act: Act) -> Any:
        start = f"{8 + act.slot // 4:02}:{act.slot % 4 * 15:02}"
        end = f"{9 + act.slot // 4:02}:{act.slot % 4 * 15:02}"
        day = WEDNESDAY if act.slot % 2 else TUESDAY
        return self.place.placement(f"{start}–{end}", day, act.rooms)

    def said(self, act: Act) -> Details:
        people = [self.place.person(name).key for name in act.speakers]
        roles = frozenset({role.key for role in self.place.town.roles.values()} if act.slot % 3 else ())
        return replace(
            self.place.details(act.word or "Untitled", protected=bool(act.slot % 2)),
            audience=Rule(everyone=not roles, role_ids=roles, but_person_ids=frozenset(people[1:])),
            presenters=tuple(Presenter(person, state=EngagementState.CONFIRMED) for person in people),
            items=tuple(Item(10 + number, f"{act.word} {number}") for number in range(act.slot % 4)),
            internal_notes=act.word,
        )

    def shift(self, sessions: list[AgendaSession], slot: int) -> None:
        starts = {one.key: one.starts_at + timedelta(minutes=5 * slot) for one in sessions if one.starts_at is not None}
        shift_sessions(self.db, self.place.convening, starts, by=self.by)

    def state(self) -> tuple[Any, ...]:
        """All that the draft says."""
        self.db.expire_all()
        here = select(AgendaSession).where(
            AgendaSession.convening_id == self.place.convening.key, col(AgendaSession.archived_at).is_(None)
        )
        return drafted(self.place), {one.uid: details_of(one) for one in self.db.exec(here)}

    def undo(self) -> bool:
        found = steps(self.db, self.place.convening, self.by).undo
        if found:
            undo_step(self.db, self.place.convening, reverses=found[0].turn, by=self.by)
        return bool(found)

    def redo(self) -> bool:
        found = steps(self.db, self.place.convening, self.by).redo
        if found:
            redo_step(self.db, self.place.convening, reverses=found[0].turn, by=self.by)
        return bool(found)


@pytest.fixture
def desk(place: Campus) -> Desk:
    place.session("First", "09:00–10:00", rooms=["GCC"], speakers=["Prof. Strand"])
    place.session("Second", None, rule=place.of_role("mayor"))
    place.session("Third", "11:00–12:00", WEDNESDAY, rooms=["GCC", "Askwith Hall"])
    return Desk(place, place.viewer("Ada Roth"))


@contextmanager
def fresh(db: Session) -> Iterator[None]:
    """What is done within is rolled back afterwards: each example begins where the others did."""
    began = db.begin_nested()
    try:
        yield
    finally:
        began.rollback()


SETTINGS = settings(
    deadline=None, max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@given(st.lists(ACTS, min_size=1, max_size=8))
@SETTINGS
def test_undoing_everything_leads_to_the_first_state_and_redoing_it_to_the_last(desk: Desk, acts: list[Act]) -> None:
    with fresh(desk.db):
        states = [desk.state()]
        for act in acts:
            before = len(steps(desk.db, desk.place.convening, desk.by).undo)
            desk.do(act)
            if len(steps(desk.db, desk.place.convening, desk.by).undo) > before:
                states.append(desk.state())
        for state in reversed(states[:-1]):
            assert desk.undo()
            assert desk.state() == state
        assert not desk.undo()
        for state in states[1:]:
            assert desk.redo()
            assert desk.state() == state
        assert not desk.redo()


@given(st.lists(ACTS, min_size=1, max_size=5), st.lists(st.booleans(), max_size=12))
@SETTINGS
def test_going_back_and_forth_at_will_walks_over_the_same_states(desk: Desk, acts: list[Act], back: list[bool]) -> None:
    with fresh(desk.db):
        states = [desk.state()]
        for act in acts:
            before = len(steps(desk.db, desk.place.convening, desk.by).undo)
            desk.do(act)
            if len(steps(desk.db, desk.place.convening, desk.by).undo) > before:
                states.append(desk.state())
        at = len(states) - 1
        for is_back in back:
            moved = desk.undo() if is_back else desk.redo()
            assert moved == (at > 0 if is_back else at < len(states) - 1)
            at += (-1 if is_back else 1) * moved
            assert desk.state() == states[at]
