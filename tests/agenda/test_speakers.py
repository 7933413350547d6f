"""Speakers' parts: answered, handed over, chased, and what is kept of what they need."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
import time_machine
from sqlmodel import Session, col, select

from app.agenda import published
from app.agenda.releases import publish_release
from app.agenda.speakers import (
    answer,
    ask_equipment,
    note_written_to,
    read_equipment,
    replace_speaker,
    set_state,
    tell_access,
    write_brief,
)
from app.database import Database
from app.gatherings.details import Presenter, write_presenters
from app.models import AgendaSession, AuditEntry, Engagement, EngagementState, Person
from app.people.audit import Refused, verb
from app.people.viewer import Viewer
from app.registration.looks import look_at_needs
from app.registration.purging import purge_due_on, purge_private_needs
from tests.agenda.stand import BY, fall, part_of
from tests.conftest import IN_THE_SAMPLE

RAMP = "a ramp QX-RAMP-71"


@pytest.fixture
def db(sample: Database, in_the_sample: object) -> Iterator[Session]:
    with sample.write() as db:
        yield db


def presenters(db: Session, engagement: Engagement) -> list[str]:
    """Who presents a session in the newest release."""
    seen = published.agenda(db, fall(db), BY)
    assert seen is not None
    session = seen.session(engagement.session_id)
    assert session is not None
    return [one.name for one in session.presenters]


def acts(db: Session) -> list[str]:
    return [one.act for one in db.exec(select(AuditEntry).order_by(col(AuditEntry.id)))]


def test_who_declines_leaves_the_presenters_with_the_next_release_and_comes_back_with_another(db: Session) -> None:
    part = part_of(db, "Castleberry", "Racial equity")
    assert answer(db, part, comes=False, note="A wedding", by=BY) is True
    assert (part.state, part.answer) == (EngagementState.DECLINED, "A wedding")
    assert presenters(db, part) == ["Dr. Imani Castleberry"]
    publish_release(db, fall(db), note="", by=BY)
    assert presenters(db, part) == []
    assert answer(db, part, comes=True, by=BY) is True
    assert part.state is EngagementState.CONFIRMED
    publish_release(db, fall(db), note="", by=BY)
    assert presenters(db, part) == ["Dr. Imani Castleberry"]


def test_a_second_click_is_no_news_and_leaves_no_second_record(db: Session) -> None:
    part = part_of(db, "Bảo Anh")
    assert answer(db, part, comes=True, note="Yes", by=BY) is True
    before = acts(db)
    assert answer(db, part, comes=True, note="Yes", by=BY) is False
    assert acts(db) == before
    assert before[-1] == "answer"


def test_an_answer_is_on_record_with_who_gave_it(db: Session) -> None:
    part = part_of(db, "Bảo Anh")
    by = Viewer(part.person_id, "Lê", actor_id=part.person_id, actor_name="Lê, by private link")
    answer(db, part, comes=True, by=by)
    entry = db.exec(select(AuditEntry).order_by(col(AuditEntry.id).desc())).first()
    assert entry is not None
    assert (entry.by, entry.act, entry.subject_id) == ("Lê, by private link", "answer", part.key)
    assert entry.before is not None
    assert entry.after is not None
    assert (entry.before["state"], entry.after["state"]) == ("invited", "confirmed")


def test_a_part_that_passes_on_takes_its_brief_along_and_nothing_of_who_had_it(db: Session) -> None:
    """Rule 10."""
    part = part_of(db, "Castleberry", "Racial equity")
    tell_access(db, part, access=RAMP, by=BY)
    answer(db, part, comes=True, note="Mine", by=BY)
    other = part_of(db, "Marsh", "Financing").person
    successor = replace_speaker(db, part, other, by=BY)
    assert (part.state, part.access, part.answer) == (EngagementState.REPLACED, RAMP, "Mine")
    assert (successor.person_id, successor.part, successor.state) == (other.key, "speaker", EngagementState.INVITED)
    assert (successor.brief, successor.contact_id) == (part.brief, part.contact_id)
    assert (successor.access, successor.equipment, successor.answer, successor.materials) == ("", "", "", [])
    with pytest.raises(Refused, match="Somebody else has taken this part over"):
        answer(db, part, comes=True, by=BY)
    publish_release(db, fall(db), note="", by=BY)
    assert presenters(db, part) == ["Gideon Marsh"]


def test_who_had_declined_can_be_asked_anew_and_who_has_the_part_cannot(db: Session) -> None:
    declined = part_of(db, "Pell")
    held = part_of(db, "Bảo Anh")
    assert declined.session_id == held.session_id
    successor = replace_speaker(db, held, declined.person, by=BY)
    assert (successor.id, successor.state) == (declined.id, EngagementState.INVITED)
    with pytest.raises(Refused, match="has been taken over already"):
        replace_speaker(db, held, declined.person, by=BY)
    with pytest.raises(Refused, match="has this part already"):
        replace_speaker(db, successor, declined.person, by=BY)
    menjivar = part_of(db, "Menj")
    with pytest.raises(Refused, match="is speaker of this session already"):
        replace_speaker(db, menjivar, declined.person, by=BY)


def test_replaced_is_not_a_state_to_choose(db: Session) -> None:
    part = part_of(db, "Bảo Anh")
    with pytest.raises(Refused, match="Name who takes the part over"):
        set_state(db, part, EngagementState.REPLACED, by=BY)
    set_state(db, part, EngagementState.VERBAL, by=BY)
    assert part.state is EngagementState.VERBAL


def test_a_contact_has_to_be_on_record_and_a_text_has_to_fit(db: Session) -> None:
    part = part_of(db, "Bảo Anh")
    with pytest.raises(Refused, match="not on record"):
        write_brief(db, part, brief="", contact_id=999_999, by=BY)
    with pytest.raises(Refused, match="20,001 characters"):
        write_brief(db, part, brief="x" * 20_001, contact_id=None, by=BY)
    with pytest.raises(Refused, match="1,001 characters"):
        answer(db, part, comes=True, note="x" * 1001, by=BY)
    assert part.state is EngagementState.INVITED


def test_equipment_is_ticks_of_ours_and_words_of_theirs(db: Session) -> None:
    part = part_of(db, "Bảo Anh")
    ask_equipment(db, part, ticked=["clicker", "a pony"], words=" A jug\r\nof water ", by=BY)
    assert part.equipment == "clicker\nA jug\nof water"
    assert read_equipment(part.equipment) == (("clicker",), "A jug\nof water")


def test_what_a_speaker_needs_for_themselves_is_recorded_and_never_told(db: Session) -> None:
    """Rule 12: in the database it is sealed, in the audit log it is a word."""
    part = part_of(db, "Bảo Anh")
    tell_access(db, part, access=RAMP, by=BY)
    db.flush()
    stored = db.connection().exec_driver_sql(f"SELECT access FROM engagement WHERE id = {part.key}").scalar_one()
    assert stored
    assert "QX-RAMP" not in stored
    entry = db.exec(select(AuditEntry).order_by(col(AuditEntry.id).desc())).first()
    assert entry is not None
    assert (entry.before, entry.after) == ({"access": ""}, {"access": "(private)"})


def test_organizers_read_it_among_all_needs_and_it_goes_with_them(db: Session) -> None:
    """Rule 12."""
    convening = fall(db)
    part = part_of(db, "Bảo Anh")
    tell_access(db, part, access=RAMP, by=BY)
    assert ("Lê Thị Bảo Anh", "Speaker", RAMP) in [
        (one.person, one.city, one.access) for one in look_at_needs(db, convening, by=BY)
    ]
    due = purge_due_on(convening)
    purge_private_needs(db, convening, on=due - timedelta(days=1), by=BY)
    assert part.access == RAMP
    hold(db, True, by=BY)
    purge_private_needs(db, convening, on=due, by=BY)
    assert part.access == RAMP
    hold(db, False, by=BY)
    assert purge_private_needs(db, convening, on=due, by=BY) > 0
    assert part.access == ""


@verb
def hold(db: Session, legally: bool, *, by: Viewer) -> None:
    fall(db).legal_hold = legally


def test_within_a_day_nobody_is_written_to_twice_unless_it_is_asked_for(db: Session) -> None:
    convening, part = fall(db), part_of(db, "Bảo Anh")
    note_written_to(db, convening, [part], by=BY)
    with pytest.raises(Refused, match="was written to on Tue 24 Oct, 10:00 EDT"):
        note_written_to(db, convening, [part], by=BY)
    note_written_to(db, convening, [part], again=True, by=BY)
    with time_machine.travel(IN_THE_SAMPLE + timedelta(days=1, minutes=1), tick=False):
        note_written_to(db, convening, [part], by=BY)


def test_after_the_convening_nothing_changes_any_more(db: Session) -> None:
    part = part_of(db, "Bảo Anh")
    with time_machine.travel(IN_THE_SAMPLE.replace(month=11, day=16, hour=6), tick=False):
        for act in (
            lambda: answer(db, part, comes=True, by=BY),
            lambda: ask_equipment(db, part, ticked=[], words="", by=BY),
            lambda: tell_access(db, part, access=RAMP, by=BY),
        ):
            with pytest.raises(Refused, match="is over"):
                act()
    assert part.state is EngagementState.INVITED


def test_the_last_day_ends_by_the_clocks_of_the_convening(db: Session) -> None:
    """Rule 14: at 04:30 UTC on the 16th it is still the 15th in Cambridge."""
    part = part_of(db, "Bảo Anh")
    with time_machine.travel(IN_THE_SAMPLE.replace(month=11, day=16, hour=4, minute=30), tick=False):
        answer(db, part, comes=True, by=BY)
    assert part.state is EngagementState.CONFIRMED


@verb
def name_presenters(db: Session, session: AgendaSession, *presenters: Presenter, by: Viewer) -> None:
    write_presenters(session, presenters)


def test_who_answered_and_is_taken_off_the_list_stands_as_replaced(db: Session) -> None:
    """Rule 21: what they said is not lost; who was merely invited leaves no trace but the record."""
    part = part_of(db, "Castleberry", "Racial equity")
    assert part.answered_at is not None
    marsh = db.exec(select(Person).where(Person.name == "Gideon Marsh")).one()
    session = part.session
    name_presenters(db, session, Presenter(marsh.key), by=BY)
    assert [(one.person.name, one.state) for one in session.engagements] == [
        ("Gideon Marsh", EngagementState.INVITED),
        ("Dr. Imani Castleberry", EngagementState.REPLACED),
    ]
    name_presenters(db, session, by=BY)
    assert [one.person.name for one in session.engagements] == ["Dr. Imani Castleberry"]


def test_the_sample_says_what_speakers_were_told(db: Session) -> None:
    part = part_of(db, "al-Karimi")
    assert part.contact is not None
    assert part.contact.name == "Miriam Castellanos"
    assert part.answered_at is not None
    assert part.answered_at.date() == date(2017, 9, 28)
    assert part.brief.startswith("Please speak for **40 minutes**")
