"""Undo and redo on the draft: per person, row by row, and calendars only ever hear of more (rules 13, 16, 21)."""

from dataclasses import replace

import pytest
from sqlmodel import Session, col, select

from app.agenda.crowd import Crowd
from app.agenda.cues import CueDetails, add_cue
from app.agenda.draft import Draft
from app.agenda.findings import check
from app.agenda.history import Steps, redo_step, steps, undo_step
from app.agenda.loading import load_draft
from app.agenda.placements import give_rooms, move_session, resize_session, unplace_session
from app.agenda.releases import override_finding, publish_release
from app.agenda.sessions import archive_session, cancel_session, change_session, create_session, reinstate_session
from app.agenda.venues import archive_room
from app.gatherings.details import Presenter, details_of
from app.models import AgendaSession, AuditEntry, Convening, Cue, EngagementState, Openness, Override, Seat
from app.people.audiences import Attendee
from app.people.audit import Refused, verb
from app.people.viewer import Viewer
from tests.agenda.campus import Campus
from tests.agenda.pieces import span
from tests.people.rows import BY, seat


@pytest.fixture
def ada(place: Campus) -> Viewer:
    return place.viewer("Ada Roth")


@pytest.fixture
def dana(db: Session, place: Campus) -> Viewer:
    """A second organizer."""
    add_seat(db, place, by=BY)
    seat(db, place.town, "Dana Reed", "lab", "second organizer", by=BY)
    return place.viewer("Dana Reed")


@verb
def add_seat(db: Session, place: Campus, *, by: Viewer) -> None:
    town = place.town
    another = Seat(cohort_id=town.cohort.key, role_id=town.roles["organizer"].key)
    town.seats["lab", "second organizer"] = another
    db.add(another)


def undo(place: Campus, by: Viewer) -> str:
    turn = steps(place.db, place.convening, by).undo[0].turn
    return undo_step(place.db, place.convening, reverses=turn, by=by).said


def redo(place: Campus, by: Viewer) -> str:
    turn = steps(place.db, place.convening, by).redo[0].turn
    return redo_step(place.db, place.convening, reverses=turn, by=by).said


def drafted(place: Campus) -> tuple[Draft, tuple[Attendee, ...]]:
    """The draft, but for when its sessions were changed, and its people."""
    place.db.flush()
    draft = load_draft(place.db, place.convening)
    sessions = tuple(replace(one, changed_at=None) for one in draft.sessions)
    return replace(draft, sessions=sessions, crowd=Crowd.of({})), tuple(draft.crowd.people)


def test_a_move_is_taken_back_and_done_again(place: Campus, ada: Viewer) -> None:
    session = place.session("Keynote", "09:00–10:00", rooms=["GCC"])
    before = drafted(place)
    move_session(place.db, session, to=place.placement("16:15–17:10", rooms=["Askwith Hall"]), by=ada)
    after = drafted(place)
    assert undo(place, ada) == "moved “Keynote” to Tue 14 Nov, 16:15"
    assert drafted(place) == before
    assert redo(place, ada) == "moved “Keynote” to Tue 14 Nov, 16:15"
    assert drafted(place) == after


def test_rule_16_what_calendars_count_by_rises_when_a_move_is_taken_back(place: Campus, ada: Viewer) -> None:
    session = place.session("Keynote", "09:00–10:00")
    move_session(place.db, session, to=place.placement("16:15–17:10"), by=ada)
    moved = session.sequence, session.changed_at
    undo(place, ada)
    assert session.sequence == moved[0] + 1
    assert session.changed_at is not None
    assert moved[1] is not None
    assert session.changed_at > moved[1]


def test_a_session_that_was_made_goes_and_comes_back_the_same(place: Campus, ada: Viewer) -> None:
    before = drafted(place)
    made = place.session("Keynote", "16:15–17:10", rooms=["Askwith Hall"], speakers=["Prof. Strand"], by=ada)
    after, uid = drafted(place), made.uid
    assert undo(place, ada) == "added “Keynote”"
    assert drafted(place) == before
    assert redo(place, ada) == "brought back “Keynote”"
    assert drafted(place) == after
    assert place.db.exec(select(AgendaSession.uid).where(AgendaSession.title == "Keynote")).all() == [uid]
    undo(place, ada)
    assert drafted(place) == before


