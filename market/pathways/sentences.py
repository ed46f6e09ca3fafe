"""A pathway in the words of its pages."""

from market.pathways.rules import Credit, Draft, PathwayStatus, Progress
from market.words import _, plural

Tag = tuple[str, str, str]  # kind, glyph and words of `ui.status`


def state(status: PathwayStatus) -> Tag:
    return {
        PathwayStatus.DRAFT: ("", "half", _("Draft")),
        PathwayStatus.PUBLISHED: ("ok", "check", _("Published")),
        PathwayStatus.RETIRED: ("", "dash", _("Retired")),
    }[status]


def asked(draft: Draft) -> str:
    """How many parts it takes, and whether in order."""
    n = len(draft.parts)
    if draft.needed >= n:
        told = plural("Its %(n)s part.", "All %(n)s parts.", n)
    else:
        told = _("Any %(k)s of %(n)s parts.", k=draft.needed, n=n)
        required = sum(part.required for part in draft.parts)
        if required:
            told = _("%(k)s of %(n)s parts, those marked as required among them.", k=draft.needed, n=n)
    order = _("In the order shown.")
    return f"{told} {order}" if draft.ordered else told


def of_how_many(needed: int, parts: int) -> str:
    """The same, short, for lists."""
    if needed >= parts:
        return plural("%(n)s part", "all %(n)s parts", parts)
    return _("%(k)s of %(n)s parts", k=needed, n=parts)


def number(credit: Credit) -> str:
    """`2.5`, or `5`."""
    whole, tenth = divmod(credit.amount_tenths, 10)
    return f"{whole}.{tenth}" if tenth else str(whole)


def amount(credit: Credit) -> str:
    """`2.5 ECTS`."""
    return f"{number(credit)} {credit.unit}"


def reached(progress: Progress) -> str:
    """How far someone is, in a sentence to them."""
    if progress.is_complete:
        return _("You have everything it takes.")
    if not progress.left:
        return _("You have the parts. “%(name)s” comes before.", name=progress.unmet[0].name)
    if not progress.has_begun:
        return _("You have none of its parts yet.")
    return plural(
        "You have %(done)s of the %(needed)s it takes. %(n)s more to go.",
        "You have %(done)s of the %(needed)s it takes. %(n)s more to go.",
        progress.left,
        done=min(progress.done, progress.needed),
        needed=progress.needed,
    )
