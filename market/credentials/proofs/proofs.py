"""The Data Integrity proofs of one document: each known one must hold, and the issuer's must be among them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from . import canon, dates, derived, di, jsonio, linked
from .checks import Report, Status
from .contexts import ContextNotPinned
from .keys import BadKey, Key
from .run import Run, look_up_key, note_bad_key

MAX_PROOFS = 6


@dataclass(frozen=True)
class Signed:
    """Whether every proof held, whether the statements (not the text) are what is signed, and the expansion.

    `chosen` where a holder chose which of the signed statements to show; `fixed` are then the words of which no
    statement could be left out.
    """

    holds: bool
    by_statements: bool
    expanded: list[Any] | None
    chosen: bool = False
    fixed: frozenset[str] = frozenset()


def check_proofs(report: Report, document: dict[str, Any], issuer: str | None, run: Run) -> Signed:
    """Note what became of each proof. The issuer's own key must have made one of them."""
    listed = jsonio.listed(document.get("proof"))
    proofs = [proof for proof in listed if isinstance(proof, dict)]
    if not proofs or len(proofs) != len(listed):
        code = "proof_malformed" if listed else "proof_missing"
        report.add("signature", "authentic", "fail", code, detail="not an object")
        return Signed(False, False, None)
    if len(proofs) > MAX_PROOFS:
        report.add("signature", "authentic", "fail", "proof_too_many")
        return Signed(False, False, None)
    known = [(proof, suite) for proof in proofs if (suite := di.suite_of(proof)) is not None]
    for proof in proofs:
        if di.suite_of(proof) is None:
            status: Status = "warn" if known else "unknown"
            code = "proof_unrecognised" if known else "suite_unsupported"
            name = str(proof.get("cryptosuite") or proof.get("type"))[:80]
            report.add("algorithm", "authentic", status, code, detail=name)
    if not known:
        return Signed(False, False, None)
    plain = {name: value for name, value in document.items() if name != "proof"}
    expanded = linked.expand(plain, run.contexts) if any(suite.linked for _, suite in known) else None
    signers = []
    all_hold = True
    fixed: set[str] = set()
    for number, (proof, suite) in enumerate(known, 1):
        suffix = "" if len(known) == 1 else f"-{number}"
        controller, holds = _check_one(report, document, proof, suite, proofs, expanded, run, suffix, fixed)
        all_hold &= holds
        if controller:
            signers.append(controller)
    _check_issuer(report, issuer, signers)
    by_statements = any(suite.linked for _, suite in known) and all(suite.linked for _, suite in known)
    chosen = all(suite.selective for _, suite in known)
    return Signed(all_hold, by_statements, expanded, chosen, frozenset(fixed))


def _check_issuer(report: Report, issuer: str | None, signers: list[str]) -> None:
    if issuer is None:
        report.add("issuer-binding", "issuer", "fail", "issuer_missing")
    elif issuer in signers:
        report.add("issuer-binding", "issuer", "pass", "issuer_bound")
        for other in sorted(set(signers) - {issuer}):
            report.add("issuer-binding", "issuer", "warn", "issuer_cosigned", detail=other)
    elif signers:
        report.add("issuer-binding", "issuer", "fail", "issuer_other_key", detail=signers[0])


def _check_one(
    report: Report,
    document: dict[str, Any],
    proof: dict[str, Any],
    suite: di.Suite,
    proofs: list[dict[str, Any]],
    expanded: list[Any] | None,
    run: Run,
    suffix: str,
    fixed: set[str],
) -> tuple[str | None, bool]:
    """Note one proof; its signer by name (proved only when it holds) and whether it holds."""
    try:
        di.check_form(proof, suite)
    except di.ProofRefused as cause:
        report.add(f"signature{suffix}", "authentic", "fail", cause.code, detail=cause.detail)
        return None, False
    controller = proof["verificationMethod"].partition("#")[0]
    if suite.legacy:
        report.add(f"algorithm{suffix}", "authentic", "warn", "suite_legacy", suite=suite.name)
    else:
        report.add(f"algorithm{suffix}", "authentic", "pass", "suite_current", suite=suite.name)
    _check_options(report, proof, run, suffix)
    resolved = look_up_key(report, run, proof["verificationMethod"], "assertionMethod", f"key{suffix}")
    if resolved is None:
        if not report.failed(f"key{suffix}"):
            report.add(f"signature{suffix}", "authentic", "unknown", "signature_waits")
        return controller, False
    try:
        plain = di.unsecured(document, proof, proofs)
        whole = None if "proof" in plain else expanded
        holds = _holds(plain, proof, suite, resolved.key, run, whole, fixed)
    except di.ProofRefused as cause:
        status: Status = "unknown" if cause.code == "proof_base_copy" else "fail"
        report.add(f"signature{suffix}", "authentic", status, cause.code, detail=cause.detail)
    except BadKey as cause:
        note_bad_key(report, cause, f"signature{suffix}")
    except canon.TooComplex:
        report.add(f"signature{suffix}", "authentic", "fail", "too_complex")
    except canon.Unwritable as cause:
        report.add(f"signature{suffix}", "authentic", "fail", "unwritable_name", detail=str(cause))
    except ContextNotPinned as cause:
        report.add(f"signature{suffix}", "authentic", "unknown", "context_not_pinned", url=cause.url)
    except linked.NotLinked as cause:
        report.add(f"signature{suffix}", "authentic", "fail", "not_linked_data", detail=str(cause))
    else:
        code = "signature_holds" if holds else "signature_wrong"
        # One id for the check that a verdict rests on, however many proofs there are.
        name = "signature" if holds else f"signature{suffix}"
        report.add(name, "authentic", "pass" if holds else "fail", code, suite=suite.name)
        return resolved.controller, holds
    return resolved.controller, False


def _holds(
    plain: dict[str, Any],
    proof: dict[str, Any],
    suite: di.Suite,
    key: Key,
    run: Run,
    whole: list[Any] | None,
    fixed: set[str],
) -> bool:
    if suite.selective:
        return derived.holds(plain, proof, suite, key, run.contexts, expanded=whole, fixed=fixed)
    return di.holds(proof, key, di.secured(plain, proof, suite, key, run.contexts, expanded=whole))


def _check_options(report: Report, proof: dict[str, Any], run: Run, suffix: str) -> None:
    purpose = proof["proofPurpose"]
    if purpose != "assertionMethod" or "challenge" in proof:
        said = purpose if purpose != "assertionMethod" else "an answer to a challenge"
        report.add(f"purpose{suffix}", "authentic", "fail", "proof_purpose_wrong", detail=said)
    else:
        report.add(f"purpose{suffix}", "authentic", "pass", "proof_purpose_right")
    for name in ("created", "expires"):
        if name not in proof:
            continue
        try:
            moment, _zoned = dates.read(proof[name])
        except dates.BadDate as cause:
            report.add(
                f"purpose{suffix}", "authentic", "fail", "date_malformed", name=name, detail=str(cause)
            )
            continue
        if name == "expires" and run.at > moment:
            report.add(f"purpose{suffix}", "authentic", "fail", "proof_expired", detail=proof[name])
        if name == "created" and moment > run.at + dates.LEEWAY:
            report.add(f"purpose{suffix}", "authentic", "warn", "proof_created_later", detail=proof[name])
