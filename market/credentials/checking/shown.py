"""A report as a page shows it: three answers, every check in a sentence, what is signed, and what it rests on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, NamedTuple

from market.credentials import wire
from market.credentials.checking import signed, words
from market.credentials.checking.signed import Said
from market.credentials.proofs.checks import Check, Verification
from market.words import _, plural


class Answer(NamedTuple):
    """One of the three questions. `kind` is yes, careful or no, as the style sheet draws it."""

    question: str
    kind: str
    glyph: str
    short: str
    words: str


class Row(NamedTuple):
    """One check in the table."""

    label: str
    group: str
    tag: tuple[str, str]
    status: str
    words: str
    facts: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class View:
    """A report, ready to be drawn by `templates/_parts/checking.html` (`chk.` in templates)."""

    verdict: str
    tag: tuple[str, str]
    verdict_words: str
    kind: str
    readable: bool
    title: str
    issuer_id: str
    issuer_name: str
    issuer_known: bool
    problem: str
    answers: tuple[Answer, ...]
    rows: tuple[Row, ...]
    counted: str
    said: Said
    unsigned: tuple[str, ...]
    contexts: Mapping[str, str]
    fetched: Mapping[str, Mapping[str, str]]
    libraries: Mapping[str, str]
    sha256: str
    at: datetime | None
    inner: tuple["View", ...] = field(default=())


def view_of(report: Mapping[str, Any], *, yours: str | None = None) -> View:
    """The view of a report that `queue.settle` kept. `yours` is the third question: None for the reader's own, a name
    for someone else's, empty where nobody asked whose it is."""
    return _view(wire.decode({**report, "needs": []}), yours)


def _view(made: Verification, yours: str | None) -> View:
    said = signed.said(made)
    warnings = len(made.of("warn"))
    answers = [_authentic(made), _issuer(made)]
    if yours != "":
        answers.append(_holder(made, yours))
    return View(
        verdict=made.verdict,
        tag=words.VERDICT_TAGS[made.verdict],
        verdict_words=words.verdict_words(made.verdict, warnings),
        kind=words.format_words(made.format),
        readable=made.readable and made.format != "url",
        title=said.title or _title(made),
        issuer_id=made.issuer.id or "",
        issuer_name=made.issuer.name or "",
        issuer_known=made.issuer.known,
        problem=_problem(made),
        answers=tuple(answers),
        rows=tuple(_row(one) for one in made.checks),
        counted=_counted(made.checks),
        said=said,
        unsigned=made.unsigned,
        contexts=made.contexts,
        fetched=made.fetched,
        libraries=made.libraries,
        sha256=made.sha256,
        at=made.at,
        inner=tuple(_view(replace(one, at=made.at), "") for one in made.inner),
    )


def _title(made: Verification) -> str:
    """What to call it when it says nothing of itself that can be shown."""
    if not made.readable:
        return _("This is no credential")
    if made.format == "url":
        return _("Nothing was found at this address")
    return _("A credential that cannot be shown")


def _problem(made: Verification) -> str:
    """The sentence that says what it is and what to do, where it is not verified; else nothing."""
    for status in ("fail", "unknown"):
        found = made.of(status)
        if found:
            worst = min(found, key=_first)
            return " ".join(filter(None, (words.sentence(worst), words.advice(worst.code))))
    return ""


_ORDER = ("parse", "limits", "format", "registry", "signature", "status", "expiry", "recipient")


def _first(check: Check) -> int:
    """Of several failures the one to name first: what it is, whether it is refused here, then what is wrong with it."""
    stem = check.id.rstrip("0123456789").rstrip("-")
    return _ORDER.index(stem) if stem in _ORDER else len(_ORDER)


def _row(check: Check) -> Row:
    says = words.sentence(check)
    shown = ((name, str(fact)[:300]) for name, fact in check.evidence.items() if fact not in ("", None))
    facts = tuple((name, fact) for name, fact in shown if fact not in says)
    return Row(
        words.label(check.id),
        words.group_words(check.group),
        words.STATUS_TAGS[check.status],
        words.status_words(check.status),
        says,
        facts,
    )


