"""Nudges about the mayors' updates: what is in them, and sending those that are due. How far an update is stands in
them, and never a word of it (rule 5)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import timedelta

from sqlmodel import Session, col, select

from app import clock
from app.database import Database
from app.mailing.outbox import Letter, enqueue_all
from app.mailing.posted import SentByRule, failed_first, posted
from app.models import City, Nudge, NudgeKind, NudgeRule, Update, UpdateCycle, UpdateState
from app.people.viewer import Viewer
from app.settings import Settings
from app.updates.approval_links import give_links
from app.updates.cycles import due_at
from app.updates.nudge_plan import PlannedNudge
from app.updates.nudges import due_nudges, take_due_nudges
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
        if one.kind is NudgeKind.NOT_APPROVED and one.approves:
            approving[one.update_id].append(one.person_id)
    tokens = {
        (update_id, person_id): token
        for update_id, people in approving.items()
        for person_id, token in give_links(db, db.get_one(Update, update_id), to=people, by=BY).items()
    }
    progress = progress_of(db, cycle) if due else {}
    letters = []
    for one in due:
        assert one.email is not None, "who has no address is not taken"
        token = tokens.get((one.update_id, one.person_id))
        link = f"{address}/approve/{token}" if token else None
        subject, text = nudge_letter(cycle, one, progress, address=address, link=link)
        letters.append(
            Letter(
                person_id=one.person_id,
                name=one.name,
                email=one.email,
                subject=subject,
                text=text,
                purpose="update-nudge",
                unique_key=f"{keys_of(cycle)}{one.rule_id}:{one.update_id}:{one.person_id}",
            )
        )
    return enqueue_all(db, letters)


def sent_nudges(db: Session, cycle: UpdateCycle) -> list[SentByRule]:
    """What has gone, the latest first, what failed before the rest. Two queries, however many there are."""
    letters = {one.key: one for one in posted(db, keys_of(cycle))}
    rows = db.exec(
        select(Nudge, NudgeRule, City.name)
        .join(NudgeRule, col(NudgeRule.id) == Nudge.rule_id)
        .join(Update, col(Update.id) == Nudge.update_id)
        .join(City, col(City.id) == Update.city_id)
        .where(Update.cycle_id == cycle.key, col(Nudge.sent_at).is_not(None))
        .order_by(col(Nudge.sent_at).desc(), col(Nudge.id))
    )
    found = []
    for row, rule, city in rows:
        letter = letters.get(f"{keys_of(cycle)}{row.rule_id}:{row.update_id}:{row.person_id}")
        if letter is not None and row.sent_at is not None:
            found.append(
                SentByRule(rule.kind, rule.days, letter.name, row.sent_at, letter.fate, letter.error, city=city)
            )
    return failed_first(found)


def keys_of(cycle: UpdateCycle) -> str:
    """How the unique keys of a cycle's nudges begin; the rule's number, the update's and the reader's follow."""
    return f"nudge:{cycle.key}:"


def nudge_letter(
    cycle: UpdateCycle,
    letter: PlannedNudge,
    progress: Mapping[int, Progress],
    *,
    address: str,
    link: str | None = None,
) -> tuple[str, str]:
    """Subject and text of a nudge. `link` is the reader's own, to approve by; `progress` counts by update."""
    place = f"{address}/{cycle.cohort.slug}/updates/{cycle.slug}/{letter.city_slug}"
    whose = f"{letter.city}’s update for {cycle.title}"
    far = progress[letter.update_id].said
    words = [f"Dear {letter.name},"]
    if letter.kind is NudgeKind.NOT_APPROVED and (letter.approves or letter.office.startswith("for ")):
        words += _to_approve(whose, letter, place, link)
    elif letter.kind is NudgeKind.LATE:
        words += _late(whose, letter, place, far)
    else:
        words += _to_write(whose, letter, place, far)
    if letter.instead:
        words.append(f"You get this letter because {letter.instead}.")
    return f"{whose} {_subject(letter)}", "\n\n".join(words) + "\n"


def _subject(letter: PlannedNudge) -> str:
    if letter.kind is NudgeKind.NOT_STARTED:
        return "is not begun yet"
    if letter.kind is NudgeKind.NOT_SENT:
        return "is not with the mayor yet"
    if letter.kind is NudgeKind.NOT_APPROVED:
        return "waits for approval"
    return "is still welcome"


def _to_write(whose: str, letter: PlannedNudge, place: str, far: str) -> list[str]:
    if letter.state is UpdateState.WITH_MAYOR:
        return [
            f"{whose} is written and waits for an approval. {_until(letter)}",
            f"An organizer of the lab can enter a mayor or a designee; the update is here:\n\n{place}",
        ]
    if letter.state is UpdateState.NOT_STARTED:
        return [
            f"nobody has begun {whose} yet. {_until(letter)}",
            "It begins with what became of last time’s commitments, and is kept as you write: a first half hour is a "
            f"good beginning. Anybody of {letter.city}’s team can write there, at the same time too:\n\n{place}/edit",
        ]
    return [
        f"{whose} is being written and not with the mayor yet. {_until(letter)}",
        f"So far: {far}. When it is whole, one press at its end sends it to the mayor:\n\n{place}/edit",
    ]


def _to_approve(whose: str, letter: PlannedNudge, place: str, link: str | None) -> list[str]:
    words = [f"{whose} is written and waits for the mayor’s approval. {_until(letter)}"]
    if not letter.approves:
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


def _late(whose: str, letter: PlannedNudge, place: str, far: str) -> list[str]:
    if letter.state is UpdateState.WITH_MAYOR:
        state, address = "It is written and with the mayor; a word to them may be all it needs", place
    elif letter.state is UpdateState.NOT_STARTED:
        state, address = "It is not begun yet; a few sentences a part are enough to be heard", f"{place}/edit"
    else:
        state, address = f"It is being written: {far}", f"{place}/edit"
    return [
        f"{whose} was due on {clock.said_day(letter.due_on, year=True)}. Late is no harm: it is still welcome, and the "
        "other cities would like to read it.",
        f"{state}:\n\n{address}",
        "If another day is more honest, tell the lab: an organizer can give you more time.",
    ]


def _until(letter: PlannedNudge) -> str:
    """The last minute, on the city's clock and beside it on the reader's (rule 14)."""
    last = due_at(letter.due_on, letter.city_zone) - timedelta(minutes=1)
    return f"It is due by {clock.said_in_both(last, letter.city_zone, letter.zone)}."
