"""The gap report: what an application lacked for its opening, frozen at the refusal, in the terms both sides read."""

from typing import Any

from sqlmodel import Session

from market.matching import service as matching
from market.matching.core.explain import Explanation
from market.opportunities.models import Opportunity


def gap_report(db: Session, opportunity: Opportunity, person_id: int) -> dict[str, Any] | None:
    """As it stands today; None where the opening asks for no skill."""
    explanation = matching.explain(db, opportunity, person_id)
    return None if explanation is None else report_of(explanation)


def report_of(explanation: Explanation) -> dict[str, Any]:
    """The two numbers, each requirement with whether it was met, and the one change that would help most."""
    fit, change = explanation.fit, explanation.change
    return {
        "as_of": explanation.as_of.isoformat(),
        "settings_version": explanation.settings_version,
        "met": fit.met,
        "of": fit.of,
        "coverage": fit.coverage,
        "parts": [
            {
                "skill": part.skill,
                "skill_id": part.skill_id,
                "level": part.level,
                "essential": part.essential,
                "met": part.met,
                "share_percent": round(100 * part.share),
            }
            for part in fit.parts
        ],
        "change": None
        if change is None
        else {
            "skill": change.skill,
            "skill_id": change.skill_id,
            "level": change.level,
            "met_after": change.after.met,
            "coverage_after": change.after.coverage,
        },
    }
