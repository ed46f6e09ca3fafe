"""Verifiable credentials (Open Badges 3.0, CLR 2.0, VC 1.1 and 2.0), as JSON with proofs, tokens or envelopes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from . import canon, contexts, jose, jsonio, linked, policy, proofs, sdjwt, shape, tokens
from . import view as views
from .checks import Issuer, Report, Verification
from .run import MAX_NESTING, Run
from .status import ListOutcome

STATUS_WORD = "<https://www.w3.org/2018/credentials#credentialStatus>"
ENVELOPE = "EnvelopedVerifiableCredential"


def verify_json(document: dict[str, Any], run: Run, container: str) -> Verification:
    """A credential as a JSON object with Data Integrity proofs, or an envelope around a token."""
    if ENVELOPE in jsonio.texts(document.get("type")):
        return _verify_envelope(document, run, container)
    report = Report()
    kind = shape.kind_of(document)
    if kind is None or kind == "vp":
        code = "type_missing" if kind is None else "format_presentation"
        report.add("format", "document", "fail", code)
        return finish(report, kind, container, Issuer(), None, {}, run)
    report.add("format", "document", "pass", "format_known", format=shape.NAMES[kind], container=container)
    issuer_id = jsonio.id_of(document.get("issuer"))
    claimed = Issuer(issuer_id, policy.name_of(document.get("issuer")))
    urls = _check_contexts(report, document, whole_text_signed=False)
    if urls is None:
        return finish(report, kind, container, claimed, None, {}, run)
    unpinned = [url for url in urls if url not in run.contexts]
    suites = [
        str(proof.get("cryptosuite", ""))
        for proof in jsonio.listed(document.get("proof"))
        if isinstance(proof, dict)
    ]
    by_text = bool(suites) and all("-jcs-" in name for name in suites)
    for url in unpinned:
        status, code = ("warn", "context_other") if by_text else ("unknown", "context_not_pinned")
        report.add("context", "document", status, code, url=url)  # type: ignore[arg-type]
    if "proof" not in document:
        report.add("signature", "authentic", "fail", "proof_missing")
    if unpinned and not by_text:
        return finish(report, kind, container, claimed, None, {}, run)
    if not unpinned:
        report.add("context", "document", "pass", "context_pinned", count=len(urls))
    if "proof" not in document:
        return finish(report, kind, container, claimed, None, {}, run)
    try:
        signed = proofs.check_proofs(report, document, issuer_id, run)
    except canon.TooComplex:
        report.add("signature", "authentic", "fail", "too_complex")
        return finish(report, kind, container, claimed, None, {}, run)
    except linked.NotLinked as cause:
        report.add("signature", "authentic", "fail", "not_linked_data", detail=str(cause))
        return finish(report, kind, container, claimed, None, {}, run)
    if report.failed("signature", *(check.id for check in report.checks if check.id.startswith("signature"))):
        return finish(report, kind, container, claimed, None, {}, run)
    view = _view(report, document, signed, urls, run)
    if view is None:
        return finish(report, kind, container, claimed, None, {}, run)
    if signed.chosen and signed.holds:
        shown = dict(view.document)
        if (
            STATUS_WORD not in signed.fixed
        ):  # of several entries, the one that says "withdrawn" may be left out
            shown.pop("credentialStatus", None)
        policy.note_chosen(report, shown, withheld=True)
    made = judged(report, view.document, kind, run, container, claimed)
    # Until every proof has held, nothing in it may be shown or matched on.
    is_shown = signed.holds and not report.failed("issuer-binding", "coverage")
    return replace(made, unsigned=view.unsigned, view=view.document if is_shown else {})


def _check_contexts(report: Report, document: dict[str, Any], *, whole_text_signed: bool) -> list[str] | None:
    try:
        urls = contexts.named(document)
        if not whole_text_signed:
            views.check_keywords(document)
    except contexts.ContextNotAllowed as cause:
        report.add("context", "document", "fail", cause.code)
    except views.Nested as cause:
        report.add("context", "document", "fail", cause.code, path=cause.path)
    else:
        return urls
    return None


def _view(
    report: Report, document: dict[str, Any], signed: proofs.Signed, urls: list[str], run: Run
) -> views.View | None:
    """The signed view, with what the signature leaves out noted; None where it cannot be told."""
    plain = {name: value for name, value in document.items() if name != "proof"}
    if signed.expanded is None:
        report.add("coverage", "authentic", "pass", "coverage_whole")
        return views.View(plain, (), (), (), ())
    try:
        found = views.signed_view(plain, signed.expanded, urls, run.contexts)
    except linked.NotLinked as cause:
        report.add("coverage", "authentic", "fail", "not_linked_data", detail=str(cause))
        return None
    if found.decisive:
        report.add("coverage", "authentic", "fail", "coverage_policy", paths=", ".join(found.decisive))
    if found.hidden:
        report.add("coverage", "authentic", "fail", "coverage_hidden", path=", ".join(found.hidden))
    if found.split:
        report.add("coverage", "authentic", "fail", "coverage_split", path=", ".join(found.split))
    if not report.failed("coverage"):
        if found.unsigned:
            paths = ", ".join(found.unsigned)
            report.add(
                "coverage", "authentic", "warn", "coverage_cosmetic", count=len(found.unsigned), paths=paths
            )
        else:
            report.add("coverage", "authentic", "pass", "coverage_whole")
    return found


def verify_token(text: str, run: Run, container: str) -> Verification:
    """A credential as a signed token."""
    report = Report()
    try:
        token = jose.read(text)
    except jose.BadToken as cause:
        status = "unknown" if cause.code == "suite_unsupported" else "fail"
        report.add("signature", "authentic", status, cause.code, detail=cause.detail)  # type: ignore[arg-type]
        return finish(report, "vc-2.0", container, Issuer(), None, {}, run)
    return judge_token(report, token, run, container)


def judge_token(
    report: Report, token: jose.Token, run: Run, container: str, types: tuple[str, ...] = tokens.TYPES
) -> Verification:
    """The verification of a token that has been taken apart, and whose payload is a credential."""
    credential = tokens.credential_of(token)
    kind = shape.kind_of(credential)
    if kind is None or kind == "vp" or ENVELOPE in jsonio.texts(credential.get("type")):
        report.add("format", "document", "fail", "format_presentation" if kind == "vp" else "type_missing")
        return finish(report, kind, container, Issuer(), None, {}, run)
    report.add("format", "document", "pass", "format_known", format=shape.NAMES[kind], container=container)
    issuer_id = jsonio.id_of(credential.get("issuer"))
    claimed = Issuer(issuer_id, policy.name_of(credential.get("issuer")))
    urls = _check_contexts(report, credential, whole_text_signed=True)
    if urls is None:
        return finish(report, kind, container, claimed, None, {}, run)
    for url in urls:
        if url not in run.contexts:
            report.add("context", "document", "warn", "context_other", url=url)
    holds = tokens.check_token(report, token, issuer_id, run, types=types)
    tokens.check_claims(report, token, credential, run)
    if report.failed("signature", "key"):
        return finish(report, kind, container, claimed, None, {}, run)
    report.add("coverage", "authentic", "pass", "coverage_whole")
    view = {name: value for name, value in credential.items() if name != "proof"}
    made = judged(report, view, kind, run, container, claimed)
    return replace(made, view=view if holds and not report.failed("disclosure") else {})


def _verify_envelope(document: dict[str, Any], run: Run, container: str) -> Verification:
    """VC 2 section 4.13: the id is a data URL that holds the token; nothing else on the envelope is signed."""
    report = Report()
    text = document.get("id")
    head, comma, body = text.partition(",") if isinstance(text, str) else ("", "", "")
    extra = sorted(set(document) - {"@context", "id", "type"})
    kind = head.removeprefix("data:").partition(";")[0]
    if extra:
        report.add("format", "document", "fail", "envelope_extra", paths=", ".join(extra))
    elif jsonio.texts(document.get("type")) != [ENVELOPE] or jsonio.texts(document.get("@context"))[:1] != [
        contexts.VC2
    ]:
        report.add("format", "document", "fail", "envelope_malformed", detail="type or vocabulary")
    elif (
        kind in ("application/vc+jwt", "application/jwt", "application/vc-ld+jwt")
        and comma
        and ";" not in head
    ):
        return replace(verify_token(body, run, container), container=container)
    elif kind in ("application/vc+sd-jwt", "application/dc+sd-jwt") and comma and ";" not in head:
        from . import selective  # which reads credentials with what stands here

        return replace(selective.verify_text(body, run, container), container=container)
    elif kind == "application/vc+cose":
        report.add("format", "document", "unknown", "envelope_unsupported", detail=kind)
    else:
        report.add("format", "document", "fail", "envelope_malformed", detail=kind[:80] or "no data URL")
    return finish(report, "vc-2.0", container, Issuer(), None, {}, run)


def judged(
    report: Report, view: dict[str, Any], kind: str, run: Run, container: str, claimed: Issuer
) -> Verification:
    """The verification of a signed view: everything that is decided once the signature has been looked at."""
    issuer, bound = policy.judge(report, view, kind, run, lambda body: verify_list(body, run))
    inner = _inner(report, view, run)
    made = finish(report, kind, container, issuer if issuer.id else claimed, bound, view, run)
    return replace(made, inner=inner)


def verify_list(body: bytes, run: Run) -> ListOutcome:
    """A status list credential: its signature must hold; what it may be used for is for `status` to say."""
    text = body.decode("utf-8", "replace").strip()
    quiet = replace(run, depth=MAX_NESTING + 1, registries=())
    try:
        if jose.looks_like(text):
            made = verify_token(text, quiet, "jwt")
        else:
            made = verify_json(jsonio.parse_object(body), quiet, "json")
    except jsonio.BadJSON as cause:
        return ListOutcome(None, None, cause.code)
    if not made.view:
        worst = [*made.of("fail"), *made.of("unknown")]
        return ListOutcome(None, None, worst[0].code if worst else "unsigned")
    blocking = [check for check in made.of("fail") if check.id not in ("expiry", "not-before", "shape")]
    if blocking:
        return ListOutcome(None, None, blocking[0].code)
    return ListOutcome(made.view, made.issuer.id)


def _inner(report: Report, view: dict[str, Any], run: Run) -> tuple[Verification, ...]:
    """Each credential inside this one, verified by itself: CLR contents and endorsements."""
    if run.depth >= MAX_NESTING:
        return ()
    subject = view.get("credentialSubject")
    subjects = [item for item in jsonio.listed(subject) if isinstance(item, dict)]
    found: list[tuple[Any, bool]] = []
    for item in subjects:
        found.extend((entry, True) for entry in jsonio.listed(item.get("verifiableCredential")))
    found.extend((entry, False) for entry in _endorsements(view, 0))
    made = []
    left_out = 0
    for entry, is_content in found:
        if run.budget.inner <= 0:
            left_out += 1
            continue
        run.budget.inner -= 1
        made.append(outcome := _verify_inner(entry, run.inside()))
        name = outcome.issuer.id or "no issuer"
        if outcome.verdict in ("verified", "verified_with_warnings"):
            status, code = "pass", "inner_verified"
            if is_content and _subject_id(outcome.view) != jsonio.id_of(subjects[0]):
                status, code = "warn", "inner_of_another"
        else:
            status, code = "warn", "inner_doubtful"
        report.add(f"inner-{len(made)}", "document", status, code, detail=name)  # type: ignore[arg-type]
    if left_out:
        report.add("inner", "document", "warn", "inner_too_many", detail=left_out)
    return tuple(made)


def _verify_inner(entry: Any, run: Run) -> Verification:
    if isinstance(entry, str):
        if sdjwt.looks_like(entry):
            from . import selective  # which reads credentials with what stands here

            return selective.verify_text(entry, run, "sd-jwt")
        return verify_token(entry, run, "jwt")
    if isinstance(entry, dict):
        return verify_json(entry, run, "json")
    report = Report()
    report.add("format", "document", "fail", "type_missing")
    return finish(report, "vc-2.0", "json", Issuer(), None, {}, run)


def _endorsements(item: Any, depth: int) -> list[Any]:
    found: list[Any] = []
    if isinstance(item, list):
        for child in item:
            found.extend(_endorsements(child, depth))
    elif isinstance(item, dict) and depth < 6:
        for key, value in item.items():
            if key in ("endorsement", "endorsementJwt"):
                found.extend(jsonio.listed(value))
            elif key not in views.EMBEDDED:
                found.extend(_endorsements(value, depth + 1))
    return found


def _subject_id(view: dict[str, Any]) -> str | None:
    return jsonio.id_of((jsonio.listed(view.get("credentialSubject")) or [None])[0])


def finish(
    report: Report,
    kind: str | None,
    container: str,
    issuer: Issuer,
    bound: str | None,
    view: dict[str, Any],
    run: Run,
) -> Verification:
    """What the report's checks add up to."""
    urls = jsonio.texts(view.get("@context"))
    return Verification(
        report.verdict(),
        kind,
        container,
        issuer,
        bound,
        tuple(report.checks),
        view=view,
        at=run.at,
        contexts=run.contexts.hashes(urls),
    )
