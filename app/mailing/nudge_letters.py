"""Nudges about the mayors' updates: what is in them, and sending those that are due. How far an update is stands in
them, and never a word of it (rule 5)."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from app import clock
from app.database import Database
from app.mailing.outbox import Letter, enqueue_all
from app.mailing.posted import SentByRule, failed_first, posted
from app.models import City, Nudge, NudgeKind, NudgeRule, Person, Update, UpdateCycle, UpdateState
from app.people.viewer import Viewer
from app.settings import Settings
from app.updates.approval_links import give_links
from app.updates.cycles import due_at
from app.updates.nudge_plan import Matter, PlannedNudge
from app.updates.nudge_readers import Reader
from app.updates.nudges import due_nudges, take_due_nudges
from app.updates.nudges_by_hand import ByHand, LastByHand
from app.updates.progress import Progress, progress_of

BY = Viewer.system("nudges")


def send_nudges(database: Database, settings: Settings) -> int:
    """Write all nudges that are due, of every cycle, into the outbox; how many. Row and letter are committed together,
    a cycle at a time; where nothing is due, nobody has to wait for the writer."""
    with database.read() as db:
        ruled = select(NudgeRule.cycle_id).where(col(NudgeRule.archived_at).is_(None)).distinct()
        numbers = [number for number in db.exec(ruled) if due_nudges(db, db.get_one(UpdateCycle, number))]
    written = 0
    for number in numbers:
        with database.write() as db:
            cycle = db.get_one(UpdateCycle, number)
            due = take_due_nudges(db, cycle, by=BY)
            written += write_nudges(db, cycle, due, address=settings.address)
    return written


def write_nudges(db: Session, cycle: UpdateCycle, due: Sequence[PlannedNudge], *, address: str) -> int:
    """Put these letters into the outbox; `address` is where people reach the program. Who is to approve gets a link of
    their own with it, in place of the one they had."""
    approving: defaultdict[int, list[int]] = defaultdict(list)
    for one in due:
        if one.about.kind is NudgeKind.NOT_APPROVED and one.reader.approves:
            approving[one.about.update_id].append(one.person_id)
    tokens = {
        (update_id, person_id): token
        for update_id, people in approving.items()
        for person_id, token in give_links(db, db.get_one(Update, update_id), to=people, by=BY).items()
    }
    progress = progress_of(db, cycle) if due else {}
    letters = []
    for one in due:
        assert one.email is not None, "who has no address is not taken"
        token = tokens.get((one.about.update_id, one.person_id))
        link = f"{address}/approve/{token}" if token else None
        far = progress[one.about.update_id]
        subject, text = nudge_letter(cycle, one.about, one.reader, far, address=address, link=link)
        letters.append(
            Letter(
                person_id=one.person_id,
                name=one.name,
                email=one.email,
                subject=subject,
                text=text,
                purpose="update-nudge",
                unique_key=f"{keys_of(cycle)}{one.rule_id}:{one.about.update_id}:{one.person_id}",
            )
        )
    return enqueue_all(db, letters)


def write_by_hand(
    db: Session,
    cycle: UpdateCycle,
    letter: ByHand,
    *,
    words: str,
    by: Viewer,
    address: str,
    turn: LastByHand | None,
) -> int:
    """Put the letter that an organizer has sent into the outbox, once for the `turn` that stands on record."""
    assert turn is not None, "it is noted before it is written"
    far = progress_of(db, cycle)[letter.about.update_id]
    own = said_by(cycle, words, by)
    letters = []
    for reader in letter.readers:
        assert reader.email is not None, "who has no address is not written to"
        subject, text = nudge_letter(cycle, letter.about, reader, far, address=address, own=own)
        letters.append(
            Letter(
                person_id=reader.person_id,
                name=reader.name,
                email=reader.email,
                subject=subject,
                text=text,
                purpose="update-nudge",
                unique_key=_key_by_hand(cycle, letter.about.update_id, reader.person_id, turn.at),
            )
        )
    return enqueue_all(db, letters)


def said_by(cycle: UpdateCycle, words: str, by: Viewer) -> tuple[str, ...]:
    """What an organizer says in a letter of theirs, and who they are."""
    signed = ", ".join(filter(None, (by.actor_name, cycle.cohort.lab_name)))
    return tuple(filter(None, (words.strip(), signed)))


def _key_by_hand(cycle: UpdateCycle, update_id: int, person_id: int, at: datetime) -> str:
    return f"{keys_of(cycle)}by-hand:{update_id}:{person_id}:{at.isoformat()}"


def sent_nudges(db: Session, cycle: UpdateCycle) -> list[SentByRule]:
    """What has gone, the latest first, what failed before the rest. Two queries, however many there are."""
    letters = {one.key: one for one in posted(db, keys_of(cycle))}
    rows = db.exec(
        select(Nudge, NudgeRule, City.name, Person.name)
        .outerjoin(NudgeRule, col(NudgeRule.id) == Nudge.rule_id)
        .outerjoin(Person, col(Person.id) == Nudge.by_id)
        .join(Update, col(Update.id) == Nudge.update_id)
        .join(City, col(City.id) == Update.city_id)
        .where(Update.cycle_id == cycle.key, col(Nudge.sent_at).is_not(None))
        .order_by(col(Nudge.sent_at).desc(), col(Nudge.id))
    )
    found = []
    for row, rule, city, by in rows:
        assert row.sent_at is not None, "asked for above"
        by_rule = row.rule_id is not None
        kind, days = (rule.kind, rule.days) if by_rule else (None, 0)
        key = (
            f"{keys_of(cycle)}{row.rule_id}:{row.update_id}:{row.person_id}"
            if by_rule
            else _key_by_hand(cycle, row.update_id, row.person_id, row.sent_at)
        )
        letter = letters.get(key)
        if letter is not None:
            found.append(
                SentByRule(kind, days, letter.name, row.sent_at, letter.fate, letter.error, city, by or "", row.words)
            )
    return failed_first(found)


def keys_of(cycle: UpdateCycle) -> str:
    """How the unique keys of a cycle's nudges begin; the rule's number, the update's and the reader's follow."""
    return f"nudge:{cycle.key}:"


def nudge_letter(
    cycle: UpdateCycle,
    about: Matter,
    reader: Reader,
    progress: Progress,
    *,
    address: str,
    link: str | None = None,
    own: Sequence[str] = (),
) -> tuple[str, str]:
    """Subject and text of a nudge. `link` is the reader's own, to approve by; `own` are the paragraphs in which whoever
    sends it by hand says something themselves, the last of them their name."""
    place = f"{address}/{cycle.cohort.slug}/updates/{cycle.slug}/{about.city_slug}"
    whose = f"{about.city}’s update for {cycle.title}"
    words = [f"Dear {reader.name},", *own[:-1]]
    if about.kind is NudgeKind.NOT_APPROVED and not reader.writes:
        words += _to_approve(whose, about, reader, place, link)
    elif about.kind is NudgeKind.LATE:
        words += _late(whose, about, place, progress.said)
    else:
        words += _to_write(whose, about, reader, place, progress.said)
    if reader.instead:
        words.append(f"You get this letter because {reader.instead}.")
    return f"{whose} {_SUBJECTS[about.kind]}", "\n\n".join([*words, *own[-1:]]) + "\n"


_SUBJECTS = {
    NudgeKind.NOT_STARTED: "is not begun yet",
    NudgeKind.NOT_SENT: "is not with the mayor yet",
    NudgeKind.NOT_APPROVED: "waits for approval",
    NudgeKind.LATE: "is still welcome",
}


def _to_write(whose: str, about: Matter, reader: Reader, place: str, far: str) -> list[str]:
    if about.state is UpdateState.WITH_MAYOR:
        return [f"{whose} is written and waits for an approval. {_until(about, reader)}", f"It is here:\n\n{place}"]
    if about.state is UpdateState.NOT_STARTED:
        return [
            f"nobody has begun {whose} yet. {_until(about, reader)}",
            "It begins with what became of last time’s commitments, and is kept as you write: a first half hour is a "
            f"good beginning. Anybody of {about.city}’s team can write there, at the same time too:\n\n{place}/edit",
        ]
    return [
        f"{whose} is being written and not with the mayor yet. {_until(about, reader)}",
        f"So far: {far}. When it is whole, one press at its end sends it to the mayor:\n\n{place}/edit",
    ]


def _to_approve(whose: str, about: Matter, reader: Reader, place: str, link: str | None) -> list[str]:
    words = [f"{whose} is written and waits for the mayor’s approval. {_until(about, reader)}"]
    if not reader.approves:
        return [
            *words,
            f"You can read it, signed in:\n\n{place}",
            "The mayor has a letter with a link of their own. An approval cannot be given for another.",
        ]
    return [
        *words,
        "It is one page, to be read on a phone; approve it there, or send it back with a note:\n\n"
        f"{link or f'{place}/approval'}",
        *(
            [
                "The link is yours alone and works once, within seven days; one that you had before has ended. In a "
                "browser that does not know you yet, a number goes to this address first: do not pass it on."
            ]
            if link
            else []
        ),
    ]


def _late(whose: str, about: Matter, place: str, far: str) -> list[str]:
    if about.state is UpdateState.WITH_MAYOR:
        state, address = "It is written and with the mayor; a word to them may be all it needs", place
    elif about.state is UpdateState.NOT_STARTED:
        state, address = "It is not begun yet; a few sentences a part are enough to be heard", f"{place}/edit"
    else:
        state, address = f"It is being written: {far}", f"{place}/edit"
    return [
        f"{whose} was due on {clock.said_day(about.due_on, year=True)}. Late is no harm: it is still welcome, and the "
        "other cities would like to read it.",
        f"{state}:\n\n{address}",
        "If another day is more honest, tell the lab: an organizer can give you more time.",
    ]


def _until(about: Matter, reader: Reader) -> str:
    """The last minute, on the city's clock and beside it on the reader's (rule 14)."""
    last = due_at(about.due_on, about.zone) - timedelta(minutes=1)
    return f"It is due by {clock.said_in_both(last, about.zone, reader.zone)}."
