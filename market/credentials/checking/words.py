"""The words of a report: what each check is called, what a status says, and the sentence in the reader's language."""

from collections.abc import Callable, Mapping
from string import Formatter

from market.credentials.proofs.checks import Check
from market.credentials.proofs.messages import MESSAGES
from market.words import _

_LONGEST = 300


def sentence(check: Check) -> str:
    """What a check says, translated where it can be; a code from an older version keeps the sentence it was given."""
    template = MESSAGES.get(check.code)
    if template is None:
        return check.message
    facts = {name: str(fact)[:_LONGEST] for name, fact in check.evidence.items()}
    if {name for _text, name, *_rest in Formatter().parse(template) if name} - facts.keys():
        return check.message
    return _(template).format(**facts)


def advice(code: str) -> str:
    """What to do about a failure whose own sentence does not say it; empty where it does, or nothing helps."""
    if code.startswith("json_"):
        return _("Copy or download it again, whole and unchanged.")
    return {
        "signature_wrong": _(
            "Download it again from where it was awarded. If that does not help, ask its issuer."
        ),
        "hosted_copy_differs": _(
            "Download it again from where it was awarded. If that does not help, ask its issuer."
        ),
        "coverage_policy": _("Ask its issuer for one that is signed as a whole."),
        "proof_missing": _("Ask its issuer for the signed badge."),
        "revoked": _("Ask them why."),
        "suspended": _("Ask them why, and until when."),
        "expired": _("Ask its issuer whether it can be renewed."),
        "issuer_denied": _(
            "The issuer’s page here says why. Write to the moderators if you think that is wrong."
        ),
        "recipient_mismatch": _("If that address is yours too, add and confirm it in your settings."),
        "hosted_unreachable": _("Look whether the address is right, or add the badge as a file."),
    }.get(code, "")


def label(check_id: str) -> str:
    """What a check is called. Ids may end in a number where a credential has several of a kind."""
    stem = check_id.rstrip("0123456789").rstrip("-")
    return _LABELS.get(check_id, _LABELS.get(stem, lambda: stem.replace("-", " ").capitalize()))()


_LABELS: Mapping[str, Callable[[], str]] = {
    "parse": lambda: _("Well formed"),
    "limits": lambda: _("Within limits"),
    "format": lambda: _("Kind of credential"),
    "context": lambda: _("Vocabularies"),
    "coverage": lambda: _("Everything shown is signed"),
    "disclosure": lambda: _("Parts that are shown"),
    "shape": lambda: _("All parts are there"),
    "schema": lambda: _("Schema"),
    "signature": lambda: _("Signature"),
    "purpose": lambda: _("Purpose of the signature"),
    "proof": lambda: _("Proof"),
    "algorithm": lambda: _("Kind of signature"),
    "claims": lambda: _("Token and credential agree"),
    "key": lambda: _("The key may issue"),
    "hosted": lambda: _("The issuer’s own copy"),
    "badge": lambda: _("The badge’s description"),
    "issuer": lambda: _("The issuer’s profile"),
    "issuer-binding": lambda: _("Signed by the issuer it names"),
    "not-before": lambda: _("Begun"),
    "expiry": lambda: _("Not expired"),
    "period": lambda: _("Dates"),
    "status": lambda: _("Not withdrawn"),
    "registry": lambda: _("Issuer in a register"),
    "recipient": lambda: _("Names this person"),
    "holder": lambda: _("Signed by the holder"),
    "inner": lambda: _("Credential inside"),
}


def group_words(group: str) -> str:
    """Which question a check belongs to."""
    return {
        "document": _("Reading it"),
        "authentic": _("Authentic"),
        "issuer": _("Issuer"),
        "yours": _("Holder"),
    }.get(group, group)


STATUS_TAGS: Mapping[str, tuple[str, str]] = {
    "pass": ("ok", "check"),
    "warn": ("warn", "warn"),
    "fail": ("bad", "cross"),
    "unknown": ("warn", "half"),
    "not_applicable": ("", "dash"),
}
VERDICT_TAGS: Mapping[str, tuple[str, str]] = {
    "verified": ("ok", "check"),
    "verified_with_warnings": ("warn", "warn"),
    "inconclusive": ("warn", "half"),
    "not_verified": ("bad", "cross"),
}


def status_words(status: str) -> str:
    return {
        "pass": _("Passed"),
        "warn": _("Take care"),
        "fail": _("Failed"),
        "unknown": _("Not settled"),
        "not_applicable": _("Does not apply"),
    }.get(status, status)


def verdict_words(verdict: str, warnings: int = 0) -> str:
    """The whole verdict in a few words, for a tag."""
    if verdict == "verified_with_warnings":
        return _("Verified, with one warning") if warnings == 1 else _("Verified, with warnings")
    return {
        "verified": _("Verified"),
        "inconclusive": _("Not settled"),
        "not_verified": _("Not verified"),
    }.get(verdict, verdict)


def format_words(kind: str | None) -> str:
    """What kind of credential it is, as a noun."""
    return {
        "ob-3.0": _("Open Badges 3.0 credential"),
        "clr-2.0": _("Comprehensive Learner Record 2.0"),
        "endorsement-3.0": _("Open Badges 3.0 endorsement"),
        "vc-2.0": _("Verifiable credential 2.0"),
        "vc-1.1": _("Verifiable credential 1.1"),
        "ob-2.1": _("Open Badges 2.1 badge"),
        "ob-2.0": _("Open Badges 2.0 badge"),
        "ob-1.x": _("Open Badges 1 badge"),
        "vp": _("Presentation"),
        "url": _("Web address"),
    }.get(kind or "", _("No credential"))
