"""Rule 5 by a letter's link: who holds the letter alone reads nothing and approves nothing; its own person needs
nothing but a number."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from html import unescape

import pytest
import time_machine
from sqlmodel import Session, select

from app import clock
from app.models import ApprovalLink, AuditEntry, OutboxLetter, Person, Revision, Seat, Tenure, UpdateLook, UpdateState
from app.people.audit import Refused, verb
from app.people.viewer import Viewer
from app.updates.approval import send_back, withdraw_approval
from app.updates.approval_links import MOST_NUMBERS_A_DAY, give_links, give_number, new_number
from app.updates.releases import release_update
from tests.conftest import Visitor, VisitorOf
from tests.updates.stage import SYSTEM, Stage
from tests.updates.test_approval import end_designation, end_tenure

OAKLAND = "/by-all-means/updates/fall/oakland"
WORDS = "Xq of the narrative"
SECRET = b"secret"


@pytest.fixture
def enter(stage: Stage, visitor: VisitorOf) -> VisitorOf:
    def of(name: str | None = None) -> Visitor:
        acting_for = stage.people["oakland/mayor"] if name == "oakland/assistant" else None
        return visitor(stage.people[name] if name else None, acting_for=acting_for)

    return of


def send(stage: Stage, enter: VisitorOf) -> None:
    """The facilitator hands the draft over, as people do."""
    with stage.database.write() as db:
        stage.fill(db, stage.update(db), "Xq")
    answer = enter("oakland/facilitator").post(f"{OAKLAND}/draft", {"then": "send"})
    assert answer.status_code == 303, answer.text


def letters(stage: Stage, purpose: str = "update-approval") -> dict[str, list[str]]:
    """The letters' texts by the address they went to."""
    found: dict[str, list[str]] = {}
    with stage.database.read() as db:
        for row in db.exec(select(OutboxLetter).where(OutboxLetter.purpose == purpose).order_by(OutboxLetter.id)):  # type: ignore[arg-type]
            found.setdefault(row.recipient.partition("<")[2].rstrip(">"), []).append(row.text)
    return found


def link_in(text: str) -> str:
    found = re.search(r"/approve/[\w-]{43}", text)
    assert found, text
    return found[0]


def link_of(stage: Stage, who: str = "mayor") -> str:
    return link_in(letters(stage)[f"{who}@oakland.example"][-1])


def number_of(stage: Stage, who: str = "mayor") -> str:
    found = re.search(r"^\d{3} \d{3}$", letters(stage, "approval-number")[f"{who}@oakland.example"][-1], re.MULTILINE)
    assert found
    return found[0]


def seen(page: str) -> str:
    found = re.search(r'name="seen" value="(\w+)"', page)
    assert found, "no form to approve"
    return found[1]


