"""Photos of people: given, refused, replaced, removed, and seen by their cohort alone."""

from io import BytesIO

import pytest
from fastapi import FastAPI
from PIL import Image
from sqlmodel import Session, select

from app.database import Database
from app.files import files_of
from app.models import AuditEntry, Cohort, Person
from app.people.audit import verb
from app.people.viewer import Viewer
from app.printing import booklet
from app.registration.merging import merge_people
from app.registration.registrations import register
from app.registration.roster import set_listed
from tests.conftest import Visitor, VisitorOf
from tests.handed import paper, picture
from tests.registration.stage import BY, Stage, convening, person, set_stage, viewer

WHERE = (37.0, 25.0, 3.0)


@pytest.fixture
def stage(app: FastAPI) -> Stage:
    return set_stage(app.state.database)


def camera(color: tuple[int, int, int] = (200, 30, 60)) -> bytes:
    """A telephone's picture, larger than it is high, with the place where it was taken and a name in it."""
    exif = Image.Exif()
    exif[0x9C9D] = "QX-AUTHOR-21".encode("utf-16le")
    exif.get_ifd(0x8825)[2] = WHERE
    return picture(1600, 1000, "JPEG", color, exif=exif)


def give(who: Visitor, content: bytes, name: str = "me.jpg", at: str = "/me/photo"):  # type: ignore[no-untyped-def]
    return who.post(at, files={"photo": (name, content, "image/jpeg")})


def face_of(database: Database, stage: Stage, who: str) -> str:
    with database.read() as db:
        return person(db, stage, who).photo


def kept(app: FastAPI) -> set[str]:
    return set(files_of(app.state.settings).digests())


def test_a_photo_is_cut_square_drawn_anew_and_seen_by_the_cohort_alone(
    app: FastAPI, database: Database, stage: Stage, visitor: VisitorOf
) -> None:
    mayor = visitor(stage.people["oakland mayor"])
    assert give(mayor, camera()).status_code == 303
    there = f"/by-all-means/people/{stage.people['oakland mayor']}/photo"
    assert 'src="/me/photo"' in mayor.get("/me").text
    for who in ("salem member 1", "staff", "expert"):
        seen = visitor(stage.people[who]).get(there)
        assert (seen.status_code, seen.headers["content-type"]) == (200, "image/jpeg")
        assert seen.headers["cache-control"] == "private, no-cache"
    with Image.open(BytesIO(seen.content)) as drawn:
        assert (drawn.size, drawn.format) == ((600, 600), "JPEG")
        assert dict(drawn.getexif()) == {}
    assert b"Q\0X\0-\0A" not in seen.content
    assert visitor().get(there).status_code in (303, 401)
    stranger = another_cohorts(database)
    assert visitor(stranger).get(there).status_code == 403
    assert mayor.get("/me/photo", headers={"If-None-Match": seen.headers["etag"]}).status_code == 304


def another_cohorts(database: Database) -> int:
    @verb
    def add(db: Session, *, by: Viewer) -> int:
        db.add(Cohort(slug="others", name="Others"))
        stranger = Person(name="A Stranger", sort_name="Stranger", email="stranger@example.org")
        db.add(stranger)
        db.flush()
        return stranger.key

    with database.write() as db:
        return add(db, by=BY)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "Choose a photo first."),
        (paper(), "This has to be a picture"),
        (camera()[:900], "damaged"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "This has to be a picture"),
    ],
)
def test_what_is_refused_is_said_at_the_field_and_leaves_the_one_there_was(
    database: Database, stage: Stage, visitor: VisitorOf, content: bytes, says: str
) -> None:
    mayor = visitor(stage.people["oakland mayor"])
    give(mayor, camera())
    before = face_of(database, stage, "oakland mayor")
    answer = give(mayor, content, "me.jpg" if content else "")
    assert answer.status_code == 422
    assert says in answer.text
    assert 'id="f-photo-error"' in answer.text
    assert face_of(database, stage, "oakland mayor") == before != ""


