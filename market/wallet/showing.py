"""Which skills a credential may show: those it names by address, and those whose names its words are like."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from sqlmodel import Session

from market.access import Actor, require
from market.credentials import wire
from market.credentials.checking import signed
from market.credentials.checking.models import Check
from market.credentials.checking.signed import Aligned, Said
from market.errors import Invalid
from market.outbox import announce
from market.skills import finding
from market.skills import queries as skills
from market.skills.models import Skill
from market.trust import service as trust
from market.wallet import ledger, queries, rules
from market.wallet.models import Basis, Held
from market.words import _

MOST_TEXTS = 16
EACH = 2


class Offer(NamedTuple):
    """A skill that the credential may show, and why. `reading_milli` is set where the credential states the level."""

    skill_id: int
    public_id: str
    name: str
    basis: Basis
    because: str
    reading_milli: int | None
    issuer: str


def offers(db: Session, held: Held) -> list[Offer]:
    """The skills that the holder may confirm, those named by address first; none while it does not count."""
    report = db.get_one(Check, held.check_id).report if held.check_id else None
    if report is None or not ledger.counts(held):
        return []
    taken = {row.skill_id for row, _skill in queries.skills_of(db, held.id)}
    found: dict[int, Offer] = {}
    for issuer, said in parts(report):
        for one in (*_named(db, issuer, said), *_alike(db, issuer, said)):
            if one.skill_id not in taken:
                found.setdefault(one.skill_id, one)
    return sorted(found.values(), key=lambda one: one.basis is not Basis.ALIGNMENT)[: rules.MOST_SKILLS]


def parts(report: Mapping[str, Any]) -> Iterator[tuple[str, Said]]:
    """What a report proves, each with its issuer: the credential, and those inside it that verify by themselves, are
    from an issuer that is known, and are about the same subject."""
    made = wire.decode({**report, "needs": []})
    outer = signed.said(made)
    if made.issuer.id and made.view:
        yield made.issuer.id, outer
    for one in made.inner:
        inner = signed.said(one)
        same = bool(inner.subject) and inner.subject == outer.subject
        if (
            one.verdict in ("verified", "verified_with_warnings")
            and one.issuer.known
            and same
            and one.issuer.id
        ):
            yield one.issuer.id, inner


def _named(db: Session, issuer: str, said: Said) -> Iterator[Offer]:
    """Skills that an alignment names by an address the taxonomy knows."""
    known = queries.skills_by_address(db, [one.url for one in said.aligned if one.url])
    for one in said.aligned:
        skill = known.get(one.url)
        if skill is not None:
            words = _("It is linked to this skill as “%(name)s”.", name=one.name or skill.name)
            yield _offer(skill, Basis.ALIGNMENT, words, _reading(one, said), issuer)
    for result in said.results:
        for one in result.aligned:
            for skill in queries.skills_by_address(db, [one.url]).values():
                words = _("A result in it is linked to this skill.")
                yield _offer(skill, Basis.ALIGNMENT, words, _reading(one, said), issuer)


def _alike(db: Session, issuer: str, said: Said) -> Iterator[Offer]:
    """Skills whose names are like the words of the credential. Its holder says whether they are meant."""
    texts: list[tuple[str, Aligned | None]] = [(one.name, one) for one in said.aligned if one.name]
    texts += [(text, None) for text in (said.title, *said.tags) if text]
    for text, aligned in texts[:MOST_TEXTS]:
        for candidate in finding.resolve_one(db, text, EACH).candidates[:EACH]:
            skill = db.get(Skill, candidate.skill_id)
            if skill is not None:
                reading = _reading(aligned, said) if aligned is not None else None
                words = _("Its words “%(text)s” are like it.", text=text[:80])
                yield _offer(skill, Basis.SUGGESTION, words, reading, issuer)


def _offer(skill: Skill, basis: Basis, because: str, reading: int | None, issuer: str) -> Offer:
    return Offer(skill.id, skill.public_id, skill.name, basis, because, reading, issuer)


def _reading(aligned: Aligned, said: Said) -> int | None:
    """What the credential itself states for an alignment: its level, moved by the results; None where it states none."""
    level = rules.stated_level((aligned.description, aligned.code))
    if level is None:
        return None
    steps = [
        rules.Step5(one.step, one.asked_step)
        for one in said.results
        if one.step is not None and one.asked_step is not None
    ]
    return rules.stated_reading(level, steps)


def confirm(db: Session, actor: Actor, held: Held, chosen: Mapping[str, int]) -> int:
    """Have the credential show these skills (public id to the level its holder says); how many there are new.

    A level that the credential states counts, whatever the holder says. Raises `Invalid` where nothing was chosen or a
    skill was not offered, `Forbidden` while the credential does not count.
    """
    require(rules.may_see(actor, held))
    require(ledger.counts(held))
    offered = {one.public_id: one for one in offers(db, held)}
    if not chosen or not set(chosen) <= set(offered):
        words = _("Tick at least one of the skills.")
        raise Invalid(words, skill=words)
    for public_id, level in chosen.items():
        one = offered[public_id]
        if one.reading_milli is None and level not in range(1, rules.OWN_WORD_MOST + 1):
            words = _("Say at which level, from 1 to %(most)s.", most=rules.OWN_WORD_MOST)
            raise Invalid(words, **{f"level-{public_id}": words})
        ledger.add(
            db,
            held,
            one.skill_id,
            issuer_id=trust.meet(db, one.issuer).id,
            basis=one.basis,
            reading_milli=one.reading_milli if one.reading_milli is not None else rules.own_reading(level),
            stated=one.reading_milli is not None,
        )
    announce(db, "held.confirmed", actor, subject=("held", held.id), person_id=held.person_id)
    return len(chosen)


def take_back(db: Session, actor: Actor, held: Held, skill_public_id: str) -> None:
    """The credential shows this skill no more."""
    require(rules.may_see(actor, held))
    ledger.end(db, held, skills.get_skill(db, skill_public_id).id)
