"""Rule 10 in the agenda: a substitute is in the audiences of the seat they come for, and not in its closed sessions
unless granted; whoever left is in none, and their calendar says so (rule 16)."""

from collections.abc import Collection

from sqlmodel import Session

from app.agenda import published
from app.agenda.loading import load_draft
from app.agenda.readers import Readers
from app.calendars.contents import of_person
from app.calendars.documents import State
from app.gatherings.details import is_for
from app.models import AgendaSession, Convening, ConveningStage, Openness, Registration
from app.people.audiences import Rule
from app.people.audit import verb
from app.people.viewer import Viewer, viewer_of
from app.registration.registrations import register
from app.registration.substitutions import Newcomer, substitute, substitutions_of, undo_substitution
from tests.agenda.campus import Campus
from tests.people.rows import BY

DEPUTY = "Dee Puty"


def stage(place: Campus) -> dict[str, AgendaSession]:
    """A published agenda with one session of each kind of audience."""
    open_registration(place.db, place.convening, by=BY)
    made = [
        place.session("Everyone", "09:00–10:00"),
        place.session("Mayors", "10:00–11:00", rule=place.of_role("mayor")),
        place.session("Closed", "11:00–12:00", rule=place.of_role("mayor"), openness=Openness.CLOSED),
        place.session("Also closed", "13:00–14:00", rule=place.of_role("mayor"), openness=Openness.CLOSED),
        place.session("Superintendents", "14:00–15:00", rule=place.of_role("superintendent")),
        place.session("Of Oakland", "15:00–16:00", rule=of_city(place, "Oakland")),
        place.session("By name", "16:00–17:00", rule=place.of_people("Imani Okafor")),
    ]
    place.publish()
    return {one.title: one for one in made}


@verb
def open_registration(db: Session, convening: Convening, *, by: Viewer) -> None:
    convening.stage = ConveningStage.REGISTRATION_OPEN


def of_city(place: Campus, name: str) -> Rule:
    return Rule(city_ids=frozenset({place.town.cities[name].key}))


def replace_mayor(place: Campus, grants: Collection[int] = ()) -> Registration:
    leaving = register(place.db, place.convening, place.person("Imani Okafor"), by=BY)
    newcomer = Newcomer(DEPUTY, "dee@example.org")
    return substitute(place.db, leaving, newcomer, grants=grants, by=BY).substitution.coming


def mine(place: Campus, viewer: Viewer) -> set[str]:
    return {title for title, one in place.seen(viewer).items() if one.mine}


def feed(db: Session, viewer: Viewer) -> dict[str, State]:
    entries = of_person(db, viewer, "https://plenary.example").single
    return {one.title: one.state for one in entries if "convening" not in one.title}


def test_a_substitutes_agenda_and_feed_are_the_seats(place: Campus) -> None:
    """Rule 10: role, city and everyone; not what is closed, and not what names the other."""
    stage(place)
    dee = replace_mayor(place)
    viewer = viewer_of(place.db, dee.person_id)
    assert mine(place, viewer) == {"Everyone", "Mayors", "Of Oakland"}
    seen = place.seen(viewer)
    assert "Superintendents" in seen
    assert "Closed" not in seen
    assert set(feed(place.db, viewer)) == {"Everyone", "Mayors", "Of Oakland"}


def test_who_left_is_in_nothing_and_their_feed_delivers_the_cancellations(place: Campus) -> None:
    """Rules 10 and 16: called off, with a higher sequence; back again, higher still, once it is taken back."""
    stage(place)
    imani = place.viewer("Imani Okafor")
    sequence = {one.uid: one.sequence for one in of_person(place.db, imani, "https://plenary.example").single}
    before = feed(place.db, imani)
    dee = replace_mayor(place)
    assert mine(place, imani) == set()
    after = of_person(place.db, imani, "https://plenary.example").single
    called_off = [one for one in after if one.state is State.CANCELLED]
    assert len(called_off) == len(before) == 6
    assert all(one.sequence > sequence[one.uid] for one in called_off)
    (made,) = substitutions_of(place.db, place.convening)
    undo_substitution(place.db, made, by=BY)
    assert feed(place.db, imani) == before
    again = {one.uid: one.sequence for one in of_person(place.db, imani, "https://plenary.example").single}
    assert all(again[one.uid] > one.sequence for one in called_off)
    assert mine(place, viewer_of(place.db, dee.person_id)) == set()


