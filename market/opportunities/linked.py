"""An opening as schema.org data (JobPosting), for search engines and other sites."""

from typing import Any

from market.opportunities.models import Opportunity
from market.opportunities.queries import Whole
from market.opportunities.rules import Kind, Mode, PayBasis, Status
from market.web.show import prose


def job_ld(whole: Whole, *, url: str, organisation_url: str) -> dict[str, Any] | None:
    """What stands in the page's data block while people can apply; nothing when they cannot."""
    o = whole.opportunity
    if o.status != Status.PUBLISHED or o.published_at is None:
        return None
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "JobPosting",
        "@id": url,
        "url": url,
        "title": o.title,
        "description": str(prose(_words(whole))),
        "identifier": {"@type": "PropertyValue", "name": whole.organisation.name, "value": o.public_id},
        "datePosted": o.published_at.date().isoformat(),
        "employmentType": "INTERN" if o.kind == Kind.MICRO_APPRENTICESHIP else ["CONTRACTOR", "TEMPORARY"],
        "hiringOrganization": {
            "@type": "Organization",
            "name": whole.organisation.name,
            "sameAs": organisation_url,
        },
        "experienceInPlaceOfEducation": True,
        "directApply": True,
        "skills": [asked.skill for asked in whole.asked],
        "totalJobOpenings": max(1, o.seats - o.seats_taken),
        "workHours": f"{o.hours} hours over {o.weeks} weeks",
        "inLanguage": o.language,
    }
    if o.deadline_at is not None:
        data["validThrough"] = o.deadline_at.isoformat()
    if o.starts_on is not None:
        data["jobStartDate"] = o.starts_on.isoformat()
    data |= _where(o)
    if o.pay_minor:
        hourly = o.pay_basis == PayBasis.HOURLY
        data["baseSalary"] = {
            "@type": "MonetaryAmount",
            "currency": o.currency,
            "value": {
                "@type": "QuantitativeValue",
                "value": round(o.pay_minor / 100, 2),
                "unitText": "HOUR" if hourly else "TOTAL",
            },
        }
    return data


def _words(whole: Whole) -> str:
    """Summary and what is handed in, as one text."""
    parts = [f"- {part.title}" for part in whole.parts if part.title]
    return "\n\n".join(filter(None, [whole.opportunity.summary, "\n".join(parts)]))


def _where(o: Opportunity) -> dict[str, Any]:
    place = {
        "@type": "Place",
        "address": {"@type": "PostalAddress", "streetAddress": o.place},
    }
    if o.mode == Mode.REMOTE:
        return {"jobLocationType": "TELECOMMUTE"}
    if o.mode == Mode.HYBRID:
        return {"jobLocationType": "TELECOMMUTE", "jobLocation": place}
    return {"jobLocation": place}
