from collections.abc import Iterator

import pytest
import time_machine

from app.database import Database
from tests.updates.stage import NOW, Stage, set_stage


@pytest.fixture
def _in_time() -> Iterator[None]:
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def stage(database: Database, _in_time: None) -> Stage:
    """Two cities three days before their updates are due; nothing is written yet."""
    return set_stage(database)
