"""An agenda, published or a draft, as one person's, one role's, one city's or one room's. What is covered is in
nobody's lens but a room's: whom it is for is not told."""

from collections.abc import Callable, Container
from dataclasses import dataclass

from app.agenda.draft import Draft, DraftSession
from app.agenda.seeing import SeenSession

Lens = Callable[[SeenSession], bool]


def mine(session: SeenSession) -> bool:
    """What the viewer goes to."""
    return session.mine


def of_role(role_id: int) -> Lens:
    """What holders of a role are invited to, all of them or those of some cities."""

    def shows(session: SeenSession) -> bool:
        rule = session.rule
        if rule is None or role_id in rule.but_role_ids:
            return False
        of_cities = bool(rule.city_ids) and not rule.role_ids
        return rule.everyone or role_id in rule.role_ids or of_cities

    return shows


def of_city(city_id: int) -> Lens:
    """What people of a city are invited to, all of them or those with some roles."""

    def shows(session: SeenSession) -> bool:
        rule = session.rule
        if rule is None or city_id in rule.but_city_ids:
            return False
        of_roles = bool(rule.role_ids) and not rule.city_ids
        return rule.everyone or city_id in rule.city_ids or of_roles

    return shows


def in_room(room_id: int) -> Lens:
    """What takes place in a room."""
    return lambda session: any(room.id == room_id for room in session.rooms)


@dataclass(frozen=True, slots=True)
class DraftLens:
    """Whom the draft's grid is looked at for: all who hold a role, all of a city, or one person."""

    kind: str
    id: int

    @classmethod
    def read(cls, word: str) -> "DraftLens | None":
        """ "role-3", "city-4", "person-12"; None for anything else."""
        kind, _, number = word.partition("-")
        known = kind in ("role", "city", "person") and number.isascii() and number.isdecimal() and len(number) < 10
        return cls(kind, int(number)) if known else None

    @property
    def word(self) -> str:
        return f"{self.kind}-{self.id}"

    def shows(self, draft: Draft, hidden: Container[int]) -> frozenset[int]:
        """The sessions that somebody of the lens is bound to be in, on the session's day. Of a session that is hidden
        from the viewer nobody is told who is in it (rule 13), so it is in no lens."""
        return frozenset(
            one.id for one in draft.sessions if one.id not in hidden and one.bound & self._people(draft, one)
        )

    def _people(self, draft: Draft, session: DraftSession) -> int:
        if self.kind == "person":
            return draft.crowd.mask_of([self.id])
        seating = draft.crowd.on(draft.day_of(session.starts_at) if session.starts_at else draft.starts_on)
        return (seating.by_role if self.kind == "role" else seating.by_city).get(self.id, 0)
