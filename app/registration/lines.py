"""The waiting lists of a convening, numbered as people see them: 1 is the next."""

from collections import Counter
from collections.abc import Iterable

from app.models import Registration, RegistrationState


def numbers_in_line(registrations: Iterable[Registration]) -> dict[int, int]:
    """Registration id → number on its waiting list: one list for each city and kind of place."""
    waiting = [row for row in registrations if row.state is RegistrationState.WAITING]
    counts: Counter[tuple[int | None, bool]] = Counter()
    numbers: dict[int, int] = {}
    for row in sorted(waiting, key=lambda row: row.waiting_number or 0):
        counts[row.city_id, row.sponsored] += 1
        numbers[row.key] = counts[row.city_id, row.sponsored]
    return numbers
