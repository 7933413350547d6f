"""A convening that starts from an earlier one asks what that asked, on its terms; nobody's answers come along."""

from dataclasses import replace
from datetime import date

from sqlmodel import Session, select

from app.agenda.convenings import details_of
from app.agenda.starting import start_convening
from app.database import Database
from app.models import Cohort, Convening, QuestionKind, RegistrationAnswer, RegistrationQuestion, Role
from app.people.audit import verb
from app.people.viewer import Viewer
from app.registration.conditions import Conditions, conditions_of, set_conditions
from app.registration.question_answers import answer_questions
from app.registration.questions import QuestionDetails, archive_question, ask_question, questions_of
from app.registration.registrations import register
from tests.registration.stage import BY, Stage, convening, person

TERMS = Conditions(True, 12, False, 14, "Kept.", "Say no.", "No names.")


def begin(db: Session, earlier: Convening, cohort: Cohort) -> Convening:
    days = date(2018, 5, 15), date(2018, 5, 16)
    details = replace(
        details_of(earlier), title="Spring", slug="2018-spring", starts_on=days[0], ends_on=days[1], zone="UTC"
    )
    return start_convening(db, cohort, details, earlier, by=BY).convening


@verb
def without_roles(db: Session, *, by: Viewer) -> Cohort:
    cohort = Cohort(slug="next", name="Next")
    db.add(cohort)
    db.flush()
    return cohort


def test_terms_and_questions_come_along_and_times_answers_and_what_was_put_away_do_not(
    database: Database, stage: Stage
) -> None:
    with database.write() as db:
        here = convening(db, stage)
        mayors = db.exec(select(Role).where(Role.slug == "mayor")).one().key
        set_conditions(db, here, TERMS, by=BY)
        which = QuestionDetails("Which?", QuestionKind.CHOICE, "Help", ("A", "B"), (mayors,), required=True)
        asked = [
            ask_question(db, here, one, by=BY) for one in (which, QuestionDetails("Why?"), QuestionDetails("Old?"))
        ]
        archive_question(db, asked[2], by=BY)
        mayor = register(db, here, person(db, stage, "oakland mayor"), by=BY)
        answer_questions(db, mayor, {asked[0].key: "B"}, by=BY)
        begun = begin(db, here, db.get_one(Cohort, stage.cohort))
        assert conditions_of(begun) == TERMS
        assert (begun.registration_opens_at, begun.registration_closes_at, begun.legal_hold) == (None, None, False)
        questions = questions_of(db, begun)
        assert [(one.text, one.kind, one.help, one.options, one.role_ids, one.required) for one in questions] == [
            ("Which?", QuestionKind.CHOICE, "Help", ["A", "B"], [mayors], True),
            ("Why?", QuestionKind.TEXT, "", [], [], False),
        ]
        assert [one.question_id for one in db.exec(select(RegistrationAnswer))] == [asked[0].key]


def test_a_question_for_roles_that_another_cohort_does_not_have_stays_behind(database: Database, stage: Stage) -> None:
    with database.write() as db:
        here = convening(db, stage)
        mayors = db.exec(select(Role).where(Role.slug == "mayor")).one().key
        ask_question(db, here, QuestionDetails("Of mayors?", role_ids=(mayors,)), by=BY)
        ask_question(db, here, QuestionDetails("Of all?"), by=BY)
        begun = begin(db, here, without_roles(db, by=BY))
        rows = db.exec(select(RegistrationQuestion).where(RegistrationQuestion.convening_id == begun.key))
        assert [one.text for one in rows] == ["Of all?"]
