"""Rule 12 over every address, letter, record and line of the log: each private field holds a mark of its own, and is
seen by those whom the table names, where it says, and by nobody anywhere else.

Addresses are found by walking all routes, so that a page added later is asked too. The table is compared for equality:
a place that should show a mark has to, so an empty page does not pass.
"""

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path

import pytest
from anyio.from_thread import BlockingPortal
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, select

from app.database import Database
from app.mailing import outbox
from app.models import AuditEntry, Convening, OutboxLetter
from app.people.policy import Kind
from app.people.viewer import Viewer
from app.printing.catalogue import PRINTABLE
from app.settings import Settings
from tests.conftest import Visitor
from tests.people.test_policy import doors, filled, found_another_cohort, path_values, person_of
from tests.registration.private_marks import SEALED, Marked, eml_text, leave_marks, mark, marks_in, readable
from tests.walks import WALKERS

SYSTEM = Viewer.system("test")
R = "/{cohort}/convenings/{convening}/registration"
P = "/{cohort}/convenings/{convening}/print/"
MEALS = "/catering/{token}"


def own(whose: str) -> dict[str, set[str]]:
    """What people read again of themselves."""
    needs = {f"{whose} dietary", f"{whose} access"}
    return {R: needs, R + "/form": needs | {f"{whose} called", f"{whose} phone"}, R + "/more": journey(whose)}


def journey(*whose: str) -> set[str]:
    """What is read again by the person, and by who registers them."""
    return {f"{one} {field}" for one in whose for field in ("answer", "comes", "goes", "shares")}


def of_both(*fields: str) -> set[str]:
    return {f"{whose} {field}" for whose in ("member", "mayor") for field in fields}


MAY_SEE: dict[str, dict[str, set[str]]] = {
    "owner": own("member"),
    "mayor": own("mayor"),
    "assistant": {R + "/more": journey("mayor")},
    "facilitator": {
        R + "/team/{city}": {"left reason"},
        R + "/team/{city}/{person_id:int}/more": journey("member", "mayor"),
    },
    "organizer": {
        R + "/team/{city}/{person_id:int}/more": journey("member", "mayor"),
        R + "/needs": of_both("dietary", "access", "speaker"),
        R + "/needs?show=food": of_both("dietary"),
        R + "/needs?show=access": of_both("access", "speaker"),
        R + "/needs?q=qx7member0": {"member dietary", "member access", "member speaker"},
        R + "/needs/access": of_both("access", "speaker"),
        R + "/needs/emergency?all=true": of_both("called", "phone"),
        P + "meals.pdf?names=yes": {"mayor dietary"},
        R + "/team/{city}": {"left reason"},
        R + "/left": {"left reason"},
        R + "/rooming": of_both("comes", "goes", "shares"),
        P + "rooming.pdf": of_both("comes", "goes", "shares"),
        R + "/rooming.{kind}": of_both("comes", "goes", "shares"),
        "/{cohort}/audit": {"left reason"},
        "/{cohort}/audit?subject=registration": {"left reason"},
    },
    "caterer’s link with names": {MEALS: {"mayor dietary"}, MEALS + "/meals.pdf": {"mayor dietary"}},
}
"""Who sees which marks where; whoever and whatever is not named here sees none.

The reason for cancelling is told to the organizers and the city's facilitator, as the form says where it is given; it
stands on record as all that is done.
"""

VARIANTS = {
    R + "/needs": ["?show=food", "?show=access", "?q=qx7member0"],
    R + "/needs/emergency": ["?all=true"],
    P + "meals.pdf": ["?names=yes"],
    "/{cohort}/audit": [
        f"?subject={subject}"
        for subject in ("private_needs", "registration", "travel", "registration_answer", "engagement", "convening")
    ],
    "/search": ["?q=qx7member0", "?q=qx7mayor0"],
    "/{cohort}/people": ["?q=qx7mayor0"],
}
"""What is asked of a page beside the page itself. Searches ask for a mark's head: an echo is then no find."""

