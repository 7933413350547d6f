"""What the booklet tells besides its agenda, and the plan of its house: said by organizers; nothing typed is lost."""

from io import BytesIO

from fastapi import FastAPI
from PIL import Image
from sqlmodel import Session, select

from app.models import Convening
from tests.conftest import VisitorOf

HERE = "/by-all-means/convenings/2017-fall"
WORDS = {
    "wifi_network": "Harvard Guest",
    "wifi_password": "",
    "contacts": "**Desk**: 555-0100",
    "booklet_note": "Badges on.",
}


def fall(db: Session) -> Convening:
    return db.exec(select(Convening).where(Convening.slug == "2017-fall")).one()


def told(app: FastAPI) -> tuple[str, str, str, str]:
    with app.state.database.read() as db:
        one = fall(db)
        return one.wifi_network, one.wifi_password, one.contacts, one.booklet_note


def picture(kind: str = "PNG", size: tuple[int, int] = (800, 500)) -> bytes:
    out = BytesIO()
    Image.new("RGB", size, "#dde").save(out, kind)
    return out.getvalue()


def test_an_organizer_says_what_the_booklet_tells_and_a_mistake_loses_nothing(
    sample_app: FastAPI, sample_visitor: VisitorOf
) -> None:
    organizer = sample_visitor("organizer")
    assert organizer.post(f"{HERE}/booklet", WORDS).status_code == 303
    assert told(sample_app) == tuple(WORDS.values())
    refused = organizer.post(f"{HERE}/booklet", {**WORDS, "wifi_network": " ", "wifi_password": "QX-PASS-9"})
    assert refused.status_code == 422
    for typed in ("QX-PASS-9", "555-0100", "Badges on.", "Say which network this password is for."):
        assert typed in refused.text
    assert told(sample_app) == tuple(WORDS.values())
    assert organizer.post(f"{HERE}/booklet", {**WORDS, "wifi_network": "n" * 121}).status_code == 422


def test_a_plan_is_given_read_and_removed_and_a_refused_one_leaves_the_old(
    sample_app: FastAPI, sample_visitor: VisitorOf
) -> None:
    organizer, member = sample_visitor("organizer"), sample_visitor("member")
    at = f"{HERE}/venue/plan"
    given = organizer.post(at, {"plan_told": "GCC is beyond the yard."}, files={"plan": ("plan.png", picture())})
    assert given.status_code == 303
    shown = member.get(at)
    assert (shown.status_code, shown.headers["content-type"]) == (200, "image/jpeg")
    for name, bytes_ in (("plan.png", b"<svg onload=alert(1)>"), ("plan.jpg", b"%PDF-1.7"), ("plan.png", b"")):
        refused = organizer.post(at, {"plan_told": "QX-TOLD-3"}, files={"plan": (name, bytes_)})
        if bytes_:
            assert refused.status_code == 422, name
            assert "QX-TOLD-3" in refused.text
    assert member.get(at).content == shown.content
    assert member.post(at, {"plan_told": "x"}).status_code == 403
    assert member.post(f"{at}/removal").status_code == 403
    assert organizer.post(f"{at}/removal").status_code == 303
    assert member.get(at).status_code == 404
    with sample_app.state.database.read() as db:
        venue = fall(db).venue
        assert venue is not None
        assert venue.plan == ""
