"""Two records of one person become one."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from threading import Barrier

import pytest
from sqlalchemy import func
from sqlmodel import Session, col, select

from app import clock
from app.agenda.turns import NO_STEPS
from app.database import Database
from app.models import (
    AgendaRelease,
    AgendaSession,
    Assistance,
    Audience,
    AudienceTerm,
    AuditEntry,
    ChangeMessage,
    CheckIn,
    Cohort,
    Delegation,
    Engagement,
    EngagementState,
    Feed,
    Invitation,
    LinkPurpose,
    Nudge,
    NudgeKind,
    NudgeRule,
    Person,
    PollPerson,
    PrivateLink,
    PublicBody,
    PublicBodyMember,
    Registration,
    RegistrationState,
    Reminder,
    ReminderKind,
    ReminderRule,
    Role,
    Seat,
    SignIn,
    Standing,
    Substitution,
    Tenure,
    TimePoll,
    Update,
    UpdateCycle,
    UpdateReading,
    WebinarSeat,
)
from app.people import sign_in
from app.people.audit import Refused, verb
from app.people.references import STAYS, moving, references, what_names
from app.people.tenures import Term, end_tenure, give_seat
from app.people.viewer import Viewer, principals_of, viewer_of
from app.registration.merging import Merged, merge_people
from app.registration.registrations import Details, cancel, invite, register, registration_of, save_registration
from app.registration.substitutions import substitute
from tests.registration.stage import BY, Stage, convening, person, set_stage, viewer

WHO = "oakland member 1"
LONG = "Ángeles " * 37 + "Ooo"
PRIVATE = "qx peanuts qx"


@verb
def twin(db: Session, stage: Stage, *, name: str = "Oakland Member 1", city: str = "oakland", by: Viewer) -> Person:
    """The same person on record once more, in a second seat of the city."""
    role = db.exec(select(Role).where(Role.slug == "member")).one()
    again = Person(name=name, sort_name=name, email="again@example.org", zone="America/Los_Angeles")
    seat = Seat(cohort_id=stage.cohort, city_id=stage.cities[city], role_id=role.key)
    db.add_all([again, seat])
    db.flush()
    db.add(Tenure(seat_id=seat.key, person_id=again.key, starts_on=date(2016, 1, 1)))
    return again


@verb
def keep_rows(db: Session, *rows: object, by: Viewer) -> None:
    """Put rows on record as other rooms would."""
    db.add_all(rows)
    db.flush()


def merge(db: Session, stage: Stage, gone: Person, taken: tuple[str, ...] = (), who: str = WHO) -> Merged:
    return merge_people(db, keep=person(db, stage, who), gone=gone, taken=taken, by=viewer(db, stage, "organizer"))


def names_of(db: Session, number: int) -> set[tuple[str, str]]:
    """The columns in which a person is named."""
    return {
        (one.table, one.name)
        for one in references()
        if db.exec(select(func.count()).select_from(one.model).where(one.column == number)).one()
    }


def taken(db: Session, stage: Stage, city: str = "oakland") -> int:
    return db.exec(select(Delegation.taken).where(Delegation.city_id == stage.cities[city])).one()


def session_of(db: Session, stage: Stage) -> AgendaSession:
    audience = Audience()
    keep_rows(db, audience, by=BY)
    session = AgendaSession(
        cohort_id=stage.cohort,
        convening_id=stage.convening,
        title="Team time",
        audience_id=audience.key,
        zone="America/New_York",
    )
    keep_rows(db, session, by=BY)
    return session


def everything(db: Session, stage: Stage, gone: Person) -> None:
    """Name a person in each way that a merger moves, by what else refers to them."""
    session = session_of(db, stage)
    there = convening(db, stage)
    register(db, there, gone, by=BY)
    rule = ReminderRule(convening_id=stage.convening, kind=ReminderKind.NO_TRAVEL, days_before=7)
    body = PublicBody(cohort_id=stage.cohort, name="School board")
    keep_rows(db, rule, body, by=BY)
    keep_rows(
        db,
        AudienceTerm(audience_id=session.audience_id, person_id=gone.key),
        Engagement(session_id=session.key, person_id=gone.key, contact_id=gone.key),
        Assistance(assistant_id=gone.key, principal_id=stage.people["oakland mayor"], starts_on=date(2017, 1, 1)),
        Assistance(assistant_id=stage.people["salem member 1"], principal_id=gone.key, starts_on=date(2017, 1, 1)),
        PublicBodyMember(body_id=body.key, person_id=gone.key),
        Reminder(convening_id=stage.convening, rule_id=rule.key, person_id=gone.key),
        Feed(person_id=gone.key, nonce="n", token_hash="feed"),
        PrivateLink(
            purpose=LinkPurpose.REGISTRATION,
            convening_id=stage.convening,
            person_id=gone.key,
            nonce="n",
            token_hash="link",
        ),
        by=BY,
    )


def test_whatever_named_the_one_who_goes_names_the_kept_one(database: Database, stage: Stage) -> None:
    """Rule 21: nothing is lost; calendar addresses and private links go on working (rule 16)."""
    with database.write() as db:
        gone = twin(db, stage, by=BY)
        everything(db, stage, gone)
        before = names_of(db, gone.key)
        assert len(before) == 11
        said = what_names(db, gone.key)
        merge(db, stage, gone)
        assert names_of(db, gone.key) == set()
        kept = stage.people[WHO]
        assert before <= names_of(db, kept)
        assert said[:3] == ["1 seat held", "1 registration", "2 parts in sessions"]
        feed, link = db.exec(select(Feed)).one(), db.exec(select(PrivateLink)).one()
        assert (feed.person_id, feed.revoked_at) == (kept, None)
        assert (link.person_id, link.revoked_at) == (kept, None)
        assert gone.merged_into_id == kept
        assert gone.archived_at is not None


def test_the_log_says_who_merged_whom_and_what_was_signed_stays_signed(database: Database, stage: Stage) -> None:
    """Rules 8 and 21: what the one who goes did is on record under their name, for good."""
    with database.write() as db:
        gone = twin(db, stage, by=BY)
        theirs = viewer_of(db, gone.key)
        register(db, convening(db, stage), gone, by=theirs)
        keep_rows(
            db,
            AgendaRelease(convening_id=stage.convening, number=1, published_by_id=gone.key, sessions=[], changes=[]),
            by=BY,
        )
        merge(db, stage, gone)
        signed = db.exec(select(AuditEntry).where(AuditEntry.by_id == gone.key)).all()
        assert {(entry.by, entry.act) for entry in signed} == {("Oakland Member 1", "register")}
        assert db.exec(select(AgendaRelease.published_by_id)).one() == gone.key
        entries = db.exec(select(AuditEntry).where(AuditEntry.act == "merge_people")).all()
        assert {entry.by for entry in entries} == {"Organizer"}
        assert len({entry.turn for entry in entries}) == 1
        (archived,) = [e for e in entries if e.subject == "person" and e.subject_id == gone.key]
        assert archived.before is not None
        assert archived.after is not None
        assert archived.before["merged_into_id"] is None
        assert archived.after["merged_into_id"] == stage.people[WHO]
        assert "merge_people" in NO_STEPS
        assert len(moving()) + len(STAYS) == len(references())


def test_a_second_click_changes_nothing(database: Database, stage: Stage) -> None:
    with database.write() as db:
        gone = twin(db, stage, by=BY)
        everything(db, stage, gone)
        merge(db, stage, gone)
        number = gone.key
    with database.write() as db:
        before = db.exec(select(func.count()).select_from(AuditEntry)).one()
        merge(db, stage, db.get_one(Person, number), taken=("name", "email"))
        assert db.exec(select(func.count()).select_from(AuditEntry)).one() == before


def test_tenures_of_one_seat_follow_each_other_still(database: Database, stage: Stage) -> None:
    """Rule 8: who held a seat before, under another record, has both tenures, and none overlaps."""
    with database.write() as db:
        mine = db.exec(select(Tenure).where(Tenure.person_id == stage.people[WHO])).one()
        end_tenure(db, mine, ends_on=date(2017, 6, 30), by=BY)
        gone = twin(db, stage, by=BY)
        give_seat(db, mine.seat, gone, Term(date(2017, 7, 1)), by=BY)
        merge(db, stage, gone)
        held = db.exec(select(Tenure).where(Tenure.seat_id == mine.seat_id).order_by(col(Tenure.starts_on))).all()
        assert [(one.person_id, one.starts_on) for one in held] == [
            (stage.people[WHO], date(2016, 1, 1)),
            (stage.people[WHO], date(2017, 7, 1)),
        ]


@pytest.mark.usefixtures("_in_time")
def test_of_two_places_one_goes_to_the_next_in_line(database: Database) -> None:
    """Rule 9: two registrations held two places; the second is given back, and who waits gets it."""
    stage = set_stage(database, cap=2)
    with database.write() as db:
        gone, there = twin(db, stage, by=BY), convening(db, stage)
        register(db, there, person(db, stage, WHO), by=BY)
        register(db, there, gone, by=BY)
        waits = register(db, there, person(db, stage, "oakland mayor"), by=BY)
        assert (taken(db, stage), waits.state) == (2, RegistrationState.WAITING)
        done = merge(db, stage, gone)
        assert [one.person_id for one in done.let_in] == [stage.people["oakland mayor"]]
        assert taken(db, stage) == 2
        states = {
            one.person_id: one.state
            for one in db.exec(select(Registration).where(Registration.convening_id == stage.convening))
        }
        assert states == {
            stage.people[WHO]: RegistrationState.SUBMITTED,
            stage.people["oakland mayor"]: RegistrationState.SUBMITTED,
            gone.key: RegistrationState.CANCELLED,
        }


def test_the_further_registration_stays_whosever_it_is(database: Database, stage: Stage) -> None:
    """The kept person was only invited: the place, its code and what was told come with the other record."""
    with database.write() as db:
        gone, there = twin(db, stage, by=BY), convening(db, stage)
        invited = invite(db, there, person(db, stage, WHO), by=BY)
        db.flush()
        placed = register(db, there, gone, details=Details(dietary=PRIVATE, listed=True), by=BY)
        code = placed.code
        merge(db, stage, gone)
        stays = registration_of(db, there, stage.people[WHO])
        assert stays is not None
        assert (stays.key, stays.state, stays.code) == (placed.key, RegistrationState.SUBMITTED, code)
        assert stays.needs is not None
        assert stays.needs.dietary == PRIVATE
        assert taken(db, stage) == 1
        aside = db.get_one(Registration, invited.key).person
        assert (aside.merged_into_id, aside.archived_at is not None) == (stage.people[WHO], True)
        assert invited.state is RegistrationState.CANCELLED


def test_a_need_told_once_is_not_lost_and_stands_in_no_log(database: Database, stage: Stage) -> None:
    """Rule 12: the registration that stays has the needs that only the other one told, and the log has neither."""
    with database.write() as db:
        gone, there = twin(db, stage, by=BY), convening(db, stage)
        register(db, there, person(db, stage, WHO), details=Details(access="step-free", listed=True), by=BY)
        save_registration(db, there, gone, details=Details(dietary=PRIVATE, access="other", listed=False), by=BY)
        merge(db, stage, gone)
        stays = registration_of(db, there, stage.people[WHO])
        assert stays is not None
        assert stays.needs is not None
        assert (stays.needs.dietary, stays.needs.access) == (PRIVATE, "step-free")
        assert stays.listed is False
        logged = [f"{entry.before} {entry.after}" for entry in db.exec(select(AuditEntry))]
        assert [line for line in logged if PRIVATE in line or "step-free" in line] == []


def test_who_has_arrived_under_the_other_record_has_arrived(database: Database, stage: Stage) -> None:
    with database.write() as db:
        gone, there = twin(db, stage, by=BY), convening(db, stage)
        mine = register(db, there, person(db, stage, WHO), by=BY)
        theirs = register(db, there, gone, by=BY)
        arrived = CheckIn(
            convening_id=stage.convening,
            registration_id=theirs.key,
            device_key="one",
            at=datetime(2017, 11, 14, 13, tzinfo=UTC),
        )
        keep_rows(db, arrived, by=BY)
        merge(db, stage, gone)
        assert arrived.registration_id == mine.key


def test_nobody_stands_in_for_themselves(database: Database, stage: Stage) -> None:
    """Rule 10: such a substitution is taken back first; nothing has changed."""
    with database.write() as db:
        gone, there = twin(db, stage, by=BY), convening(db, stage)
        register(db, there, person(db, stage, WHO), by=BY)
        mine = registration_of(db, there, stage.people[WHO])
        assert mine is not None
        substitute(db, mine, gone, by=BY)
        with pytest.raises(Refused, match="in the other’s place to Fall convening"):
            merge(db, stage, gone)
        assert gone.archived_at is None
        assert db.exec(select(func.count()).select_from(Substitution)).one() == 1


def test_an_audience_and_a_body_name_a_person_once(database: Database, stage: Stage) -> None:
    """An exception of one record is one of the person (rule 13)."""
    with database.write() as db:
        gone, session, kept = twin(db, stage, by=BY), session_of(db, stage), stage.people[WHO]
        body = PublicBody(cohort_id=stage.cohort, name="School board")
        keep_rows(db, body, by=BY)
        for number in (kept, gone.key):
            keep_rows(
                db,
                AudienceTerm(audience_id=session.audience_id, person_id=number),
                PublicBodyMember(body_id=body.key, person_id=number),
                by=BY,
            )
        keep_rows(db, AudienceTerm(audience_id=session.audience_id, person_id=gone.key, excepted=True), by=BY)
        merge(db, stage, gone)
        terms = db.exec(select(AudienceTerm).order_by(col(AudienceTerm.id)))
        assert [(term.person_id, term.excepted) for term in terms] == [(kept, False), (kept, True)]
        assert [member.person_id for member in db.exec(select(PublicBodyMember))] == [kept]


@pytest.mark.each_database
@pytest.mark.parametrize("mine", [EngagementState.INVITED, EngagementState.MATERIALS_IN])
def test_of_one_part_in_a_session_the_further_one_stays(
    database: Database, stage: Stage, mine: EngagementState
) -> None:
    with database.write() as db:
        gone, session, kept = twin(db, stage, by=BY), session_of(db, stage), stage.people[WHO]
        own = Engagement(session_id=session.key, person_id=kept, state=mine)
        other = Engagement(
            session_id=session.key, person_id=gone.key, state=EngagementState.CONFIRMED, brief="Ten minutes."
        )
        keep_rows(db, own, other, by=BY)
        merge(db, stage, gone)
        stays, leaves = (own, other) if mine is EngagementState.MATERIALS_IN else (other, own)
        assert (stays.person_id, stays.brief) == (kept, "Ten minutes.")
        assert leaves.person_id != kept
        assert leaves.state is EngagementState.REPLACED


def test_a_reminder_that_went_to_both_went_once(database: Database, stage: Stage) -> None:
    with database.write() as db:
        gone = twin(db, stage, by=BY)
        rule = ReminderRule(convening_id=stage.convening, kind=ReminderKind.NO_TRAVEL, days_before=7)
        keep_rows(db, rule, by=BY)
        for number in (stage.people[WHO], gone.key):
            keep_rows(db, Reminder(convening_id=stage.convening, rule_id=rule.key, person_id=number), by=BY)
        merge(db, stage, gone)
        assert {one.person_id for one in db.exec(select(Reminder))} == {stage.people[WHO], gone.key}


def test_nobody_assists_themselves_or_somebody_twice(database: Database, stage: Stage) -> None:
    """What would say so ends and stays on record; who acted for the one who goes acts for the kept one."""
    with database.write() as db:
        gone, kept, mayor = twin(db, stage, by=BY), stage.people[WHO], stage.people["oakland mayor"]
        since = date(2017, 1, 1)
        to_themselves = Assistance(assistant_id=kept, principal_id=gone.key, starts_on=since)
        mine = Assistance(assistant_id=kept, principal_id=mayor, starts_on=since)
        twice = Assistance(assistant_id=gone.key, principal_id=mayor, starts_on=since)
        keep_rows(db, to_themselves, mine, twice, by=BY)
        merge(db, stage, gone)
        assert principals_of(db, kept) == ((mayor, "Oakland Mayor"),)
        assert (to_themselves.ends_on, twice.ends_on) == (date(2017, 10, 30), date(2017, 10, 30))
        assert mine.ends_on is None


def test_sign_ins_of_the_one_who_goes_end_and_their_address_finds_the_person(database: Database, stage: Stage) -> None:
    with database.write() as db:
        gone = twin(db, stage, by=BY)
        theirs = sign_in.begin(db, gone.key, browser="theirs", days=1)
        mine = sign_in.begin(db, stage.people[WHO], browser="mine", days=1)
        made = sign_in.make_link(db, "again@example.org", minutes=20)
        assert made is not None
        assistant = sign_in.begin(db, stage.people["oakland mayor"], browser="a", days=1, acting_for=gone.key)
        merge(db, stage, gone)
        assert sign_in.find(db, theirs) is None
        assert sign_in.find(db, mine) is not None
        assert sign_in.usable_link(db, made[1]) is None
        acting = sign_in.find(db, assistant)
        assert acting is not None
        assert acting.acting_for_id == stage.people[WHO]
        found = sign_in.person_by_email(db, "Again@example.org")
        assert found is not None
        assert (found.key, found.email) == (stage.people[WHO], "oakland.member.1@example.org")
        assert db.exec(select(func.count()).select_from(SignIn)).one() == 3


def test_name_address_and_zone_are_chosen_and_what_is_empty_is_filled(database: Database, stage: Stage) -> None:
    with database.write() as db:
        gone = twin(db, stage, name=LONG, by=BY)
        kept = merge(db, stage, gone, taken=("name", "email")).person
        assert (kept.name, kept.sort_name) == (LONG, f"Ooo, {'Ángeles ' * 36}Ángeles")
        assert (kept.email, gone.email) == ("again@example.org", "oakland.member.1@example.org")
        assert kept.zone == "America/Los_Angeles"


def test_what_was_merged_before_leads_to_the_last_one(database: Database, stage: Stage) -> None:
    with database.write() as db:
        first = twin(db, stage, by=BY)
        kept = person(db, stage, "oakland member 2")
        merge(db, stage, first)
        merge(db, stage, person(db, stage, WHO), who="oakland member 2")
        assert first.merged_into_id == kept.key
        found = sign_in.person_by_email(db, "again@example.org")
        assert found is not None
        assert found.key == kept.key


@pytest.mark.parametrize("who", ["oakland facilitator", "staff", "oakland mayor"])
def test_only_an_organizer_merges(database: Database, stage: Stage, who: str) -> None:
    with database.write() as db:
        gone = twin(db, stage, by=BY)
        with pytest.raises(Refused, match="which you do not organize"):
            merge_people(db, keep=person(db, stage, WHO), gone=gone, by=viewer(db, stage, who))


def test_who_is_known_to_another_cohort_is_not_merged_by_this_ones_organizers(database: Database, stage: Stage) -> None:
    with database.write() as db:
        gone = twin(db, stage, by=BY)
        elsewhere = Cohort(slug="elsewhere", name="Elsewhere")
        keep_rows(db, elsewhere, by=BY)
        role = Role(cohort_id=elsewhere.key, slug="m", name="Mayor", plural="Mayors", standing=Standing.MAYOR)
        keep_rows(db, role, by=BY)
        seat = Seat(cohort_id=elsewhere.key, role_id=role.key)
        keep_rows(db, seat, by=BY)
        keep_rows(db, Tenure(seat_id=seat.key, person_id=gone.key, starts_on=date(2016, 1, 1)), by=BY)
        with pytest.raises(Refused, match="another cohort"):
            merge(db, stage, gone)
        assert gone.archived_at is None


def test_one_is_not_merged_with_oneself_nor_away_from_under_oneself(database: Database, stage: Stage) -> None:
    with database.write() as db:
        with pytest.raises(Refused, match="this is one"):
            merge(db, stage, person(db, stage, WHO))
        with pytest.raises(Refused, match="signed in with the record that would go"):
            merge(db, stage, person(db, stage, "organizer"))
        gone = twin(db, stage, by=BY)
        merge(db, stage, gone)
        with pytest.raises(Refused, match="already"):
            merge(db, stage, gone, who="oakland member 2")


def test_a_place_that_was_given_up_before_frees_none(database: Database, stage: Stage) -> None:
    """Rule 9: counts and states agree afterwards."""
    with database.write() as db:
        gone, there = twin(db, stage, by=BY), convening(db, stage)
        theirs = register(db, there, gone, by=BY)
        cancel(db, theirs, by=BY)
        register(db, there, person(db, stage, WHO), by=BY)
        done = merge(db, stage, gone)
        assert (done.let_in, taken(db, stage)) == ((), 1)


def test_two_organizers_who_merge_the_same_two_at_once_merge_them_once(database: Database, stage: Stage) -> None:
    """Whichever of the two is kept: who comes second finds it done, or is told that there is nothing left to merge."""
    with database.write() as db:
        gone = twin(db, stage, by=BY)
        register(db, convening(db, stage), person(db, stage, WHO), by=BY)
        register(db, convening(db, stage), gone, by=BY)
        pair = (stage.people[WHO], gone.key)
    together = Barrier(6)

    def merge_them(number: int) -> str:
        kept, going = pair if number % 2 else pair[::-1]
        together.wait()
        try:
            with database.write() as db:
                keep, other = db.get_one(Person, kept), db.get_one(Person, going)
                merge_people(db, keep=keep, gone=other, by=viewer(db, stage, "organizer"))
        except Refused as refused:
            return refused.sentence
        return f"kept {kept}"

    with ThreadPoolExecutor(6) as pool:
        told = Counter(pool.map(merge_them, range(6)))
    with database.read() as db:
        (gone_one,) = [one for one in (db.get_one(Person, number) for number in pair) if one.merged_into_id is not None]
        kept = gone_one.merged_into_id
        assert told == {
            f"kept {kept}": 3,
            "The record of Oakland Member 1 has been merged or put away already. Look at the list again.": 3,
        }
        assert (
            db.exec(select(func.count(func.distinct(AuditEntry.turn))).where(AuditEntry.act == "merge_people")).one()
            == 1
        )
        assert taken(db, stage) == 1
        states = dict(db.exec(select(Registration.person_id, Registration.state)).all())
        assert states == {kept: RegistrationState.SUBMITTED, gone_one.key: RegistrationState.CANCELLED}


@verb
def read_by_both(db: Session, stage: Stage, gone: Person, *, by: Viewer) -> None:
    cycle = UpdateCycle(
        cohort_id=stage.cohort,
        slug="fall",
        title="Fall",
        period_starts_on=date(2017, 6, 1),
        period_ends_on=date(2017, 11, 30),
        due_on=date(2017, 11, 1),
    )
    db.add(cycle)
    db.flush()
    rule = NudgeRule(cycle_id=cycle.key, kind=NudgeKind.LATE, days=3)
    db.add(rule)
    db.flush()
    written = [Update(cycle_id=cycle.key, city_id=city) for city in stage.cities.values()]
    db.add_all(written)
    db.flush()
    for who, some in ((stage.people[WHO], written[:1]), (gone.key, written)):
        for update in some:
            db.add(UpdateReading(person_id=who, update_id=update.key, version=1, read_at=clock.now()))
            db.add(Nudge(rule_id=rule.key, update_id=update.key, person_id=who))
    db.flush()


def test_what_both_read_and_were_nudged_about_stays_with_each_and_the_rest_moves(
    database: Database, stage: Stage
) -> None:
    with database.write() as db:
        gone = twin(db, stage, by=BY)
        read_by_both(db, stage, gone, by=BY)
        merge(db, stage, gone)
        for model in (UpdateReading, Nudge):
            held = db.exec(select(model.person_id, func.count()).group_by(col(model.person_id))).all()
            assert dict(held) == {stage.people[WHO]: 2, gone.key: 1}, model


@verb
def asked_both(db: Session, stage: Stage, gone: Person, *, by: Viewer) -> None:
    session = session_of(db, stage)
    other = AgendaSession(
        cohort_id=stage.cohort, title="Peer call", audience_id=session.audience_id, zone="America/New_York"
    )
    polls = [TimePoll(cohort_id=stage.cohort, title=title, zone="America/New_York") for title in ("First", "Second")]
    db.add_all([other, *polls])
    db.flush()
    places = [session.key, other.key]
    for who, count in ((stage.people[WHO], 1), (gone.key, 2)):
        for number, poll in zip(places[:count], polls, strict=False):
            token = f"{who}-{number}"
            db.add(PollPerson(poll_id=poll.key, person_id=who, nonce=token, token_hash=token))
            db.add(WebinarSeat(session_id=number, person_id=who, nonce=token, token_hash=token))
            db.add(Invitation(session_id=number, person_id=who, nonce=token, token_hash=token))
            db.add(ChangeMessage(session_id=number, person_id=who, sequence=1, sent_at=clock.now()))
    db.flush()


def test_what_both_were_asked_to_stays_with_each_and_the_rest_moves(database: Database, stage: Stage) -> None:
    """Two records invited to one gathering stay two invitations, so that the address of neither falls silent."""
    with database.write() as db:
        gone = twin(db, stage, by=BY)
        asked_both(db, stage, gone, by=BY)
        merge(db, stage, gone)
        for model in (PollPerson, WebinarSeat, Invitation, ChangeMessage):
            held = db.exec(select(model.person_id, func.count()).group_by(col(model.person_id))).all()
            assert dict(held) == {stage.people[WHO]: 2, gone.key: 1}, model
