"""Two people in the same second, each in a transaction of their own."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from sqlmodel import Session, col, select

from app.models import UpdateState, UpdateText, UpdateVersion
from app.people.audit import Refused
from app.updates.approval import approve_update, send_to_mayor
from app.updates.content import draft_of
from app.updates.releases import release_updates
from app.updates.writing import Stale, write_section
from tests.updates.stage import SYSTEM, Stage


def at_once(stage: Stage, *acts: Callable[[Session], object]) -> list[str]:
    """Do the acts in threads that start together; "done", or the name of the exception, of each."""
    start = Barrier(len(acts))

    def run(act: Callable[[Session], object]) -> str:
        start.wait(10)
        try:
            with stage.database.write() as db:
                act(db)
        except Refused as refused:
            return type(refused).__name__
        return "done"

    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(run, acts))


def test_of_two_who_save_one_section_at_once_one_is_told_and_nothing_is_lost_rule_21(stage: Stage) -> None:
    with stage.database.write() as db:
        stage.write(db, stage.update(db), "ask", "Both read this.")

    def saving(words: str) -> Callable[[Session], object]:
        return lambda db: write_section(
            db, stage.update(db), stage.section(db, "ask"), body=words, revision=1, by=SYSTEM
        )

    assert sorted(at_once(stage, saving("One"), saving("Two"))) == [Stale.__name__, "done"]
    with stage.database.read() as db:
        text = db.exec(select(UpdateText)).one()
        assert (text.body in ("One", "Two"), text.revision) == (True, 2)


def test_of_two_first_savers_at_once_one_is_told(stage: Stage) -> None:
    def saving(words: str) -> Callable[[Session], object]:
        return lambda db: write_section(
            db, stage.update(db), stage.section(db, "ask"), body=words, revision=0, by=SYSTEM
        )

    assert sorted(at_once(stage, saving("One"), saving("Two"))) == [Stale.__name__, "done"]


def test_what_is_written_while_the_mayor_approves_is_either_refused_or_makes_her_read_again_rule_5(
    stage: Stage,
) -> None:
    with stage.database.write() as db:
        stage.fill(db, stage.update(db))
        send_to_mayor(db, stage.update(db), by=SYSTEM)
        seen, mayor = draft_of(db, stage.update(db)).stamp, stage.viewer(db, "oakland/mayor")
    results = at_once(
        stage,
        lambda db: approve_update(db, stage.update(db), seen=seen, by=mayor),
        lambda db: stage.write(db, stage.update(db), "ask", "Slipped in"),
    )
    assert sorted(results) == ["Refused", "done"]
    with stage.database.read() as db:
        update = stage.update(db)
        approved_as_seen = update.state is UpdateState.APPROVED and draft_of(db, update).stamp == seen
        still_to_read = update.state is UpdateState.WITH_MAYOR and draft_of(db, update).stamp != seen
        assert approved_as_seen != still_to_read


def test_two_releases_at_once_make_one_version_rule_6(stage: Stage) -> None:
    with stage.database.write() as db:
        stage.fill(db, stage.update(db))
        stage.approve(db, stage.update(db))
        organizer = stage.viewer(db, "lab/organizer")

    def release(db: Session) -> object:
        return release_updates(db, stage.cycle(db), by=organizer)

    assert sorted(at_once(stage, release, release)) == ["Refused", "done"]
    with stage.database.read() as db:
        assert [one.number for one in db.exec(select(UpdateVersion).order_by(col(UpdateVersion.id)))] == [1]
