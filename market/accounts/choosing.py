"""For which of one's organisations something new is made: asked where there are several, and not where there is one."""

from collections.abc import Iterable, Mapping

from sqlmodel import Session, col, select

from market.accounts.models import Organisation


def organisations(db: Session, org_ids: Iterable[int]) -> list[Organisation]:
    """Those the actor may do it for, in the order of the ids."""
    wanted = list(org_ids)
    found = {org.id: org for org in db.exec(select(Organisation).where(col(Organisation.id).in_(wanted)))}
    return [found[org_id] for org_id in wanted]


def choices(ours: Iterable[Organisation]) -> list[tuple[str, str]]:
    """As `form.select` takes them."""
    return [(org.public_id, org.name) for org in ours]


def chosen(ours: list[Organisation], given: Mapping[str, object]) -> Organisation | None:
    """The one a form names in `org`; the only one where it names none; None where it names no one of these."""
    wanted = str(given.get("org") or "")
    only = ours[0] if len(ours) == 1 and not wanted else None
    return next((org for org in ours if org.public_id == wanted), only)
