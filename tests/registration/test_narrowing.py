"""Whoever chose a parallel session is not expected in the others of its group, wherever it is asked: on the agenda, in
their calendar, in the draft's crowd and in the lists; who has not chosen may still come to each (rules 1, 2, 16)."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import pairwise

from sqlmodel import Session

from app.agenda import published
from app.agenda.loading import Supposed, load_draft
from app.agenda.memory import forget, recall
from app.agenda.notices import Notices
from app.agenda.readers import Readers
from app.agenda.releases import publish_release
from app.agenda.sessions import archive_session, cancel_session, change_session, reinstate_session
from app.calendars.contents import of_person
from app.calendars.documents import Entry, State
from app.database import Database
from app.gatherings.details import Presenter, details_of, write_presenters
from app.models import AgendaSession, Openness, Registration
from app.people.audiences import Attendee, Rule
from app.people.audit import verb
from app.people.viewer import Viewer
from app.registration.choices import choice_groups, choose_session, limit_choice, places_of
from app.registration.registrations import cancel, register
from app.registration.substitutions import Newcomer, substitute, undo_substitution
from tests.registration.choices_stage import GROUP, lay_workshops, registration_of, workshops
from tests.registration.stage import BY, Stage, convening, more_members, person, viewer

MAYORS = ("oakland mayor", "salem mayor")


@contextmanager
def chosen(database: Database, stage: Stage, **choices: str) -> Iterator[tuple[Session, dict[str, int]]]:
    """Both mayors registered, the workshops published, and what the mayor of a city chose of them."""
    with database.write() as db:
        for one in MAYORS:
            register(db, convening(db, stage), person(db, stage, one), by=BY)
        laid = workshops(db, stage)
        for city, title in choices.items():
            choose(db, stage, f"{city} mayor", laid[title])
        yield db, laid


def choose(db: Session, stage: Stage, who: str, session_id: int | None) -> None:
    choose_session(db, registration_of(db, stage.people[who]), GROUP, session_id, by=BY)


def session(db: Session, number: int) -> AgendaSession:
    return db.get_one(AgendaSession, number)


def mine(db: Session, stage: Stage, who: str) -> list[str]:
    seen = published.agenda(db, convening(db, stage), viewer(db, stage, who))
    assert seen is not None
    return [one.title for one in seen.sessions if one.mine]


def feed(db: Session, stage: Stage, who: str) -> dict[str, Entry]:
    entries = of_person(db, viewer(db, stage, who), "https://plenary.example").single
    return {one.title: one for one in entries if "convening" not in one.title}


def cancelled(entries: dict[str, Entry]) -> list[str]:
    return [title for title, one in entries.items() if one.state is State.CANCELLED]


def expected(db: Session, stage: Stage) -> dict[str, dict[str, set[str]]]:
    """By session and by who is asked, those of the two mayors who are expected there."""
    place, names = convening(db, stage), {stage.people[who]: who for who in MAYORS}
    release = published.latest_release(db, place)
    agenda = published.agenda(db, place, Viewer.system("test"))
    assert release is not None
    assert agenda is not None
    entries = published.release_entries(db, release)
    readers = Readers(db, place, entries)
    eyes = {number: readers.sight(readers.viewer(number)) for number in names}
    drafts = {"draft": load_draft(db, place), "memory": recall(db, place).draft}
    found: dict[str, dict[str, set[str]]] = {}
    for entry in entries:
        one = agenda.session(entry["id"])
        assert one is not None
        by = {name: {p.person_id for p in d.crowd.members(d.session(one.id).audience)} for name, d in drafts.items()}
        by["list"] = {attendee.person_id for attendee in published.who_comes(db, agenda, one)}
        by["agenda"] = {number for number in names if entry["title"] in mine(db, stage, names[number])}
        by["readers"] = {number for number, sight in eyes.items() if (seen := sight.of(entry)) and seen.mine}
        found[one.title] = {name: {names[n] for n in numbers if n in names} for name, numbers in by.items()}
    return found


def everywhere(who: set[str]) -> dict[str, set[str]]:
    return dict.fromkeys(("draft", "memory", "list", "agenda", "readers"), who)


def test_who_chose_is_expected_in_that_one_and_who_did_not_in_each(database: Database, stage: Stage) -> None:
    """Rule 1, and one engine: agenda, readers, lists and both ways of reading the draft say the same."""
    both = set(MAYORS)
    with chosen(database, stage) as (db, laid):
        assert expected(db, stage) == dict.fromkeys(laid, everywhere(both))
        choose(db, stage, "oakland mayor", laid["Equity"])
        assert expected(db, stage) == {
            "Welcome": everywhere(both),
            "Financing": everywhere({"salem mayor"}),
            "Equity": everywhere(both),
            "Mayors’ workshop": everywhere({"salem mayor"}),
        }
        choose(db, stage, "oakland mayor", laid["Financing"])
        choose(db, stage, "salem mayor", laid["Equity"])
        assert expected(db, stage) == {
            "Welcome": everywhere(both),
            "Financing": everywhere({"oakland mayor"}),
            "Equity": everywhere({"salem mayor"}),
            "Mayors’ workshop": everywhere(set()),
        }
        choose(db, stage, "oakland mayor", None)
        cancel(db, registration_of(db, stage.people["salem mayor"]), by=BY)
        assert mine(db, stage, "oakland mayor") == list(laid)
        assert mine(db, stage, "salem mayor") == list(laid)


def test_another_can_still_be_chosen_also_of_a_closed_one(database: Database, stage: Stage) -> None:
    """Rule 13: who is of its audience knows what they could choose; who is not knows the cover."""
    with chosen(database, stage) as (db, laid):
        closed = session(db, laid["Mayors’ workshop"])
        change_session(db, closed, replace(details_of(closed), openness=Openness.CLOSED, cover_title="Mayors"), by=BY)
        publish_release(db, convening(db, stage), by=BY)
        choose(db, stage, "oakland mayor", laid["Equity"])
        [group] = choice_groups(db, registration_of(db, stage.people["oakland mayor"]))
        offers = [(one.session.title, one.chosen) for one in group.offers]
        assert offers == [("Financing", False), ("Equity", True), ("Mayors’ workshop", False)]
        choose(db, stage, "oakland mayor", laid["Mayors’ workshop"])
        assert mine(db, stage, "oakland mayor") == ["Welcome", "Mayors’ workshop"]


def test_a_feed_delivers_what_is_not_ones_own_any_more_as_cancelled_and_again_later(
    database: Database, stage: Stage
) -> None:
    """Rule 16: names stay, and whatever turns has a higher sequence and a later change than when it was last told."""
    with chosen(database, stage) as (db, laid):
        told = feed(db, stage, "oakland mayor")
        others = feed(db, stage, "salem mayor")
        assert (list(told), cancelled(told)) == (list(laid), [])
        for title in ("Equity", "Financing", None, "Mayors’ workshop", "Equity", "Equity", None):
            choose(db, stage, "oakland mayor", laid[title] if title else None)
            now = feed(db, stage, "oakland mayor")
            assert list(now) == list(laid)
            assert cancelled(now) == [one for one in laid if title and one not in ("Welcome", title)]
            for one, entry in now.items():
                assert entry.uid == told[one].uid
                assert entry.sequence >= told[one].sequence
                if entry.state is not told[one].state:
                    assert entry.sequence > told[one].sequence
                    assert entry.changed_at > told[one].changed_at
            told = now
        assert feed(db, stage, "salem mayor") == others


def test_a_chosen_session_called_off_frees_who_chose_it_until_it_takes_place_again(
    database: Database, stage: Stage
) -> None:
    """Rules 1 and 16."""
    with chosen(database, stage, oakland="Equity") as (db, laid):
        told = feed(db, stage, "oakland mayor")
        cancel_session(db, session(db, laid["Equity"]), reason="The speaker is ill", by=BY)
        assert feed(db, stage, "oakland mayor") == told
        draft = recall(db, convening(db, stage)).draft
        assert draft.sessions == load_draft(db, convening(db, stage)).sessions
        assert draft.session(laid["Financing"]).audience & draft.crowd.mask_of([stage.people["oakland mayor"]])
        publish_release(db, convening(db, stage), by=BY)
        free = feed(db, stage, "oakland mayor")
        assert cancelled(free) == ["Equity"]
        assert all(free[one].sequence > told[one].sequence for one in ("Financing", "Equity", "Mayors’ workshop"))
        reinstate_session(db, session(db, laid["Equity"]), by=BY)
        publish_release(db, convening(db, stage), by=BY)
        again = feed(db, stage, "oakland mayor")
        assert cancelled(again) == ["Financing", "Mayors’ workshop"]
        assert all(again[one].sequence > free[one].sequence for one in ("Financing", "Equity", "Mayors’ workshop"))


def test_a_chosen_session_that_is_for_others_now_or_of_no_group_frees_too(database: Database, stage: Stage) -> None:
    with chosen(database, stage, oakland="Mayors’ workshop", salem="Equity") as (db, laid):
        closed = session(db, laid["Mayors’ workshop"])
        only = Rule(person_ids=frozenset({stage.people["salem mayor"]}))
        change_session(db, closed, replace(details_of(closed), audience=only), by=BY)
        alone = session(db, laid["Equity"])
        change_session(db, alone, replace(details_of(alone), choice_group=""), by=BY)
        before = {who: feed(db, stage, who) for who in MAYORS}
        publish_release(db, convening(db, stage), by=BY)
        assert expected(db, stage) == {
            "Welcome": everywhere(set(MAYORS)),
            "Financing": everywhere(set(MAYORS)),
            "Equity": everywhere(set(MAYORS)),
            "Mayors’ workshop": everywhere({"salem mayor"}),
        }
        for who, title in (("oakland mayor", "Financing"), ("oakland mayor", "Equity"), ("salem mayor", "Financing")):
            now = feed(db, stage, who)[title]
            assert (now.state, before[who][title].state) == (State.CONFIRMED, State.CANCELLED)
            assert now.sequence > before[who][title].sequence


def test_a_draft_kept_in_memory_is_the_draft_after_whatever_touches_a_group(database: Database, stage: Stage) -> None:
    """Rules 1 and 2: only what changed is read again, and what that changes elsewhere too."""
    with chosen(database, stage, oakland="Equity") as (db, laid):
        equity, welcome = session(db, laid["Equity"]), session(db, laid["Welcome"])

        def agrees() -> None:
            kept = recall(db, convening(db, stage))
            forget()
            anew = recall(db, convening(db, stage))
            assert kept.draft.sessions == anew.draft.sessions
            assert kept.found == anew.found

        recall(db, convening(db, stage))
        acts = (
            lambda: choose(db, stage, "salem mayor", laid["Financing"]),
            lambda: change_session(db, equity, replace(details_of(equity), title="Racial equity"), by=BY),
            lambda: change_session(db, welcome, replace(details_of(welcome), choice_group=GROUP), by=BY),
            lambda: change_session(db, equity, replace(details_of(equity), choice_group=""), by=BY),
            lambda: change_session(db, equity, replace(details_of(equity), choice_group=GROUP), by=BY),
            lambda: change_session(db, equity, replace(details_of(equity), audience=Rule()), by=BY),
            lambda: change_session(db, equity, replace(details_of(equity), audience=Rule(everyone=True)), by=BY),
            lambda: choose(db, stage, "oakland mayor", laid["Financing"]),
            lambda: choose(db, stage, "salem mayor", None),
            lambda: cancel_session(db, session(db, laid["Financing"]), reason="Snow", by=BY),
            lambda: archive_session(db, equity, by=BY),
        )
        for act in acts:
            act()
            agrees()


def test_who_has_a_part_in_one_and_chose_another_is_in_both(database: Database, stage: Stage) -> None:
    """Rule 1: a speaker stays a speaker, and that they are wanted twice is found."""
    with chosen(database, stage, oakland="Equity") as (db, laid):
        give_part(db, laid["Financing"], stage.people["oakland mayor"], by=BY)
        publish_release(db, convening(db, stage), by=BY)
        assert mine(db, stage, "oakland mayor") == ["Welcome", "Financing", "Equity"]
        assert cancelled(feed(db, stage, "oakland mayor")) == ["Mayors’ workshop"]


@verb
def give_part(db: Session, number: int, person_id: int, *, by: Viewer) -> None:
    write_presenters(session(db, number), (Presenter(person_id),))
    db.flush()


def test_what_happens_to_a_session_that_one_did_not_choose_is_no_news(database: Database, stage: Stage) -> None:
    """Whoever chose another is not written to; who has not chosen is."""
    with chosen(database, stage, oakland="Equity") as (db, _):
        place = convening(db, stage)
        release = published.latest_release(db, place)
        assert release is not None
        entries = published.release_entries(db, release)
        after = [{**one, "cancelled": one["title"] == "Financing"} for one in entries]
        told = {one.name for one in Notices(db, place, entries, after).all()}  # type: ignore[arg-type]
        assert {"Oakland Mayor", "Salem Mayor"} & told == {"Salem Mayor"}
        after = [{**one, "cancelled": one["title"] == "Welcome"} for one in entries]
        told = {one.name for one in Notices(db, place, entries, after).all()}  # type: ignore[arg-type]
        assert {"Oakland Mayor", "Salem Mayor"} & told == {"Oakland Mayor", "Salem Mayor"}


def test_a_choice_passes_on_to_the_substitute_and_back_and_both_calendars_count_up(
    database: Database, stage: Stage
) -> None:
    """Rules 10 and 16."""
    with chosen(database, stage, oakland="Equity") as (db, laid):
        told = [feed(db, stage, "oakland mayor")]
        leaving = registration_of(db, stage.people["oakland mayor"])
        done = substitute(db, leaving, Newcomer("Dee Puty", "dee@example.org"), by=BY)
        dee = replace(stage, people={**stage.people, "dee": done.substitution.coming.person_id})
        assert mine(db, dee, "dee") == ["Welcome", "Equity"]
        assert places_of(db, [laid["Equity"]]) == {laid["Equity"]: (1, None)}
        told.append(feed(db, stage, "oakland mayor"))
        assert cancelled(feed(db, dee, "dee")) == ["Financing", "Mayors’ workshop"]
        undo_substitution(db, done.substitution, by=BY)
        told.append(feed(db, stage, "oakland mayor"))
        assert [cancelled(one) for one in told] == [
            ["Financing", "Mayors’ workshop"],
            list(laid),
            ["Financing", "Mayors’ workshop"],
        ]
        for earlier, later in pairwise(told):
            assert all(later[title].sequence > earlier[title].sequence for title in ("Welcome", "Equity"))
        assert places_of(db, [laid["Equity"]]) == {laid["Equity"]: (1, None)}


def test_a_substitution_tried_out_passes_the_choice_on_in_the_draft(database: Database, stage: Stage) -> None:
    """Rules 1 and 10."""
    with chosen(database, stage, oakland="Equity") as (db, _):
        office = viewer(db, stage, "oakland mayor").office
        assert office is not None
        coming = Attendee(stage.people["oakland member 1"], "Oakland Member 1", "Oakland Member 1", None, None, ())
        supposed = Supposed(stage.people["oakland mayor"], coming, replace(office, stands_in=True))
        draft = load_draft(db, convening(db, stage), supposing=supposed)
        bit = draft.crowd.mask_of([coming.person_id])
        audience = {one.title: bool(one.audience & bit) for one in draft.running}
        assert audience == {"Welcome": True, "Financing": False, "Equity": True, "Mayors’ workshop": False}


def test_an_audience_that_chose_elsewhere_does_not_fill_a_room(database: Database, stage: Stage) -> None:
    """Rule 2: of a session alone in its hour, those who chose another of its group are not counted."""
    with chosen(database, stage) as (db, laid):
        draft = load_draft(db, convening(db, stage))
        before = draft.session(laid["Financing"]).audience.bit_count()
        limit_choice(db, session(db, laid["Equity"]), cap=2, by=BY)
        for who in MAYORS:
            choose(db, stage, who, laid["Equity"])
        draft = load_draft(db, convening(db, stage))
        assert draft.session(laid["Financing"]).audience.bit_count() == before - 2


def test_queries_do_not_grow_with_those_who_chose(database: Database, stage: Stage, queries: list[str]) -> None:
    """Habit 14."""
    with chosen(database, stage, oakland="Equity") as (db, laid):
        pass
    counted = []
    for more in (0, 6):
        with database.write() as db:
            for member in more_members(db, stage, "oakland", more, by=BY):
                made: Registration = register(db, convening(db, stage), member, by=BY)
                choose_session(db, made, GROUP, laid["Equity"], by=BY)
        with database.read() as db:
            place, looker = convening(db, stage), viewer(db, stage, "oakland mayor")
            agenda = published.agenda(db, place, looker)
            assert agenda is not None
            seen = agenda.session(laid["Financing"])
            assert seen is not None
            queries.clear()
            published.agenda(db, place, looker)
            published.who_comes(db, agenda, seen)
            load_draft(db, place)
            of_person(db, looker, "https://plenary.example")
            counted.append(len(queries))
    assert counted[0] == counted[1]


def test_nothing_is_narrowed_before_a_release(database: Database, stage: Stage) -> None:
    with database.write() as db:
        register(db, convening(db, stage), person(db, stage, "oakland mayor"), by=BY)
        laid = lay_workshops(db, stage, by=BY)
        draft = load_draft(db, convening(db, stage))
        bit = draft.crowd.mask_of([stage.people["oakland mayor"]])
        assert [bool(draft.session(number).audience & bit) for number in laid.values()] == [True] * 4