def test_replaced_and_removed_the_picture_itself_is_gone_and_the_log_has_no_bytes(
    app: FastAPI, database: Database, stage: Stage, visitor: VisitorOf
) -> None:
    mayor = visitor(stage.people["oakland mayor"])
    nothing = kept(app)
    give(mayor, camera())
    first = face_of(database, stage, "oakland mayor")
    assert kept(app) - nothing == {first}
    give(mayor, camera((10, 90, 200)))
    second = face_of(database, stage, "oakland mayor")
    assert kept(app) - nothing == {second} != {first}
    assert mayor.post("/me/photo/removal").status_code == 303
    assert kept(app) == nothing
    assert face_of(database, stage, "oakland mayor") == ""
    assert mayor.get("/me/photo").status_code == 404
    assert mayor.post("/me/photo/removal").status_code == 303, "a second click changes nothing"
    with database.read() as db:
        acts = db.exec(select(AuditEntry).where(AuditEntry.act.in_(("set_face", "remove_face")))).all()  # type: ignore[attr-defined]
        told = [(one.act, one.before, one.after) for one in acts if one.subject == "person"]
    assert told == [
        ("set_face", {"photo": ""}, {"photo": first}),
        ("set_face", {"photo": first}, {"photo": second}),
        ("remove_face", {"photo": second}, {"photo": ""}),
    ]


def test_the_same_picture_of_two_stays_for_the_other(
    app: FastAPI, database: Database, stage: Stage, visitor: VisitorOf
) -> None:
    for who in ("oakland mayor", "salem mayor"):
        give(visitor(stage.people[who]), camera())
    visitor(stage.people["oakland mayor"]).post("/me/photo/removal")
    assert face_of(database, stage, "salem mayor") in kept(app)
    assert visitor(stage.people["salem mayor"]).get("/me/photo").status_code == 200


def test_an_organizer_gives_and_removes_it_and_nobody_else_does(
    database: Database, stage: Stage, visitor: VisitorOf
) -> None:
    at = f"/by-all-means/people/{stage.people['oakland mayor']}/photo"
    for who in ("oakland facilitator", "salem mayor", "staff"):
        assert give(visitor(stage.people[who]), camera(), at=at).status_code == 403
        assert visitor(stage.people[who]).post(f"{at}/removal").status_code == 403
    organizer = visitor(stage.people["organizer"])
    assert give(organizer, camera(), at=at).status_code == 303
    assert f'src="{at}"' in organizer.get(at.removesuffix("/photo")).text
    refused = give(organizer, paper(), at=at)
    assert (refused.status_code, "This has to be a picture" in refused.text) == (422, True)
    assert organizer.post(f"{at}/removal").status_code == 303
    assert face_of(database, stage, "oakland mayor") == ""


def test_merged_the_photo_is_taken_over_where_there_was_none_and_removed_from_both(
    app: FastAPI, database: Database, stage: Stage, visitor: VisitorOf
) -> None:
    for who, color in (("oakland member 1", (1, 2, 3)), ("oakland member 2", (200, 2, 3))):
        give(visitor(stage.people[who]), camera(color))
    theirs = face_of(database, stage, "oakland member 1")
    with database.write() as db:
        by = viewer(db, stage, "organizer")
        keep = person(db, stage, "salem member 1")
        merge_people(db, keep=keep, gone=person(db, stage, "oakland member 1"), by=by)
        assert keep.photo == theirs
        merge_people(db, keep=keep, gone=person(db, stage, "oakland member 2"), by=by)
        assert keep.photo == theirs, "not chosen, so the kept one stays"
    visitor(stage.people["salem member 1"]).post("/me/photo/removal")
    assert kept(app) == set()


def test_the_booklet_and_the_list_show_it_and_show_initials_once_it_is_removed(
    app: FastAPI, database: Database, stage: Stage, visitor: VisitorOf
) -> None:
    mayor = visitor(stage.people["oakland mayor"])
    with database.write() as db:
        for who in ("oakland mayor", "salem mayor"):
            row = register(db, convening(db, stage), person(db, stage, who), by=BY)
            set_listed(db, row, listed=True, by=BY)
    give(mayor, camera())
    digest = face_of(database, stage, "oakland mayor")
    listed = f'src="/by-all-means/people/{stage.people["oakland mayor"]}/photo"'
    page = "/by-all-means/convenings/2017-fall/registration/roster"
    assert visitor(stage.people["salem mayor"]).get(page).text.count(listed) == 1

    def photos() -> list[str]:
        with database.read() as db:
            groups = booklet.faces_of(db, convening(db, stage))
            return [one.person.photo or one.initials for _, people, _ in groups for one in people]

    assert photos() == [digest, "SM"]
    mayor.post("/me/photo/removal")
    assert photos() == ["OM", "SM"]
    assert listed not in visitor(stage.people["salem mayor"]).get(page).text
