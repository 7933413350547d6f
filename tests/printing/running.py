"""Prints as somebody gets them: asked for, made by the worker where that is how it is made, and fetched."""

from urllib.parse import parse_qsl, urlsplit

from sqlmodel import col, select

from app.jobs import MAKERS
from app.models import PrintRun, RunState
from app.printing.runs import make_run
from tests.conftest import Visitor


def printed(visitor: Visitor, address: str) -> bytes:
    """The PDF at an address such as "/by-all-means/convenings/2017-fall/print/badges.pdf?city=salem"."""
    answer = visitor.get(address)
    if answer.status_code == 303:
        there = urlsplit(answer.headers["location"])
        assert visitor.post(f"{there.path}/runs", data=dict(parse_qsl(there.query))).status_code == 303
        work(visitor)
        answer = visitor.get(address)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf"), answer.text
    return answer.content


def work(visitor: Visitor) -> None:
    """What the worker does with the runs that wait."""
    database, settings = visitor.app.state.database, visitor.app.state.settings
    with database.read() as db:
        waiting = db.exec(select(PrintRun).where(PrintRun.state == RunState.WAITING).order_by(col(PrintRun.id))).all()
    for run in waiting:
        assert make_run(database, settings, run.key, MAKERS)
