"""Letters about substitutions (rule 10): to the one who comes, the one who leaves, and the city's facilitators. No need
and no closed session stands in them (rules 12 and 13)."""

from collections.abc import Sequence

from sqlmodel import Session

from app.mailing.letters import convening_said
from app.mailing.outbox import enqueue
from app.models import Person, Substitution


def substituted(
    db: Session, made: Substitution, facilitators: Sequence[Person], *, by: str, own: str, agenda: str, listed: str
) -> None:
    """Tell all concerned. `own` is the private address of the one who comes, `agenda` and `listed` those of the agenda
    and of the substitutions."""
    coming, leaving = made.coming.person, made.leaving.person
    where = convening_said(made.convening)
    seat = f" for {made.leaving.city.name}" if made.leaving.city is not None else ""
    _write(
        db,
        made,
        coming,
        "coming",
        f"{made.convening.title}: you come in the place of {leaving.name}",
        f"{by} has put you down to come{seat} in the place of {leaving.name}, at {where}.\n\n"
        f"Tell us in two minutes what you eat, what you need and whom to call in an emergency; what "
        f"{leaving.name} told us is not yours, and we have not passed it on:\n\n{own}\n\nThe agenda:\n\n{agenda}\n\n"
        "The first address is private: whoever has it can answer for you.\n",
    )
    _write(
        db,
        made,
        leaving,
        "leaving",
        f"{made.convening.title}: {coming.name} comes in your place",
        f"{by} has noted that {coming.name} comes in your place{seat} to {where}. Your sessions there are called off "
        f"in your calendar. If that is a mistake, say so today: it can be taken back within a day.\n\n{agenda}\n",
    )
    for person in facilitators:
        if person.key not in (coming.key, leaving.key):
            _write(
                db,
                made,
                person,
                "team",
                f"{made.convening.title}: {coming.name} in the place of {leaving.name}",
                f"{by} has noted that {coming.name} comes{seat} in the place of {leaving.name}, to {where}. It can be "
                f"taken back within a day:\n\n{listed}\n",
            )


def taken_back(db: Session, made: Substitution, facilitators: Sequence[Person], *, by: str, listed: str) -> None:
    """Tell the same people that it is as it was."""
    coming, leaving = made.coming.person, made.leaving.person
    told = {person.key: person for person in (coming, leaving, *facilitators)}
    for person in told.values():
        _write(
            db,
            made,
            person,
            "taken-back",
            f"{made.convening.title}: {leaving.name} has the place again",
            f"{by} has taken back that {coming.name} comes in the place of {leaving.name} to "
            f"{convening_said(made.convening)}: all is as it was before.\n\n{listed}\n",
        )


def _write(db: Session, made: Substitution, to: Person, why: str, subject: str, text: str) -> None:
    enqueue(
        db,
        to,
        subject=subject,
        text=f"Dear {to.name},\n\n{text}",
        purpose=f"substitution-{why}",
        unique_key=f"substitution-{why}:{made.key}:{to.key}",
    )