READERS = [*WALKERS, "owner"]
BEARERS = {
    "speaker’s link": ("/speaking/", "speaker_link"),
    "caterer’s link": ("/catering/", "caterer_link"),
    "caterer’s link with names": ("/catering/", "caterer_link_with_names"),
    "registration link": ("/by-link/", "registration_link"),
    "feed": ("/feeds/", "feed"),
}
"""Those without an account: which addresses their token opens, and which of the marked links it is."""


@pytest.fixture
def marked(sample_app: FastAPI) -> Marked:
    with sample_app.state.database.write() as db:
        return leave_marks(db, the_convening(db), secret=sample_app.state.settings.secret, by=SYSTEM)


def the_convening(db: Session) -> Convening:
    return db.exec(select(Convening).where(Convening.slug == path_values(db)["convening"])).one()


def addresses(app: FastAPI, values: dict[str, str], people: list[int]) -> Iterator[tuple[str, str]]:
    """(route with what is asked of it, address) of everything that can be looked at; with each person in turn where
    one stands in the address."""
    for method, path, _permission in doors(app):
        if method != "GET":
            continue
        for named in [path.replace("{document}", slug) for slug in PRINTABLE] if "{document}" in path else [path]:
            for number in people if "{person" in path else [0]:
                address = filled(named, values | {"person": str(number), "person_id": str(number)})
                for query in ["", *VARIANTS.get(named, [])]:
                    yield named + query, address + query


def seen_by(visitor: Visitor, asked: Iterable[tuple[str, str]]) -> dict[str, set[str]]:
    """Route → the marks that the visitor finds there, on the page and on the fragment that htmx gets of it."""
    seen: dict[str, set[str]] = {}
    for route, address in asked:
        found = marks_in(readable(visitor.get(address)))
        if "/registration" in route or "/people" in route:
            found |= marks_in(readable(visitor.get(address, headers={"hx-request": "true"})))
        if found:
            seen[route] = seen.get(route, set()) | found
    return seen


@pytest.mark.timeout(300)
@pytest.mark.usefixtures("_one_shelf_of_prints")
@pytest.mark.parametrize("reader", READERS)
def test_what_is_private_is_seen_where_the_table_says_and_nowhere_else(
    reader: Kind | str, sample_app: FastAPI, portal: BlockingPortal, marked: Marked
) -> None:
    """Kinds of person are the sample's first: those of cities are Oakland's, as the marked are; the mayor is marked
    too, and their assistant acts for them."""
    with sample_app.state.database.write() as db:
        outsider = found_another_cohort(db, by=SYSTEM)
    with sample_app.state.database.read() as db:
        values = path_values(db) | {"city": "oakland"}
        known = {Kind.OTHER_COHORT: outsider, "owner": marked.member}
        person_id = known[reader] if reader in known else person_of(db, Kind(reader))
    visitor = Visitor(sample_app, portal, person_id=person_id)
    seen = seen_by(visitor, addresses(sample_app, values, [marked.member, marked.mayor, marked.left]))
    assert seen == MAY_SEE.get(str(reader), {})


@pytest.mark.timeout(300)
@pytest.mark.parametrize("bearer", BEARERS)
def test_a_link_shows_what_the_table_says_and_nothing_else(
    bearer: str, sample_app: FastAPI, portal: BlockingPortal, marked: Marked
) -> None:
    place, link = BEARERS[bearer]
    with sample_app.state.database.read() as db:
        values = path_values(db) | {"token": getattr(marked, link)}
    visitor = Visitor(sample_app, portal)
    asked = [one for one in addresses(sample_app, values, [marked.member]) if place in one[0]]
    assert 200 in {visitor.get(address).status_code for _, address in asked}, "the link opens something"
    assert seen_by(visitor, asked) == MAY_SEE.get(bearer, {})


# --- what is kept, sent and logged ---


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> StringIO:
    """Standard error, from before the program starts."""
    buffer = StringIO()
    monkeypatch.setattr(sys, "stderr", buffer)
    return buffer


