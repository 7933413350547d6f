"""Many letters at once, and what became of them."""

from sqlmodel import Session, select

from app.database import Database
from app.mailing import outbox
from app.mailing.outbox import Letter, enqueue_all
from app.mailing.posted import Fate, posted, try_again
from app.models import OutboxLetter, Person
from app.people.audit import verb
from app.people.viewer import Viewer
from app.settings import Settings


@verb
def letters(db: Session, count: int, about: str, *, by: Viewer) -> list[Letter]:
    """A letter each to so many new people, whose names try to be headers."""
    people = [Person(name=f"Rosa\r\nBcc: {about}", email=f"{about}-{number}@city.example") for number in range(count)]
    db.add_all(people)
    db.flush()
    return [
        Letter(one.key, one.name, one.email or "", "Grüße\nBcc: x", "Ein Brief\n", "test", f"{about}:{one.key}")
        for one in people
    ]


def test_six_hundred_letters_take_as_many_statements_as_six(database: Database, queries: list[str]) -> None:
    counts = []
    for count in (6, 600):
        with database.write() as db:
            written = letters(db, count, f"of-{count}", by=Viewer.system("test"))
            queries.clear()
            assert enqueue_all(db, written) == count
            counts.append(len(queries))
    assert counts == [2, 2]


def test_the_same_letters_again_are_not_written_twice(database: Database) -> None:
    with database.write() as db:
        written = letters(db, 3, "a", by=Viewer.system("test"))
        assert (enqueue_all(db, written[:2]), enqueue_all(db, written), enqueue_all(db, [])) == (2, 1, 0)
    with database.read() as db:
        assert len(db.exec(select(OutboxLetter)).all()) == 3


def test_names_and_subjects_with_line_ends_make_no_headers_of_their_own(database: Database, settings: Settings) -> None:
    with database.write() as db:
        enqueue_all(db, letters(db, 1, "a", by=Viewer.system("test")))
    with database.read() as db:
        mail = outbox.message(settings, db.exec(select(OutboxLetter)).one())
    assert (mail["to"], mail["subject"], mail["bcc"]) == ('"Rosa  Bcc: a" <a-0@city.example>', "Grüße Bcc: x", None)


def test_what_failed_stands_first_and_is_tried_again_from_the_beginning(database: Database, settings: Settings) -> None:
    with database.write() as db:
        enqueue_all(db, letters(db, 1, "sent", by=Viewer.system("test")))
    outbox.deliver_due(database, settings)
    with database.write() as db:
        enqueue_all(db, letters(db, 1, "failed", by=Viewer.system("test")))
    outbox.deliver_due(database, settings.model_copy(update={"smtp_url": "smtp://127.0.0.1:1"}))
    with database.write() as db:
        enqueue_all(db, letters(db, 1, "waiting", by=Viewer.system("test")))
        assert [(one.fate, one.attempts) for one in posted(db, "")] == [
            (Fate.FAILED, 1),
            (Fate.WAITING, 0),
            (Fate.SENT, 1),
        ]
        assert (try_again(db, "sent"), try_again(db, "failed"), try_again(db, "failed")) == (0, 1, 0)
    assert outbox.deliver_due(database, settings) == 2
    with database.read() as db:
        assert {one.fate for one in posted(db, "")} == {Fate.SENT}


def test_a_letter_that_failed_too_often_is_given_up_until_somebody_asks(database: Database, settings: Settings) -> None:
    with database.write() as db:
        enqueue_all(db, letters(db, 1, "a", by=Viewer.system("test")))
        letter = db.exec(select(OutboxLetter)).one()
        letter.attempts, letter.last_error = outbox.MOST_ATTEMPTS, "550 No such user"
    with database.write() as db:
        (one,) = posted(db, "a")
        assert (one.fate, one.error) == (Fate.GIVEN_UP, "550 No such user")
    assert outbox.deliver_due(database, settings) == 0
    with database.write() as db:
        assert try_again(db, "a") == 1
    assert outbox.deliver_due(database, settings) == 1
