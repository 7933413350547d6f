"""Parts of a session with minutes of their own: said, released, hidden with it, told in changes and calendars."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import Session, col, select

from app.agenda.changes import differences
from app.agenda.published import release_entries
from app.agenda.releases import publish_release
from app.agenda.seeing import in_full
from app.agenda.sessions import change_session
from app.agenda.snapshots import same
from app.calendars.entries import session_entry
from app.gatherings.details import Item, details_of
from app.models import AgendaSession, AuditEntry, Openness, SessionItem
from app.people.audit import Refused
from app.people.stages import add_stage
from tests.agenda.campus import Campus
from tests.people.rows import BY


def updates(place: Campus, **details: object) -> AgendaSession:
    """ "Mayors' updates I" with Oakland's turn, Salem's, and time for questions."""
    oakland, salem = (place.town.cities[name].key for name in ("Oakland", "Salem"))
    items = [Item(25, city_id=oakland), Item(25, "What the cabinet learned", salem), Item(10, "Questions")]
    return place.session("Mayors’ updates I", "09:00–10:00", items=items, **details)  # type: ignore[arg-type]  # as a test says it


def test_parts_are_kept_in_order_and_changed_one_by_one(db: Session, place: Campus) -> None:
    session = updates(place)
    db.expire_all()
    before = details_of(session)
    first, second, third = before.items
    change_session(
        db, session, replace(before, items=(second, first, replace(third, title=" Your \n questions "))), by=BY
    )
    db.expire_all()
    assert details_of(session).items == (second, first, Item(10, "Your questions"))
    change_session(db, session, replace(before, items=()), by=BY)
    assert db.exec(select(SessionItem)).all() == []
    gone = db.exec(select(AuditEntry).where(AuditEntry.subject == "session_item").order_by(col(AuditEntry.id))).all()[
        -3:
    ]
    assert {(one.before or {})["title"] for one in gone} == {"What the cabinet learned", "", "Your questions"}


def test_rule_16_parts_move_changed_at_and_not_the_sequence(db: Session, place: Campus) -> None:
    session = updates(place)
    sequence, moment = session.sequence, session.changed_at
    said = details_of(session)
    change_session(db, session, said, by=BY)
    assert (session.sequence, session.changed_at) == (sequence, moment)
    change_session(db, session, replace(said, items=said.items[:1]), by=BY)
    assert session.sequence == sequence
    assert moment is not None
    assert session.changed_at is not None
    assert session.changed_at > moment


@pytest.mark.parametrize(
    ("item", "said"),
    [
        (Item(25), "Give each part a title or a city."),
        (Item(0, "Nothing"), "A part lasts from one minute to a whole day (1,440 minutes)."),
        (Item(25, "x" * 301), "The title of a part is longer than 300 characters. Shorten it."),
        (Item(25, "Elsewhere", 999_999), "Choose one of the list."),
    ],
)
def test_a_part_that_cannot_be_is_refused_at_its_field(db: Session, place: Campus, item: Item, said: str) -> None:
    session = place.session()
    with pytest.raises(Refused) as refused:
        change_session(db, session, replace(details_of(session), items=(item,)), by=BY)
    assert (refused.value.sentence, refused.value.field) == (said, "items")


def test_parts_that_do_not_fill_the_time_and_long_names_right_to_left_are_kept(db: Session, place: Campus) -> None:
    title = ("שלום עולם " * 30).strip()
    session = place.session("Short", "09:00–09:10", items=[Item(300, title)])
    assert details_of(session).items == (Item(300, title),)


def test_rule_15_a_release_keeps_the_parts_with_their_starts_and_what_it_serves(db: Session, place: Campus) -> None:
    stage = add_stage(db, place.town.cohort, name="Cabinet process", by=BY)
    updates(place, serves_id=stage.key)
    (entry,) = place.publish().sessions
    oakland, salem = (place.town.cities[name].key for name in ("Oakland", "Salem"))
    assert entry["serves"] == "Cabinet process"
    assert entry["items"] == [
        {"title": "", "starts_at": "2017-11-14T14:00:00+00:00", "minutes": 25, "city_id": oakland, "city": "Oakland"},
        {
            "title": "What the cabinet learned",
            "starts_at": "2017-11-14T14:25:00+00:00",
            "minutes": 25,
            "city_id": salem,
            "city": "Salem",
        },
        {"title": "Questions", "starts_at": "2017-11-14T14:50:00+00:00", "minutes": 10, "city_id": None, "city": ""},
    ]
    (seen,) = place.seen(place.viewer("Imani Okafor")).values()
    assert [(one.said, one.starts_at) for one in seen.items] == [
        ("Oakland", datetime(2017, 11, 14, 14, tzinfo=UTC)),
        ("Salem: What the cabinet learned", datetime(2017, 11, 14, 14, 25, tzinfo=UTC)),
        ("Questions", datetime(2017, 11, 14, 14, 50, tzinfo=UTC)),
    ]


def test_a_release_from_before_there_were_parts_still_reads_and_differs_from_none(db: Session, place: Campus) -> None:
    place.session("Welcome")
    entries = release_entries(place.db, place.publish())
    (old,) = ({name: value for name, value in entry.items() if name not in ("items", "serves")} for entry in entries)
    (seen,) = in_full([old])  # type: ignore[list-item]  # as it was written then
    assert (seen.items, seen.serves) == ((), "")
    assert same(old, entries[0])  # type: ignore[arg-type]
    assert differences([seen], in_full(entries)) == []


def test_parts_in_another_order_are_a_change_and_parts_that_move_with_their_session_are_not(
    db: Session, place: Campus
) -> None:
    session = updates(place)
    before = in_full(release_entries(place.db, place.publish()))
    said = details_of(session)
    change_session(db, session, replace(said, items=said.items[::-1]), by=BY)
    after = in_full(release_entries(db, publish_release(db, place.convening, by=BY)))
    assert [one.said for one in differences(before, after)] == [
        "In “Mayors’ updates I”, “Questions” is now 09:00–09:10 EST; it was 09:50–10:00 EST.",
        "In “Mayors’ updates I”, “Salem: What the cabinet learned” is now 09:10–09:35 EST; it was 09:25–09:50 EST.",
        "In “Mayors’ updates I”, Oakland’s turn is now 09:35–10:00 EST; it was 09:00–09:25 EST.",
    ]
    an_hour = timedelta(hours=1)
    later = [
        replace(
            one,
            starts_at=one.starts_at + an_hour,
            ends_at=one.ends_at + an_hour,
            items=tuple(replace(item, starts_at=item.starts_at + an_hour) for item in one.items),
        )
        for one in before
    ]
    assert [one.kind for one in differences(before, later)] == ["moved"]


@pytest.mark.parametrize("name", ["Ada Roth", "Theo Lund", "Jo Park"])
def test_rule_13_a_cover_hides_parts_and_what_it_serves(db: Session, place: Campus, name: str) -> None:
    stage = add_stage(db, place.town.cohort, name="Child outcomes", by=BY)
    updates(
        place,
        openness=Openness.CLOSED,
        excludes_lab=True,
        cover_title="Peers",
        rule=place.of_role("mayor"),
        serves_id=stage.key,
    )
    place.publish()
    (covered,) = place.seen(place.viewer(name)).values()
    assert (covered.title, covered.items, covered.serves) == ("Peers", (), "")
    (whole,) = place.seen(place.viewer("Ruth Adler")).values()
    assert (len(whole.items), whole.serves) == (3, "Child outcomes")


def test_a_calendar_reads_the_parts_in_the_session_s_own_time(db: Session, place: Campus) -> None:
    updates(place, purpose="Good pressure.")
    place.publish()
    (seen,) = place.seen(place.viewer("Imani Okafor")).values()
    parts = "09:00 Oakland\n09:25 Salem: What the cabinet learned\n09:50 Questions"
    assert session_entry(seen, "https://x").description == f"Good pressure.\n\n{parts}"