def test_rooms_presenters_audience_and_words_come_back(place: Campus, ada: Viewer) -> None:
    session = place.session("Keynote", "09:00–10:00", rooms=["GCC", "Askwith Hall"], speakers=["Prof. Strand"])
    before, said = drafted(place), details_of(session)
    to = replace(
        said,
        title="Opening",
        purpose="To begin.",
        audience=place.of_role("mayor"),
        presenters=(Presenter(place.person("Theo Lund").key, "chair"), Presenter(place.person("Ruth Adler").key)),
    )
    change_session(place.db, session, to, by=ada)
    give_rooms(place.db, session, place.use("Team Room 1", city="Oakland"), by=ada)
    after = drafted(place)
    assert undo(place, ada) == "gave “Opening” other rooms"
    assert undo(place, ada) == "renamed “Opening”, which was “Keynote”"
    assert (drafted(place), details_of(session)) == (before, said)
    redo(place, ada)
    redo(place, ada)
    assert (drafted(place), details_of(session)) == (after, to)


def test_an_audience_alone_is_taken_back(place: Campus, ada: Viewer) -> None:
    session = place.session("Keynote", rule=place.of_role("mayor"))
    before = drafted(place)
    change_session(place.db, session, replace(details_of(session), audience=place.of_people("Jo Park")), by=ada)
    assert drafted(place) != before
    assert undo(place, ada) == "changed whom “Keynote” is for"
    assert drafted(place) == before


@pytest.mark.parametrize("act", ["archive", "cancel", "reinstate", "tray", "resize"])
def test_each_end_and_return_of_a_session_is_taken_back(place: Campus, ada: Viewer, act: str) -> None:
    session = place.session("Lunch", "12:30–13:30", rooms=["GCC"])
    if act == "reinstate":
        cancel_session(place.db, session, reason="Snow", by=BY)
    before = drafted(place)
    {
        "archive": lambda: archive_session(place.db, session, by=ada),
        "cancel": lambda: cancel_session(place.db, session, reason="Rain", by=ada),
        "reinstate": lambda: reinstate_session(place.db, session, by=ada),
        "tray": lambda: unplace_session(place.db, session, by=ada),
        "resize": lambda: resize_session(place.db, session, minutes=20, by=ada),
    }[act]()
    after = drafted(place)
    assert (
        undo(place, ada)
        == {
            "archive": "deleted “Lunch”",
            "cancel": "cancelled “Lunch”",
            "reinstate": "took back the cancellation of “Lunch”",
            "tray": "took “Lunch” off the grid",
            "resize": "made “Lunch” 20 minutes long",
        }[act]
    )
    assert drafted(place) == before
    redo(place, ada)
    assert drafted(place) == after


def test_an_override_is_taken_back(place: Campus, ada: Viewer) -> None:
    """Rule 3."""
    for title in ("Keynote", "Lunch"):
        place.session(title, "09:00–10:00", rooms=["GCC"])
    finding = check(load_draft(place.db, place.convening))[0]
    override_finding(place.db, place.convening, finding, reason="They know.", by=ada)
    assert undo(place, ada) == "let a finding stand"
    assert place.db.exec(select(Override)).all() == []
    redo(place, ada)
    assert [one.reason for one in place.db.exec(select(Override))] == ["They know."]


