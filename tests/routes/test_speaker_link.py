"""A speaker's own page, by a private link: rules 10, 12, 13, 14, 20 and 21."""

import re
from collections.abc import Callable
from datetime import time, timedelta
from io import BytesIO
from typing import Any

import pytest
import time_machine
from anyio.from_thread import BlockingPortal
from fastapi import FastAPI
from httpx import Response
from pypdf import PdfReader
from sqlmodel import Session, col, select

from app.agenda.materials import quarantine
from app.agenda.placements import Placement, RoomUse, move_session
from app.agenda.releases import publish_release
from app.agenda.sessions import cancel_session
from app.agenda.speakers import answer, tell_access
from app.models import (
    AuditEntry,
    Engagement,
    EngagementState,
    LinkPurpose,
    Material,
    OutboxLetter,
    PrivateLink,
    Revision,
)
from app.people import private_links
from app.people.directory import organizers
from app.people.viewer import Viewer, viewer_of
from app.routes.shield import without_secret
from tests.agenda.stand import BY, fall, part_of
from tests.conftest import IN_THE_SAMPLE, Visitor, VisitorOf

PDF = ("slides.pdf", b"%PDF-1.7 mine", "application/pdf")
RAMP = "a ramp QX-RAMP-81"


class Own:
    """A speaker's page, opened by whoever holds the link."""

    def __init__(self, app: FastAPI, portal: BlockingPortal, name: str, title: str = "") -> None:
        self.app = app
        with app.state.database.write() as db:
            part = part_of(db, name, title)
            secret = app.state.settings.secret
            link = private_links.create_link(db, LinkPurpose.SPEAKER, fall(db), part.person, secret=secret, by=BY)
            self.here = f"/speaking/{private_links.token_of(link, secret)}"
            self.part, self.person_id = part.key, part.person_id
        self.visitor = Visitor(app, portal)

    @property
    def at(self) -> str:
        return f"{self.here}/parts/{self.part}"

    def look(self) -> str:
        return said(self.visitor.get(self.here))

    def does(self, what: str, **data: Any) -> str:
        """Post a form and read the page that it leads to."""
        return said(self.visitor.follow(f"{self.here}/{what}", data))

    def hands_in(self, file: tuple[str, bytes, str], **data: Any) -> Response:
        return self.visitor.post(f"{self.at}/materials", data=data, files={"file": file})

    def engagement(self, db: Session) -> Engagement:
        return db.get_one(Engagement, self.part)


OwnOf = Callable[..., Own]


@pytest.fixture
def own(sample_app: FastAPI, portal: BlockingPortal) -> OwnOf:
    return lambda name, title="": Own(sample_app, portal, name, title)


