"""What is decided about a credential once its signature has been looked at: dates, status, recipient, issuer."""

from __future__ import annotations

from typing import Any

from . import binding, dates, jsonio, schema, shape, status, trust
from .checks import Issuer, Report
from .run import MAX_NESTING, Run


def judge(
    report: Report, view: dict[str, Any], kind: str, run: Run, verify_list: status.ListVerifier
) -> tuple[Issuer, str | None]:
    """Check shape, validity, status, registry and recipient of a signed view; the issuer, and how it is bound."""
    wrong, lacks = shape.lacking(view, kind)
    if wrong:
        report.add("shape", "document", "fail", "shape_wrong", paths=", ".join(wrong))
    elif lacks:
        report.add("shape", "document", "warn", "shape_lacks", paths=", ".join(lacks))
    else:
        report.add("shape", "document", "pass", "shape_fits")
    if run.depth <= MAX_NESTING:
        schema.check_schemas(report, view, run)
    issuer_id = jsonio.id_of(view.get("issuer"))
    dates.check_period(report, view, run.at)
    if run.depth <= MAX_NESTING:  # a status list has no status of its own: it would lead round in a circle
        status.check_status(report, view, issuer_id, run.at, run.sources, verify_list)
    issuer = trust.judge(report, issuer_id, name_of(view.get("issuer")), run.registries)
    subjects = [item for item in jsonio.listed(view.get("credentialSubject")) if isinstance(item, dict)]
    subject = subjects[0] if len(subjects) == 1 else {}
    bound = None
    if run.depth == 0:
        identities = binding.identities_of_subject(subject)
        bound = binding.check_identity(report, identities, jsonio.id_of(subject), run.person, run.holder_key)
    return issuer, bound


def note_chosen(report: Report, shown: dict[str, Any], *, withheld: bool) -> None:
    """Note that a holder chose what to show. `withheld` where an end or a status may be among what is left out.

    Issuers decide what must always be shown, and not all are careful: a credential whose end, or whose entry in a
    list of withdrawn ones, may have been left out is not passed.
    """
    missing = [
        said
        for said, names in (
            ("no end date", (*dates.ENDS, "exp")),
            ("no status", ("credentialStatus", "status")),
        )
        if not any(name in shown for name in names)
    ]
    if withheld and missing:
        report.add("disclosure", "authentic", "unknown", "disclosed_unsure", detail=" and ".join(missing))
    else:
        report.add("disclosure", "authentic", "pass", "disclosed_part")


def name_of(profile: Any) -> str | None:
    """The name that a profile gives itself: text, or the first of several languages."""
    name = profile.get("name") if isinstance(profile, dict) else None
    if isinstance(name, list):
        name = name[0] if name else None
    if isinstance(name, dict):
        name = name.get("@value")
    return name[:200] if isinstance(name, str) else None