def test_a_line_of_the_run_of_show_goes_and_one_put_in_a_derived_ones_place_gives_it_back(
    place: Campus, ada: Viewer
) -> None:
    session = place.session("Keynote", "09:00–10:00")
    add_cue(place.db, place.convening, CueDetails(text="Water on the table", session_id=session.key), by=ada)
    add_derived(place.db, place.convening, session, by=ada)
    cues = select(Cue.text, Cue.derived).where(col(Cue.archived_at).is_(None)).order_by(col(Cue.id))
    assert undo(place, ada) == "changed the run of show of “Keynote”"
    assert place.db.exec(select(Cue.derived)).all() == [None]
    redo(place, ada)
    assert place.db.exec(cues).all() == [("Water on the table", None), ("Unlock early", "unlock:1")]
    undo(place, ada)
    undo(place, ada)
    assert place.db.exec(cues).all() == []


@verb
def add_derived(db: Session, convening: Convening, session: AgendaSession, *, by: Viewer) -> None:
    db.add(Cue(convening_id=convening.key, session_id=session.key, derived="unlock:1", text="Unlock early"))


def test_each_takes_back_their_own_and_a_new_act_leaves_nothing_to_do_again(
    place: Campus, ada: Viewer, dana: Viewer
) -> None:
    first, second = (place.session(title, None) for title in ("First", "Second"))
    move_session(place.db, first, to=place.placement("09:00–10:00"), by=ada)
    move_session(place.db, second, to=place.placement("11:00–12:00"), by=dana)
    assert undo(place, ada) == "moved “First” to Tue 14 Nov, 09:00"
    assert second.is_placed
    assert not first.is_placed
    assert len(steps(place.db, place.convening, ada).redo) == 1
    resize_session(place.db, first, minutes=15, by=ada)
    assert [one.act for one in steps(place.db, place.convening, ada).undo] == ["resize_session"]
    assert steps(place.db, place.convening, ada).redo == ()
    assert steps(place.db, place.convening, Viewer.anonymous()) == Steps()


def test_what_another_has_changed_since_is_not_taken_from_them(place: Campus, ada: Viewer, dana: Viewer) -> None:
    session = place.session("Keynote", "09:00–10:00")
    move_session(place.db, session, to=place.placement("10:00–11:00"), by=ada)
    move_session(place.db, session, to=place.placement("14:00–15:00"), by=dana)
    before = drafted(place)
    with pytest.raises(Refused, match=r"^Dana Reed moved “Keynote” to Tue 14 Nov, 14:00 at 10:00 EDT, after you\."):
        undo(place, ada)
    assert drafted(place) == before
    undo(place, dana)
    assert undo(place, ada) == "moved “Keynote” to Tue 14 Nov, 10:00"


def test_what_another_has_changed_beside_it_stays(place: Campus, ada: Viewer, dana: Viewer) -> None:
    session = place.session("Keynote", "09:00–10:00")
    move_session(place.db, session, to=place.placement("10:00–11:00"), by=ada)
    change_session(place.db, session, replace(details_of(session), title="Opening"), by=dana)
    undo(place, ada)
    assert session.title == "Opening"
    assert load_draft(place.db, place.convening).session(session.key).span == span("09:00–10:00")


@pytest.mark.parametrize("what", ["title", "rooms", "audience"])
def test_a_session_that_another_has_worked_on_is_not_taken_away(
    place: Campus, ada: Viewer, dana: Viewer, what: str
) -> None:
    session = place.session("Keynote", "09:00–10:00", by=ada)
    if what == "rooms":
        give_rooms(place.db, session, place.use("GCC"), by=dana)
    else:
        said = details_of(session)
        to = replace(said, purpose="To begin.") if what == "title" else replace(said, audience=place.of_role("mayor"))
        change_session(place.db, session, to, by=dana)
    with pytest.raises(Refused, match=r"^Dana Reed .* at 10:00 EDT, after you"):
        undo(place, ada)
    assert session.archived_at is None


def test_a_room_that_another_has_given_meanwhile_is_met_by_name(place: Campus, ada: Viewer, dana: Viewer) -> None:
    session = place.session("Keynote", "09:00–10:00", rooms=["GCC"])
    give_rooms(place.db, session, place.use("Askwith Hall"), by=ada)
    give_rooms(place.db, session, place.use("Team Room 1"), by=dana)
    with pytest.raises(Refused, match=r"^Dana Reed gave “Keynote” other rooms at 10:00 EDT"):
        undo(place, ada)


