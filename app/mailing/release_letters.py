"""Updates go out: what is due is released, and the cohort hears of it in one letter a person for each act."""

from collections.abc import Sequence

from sqlmodel import Session

from app.database import Database
from app.mailing import letters
from app.models import Cohort, UpdateCycle, UpdateVersion
from app.people.viewer import Viewer
from app.settings import Settings
from app.updates.reading import readers
from app.updates.release_plan import cycles_due, release_what_is_due

BY = Viewer.system("release")


def release_due(database: Database, settings: Settings) -> int:
    """Release what is approved in cycles whose hour has come; how many. Versions and letters are committed together, a
    cycle at a time; where nothing is due, nobody has to wait for the writer."""
    with database.read() as db:
        numbers = cycles_due(db)
    released = 0
    for number in numbers:
        with database.write() as db:
            cycle = db.get_one(UpdateCycle, number)
            db.info["cohort_id"] = cycle.cohort_id
            versions = release_what_is_due(db, cycle, by=BY)
            tell_of_release(db, cycle, versions, settings)
            released += len(versions)
    return released


def tell_of_release(
    db: Session, cycle: UpdateCycle, versions: Sequence[UpdateVersion], settings: Settings
) -> list[str]:
    """Write the letters of one act of release; returns the names of its cities."""
    cities = [version.update.city.name for version in versions]
    if versions:
        cohort = db.get_one(Cohort, cycle.cohort_id)
        letters.updates_released(
            db,
            readers(db, cohort.key),
            cities=cities,
            cycle=cycle.title,
            address=f"{settings.address}/{cohort.slug}/updates/{cycle.slug}",
            release=max(version.key for version in versions),
        )
    return cities
