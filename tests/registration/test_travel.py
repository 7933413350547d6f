"""How people come, go and stay, and the blocks of rooms that are held for them."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlmodel import select

from app.database import Database
from app.models import AuditEntry, LodgingBlock, Payer, Registration
from app.people.audit import Refused
from app.registration.lodging import BlockDetails, archive_block, blocks_of, change_block, nights_taken, open_block
from app.registration.registrations import cancel, register
from app.registration.travel import (
    TravelDetails,
    details_of,
    keep_travel,
    read_moment,
    travel_errors,
    travel_of,
    travel_said,
    write_moment,
)
from tests.registration.stage import BY, Stage, convening, person

ZONE = "America/New_York"
NOV = {day: date(2017, 11, day) for day in range(1, 29)}
SHERATON = BlockDetails("Sheraton Commander", 1, NOV[13], NOV[15])
JOURNEY = TravelDetails(
    arrives_at=datetime(2017, 11, 13, 23, 40, tzinfo=UTC),
    arrives_by="Flight DL 12",
    leaves_at=datetime(2017, 11, 15, 21, tzinfo=UTC),
    leaves_by="Train",
    first_night=NOV[13],
    last_night=NOV[14],
    payer=Payer.LAB,
)


def registered(database: Database, stage: Stage, who: str) -> int:
    with database.write() as db:
        return register(db, convening(db, stage), person(db, stage, who), by=BY).key


def block(database: Database, stage: Stage, details: BlockDetails = SHERATON) -> int:
    with database.write() as db:
        return open_block(db, convening(db, stage), details, by=BY).key


def kept(database: Database, registration: int, details: TravelDetails) -> tuple[str, ...]:
    with database.write() as db:
        return keep_travel(db, db.get_one(Registration, registration), details, by=BY)


def test_a_journey_is_kept_and_given_back_and_the_log_does_not_say_it(database: Database, stage: Stage) -> None:
    """Rule 12."""
    mayor = registered(database, stage, "oakland mayor")
    assert kept(database, mayor, JOURNEY) == ()
    with database.read() as db:
        travel = travel_of(db, db.get_one(Registration, mayor))
        assert (details_of(travel), travel_said(travel)) == (JOURNEY, True)
        logged = "".join(str(one.after) for one in db.exec(select(AuditEntry)))
        assert "DL 12" not in logged
        assert "23:40" not in logged


def test_who_is_local_needs_neither_journey_nor_bed(database: Database, stage: Stage) -> None:
    mayor = registered(database, stage, "oakland mayor")
    kept(database, mayor, JOURNEY)
    kept(database, mayor, replace(JOURNEY, is_local=True))
    with database.read() as db:
        travel = travel_of(db, db.get_one(Registration, mayor))
        assert (details_of(travel), travel_said(travel)) == (TravelDetails(is_local=True), True)
        assert not travel_said(None)


def test_what_cannot_be_is_said_at_each_field(database: Database, stage: Stage) -> None:
    sheraton = block(database, stage)
    with database.read() as db:
        here = convening(db, stage)

        def wrong(**changes: object) -> dict[str, str]:
            return travel_errors(db, here, replace(JOURNEY, **changes))  # type: ignore[arg-type]

        assert wrong() == {}
        assert wrong(leaves_at=datetime(2017, 11, 13, tzinfo=UTC)) == {"leaves_at": "Leaving is not after arriving."}
        assert wrong(arrives_at=datetime(2017, 10, 13, tzinfo=UTC)).keys() == {"arrives_at"}
        assert wrong(last_night=NOV[12]) == {"last_night": "The last night is before the first."}
        assert wrong(last_night=None).keys() == {"last_night"}
        assert wrong(first_night=None) == {"first_night": "The first night is missing."}
        assert wrong(first_night=NOV[6], last_night=NOV[23]).keys() == {"first_night"}
        assert wrong(last_night=NOV[23]).keys() == {"last_night"}
        assert wrong(first_night=None, last_night=None, block_id=sheraton) == {"first_night": "Which nights?"}
        assert wrong(block_id=sheraton) == {}
        assert wrong(block_id=sheraton, first_night=NOV[12]) == {
            "first_night": "At Sheraton Commander rooms are held for the nights Mon 13 Nov to Wed 15 Nov."
        }
        assert wrong(block_id=4711) == {"block_id": "Choose one of the list."}
        assert wrong(arrives_by="x" * 201, shares_with="y" * 301).keys() == {"arrives_by", "shares_with"}
        assert wrong(is_local=True, last_night=NOV[1]) == {}


def test_a_block_over_its_rooms_is_warned_of_and_never_refused(database: Database, stage: Stage) -> None:
    sheraton = block(database, stage)
    mayor, member = registered(database, stage, "oakland mayor"), registered(database, stage, "salem mayor")
    there = replace(JOURNEY, block_id=sheraton)
    assert kept(database, mayor, there) == ()
    assert kept(database, member, replace(there, first_night=NOV[14], last_night=NOV[15])) == (
        "More rooms at Sheraton Commander are asked for than are held (1) on Tue 14 Nov. The organizers see it.",
    )
    with database.read() as db:
        nights = nights_taken(db, convening(db, stage))[sheraton]
        assert nights.taken == {NOV[13]: 1, NOV[14]: 2, NOV[15]: 1}
        assert (nights.over, nights.most) == ((NOV[14],), 2)


def test_two_who_share_take_one_room_and_who_does_not_come_takes_none(database: Database, stage: Stage) -> None:
    sheraton = block(database, stage)
    sharing = replace(JOURNEY, block_id=sheraton, shares_with="each other")
    numbers = [registered(database, stage, who) for who in ("oakland member 1", "oakland member 2", "oakland mayor")]
    assert [kept(database, number, sharing) for number in numbers[:2]] == [(), ()]
    kept(database, numbers[2], replace(JOURNEY, block_id=sheraton))
    with database.write() as db:
        cancel(db, db.get_one(Registration, numbers[2]), by=BY)
        assert nights_taken(db, convening(db, stage))[sheraton].taken == {NOV[13]: 1, NOV[14]: 1}


def test_a_block_put_away_is_not_offered_and_stays_with_who_has_it(database: Database, stage: Stage) -> None:
    """Rule 21."""
    sheraton = block(database, stage)
    mayor, other = registered(database, stage, "oakland mayor"), registered(database, stage, "salem mayor")
    there = replace(JOURNEY, block_id=sheraton)
    kept(database, mayor, there)
    with database.write() as db:
        archive_block(db, db.get_one(LodgingBlock, sheraton), by=BY)
        assert blocks_of(db, convening(db, stage)) == []
    with pytest.raises(Refused, match="not offered any more"):
        kept(database, other, there)
    assert kept(database, mayor, replace(there, arrives_by="Car")) == ()


def test_what_a_block_cannot_be_is_said_at_its_field(database: Database, stage: Stage) -> None:
    for changes, field in (
        ({"name": "  "}, "name"),
        ({"name": "x" * 301}, "name"),
        ({"rooms": 0}, "rooms"),
        ({"until_on": NOV[12]}, "until_on"),
        ({"from_on": NOV[1]}, "from_on"),
        ({"until_on": NOV[28]}, "until_on"),
    ):
        with pytest.raises(Refused) as refused:
            block(database, stage, replace(SHERATON, **changes))
        assert refused.value.field == field
    number = block(database, stage)
    with database.write() as db:
        one = db.get_one(LodgingBlock, number)
        change_block(db, convening(db, stage), one, replace(SHERATON, rooms=12, name="Ümlaut " * 40), by=BY)
        assert (one.rooms, one.name) == (12, " ".join(["Ümlaut"] * 40))


def test_a_moment_is_meant_on_the_clocks_of_the_convening() -> None:
    """Rule 14: 18:40 in Cambridge, also for who types it in Oakland."""
    moment = read_moment("2017-11-13T18:40", ZONE, "arrives_at")
    assert moment == datetime(2017, 11, 13, 23, 40, tzinfo=UTC)
    assert (write_moment(moment, ZONE), write_moment(None, ZONE)) == ("2017-11-13T18:40", "")
    assert read_moment("  ", ZONE, "arrives_at") is None
    for text in ("tomorrow", "2017-13-01T10:00", "0001-01-01T00:00"):
        with pytest.raises(Refused) as refused:
            read_moment(text, "Asia/Tokyo", "arrives_at")
        assert refused.value.field == "arrives_at"


def test_the_nights_of_many_are_counted_in_the_same_queries(
    database: Database, stage: Stage, queries: list[str]
) -> None:
    sheraton = block(database, stage)
    counted = []
    for who in ("oakland mayor", "salem mayor", "oakland member 1", "salem member 1"):
        kept(database, registered(database, stage, who), replace(JOURNEY, block_id=sheraton))
        with database.read() as db:
            here = convening(db, stage)
            queries.clear()
            nights_taken(db, here)
            counted.append(sum(one.startswith("SELECT") for one in queries))
    assert counted == [3, 3, 3, 3]
