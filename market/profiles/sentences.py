"""What profiles say in words: what backs a level, how it came about, when someone is free."""

from datetime import date

from market import clock
from market.evidence.credit import Credit
from market.evidence.models import SOFT_MENTOR, SOFT_PEERS, Kind, Release
from market.evidence.posterior import (
    CLAIMED,
    CREDENTIALED,
    DEFAULTS,
    DEMONSTRATED,
    ENDORSED,
    SHOWN,
    Aside,
    Level,
    Line,
)
from market.evidence.queries import LedgerRow, levels_from
from market.profiles.models import TalentProfile, Visibility
from market.web.show import day, day_short
from market.words import _, plural


def level_words() -> list[str]:
    """What each level from 1 to 5 means, in the words that postings use."""
    return [
        _("with guidance"),
        _("simple work alone"),
        _("usual work alone"),
        _("hard work, helps others"),
        _("leads the field"),
    ]


def visibility_words() -> list[tuple[str, str, str]]:
    """(value, words, what it means) of each visibility."""
    return [
        (
            Visibility.PRIVATE.value,
            _("Private"),
            _("You, and organisations that you apply to or work for. Nobody finds you."),
        ),
        (
            Visibility.MEMBERS.value,
            _("People who recruit"),
            _("Also people who choose for an organisation that a moderator has verified, and moderators."),
        ),
        (Visibility.PUBLIC.value, _("Everyone"), _("Anyone with the address, search engines among them.")),
    ]


def seen_by(visibility: Visibility) -> str:
    """Who sees the page, to its owner."""
    return {
        Visibility.PRIVATE: _("Only you see this page, and organisations that you apply to or work for."),
        Visibility.MEMBERS: _("People who recruit for a verified organisation see this page."),
        Visibility.PUBLIC: _("Anyone can see this page."),
    }[visibility]


def free(profile: TalentProfile) -> str:
    """`10 hours a week, from 30 Nov`; empty when nothing is said."""
    hours = (
        plural("%(n)s hour a week", "%(n)s hours a week", profile.hours_week) if profile.hours_week else ""
    )
    start = profile.available_from
    if start is not None and start > clock.today():
        begin = _("from %(day)s", day=day_short(start))
    else:
        begin = _("now") if hours or start else ""
    said = ", ".join(part for part in (hours, begin) if part)
    return " ".join(part for part in (said, profile.availability_note) if part)


def backing(rows: list[LedgerRow], level: Level, *, own: bool = False) -> str:
    """What the best evidence of a skill is, in a line: the items of the highest tier that count."""
    counting = {line.item.id for line in level.lines if line.aside is None}
    best = [row for row in rows if row.id in counting and row.item.counts_as == level.tier]
    n = len(best)
    if not n:
        if any(line.aside is Aside.OWN for line in level.lines):
            return _("Nothing that others have seen yet.")
        return _("Nothing here counts any more.")
    if {row.source_kind for row in best} == {SOFT_MENTOR}:
        return plural(
            "Seen by a mentor over a whole programme.", "Seen by mentors over %(n)s whole programmes.", n
        )
    if {row.source_kind for row in best} == {SOFT_PEERS}:
        return plural(
            "Said by the others of a group they learnt in.",
            "Said by the others of %(n)s groups they learnt in.",
            n,
        )
    if level.tier == DEMONSTRATED:
        if n == 2:
            return _("Assessed on real work, twice.")
        return plural("Assessed on real work.", "Assessed on real work, %(n)s times.", n)
    if level.tier == CREDENTIALED:
        return plural("One credential.", "%(n)s credentials.", n)
    if level.tier == ENDORSED:
        if own:
            return plural("Said by someone you worked for.", "Said by %(n)s people you worked for.", n)
        return plural("Said by someone they worked for.", "Said by %(n)s people they worked for.", n)
    if level.tier == SHOWN:
        return plural("One project that anyone can open.", "%(n)s projects that anyone can open.", n)
    if any(row.on_trial for row in best):
        return _("A credential of an issuer on trial; nothing shown yet.")
    return _("Your own word; nothing shown yet.") if own else _("Their own word; nothing shown yet.")


def shown_levels(rows: list[LedgerRow], *, own: bool) -> list[tuple[LedgerRow, Level, str]]:
    """(a row that names the skill, the level today, what backs it) of each skill, the highest level first."""
    levels = levels_from(rows, clock.today())
    of_skill = {skill_id: [r for r in rows if r.skill_id == skill_id] for skill_id in levels}
    order = sorted(levels, key=lambda s: (-levels[s].level, -levels[s].mu, of_skill[s][0].skill))
    return [(of_skill[s][0], levels[s], backing(of_skill[s], levels[s], own=own)) for s in order]


def kind_words(kind: Kind) -> str:
    """What an item is, where its source has no words of its own."""
    return {
        Kind.CLAIM: _("Their own word"),
        Kind.PROJECT: _("A project"),
        Kind.EXPERIENCE: _("Judged within their own organisation"),
        Kind.ENDORSEMENT: _("Said after working together"),
        Kind.CREDENTIAL: _("A credential"),
        Kind.ASSESSMENT: _("Work assessed by rubric"),
    }[kind]