def text_of(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def prove(stage: Stage, browser: Visitor, link: str, who: str = "mayor") -> None:
    """Ask for the number in this browser, and give it."""
    assert browser.post(f"{link}/number").status_code == 303
    answer = browser.post(f"{link}/browser", {"number": number_of(stage, who)})
    assert (answer.status_code, answer.headers["location"]) == (303, link)


def state(stage: Stage) -> tuple[UpdateState, str]:
    with stage.database.read() as db:
        return stage.update(db).state, stage.update(db).approved_as


def rows(stage: Stage) -> list[ApprovalLink]:
    with stage.database.read() as db:
        return list(db.exec(select(ApprovalLink).order_by(ApprovalLink.id)))  # type: ignore[arg-type]


def test_the_mayor_approves_from_the_letter_with_nothing_but_a_number(stage: Stage, enter: VisitorOf) -> None:
    send(stage, enter)
    link, phone = link_of(stage), enter()
    page = phone.get(link).text
    assert ("Mayor of oakland" in page, "m…@oakland.example" in page, WORDS in page) == (True, True, False)
    prove(stage, phone, link)
    page = phone.get(link).text
    assert WORDS in page
    answer = phone.follow(f"{link}/approval", {"seen": seen(page)})
    assert "You approved it" in answer.text
    assert state(stage) == (UpdateState.APPROVED, "Mayor, Oakland")
    with stage.database.read() as db:
        entry = db.exec(select(AuditEntry).where(AuditEntry.act == "approve_by_link")).first()
        assert entry is not None
        assert (entry.by, entry.by_id) == ("Mayor of oakland, by a letter’s link", stage.people["oakland/mayor"])
        look = db.exec(select(UpdateLook).where(UpdateLook.what == "the page for approval, by a letter’s link")).one()
        assert look.person_id == stage.people["oakland/mayor"]


def test_each_approver_has_a_link_of_their_own_and_an_assistant_none(stage: Stage, enter: VisitorOf) -> None:
    send(stage, enter)
    found = letters(stage)
    assert set(found) == {"mayor@oakland.example", "superintendent@oakland.example", "assistant@oakland.example"}
    assert link_in(found["mayor@oakland.example"][0]) != link_in(found["superintendent@oakland.example"][0])
    assert "/approve/" not in found["assistant@oakland.example"][0]
    assert [row.token_hash in str(found) for row in rows(stage)] == [False, False], "hashes alone are kept"
    for row in rows(stage):
        assert link_of(stage).removeprefix("/approve/") not in str(row.model_dump())


def test_a_forwarded_letter_opens_nothing_for_somebody_else_rule_5(stage: Stage, enter: VisitorOf) -> None:
    """A stranger, a colleague who is signed in, and the assistant in the mayor's place."""
    send(stage, enter)
    link = link_of(stage)
    for name in (None, "oakland/facilitator", "oakland/assistant", "salem/mayor", "lab/organizer"):
        browser = enter(name)
        page = browser.get(link).text
        assert WORDS not in page
        assert ("You are signed in here as" in page) == (name is not None)
        for act, form in (("approval", {"seen": "x"}), ("return", {"note": "No."}), ("approval/withdrawal", {})):
            answer = browser.post(f"{link}/{act}", form)
            assert (answer.status_code, answer.headers["location"]) == (303, link)
    assert state(stage) == (UpdateState.WITH_MAYOR, "")


def test_who_is_signed_in_as_the_mayor_needs_no_number(stage: Stage, enter: VisitorOf) -> None:
    send(stage, enter)
    page = enter("oakland/mayor").get(link_of(stage)).text
    assert WORDS in page
    assert letters(stage, "approval-number") == {}


def test_what_scanners_of_mail_do_changes_nothing(stage: Stage, enter: VisitorOf) -> None:
    send(stage, enter)
    link = link_of(stage)
    with stage.database.read() as db:
        before = db.exec(select(Revision.number)).one()
    for _ in range(3):
        assert enter().get(link).status_code == 200
        enter().send("HEAD", link)
        enter().send("OPTIONS", link)
    row = rows(stage)[0]
    assert (row.opened_at, row.used_at, row.codes_sent, state(stage)[0]) == (None, None, 0, UpdateState.WITH_MAYOR)
    assert letters(stage, "approval-number") == {}
    with stage.database.read() as db:
        assert db.exec(select(Revision.number)).one() == before


def test_another_browser_gives_a_number_of_its_own_and_the_same_one_never_again(
    stage: Stage, enter: VisitorOf, in_the_sample: time_machine.Traveller
) -> None:
    send(stage, enter)
    link, phone, desk = link_of(stage), enter(), enter()
    prove(stage, phone, link)
    assert WORDS in phone.get(link).text
    assert WORDS not in desk.get(link).text
    in_the_sample.shift(timedelta(minutes=15))
    again = enter("oakland/facilitator").follow(f"{OAKLAND}/approval/letters")
    assert "Another letter is on its way" in again.text
    newer = link_of(stage)
    assert newer != link
    assert WORDS in phone.get(newer).text, "this browser has given a number of theirs before"
    assert WORDS not in desk.get(newer).text
    assert (phone.get(link).status_code, WORDS in phone.get(link).text) == (410, False)
    phone.post(f"{newer}/number")
    assert len(letters(stage, "approval-number")["mayor@oakland.example"]) == 1, "a known browser is sent none"


def test_a_known_browser_in_which_somebody_else_is_signed_in_asks_again(
    stage: Stage, enter: VisitorOf, in_the_sample: time_machine.Traveller
) -> None:
    """The mayor once gave a number at the assistant's desk: later letters are not the assistant's to use."""
    send(stage, enter)
    link, desk = link_of(stage), enter("oakland/assistant")
    prove(stage, desk, link)
    assert WORDS in desk.get(link).text, "this link's own number was given here"
    in_the_sample.shift(timedelta(minutes=15))
    enter("oakland/facilitator").post(f"{OAKLAND}/approval/letters")
    assert WORDS not in desk.get(link_of(stage)).text


def test_the_second_click_finds_it_done_and_a_used_link_approves_nothing_more(stage: Stage, enter: VisitorOf) -> None:
    send(stage, enter)
    link, phone = link_of(stage), enter()
    prove(stage, phone, link)
    stamp = seen(phone.get(link).text)
    for _ in range(2):
        assert "You approved it" in phone.follow(f"{link}/approval", {"seen": stamp}).text
    assert (enter().get(link).status_code, "This link has been used" in enter().get(link).text) == (410, True)
    with stage.database.write() as db:
        told = withdraw_approval(db, stage.update(db), by=stage.viewer(db, "oakland/facilitator"))
        assert told == [], "who did it needs no letter"
    assert phone.post(f"{link}/approval", {"seen": stamp}).status_code == 409
    assert state(stage) == (UpdateState.DRAFTING, "")


def test_an_approval_is_taken_back_where_it_was_given_until_the_release(stage: Stage, enter: VisitorOf) -> None:
    send(stage, enter)
    link, phone = link_of(stage), enter()
    prove(stage, phone, link)
    phone.post(f"{link}/approval", {"seen": seen(phone.get(link).text)})
    page = phone.follow(f"{link}/approval/withdrawal").text
    assert "Your approval is taken back." in page
    assert state(stage) == (UpdateState.DRAFTING, "")
    assert list(letters(stage, "update-approval-withdrawn")) == ["facilitator@oakland.example"]
    assert phone.post(f"{link}/approval/withdrawal").status_code == 409, "once"
    with stage.database.write() as db:
        stage.approve(db, stage.update(db))
        release_update(db, stage.update(db), by=SYSTEM)
    assert phone.post(f"{link}/approval/withdrawal").status_code == 409
    assert state(stage)[0] is UpdateState.RELEASED


def test_sending_back_by_link_keeps_what_was_typed_and_tells_the_facilitator(stage: Stage, enter: VisitorOf) -> None:
    send(stage, enter)
    link, phone = link_of(stage), enter()
    prove(stage, phone, link)
    long = "Too long. " * 500
    answer = phone.post(f"{link}/return", {"note": long})
    assert (answer.status_code, "Too long. Too long." in answer.text, WORDS in answer.text) == (422, True, True)
    assert "Sent back with your note." in phone.follow(f"{link}/return", {"note": "Name the buses."}).text
    assert state(stage)[0] is UpdateState.DRAFTING
    assert list(letters(stage, "update-sent-back")) == ["facilitator@oakland.example"]
    assert "Name the buses." not in str(letters(stage, "update-sent-back")), "no word of it stands in a letter"
    assert phone.post(f"{link}/return", {"note": "And more."}).status_code == 422


def test_a_text_that_changed_meanwhile_is_read_again_before_it_is_approved(stage: Stage, enter: VisitorOf) -> None:
    send(stage, enter)
    link, phone = link_of(stage), enter()
    prove(stage, phone, link)
    stamp = seen(phone.get(link).text)
    with stage.database.write() as db:
        stage.write(db, stage.update(db), "narrative", "Other words")
    answer = phone.post(f"{link}/approval", {"seen": stamp})
    assert (answer.status_code, "has changed since you opened" in answer.text, "Other words" in answer.text) == (
        409,
        True,
        True,
    )
    assert "You approved it" in phone.follow(f"{link}/approval", {"seen": seen(answer.text)}).text


def end_by_release(db: Session, stage: Stage) -> None:
    stage.approve(db, stage.update(db), who="oakland/designee")
    release_update(db, stage.update(db), by=SYSTEM)


@verb
def put_away(db: Session, person_id: int, *, by: Viewer) -> None:
    person = db.get_one(Person, person_id)
    person.archived_at = clock.now()
    db.add(person)


ENDS: dict[str, tuple[Callable[[Session, Stage], object], str]] = {
    "released": (end_by_release, "This update is released"),
    "sent back": (
        lambda db, stage: send_back(db, stage.update(db), note="No.", by=stage.viewer(db, "oakland/designee")),
        "the text has gone back to its writers",
    ),
    "given anew": (lambda db, stage: give_links(db, stage.update(db), by=SYSTEM), "A newer letter has taken its place"),
    "approved by another": (
        lambda db, stage: stage.approve(db, stage.update(db), who="oakland/designee"),
        "The update is approved.",
    ),
    "out of office": (
        lambda db, stage: end_tenure(db, stage, "oakland/mayor", date(2017, 10, 23), by=SYSTEM),
        "somebody else today",
    ),
    "put away": (lambda db, stage: put_away(db, stage.people["oakland/mayor"], by=SYSTEM), "This link opens nothing"),
}


@pytest.mark.parametrize("end", ENDS)
def test_a_link_ends_with_what_it_was_for_in_every_browser(stage: Stage, enter: VisitorOf, end: str) -> None:
    send(stage, enter)
    link, phone = link_of(stage), enter()
    prove(stage, phone, link)
    stamp = seen(phone.get(link).text)
    act, said = ENDS[end]
    with stage.database.write() as db:
        act(db, stage)
    before = state(stage)
    answer = phone.get(link)
    assert (answer.status_code, said in text_of(answer.text), WORDS in answer.text) == (410, True, False)
    for path, form in (("approval", {"seen": stamp}), ("return", {"note": "No."})):
        assert phone.post(f"{link}/{path}", form).status_code in (409, 410, 422)
    assert state(stage) == before


def test_a_link_is_good_for_seven_days(stage: Stage, enter: VisitorOf, in_the_sample: time_machine.Traveller) -> None:
    send(stage, enter)
    link, phone = link_of(stage), enter()
    prove(stage, phone, link)
    in_the_sample.shift(timedelta(days=7, seconds=-60))
    assert WORDS in phone.get(link).text
    in_the_sample.shift(timedelta(seconds=120))
    answer = phone.get(link)
    assert (answer.status_code, "good for seven days" in answer.text) == (410, True)


@verb
def elect(db: Session, stage: Stage, starts_on: date, *, by: Viewer) -> int:
    """Another mayor of Oakland from a day on; returns their number."""
    old = db.exec(select(Tenure).where(Tenure.person_id == stage.people["oakland/mayor"])).one()
    old.ends_on = starts_on - timedelta(days=1)
    new = Person(name="Mayor elect", email="elect@oakland.example")
    db.add_all([old, new])
    db.flush()
    db.add(Tenure(seat_id=db.get_one(Seat, old.seat_id).key, person_id=new.key, starts_on=starts_on))
    return new.key


def test_at_midnight_of_the_citys_own_zone_the_successor_approves_and_the_old_link_does_not_rule_8(
    stage: Stage, enter: VisitorOf, in_the_sample: time_machine.Traveller
) -> None:
    """As in Newton on 1 January 2018; in Oakland that is eight hours later than in Greenwich."""
    with stage.database.write() as db:
        elect(db, stage, date(2018, 1, 1), by=SYSTEM)
        end_designation(db, date(2017, 12, 1), by=SYSTEM)
    in_the_sample.move_to(datetime(2017, 12, 30, 20, tzinfo=UTC))
    send(stage, enter)
    link, phone = link_of(stage), enter()
    assert "elect@oakland.example" not in letters(stage)
    prove(stage, phone, link)
    in_the_sample.move_to(datetime(2018, 1, 1, 7, 59, tzinfo=UTC))
    stamp = seen(phone.get(link).text)
    in_the_sample.move_to(datetime(2018, 1, 1, 8, 1, tzinfo=UTC))
    assert phone.post(f"{link}/approval", {"seen": stamp}).status_code == 409
    assert "somebody else today" in phone.get(link).text
    enter("oakland/facilitator").post(f"{OAKLAND}/approval/letters")
    theirs, other = link_in(letters(stage)["elect@oakland.example"][0]), enter()
    other.post(f"{theirs}/number")
    text = letters(stage, "approval-number")["elect@oakland.example"][0]
    number = re.search(r"\d{3} \d{3}", text)
    assert number
    other.post(f"{theirs}/browser", {"number": number[0]})
    other.post(f"{theirs}/approval", {"seen": seen(other.get(theirs).text)})
    assert state(stage) == (UpdateState.APPROVED, "Mayor, Oakland")


def wrong(number: str) -> str:
    return f"{(int(number.replace(' ', '')) + 1) % 1_000_000:06d}"


def test_five_wrong_numbers_end_the_number(
    stage: Stage, enter: VisitorOf, in_the_sample: time_machine.Traveller
) -> None:
    send(stage, enter)
    link, browser = link_of(stage), enter()
    browser.post(f"{link}/number")
    number = number_of(stage)
    for left in (4, 3, 2, 1, 0):
        answer = browser.post(f"{link}/browser", {"number": wrong(number)})
        said = text_of(answer.text)
        assert (answer.status_code, f"{left} more" in said if left else "Have another one sent" in said) == (422, True)
    assert browser.post(f"{link}/browser", {"number": number}).status_code == 422, "the right one is no good any more"
    assert WORDS not in browser.get(link).text
    in_the_sample.shift(timedelta(minutes=2))
    prove(stage, browser, link)
    assert WORDS in browser.get(link).text


def test_a_number_is_good_for_ten_minutes_once_and_for_its_own_link(
    stage: Stage, enter: VisitorOf, in_the_sample: time_machine.Traveller
) -> None:
    send(stage, enter)
    mayors, designees, browser = link_of(stage), link_of(stage, "superintendent"), enter()
    browser.post(f"{mayors}/number")
    browser.post(f"{designees}/number")
    assert browser.post(f"{mayors}/browser", {"number": number_of(stage, "superintendent")}).status_code == 422
    in_the_sample.shift(timedelta(minutes=11))
    answer = browser.post(f"{mayors}/browser", {"number": number_of(stage)})
    assert (answer.status_code, "no longer good" in answer.text) == (422, True)
    prove(stage, browser, mayors)
    assert enter().post(f"{mayors}/browser", {"number": number_of(stage)}).status_code == 422, "it was given once"


def test_numbers_are_bounded_over_all_links_of_a_person(stage: Stage, in_the_sample: time_machine.Traveller) -> None:
    """Guessing over many links: six numbers a day, five tries each, whatever is forwarded or sent anew."""
    with stage.database.write() as db:
        update = stage.update(db)
        for sent in range(MOST_NUMBERS_A_DAY):
            give_links(db, update, by=SYSTEM)
            link = db.exec(
                select(ApprovalLink)
                .where(ApprovalLink.person_id == stage.people["oakland/mayor"])
                .order_by(ApprovalLink.id.desc())  # type: ignore[union-attr]
            ).first()
            assert link is not None
            number = new_number(db, link, secret=SECRET)
            if sent == 0:
                with pytest.raises(Refused, match="just now"):
                    new_number(db, link, secret=SECRET)
            with pytest.raises(Refused, match="4 more tries"):
                give_number(db, link, wrong(number), secret=SECRET)
            in_the_sample.shift(timedelta(minutes=2))
        assert link is not None
        with pytest.raises(Refused, match="No more numbers are sent today"):
            new_number(db, link, secret=SECRET)
        in_the_sample.shift(timedelta(days=1))
        assert len(new_number(db, link, secret=SECRET)) == 6


def test_a_number_may_be_typed_with_spaces_or_in_another_script(stage: Stage) -> None:
    with stage.database.write() as db:
        give_links(db, stage.update(db), by=SYSTEM)
        link = db.exec(select(ApprovalLink)).first()
        assert link is not None
        number = new_number(db, link, secret=SECRET)
        arabic = " ".join(chr(0x0660 + int(digit)) for digit in number)
        assert len(give_number(db, link, arabic, secret=SECRET)) == 43


def test_no_second_letter_within_ten_minutes_and_none_for_what_is_not_with_the_mayor(
    stage: Stage, enter: VisitorOf, in_the_sample: time_machine.Traveller
) -> None:
    facilitator = enter("oakland/facilitator")
    assert facilitator.post(f"{OAKLAND}/approval/letters").status_code == 409
    send(stage, enter)
    assert facilitator.post(f"{OAKLAND}/approval/letters").status_code == 409
    in_the_sample.shift(timedelta(minutes=11))
    assert facilitator.post(f"{OAKLAND}/approval/letters").status_code == 303
    assert enter("salem/facilitator").post(f"{OAKLAND}/approval/letters").status_code == 403
    assert len(letters(stage)["mayor@oakland.example"]) == 2


def test_signing_out_everywhere_forgets_the_browsers_too(stage: Stage, enter: VisitorOf) -> None:
    send(stage, enter)
    link, phone = link_of(stage), enter()
    prove(stage, phone, link)
    assert enter("oakland/mayor").post("/me/sign-ins/end").status_code == 303
    assert WORDS not in phone.get(link).text


def test_an_unknown_token_opens_nothing_and_no_page_of_a_link_is_kept_or_found(stage: Stage, enter: VisitorOf) -> None:
    send(stage, enter)
    assert enter().get("/approve/unknown").status_code == 404
    headers = enter().get(link_of(stage)).headers
    assert (headers["cache-control"], headers["referrer-policy"]) == ("private, no-store", "no-referrer")
    assert "noindex" in headers["x-robots-tag"]
