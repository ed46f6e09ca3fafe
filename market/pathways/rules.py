"""What a pathway may be, who may write it, and how far someone is on it. Values in, values and reasons out."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

from market.access import YES, Actor, Decision, Task, no
from market.lifecycle import Lifecycle, Step
from market.words import _, plural

if TYPE_CHECKING:
    from market.pathways.models import Pathway


class PathwayStatus(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    RETIRED = "retired"  # nobody begins any more; whoever had a part by then may still complete it


LEAST_PARTS, MOST_PARTS = 2, 12
MOST_PREREQUISITES = 6
MOST_CREDITS = 6
MOST_TITLE, MOST_SUMMARY = 120, 1200
MOST_TENTHS = 10_000  # of credit: 1,000 points

Node = tuple[str, str]
"""("line", the line of an achievement) or ("pathway", a public id)."""


class Thing(NamedTuple):
    """An achievement as pathways see it: any version of its line from this one on counts as it."""

    line: str
    version: int = 1
    name: str = ""
    is_out: bool = True  # published, so that it can be earned
    members_of: int | None = None  # the organisation whose members alone earn it; None: anyone


class Part(NamedTuple):
    """One of the n. A required one counts among the k in any case."""

    what: Thing
    required: bool = False


class Needs(NamedTuple):
    """What has to be there before: another pathway completed (`pathway`, its public id), or an achievement held."""

    name: str
    pathway: str = ""
    what: Thing | None = None
    is_out: bool = True

    @property
    def node(self) -> Node:
        return ("line", self.what.line) if self.what is not None else ("pathway", self.pathway)


class Credit(NamedTuple):
    """What an institution outside counts it as. `amount_tenths` of 25 is 2.5."""

    institution: str
    amount_tenths: int
    unit: str
    link: str


class Draft(NamedTuple):
    """What a pathway says, with its parts in their order. `target` is what it stacks to."""

    title: str
    summary: str = ""
    needed: int = 1
    ordered: bool = False
    target: Thing | None = None
    parts: tuple[Part, ...] = ()
    needs: tuple[Needs, ...] = ()
    credits: tuple[Credit, ...] = ()
    for_members: bool = False
    org_id: int = 0

    def is_closed(self, what: Thing) -> bool:
        """Is this earned by members alone, and not by those whom the pathway is for?"""
        theirs = self.for_members and what.members_of == self.org_id
        return what.members_of is not None and not theirs


def contradictions(draft: Draft) -> dict[str, str]:
    """What cannot be, by field: refused also in a draft."""
    found: dict[str, str] = {}
    lines = [part.what.line for part in draft.parts]
    if len(draft.title) > MOST_TITLE:
        found["title"] = _("Keep the title under %(most)s characters.", most=MOST_TITLE)
    if len(draft.summary) > MOST_SUMMARY:
        found["summary"] = _("Keep this under %(most)s characters.", most=MOST_SUMMARY)
    if len(draft.parts) > MOST_PARTS:
        found["parts"] = _("Name at most %(most)s parts.", most=MOST_PARTS)
    elif len(set(lines)) < len(lines):
        found["parts"] = _("A part stands here twice. Take one away.")
    elif draft.target is not None and draft.target.line in lines:
        found["parts"] = _("“%(name)s” cannot be a part of itself.", name=draft.target.name)
    if draft.needed < 1:
        found["needed"] = _("At least one part has to be asked for.")
    elif draft.parts and draft.needed > len(draft.parts):
        found["needed"] = plural(
            "It has %(n)s part, so no more can be asked for.",
            "It has %(n)s parts, so no more can be asked for.",
            len(draft.parts),
        )
    elif (required := sum(part.required for part in draft.parts)) > draft.needed:
        found["needed"] = plural(
            "%(n)s part is marked as required, so fewer cannot be asked for.",
            "%(n)s parts are marked as required, so fewer cannot be asked for.",
            required,
        )
    nodes = [one.node for one in draft.needs]
    if len(nodes) > MOST_PREREQUISITES:
        found["needs"] = _("Name at most %(most)s things to have before.", most=MOST_PREREQUISITES)
    elif len(set(nodes)) < len(nodes):
        found["needs"] = _("The same thing is asked for twice. Take one away.")
    elif any(kind == "line" and line in lines for kind, line in nodes):
        found["needs"] = _("A part is asked for before as well. Make it a required part instead.")
    elif draft.target is not None and ("line", draft.target.line) in nodes:
        found["needs"] = _("“%(name)s” cannot be asked for before itself.", name=draft.target.name)
    if len(draft.credits) > MOST_CREDITS:
        found["credits"] = _("Name at most %(most)s institutions.", most=MOST_CREDITS)
    elif any(not 0 < one.amount_tenths <= MOST_TENTHS for one in draft.credits):
        found["credits"] = _("An amount of credit is above 0 and at most 1,000.")
    elif any(not one.institution.strip() or not _is_web(one.link) for one in draft.credits):
        found["credits"] = _(
            "Credit needs the name of the institution and the page that says so, beginning with https://."
        )
    return found


def _is_web(link: str) -> bool:
    host = link.removeprefix("https://").partition("/")[0]
    return link.startswith("https://") and "." in host and not set(link) & set(" \n\t@")


def missing(draft: Draft) -> dict[str, str]:
    """What is to be mended before it can be published, by field."""
    found = contradictions(draft)
    if not draft.title.strip():
        found["title"] = _("Give it a title: it is what people see first.")
    if not draft.summary.strip():
        found["summary"] = _("Say in a sentence or two what someone can do at the end.")
    if draft.target is None:
        found["target"] = _("Choose what it stacks to: one of your own achievements.")
    elif not draft.target.is_out:
        found["target"] = _("Publish “%(name)s” first: it is issued at the end.", name=draft.target.name)
    if len(draft.parts) < LEAST_PARTS:
        found["parts"] = _(
            "Name at least %(least)s parts: what it stacks is more than one.", least=LEAST_PARTS
        )
    elif (closed := next((part for part in draft.parts if not part.what.is_out), None)) is not None:
        found.setdefault("parts", _("“%(name)s” is not issued now.", name=closed.what.name))
    if (shut := next((one for one in draft.needs if not one.is_out), None)) is not None:
        found.setdefault("needs", _("“%(name)s” cannot be earned now.", name=shut.name))
    return _out_of_reach(draft) | found


def _out_of_reach(draft: Draft) -> dict[str, str]:
    """What keeps those whom it is for from ever completing it: parts that another organisation keeps to its members."""
    found: dict[str, str] = {}
    closed = [part for part in draft.parts if draft.is_closed(part.what)]
    needed = next((part for part in closed if part.required), None)
    if needed is None and len(draft.parts) - len(closed) < draft.needed:
        needed = next(iter(closed), None)
    if needed is not None:
        found["parts"] = _(
            "“%(name)s” is earned in a programme for members alone, so whoever this is for could not complete it. "
            "Take it out, ask for fewer parts, or make this a pathway for the same members.",
            name=needed.what.name,
        )
    before = next((one for one in draft.needs if one.what is not None and draft.is_closed(one.what)), None)
    if before is not None:
        found["needs"] = _(
            "“%(name)s” is earned in a programme for members alone, so it cannot be asked for before.",
            name=before.name,
        )
    return found


def needed_by(draft: Draft) -> frozenset[Node]:
    """Everything that this pathway builds upon, directly."""
    return frozenset({("line", part.what.line) for part in draft.parts} | {one.node for one in draft.needs})


def circle(own: Node, draft: Draft, needs: Mapping[Node, Iterable[Node]]) -> tuple[Node, ...]:
    """The way by which a pathway comes to need itself, from its first need to itself; empty when it does not.

    `own` is its node; `needs` says what each published pathway needs, and for each line which pathways issue it.
    O(nodes + needs).
    """
    ends = {own} | ({("line", draft.target.line)} if draft.target is not None else set())
    came: dict[Node, Node | None] = dict.fromkeys(sorted(needed_by(draft)))
    waiting = list(came)
    while waiting:
        here = waiting.pop()
        if here in ends:
            way: list[Node] = [here]
            while (before := came[way[-1]]) is not None:
                way.append(before)
            return tuple(reversed(way))
        for following in sorted(needs.get(here, ())):
            if following not in came:
                came[following] = here
                waiting.append(following)
    return ()


def circle_words(names: Sequence[str]) -> str:
    """The reason, with the names of what lies on the way."""
    return _("It would need itself: %(way)s.", way=" → ".join(names))


class Row(NamedTuple):
    """A credential of a person. `superseded_by` is the id of the one in its place."""

    id: int
    line: str
    version: int
    status: str
    valid_from: datetime
    valid_until: datetime | None = None
    superseded_by: int | None = None


class Earned(NamedTuple):
    """A credential that counts. `on` is when it was first earned, in an earlier version of it perhaps."""

    id: int
    line: str
    version: int
    on: datetime


def earned(rows: Iterable[Row], now: datetime) -> list[Earned]:
    """What counts of a person's credentials: accepted ones that have not run out. A newer version in the place of an
    older one has the older one's day; a credential of another line takes over nothing.
    """
    by_id = {row.id: row for row in rows}
    days = {row.id: row.valid_from for row in by_id.values()}
    for row in by_id.values():
        before, seen = row, {row.id}
        while (
            before.status == "superseded"
            and (newer := by_id.get(before.superseded_by or 0)) is not None
            and newer.line == row.line
            and newer.id not in seen
        ):
            days[newer.id] = min(days[newer.id], row.valid_from)
            seen.add(newer.id)
            before = newer
    return [
        Earned(row.id, row.line, row.version, days[row.id])
        for row in by_id.values()
        if row.status == "accepted" and (row.valid_until is None or row.valid_until > now)
    ]


def holds(held: Iterable[Earned], what: Thing) -> list[Earned]:
    """Which of them are this achievement or a newer version of it, the one earned first in front."""
    fits = [one for one in held if one.line == what.line and one.version >= what.version]
    return sorted(fits, key=lambda one: (one.on, one.id))


class Progress(NamedTuple):
    """How far someone is. `counted` has for each part, in their order, what counts for it, or None."""

    counted: tuple[Earned | None, ...]
    held: tuple[bool, ...]  # for each part: there, though perhaps not in its order
    required_missing: tuple[int, ...]  # places of required parts that do not count yet
    unmet: tuple[Needs, ...]
    needed: int

    @property
    def done(self) -> int:
        return sum(one is not None for one in self.counted)

    @property
    def has_begun(self) -> bool:
        return any(self.held)

    @property
    def left(self) -> int:
        """How many more parts it takes, at the least."""
        return max(self.needed - self.done, len(self.required_missing))

    @property
    def is_complete(self) -> bool:
        return self.left == 0 and not self.unmet

    @property
    def ids(self) -> tuple[int, ...]:
        """The credentials it is completed by."""
        return tuple(one.id for one in self.counted if one is not None)


def progress(
    draft: Draft, held: Sequence[Earned], completed: frozenset[str] | set[str] = frozenset()
) -> Progress:
    """How far someone is who holds this. `completed` are the public ids of pathways whose larger credential they hold.

    In an ordered pathway parts count whose days follow their places (equal days do): as many required ones as can be,
    then as many as can be. A part earned too early counts once it is earned again. O(k²) in what is held.
    """
    choices = [holds(held, part.what) for part in draft.parts]
    if draft.ordered:
        counted = _in_order([part.required for part in draft.parts], choices)
    else:
        counted = [found[0] if found else None for found in choices]
    return Progress(
        tuple(counted),
        tuple(bool(found) for found in choices),
        tuple(n for n, part in enumerate(draft.parts) if part.required and counted[n] is None),
        tuple(one for one in draft.needs if not _is_met(one, held, completed)),
        draft.needed,
    )


def _is_met(one: Needs, held: Sequence[Earned], completed: frozenset[str] | set[str]) -> bool:
    return bool(holds(held, one.what)) if one.what is not None else one.pathway in completed


def _in_order(required: Sequence[bool], choices: Sequence[Sequence[Earned]]) -> list[Earned | None]:
    """The best chain: places rise, days do not fall; most required ones first, then most."""
    places = [(n, one) for n, found in enumerate(choices) for one in found]
    best: list[tuple[int, int]] = []
    before: list[int] = []
    for here, (place, one) in enumerate(places):
        reach, via = (0, 0), -1
        for there in range(here):
            other_place, other = places[there]
            if other_place < place and other.on <= one.on and best[there] > reach:
                reach, via = best[there], there
        best.append((reach[0] + required[place], reach[1] + 1))
        before.append(via)
    counted: list[Earned | None] = [None] * len(choices)
    at = max(range(len(places)), key=lambda n: (best[n], -n), default=-1)
    while at >= 0:
        counted[places[at][0]] = places[at][1]
        at = before[at]
    return counted


def may_complete(
    status: PathwayStatus, retired_at: datetime | None, reached: Progress, *, is_member: bool = True
) -> Decision:
    """Whether the larger credential is due now. `is_member` matters to pathways for members alone."""
    if status is PathwayStatus.DRAFT:
        return no(_("This is not published yet."))
    if not is_member:
        return no(_("This is for members of the organisation."))
    if status is PathwayStatus.RETIRED:
        begun = [one.on for one in reached.counted if one is not None]
        if retired_at is None or not any(day <= retired_at for day in begun):
            return no(_("This is retired. Only those who had begun by then complete it."))
    if reached.unmet:
        return no(_("“%(name)s” comes before.", name=reached.unmet[0].name))
    if reached.left:
        return no(plural("%(n)s more part is needed.", "%(n)s more parts are needed.", reached.left))
    return YES


def parties(actor: Actor, pathway: "Pathway") -> frozenset[str]:
    """Who issues for the organisation decides on its pathways."""
    return frozenset({"issuer"} if actor.may_for(Task.ISSUE, pathway.org_id) else ())


def may_write(actor: Actor, org_id: int) -> Decision:
    if actor.may_for(Task.ISSUE, org_id):
        return YES
    return no(_("Only owners and issuers of the organisation write its pathways."))


def may_change(actor: Actor, pathway: "Pathway") -> Decision:
    """What is published stays as it is: people are on their way."""
    if pathway.status is not PathwayStatus.DRAFT:
        return no(
            _("This is published and stays as it is, since people are on their way. Copy it to change it.")
        )
    return may_write(actor, pathway.org_id)


def may_see(actor: Actor, pathway: "Pathway") -> Decision:
    """What is out is for everyone, or for the members alone; a draft for those who write it."""
    if actor.may_for(Task.ISSUE, pathway.org_id):
        return YES
    if pathway.status is PathwayStatus.DRAFT:
        return no(_("There is no such pathway."))
    if pathway.for_members and not actor.belongs_to(pathway.org_id):
        return no(_("There is no such pathway."))
    return YES


def _may_publish(_pathway: "Pathway", unmet: Any) -> Decision:
    """`unmet` is what `missing` found, and a circle where there is one."""
    return no(next(iter(unmet.values()))) if unmet else YES


LIFECYCLE = Lifecycle(
    "pathway",
    PathwayStatus.DRAFT,
    Step(
        "publish",
        (PathwayStatus.DRAFT,),
        PathwayStatus.PUBLISHED,
        ("issuer",),
        "pathway.published",
        "Publish",
        guard=_may_publish,
    ),
    Step(
        "retire",
        (PathwayStatus.PUBLISHED,),
        PathwayStatus.RETIRED,
        ("issuer",),
        "pathway.retired",
        "Retire it",
    ),
    parties=parties,
)
