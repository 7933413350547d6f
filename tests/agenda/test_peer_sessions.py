"""Rule 3: the mayors' and the superintendents' hour among themselves is protected against every other use of them."""

from dataclasses import replace
from typing import Any

import pytest
from sqlmodel import Session, select

from app.agenda.findings import Gravity, Kind, check, covers_of, standing_in_the_way
from app.agenda.loading import load_draft
from app.agenda.placements import move_session
from app.agenda.releases import override_finding
from app.agenda.sessions import change_session
from app.gatherings.details import details_of
from app.models import Openness, Override, SessionFormat
from app.people.audit import Refused
from app.people.viewer import Viewer
from tests.agenda.campus import Campus
from tests.people.rows import BY

PEER: dict[str, Any] = {"format": SessionFormat.ROLE_ALIKE, "openness": Openness.CLOSED}


@pytest.mark.parametrize("role", ["mayor", "superintendent"])
def test_rule_3_whatever_takes_people_from_their_peer_session_must_be_fixed(
    db: Session, place: Campus, role: str
) -> None:
    """Nobody has to have ticked anything: a closed role-alike session is protected by what it is."""
    peers = place.session("Among ourselves", "13:30–14:45", rule=place.of_role(role), **PEER)
    photo = place.session("Photo", "14:30–15:00", rule=place.of_role(role))
    (finding,) = check(load_draft(db, place.convening))
    assert (finding.rule, finding.kind, finding.gravity) == (3, Kind.PROTECTED, Gravity.MUST_FIX)
    assert set(finding.session_ids) == {peers.key, photo.key}
    assert peers.protected is False


@pytest.mark.parametrize(
    ("said", "rule"),
    [
        ({**PEER, "openness": Openness.COHORT}, 1),
        ({**PEER, "format": SessionFormat.WORKSHOP}, 1),
        ({**PEER, "format": SessionFormat.UNSTRUCTURED, "protected": True}, 3),
    ],
)
def test_rule_3_what_is_no_closed_role_alike_session_is_protected_where_that_is_said(
    db: Session, place: Campus, said: dict[str, Any], rule: int
) -> None:
    place.session("Among ourselves", "13:30–14:45", rule=place.of_role("mayor"), **said)
    place.session("Photo", "14:30–15:00", rule=place.of_role("mayor"))
    assert [one.rule for one in check(load_draft(db, place.convening))] == [rule]


def test_rule_3_the_time_of_others_is_free_and_one_that_is_opened_to_the_cohort_is_no_longer_protected(
    db: Session, place: Campus
) -> None:
    peers = place.session("Among ourselves", "13:30–14:45", rule=place.of_role("mayor"), **PEER)
    other = place.session("Photo", "14:30–15:00", rule=place.of_role("superintendent"))
    assert check(load_draft(db, place.convening)) == []
    change_session(db, other, replace(details_of(other), audience=place.of_role("mayor")), by=BY)
    assert [one.rule for one in check(load_draft(db, place.convening))] == [3]
    change_session(db, peers, replace(details_of(peers), openness=Openness.COHORT), by=BY)
    assert [one.rule for one in check(load_draft(db, place.convening))] == [1]


def test_rule_3_only_a_named_organizer_with_a_reason_takes_the_time_and_it_is_on_record(
    db: Session, place: Campus
) -> None:
    place.session("Among ourselves", "13:30–14:45", rule=place.of_role("mayor"), **PEER)
    photo = place.session("Photo", "14:30–15:00", rule=place.of_role("mayor"))
    (finding,) = check(load_draft(db, place.convening))
    with pytest.raises(Refused, match="Only a named organizer"):
        override_finding(db, place.convening, finding, reason="because", by=Viewer.system("import"))
    with pytest.raises(Refused, match="Say why"):
        override_finding(db, place.convening, finding, reason=" ", by=place.viewer("Ada Roth"))
    draft = load_draft(db, place.convening)
    given: dict[str, Any] = {"covers": covers_of(finding, draft), "reason": "The governor comes only then"}
    override_finding(db, place.convening, finding, **given, by=place.viewer("Ada Roth"))
    draft = load_draft(db, place.convening)
    assert standing_in_the_way(draft, check(draft)) == []
    kept = db.exec(select(Override)).one()
    assert (kept.by_id, kept.reason) == (place.person("Ada Roth").key, "The governor comes only then")
    move_session(db, photo, to=place.placement("14:00–15:00"), by=BY)  # it takes more than was agreed to
    draft = load_draft(db, place.convening)
    assert [one.rule for one in standing_in_the_way(draft, check(draft))] == [3]


def test_rule_3_a_release_says_that_a_peer_session_is_protected(place: Campus) -> None:
    place.session("Among ourselves", "13:30–14:45", rule=place.of_role("mayor"), **PEER)
    place.session("Welcome")
    place.publish()
    seen = place.seen(place.viewer("Ada Roth"))
    assert {title: one.protected for title, one in seen.items()} == {"Welcome": False, "Among ourselves": True}
