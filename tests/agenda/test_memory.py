"""Drafts kept in memory: whatever has changed since is seen, whoever changed it, and nothing that was undone is."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from sqlmodel import Session, SQLModel, select

from app.agenda import memory
from app.agenda.excuses import excuse
from app.agenda.findings import Checked, covers_of
from app.agenda.loading import load_draft
from app.agenda.memory import recall
from app.agenda.placements import move_session, unplace_session
from app.agenda.releases import override_finding
from app.agenda.sessions import archive_session, cancel_session, change_session, restore_session
from app.agenda.slots import swap_slots
from app.gatherings.details import Details, Item, Presenter, details_of
from app.models import AgendaSession, Convening, EngagementState, Membership, PublicBody, PublicBodyMember, Room
from app.people.audit import verb
from app.people.viewer import Viewer
from tests.agenda.campus import WEDNESDAY, Campus, five_minutes
from tests.agenda.test_loading import register
from tests.people.rows import BY, seat


@pytest.fixture(autouse=True)
def _forgetting() -> None:
    memory.forget()


@pytest.fixture
def sessions(place: Campus) -> dict[str, AgendaSession]:
    """A small agenda with a conflict, recalled once."""
    made = {
        "Welcome": place.session("Welcome", rooms=["GCC"], speakers=["Prof. Strand"]),
        "Mayors": place.session("Mayors", "09:30–10:30", rooms=["Team Room 1"], rule=place.of_role("mayor")),
        "Idea": place.session("Idea", None),
    }
    recall(place.db, place.convening)
    return made


def read(place: Campus) -> Checked:
    """The draft as reading all of it gives it."""
    return Checked.of(load_draft(place.db, place.convening))


def agree(place: Campus) -> None:
    kept, anew = recall(place.db, place.convening), read(place)
    assert kept.draft.sessions == anew.draft.sessions
    assert kept.found == anew.found
    assert kept.draft.overrides == anew.draft.overrides
    assert {one.id: kept.draft.words[one.rule] for one in kept.draft.sessions} == {
        one.id: anew.draft.words[one.rule] for one in anew.draft.sessions
    }


def vars_of(details: Details) -> dict[str, object]:
    return {name: getattr(details, name) for name in Details.__dataclass_fields__}


def said(place: Campus, session: AgendaSession, **changes: object) -> None:
    to = Details(**{**vars_of(details_of(session)), **changes})  # type: ignore[arg-type]  # as a test says it
    change_session(place.db, session, to, by=BY)


def let_stand(place: Campus) -> None:
    checked = recall(place.db, place.convening)
    finding, ada = checked.found[0], place.viewer("Ada Roth")
    covers = covers_of(finding, checked.draft)
    override_finding(place.db, place.convening, finding, covers=covers, reason="They know", by=ada)


@verb
def renamed(db: Session, row: Room, *, by: Viewer) -> None:
    row.name = "Gutman Conference Center"


@verb
def slower(db: Session, convening: Convening, *, by: Viewer) -> None:
    convening.walking_minutes = 45


@verb
def a_body(db: Session, place: Campus, *, by: Viewer) -> None:
    body = PublicBody(cohort_id=place.town.cohort.key, name="School Committee")
    db.add(body)
    db.flush()
    for name in ("Imani Okafor", "Ruth Adler"):
        db.add(PublicBodyMember(body_id=body.key, person_id=place.person(name).key))


@verb
def left(db: Session, place: Campus, *, by: Viewer) -> None:
    for membership in db.exec(select(Membership)):
        membership.left_on = place.convening.starts_on - timedelta(days=1)


CHANGES: dict[str, Callable[[Campus, dict[str, AgendaSession]], object]] = {
    "moved": lambda place, s: move_session(
        place.db, s["Welcome"], to=place.placement("14:00–15:00", WEDNESDAY, ["Askwith Hall"]), by=BY
    ),
    "taken back to the tray": lambda place, s: unplace_session(place.db, s["Mayors"], by=BY),
    "called off": lambda place, s: cancel_session(place.db, s["Mayors"], reason="", by=BY),
    "put away": lambda place, s: archive_session(place.db, s["Mayors"], by=BY),
    "retitled": lambda place, s: said(place, s["Mayors"], title="Another"),
    "for others": lambda place, s: said(place, s["Mayors"], audience=place.of_role("facilitator")),
    "for somebody more": lambda place, s: said(place, s["Mayors"], audience=place.of_people("Jo Park", "Theo Lund")),
    "with a presenter confirmed": lambda place, s: said(
        place,
        s["Welcome"],
        presenters=(Presenter(place.person("Prof. Strand").key, state=EngagementState.CONFIRMED),),
    ),
    "without presenters": lambda place, s: said(place, s["Welcome"], presenters=()),
    "with turns": lambda place, s: said(place, s["Welcome"], items=(Item(25, "", place.town.cities["Salem"].key),)),
    "somebody excused": lambda place, s: excuse(place.db, s["Mayors"], [place.person("Ruth Adler").key], by=BY),
    "one more": lambda place, s: place.session("More", "09:15–09:45", rooms=["GCC"]),
    "let stand": lambda place, s: let_stand(place),
    "a registration": lambda place, s: register(place.db, place, "Ruth Adler", there=("12:00", "18:00"), by=BY),
    "a seat": lambda place, s: seat(place.db, place.town, "New Hand", "Salem", "facilitator", by=BY),
    "a room": lambda place, s: renamed(place.db, place.rooms["GCC"], by=BY),
    "minutes to walk": lambda place, s: slower(place.db, place.convening, by=BY),
    "a public body": lambda place, s: a_body(place.db, place, by=BY),
    "a city that leaves": lambda place, s: left(place.db, place, by=BY),
}


@pytest.mark.each_database
@pytest.mark.parametrize("change", CHANGES)
def test_whatever_has_changed_is_seen(place: Campus, sessions: dict[str, AgendaSession], change: str) -> None:
    CHANGES[change](place, sessions)
    agree(place)


def test_what_was_put_away_comes_back(place: Campus, sessions: dict[str, AgendaSession]) -> None:
    archive_session(place.db, sessions["Mayors"], by=BY)
    recall(place.db, place.convening)
    restore_session(place.db, sessions["Mayors"], by=BY)
    agree(place)


def test_turns_that_changed_places_are_seen(place: Campus, sessions: dict[str, AgendaSession]) -> None:
    cities = place.town.cities
    said(place, sessions["Welcome"], items=tuple(Item(25, "", cities[name].key) for name in ("Salem", "Oakland")))
    recall(place.db, place.convening)
    first, second = sessions["Welcome"].items
    swap_slots(place.db, first, second, by=BY)
    agree(place)


def test_a_move_reads_again_only_what_it_changed(
    place: Campus, sessions: dict[str, AgendaSession], queries: list[str]
) -> None:
    for number in range(30):
        place.session(f"Session {number}", five_minutes(number), rooms=["GCC"], rule=place.of_role("mayor"))
    untouched = recall(place.db, place.convening).draft
    move_session(place.db, sessions["Welcome"], to=place.placement("15:00–16:00"), by=BY)
    queries.clear()
    moved = recall(place.db, place.convening).draft
    assert not [query for query in queries if "tenure" in query or "registration" in query]
    assert moved.crowd is untouched.crowd
    same = [one for one in moved.sessions if one is untouched.by_id[one.id]]
    assert len(same) == len(moved.sessions) - 1


def test_without_a_change_nothing_but_the_position_is_read(
    place: Campus, sessions: dict[str, AgendaSession], queries: list[str]
) -> None:
    kept = recall(place.db, place.convening)
    queries.clear()
    assert recall(place.db, place.convening) is kept
    assert len(queries) == 1


def test_what_was_rolled_back_was_never_seen(place: Campus, sessions: dict[str, AgendaSession]) -> None:
    """The numbers of entries and revisions are given again after a rollback; the turns' names are not."""
    with place.db.begin_nested() as savepoint:
        move_session(place.db, sessions["Welcome"], to=place.placement("15:00–16:00"), by=BY)
        recall(place.db, place.convening)
        savepoint.rollback()
    place.db.expire_all()
    agree(place)
    move_session(place.db, sessions["Welcome"], to=place.placement("16:00–17:00"), by=BY)
    agree(place)


def test_another_day_is_another_draft(place: Campus) -> None:
    place.session(speakers=["Prof. Strand"])
    assert "unconfirmed" in {one.kind for one in recall(place.db, place.convening).found}
    with time_machine.travel("2017-11-13 15:00 +0000"):
        agree(place)


def test_every_table_is_known_to_be_of_a_draft_or_not() -> None:
    """A table that nobody has thought about has all read again, which is right and slow: say here which it is."""
    read_whole = {
        *("audience", "audience_term", "city", "cohort", "convening", "membership", "override", "person", "role"),
        *("presence_window", "public_body", "public_body_member", "registration", "room", "room_setup", "seat"),
        *("session", "substitution", "tenure", "venue", *memory.CHILDREN),
    }
    unaudited = {"audit_entry", "revision", "outbox_letter", "sign_in", "sign_in_link"}
    assert set(SQLModel.metadata.tables) == read_whole | memory.ELSEWHERE | unaudited
