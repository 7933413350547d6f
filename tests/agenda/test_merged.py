"""What was published names a person by the number of its day: whoever was merged since is read as the record that
stays, and the release itself never changes (rule 15)."""

from copy import deepcopy

from app.agenda import published, releases
from app.agenda.loading import load_draft
from app.agenda.readers import Readers
from app.agenda.snapshots import SessionEntry, rule_in, snapshot
from app.calendars.contents import of_person
from app.people.audiences import Rule
from app.registration.merging import merge_people
from tests.agenda.campus import Campus
from tests.agenda.test_standing_in import open_registration
from tests.people.rows import BY


def told(entry: SessionEntry) -> tuple[object, ...]:
    """What of an entry calendars go by, and whom it is for."""
    presenters = [one["person_id"] for one in entry["presenters"]]
    return entry["id"], entry["sequence"], presenters, rule_in(entry["audience"])


def test_a_release_that_names_a_merged_person_is_the_kept_ones_everywhere_and_stays_as_it_was(place: Campus) -> None:
    open_registration(place.db, place.convening, by=BY)
    keep, gone = place.person("Jo Park"), place.person("Imani Okafor")
    both = Rule(person_ids=frozenset({keep.key, gone.key}))
    excepted = Rule(everyone=True, but_person_ids=frozenset({gone.key}))
    place.session("By name", "09:00–10:00", rule=place.of_people("Imani Okafor"))
    place.session("Both", "10:00–11:00", rule=both)
    place.session("All but them", "11:00–12:00", rule=excepted)
    place.session("Spoken", "13:00–14:00", rule=place.of_people("Ruth Adler"), speakers=["Imani Okafor"])
    release = place.publish()
    was = deepcopy(release.sessions)
    merge_people(place.db, keep=keep, gone=gone, by=BY)
    place.db.expire_all()
    viewer = place.viewer("Jo Park")
    seen = place.seen(viewer)
    assert {title for title, one in seen.items() if one.mine} == {"By name", "Both", "Spoken"}
    assert seen["Spoken"].presenting
    entries = of_person(place.db, viewer, "https://plenary.example").single
    assert {one.title for one in entries} == {"By name", "Both", "Spoken", place.convening.title}
    read = published.release_entries(place.db, release)
    readers = Readers(place.db, place.convening, read)
    assert gone.key not in readers.people
    agenda = published.agenda(place.db, place.convening, viewer)
    assert agenda is not None
    for title in ("By name", "Both"):
        assert [one.person_id for one in published.who_comes(place.db, agenda, seen[title])] == [keep.key], title
    assert release.sessions == was
    # what is published next says another name at the most, and is no other appointment
    next_one = snapshot(place.db, load_draft(place.db, place.convening), {entry["id"]: entry for entry in read})
    assert [told(one) for one in next_one] == [told(one) for one in read]
    assert releases.changes_since(place.db, place.convening, release.number, viewer) == []


def test_where_nobody_was_merged_the_snapshot_is_read_as_it_stands(place: Campus) -> None:
    place.session("Everyone", "09:00–10:00")
    release = place.publish()
    assert published.release_entries(place.db, release) is release.sessions
