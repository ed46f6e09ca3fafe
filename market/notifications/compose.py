"""Letters: plain, well-ordered text and HTML that need no style sheet. Links never change anything by being opened."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Engine
from sqlmodel import Session

from market import clock
from market.config import Settings
from market.notifications.models import OutgoingMail
from market.notifications.rules import one_line
from market.web.render import environment
from market.words import language


@dataclass(frozen=True, slots=True)
class Letter:
    """What a letter says, before it is laid out."""

    title: str
    words: tuple[str, ...]  # paragraphs
    action: str = ""  # the words of its one link
    link: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    after: str = ""  # below the link
    why: str = ""  # why it comes
    settings_link: str = ""  # where that can be changed
    items: tuple[tuple[str, str, str], ...] = field(default=())  # of a daily letter: title, line, link


def knowing(engine: Engine, settings: Settings) -> Engine:
    """The engine, knowing the site's settings: what letters are written with by subscribers and timers."""
    return engine.execution_options(site_settings=settings)


def settings_of(db: Session) -> Settings:
    """The site's settings, as the engine was told by `knowing`; the defaults where it was not."""
    known: Settings | None = db.get_bind().get_execution_options().get("site_settings")
    return known or Settings()


def address_of(settings: Settings, path: str) -> str:
    """A path of the site as a link for a letter."""
    return settings.public_url.rstrip("/") + path


def queue(
    db: Session,
    letter: Letter,
    *,
    email_id: int | None = None,
    invitation_id: int | None = None,
    event_id: int | None = None,
    due_at: datetime | None = None,
) -> OutgoingMail:
    """Put a letter into the queue, laid out in the language being spoken."""
    settings = settings_of(db)
    given = {"letter": letter, "site": settings, "language": language()}
    made = OutgoingMail(
        email_id=email_id,
        invitation_id=invitation_id,
        event_id=event_id,
        subject=one_line(letter.title),
        text=environment().get_template("email/letter.txt").render(given),
        html=environment().get_template("email/letter.html").render(given),
        due_at=due_at or clock.now(),
    )
    db.add(made)
    db.flush()
    return made
