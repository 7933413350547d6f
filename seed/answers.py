"""What the sample's people say beside registering: travel and lodging, answers to questions, sessions chosen; and the
rules by which they are reminded."""

from datetime import date, datetime, timedelta

from sqlmodel import Session, select

from app import clock
from app.models import AgendaSession, Convening, Payer, QuestionKind, Registration, ReminderKind
from app.people.audit import verb
from app.people.viewer import Viewer
from app.registration.choices import choose_session, limit_choice
from app.registration.lodging import BlockDetails, open_block
from app.registration.question_answers import answer_questions
from app.registration.questions import QuestionDetails, ask_question
from app.registration.registrations import registration_of
from app.registration.reminders import add_rule
from app.registration.travel import TravelDetails, keep_travel
from seed.sample import Entry, Sample

REMINDERS = (
    (ReminderKind.NOT_STARTED, 7),
    (ReminderKind.NOT_STARTED, 2),
    (ReminderKind.INCOMPLETE, 5),
    (ReminderKind.NO_TRAVEL, 10),
)
"""Far enough ahead that none goes on the day on which the sample is loaded."""


@verb
def load_answers(db: Session, sample: Sample, convening: Convening, entry: Entry, *, by: Viewer) -> None:
    """Load what the file says of the convening's registrations."""
    for kind, days in REMINDERS:
        add_rule(db, convening, kind, days_before=days, by=by)
    _travel(db, sample, convening, entry, by)
    for written in entry["question"]:
        _question(db, sample, convening, written, by)
    for written in entry["choice"]:
        _choice(db, sample, convening, written, by)


def _travel(db: Session, sample: Sample, convening: Convening, entry: Entry, by: Viewer) -> None:
    lodging = entry["lodging"]
    first, last = (_evening(convening, day) for day in lodging["nights"])
    held = BlockDetails(lodging["name"], lodging["rooms"], first, last, lodging["address"], lodging["note"])
    block = open_block(db, convening, held, by=by)
    db.flush()
    for written in entry["travel"]:
        comes, goes, nights = (written.get(name) for name in ("comes", "goes", "nights"))
        details = TravelDetails(
            arrives_at=_moment(convening, comes),
            arrives_by=comes.get("by", ""),
            leaves_at=_moment(convening, goes) if goes else None,
            leaves_by=goes.get("by", "") if goes else "",
            first_night=_evening(convening, nights[0]) if nights else None,
            last_night=_evening(convening, nights[1]) if nights else None,
            block_id=block.key if nights and not written.get("elsewhere") else None,
            shares_with=written.get("shares_with", ""),
            payer=Payer(written["payer"]) if "payer" in written else None,
        )
        keep_travel(db, _registration(db, sample, convening, written["person"]), details, by=by)
    for key in entry["locals"]["people"]:
        keep_travel(db, _registration(db, sample, convening, key), TravelDetails(is_local=True), by=by)


def _question(db: Session, sample: Sample, convening: Convening, written: Entry, by: Viewer) -> None:
    details = QuestionDetails(
        written["text"],
        kind=QuestionKind(written["kind"]),
        help=written.get("help", ""),
        options=tuple(written.get("options", ())),
        role_ids=tuple(sample.roles[slug].key for slug in written.get("roles", ())),
        required=written.get("required", False),
    )
    question = ask_question(db, convening, details, by=by)
    for text, people in written["answers"].items():
        for key in people:
            answer_questions(db, _registration(db, sample, convening, key), {question.key: text}, by=by)


def _choice(db: Session, sample: Sample, convening: Convening, written: Entry, by: Viewer) -> None:
    of_it = select(AgendaSession).where(AgendaSession.convening_id == convening.key)
    session = db.exec(of_it.where(AgendaSession.title == written["session"])).one()
    if "places" in written:
        limit_choice(db, session, cap=written["places"], by=by)
    for key in written["people"]:
        mine = _registration(db, sample, convening, key)
        choose_session(db, mine, session.choice_group, session.key, by=by)


def _registration(db: Session, sample: Sample, convening: Convening, key: str) -> Registration:
    registration = registration_of(db, convening, sample.people[key].key)
    assert registration is not None, f"{key} is not registered"
    return registration


def _evening(convening: Convening, day: int) -> date:
    """The day of this number: 1 is the first, 0 the one before it."""
    return convening.starts_on + timedelta(days=day - 1)


def _moment(convening: Convening, written: Entry) -> datetime:
    return clock.at(_evening(convening, written["day"]), written["at"], convening.zone)