def test_a_room_that_is_no_longer_used_is_not_gone_back_to(place: Campus, ada: Viewer) -> None:
    session = place.session("Keynote", "09:00–10:00", rooms=["GCC"])
    give_rooms(place.db, session, place.use("Askwith Hall"), by=ada)
    archive_room(place.db, place.rooms["GCC"], by=BY)
    with pytest.raises(Refused, match=r"^GCC is no longer used"):
        undo(place, ada)


def test_after_publication_the_draft_alone_is_taken_back(place: Campus, ada: Viewer) -> None:
    """Rule 15: a release is immutable, and a publication is no step."""
    session = place.session("Keynote", "09:00–10:00")
    move_session(place.db, session, to=place.placement("10:00–11:00"), by=ada)
    release = publish_release(place.db, place.convening, by=ada)
    told = [dict(one) for one in release.sessions]
    assert undo(place, ada) == "moved “Keynote” to Tue 14 Nov, 10:00"
    assert release.sessions == told
    assert publish_release(place.db, place.convening, by=ada).number == 2


def test_a_second_click_takes_nothing_else_back(place: Campus, ada: Viewer) -> None:
    session = place.session("Keynote", "09:00–10:00")
    for walls in ("10:00–11:00", "11:00–12:00"):
        move_session(place.db, session, to=place.placement(walls), by=ada)
    turn = steps(place.db, place.convening, ada).undo[0].turn
    undo_step(place.db, place.convening, reverses=turn, by=ada)
    before = drafted(place)
    with pytest.raises(Refused, match="taken back already"):
        undo_step(place.db, place.convening, reverses=turn, by=ada)
    assert drafted(place) == before


def test_nobody_takes_back_what_another_did(place: Campus, ada: Viewer, dana: Viewer) -> None:
    place.session("Keynote", "09:00–10:00", by=ada)
    turn = steps(place.db, place.convening, ada).undo[0].turn
    with pytest.raises(Refused, match="not yours"):
        undo_step(place.db, place.convening, reverses=turn, by=dana)


def test_an_earlier_step_is_taken_back_out_of_turn_unless_a_later_one_stands_on_it(place: Campus, ada: Viewer) -> None:
    first, second = (place.session(title, None) for title in ("First", "Second"))
    move_session(place.db, first, to=place.placement("09:00–10:00"), by=ada)
    move_session(place.db, second, to=place.placement("09:00–10:00"), by=ada)
    turn = steps(place.db, place.convening, ada).undo[1].turn
    undo_step(place.db, place.convening, reverses=turn, by=ada)
    assert (first.is_placed, second.is_placed) == (False, True)
    move_session(place.db, second, to=place.placement("11:00–12:00"), by=ada)
    turn = steps(place.db, place.convening, ada).undo[1].turn
    with pytest.raises(Refused, match=r"^You moved “Second” to Tue 14 Nov, 11:00 at 10:00 EDT, after this\."):
        undo_step(place.db, place.convening, reverses=turn, by=ada)


def test_rule_13_nobody_opens_a_session_to_the_lab_by_taking_something_back(place: Campus, ada: Viewer) -> None:
    session = place.session("Adaptive leadership", rule=place.of_role("mayor"), openness=Openness.CLOSED)
    change_session(place.db, session, replace(details_of(session), excludes_lab=True), by=ada)
    with pytest.raises(Refused, match="Only somebody who is in this session"):
        undo(place, ada)
    assert session.excludes_lab


def test_rule_13_what_a_closed_session_is_about_is_neither_told_nor_taken_back(place: Campus, ada: Viewer) -> None:
    session = place.session("Secret", rule=place.of_role("mayor"), openness=Openness.CLOSED, cover_title="Mayors meet")
    change_session(place.db, session, replace(details_of(session), title="More secret"), by=ada)
    change_session(place.db, session, replace(details_of(session), excludes_lab=True), by=place.viewer("Ruth Adler"))
    with pytest.raises(Refused, match=r"^That is about a session that excludes the lab") as refused:
        undo(place, ada)
    assert "ecret" not in refused.value.sentence
    assert session.title == "More secret"


