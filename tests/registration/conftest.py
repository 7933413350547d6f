from collections.abc import Iterator

import pytest
import time_machine

from app.database import Database
from tests.registration.stage import TWO_WEEKS_BEFORE, Stage, set_stage


@pytest.fixture
def _in_time() -> Iterator[None]:
    with time_machine.travel(TWO_WEEKS_BEFORE, tick=True):
        yield


@pytest.fixture
def stage(database: Database, _in_time: None) -> Stage:
    """Two cities of five, two weeks before the convening."""
    return set_stage(database)