def test_a_substitute_who_is_called_back_is_told_so_by_their_calendar(place: Campus) -> None:
    """Rules 10, 13 and 16: called off and not dropped, the granted closed session too, whose title is not theirs any
    more; on pages it is as if they had never come; and sent again, everything is on again with a higher sequence."""
    sessions = stage(place)
    dee = replace_mayor(place, grants=[sessions["Closed"].key])

    def told() -> list[tuple[str, State, int]]:
        viewer = viewer_of(place.db, dee.person_id)
        entries = of_person(place.db, viewer, "https://plenary.example").single
        return sorted((one.uid, one.state, one.sequence) for one in entries)

    coming = told()
    assert [state for _, state, _ in coming] == [State.CONFIRMED] * 5  # four sessions and the convening
    (made,) = substitutions_of(place.db, place.convening)
    undo_substitution(place.db, made, by=BY)
    called_back = told()
    assert [(uid, state) for uid, state, _ in called_back] == [(uid, State.CANCELLED) for uid, _, _ in coming]
    assert all(now[2] > before[2] for now, before in zip(called_back, coming, strict=True))
    viewer = viewer_of(place.db, dee.person_id)
    assert place.seen(viewer) == {}
    titles = {one.title for one in of_person(place.db, viewer, "https://plenary.example").single}
    assert titles == {"Everyone", "Mayors", "Of Oakland", "Closed session", place.convening.title}
    substitute(place.db, made.leaving, dee.person, by=BY)
    again = [one for one in told() if one[1] is State.CONFIRMED]
    assert len(again) == 4  # nothing is granted this time
    sequences = {uid: sequence for uid, _, sequence in called_back}
    assert all(sequence > sequences[uid] for uid, _, sequence in again)


def test_an_organizer_grants_one_closed_session_and_the_other_stays_closed(place: Campus) -> None:
    """Rules 10 and 13."""
    sessions = stage(place)
    dee = replace_mayor(place, grants=[sessions["Closed"].key])
    viewer = viewer_of(place.db, dee.person_id)
    assert mine(place, viewer) == {"Everyone", "Mayors", "Closed", "Of Oakland"}
    told = {title: is_for(place.db, one, dee.person_id) for title, one in sessions.items()}
    assert [title for title, for_them in told.items() if not for_them] == ["Also closed", "Superintendents", "By name"]


def test_draft_agenda_readers_and_lists_agree(place: Campus) -> None:
    """Rule 10: one engine. Whom a session is for is the same wherever it is asked."""
    sessions = stage(place)
    dee = replace_mayor(place, grants=[sessions["Closed"].key])
    draft = load_draft(place.db, place.convening)
    agenda = published.agenda(place.db, place.convening, Viewer.system("test"))
    release = published.latest_release(place.db, place.convening)
    assert agenda is not None
    assert release is not None
    entries = published.release_entries(place.db, release)
    readers = Readers(place.db, place.convening, entries)
    assert dee.person_id in readers.people
    imani = place.person("Imani Okafor").key
    for title, session in sessions.items():
        planned = {one.person_id for one in draft.crowd.members(draft.session(session.key).audience)}
        seen = agenda.session(session.key)
        assert seen is not None
        listed = {one.person_id for one in published.who_comes(place.db, agenda, seen)}
        entry = next(one for one in entries if one["id"] == session.key)
        eyes = {number: readers.sight(readers.viewer(number)).of(entry) for number in (dee.person_id, imani) if number}
        by_sight = {number for number, one in eyes.items() if one is not None and one.mine}
        assert planned & {dee.person_id, imani} == listed & {dee.person_id, imani} == by_sight, title
        assert imani not in planned


def test_a_colleague_who_comes_has_their_own_seats_sessions_too(place: Campus) -> None:
    """Rules 1 and 10: the superintendent in the mayor's place is wanted twice, and that is found."""
    place.session("Mayors", "10:00–11:00", rule=place.of_role("mayor"))
    place.session("Superintendents", "10:30–11:30", rule=place.of_role("superintendent"))
    leaving = register(place.db, place.convening, place.person("Imani Okafor"), by=BY)
    substitute(place.db, leaving, place.person("Jo Park"), by=BY)
    draft = load_draft(place.db, place.convening)
    jo = draft.crowd.mask_of([place.person("Jo Park").key])
    assert [bool(one.audience & jo) for one in draft.running] == [True, True]


def test_who_registers_again_beside_their_substitute_is_in_their_sessions_again(place: Campus) -> None:
    """Rule 10: two people then come for one office, each with a place."""
    stage(place)
    dee = replace_mayor(place)
    register(place.db, place.convening, place.person("Imani Okafor"), by=BY)
    place.db.flush()
    imani = place.viewer("Imani Okafor")
    assert mine(place, imani) == {"Everyone", "Mayors", "Closed", "Also closed", "Of Oakland", "By name"}
    assert mine(place, viewer_of(place.db, dee.person_id)) == {"Everyone", "Mayors", "Of Oakland"}
