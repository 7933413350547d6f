"""Publishing: numbered, immutable, with what changed (rule 15); cancellations are delivered, not dropped (rule 16)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from sqlmodel import Session, select

from app.agenda import published
from app.agenda.changes import Change, Kind
from app.agenda.findings import check
from app.agenda.loading import load_draft
from app.agenda.notices import Notice
from app.agenda.placements import move_session, unplace_session
from app.agenda.releases import (
    Moved,
    changed_between,
    changes_since,
    override_finding,
    preview,
    publish_release,
    releases_of,
    withdraw_override,
)
from app.agenda.sessions import archive_session, cancel_session, change_session, reinstate_session, restore_session
from app.agenda.venues import RoomDetails, SetupLine, change_room
from app.gatherings.details import Item, details_of
from app.models import (
    AgendaRelease,
    AgendaSession,
    AuditEntry,
    Convening,
    ConveningStage,
    Openness,
    Override,
    Person,
)
from app.people.audit import Refused, verb
from app.people.viewer import Viewer
from tests.agenda.campus import Campus
from tests.people.rows import BY


def retitle(db: Session, session: AgendaSession, title: str) -> None:
    change_session(db, session, replace(details_of(session), title=title), by=BY)


def kinds(release: AgendaRelease) -> list[tuple[str, str]]:
    return [(change["kind"], change["title"]) for change in release.changes]


def said(release: AgendaRelease) -> list[str]:
    return [Change(**change | {"kind": Kind(change["kind"])}).said for change in release.changes]


def test_rule_15_the_first_release_is_number_1_and_holds_all_that_is_placed(place: Campus) -> None:
    place.session("Lunch", "12:00–13:00", rooms=["GCC"])
    place.session("Welcome", rooms=["Askwith Hall"])
    place.session("Idea", None)
    release = place.publish(note="For the mayors")
    assert (release.number, release.note) == (1, "For the mayors")
    assert [(one["number"], one["title"]) for one in release.sessions] == [(1, "Welcome"), (2, "Lunch")]
    assert said(release) == [
        "“Welcome” is new: Tue 14 Nov, 09:00–10:00 EST, Askwith Hall.",
        "“Lunch” is new: Tue 14 Nov, 12:00–13:00 EST, GCC.",
    ]


def test_the_snapshot_has_the_shape_that_is_documented(place: Campus) -> None:
    session = place.session(
        "Peers",
        rooms=["Team Room 1"],
        rule=place.of_role("mayor"),
        speakers=["Prof. Strand"],
        openness=Openness.CLOSED,
        cover_title="Peer session",
        purpose="Adaptive leadership.",
        internal_notes="never published",
        excludes_lab=True,
    )
    (entry,) = place.publish().sessions
    assert session.changed_at is not None
    assert entry == {
        "id": session.key,
        "uid": session.uid,
        "number": 1,
        "title": "Peers",
        "cover_title": "Peer session",
        "purpose": "Adaptive leadership.",
        "format": "plenary",
        "track": "",
        "language": "",
        "openness": "closed",
        "excludes_lab": True,
        "protected": False,
        "choice_group": "",
        "starts_at": "2017-11-14T14:00:00+00:00",
        "ends_at": "2017-11-14T15:00:00+00:00",
        "zone": "America/New_York",
        "rooms": [
            {
                "id": place.rooms["Team Room 1"].key,
                "name": "Team Room 1",
                "building": "Gutman",
                "city_id": None,
                "city": "",
            }
        ],
        "presenters": [{"person_id": place.person("Prof. Strand").key, "name": "Prof. Strand", "part": "speaker"}],
        "audience": {
            "said": "Mayors",
            "everyone": False,
            "role_ids": [place.town.roles["mayor"].key],
            "city_ids": [],
            "person_ids": [],
            "but_role_ids": [],
            "but_city_ids": [],
            "but_person_ids": [],
        },
        "host_city": "",
        "join_url": "",
        "sequence": 0,
        "changed_at": session.changed_at.isoformat(),
        "cancelled": False,
        "cancellation_reason": "",
        "items": [],
        "serves": "",
    }


def test_rule_15_publishing_without_a_change_makes_no_release(db: Session, place: Campus) -> None:
    session = place.session()
    place.publish()
    with pytest.raises(Refused, match="Nothing has changed since release 1"):
        place.publish()
    move_session(db, session, to=place.placement("11:00–12:00"), by=BY)
    move_session(db, session, to=place.placement("09:00–10:00"), by=BY)
    with pytest.raises(Refused, match="Nothing has changed since release 1"):
        place.publish()


def test_nothing_placed_is_nothing_to_publish(place: Campus) -> None:
    place.session("Idea", None)
    with pytest.raises(Refused, match="No session has a time yet"):
        place.publish()


def test_rule_15_a_release_never_changes_when_the_draft_does(db: Session, place: Campus) -> None:
    session = place.session()
    first = place.publish()
    before = [dict(one) for one in first.sessions]
    retitle(db, session, "Hello")
    place.publish()
    db.expire_all()
    assert first.sessions == before


def test_rule_15_each_change_is_said_in_a_sentence(db: Session, place: Campus) -> None:
    moved, renamed = place.session("Moved", rooms=["GCC"]), place.session("Old name", "10:00–11:00")
    opened, told = place.session("Keynote", "11:00–12:00"), place.session("Talk", "13:00–14:00", speakers=["Jo Park"])
    gone, off = place.session("Gone", "14:00–15:00"), place.session("Off", "15:00–16:00")
    place.publish()
    move_session(db, moved, to=place.placement("09:00–09:30", rooms=["Askwith Hall"]), by=BY)
    retitle(db, renamed, "New name")
    change_session(db, opened, replace(details_of(opened), openness=Openness.PUBLIC), by=BY)
    change_session(
        db, told, replace(details_of(told), presenters=(), purpose="More", audience=place.of_role("mayor")), by=BY
    )
    archive_session(db, gone, by=BY)
    cancel_session(db, off, reason="rain", by=BY)
    place.session("Fresh", "16:00–17:00")
    assert said(place.publish()) == [
        "“Moved” moves from Tue 14 Nov, 09:00–10:00 EST to Tue 14 Nov, 09:00–09:30 EST.",
        "“Moved” changes its room from GCC to Askwith Hall.",
        "“Old name” is now called “New name”.",
        "“Keynote” is now public; it was cohort.",
        "“Talk” changes who presents it, from Jo Park to none.",
        "“Talk” is now for: Mayors. It was for: Everyone.",
        "“Talk” has a new description.",
        "“Gone”, Tue 14 Nov, 14:00–15:00 EST, is cancelled.",
        "“Off”, Tue 14 Nov, 15:00–16:00 EST, is cancelled: rain.",
        "“Fresh” is new: Tue 14 Nov, 16:00–17:00 EST.",
    ]


def test_a_title_with_braces_and_quotes_is_only_a_title() -> None:
    change = Change(Kind.RETITLED, 1, "uid", "{after} “x”", before="{title}")
    assert change.said == "“{title}” is now called “{after} “x””."


@pytest.mark.parametrize("way", ["archived", "unplaced"])
def test_rule_16_what_leaves_the_agenda_is_cancelled_in_its_last_place(db: Session, place: Campus, way: str) -> None:
    session = place.session(rooms=["GCC"])
    place.session("Stays", "11:00–12:00")
    first = place.publish()
    if way == "archived":
        archive_session(db, session, by=BY)
    else:
        unplace_session(db, session, by=BY)
    second = place.publish()
    old, new = (next(one for one in release.sessions if one["id"] == session.key) for release in (first, second))
    assert (new["cancelled"], new["starts_at"], new["rooms"]) == (True, old["starts_at"], old["rooms"])
    assert new["sequence"] > old["sequence"]
    assert new["changed_at"] > old["changed_at"]
    assert kinds(second) == [("cancelled", "Welcome")]
    with pytest.raises(Refused, match="Nothing has changed"):
        place.publish()


def test_rule_16_what_comes_back_has_a_sequence_above_its_cancellation(db: Session, place: Campus) -> None:
    session = place.session()
    place.session("Stays", "11:00–12:00")
    sequences = [place.publish().sessions[0]["sequence"]]
    archive_session(db, session, by=BY)
    sequences.append(place.publish().sessions[0]["sequence"])
    restore_session(db, session, by=BY)
    last = place.publish()
    sequences.append(last.sessions[0]["sequence"])
    assert sequences == sorted(set(sequences))
    assert kinds(last) == [("reinstated", "Welcome")]


def test_rule_16_an_entry_that_says_the_same_keeps_its_sequence_and_time_of_change(db: Session, place: Campus) -> None:
    quiet, loud = place.session("Quiet"), place.session("Loud", "11:00–12:00")
    first = place.publish()
    move_session(db, quiet, to=place.placement("13:00–14:00"), by=BY)
    move_session(db, quiet, to=place.placement("09:00–10:00"), by=BY)
    retitle(db, loud, "Louder")
    second = place.publish()
    assert second.sessions[0] == first.sessions[0]
    assert second.sessions[1]["changed_at"] > first.sessions[1]["changed_at"]


def test_rule_16_a_room_that_is_renamed_is_heard_of_though_no_session_was_touched(db: Session, place: Campus) -> None:
    session = place.session(rooms=["GCC"])
    first = place.publish()
    setups = (SetupLine("rounds", 90),)
    change_room(db, place.rooms["GCC"], RoomDetails(name="Gutman Conference Center", setups=setups), by=BY)
    second = place.publish()
    assert second.sessions[0]["sequence"] == first.sessions[0]["sequence"] + 1
    move_session(db, session, to=place.placement("09:30–10:00", rooms=["GCC"]), by=BY)
    third = place.publish()
    assert third.sessions[0]["sequence"] > second.sessions[0]["sequence"]


def test_rule_16_a_cancelled_session_stays_release_after_release(db: Session, place: Campus) -> None:
    session, other = place.session(), place.session("Other", "11:00–12:00")
    place.publish()
    cancel_session(db, session, reason="rain", by=BY)
    place.publish()
    retitle(db, other, "Another")
    third = place.publish()
    assert [(one["title"], one["cancelled"]) for one in third.sessions] == [("Welcome", True), ("Another", False)]
    reinstate_session(db, session, by=BY)
    assert kinds(place.publish()) == [("reinstated", "Welcome")]


# What must be fixed stands in the way


def conflict(place: Campus) -> None:
    place.session("Welcome", "09:00–10:00", rooms=["GCC"])
    place.session("Data", "09:30–10:30", rooms=["GCC"])


def test_rule_1_what_must_be_fixed_keeps_an_organizer_from_publishing(db: Session, place: Campus) -> None:
    conflict(place)
    with pytest.raises(Refused, match="2 findings must be fixed first") as refusal:
        publish_release(db, place.convening, by=place.viewer("Ada Roth"))
    assert refusal.value.field == "reason"
    assert db.exec(select(AgendaRelease)).all() == []


def test_rule_3_an_organizer_lets_findings_stand_by_name_and_reason(db: Session, place: Campus) -> None:
    conflict(place)
    release = publish_release(db, place.convening, reason="One room, two halves", by=place.viewer("Ada Roth"))
    assert release.number == 1
    ada = place.person("Ada Roth").key
    assert {(one.by_id, one.reason) for one in db.exec(select(Override))} == {(ada, "One room, two halves")}
    assert release.published_by_id == ada


def test_rule_3_one_finding_may_be_let_stand_and_that_taken_back(db: Session, place: Campus) -> None:
    conflict(place)
    ada = place.viewer("Ada Roth")
    for finding in check(load_draft(db, place.convening)):
        override_finding(db, place.convening, finding, reason="Agreed with both", by=ada)
    keys = [one.finding for one in db.exec(select(Override))]
    withdraw_override(db, place.convening, keys[0], by=ada)
    with pytest.raises(Refused, match="One finding must be fixed first"):
        publish_release(db, place.convening, by=ada)


def test_rule_3_no_reason_is_no_override(db: Session, place: Campus) -> None:
    conflict(place)
    (finding, *_) = check(load_draft(db, place.convening))
    with pytest.raises(Refused, match="Say why"):
        override_finding(db, place.convening, finding, reason="  ", by=place.viewer("Ada Roth"))
    with pytest.raises(Refused, match="Only a named organizer"):
        override_finding(db, place.convening, finding, reason="because", by=Viewer.system("import"))


def test_an_import_publishes_what_it_was_given_under_nobodys_name(db: Session, place: Campus) -> None:
    conflict(place)
    release = publish_release(db, place.convening, by=Viewer.system("import"))
    assert (release.number, release.published_by_id) == (1, None)
    assert db.exec(select(Override)).all() == []


def test_publishing_while_registration_is_open_says_that_the_agenda_is_published(place: Campus) -> None:
    place.convening.stage = ConveningStage.REGISTRATION_OPEN
    place.session()
    place.publish()
    assert place.convening.stage is ConveningStage.AGENDA_PUBLISHED


def test_rule_21_a_release_is_on_record_without_its_long_snapshot(db: Session, place: Campus) -> None:
    place.session()
    place.publish(note="First")
    entry = db.exec(select(AuditEntry).where(AuditEntry.subject == "agenda_release")).one()
    assert entry.act == "publish_release"
    assert entry.after is not None
    assert (entry.after["number"], entry.after["note"]) == (1, "First")
    assert "sessions" not in entry.after


# What has changed since


def test_rule_15_changes_since_a_release_add_up_what_lies_between(db: Session, place: Campus) -> None:
    session = place.session()
    place.publish()
    move_session(db, session, to=place.placement("10:00–11:00"), by=BY)
    place.publish()
    move_session(db, session, to=place.placement("11:00–12:00"), by=BY)
    place.publish()
    viewer = place.viewer("Jo Park")
    assert [one.said for one in changes_since(db, place.convening, 1, viewer)] == [
        "“Welcome” moves from Tue 14 Nov, 09:00–10:00 EST (06:00–07:00 in Oakland) to Tue 14 Nov, 11:00–12:00 EST "
        "(08:00–09:00 in Oakland)."
    ]
    assert changes_since(db, place.convening, 3, viewer) == []
    backwards = changed_between(db, place.convening, 2, 1, viewer)
    assert [change.kind for one in backwards for change in one.changes] == ["moved"]


def test_rules_13_and_18_changes_say_no_more_than_the_viewer_sees(db: Session, place: Campus) -> None:
    public = place.session("Keynote", openness=Openness.PUBLIC)
    cohort = place.session("Consultancies", "10:00–11:00", purpose="secret of the cohort")
    closed = place.session(
        "On my resignation", "11:00–12:00", rule=place.of_role("mayor"), openness=Openness.CLOSED, cover_title="Peers"
    )
    place.publish()
    for session, walls in ((public, "13:00–14:00"), (cohort, "14:00–15:00"), (closed, "15:00–16:00")):
        move_session(db, session, to=place.placement(walls), by=BY)
    retitle(db, closed, "On my succession")
    place.publish()
    titles = {
        name: [(one.kind.value, one.title) for one in changes_since(db, place.convening, 1, viewer)]
        for name, viewer in (
            ("anonymous", Viewer.anonymous()),
            ("superintendent", place.viewer("Jo Park")),
            ("mayor", place.viewer("Ruth Adler")),
        )
    }
    assert titles == {
        "anonymous": [("moved", "Keynote")],
        "superintendent": [("moved", "Keynote"), ("moved", "Consultancies"), ("moved", "Peers")],
        "mayor": [
            ("moved", "Keynote"),
            ("moved", "Consultancies"),
            ("retitled", "On my succession"),
            ("moved", "On my succession"),
        ],
    }


def test_rule_18_what_is_no_longer_public_only_leaves_the_publics_agenda(db: Session, place: Campus) -> None:
    session = place.session("Keynote", openness=Openness.PUBLIC)
    place.session("Forum", "11:00–12:00", openness=Openness.PUBLIC)
    place.publish()
    change_session(db, session, replace(details_of(session), openness=Openness.CLOSED, title="Strategy"), by=BY)
    place.publish()
    assert [one.said for one in changes_since(db, place.convening, 1, Viewer.anonymous())] == [
        "“Keynote”, Tue 14 Nov, 09:00–10:00 EST, is no longer on this agenda."
    ]


def test_rule_13_an_organizers_preview_hides_what_excludes_the_lab(db: Session, place: Campus) -> None:
    session = place.session(
        "Peers", rule=place.of_role("mayor"), openness=Openness.CLOSED, excludes_lab=True, purpose="one"
    )
    ada = place.viewer("Ada Roth")
    first = preview(db, place.convening, load_draft(db, place.convening), ada)
    assert (first.number, first.nothing_new) == (1, False)
    assert [one.said for one in first.changed[0].changes] == ["“Closed session” is new: Tue 14 Nov, 09:00–10:00 EST."]
    place.publish()
    change_session(db, session, replace(details_of(session), purpose="two"), by=BY)
    second = preview(db, place.convening, load_draft(db, place.convening), ada)
    assert (second.number, second.changed, second.nothing_new) == (2, [], False)


def test_releases_are_listed_newest_first_with_who_and_how_much(db: Session, place: Campus) -> None:
    session = place.session()
    publish_release(db, place.convening, note="First", by=place.viewer("Ada Roth"))
    with time_machine.travel(published.latest_release(db, place.convening).created_at + timedelta(days=1)):  # type: ignore[union-attr]  # just published
        retitle(db, session, "Hello")
        place.publish()
    assert [(one.number, one.note, one.by, one.changes) for one in releases_of(db, place.convening)] == [
        (2, "", "", 1),
        (1, "First", "Ada Roth", 1),
    ]


# Telling those concerned


class Teller:
    """What `tell` was given: the names, release by release."""

    def __init__(self) -> None:
        self.told: list[tuple[int, set[str]]] = []

    def __call__(self, release: AgendaRelease, notices: Sequence[Notice], _all: object) -> None:
        self.told.append((release.number, {one.name for one in notices}))


def test_publishing_tells_those_concerned_once_and_only_them(db: Session, place: Campus) -> None:
    session = place.session("Peers", rule=place.of_people("Ruth Adler", "Theo Lund"))
    place.session("Lunch", "12:00–13:00", rule=place.of_people("Jo Park"))
    teller = Teller()
    assert place.publish(tell=teller).quietly is False
    move_session(db, session, to=place.placement("10:00–11:00"), by=BY)
    place.publish(tell=teller)
    with pytest.raises(Refused, match="Nothing has changed"):
        place.publish(tell=teller)
    assert teller.told == [(1, {"Ruth Adler", "Theo Lund", "Jo Park"}), (2, {"Ruth Adler", "Theo Lund"})]


def test_a_release_that_goes_out_quietly_says_so(place: Campus) -> None:
    place.session()
    release = place.publish()
    assert (release.quietly, release.untold) == (True, [])


def test_who_has_no_address_is_on_record_with_the_release_and_unnamed_where_the_name_would_tell(
    db: Session, place: Campus
) -> None:
    """Rule 13: who is in a session that excludes the lab stays with those in it."""
    without_address(db, place.person("Ruth Adler"), by=BY)
    without_address(db, place.person("Theo Lund"), by=BY)
    place.session("Peers", rule=place.of_role("mayor"), openness=Openness.CLOSED, excludes_lab=True)
    place.session("Lunch", "12:00–13:00", rule=place.of_people("Theo Lund"))
    teller = Teller()
    release = place.publish(tell=teller)
    assert release.untold == [{"name": "", "office": ""}, {"name": "Theo Lund", "office": "Staff"}]
    assert teller.told == [(1, {"Imani Okafor", "Kai Weber"})]


@verb
def without_address(db: Session, person: Person, *, by: Viewer) -> None:
    person.email = None


def test_a_draft_that_moved_on_since_it_was_looked_over_is_not_published(db: Session, place: Campus) -> None:
    session = place.session()
    ada = place.viewer("Ada Roth")
    seen = preview(db, place.convening, load_draft(db, place.convening), ada).seen
    move_session(db, session, to=place.placement("10:00–11:00"), by=BY)
    with pytest.raises(Moved, match="The draft has changed since you looked"):
        publish_release(db, place.convening, seen=seen, by=ada)
    move_session(db, session, to=place.placement("09:00–10:00"), by=BY)
    assert publish_release(db, place.convening, seen=seen, by=ada).number == 1


# A release as it was


def test_rule_15_an_older_release_stands_under_the_heading_and_the_names_of_its_day(db: Session, place: Campus) -> None:
    session = place.session(rooms=["GCC"], speakers=["Prof. Strand"])
    place.publish()
    setups = (SetupLine("rounds", 90),)
    change_room(db, place.rooms["GCC"], RoomDetails(name="Gutman Conference Center", setups=setups), by=BY)
    renamed(db, place.convening, place.person("Prof. Strand"), by=BY)
    retitle(db, session, "Hello")
    place.publish()
    viewer = place.viewer("Jo Park")
    old, new = (published.agenda(db, place.convening, viewer, number=number) for number in (1, None))
    assert old is not None
    assert new is not None
    assert [(one.title, one.heading.get("venue")) for one in (old, new)] == [
        ("Fall 2017 convening", "HGSE"),
        ("Fall gathering", None),
    ]
    assert [(one.rooms[0].name, one.presenters[0].name) for one in (old.sessions[0], new.sessions[0])] == [
        ("GCC", "Prof. Strand"),
        ("Gutman Conference Center", "Prof. Strand-Ito"),
    ]


@verb
def renamed(db: Session, convening: Convening, person: Person, *, by: Viewer) -> None:
    convening.title = "Fall gathering"
    person.name = "Prof. Strand-Ito"


def test_a_turn_that_is_new_and_one_that_is_taken_out_are_said_so(db: Session, place: Campus) -> None:
    salem = place.town.cities["Salem"].key
    session = place.session("Updates", items=(Item(25, city_id=salem), Item(35, "Questions")))
    place.publish()
    items = (Item(25, city_id=salem), Item(10, "A word of thanks"))
    change_session(db, session, replace(details_of(session), items=items), by=BY)
    assert said(place.publish()) == [
        "In “Updates”, “A word of thanks” is new: 09:25–09:35 EST.",
        "In “Updates”, “Questions”, 09:25–10:00 EST, is taken out.",
    ]


def test_turns_go_with_a_session_that_moves(db: Session, place: Campus) -> None:
    session = place.session("Updates", items=(Item(25, "One"), Item(35, "Two")))
    place.publish()
    move_session(db, session, to=place.placement("10:00–11:00"), by=BY)
    assert kinds(place.publish()) == [("moved", "Updates")]
