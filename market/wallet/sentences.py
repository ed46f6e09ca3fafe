"""The words of the wallet: states, progress, why something counts or not, and why an identifier was refused."""

import re
from typing import NamedTuple

from market.credentials.checking import words
from market.credentials.checking.models import Check, CheckState, Stage
from market.credentials.proofs.messages import MESSAGES
from market.wallet.models import HeldStatus, IdentityProof, ProofKind, ProofStatus
from market.wallet.rules import UNDER_WAY
from market.words import _


def tag(status: HeldStatus) -> tuple[str, str, str]:
    """A state as `ui.status` takes it."""
    if status in UNDER_WAY:
        return ("", "clock", _("Being checked"))
    kind, glyph = words.VERDICT_TAGS.get(status, ("", "dash"))
    return (kind, glyph, words.verdict_words(status))


class Progress(NamedTuple):
    """How far a check has come: steps done of all, and the timeline that `ui.timeline` draws."""

    done: int
    steps: int
    timeline: list[tuple[str, str, str | None, None]]


def progress(check: Check) -> Progress:
    """What was done, what is being done now, and what is to come."""
    waits = check.state is CheckState.WAITING and check.tries == 0
    at = {Stage.RECEIVED: 0 if waits else 1, Stage.READ: 2, Stage.ASKING: 2, Stage.DONE: 4}[check.stage]
    asking = _("Asking %(host)s.", host=check.host) if check.host else None
    size = f"{check.size / 1000:.1f} kB" if check.size < 1_000_000 else f"{check.size / 1e6:.1f} MB"
    steps = [
        (_("Received"), ", ".join(filter(None, (check.name, size)))),
        (_("Read"), _("What it is, and whether it is within limits.")),
        (_("Signature, issuer and status"), asking or _("The issuer’s own documents are asked for.")),
        (_("Is it yours?"), None),
    ]
    done = at if at else 1
    timeline: list[tuple[str, str, str | None, None]] = [
        ("done" if n < done else "now" if n == done else "", title, note, None)
        for n, (title, note) in enumerate(steps)
    ]
    return Progress(done, len(steps), timeline)


def waits_words(check: Check) -> str:
    """What is said while it waits for another try."""
    if check.report is not None and check.tries:
        return _("Something could not be asked. We try again by ourselves.")
    if check.tries:
        return _("The first try broke off. We try again in a moment.")
    return _("This takes up to a minute; you can leave this page.")


def proof_tag(proof: IdentityProof) -> tuple[str, str, str]:
    return {
        ProofStatus.OPEN: ("", "clock", _("Waits for your answer")),
        ProofStatus.WAITING: ("", "clock", _("Being looked at")),
        ProofStatus.HELD: ("ok", "check", _("Yours")),
        ProofStatus.REFUSED: ("bad", "cross", _("Not shown")),
    }[proof.status]


def proof_problem(proof: IdentityProof) -> str:
    """Why it was refused, and what to do."""
    if not proof.problem:
        return ""
    known = MESSAGES.get(proof.problem, "")
    said = re.sub(r"\s*\(\{[a-z]+\}\)", "", known) if known else f"{proof.problem}."
    said = said[:1].upper() + said[1:]
    if proof.kind is ProofKind.PROFILE:
        advice = _("Put the link there, then have us look again.")
    else:
        advice = _("Ask for a new challenge and answer it within five minutes.")
    return f"{said} {advice}"