def _counted(checks: Sequence[Check]) -> str:
    """`14 checks: 12 passed, 1 with care, 1 does not apply`."""
    numbers = {status: sum(one.status == status for one in checks) for status in words.STATUS_TAGS}
    parts = [
        plural("%(n)s passed", "%(n)s passed", numbers["pass"]) if numbers["pass"] else "",
        plural("%(n)s with care", "%(n)s with care", numbers["warn"]) if numbers["warn"] else "",
        plural("%(n)s failed", "%(n)s failed", numbers["fail"]) if numbers["fail"] else "",
        plural("%(n)s not settled", "%(n)s not settled", numbers["unknown"]) if numbers["unknown"] else "",
        plural("%(n)s does not apply", "%(n)s do not apply", numbers["not_applicable"])
        if numbers["not_applicable"]
        else "",
    ]
    checked = plural("One check", "%(n)s checks", len(checks))
    return f"{checked}: {', '.join(filter(None, parts))}"


def _worst(made: Verification, *groups: str) -> tuple[str, list[Check]]:
    """The worst status of some groups, and the checks that have it."""
    mine = [one for one in made.checks if one.group in groups]
    for status in ("fail", "unknown", "warn"):
        found = [one for one in mine if one.status == status]
        if found:
            return status, sorted(found, key=_first)
    return ("pass" if mine else "unknown"), []


def _authentic(made: Verification) -> Answer:
    question = _("Is it authentic?")
    status, found = _worst(made, "document", "authentic")
    binding = [one for one in made.of("fail") if one.id == "issuer-binding"]
    if binding:
        status, found = "fail", binding
    says = words.sentence(found[0]) if found else ""
    if not made.readable:
        return Answer(question, "no", "cross", _("It is no credential"), says)
    if status == "fail":
        return Answer(question, "no", "cross", _("No"), says)
    proved = any(one.status == "pass" and one.id in ("signature", "hosted") for one in made.checks)
    if status == "unknown" or not proved:
        return Answer(question, "careful", "half", _("Not settled"), says)
    if status == "warn":
        return Answer(question, "careful", "warn", _("Yes, with care"), says)
    return Answer(question, "yes", "check", _("Yes"), _good_words(made))


def _good_words(made: Verification) -> str:
    codes = {one.code for one in made.checks}
    parts = [_("Signed with a key that the issuer lists for this.")]
    if "status_clear" in codes:
        parts.append(_("Not changed since, and not withdrawn."))
    else:
        parts.append(_("Not changed since."))
    parts.extend(
        words.sentence(one) for one in made.checks if one.id == "expiry" and one.code == "not_expired"
    )
    return " ".join(parts)


def _issuer(made: Verification) -> Answer:
    question = _("Do we know the issuer?")
    found = next((one for one in made.checks if one.id == "registry"), None)
    if found is None:
        return Answer(question, "careful", "half", _("Not settled"), _("It could not be read who issued it."))
    if found.status == "fail":
        return Answer(question, "no", "cross", _("No, and it is refused"), words.sentence(found))
    if found.status == "pass":
        known = _("Known means known; it says nothing about how good its credentials are.")
        return Answer(question, "yes", "check", _("Yes"), f"{words.sentence(found)} {known}")
    return Answer(question, "careful", "warn", _("No"), words.sentence(found))


def _holder(made: Verification, name: str | None) -> Answer:
    question = _("Is it yours?") if name is None else _("Is it theirs? (%(name)s)", name=name)
    found = next((one for one in made.checks if one.group == "yours"), None)
    if found is None:
        return Answer(question, "careful", "half", _("Not settled"), _("It could not be read whose it is."))
    says = words.sentence(found) if name is None else _of_another(found)
    if found.status == "fail":
        return Answer(question, "no", "cross", _("No"), says)
    if made.bound is None:
        return Answer(question, "careful", "warn", _("Not shown"), says)
    short = _("Yes, by e-mail") if made.bound == "email" else _("Yes, by an identifier")
    return Answer(
        question,
        "careful" if found.status == "warn" else "yes",
        "warn" if found.status == "warn" else "check",
        short,
        says,
    )


def _of_another(check: Check) -> str:
    """The sentences of this group speak to the holder; this is what others read."""
    return {
        "recipient_matches": _("It was awarded to an e-mail address that they have confirmed here."),
        "recipient_case": _(
            "It was awarded to an e-mail address that they have confirmed here, written with other capital letters."
        ),
        "recipient_weak": _(
            "It was awarded to an e-mail address that they have confirmed here, in a form that hides it badly."
        ),
        "recipient_did": _("It was awarded to an identifier that they have proved to be theirs."),
    }.get(check.code, _("It is not shown to be theirs."))
