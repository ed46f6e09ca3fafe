"""A programme as schema.org data (EducationalOccupationalProgram), for search engines and other sites. Pure."""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from market.programmes.descriptor import optional
from market.programmes.drafts import Draft
from market.programmes.rules import Mode


class Round(NamedTuple):
    """An open round, as other sites read it."""

    starts_on: date | None
    apply_by: date | None
    seats: int


def programme_ld(
    draft: Draft, *, url: str, organisation: str, organisation_url: str, rounds: Sequence[Round] = ()
) -> dict[str, Any]:
    """What stands in the page's data block. Only what is known is said."""
    name = draft.achievement_name.strip() or draft.title
    asked = next((e.words for e in optional(draft) if e.key == "prerequisites"), "")
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "EducationalOccupationalProgram",
        "@id": url,
        "url": url,
        "name": draft.title,
        "description": draft.summary,
        "programType": "Micro-apprenticeship",
        "educationalProgramMode": {Mode.REMOTE: "online", Mode.HYBRID: "blended", Mode.ON_SITE: "onsite"}[
            draft.mode
        ],
        "timeToComplete": f"P{draft.weeks}W",
        "provider": {"@type": "Organization", "name": organisation, "url": organisation_url},
        "programPrerequisites": asked,
        "occupationalCredentialAwarded": {
            "@type": "EducationalOccupationalCredential",
            "name": name,
            "credentialCategory": "MicroCredential",
            "educationalLevel": f"EQF {draft.eqf_level}",
            "competencyRequired": [one.text for one in draft.outcomes],
            "recognizedBy": {"@type": "Organization", "name": draft.awarding_body or organisation},
        },
        "hasCourse": {
            "@type": "Course",
            "name": draft.title,
            "description": draft.summary,
            "inLanguage": draft.language,
            "teaches": [
                {"@type": "DefinedTerm", "name": one.skill, "description": one.text} for one in draft.outcomes
            ],
            "timeRequired": f"PT{draft.workload_hours}H",
            "provider": {"@type": "Organization", "name": organisation, "url": organisation_url},
        },
        "offers": {
            "@type": "Offer",
            "price": f"{draft.learner_cost_minor / 100:.2f}",
            "priceCurrency": draft.currency,
            "category": "Free" if draft.is_free else "Paid",
        },
    }
    if draft.pay_minor:
        data["trainingSalary"] = {
            "@type": "MonetaryAmountDistribution",
            "currency": draft.currency,
            "duration": f"P{draft.weeks}W",
            "median": round(draft.pay_minor / 100, 2),
        }
    if rounds:
        first = min(rounds, key=lambda one: one.starts_on or date.min)
        data["maximumEnrollment"] = sum(one.seats for one in rounds)
        if first.starts_on is not None:
            data["startDate"] = first.starts_on.isoformat()
        if first.apply_by is not None:
            data["applicationDeadline"] = first.apply_by.isoformat()
    return data
