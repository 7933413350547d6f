"""A calendar address: unguessable, kept as a hash, its owner's alone, renewed and withdrawn."""

import pytest
from anyio.from_thread import BlockingPortal
from sqlmodel import Session, select, text

from app.calendars import answers
from app.calendars.answers import Answer, FeedDesk
from app.calendars.feeds import (
    Options,
    change_feed,
    create_feed,
    feed_of,
    note_fetch,
    renew_feed,
    revoke_feed,
    token_of,
)
from app.database import Database
from app.models import AuditEntry, Feed, Person, Revision
from app.people.audit import Refused
from app.people.directory import add_assistant
from app.people.sign_in import fingerprint
from app.people.viewer import viewer_of
from tests.gatherings.meeting import Meeting, meet, utc
from tests.registration.stage import BY

SECRET = b"a secret of this program's own"


def _mayor(meeting: Meeting, db: Session) -> Person:
    return db.get_one(Person, meeting.stage.people["oakland mayor"])


def test_an_address_has_256_bits_and_the_database_keeps_only_its_hash(database: Database) -> None:
    meeting = meet(database)
    with database.write() as db:
        mayor = _mayor(meeting, db)
        feed = create_feed(db, mayor, secret=SECRET, by=meeting.viewer(db, "oakland mayor"))
        token = token_of(feed, SECRET)
    assert len(token) == 43
    assert feed.token_hash == fingerprint(token)
    with database.read() as db:
        everything = " ".join(str(row) for row in db.exec(text("SELECT * FROM feed")))  # type: ignore[call-overload]
        everything += " ".join(str((entry.before, entry.after)) for entry in db.exec(select(AuditEntry)))
    assert token not in everything


def test_its_owner_sees_the_same_address_each_time_and_another_secret_gives_another(database: Database) -> None:
    meeting = meet(database)
    with database.write() as db:
        feed = create_feed(db, _mayor(meeting, db), secret=SECRET, by=BY)
        number = feed.key
    with database.read() as db:
        again = db.get_one(Feed, number)
        assert token_of(again, SECRET) == token_of(feed, SECRET)
        assert token_of(again, b"another") != token_of(feed, SECRET)


def test_a_second_click_makes_no_second_address(database: Database) -> None:
    meeting = meet(database)
    with database.write() as db:
        mayor = _mayor(meeting, db)
        first = create_feed(db, mayor, secret=SECRET, by=BY)
        assert create_feed(db, mayor, secret=SECRET, by=BY) is first


def test_renewing_makes_another_address_and_withdraws_the_old_one(database: Database) -> None:
    meeting = meet(database)
    with database.write() as db:
        mayor = _mayor(meeting, db)
        old = create_feed(db, mayor, secret=SECRET, by=BY)
        new = renew_feed(db, old, secret=SECRET, by=BY)
        assert token_of(old, SECRET) != token_of(new, SECRET)
        assert old.revoked_at is not None
        assert feed_of(db, mayor.key) == new


def test_after_withdrawal_there_is_none_until_a_new_one_is_made(database: Database) -> None:
    meeting = meet(database)
    with database.write() as db:
        mayor = _mayor(meeting, db)
        old = create_feed(db, mayor, secret=SECRET, by=BY)
        revoke_feed(db, old, by=BY)
        assert feed_of(db, mayor.key) is None
        assert create_feed(db, mayor, secret=SECRET, by=BY).key != old.key


@pytest.mark.parametrize("who", ["oakland superintendent", "organizer", "staff"])
def test_nobody_has_the_address_of_anothers_calendar_rule_13(database: Database, who: str) -> None:
    meeting = meet(database)
    with database.write() as db:
        mayor, other = _mayor(meeting, db), meeting.viewer(db, who)
        with pytest.raises(Refused, match="Only Oakland Mayor can have the address"):
            create_feed(db, mayor, secret=SECRET, by=other)
        feed = create_feed(db, mayor, secret=SECRET, by=BY)
        with pytest.raises(Refused):
            renew_feed(db, feed, secret=SECRET, by=other)
        with pytest.raises(Refused):
            revoke_feed(db, feed, by=other)
        with pytest.raises(Refused):
            change_feed(db, feed, Options(), by=other)
    with database.read() as db:
        assert [one.revoked_at for one in db.exec(select(Feed))] == [None]


def test_an_assistant_in_the_mayors_place_has_no_address_of_the_mayors_calendar_rule_13(database: Database) -> None:
    meeting = meet(database)
    with database.write() as db:
        mayor = _mayor(meeting, db)
        assistance = add_assistant(db, mayor, email="jo@example.org", name="Jo Park", by=BY)
        acting = viewer_of(db, assistance.assistant_id, acting_for=mayor.key)
        assert acting.acting
        with pytest.raises(Refused, match="closed sessions are in it"):
            create_feed(db, mayor, secret=SECRET, by=acting)


def test_a_fetch_is_noted_once_a_minute_and_is_no_change(database: Database) -> None:
    meeting = meet(database)
    with database.write() as db:
        feed = create_feed(db, _mayor(meeting, db), secret=SECRET, by=BY)
    before = _revision(database)
    for program in ("Thunderbird/140.0", "Google-Calendar-Importer"):
        with database.write() as db:
            note_fetch(db, feed.key, program=program, before=utc(2017, 1, 1, 0))
    with database.read() as db:
        noted = db.get_one(Feed, feed.key)
    assert (noted.fetches, noted.fetched_by) == (1, "Thunderbird/140.0")
    assert _revision(database) == before


def _revision(database: Database) -> int:
    with database.read() as db:
        return db.exec(select(Revision.number)).one()


def test_of_too_many_calendars_it_is_still_known_what_they_are_and_they_are_made_again_for_who_has_none(
    database: Database, portal: BlockingPortal, monkeypatch: pytest.MonkeyPatch, queries: list[str]
) -> None:
    meeting = meet(database)
    with database.write() as db:
        people = [db.get_one(Person, meeting.stage.people[who]) for who in ("oakland mayor", "salem mayor")]
        first, second = (token_of(create_feed(db, one, secret=SECRET, by=BY), SECRET) for one in people)
    desk = FeedDesk(database, "https://plenary.example.org")

    def asked(**headers: bytes) -> tuple[Answer, bool]:
        """The answer for the first, and whether its calendar was made for it."""
        queries.clear()
        named = {name.replace("_", "-").encode(): value for name, value in headers.items()}
        answer = portal.call(desk.answer, first, named)
        return answer, any("FROM convening" in one for one in queries)

    whole, _ = asked()
    monkeypatch.setattr(answers, "MOST_BYTES", len(whole.body))
    portal.call(desk.answer, second, {})
    held, is_made = asked(if_none_match=dict(whole.headers)[b"etag"])
    assert (held.status, is_made) == (304, False)
    again, is_made = asked()
    assert (again.status, again.body, is_made) == (200, whole.body, True)
