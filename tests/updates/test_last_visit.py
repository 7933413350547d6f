"""What is new to a mayor since they looked last, piece by piece."""

from datetime import date, timedelta

import pytest
import time_machine

from app import clock
from app.models import UpdateFile
from app.people.audit import verb
from app.people.viewer import Viewer
from app.updates.commitments import add_commitment, remove_commitment
from app.updates.last_visit import Changed, changes_since, last_visit
from app.updates.looks import Looked, note_look
from tests.conftest import VisitorOf
from tests.updates.stage import SYSTEM, Stage

Travel = time_machine.Traveller


@verb
def add_picture(db, update, *, by: Viewer) -> None:  # type: ignore[no-untyped-def]
    db.add(UpdateFile(update_id=update.key, name="bus.jpg", media_type="image/jpeg", size=1, digest="a" * 64))


def test_the_pieces_that_read_otherwise_stand_with_what_they_were(stage: Stage, in_the_sample: Travel) -> None:
    with stage.database.write() as db:
        update, mayor = stage.update(db), stage.viewer(db, "oakland/mayor")
        stage.fill(db, update)
        gone = add_commitment(db, update, text="A bus", due_on=date(2018, 5, 4), by=SYSTEM)
        assert last_visit(db, update, mayor) is None
        note_look(db, update, mayor, Looked.APPROVAL)
        looked = clock.now()
        in_the_sample.shift(timedelta(minutes=5))
        assert last_visit(db, update, mayor) is None, "the visit under way is not the last one"
        in_the_sample.shift(timedelta(minutes=15))
        since = last_visit(db, update, mayor)
        assert since is not None
        assert since - looked < timedelta(seconds=5)
        assert changes_since(db, update, since) == []
        stage.write(db, update, "narrative", "One")
        stage.write(db, update, "narrative", "Two")
        stage.write(db, update, "more", "More")
        add_commitment(db, update, text="A train", due_on=date(2018, 5, 4), by=SYSTEM)
        remove_commitment(db, gone, by=SYSTEM)
        add_picture(db, update, by=SYSTEM)
        assert changes_since(db, update, since) == [
            Changed("What happened", "Words of the narrative", "Two"),
            Changed("More", "", "More"),
            Changed("What we will do next", "A bus, by 2018-05-04", ""),
            Changed("What we will do next", "", "A train, by 2018-05-04"),
            Changed("A picture or paper", "", "bus.jpg"),
        ]
        stage.write(db, update, "narrative", "Words of the narrative")
        assert changes_since(db, update, since)[0].title == "More", "what is as it was is not news"


def test_an_assistants_look_is_not_the_mayors(stage: Stage, in_the_sample: Travel) -> None:
    with stage.database.write() as db:
        update = stage.update(db)
        note_look(db, update, stage.viewer(db, "oakland/assistant"), Looked.APPROVAL)
        in_the_sample.shift(timedelta(minutes=20))
        assert last_visit(db, update, stage.viewer(db, "oakland/mayor")) is None


def test_the_page_for_approval_says_what_is_new(stage: Stage, visitor: VisitorOf, in_the_sample: Travel) -> None:
    address = "/by-all-means/updates/fall/oakland/approval"
    with stage.database.write() as db:
        stage.fill(db, stage.update(db))
    mayor = visitor(stage.people["oakland/mayor"])
    assert "since you looked" not in mayor.get(address).text
    in_the_sample.shift(timedelta(hours=1))
    assert "Nothing has changed since you looked" in mayor.get(address).text
    with stage.database.write() as db:
        stage.write(db, stage.update(db), "narrative", "New words")
    in_the_sample.shift(timedelta(hours=1))
    assert "1 thing reads otherwise than when you looked" in mayor.get(address).text


@pytest.mark.parametrize("many", [1, 40])
def test_it_takes_no_more_queries_for_more_changes(stage: Stage, many: int, queries: list[str]) -> None:
    with stage.database.write() as db:
        update, since = stage.update(db), clock.now()
        for number in range(many):
            add_commitment(db, update, text=f"Promise {number}", due_on=date(2018, 5, 4), by=SYSTEM)
        queries.clear()
        assert len(changes_since(db, update, since)) == many
        assert len([one for one in queries if one.startswith("SELECT")]) == 6
