"""The terms of registration and the organizers' own questions, brought along from an earlier convening; no answers.

When it opens and closes, rooms held at hotels and a legal hold belong to their own dates, and stay behind.
"""

from collections.abc import Mapping

from sqlmodel import Session, col, select

from app.models import Convening, RegistrationQuestion

TERMS = (
    *("needs_approval", "hours_to_accept", "roster_shown", "purge_days"),
    *("records_notice", "photo_notice", "minors_notice"),
)
ASKED = ("position", "text", "help", "kind", "required")


def copy_terms(db: Session, earlier: Convening, convening: Convening, roles: Mapping[int, int]) -> None:
    """Ask and promise what the earlier convening did. `roles` are this cohort's by the number they have there; a
    question for roles that this cohort does not have stays behind: it would be asked of everybody.

    Called inside a verb.
    """
    for name in TERMS:
        setattr(convening, name, getattr(earlier, name))
    here = select(RegistrationQuestion).where(
        RegistrationQuestion.convening_id == earlier.key, col(RegistrationQuestion.archived_at).is_(None)
    )
    for question in db.exec(here.order_by(col(RegistrationQuestion.position), col(RegistrationQuestion.id))):
        found = sorted(roles[number] for number in question.role_ids if number in roles)
        if question.role_ids and not found:
            continue
        db.add(
            RegistrationQuestion(
                convening_id=convening.key,
                options=list(question.options),
                role_ids=found,
                **{name: getattr(question, name) for name in ASKED},
            )
        )
