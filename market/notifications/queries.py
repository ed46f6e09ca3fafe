"""Reading notifications: the list in two statements, one for the rows and one for every name in them."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import and_, bindparam, func, literal, or_, union_all
from sqlalchemy import select as columns
from sqlmodel import Session, col, select

from market.accounts.models import Email, Invitation, Organisation, Person
from market.applications.models import Application, Offer
from market.cases.models import Report
from market.credentials.models import Achievement, Issued
from market.engagements.models import Engagement, Milestone
from market.errors import NotFound
from market.notifications.models import DailyLetter, Notification, OutgoingMail, Preference
from market.notifications.rules import USUAL, USUAL_HOUR, Channel, MailStatus, Topic
from market.notifications.table import BY_KIND
from market.notifications.table_site import about_words
from market.opportunities.models import Opportunity
from market.pathways.models import Pathway
from market.programmes.models import Programme
from market.skills.models import Skill
from market.wallet.models import Held
from market.web import show
from market.words import _


class Named(NamedTuple):
    """What a row is called, and its public id for a link."""

    public_id: str
    name: str


_ACHIEVEMENT_NAME = (
    columns(col(Achievement.name)).where(col(Achievement.id) == col(Issued.achievement_id)).scalar_subquery()
)
# For each kind of id in `params`: the table it stands in, its public id and its name.
_ROWS: dict[str, tuple[Any, Any]] = {
    "opening": (Opportunity, col(Opportunity.title)),
    "org": (Organisation, col(Organisation.name)),
    "person": (Person, col(Person.display_name)),
    "work": (Engagement, col(Engagement.title)),
    "part": (Milestone, col(Milestone.title)),
    "skill": (Skill, col(Skill.name)),
    "held": (Held, col(Held.title)),
    "application": (Application, literal("")),
    "offer": (Offer, literal("")),
    "report": (Report, literal("")),
    "credential": (Issued, _ACHIEVEMENT_NAME),
    "pathway": (Pathway, col(Pathway.title)),
    "programme": (Programme, col(Programme.title)),
}
_SAME = {"actor": "person"}


def names_of(db: Session, params: Iterable[Mapping[str, Any]]) -> dict[tuple[str, int], Named]:
    """The names of every row that the params speak of, in one statement."""
    wanted: dict[str, set[int]] = {}
    for one in params:
        for key, value in one.items():
            if (kind := _SAME.get(key, key)) in _ROWS:
                wanted.setdefault(kind, set()).add(int(value))
    parts = [
        columns(literal(kind), model.id, model.public_id, name).where(model.id.in_(sorted(wanted[kind])))
        for kind, (model, name) in _ROWS.items()
        if kind in wanted
    ]
    if not parts:
        return {}
    rows = db.connection().execute(union_all(*parts))
    return {(kind, row_id): Named(public_id, name or "") for kind, row_id, public_id, name in rows}


class Told(NamedTuple):
    """A notification in the reader's words."""

    public_id: str
    kind: str
    at: datetime
    is_new: bool
    glyph: str
    title: str
    line: str
    action: str
    due: str  # the day, in words; empty where nothing is due
    due_words: str
    topic: Topic
    route: str
    place: str
    target: str  # the public id that the route takes, empty for a page of its own


def tell(
    db: Session, rows: Iterable[Notification], zone: str, names: Mapping[tuple[str, int], Named] | None = None
) -> list[Told]:
    """The notifications in words, in the language being spoken. One of a kind that is no longer known is left out."""
    known = [one for one in rows if one.kind in BY_KIND]
    found = names_of(db, [one.params for one in known]) if names is None else names
    return [_told(one, found, zone) for one in known]


def _told(one: Notification, names: Mapping[tuple[str, int], Named], zone: str) -> Told:
    news = BY_KIND[one.kind]
    words = _words(one.params, names, zone)
    link = news.link
    if news.or_link is not None and link.key not in one.params:
        link = news.or_link
    target = names.get((link.key, int(one.params.get(link.key, 0))))
    return Told(
        public_id=one.public_id,
        kind=one.kind,
        at=one.at,
        is_new=one.read_at is None,
        glyph=news.glyph,
        title=news.title(words),
        line=news.line(words),
        action=news.action(words),
        due=words["due"],
        due_words=news.due_words(words),
        topic=news.topic,
        route=link.route,
        place=link.place,
        target=target.public_id if target else "",
    )


