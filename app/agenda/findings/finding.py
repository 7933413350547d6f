"""What a finding is: which rule, how bad, who, where, when."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum

from app.agenda.presence import Span

NOBODY = 0


class Gravity(IntEnum):
    """How bad it is; what must be fixed stands in the way of publishing."""

    MUST_FIX = 1
    SHOULD_LOOK = 2
    NOTE = 3

    @property
    def said(self) -> str:
        return self.name.lower().replace("_", " ")


class Kind(StrEnum):
    """What kind of thing it is; the first word of its key after the rule's number."""

    PEOPLE = "people"  # rule 1: in two sessions at once
    WALK = "walk"  # rule 1: no time to walk from one building to another
    ROOM = "room"  # rule 2: one room, two sessions
    CAPACITY = "capacity"  # rule 2: more people than places
    LOST = "lost"  # rule 2: a room that is not to be had then
    PROTECTED = "protected"  # rule 3: protected time taken
    MINUTES = "minutes"  # rule 4: less of a purpose than the minimum
    SLOT = "slot"  # rule 5: a city without a turn in the mayors' updates
    UPDATE = "update"  # rules 1 and 11: a mayor kept from their own city's update
    PART = "part"  # rule 11: someone with a part in it is not there
    PRESENCE = "presence"  # rule 11: someone it is for is not there
    ARRIVAL = "arrival"  # rule 11: a city's whole team is not there yet
    DEPARTURE = "departure"  # rule 11: a city's whole team has left
    CLOSED = "closed"  # rule 13: someone is in a closed session who must not be
    UNCONFIRMED = "unconfirmed"  # someone with a part in it has not said for certain that they come
    BODY = "body"  # several members of one public body are together


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found. `people` is a mask of the draft's crowd; `span` is when it happens (UTC), if at a time.

    `key` names the finding across checks: an override that was given for it holds as long as no more is found under
    it. `rule` is 0 where none of the domain's rules says it. `have` and `need` are people and places for capacity,
    minutes for rule 4. `about` is the id of the item or the public body that it is about.
    """

    rule: int
    kind: Kind
    gravity: Gravity
    key: str
    session_ids: tuple[int, ...] = ()
    people: int = NOBODY
    room_id: int | None = None
    span: Span | None = None
    have: int = 0
    need: int = 0
    purpose: str = ""
    city_ids: tuple[int, ...] = ()
    about: int | None = None