def why_weight(line: Line) -> str:
    """What took weight from an item, or why it counts for nothing; empty when it counts in whole."""
    if line.aside is Aside.CLAIM:
        return _("Other evidence stands, so one’s own word no longer counts.")
    if line.aside is Aside.TRIAL or (line.aside is Aside.CAP and line.item.on_trial):
        return _("Its issuer is on trial here and other evidence stands, so it does not count for now.")
    if line.aside is Aside.EXPIRED:
        ended = line.item.expires_on
        return _("It ran out on %(day)s.", day=day(ended)) if ended else _("It ran out.")
    if line.aside is Aside.CAP:
        return _capped(line, whole=True)
    if line.aside is Aside.LATER:
        return _("It came later.")
    if line.aside is Aside.OWN:
        return _(
            "How someone works with others counts only as others have seen it, outside their own organisation."
        )
    aged = _("Age leaves %(n)s %% of its weight.", n=round(100 * line.decay)) if line.decay < 0.98 else ""
    capped = _capped(line, whole=False) if line.share < 0.995 else ""
    trial = (
        _("Its issuer is on trial here, so it says no more than its holder’s own word.")
        if line.item.on_trial
        else ""
    )
    return " ".join(part for part in (trial, aged, capped) if part)


def read_as(row: LedgerRow) -> str:
    """How a reading is taken for what was learned of its source, with the release that says so; empty for as it is."""
    if not row.release or (row.gain_milli, row.inflation_milli) == (1000, 0):
        return ""
    item = row.item
    read = f"{min(5.0, max(0.0, (item.reading - item.inflation) / item.gain)):.1f}"
    if row.tier == CREDENTIALED:
        return plural(
            "Read as %(read)s, at %(weight)s %% of its weight: so the work of one person with this issuer’s credentials "
            "turned out here (release %(release)s).",
            "Read as %(read)s, at %(weight)s %% of its weight: so the work of %(n)s people with this issuer’s "
            "credentials turned out here (release %(release)s).",
            row.learned_from,
            read=read,
            weight=round(100 * item.gain**2),
            release=row.release,
        )
    off = f"{abs(item.inflation):.1f}"
    if item.inflation < 0:
        return plural(
            "Read as %(read)s: they mark %(off)s lower than others do, by one mark (release %(release)s).",
            "Read as %(read)s: they mark %(off)s lower than others do, by %(n)s marks (release %(release)s).",
            row.learned_from,
            read=read,
            off=off,
            release=row.release,
        )
    return plural(
        "Read as %(read)s: they mark %(off)s higher than others do, by one mark (release %(release)s).",
        "Read as %(read)s: they mark %(off)s higher than others do, by %(n)s marks (release %(release)s).",
        row.learned_from,
        read=read,
        off=off,
        release=row.release,
    )


def released(release: Release | None) -> str:
    """With which constants, and with what learned of raters and issuers, a level was worked out."""
    if release is None:
        return _(
            "Worked out with version %(model)s of the model; nothing was learned of raters and issuers yet.",
            model=DEFAULTS.version,
        )
    return _(
        "Worked out with version %(model)s of the model, and with what release %(release)s of %(day)s says of those who mark.",
        model=release.model_version,
        release=release.version,
        day=day(release.published_at.date()),
    )


def in_part(asked: str, shown: str, credit: Credit) -> str:
    """How another skill counts for the one asked."""
    numerator, denominator = credit.path.part
    share = round(100 * numerator / denominator)
    if credit.path.broader:
        return _(
            "%(shown)s is broader than %(asked)s: %(share)s %% of it counts, and never enough to meet what is asked.",
            shown=shown,
            asked=asked,
            share=share,
        )
    return _(
        "%(shown)s is one way of doing %(asked)s: %(share)s %% of it counts.",
        shown=shown,
        asked=asked,
        share=share,
    )


def _capped(line: Line, *, whole: bool) -> str:
    if line.item.counts_as == CLAIMED:
        return _("Saying it again adds nothing.")
    if line.item.counts_as == SHOWN:
        return (
            _("Two open projects say as much as open projects can.")
            if whole
            else _("Open projects say only so much together.")
        )
    if whole:
        return _("The same party has said as much as one party can.")
    return _("One party’s word goes only so far: %(n)s %% of this is within it.", n=round(100 * line.share))


def lede(level: Level, *, estimate: int, doubt: int, counts: int) -> str:
    """How the level came about, in a few sentences, with the same hundredths as the lines below it."""
    put = plural(
        "One piece of evidence puts the best estimate at %(mu)s.",
        "%(n)s pieces of evidence put the best estimate at %(mu)s.",
        level.n,
        mu=f"{estimate / 100:.2f}",
    )
    off = _("We take off %(doubt)s for not being sure.", doubt=f"{-doubt / 100:.2f}")
    said = f"{counts / 100:.2f}"
    if not level.n:
        return _("Nothing here counts on this day.")
    if level.own_word:
        left = _(
            "Nothing was shown yet, so it counts as %(counts)s: enough to be found, after everyone who showed it. "
            "A place kept for newcomers, marked as one, may stand higher.",
            counts=said,
        )
    elif not level.meets:
        left = _("What is left, %(counts)s, does not reach 0.50, where level 1 begins.", counts=said)
    else:
        left = _(
            "What is left, %(counts)s, reaches %(begins)s, where level %(level)s begins.",
            counts=said,
            begins=f"{level.meets - 0.5:.2f}",
            level=level.meets,
        )
    return " ".join((put, off, left))


def suggestion(tier: int, reading: float) -> str:
    """One more piece of evidence, in words."""
    at = f"{reading:g}"
    return {
        SHOWN: _("One project that anyone can open, at level %(level)s", level=at),
        ENDORSED: _("One endorsement, at level %(level)s", level=at),
        CREDENTIALED: _("One credential of a proven issuer, at level %(level)s", level=at),
        DEMONSTRATED: _("One assessed piece of work, at level %(level)s", level=at),
    }[tier]


def stood_on(on: date) -> str:
    """`As the evidence stands on 21 November 2026.`"""
    return _(
        "As the evidence stands on %(day)s %(year)s.", day=day(on).removesuffix(f" {on.year}"), year=on.year
    )
