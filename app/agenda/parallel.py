"""Parallel sessions of which people choose one: whoever chose is not expected in the others (rule 1), and who has not
chosen may still come to each.

A choice counts as long as the chosen session takes place, is of the group and is for whoever chose it; after that they
are as free as before.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from app.agenda.crowd import Crowd
from app.agenda.draft import DraftSession
from app.agenda.seeing import SeenSession
from app.models import Openness
from app.people.audiences import Attendee
from app.people.chosen import NOTHING_CHOSEN, Chosen
from app.people.standing_in import StandIns


class Parallel:
    """What was chosen, beside the sessions of a release among which people choose."""

    def __init__(self, chosen: Chosen = NOTHING_CHOSEN, among: Iterable[SeenSession] = ()) -> None:
        self.chosen = chosen
        self._running = {one.id: one for one in among if one.choice_group and not one.cancelled}

    def chose_another(
        self, person_id: int, session_id: int, group: str, takes: Callable[[SeenSession], bool]
    ) -> datetime | None:
        """When somebody chose another session of the group; None where they may come to this one.

        `takes` says whether a session is for them whatever they chose.
        """
        theirs = self.chosen.at.get(person_id)
        if not group or not theirs or session_id in theirs:
            return None
        for number, at in theirs.items():
            other = self._running.get(number)
            if other is not None and other.choice_group == group and takes(other):
                return at
        return None

    def expects(self, one: Attendee, session: SeenSession, standing: StandIns) -> bool:
        """Whether somebody, with their offices of the day, is expected in a session whose audience is told."""

        def is_for(other: SeenSession) -> bool:
            closed = other.openness is Openness.CLOSED
            rule = other.rule
            return rule is not None and standing.takes(
                rule, one.person_id, one.offices, session_id=other.id, is_closed=closed
            )

        return is_for(session) and not self.chose_another(one.person_id, session.id, session.choice_group, is_for)


def narrowed(
    planned: Sequence[DraftSession], crowd: Crowd, chosen: Chosen, beside: Iterable[DraftSession] = ()
) -> list[DraftSession]:
    """The sessions of a draft without those of their audiences who chose another of the group; `beside` are those that
    were narrowed before."""
    groups: dict[str, list[tuple[int, int]]] = {}
    for one in (*planned, *beside):
        if one.choice_group and not one.cancelled:
            chose = crowd.mask_of(chosen.by(one.id)) & one.audience
            groups.setdefault(one.choice_group, []).append((one.id, chose))
    return [
        replace(one, audience=_rest(one, groups[one.choice_group])) if one.choice_group in groups else one
        for one in planned
    ]


def _rest(session: DraftSession, group: Iterable[tuple[int, int]]) -> int:
    own = elsewhere = 0
    for number, chose in group:
        if number == session.id:
            own = chose
        else:
            elsewhere |= chose
    return session.audience & ~(elsewhere & ~own)
