"""A caterer's link is given once, though two organizers press at the same moment, and renewed once (rule 12)."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from sqlmodel import Session, col, select

from app.database import Database
from app.models import PrivateLink
from app.people.audit import Refused
from app.registration.caterers import give_counts, links_of, renew_counts, withdraw_counts
from tests.registration.stage import BY, Stage, convening

SECRET = b"the tests' own secret"


def at_once(database: Database, act: Callable[[Session], int]) -> list[int]:
    """What two who begin at the same moment get: a link's number, or 0 for who was refused."""
    both = Barrier(2)

    def once(_: int) -> int:
        both.wait()
        with database.write() as db:
            try:
                return act(db)
            except Refused:
                return 0

    with ThreadPoolExecutor(2) as threads:
        return list(threads.map(once, range(2)))


def test_two_who_give_the_same_caterer_a_link_at_once_give_one(database: Database, stage: Stage) -> None:
    def give(db: Session) -> int:
        return give_counts(db, convening(db, stage), holder="Cora", with_names=True, secret=SECRET, by=BY).key

    first, second = at_once(database, give)
    assert first == second


def test_two_who_renew_a_link_at_once_renew_it_once(database: Database, stage: Stage) -> None:
    with database.write() as db:
        old = give_counts(db, convening(db, stage), holder="Cora", with_names=False, secret=SECRET, by=BY).key
    numbers = at_once(database, lambda db: renew_counts(db, db.get_one(PrivateLink, old), secret=SECRET, by=BY).key)
    assert sorted(numbers)[0] == 0
    with database.read() as db:
        assert [link.key for link in links_of(db, convening(db, stage))] == [max(numbers)]


def test_a_revoked_link_stays_revoked_and_the_name_can_be_given_another(database: Database, stage: Stage) -> None:
    with database.write() as db:
        here = convening(db, stage)
        link = give_counts(db, here, holder="Cora", with_names=False, secret=SECRET, by=BY)
        withdraw_counts(db, link, by=BY)
        when = link.revoked_at
        withdraw_counts(db, link, by=BY)
        assert link.revoked_at == when
        again = give_counts(db, here, holder="Cora", with_names=True, secret=SECRET, by=BY)
        assert db.exec(select(PrivateLink.token_hash).order_by(col(PrivateLink.id))).all() == [
            link.token_hash,
            again.token_hash,
        ]
        assert link.token_hash != again.token_hash
