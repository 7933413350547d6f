"""What stands in a nudge, in text and as HTML; and what never does (rule 5)."""

from datetime import UTC, date, datetime

import pytest
import time_machine
from sqlmodel import select

from app.database import Database
from app.mailing.nudge_letters import nudge_letter, send_nudges, sent_nudges
from app.mailing.outbox import deliver_due, message
from app.mailing.posted import Fate
from app.models import NudgeKind, OutboxLetter, Person
from app.settings import Settings
from app.updates.approval import send_to_mayor
from app.updates.approval_links import find_link
from app.updates.extensions import extend_update
from app.updates.nudge_plan import plan_nudges
from app.updates.nudges import add_rule
from app.updates.progress import progress_of
from tests.updates.stage import SYSTEM, Stage, set_stage
from tests.updates.test_nudges import set_zone

SECRET = "heronwood"
ADDRESS = "https://plenary.example"


@pytest.fixture
def stage(database: Database, in_the_sample: object) -> Stage:
    return set_stage(database)


def letter(stage: Stage, kind: NudgeKind, reader: str, *, days: int = 1) -> tuple[str, str]:
    """The letter of a kind that a person of Oakland would get."""
    with stage.database.write() as db:
        add_rule(db, stage.cycle(db), kind, days=days, by=SYSTEM)
    with stage.database.read() as db:
        cycle = stage.cycle(db)
        found = [one for rule in plan_nudges(db, cycle) for one in rule.letters]
        wanted = (kind, stage.people[f"oakland/{reader}"])
        (mine,) = [one for one in found if (one.about.kind, one.person_id) == wanted]
        far = progress_of(db, cycle)[mine.about.update_id]
        return nudge_letter(cycle, mine.about, mine.reader, far, address=ADDRESS)


def write(stage: Stage) -> None:
    with stage.database.write() as db:
        stage.fill(db, stage.update(db), SECRET)


def hand_over(stage: Stage) -> None:
    write(stage)
    with stage.database.write() as db:
        send_to_mayor(db, stage.update(db), by=SYSTEM)


def test_not_begun_says_by_when_on_the_citys_clock_and_where_to_begin(stage: Stage) -> None:
    """Rule 14: the reader's clock would stand beside the city's if it differed."""
    subject, text = letter(stage, NudgeKind.NOT_STARTED, "facilitator")
    assert subject == "Oakland’s update for Fall 2017 is not begun yet"
    assert "It is due by Fri 27 Oct 2017, 23:59 PDT." in text
    assert f"{ADDRESS}/by-all-means/updates/fall/oakland/edit" in text


def test_a_reader_elsewhere_reads_the_last_minute_on_both_clocks(stage: Stage) -> None:
    """Rule 14, over a clock change: Oakland has until Sunday, 5 November, when clocks have gone back."""
    with stage.database.write() as db:
        update, organizer = stage.update(db), stage.viewer(db, "lab/organizer")
        extend_update(db, update, until=date(2017, 11, 5), reason="A new facilitator.", by=organizer)
        set_zone(db, db.get_one(Person, stage.people["oakland/facilitator"]), "America/New_York", by=SYSTEM)
    _, text = letter(stage, NudgeKind.NOT_STARTED, "facilitator", days=2)
    assert "It is due by Sun 5 Nov 2017, 23:59 PST (Mon 6 Nov, 02:59 in New York)." in text


def test_being_written_says_how_much_is_there_and_no_word_of_it(stage: Stage) -> None:
    """Rule 5."""
    write(stage)
    subject, text = letter(stage, NudgeKind.NOT_SENT, "facilitator")
    assert subject == "Oakland’s update for Fall 2017 is not with the mayor yet"
    assert "So far: 2 of 3 sections written." in text
    assert SECRET not in subject + text


def test_who_approves_reads_what_to_do_and_who_acts_for_them_that_they_cannot(stage: Stage) -> None:
    """Rule 5."""
    hand_over(stage)
    subject, mayor = letter(stage, NudgeKind.NOT_APPROVED, "mayor")
    _, assistant = letter(stage, NudgeKind.NOT_APPROVED, "assistant")
    assert subject == "Oakland’s update for Fall 2017 waits for approval"
    assert f"{ADDRESS}/by-all-means/updates/fall/oakland/approval" in mayor
    assert "/approval" not in assistant
    assert "An approval cannot be given for another." in assistant
    assert SECRET not in mayor + assistant


@pytest.mark.parametrize("state", ["not begun", "being written", "with the mayor"])
def test_late_is_kind_and_says_where_it_stands(stage: Stage, state: str) -> None:
    if state == "being written":
        write(stage)
    if state == "with the mayor":
        hand_over(stage)
    subject, text = letter(stage, NudgeKind.LATE, "facilitator")
    assert subject == "Oakland’s update for Fall 2017 is still welcome"
    assert "was due on Fri 27 Oct 2017. Late is no harm" in text
    assert state in text
    assert "give you more time" in text
    assert SECRET not in text


def test_the_letter_that_went_opens_the_update_for_its_mayor_and_looks_right(stage: Stage, settings: Settings) -> None:
    """The link of the letter is one that was given to its reader; text and HTML say the same."""
    hand_over(stage)
    with stage.database.write() as db:
        add_rule(db, stage.cycle(db), NudgeKind.NOT_APPROVED, days=1, by=SYSTEM)
    with time_machine.travel(datetime(2017, 10, 26, 15, tzinfo=UTC), tick=True):
        assert send_nudges(stage.database, settings) == 3
    with stage.database.read() as db:
        mayor = stage.people["oakland/mayor"]
        row = db.exec(select(OutboxLetter).where(OutboxLetter.person_id == mayor)).one()
        token = row.text.split("/approve/")[1].split()[0]
        link = find_link(db, token)
        assert link is not None
        assert link.person_id == mayor
        mail = message(settings, row)
    html = mail.get_body(("html",))
    assert html is not None
    assert f'/approve/{token}">' in html.get_content()
    assert "waits for the mayor’s approval" in html.get_content()


def test_what_became_of_each_letter_is_known(stage: Stage, settings: Settings) -> None:
    with stage.database.write() as db:
        add_rule(db, stage.cycle(db), NudgeKind.NOT_STARTED, days=1, by=SYSTEM)
    with time_machine.travel(datetime(2017, 10, 26, 15, tzinfo=UTC), tick=True):
        send_nudges(stage.database, settings)
        deliver_due(stage.database, settings)
    with stage.database.read() as db:
        sent = sent_nudges(db, stage.cycle(db))
    assert sorted((one.city, one.name, one.days, one.fate) for one in sent) == [
        ("Oakland", "Facilitator of oakland", 1, Fate.SENT),
        ("Salem", "Facilitator of salem", 1, Fate.SENT),
    ]
