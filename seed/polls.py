"""Times that are looked for in the sample: who is asked about which, and what some of them say."""

from dataclasses import replace

from sqlmodel import Session

from app import clock
from app.gatherings.poll_answers import answer
from app.gatherings.polls import Wanted, ask, asked_of, create_poll, person_asked, slots_of
from app.models import SlotAnswer, TimePoll
from app.people.audiences import Rule
from app.people.audit import verb
from app.people.viewer import Viewer, viewer_of
from seed.sample import Entry, Sample, read


@verb
def load_polls(db: Session, sample: Sample, *, secret: bytes, by: Viewer) -> None:
    """Load them as if their letters had gone. `secret` signs the addresses in letters yet to come."""
    for written in read("gatherings")["poll"]:
        _poll(db, sample, written, secret, by)


def _poll(db: Session, sample: Sample, written: Entry, secret: bytes, by: Viewer) -> TimePoll | None:
    zone = sample.cohort.zone
    starts = [sample.calendar.instant(one, zone) for one in written["times"]]
    if min(starts) <= clock.now():
        return None  # nobody is asked about what is over: these files may be loaded at their own dates, years later
    wanted = Wanted(
        title=written["title"],
        purpose=written["purpose"],
        minutes=written["minutes"],
        zone=zone,
        join_url=written["join_url"],
        answer_by=sample.calendar.day(written["answer_by"]),
    )
    whom = Rule(role_ids=frozenset({sample.roles[written["role"]].key}))
    poll = create_poll(db, sample.cohort, wanted, whom, secret=secret, by=by)
    poll.by_id = sample.people[written["by"]].key
    ask(db, poll, starts, by=by)
    for said in written["answer"]:
        person = sample.people[said["person"]]
        asked = person_asked(poll, person.key)
        assert asked is not None, f"{person.name} holds the role"
        own = viewer_of(db, person.key)
        actor = sample.people[said["by"]] if "by" in said else person
        answers = {slot.key: SlotAnswer(word) for slot, word in zip(slots_of(poll), said["says"], strict=True)}
        acting = replace(own, actor_id=actor.key, actor_name=actor.name)
        answer(db, asked, answers, note=said.get("note", ""), by=acting)
    assert len(asked_of(poll)) > len(written["answer"]), "some have still to answer"
    return poll
