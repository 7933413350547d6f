"""How much of each city's update is there, counted, for its own people and the organizers; never a word (rule 5)."""

from collections import Counter, defaultdict
from dataclasses import dataclass

from sqlmodel import Session, col, select

from app.models import Commitment, CommitmentAnswer, Update, UpdateCycle, UpdateSection, UpdateText
from app.updates.commitments import open_before


@dataclass(frozen=True, slots=True)
class Progress:
    """Counts of one update: sections written of those asked, earlier commitments answered of those open, and new
    commitments made. `lacking` is how many required sections are empty."""

    written: int
    sections: int
    lacking: int
    answered: int
    commitments: int
    promised: int

    @property
    def said(self) -> str:
        """ "2 of 5 sections written, 1 of 4 commitments answered, 3 new"."""
        words = [f"{self.written} of {self.sections} {'section' if self.sections == 1 else 'sections'} written"]
        if self.commitments:
            them = "commitment" if self.commitments == 1 else "commitments"
            words.append(f"{self.answered} of {self.commitments} {them} answered")
        if self.promised:
            words.append(f"{self.promised} new")
        return ", ".join(words)

    @property
    def is_whole(self) -> bool:
        """Nothing keeps it from the mayor."""
        return self.lacking == 0 and self.answered == self.commitments


def progress_of(db: Session, cycle: UpdateCycle) -> dict[int, Progress]:
    """Update → how much of it is there, for all of a cycle. Six queries, however many cities there are."""
    updates = db.exec(select(Update.id, Update.city_id).where(Update.cycle_id == cycle.key)).all()
    asked = dict(
        db.exec(
            select(UpdateSection.id, UpdateSection.required).where(
                UpdateSection.cycle_id == cycle.key, col(UpdateSection.archived_at).is_(None)
            )
        ).all()
    )
    of_cycle = select(Update.id).where(Update.cycle_id == cycle.key)
    written: defaultdict[int, set[int]] = defaultdict(set)
    texts = select(UpdateText.update_id, UpdateText.section_id).where(
        col(UpdateText.update_id).in_(of_cycle), UpdateText.body != ""
    )
    for update_id, section_id in db.exec(texts):
        if section_id in asked:
            written[update_id].add(section_id)
    open_of: defaultdict[int, set[int]] = defaultdict(set)
    for commitment, _ in open_before(db, cycle):
        open_of[commitment.city_id].add(commitment.key)
    answered: defaultdict[int, set[int]] = defaultdict(set)
    answers = select(CommitmentAnswer.update_id, CommitmentAnswer.commitment_id).where(
        col(CommitmentAnswer.update_id).in_(of_cycle)
    )
    for update_id, commitment_id in db.exec(answers):
        answered[update_id].add(commitment_id)
    made = Counter(
        db.exec(
            select(Commitment.update_id).where(
                col(Commitment.update_id).in_(of_cycle), col(Commitment.archived_at).is_(None)
            )
        )
    )
    return {
        number: Progress(
            written=len(written[number]),
            sections=len(asked),
            lacking=sum(required and key not in written[number] for key, required in asked.items()),
            answered=len(answered[number] & open_of[city_id]),
            commitments=len(open_of[city_id]),
            promised=made[number],
        )
        for number, city_id in updates
        if number is not None
    }
