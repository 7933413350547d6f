"""What organizers find changed on their home: who comes in whose place."""

from sqlmodel import Session

from app.database import Database
from app.models import Cohort, Convening
from app.people.audit import verb
from app.people.viewer import Viewer
from app.registration.news import swaps_since
from app.registration.registrations import register
from app.registration.substitutions import Newcomer, substitute, undo_substitution
from app.routes.at_home import changed
from tests.registration.stage import BY, TWO_WEEKS_BEFORE, Stage, convening, person, viewer

HERE = "/by-all-means/convenings/2017-fall/registration/substitutions"
NAME = "Đỗ " + "y" * 297
MADE = f"{NAME} comes in the place of Oakland Mayor (Mayor, Oakland)"


@verb
def another_cohort(db: Session, *, by: Viewer) -> int:
    cohort = Cohort(slug="elsewhere", name="Elsewhere")
    db.add(cohort)
    db.flush()
    return cohort.key


@verb
def over(db: Session, stage: Stage, *, by: Viewer) -> None:
    there: Convening = convening(db, stage)
    there.starts_on = there.ends_on = TWO_WEEKS_BEFORE.date().replace(day=1)


def test_organizers_and_nobody_else_see_who_comes_in_whose_place(database: Database, stage: Stage) -> None:
    """Rule 10: made, and taken back; not of another cohort, and not when it is over."""
    with database.write() as db:
        mayor = register(db, convening(db, stage), person(db, stage, "oakland mayor"), by=BY)
        made = substitute(db, mayor, Newcomer(NAME), by=BY).substitution
        elsewhere = another_cohort(db, by=BY)
        seen = {
            who: [(one.title, one.url) for one in changed(db, viewer(db, stage, who), TWO_WEEKS_BEFORE)]
            for who in ("organizer", "staff", "oakland facilitator", "oakland mayor")
        }
        nothing: list[tuple[str, str]] = []
        assert seen == {
            "organizer": [(MADE, HERE)],
            "staff": nothing,
            "oakland facilitator": nothing,
            "oakland mayor": nothing,
        }
        assert list(swaps_since(db, [elsewhere], TWO_WEEKS_BEFORE)) == []
        seen_at = made.created_at
        undo_substitution(db, made, by=BY)
        (back,) = swaps_since(db, [stage.cohort], seen_at)
        assert back.said == f"Oakland Mayor comes after all (Mayor, Oakland), and {NAME} does not"
        assert back.at == made.undone_at
        over(db, stage, by=BY)
        assert list(swaps_since(db, [stage.cohort], TWO_WEEKS_BEFORE)) == []


def test_it_asks_no_more_of_ten_than_of_one(database: Database, stage: Stage, queries: list[str]) -> None:
    counted = []
    for who in ("oakland mayor", "salem mayor", "oakland member 1", "salem member 1"):
        with database.write() as db:
            leaving = register(db, convening(db, stage), person(db, stage, who), by=BY)
            substitute(db, leaving, Newcomer(f"For {who}"), by=BY)
        with database.read() as db:
            queries.clear()
            found = list(swaps_since(db, [stage.cohort], TWO_WEEKS_BEFORE))
            counted.append((len(queries), len(found)))
    assert [found for _, found in counted] == [1, 2, 3, 4]
    assert len({asked for asked, _ in counted}) == 1
