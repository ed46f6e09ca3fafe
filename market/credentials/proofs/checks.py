"""What a verification says: its checks, the verdict they add up to, and the report that carries them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from .messages import MESSAGES
from .sources import Need

Group = Literal["document", "authentic", "issuer", "yours"]
Status = Literal["pass", "warn", "fail", "unknown", "not_applicable"]
Verdict = Literal["verified", "verified_with_warnings", "inconclusive", "not_verified"]


@dataclass(frozen=True)
class Check:
    """One thing that was looked at. `group` is the question of the report page that it belongs to."""

    id: str
    group: Group
    status: Status
    code: str
    message: str
    evidence: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Issuer:
    """Who signed, by id; `name` is the registry's where `known`, else what the document says of itself."""

    id: str | None = None
    name: str | None = None
    known: bool = False


@dataclass(frozen=True)
class Verification:
    """The outcome for one document.

    `format` is None when the input is not a credential at all. `view` is what was signed, in known terms: the
    only thing to match on or to show; it is empty unless every proof held. `unsigned` lists the members that
    no signature covers, as paths. `needs` names the documents to fetch before calling again. `inner` holds the
    credentials inside this one, each with a verdict of its own. `bound` is how the document was shown to be
    the asking person's, or None.
    """

    verdict: Verdict
    format: str | None
    container: str
    issuer: Issuer
    bound: str | None
    checks: tuple[Check, ...]
    needs: tuple[Need, ...] = ()
    view: dict[str, Any] = field(default_factory=dict)
    unsigned: tuple[str, ...] = ()
    inner: tuple[Verification, ...] = ()
    at: datetime | None = None
    sha256: str = ""
    contexts: dict[str, str] = field(default_factory=dict)
    fetched: dict[str, dict[str, str]] = field(default_factory=dict)
    libraries: dict[str, str] = field(default_factory=dict)

    @property
    def readable(self) -> bool:
        """Whether the input was a credential at all, whatever became of it."""
        return self.format is not None

    def of(self, status: Status) -> tuple[Check, ...]:
        """The checks with one status."""
        return tuple(check for check in self.checks if check.status == status)


class Report:
    """Collects checks. A code is a key of `messages.MESSAGES`; its facts fill the sentence and stay as evidence."""

    def __init__(self) -> None:
        self.checks: list[Check] = []

    def add(self, check_id: str, group: Group, status: Status, code: str, **facts: Any) -> None:
        """Note one check."""
        shown = {name: str(fact)[:300] for name, fact in facts.items()}
        self.checks.append(Check(check_id, group, status, code, MESSAGES[code].format(**shown), facts))

    def failed(self, *ids: str) -> bool:
        """Whether a check with one of these ids (or any, when none is named) has failed."""
        return any(check.status == "fail" and (not ids or check.id in ids) for check in self.checks)

    def verdict(self) -> Verdict:
        """The worst of the checks; nothing checked is no pass."""
        found = {check.status for check in self.checks}
        if "fail" in found:
            return "not_verified"
        if "unknown" in found or not any(
            check.status == "pass" and check.id in ("signature", "hosted") for check in self.checks
        ):
            return "inconclusive"
        return "verified_with_warnings" if "warn" in found else "verified"
