"""When those a session needs are busy, and which rooms hold them: what the grid shows while it is held."""

from collections.abc import Iterable
from datetime import date

from app.agenda.draft import Draft, DraftSession
from app.agenda.openings import Fit, openings, said, said_fit, wall_of
from app.people.viewer import Viewer
from tests.agenda.pieces import (
    BOATHOUSE,
    GCC,
    HALL,
    MAYORS,
    NOBODY,
    SMALL,
    SUPERINTENDENTS,
    TUESDAY,
    WEDNESDAY,
    draft,
    session,
    span,
)

ORGANIZER = Viewer.system("a test")


def busy(of: Draft, held: DraftSession, days: Iterable[date] = (TUESDAY,), viewer: Viewer = ORGANIZER) -> list[str]:
    """Each stretch as "13:30–14:45: who", in wall time."""
    return [
        f"{wall_of(of, one.span[0])[11:]}–{wall_of(of, one.span[1])[11:]}: {said(of, one)}"
        for one in openings(of, held, days, viewer).busy
    ]


def test_who_is_in_another_session_is_busy_then_and_named_with_office() -> None:
    held = session(1, None, rule=MAYORS)
    agenda = draft(held, session(2, "09:00–10:00", rule=NOBODY, speakers=[1]))
    assert busy(agenda, held) == ["09:00–10:00: Imani Okafor (Mayor, Oakland) is busy"]


def test_a_session_whose_people_nobody_else_wants_is_free_all_day() -> None:
    held = session(1, None, rule=MAYORS)
    assert busy(draft(held, session(2, "09:00–10:00", rule=SUPERINTENDENTS)), held) == []


def test_its_own_time_is_not_in_its_way() -> None:
    held = session(1, "09:00–10:00", rule=MAYORS)
    assert busy(draft(held), held) == []


def test_what_overlaps_is_cut_where_somebody_comes_or_goes_and_neighbours_alike_are_one() -> None:
    held = session(1, None, rule=MAYORS)
    agenda = draft(
        held,
        session(2, "09:00–10:00", rule=NOBODY, speakers=[1]),
        session(3, "10:00–11:00", rule=NOBODY, speakers=[1]),
        session(4, "10:30–11:30", rule=NOBODY, speakers=[2]),
    )
    assert busy(agenda, held) == [
        "09:00–10:30: Imani Okafor (Mayor, Oakland) is busy",
        "10:30–11:00: Imani Okafor (Mayor, Oakland) and Ruth Adler (Mayor, Salem) are busy",
        "11:00–11:30: Ruth Adler (Mayor, Salem) is busy",
    ]


def test_a_cancelled_session_takes_nobodys_time() -> None:
    held = session(1, None, rule=MAYORS)
    assert busy(draft(held, session(2, "09:00–10:00", rule=MAYORS, cancelled=True)), held) == []


def test_more_than_two_are_counted() -> None:
    held = session(1, None)
    agenda = draft(held, session(2, "09:00–10:00"))
    said_of = busy(agenda, held)
    assert len(said_of) == 1
    assert said_of[0].endswith("others are busy")


def test_who_is_not_there_by_their_registration_is_busy_around_their_window() -> None:
    """Rule 11."""
    held = session(1, None, rule=NOBODY, speakers=[1])
    agenda = draft(held, there={1: (span("13:00–17:00"),)})
    assert busy(agenda, held) == [
        "04:00–13:00: Imani Okafor (Mayor, Oakland) is busy",
        "17:00–04:00: Imani Okafor (Mayor, Oakland) is busy",
    ]


def test_what_one_may_choose_binds_only_those_with_a_part_in_it() -> None:
    held = session(1, None, rule=MAYORS, speakers=[7], choice="Wednesday")
    beside = session(2, "10:30–11:30", rule=MAYORS, speakers=[7], choice="Wednesday")
    agenda = draft(held, beside, there={1: (span("13:00–17:00"),)})
    assert busy(agenda, held) == ["10:30–11:30: Prof. Strand is busy"]


def test_a_day_ends_at_four_in_the_morning() -> None:
    held = session(1, None, rule=MAYORS)
    agenda = draft(held, session(2, "23:00–01:00", rule=NOBODY, speakers=[1]), session(3, "09:00–10:00", day=WEDNESDAY))
    assert [line[:11] for line in busy(agenda, held)] == ["23:00–01:00"]
    assert [line[:11] for line in busy(agenda, held, (WEDNESDAY,))] == ["09:00–10:00"]
    assert [line[:11] for line in busy(agenda, held, (TUESDAY, WEDNESDAY))] == ["23:00–01:00", "09:00–10:00"]


def test_who_is_busy_only_in_what_excludes_the_lab_is_counted_and_not_named() -> None:
    """Rule 13: who is in a closed session is not told by the time that it takes from them."""
    held = session(1, None, rule=MAYORS)
    closed = session(2, "09:00–10:00", rule=NOBODY, speakers=[1], excludes_lab=True)
    with_open = session(3, "09:30–10:00", rule=NOBODY, speakers=[2])
    assert busy(draft(held, closed, with_open), held) == [
        "09:00–09:30: One person is busy",
        "09:30–10:00: Ruth Adler (Mayor, Salem) and one other are busy",
    ]


def test_a_room_fits_with_its_largest_set_up_or_is_said_to_be_small() -> None:
    """Rule 2."""
    held = session(1, None)
    agenda = draft(held)
    found = openings(agenda, held, (TUESDAY,), ORGANIZER)
    assert dict(found.rooms) == {GCC: Fit.FITS, HALL: Fit.FITS, SMALL: Fit.SMALL, BOATHOUSE: Fit.FITS}
    people = held.bound.bit_count()
    assert said_fit(agenda, found, GCC) == f"{people} of 12 places"
    assert said_fit(agenda, found, SMALL) == f"2 places for {people} people"
