"""The tables that people fill in: headings, what stands under them, and rows to begin from."""

from datetime import date, time

AGENDA_COLUMNS: tuple[tuple[str, str], ...] = (
    ("title", "The session’s title. The only column that every row needs."),
    ("date", "The day, best written 2026-11-17. Left empty, it is the day of the row above."),
    ("start", "When it begins, on the clocks of the convening: 13:30 or 1:30 PM."),
    ("end", "When it ends; past midnight belongs to the next day."),
    ("minutes", "How long it lasts, instead of an end."),
    ("rooms", "The room, or several with semicolons between them. A room that is not there yet is made."),
    ("format", "Plenary, workshop, team time, meal, role-alike, consultancy, gallery walk, unstructured, …"),
    ("audience", "Everyone, or roles, cities and people: “Mayors of Oakland; without Ada Roth”. Empty is everyone."),
    ("openness", "Closed, cohort, public or press. Empty is cohort."),
    ("protected", "Yes for team time and unstructured time that nothing else may take."),
    ("presenters", "Names with semicolons between them, each with an address where you like: Ada Roth <ada@city.gov>."),
    ("purpose", "What it is for, in as many words as you like."),
    ("track", "A strand that runs through several sessions."),
    ("language", "Such as en or es, where it is not the usual one."),
    ("key", "A name of your own for the row, so that it is known again when you bring the table once more."),
)

ROSTER_COLUMNS: tuple[tuple[str, str], ...] = (
    ("name", "The person’s name. The only column that every row needs."),
    ("email", "Their address; a person is known by it before their name."),
    ("city", "The city whose seat it is; empty for the lab. A city that is not there yet is made."),
    ("role", "Mayor, superintendent, facilitator, … A role that is not there yet is made, without special rights."),
    ("title", "The office in other words, such as Acting superintendent."),
    ("from", "The first day in office, best written 2026-01-01. Empty is today."),
    ("to", "The last day in office. Empty is open."),
    ("interim", "Yes for one who holds the seat in the meantime."),
    ("zone", "Where their clock is, such as America/Los_Angeles; else that of their city."),
    ("organization", "Where they work."),
)


def agenda_template() -> list[list[object]]:
    """Headings and three rows to write over."""
    day = date(2026, 11, 17)
    rows: list[dict[str, object]] = [
        {"title": "Welcome and goals", "date": day, "start": time(8, 30), "end": time(9), "rooms": "GCC"},
        {
            "title": "Team time 1",
            "date": day,
            "start": time(14, 55),
            "minutes": 70,
            "rooms": "Team Room 1; Team Room 2",
        },
        {"title": "Keynote", "date": day, "start": time(16, 15), "minutes": 55, "rooms": "Askwith Hall"},
    ]
    rows[0] |= {"format": "plenary", "audience": "Everyone", "openness": "cohort", "protected": "no"}
    rows[1] |= {"format": "team time", "audience": "Everyone", "openness": "cohort", "protected": "yes"}
    rows[2] |= {"format": "plenary", "audience": "Everyone", "openness": "public", "presenters": "Ada Roth; Bo Lind"}
    return _table(AGENDA_COLUMNS, rows)


def roster_template() -> list[list[object]]:
    """Headings and two rows to write over."""
    mayor = {"name": "Ada Roth", "email": "ada.roth@city.example", "city": "Oakland", "role": "Mayor"}
    deputy = {"name": "Bo Lind", "city": "Oakland", "role": "Superintendent", "title": "Acting superintendent"}
    begins = date(2026, 1, 1)
    return _table(ROSTER_COLUMNS, [{**mayor, "from": begins}, {**deputy, "from": begins, "interim": "yes"}])


def _table(columns: tuple[tuple[str, str], ...], rows: list[dict[str, object]]) -> list[list[object]]:
    headings = [heading for heading, _ in columns]
    return [list(headings), *([row.get(heading) for heading in headings] for row in rows)]
