"""Rule 18: a released update is the cohort's unless its city says otherwise, and a draft is never public."""

import re

import pytest

from app.models import Update
from app.people.audit import Refused
from app.updates.public import make_public, public_updates, take_back_from_public
from app.updates.redactions import redact
from app.updates.releases import begin_correction, release_update
from tests.conftest import Visitor, VisitorOf
from tests.updates.stage import SYSTEM, Stage
from tests.updates.test_approval import NOT_APPROVERS

OAKLAND = "/by-all-means/updates/fall/oakland"
STRANGERS = (None, "tulsa/mayor", "lab/expert")


@pytest.fixture
def enter(stage: Stage, visitor: VisitorOf) -> VisitorOf:
    return lambda name=None: visitor(stage.people[name] if name else None)


def released(stage: Stage, *, public: bool = False) -> None:
    with stage.database.write() as db:
        update = stage.update(db)
        stage.release(db, update, "Told")
        if public:
            make_public(db, update, by=stage.viewer(db, "oakland/mayor"))


def is_closed(visitor: Visitor) -> bool:
    answer = visitor.get(OAKLAND)
    sent_away = answer.status_code == 403 or answer.headers.get("location", "").startswith("/sign-in?next=")
    assert ("Told" in answer.text) != sent_away, answer.text
    return sent_away


def test_the_default_is_the_cohort_rule_18(stage: Stage, enter: VisitorOf) -> None:
    for name in STRANGERS:
        assert is_closed(enter(name)), "before its release"
    released(stage)
    for name in STRANGERS:
        assert is_closed(enter(name)), "after it"
    assert "Told of the narrative" in enter("salem/mayor").get(OAKLAND).text
    assert "Oakland" not in enter().get("/").text


def test_everybody_reads_what_its_mayor_makes_public_until_it_is_taken_back(stage: Stage, enter: VisitorOf) -> None:
    released(stage)
    mayor = enter("oakland/mayor")
    assert "Everybody can read it now" in mayor.follow(f"{OAKLAND}/publication").text
    for name in STRANGERS:
        page = enter(name).get(OAKLAND).text
        assert ("Told of the narrative" in page, "Told of the ask" in page) == (True, True)
        links = set(re.findall(r'href="(/by-all-means[^"]+)"', page[page.index("<article") : page.index("</article")]))
        assert links == set(), "no way to other cities, versions or marks"
    assert f'href="{OAKLAND}"' in enter().get("/").text
    assert "Public since" in enter("oakland/member").get(OAKLAND).text
    assert "Public since" not in enter("salem/mayor").get(OAKLAND).text
    assert "Only the cohort reads it again." in mayor.follow(f"{OAKLAND}/publication/withdrawal").text
    for name in STRANGERS:
        assert is_closed(enter(name))
    assert OAKLAND not in enter().get("/").text


@pytest.mark.parametrize("name", NOT_APPROVERS)
def test_nobody_else_makes_it_public(stage: Stage, name: str) -> None:
    released(stage)
    with stage.database.write() as db:
        update, viewer = stage.update(db), stage.viewer(db, name)
        with pytest.raises(Refused, match="mayor or a designee on record"):
            make_public(db, update, by=viewer)
        make_public(db, update, by=stage.viewer(db, "oakland/designee"))
        if name != "oakland/facilitator":
            with pytest.raises(Refused, match="mayor or a designee on record"):
                take_back_from_public(db, update, by=viewer)
        assert update.public_by_id == stage.people["oakland/designee"]


def test_the_facilitator_takes_it_back_when_it_must_be_quick(stage: Stage) -> None:
    released(stage, public=True)
    with stage.database.write() as db:
        for _ in range(2):
            take_back_from_public(db, stage.update(db), by=stage.viewer(db, "oakland/facilitator"))
        assert public_updates(db) == []


def test_it_is_public_only_once_it_is_released(stage: Stage) -> None:
    with stage.database.write() as db:
        update = stage.update(db)
        stage.fill(db, update)
        stage.approve(db, update)
        with pytest.raises(Refused, match="not released yet"):
            make_public(db, update, by=stage.viewer(db, "oakland/mayor"))


def test_strangers_never_read_the_draft_of_a_correction_nor_older_versions(stage: Stage, enter: VisitorOf) -> None:
    released(stage, public=True)
    with stage.database.write() as db:
        update = stage.update(db)
        begin_correction(db, update, by=SYSTEM)
        stage.write(db, update, "narrative", "Corrected in secret")
    for name in STRANGERS:
        page = enter(name).get(OAKLAND).text
        assert ("Told of the narrative" in page, "Corrected in secret" in page) == (True, False)
    with stage.database.write() as db:
        stage.approve(db, stage.update(db))
        release_update(db, stage.update(db), by=SYSTEM)
    for name in STRANGERS:
        page = enter(name).get(f"{OAKLAND}?version=1").text
        assert ("Told of the narrative" in page, "Corrected in secret" in page) == (False, True)


def test_what_was_taken_out_is_a_tombstone_for_strangers_too(stage: Stage, enter: VisitorOf) -> None:
    released(stage, public=True)
    with stage.database.write() as db:
        redact(db, stage.update(db), part="section:ask", reason="A family asked.", by=SYSTEM)
    page = enter().get(OAKLAND).text
    assert ("Told of the ask" in page, "A family asked." in page) == (False, True)


def test_the_list_of_public_updates_takes_one_query_however_many(stage: Stage, queries: list[str]) -> None:
    counts = []
    for cities in (("oakland",), ("salem",)):
        with stage.database.write() as db:
            for city in cities:
                update: Update = stage.update(db, city)
                stage.release(db, update)
                make_public(db, update, by=stage.viewer(db, f"{city}/mayor"))
        with stage.database.read() as db:
            queries.clear()
            found = public_updates(db)
            counts.append(len([one for one in queries if one.startswith("SELECT")]))
    assert ([one.city for one in found], counts) == (["Salem", "Oakland"], [1, 1])
