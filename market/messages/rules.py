"""Who may read a thread, and who may write in it."""

from market.access import YES, Actor, Decision, Task, no
from market.words import _


def side_of(actor: Actor, person_id: int, org_id: int, supervisor_ids: tuple[int, ...] = ()) -> str:
    """`talent`, `employer`, or nothing: a mentor only where the work was given to them."""
    if not actor.is_signed_in:
        return ""
    if actor.id == person_id:
        return "talent"
    if actor.may_for(Task.DECIDE, org_id) or (
        actor.id in supervisor_ids and actor.may_for(Task.SUPERVISE, org_id)
    ):
        return "employer"
    return ""


def may_write(side: str, *, blocked: bool) -> Decision:
    if not side:
        return no(_("Only the two sides write here."))
    if blocked:
        return no(_("One of you has blocked the other, so nothing more can be written here."))
    return YES