def test_rule_13_the_time_of_a_closed_session_is_taken_back_under_its_cover(place: Campus, ada: Viewer) -> None:
    session = place.session("Secret", rule=place.of_role("mayor"), openness=Openness.CLOSED, excludes_lab=True)
    move_session(place.db, session, to=place.placement("16:15–17:10"), by=ada)
    assert undo(place, ada) == "moved “Closed session” to Tue 14 Nov, 16:15"


def test_rule_12_what_a_speaker_needs_is_not_written_from_the_log(place: Campus, ada: Viewer) -> None:
    session = place.session("Keynote", speakers=["Prof. Strand"])
    give_needs(place.db, session, "A ramp", by=BY)
    change_session(place.db, session, replace(details_of(session), presenters=()), by=ada)
    undo(place, ada)
    assert [(one.person_id, one.access) for one in session.engagements] == [(place.person("Prof. Strand").key, "")]


@verb
def give_needs(db: Session, session: AgendaSession, needs: str, *, by: Viewer) -> None:
    session.engagements[0].access = needs


def test_a_speaker_who_has_answered_since_keeps_their_answer(place: Campus, ada: Viewer) -> None:
    session = place.session("Keynote")
    speaker = (Presenter(place.person("Prof. Strand").key),)
    change_session(place.db, session, replace(details_of(session), presenters=speaker), by=ada)
    strand = place.viewer("Prof. Strand")
    answer(place.db, session, by=strand)
    with pytest.raises(Refused, match=r"^Prof. Strand changed a speaker’s part in “Keynote” at 10:00 EDT, after you"):
        undo(place, ada)


@verb
def answer(db: Session, session: AgendaSession, *, by: Viewer) -> None:
    session.engagements[0].state = EngagementState.CONFIRMED


def test_many_sessions_made_in_one_act_go_in_one_step(place: Campus, ada: Viewer, queries: list[str]) -> None:
    """Habit 14: as many queries for 300 sessions as for six."""
    counts = []
    before = drafted(place)
    for many in (6, 300):
        make_many(place.db, place.convening, place, many, by=ada)
        full = drafted(place)
        queries.clear()
        assert undo(place, ada) == f"added {many} sessions"
        counts.append(len([one for one in queries if one.startswith(("SELECT", "WITH"))]))
        assert drafted(place) == before
        redo(place, ada)
        assert drafted(place) == full
        undo(place, ada)
    assert counts[0] == counts[1]


@verb
def make_many(db: Session, convening: object, place: Campus, many: int, *, by: Viewer) -> None:
    for number in range(many):
        details = place.details(f"Session {number}", speakers=["Prof. Strand"])
        create_session(db, place.convening, details, rooms=place.use("GCC"), by=by)


def test_looking_for_steps_is_one_query_however_many_there_are(place: Campus, ada: Viewer, queries: list[str]) -> None:
    session = place.session("Keynote", "09:00–10:00")
    for minutes in range(10, 30):
        resize_session(place.db, session, minutes=minutes, by=ada)
    queries.clear()
    assert len(steps(place.db, place.convening, ada).undo) == 20
    assert len(queries) == 1


def test_every_undo_is_on_record_with_what_it_took_back(place: Campus, ada: Viewer) -> None:
    """Rule 21."""
    place.session("Keynote", "09:00–10:00", by=ada)
    turn = steps(place.db, place.convening, ada).undo[0].turn
    undo(place, ada)
    entry = place.db.exec(select(AuditEntry).order_by(col(AuditEntry.id).desc())).first()
    assert entry is not None
    assert (entry.act, entry.reverses, entry.by) == ("undo_step", turn, "Ada Roth")
