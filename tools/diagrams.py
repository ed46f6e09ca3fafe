"""Writes docs/lifecycles.md from the lifecycle tables. Run it after changing a step: .venv/bin/python tools/diagrams.py"""

from pathlib import Path

from market.accounts.rules import LIFECYCLE as PERSON
from market.applications.rules import LIFECYCLE as APPLICATION
from market.apprenticeships.rules import APPEAL_LIFECYCLE as APPEAL
from market.apprenticeships.rules import SESSION_LIFECYCLE as SESSION
from market.apprenticeships.soft_rules import LIFECYCLE as SOFT_ROUND
from market.apprenticeships.waiting_rules import LIFECYCLE as WAITING
from market.cases.rules import LIFECYCLE as REPORT
from market.credentials.rules import ACHIEVEMENT_LIFECYCLE as ACHIEVEMENT
from market.credentials.rules import LIFECYCLE as ISSUED
from market.engagements.rules import LIFECYCLE as ENGAGEMENT
from market.engagements.rules import MILESTONE_LIFECYCLE as MILESTONE
from market.lifecycle import Lifecycle
from market.opportunities.rules import LIFECYCLE as OPPORTUNITY
from market.pathways.rules import LIFECYCLE as PATHWAY
from market.programmes.rules import LIFECYCLE as PROGRAMME
from market.reviews.rules import LIFECYCLE as REVIEW
from market.skills.rules import LIFECYCLE as SKILL
from market.wallet.rules import LIFECYCLE as HELD

LIFECYCLES: tuple[Lifecycle, ...] = (
    PROGRAMME,
    OPPORTUNITY,
    APPLICATION,
    ENGAGEMENT,
    MILESTONE,
    SESSION,
    APPEAL,
    WAITING,
    SOFT_ROUND,
    REVIEW,
    ACHIEVEMENT,
    ISSUED,
    PATHWAY,
    SKILL,
    HELD,
    REPORT,
    PERSON,
)
TARGET = Path(__file__).parent.parent / "docs" / "lifecycles.md"


def text() -> str:
    """The page: one table and one diagram for each lifecycle."""
    parts = [
        "# Lifecycles",
        "",
        "Generated from the tables in each feature's `rules.py` by `tools/diagrams.py`; a test compares.",
    ]
    for lifecycle in LIFECYCLES:
        parts += [
            "",
            f"## {lifecycle.subject.replace('_', ' ').capitalize()}",
            "",
            "```mermaid",
            lifecycle.mermaid(),
            "```",
            "",
        ]
        parts += ["| step | from | to | who | event |", "|---|---|---|---|---|"]
        for step in lifecycle.steps:
            guard = " (guarded)" if step.guard else ""
            parts.append(
                f"| {step.name}{guard} | {', '.join(step.sources)} | {step.target} | {', '.join(step.by)} | `{step.event}` |"
            )
    return "\n".join(parts) + "\n"


if __name__ == "__main__":
    TARGET.write_text(text())