def _words(params: Mapping[str, Any], names: Mapping[tuple[str, int], Named], zone: str) -> dict[str, str]:
    """Every place that a sentence may name."""
    words = {
        key: (names[kind, int(params[key])].name if (kind, int(params.get(key, 0))) in names else "")
        for key, kind in [*((k, k) for k in _ROWS), *_SAME.items()]
    }
    words["person"] = words["person"] or _("someone who left")
    words["actor"] = words["actor"] or _("someone")
    words["topic"] = words["work"] or words["opening"]
    words["about"] = about_words(str(params.get("about", "")))
    words["due"] = _due(params.get("due"), zone)
    for code in ("reason", "status", "version", "decision"):
        words[code] = str(params.get(code, ""))
    return words


def _due(kept: str | None, zone: str) -> str:
    if not kept:
        return ""
    value = datetime.fromisoformat(kept) if "T" in kept else date.fromisoformat(kept)
    return show.day(value, zone)


def latest(
    db: Session, person_id: int, size: int, before: tuple[datetime, int] | None = None
) -> list[Notification]:
    """Up to `size` notifications, the newest first, before the one with this time and id."""
    wanted = select(Notification).where(Notification.person_id == person_id)
    if before is not None:
        at, row_id = before
        wanted = wanted.where(
            or_(
                col(Notification.at) < at,
                and_(col(Notification.at) == at, col(Notification.id) < row_id),
            )
        )
    return list(
        db.exec(wanted.order_by(col(Notification.at).desc(), col(Notification.id).desc()).limit(size))
    )


def own(db: Session, person_id: int, public_id: str) -> Notification:
    """One of a person's own notifications. Raises `NotFound` for any other."""
    found = db.exec(
        select(Notification).where(Notification.public_id == public_id, Notification.person_id == person_id)
    ).first()
    if found is None:
        raise NotFound(_("There is no such news of yours."))
    return found


def channels_of(db: Session, person_id: int) -> dict[Topic, Channel]:
    """How a person hears of each topic."""
    chosen = {
        one.topic: one.channel for one in db.exec(select(Preference).where(Preference.person_id == person_id))
    }
    return {**USUAL, **chosen}


def channel_of(db: Session, person_id: int, topic: Topic) -> Channel:
    chosen = db.get(Preference, (person_id, topic))
    return chosen.channel if chosen is not None else USUAL[topic]


def hour_of(db: Session, person_id: int) -> int:
    """At which hour of their own day a person gets the daily letter."""
    letter = db.get(DailyLetter, person_id)
    return letter.hour if letter is not None else USUAL_HOUR


class WaitingMail(NamedTuple):
    """A mail on the demo's page."""

    id: int
    public_id: str
    subject: str
    text: str
    created_at: datetime
    to: str
    address: str


def waiting_mail(db: Session, size: int, before: int | None = None) -> list[WaitingMail]:
    """Mail that waits, the newest first: for the demo, which sends none."""
    wanted = (
        columns(
            col(OutgoingMail.id),
            col(OutgoingMail.public_id),
            col(OutgoingMail.subject),
            col(OutgoingMail.text),
            col(OutgoingMail.created_at),
            func.coalesce(col(Person.display_name), ""),
            func.coalesce(col(Email.address), col(Invitation.address)),
        )
        .outerjoin(Email, col(Email.id) == col(OutgoingMail.email_id))
        .outerjoin(Person, col(Person.id) == col(Email.person_id))
        .outerjoin(Invitation, col(Invitation.id) == col(OutgoingMail.invitation_id))
        .where(col(OutgoingMail.status) == MailStatus.QUEUED)
        .order_by(col(OutgoingMail.id).desc())
        .limit(bindparam("size"))
    )
    if before is not None:
        wanted = wanted.where(col(OutgoingMail.id) < before)
    return [WaitingMail(*row) for row in db.connection().execute(wanted, {"size": size})]