def said(posted: Response) -> str:
    """The words of a page as a reader meets them."""
    main = posted.text.partition("<main")[2].partition("</main>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


# --- opening it ---


def test_the_page_tells_the_session_its_room_both_clocks_and_who_else_presents(own: OwnOf) -> None:
    """Rule 14: Oakland's mayor lives three hours behind Cambridge."""
    page = own("Villase", "Mayors’ updates I").look()
    assert "Tue 14 Nov, 09:00–10:15 EST (06:00–07:15 in Oakland)" in page
    assert "GCC , Appian Way (rounds, 90 places)" in page
    assert "Everyone (57 people)" in page
    assert "Anselmo Teixeira-Pires , Mayor, Providence (speaker)" in page
    assert "Harvard Graduate School of Education" in page


def test_the_organizers_words_and_the_contact_stand_on_it(own: OwnOf) -> None:
    page = own("al-Karimi").look()
    assert "Please speak for 40 minutes and leave 15 for questions" in page
    assert "Miriam Castellanos" in page
    assert "With pleasure. I arrive at noon." in page


def test_to_open_it_changes_nothing(own: OwnOf) -> None:
    """Programs that look for harm in letters open every address."""
    speaker = own("Bảo Anh")
    with speaker.app.state.database.read() as db:
        before = db.exec(select(Revision.number)).one(), db.exec(select(PrivateLink.opened_at)).all()
    for address in (speaker.here, f"{speaker.here}/brief.pdf"):
        assert speaker.visitor.get(address).status_code == 200
    assert speaker.visitor.get(f"{speaker.at}/answer").status_code == 405
    with speaker.app.state.database.read() as db:
        assert (db.exec(select(Revision.number)).one(), db.exec(select(PrivateLink.opened_at)).all()) == before
        assert speaker.engagement(db).state is EngagementState.INVITED


def test_it_goes_nowhere_else_and_is_kept_nowhere(own: OwnOf) -> None:
    speaker = own("Bảo Anh")
    for address in (speaker.here, f"{speaker.here}/brief.pdf", "/speaking/unknown", f"{speaker.at}/materials/1"):
        headers = speaker.visitor.get(address).headers
        told = (headers["referrer-policy"], headers["cache-control"], headers["x-robots-tag"])
        assert told == ("no-referrer", "private, no-store", "noindex, nofollow, noarchive"), address
    assert "plenary=" not in str(speaker.visitor.client.cookies)


def test_a_link_that_was_never_given_and_one_that_is_revoked_say_the_same(own: OwnOf) -> None:
    speaker = own("Bảo Anh")
    with speaker.app.state.database.write() as db:
        convening, person = fall(db), speaker.engagement(db).person
        new = private_links.renew_link(
            db, LinkPurpose.SPEAKER, convening, person, secret=speaker.app.state.settings.secret, by=BY
        )
        renewed = f"/speaking/{private_links.token_of(new, speaker.app.state.settings.secret)}"
    unknown, revoked = speaker.visitor.get("/speaking/" + "x" * 43), speaker.visitor.get(speaker.here)
    assert (unknown.status_code, revoked.status_code) == (404, 410)
    assert said(unknown) == said(revoked)
    assert "Bảo Anh" not in revoked.text
    assert speaker.visitor.post(f"{speaker.at}/answer", {"comes": "yes"}).status_code == 410
    assert speaker.visitor.get(renewed).status_code == 200


def test_only_the_hash_of_its_token_is_stored(own: OwnOf) -> None:
    speaker = own("Bảo Anh")
    token = speaker.here.rsplit("/", 1)[1]
    with speaker.app.state.database.read() as db:
        link = db.exec(select(PrivateLink)).one()
        assert token not in f"{link.nonce} {link.token_hash}"
        entries = db.exec(select(AuditEntry).where(AuditEntry.subject == "private_link")).all()
        assert token not in str([(one.before, one.after) for one in entries])
        assert link.nonce not in str([(one.before, one.after) for one in entries])


def test_the_token_stays_out_of_the_log(own: OwnOf, caplog: pytest.LogCaptureFixture) -> None:
    speaker = own("Bảo Anh")
    assert without_secret(f"{speaker.here}/brief.pdf") == "/speaking/…/brief.pdf"
    speaker.visitor.get(speaker.here)
    assert speaker.here not in caplog.text


# --- what a link is good for ---


def test_whoever_holds_it_reaches_this_speakers_parts_alone(own: OwnOf) -> None:
    speaker, other = own("Bảo Anh"), own("Castleberry", "Racial equity")
    theirs = f"{speaker.here}/parts/{other.part}"
    assert speaker.visitor.post(f"{theirs}/answer", {"comes": "no"}).status_code == 404
    assert speaker.visitor.post(f"{theirs}/equipment", {"words": "x"}).status_code == 404
    assert speaker.visitor.post(f"{theirs}/materials", files={"file": PDF}).status_code == 404
    assert other.hands_in(PDF).status_code == 303
    with speaker.app.state.database.read() as db:
        material = db.exec(select(Material)).one().key
        assert other.engagement(db).state is EngagementState.MATERIALS_IN
    assert speaker.visitor.get(f"{theirs}/materials/{material}").status_code == 404
    assert speaker.visitor.get(f"{speaker.at}/materials/{material}").status_code == 404
    assert other.visitor.get(f"{other.at}/materials/{material}").status_code == 200


def test_a_link_of_one_convening_does_not_reach_the_parts_of_another(own: OwnOf) -> None:
    speaker = own("Achebe", "Facilitators with")
    with speaker.app.state.database.read() as db:
        earlier = part_of(db, "Achebe", convening="2017-spring")
        title = earlier.session.title
    assert speaker.visitor.post(f"{speaker.here}/parts/{earlier.key}/answer", {"comes": "no"}).status_code == 404
    assert title not in speaker.look()


def test_a_link_that_is_passed_on_shows_no_private_needs_of_anybody(own: OwnOf) -> None:
    """Rule 12."""
    speaker, other = own("Strand", "Askwith Forum"), own("Okafor", "Askwith Forum")
    with speaker.app.state.database.write() as db:
        tell_access(db, other.engagement(db), access="QX-OTHERS-82", by=BY)
    assert "The organizers will see to it." in speaker.does("access", access=RAMP)
    page = speaker.visitor.get(speaker.here).text
    print_out = speaker.visitor.get(f"{speaker.here}/brief.pdf").content
    printed = "".join(one.extract_text() for one in PdfReader(BytesIO(print_out)).pages)
    assert "You have told us." in page
    private = (RAMP, "QX-OTHERS-82", other.here, "example.org")
    assert [secret for secret in private if secret in page or secret in printed] == []
    assert "Nothing is kept of what you need." in speaker.does("access", nothing="yes")
    with speaker.app.state.database.read() as db:
        assert speaker.engagement(db).access == ""


def test_needs_are_told_or_it_is_said_what_is_missing(own: OwnOf) -> None:
    speaker = own("Bảo Anh")
    posted = speaker.visitor.post(f"{speaker.here}/access", {"access": " "})
    assert posted.status_code == 422
    assert "Write what you need, or tick that you need nothing." in said(posted)
    posted = speaker.visitor.post(f"{speaker.here}/access", {"access": "y" * 1001})
    assert posted.status_code == 422
    assert "y" * 1001 in posted.text


def test_a_form_from_another_site_is_refused_and_an_old_browser_is_not(own: OwnOf) -> None:
    """Where no referrer is sent, browsers that do not know Sec-Fetch-Site say `Origin: null`."""
    speaker = own("Bảo Anh")
    at = f"{speaker.at}/answer"
    for headers in ({"sec-fetch-site": "cross-site"}, {"origin": "https://evil.example"}):
        assert speaker.visitor.post(at, {"comes": "yes"}, headers=headers).status_code == 403
    assert speaker.visitor.post(at, {"comes": "yes"}, headers={"origin": "null"}).status_code == 303


# --- answering ---


def test_a_speaker_confirms_without_an_account_and_it_is_on_record_as_theirs(own: OwnOf) -> None:
    speaker = own("Bảo Anh")
    assert "Will you be there?" in speaker.look()
    page = speaker.does(f"parts/{speaker.part}/answer", comes="yes", note="By train")
    assert "Thank you. You are expected." in page
    assert "Confirmed You answered on Tue 24 Oct 2017" in page
    with speaker.app.state.database.read() as db:
        part = speaker.engagement(db)
        assert (part.state, part.answer) == (EngagementState.CONFIRMED, "By train")
        entry = db.exec(select(AuditEntry).order_by(col(AuditEntry.id).desc())).first()
        assert entry is not None
        assert (entry.by, entry.by_id, entry.cohort_id is not None) == (
            "Lê Thị Bảo Anh, by private link",
            speaker.person_id,
            True,
        )
        assert db.exec(select(PrivateLink.opened_at)).one() is not None


def test_who_declines_is_believed_the_contact_hears_of_it_and_may_think_again(own: OwnOf) -> None:
    speaker = own("Bảo Anh")
    page = speaker.does(f"parts/{speaker.part}/answer", comes="no", note="A vote that day")
    assert "The organizers are told." in page
    assert "Declined" in page
    speaker.does(f"parts/{speaker.part}/answer", comes="no", note="A vote that day")
    with speaker.app.state.database.read() as db:
        (letter,) = db.exec(select(OutboxLetter).where(OutboxLetter.purpose == "speaker-declined")).all()
        assert letter.recipient.startswith("Theo Brandvold")
        assert letter.subject == "Fall 2017 convening: a speaker has declined"
        assert f"/speakers/{speaker.person_id}" in letter.text
        assert "A vote that day" not in letter.text
    assert "You are expected." in speaker.does(f"parts/{speaker.part}/answer", comes="yes", note="It was moved")
    with speaker.app.state.database.read() as db:
        assert speaker.engagement(db).state is EngagementState.CONFIRMED


def test_an_answer_that_is_none_keeps_what_was_typed(own: OwnOf) -> None:
    speaker = own("Bảo Anh")
    posted = speaker.visitor.post(f"{speaker.at}/answer", {"comes": "perhaps", "note": "I wonder"})
    assert posted.status_code == 422
    assert "Say whether you will come." in said(posted)
    assert ">\nI wonder</textarea>" in posted.text


def test_what_is_needed_in_the_room_is_ticked_or_written(own: OwnOf) -> None:
    speaker = own("Bảo Anh")
    page = speaker.does(f"parts/{speaker.part}/equipment", ticked=["clicker", "flip chart"], words="A jug <b>of</b>")
    assert "(clicker, flip chart)" in page
    html = speaker.visitor.get(speaker.here).text
    assert 'value="clicker" checked' in html
    assert "A jug &lt;b&gt;of&lt;/b&gt;" in html


# --- handing in ---


def test_slides_are_handed_in_under_a_name_that_does_no_harm_and_come_back_as_they_were(own: OwnOf) -> None:
    speaker = own("Bảo Anh")
    posted = speaker.hands_in(("..\\..\\x\u202efdp.exe", b"%PDF-1.7 mine", "text/html"))
    assert posted.status_code == 303
    page = speaker.visitor.get(speaker.here).text
    found = re.search(r'href="(/speaking/[^"]+/materials/\d+)"[^>]*>([^<]+)<', page)
    assert found
    assert found[2] == "x fdp.pdf"
    file = speaker.visitor.get(found[1])
    assert file.content == b"%PDF-1.7 mine"
    assert {name: file.headers[name] for name in SAFE} == SAFE


SAFE = {
    "content-type": "application/pdf",
    "content-disposition": "attachment; filename=\"x fdp.pdf\"; filename*=UTF-8''x%20fdp.pdf",
    "content-security-policy": "default-src 'none'; sandbox",
    "x-content-type-options": "nosniff",
    "cache-control": "private, no-store",
    "content-length": "13",
}


@pytest.mark.parametrize(
    ("file", "sentence"),
    [
        (("a.pdf", b"<html>", "application/pdf"), "This is not a file that is taken here."),
        (("a.pdf", b"", "application/pdf"), "This file is empty."),
        (("", b"", "application/octet-stream"), "Choose a file first."),
    ],
)
def test_a_file_that_is_not_taken_leaves_what_was_there_and_says_why(
    own: OwnOf, file: tuple[str, bytes, str], sentence: str
) -> None:
    speaker = own("Bảo Anh")
    speaker.hands_in(PDF)
    posted = speaker.hands_in(file)
    assert posted.status_code == 422
    assert sentence in said(posted)
    assert "What was here before is unchanged." in said(posted)
    assert "slides.pdf" in said(posted)
    with speaker.app.state.database.read() as db:
        assert [(one.name, one.archived_at) for one in db.exec(select(Material))] == [("slides.pdf", None)]


def test_no_file_at_all_is_said_too(own: OwnOf) -> None:
    speaker = own("Bảo Anh")
    assert speaker.visitor.post(f"{speaker.at}/materials").status_code == 422
    assert speaker.visitor.post(f"{speaker.at}/materials", {"file": "text"}).status_code == 422


def test_a_file_above_the_limit_is_refused_on_the_page(own: OwnOf) -> None:
    speaker = own("Bảo Anh")
    small = speaker.app.state.settings.model_copy(update={"document_megabytes": 1})
    speaker.app.state.settings = small
    posted = speaker.hands_in(("large.pdf", b"%PDF-" + b"0" * (1 << 20), "application/pdf"))
    assert posted.status_code == 422
    assert "This file is larger than 1 MB." in said(posted)
    assert "up to 1 MB" in said(posted)


def test_what_is_looked_at_is_told_politely_and_not_given_out(own: OwnOf) -> None:
    """Rule 20."""
    speaker = own("Bảo Anh")
    speaker.hands_in(PDF)
    with speaker.app.state.database.write() as db:
        part = speaker.engagement(db)
        material = part.materials[0].key
        quarantine(db, part, part.materials[0], reason="A pupil is named", by=BY)
    assert speaker.visitor.get(f"{speaker.at}/materials/{material}").status_code == 404
    page = speaker.look()
    assert "The organizers are looking at this file" in page
    assert "A pupil is named" not in page


def test_a_file_is_taken_back(own: OwnOf) -> None:
    speaker = own("Bảo Anh")
    speaker.hands_in(PDF)
    with speaker.app.state.database.read() as db:
        material = speaker.engagement(db).materials[0].key
    page = speaker.does(f"parts/{speaker.part}/materials/{material}/removal")
    assert "The file is taken back." in page
    assert "slides.pdf" not in page


# --- what happens to the session ---


def test_a_move_on_the_draft_is_told_once_it_is_released_with_where_it_was(own: OwnOf) -> None:
    """Rule 15: speakers read what everybody reads."""
    speaker = own("Castleberry", "Racial equity")
    with speaker.app.state.database.write() as db:
        part = speaker.engagement(db)
        answer(db, part, comes=True, note="Seen the agenda", by=BY)
        rooms = tuple(RoomUse(place.room_id, place.setup_id) for place in part.session.places)
        move_session(db, part.session, to=Placement(fall(db).ends_on, time(8, 30), 60, rooms), by=BY)
    assert "Wed 15 Nov, 10:30–11:30 EST" in speaker.look()
    with speaker.app.state.database.write() as db:
        publish_release(db, fall(db), note="", reason="A test", by=organizer(db))
    page = speaker.look()
    assert "Wed 15 Nov, 08:30–09:30 EST" in page
    assert "It was Wed 15 Nov, 10:30–11:30 EST, Classroom B." in page


def test_a_cancelled_session_says_so_and_asks_for_nothing(own: OwnOf) -> None:
    speaker = own("Bảo Anh")
    with speaker.app.state.database.write() as db:
        cancel_session(db, speaker.engagement(db).session, reason="The data lead is ill.", by=BY)
    assert "Will you be there?" in speaker.look()
    with speaker.app.state.database.write() as db:
        publish_release(db, fall(db), note="", reason="A test", by=organizer(db))
    page = speaker.look()
    assert "This session is cancelled. The data lead is ill." in page
    assert "Will you be there?" not in page


def test_after_the_convening_it_is_there_to_be_read(own: OwnOf) -> None:
    speaker = own("Bảo Anh")
    speaker.hands_in(PDF)
    with time_machine.travel(IN_THE_SAMPLE + timedelta(days=30), tick=True):
        page = speaker.look()
        assert "Fall 2017 convening is over. This page stays as it was, to be read." in page
        assert "slides.pdf" in page
        assert "<form" not in speaker.visitor.get(speaker.here).text.partition("<main")[2]
        for what, data in (("answer", {"comes": "no"}), ("equipment", {"words": "x"})):
            assert speaker.visitor.post(f"{speaker.at}/{what}", data).status_code == 422
        assert speaker.hands_in(("b.pdf", b"%PDF-1.7 late", "")).status_code == 422
        assert speaker.visitor.post(f"{speaker.here}/access", {"access": RAMP}).status_code == 422


def test_the_brief_prints_with_both_clocks_and_without_the_link(own: OwnOf) -> None:
    """Rules 12, 14 and 15: paper is left lying about."""
    speaker = own("Villase", "Mayors’ updates I")
    speaker.does("access", access=RAMP)
    posted = speaker.visitor.get(f"{speaker.here}/brief.pdf?paper=a4")
    assert posted.headers["content-type"] == "application/pdf"
    text = " ".join(" ".join(one.extract_text() for one in PdfReader(BytesIO(posted.content)).pages).split())
    assert "Renata Villaseñor" in text
    assert "Tue 14 Nov, 09:00–10:15 EST (06:00–07:15 in Oakland)" in text
    assert "Release 2" in text
    assert "RAMP" not in text
    assert speaker.here.encode() not in posted.content


def test_a_speaker_who_is_signed_in_sees_the_same_page(own: OwnOf, sample_visitor: VisitorOf) -> None:
    speaker = own("Bảo Anh")
    assert said(sample_visitor("organizer").get(speaker.here)) == speaker.look()


def organizer(db: Session) -> Viewer:
    return viewer_of(db, organizers(db, fall(db).cohort_id)[0].key)
