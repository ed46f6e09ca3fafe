"""Is it yours? A badge names its recipient by a (hashed) e-mail address or by an identifier that can be proved."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from . import jsonio
from .checks import Report

_HASHES = {"sha256": 64, "md5": 32}
MAX_IDENTITIES = 20


@dataclass(frozen=True)
class Person:
    """Whose badge it may be: verified e-mail addresses, and DIDs proved before over a challenge of ours.

    Among the DIDs may be keys by their thumbprint address, as `presentation.Holder` gives them, and pages elsewhere
    that link back.
    """

    emails: tuple[str, ...] = ()
    dids: tuple[str, ...] = ()


def email_match(identity: str, salt: str, emails: Sequence[str], *, hashed: bool) -> str | None:
    """ "exact" or "case" when one of the addresses is the one named, else None. Raises ValueError when malformed."""
    if not hashed:
        if identity in emails:
            return "exact"
        return "case" if identity.casefold() in {email.casefold() for email in emails} else None
    name, dollar, digest = identity.partition("$")
    if (
        not dollar
        or len(digest) != _HASHES.get(name)
        or not all(letter in "0123456789abcdefABCDEF" for letter in digest)
    ):
        raise ValueError(identity[:80])
    for how, forms in (("exact", tuple(emails)), ("case", tuple({email.lower() for email in emails}))):
        for email in forms:
            made = hashlib.new(name, (email + salt).encode("utf-8"), usedforsecurity=False).hexdigest()
            if hmac.compare_digest(made, digest.lower()):
                return how
    return None


def check_identity(
    report: Report,
    identities: Sequence[Mapping[str, Any]],
    subject: str | None,
    person: Person | None,
    holder_key: str | None = None,
) -> str | None:
    """Note whether one of the e-mail identities, or the subject's DID, is the person's; returns how it is bound.

    `holder_key` is the key that the credential itself names as its holder's. Each identity holds `identity`, `hashed`, `salt` and `type`. Weak hashes (MD5, no salt) warn.
    """
    if person is None:
        report.add("recipient", "yours", "not_applicable", "recipient_not_asked")
        return None
    if not {subject, holder_key}.isdisjoint(person.dids):
        report.add("recipient", "yours", "pass", "recipient_did")
        return "did"
    asked = False
    for entry in identities[:MAX_IDENTITIES]:
        if entry.get("type") == "url" and _is_own_page(entry, person):
            report.add("recipient", "yours", "pass", "recipient_did")
            return "did"
        if entry.get("type") not in ("email", "emailAddress", "ext:emailAddress", None):
            continue
        identity, hashed, salt = entry.get("identity"), entry.get("hashed", False), entry.get("salt") or ""
        if not isinstance(identity, str) or not isinstance(hashed, bool) or not isinstance(salt, str):
            report.add("recipient", "yours", "fail", "recipient_malformed", detail=repr(identity)[:60])
            return None
        asked = True
        try:
            match = email_match(identity, salt, person.emails, hashed=hashed)
        except ValueError as cause:
            report.add("recipient", "yours", "fail", "recipient_malformed", detail=str(cause))
            return None
        if match:
            weak = "MD5" if identity.startswith("md5$") else "no salt" if hashed and not salt else None
            if weak:
                report.add("recipient", "yours", "warn", "recipient_weak", detail=weak)
            elif match == "case":
                report.add("recipient", "yours", "warn", "recipient_case")
            else:
                report.add("recipient", "yours", "pass", "recipient_matches")
            return "email"
    if asked and person.emails:
        report.add("recipient", "yours", "fail", "recipient_mismatch")
    else:
        report.add("recipient", "yours", "warn", "recipient_unshown")
    return None


def _is_own_page(entry: Mapping[str, Any], person: Person) -> bool:
    """Whether an identity of the kind `url` is a page that was shown to be the person's."""
    identity, salt, hashed = entry.get("identity"), entry.get("salt") or "", entry.get("hashed", False)
    if not isinstance(identity, str) or not isinstance(salt, str) or not isinstance(hashed, bool):
        return False
    try:
        return email_match(identity, salt, person.dids, hashed=hashed) == "exact"
    except ValueError:
        return False


def identities_of_subject(subject: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The e-mail identities of an Open Badges 3 subject, in the form that `check_identity` takes."""
    found = []
    for entry in jsonio.listed(subject.get("identifier")):
        if isinstance(entry, dict):
            found.append(
                {
                    "type": entry.get("identityType"),
                    "identity": entry.get("identityHash"),
                    "hashed": entry.get("hashed", False),
                    "salt": entry.get("salt"),
                }
            )
    subject_id = subject.get("id")
    if isinstance(subject_id, str) and subject_id.startswith("mailto:"):
        found.append({"type": "email", "identity": subject_id[7:], "hashed": False, "salt": None})
    return found