@pytest.fixture
def settings(log: StringIO, settings: Settings) -> Settings:
    """The log says all it can."""
    return settings.model_copy(update={"log_level": "DEBUG"})


FORM = {
    "presence": "whole",
    "asks": ["presence", "food", "access", "notices"],
    "notices": "true",
    "dietary_words": mark("left", "dietary"),
    "access": mark("left", "access"),
}


def path_of_form(app: FastAPI) -> str:
    with app.state.database.read() as db:
        return f"{the_convening(db).path}/registration"


def test_no_letter_record_or_line_of_the_log_holds_a_mark_and_the_database_none_in_clear(
    sample_app: FastAPI, portal: BlockingPortal, marked: Marked, log: StringIO
) -> None:
    """Of what is sealed no byte of the database tells anything, in its log ahead of it too; of the rest the log of
    changes says that it changed, and the reason for cancelling is the one text on record."""
    app = sample_app
    assert Visitor(app, portal, person_id=marked.left).post(path_of_form(app), FORM).status_code == 303
    Visitor(app, portal).post(f"/speaking/{marked.speaker_link}/access", {"access": mark("member", "speaker")})
    with app.state.database.read() as db:
        organizer = person_of(db, Kind.ORGANIZER)
    Visitor(app, portal, person_id=organizer).get(f"{path_of_form(app)}/needs?q={mark('member', 'dietary')}")
    while outbox.deliver_due(app.state.database, app.state.settings):
        pass
    with app.state.database.read() as db:
        letters = [str(one.model_dump()) for one in db.exec(select(OutboxLetter))]
        record = [str(one.model_dump()) for one in db.exec(select(AuditEntry))]
    assert letters, "somebody was written to"
    assert '"event": "request"' in log.getvalue(), "the log was listened to"
    assert marks_in(str(letters)) == set()
    assert marks_in(eml_text(app.state.settings.data_dir)) == set()
    assert marks_in("".join(record)) == {"left reason"}
    assert marks_in(log.getvalue()) == set()
    assert {one for one in marks_in(raw(app.state.database)) if one.split()[1] in SEALED} == set()


def raw(database: Database) -> str:
    """All that is stored, as it is stored: the bytes of SQLite's files, on PostgreSQL every row of every table."""
    if database.is_sqlite:
        path = Path(database.url.database or "")
        return "".join(one.read_bytes().decode("latin-1") for one in path.parent.glob(path.name + "*") if one.is_file())
    with database.read() as db:
        tables = db.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).scalars().all()
        return "".join(str(row) for table in tables for row in db.execute(text(f'SELECT * FROM "{table}"')))


@pytest.mark.parametrize(
    ("table", "place", "form"),
    [
        ("private_needs", "", FORM),
        ("audit_entry", "", FORM),
        ("audit_entry", "/regrets", {"reason": mark("left", "reason")}),
    ],
)
def test_a_request_that_breaks_tells_the_log_nothing_private(
    table: str,
    place: str,
    form: dict[str, str],
    sample_app: FastAPI,
    portal: BlockingPortal,
    marked: Marked,
    log: StringIO,
) -> None:
    """The database loses a table, so that the statement with the answers in it fails: its parameters stay hidden."""
    visitor = Visitor(sample_app, portal, person_id=marked.left if not place else marked.member)
    address = path_of_form(sample_app) + place
    with pytest.raises(DBAPIError) as broken, _lost(sample_app.state.database, table):
        visitor.post(address, form)
    assert '"event": "broken"' in log.getvalue()
    assert marks_in(log.getvalue() + str(broken.value)) == set()


@contextmanager
def _lost(database: Database, table: str) -> Iterator[None]:
    with database.write() as db:
        db.execute(text(f"ALTER TABLE {table} RENAME TO lost_{table}"))
    try:
        yield
    finally:
        with database.write() as db:
            db.execute(text(f"ALTER TABLE lost_{table} RENAME TO {table}"))
