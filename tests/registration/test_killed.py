"""The server is killed (SIGKILL) in the midst of 200 registrations, again and again: what it acknowledged is there, and
nothing is half there."""

import socket
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from random import Random

import httpx
import pytest
from sqlmodel import Session, col, select

from app import clock
from app.database import Database
from app.models import AuditEntry, Delegation, OutboxLetter, PrivateNeeds, Registration, RegistrationState
from app.people import sign_in
from app.people.audit import verb
from app.people.viewer import Viewer
from tests import forks
from tests.conftest import NEEDS_KEY
from tests.registration.stage import BY, Stage, convening, set_stage

MEMBERS, CAP, KILLS, WRITERS = 200, 120, 5, 4
FORM = {"act": "register", "asks": ["presence", "food", "access"], "diet": ["vegan"], "access": "A ramp."}


@verb
def _next_month(db: Session, stage: Stage, *, by: Viewer) -> None:
    """The server lives today."""
    row = convening(db, stage)
    row.starts_on = clock.today("UTC") + timedelta(days=30)
    row.ends_on = row.starts_on + timedelta(days=1)
    row.registration_closes_at = None


class Served:
    """The server on a port of its own, which the test starts and kills."""

    def __init__(self, database: Database, folder: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.log = folder / "log"
        address = database.url.render_as_string(hide_password=False)
        self.environment = forks.environment(
            folder / "data", database_url=address, needs_key=NEEDS_KEY, port=str(self.port)
        )

    @contextmanager
    def running(self) -> Iterator[ForkServerProcess]:
        process = forks.fork(forks.serve, (str(self.port),), environment=self.environment, out=self.log, err=self.log)
        try:
            while not self._answers():
                assert process.is_alive(), self.log.read_text()
                time.sleep(0.05)
            yield process
        finally:
            process.kill()
            process.join()
            process.close()

    def _answers(self) -> bool:
        try:
            return httpx.get(f"http://127.0.0.1:{self.port}/healthz", timeout=30).is_success
        except httpx.TransportError:
            return False


def _check(database: Database, acknowledged: set[int]) -> None:
    """Each registration is whole: its place counted or its number given, its needs, its record and its letter."""
    with database.read() as db:
        states = db.exec(select(Registration.person_id, Registration.state, Registration.waiting_number)).all()
        oakland = db.exec(select(Delegation).where(Delegation.last_waiting_number + Delegation.taken > 0)).all()
        needs = db.exec(
            select(Registration.person_id).join(PrivateNeeds, col(PrivateNeeds.registration_id) == Registration.id)
        ).all()
        numbers = dict(db.exec(select(Registration.id, Registration.person_id)).all())
        entries = db.exec(select(AuditEntry.subject_id).where(AuditEntry.subject == "registration")).all()
        letters = db.exec(select(OutboxLetter.person_id)).all()
    there = Counter(person for person, _, _ in states)
    assert acknowledged <= there.keys(), "what was acknowledged is there"
    assert Counter(needs) == Counter(letters) == Counter(numbers[entry] for entry in entries) == there
    waiting = sorted(number for _, _, number in states if number is not None)
    assert waiting == list(range(1, len(there) - min(len(there), CAP) + 1))
    assert [(row.taken, row.last_waiting_number) for row in oakland] == [(min(len(there), CAP), len(waiting))]
    assert Counter(state for _, state, _ in states) == +Counter(
        {RegistrationState.SUBMITTED: min(len(there), CAP), RegistrationState.WAITING: len(waiting)}
    )


@pytest.mark.timeout(300)
def test_a_server_killed_amid_registrations_has_what_it_acknowledged_and_nothing_by_half(
    database: Database, tmp_path: Path
) -> None:
    stage = set_stage(database, cap=CAP, members=MEMBERS)
    with database.write() as db:
        _next_month(db, stage, by=BY)
        key = sign_in.begin(db, stage.people["oakland facilitator"], browser="tests", days=1)
    chance, served = Random(), Served(database, tmp_path)
    team = f"http://127.0.0.1:{served.port}/by-all-means/convenings/2017-fall/registration/team/oakland"
    todo = [stage.people[f"oakland member {number}"] for number in range(1, MEMBERS + 1)]
    acknowledged: set[int] = set()

    def ask(browser: httpx.Client, person: int) -> None:
        try:
            answer = browser.post(f"{team}/{person}", data=FORM)
        except httpx.TransportError:
            return
        assert answer.status_code == 303, answer.text[:2000]
        acknowledged.add(person)

    for life in range(KILLS + 1):
        begun, enough = len(acknowledged), chance.randint(5, 35) if life < KILLS else MEMBERS
        with (
            served.running() as process,
            httpx.Client(cookies={"plenary": key}, timeout=60) as browser,
            ThreadPoolExecutor(WRITERS) as pool,
        ):
            asking = [pool.submit(ask, browser, person) for person in todo]
            while len(acknowledged) < begun + enough and not all(one.done() for one in asking):
                time.sleep(0.002)
            time.sleep(chance.uniform(0, 0.03))
            if life < KILLS:
                process.kill()
            for one in asking:
                one.result()
        _check(database, acknowledged)
        todo = [person for person in todo if person not in acknowledged]
    assert len(acknowledged) == MEMBERS
