import pytest

from app.database import Database
from tests.updates.stage import Stage, set_stage


@pytest.fixture
def stage(database: Database, in_the_sample: object) -> Stage:
    """Two cities on 24 October 2017, three days before their updates are due; nothing is written yet."""
    return set_stage(database)
