"""What somebody lets stand: it holds for what was found then, and asks again when more is found (rule 3)."""

import json
from collections.abc import Iterable
from datetime import datetime

from app.agenda.draft import Draft, LetStand
from app.agenda.findings.finding import Finding, Gravity


def covers_of(finding: Finding, draft: Draft) -> str:
    """What is found now, to be kept beside an override: the people's ids, from when to when, how much over."""
    people = sorted(one.person_id for one in draft.crowd.members(finding.people))
    span = [moment.isoformat() for moment in finding.span] if finding.span else []
    return json.dumps({"people": people, "span": span, "over": abs(finding.have - finding.need)})


def standing(finding: Finding, draft: Draft) -> LetStand | None:
    """Who lets the finding stand as it is now; None where nobody does, or more is found than then."""
    override = draft.overrides.get(finding.key)
    return override if override and _covers(override.covers, finding, draft) else None


def in_the_way(finding: Finding, draft: Draft) -> bool:
    """Whether it must be fixed before a release, and nobody lets it stand."""
    return finding.gravity is Gravity.MUST_FIX and standing(finding, draft) is None


def standing_in_the_way(draft: Draft, found: Iterable[Finding]) -> list[Finding]:
    """Those of the findings that must be fixed and that nobody has overridden by name."""
    return [one for one in found if in_the_way(one, draft)]


def _covers(kept: str, finding: Finding, draft: Draft) -> bool:
    """Whether nothing is found now that was not found then: nobody else, no longer, no more of it."""
    if not kept:
        return True  # given before the program kept what it was given for
    then = json.loads(kept)
    if finding.people & ~draft.crowd.mask_of(then["people"]) or abs(finding.have - finding.need) > then["over"]:
        return False
    if finding.span is None or not then["span"]:
        return True
    start, end = (datetime.fromisoformat(moment) for moment in then["span"])
    return start <= finding.span[0] and finding.span[1] <= end
