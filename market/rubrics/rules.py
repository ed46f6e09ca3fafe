"""What a rubric has to hold, and which level each step of a criterion shows."""

from collections.abc import Sequence
from typing import NamedTuple

from market.access import YES, Actor, Decision, Task, no
from market.words import _

STEPS = 5  # 0 to 4
MOST_CRITERIA = 8
NOTHING_TO_JUDGE = "Nothing to judge."


class CriterionDraft(NamedTuple):
    """One criterion as written. `anchors` are the five steps 0 to 4 in words; an empty one cannot be reached."""

    name: str
    skill_id: int
    target_level: int  # 1 to 5: the level that step 3 shows
    anchors: tuple[str, str, str, str, str]
    weight: int = 5  # 1 to 10
    needed: bool = False  # must reach the rubric's pass mark
    shows_milli: tuple[int | None, ...] = (None,) * STEPS  # where a step shows something else than the usual


def shows_level_milli(target_level: int, step: int) -> int:
    """The level that a step shows unless the rubric says otherwise, in thousandths (0 to 5000).

    Step 3 shows the level asked, step 4 one more, step 2 one less; step 0 shows nothing.
    """
    if step == 0:
        return 0
    return 1000 * max(0, min(5, target_level - 3 + step))


def problems(criteria: Sequence[CriterionDraft]) -> list[tuple[int, str, str]]:
    """What is to be mended before this rubric can be published: (index of the criterion, field, words).

    Index -1 is the rubric as a whole. Step 4 may stay empty: then step 3 is the most anyone can reach.
    """
    found: list[tuple[int, str, str]] = []
    if not criteria:
        found.append((-1, "criteria", _("Write at least one criterion.")))
    if len(criteria) > MOST_CRITERIA:
        found.append(
            (
                -1,
                "criteria",
                _("These are %(n)s criteria. Keep %(most)s.", n=len(criteria), most=MOST_CRITERIA),
            )
        )
    seen: set[str] = set()
    for index, criterion in enumerate(criteria):
        name = criterion.name.strip().casefold()
        if not name:
            found.append((index, "name", _("Give this criterion a name.")))
        elif name in seen:
            found.append((index, "name", _("Two criteria have this name. Change one.")))
        seen.add(name)
        found += [
            (index, f"step_{step}", _("Say what step %(step)s looks like.", step=step))
            for step in (1, 2, 3)
            if not criterion.anchors[step].strip()
        ]
    return found


def keeps_rubrics(actor: Actor) -> Decision:
    """The pages of the library: for those who post openings or issue credentials for some organisation."""
    if not actor.is_signed_in:
        return no(_("Sign in to go on."))
    if actor.orgs_for(Task.POST) or actor.orgs_for(Task.ISSUE):
        return YES
    return no(_("This page is for people who post openings or issue credentials for an organisation."))


def orgs_of(actor: Actor) -> tuple[int, ...]:
    """The organisations whose library this actor keeps."""
    return tuple(dict.fromkeys((*actor.orgs_for(Task.POST), *actor.orgs_for(Task.ISSUE))))


def may_keep(actor: Actor, org_id: int | None) -> Decision:
    """Write rubrics for an organisation: who posts its openings, and who issues its credentials."""
    if org_id is not None and org_id in orgs_of(actor):
        return YES
    return no(_("Only members who post openings or issue credentials write its rubrics."))


def may_write(is_frozen: bool) -> Decision:
    """A frozen rubric stays as it is."""
    if is_frozen:
        return no(_("This rubric is published and frozen. Make a copy to change it."))
    return YES


def passes(steps: Sequence[tuple[bool, int]], pass_mark: int) -> bool:
    """Do the (needed, step) pairs of one judgement reach the pass mark? With none needed, every criterion counts."""
    needed = [step for is_needed, step in steps if is_needed] or [step for _needed, step in steps]
    return bool(needed) and min(needed) >= pass_mark
