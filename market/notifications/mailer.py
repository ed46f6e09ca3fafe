"""The mailer: takes mail that is due, hands it to the SMTP server, and marks what became of it.

Taking and marking are short transactions; the sending lies between them, outside any. A worker that dies in between
leaves its claim to run out, and the mail is sent by the next: at least once, never lost. Each mail has one Message-ID, so
that a mailbox that gets it twice can tell. When the server cannot be reached no mail is at fault: all of them wait, uncounted.
"""

import logging
import time
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Engine, delete, or_, update
from sqlmodel import Session, col, select

from market import clock
from market.accounts.models import Email, Invitation
from market.config import Settings
from market.db import transaction
from market.net import smtp
from market.notifications.models import OutgoingMail
from market.notifications.rules import CLAIM, KEEP, OUTAGE, MailStatus, pause_after

log = logging.getLogger(__name__)
AT_ONCE = 20  # mails of one round
SECONDS = 30.0  # a round ends after so long, so that deliveries and timers get their turn

_BLANK: dict[str, Any] = {"subject": "", "text": "", "html": "", "claimed_until": None}


class Mailer:
    """An errand of the worker. Does nothing when no server is set: mail then stays in the queue."""

    def __init__(self, settings: Settings, *, timeout: float = smtp.TIMEOUT) -> None:
        self.server = smtp.server_of(settings.smtp_url) if settings.smtp_url else None
        self.sender = settings.mail_from
        self.host = urlsplit(settings.public_url).hostname or "localhost"
        self.timeout = timeout
        self._outages = 0
        self._wait_until: datetime | None = None

    def __call__(self, engine: Engine) -> int:
        """Send what is due; how many mails were sent."""
        now = clock.now()
        if self.server is None or (self._wait_until is not None and now < self._wait_until):
            return 0
        taken = claim(engine)
        if not taken:
            return 0
        sent, left, begun = 0, list(taken), time.monotonic()
        try:
            with smtp.connect(self.server, self.host, timeout=self.timeout) as connection:
                while left and time.monotonic() - begun < SECONDS:
                    sent += self._send(engine, connection, left.pop(0))
        except smtp.Unreachable as error:
            pause = OUTAGE[min(self._outages, len(OUTAGE) - 1)]
            self._outages, self._wait_until = self._outages + 1, clock.now() + pause
            log.warning("mail server is away", extra={"error": str(error), "waiting": len(left)})
        else:
            self._outages, self._wait_until = 0, None
        release(engine, left)
        return sent

    def _send(self, engine: Engine, connection: smtp.Connection, mail_id: int) -> bool:
        """Send one mail and mark it. A mail whose address went away goes with it."""
        with transaction(engine, write=False) as db:
            mail = db.get(OutgoingMail, mail_id)
            to = _address(db, mail) if mail is not None else None
        if mail is None:
            return False
        if to is None:
            settle(engine, mail_id, error="there is no address any more", for_good=True)
            return False
        try:
            connection.send(self.message(mail, to), parseaddr(self.sender)[1], to)
        except smtp.Refused as error:
            settle(engine, mail_id, error=str(error), for_good=error.for_good)
            return False
        except smtp.Unreachable as error:  # it may be this mail that makes the server hang up: count it
            settle(engine, mail_id, error=str(error))
            raise
        except Exception as error:  # a mail that cannot be written must not keep the others back
            log.exception("mail could not be written", extra={"mail": mail_id})
            settle(engine, mail_id, error=type(error).__name__)
            return False
        settle(engine, mail_id)
        return True

    def message(self, mail: OutgoingMail, to: str) -> EmailMessage:
        """The mail as it goes out: text, with HTML beside it."""
        message = EmailMessage(policy=SMTP)
        message["From"] = self.sender
        message["To"] = to
        message["Subject"] = mail.subject
        message["Date"] = format_datetime(clock.now())
        message["Message-ID"] = f"<{mail.public_id}@{self.host}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(mail.text)
        message.add_alternative(mail.html, subtype="html")
        return message


def _address(db: Session, mail: OutgoingMail) -> str | None:
    """Where the mail goes, read now: nothing is sent to an address that was removed or an invitation taken back."""
    if mail.email_id is not None:
        email = db.get(Email, mail.email_id)
        return email.address if email is not None else None
    invitation = db.get(Invitation, mail.invitation_id)
    return invitation.address if invitation is not None and invitation.withdrawn_at is None else None


def _due(now: datetime) -> Any:
    return (
        select(OutgoingMail.id)
        .where(
            OutgoingMail.status == MailStatus.QUEUED,
            OutgoingMail.due_at <= now,
            or_(col(OutgoingMail.claimed_until).is_(None), col(OutgoingMail.claimed_until) <= now),
        )
        .order_by(col(OutgoingMail.due_at), col(OutgoingMail.id))
        .limit(AT_ONCE)
    )


def claim(engine: Engine) -> list[int]:
    """Take mail that is due for this worker, for a quarter of an hour; the ids. An idle worker takes no write lock."""
    now = clock.now()
    with transaction(engine, write=False) as db:
        if db.exec(_due(now).limit(1)).first() is None:
            return []
    with transaction(engine, write=True) as db:
        taken = list(db.exec(_due(now).with_for_update(skip_locked=True)))
        db.exec(update(OutgoingMail).where(col(OutgoingMail.id).in_(taken)).values(claimed_until=now + CLAIM))
        return taken


def settle(engine: Engine, mail_id: int, *, error: str = "", for_good: bool = False) -> None:
    """What became of one mail: sent and blanked, to be tried again after a pause, or failed and blanked."""
    with transaction(engine, write=True) as db:
        mail = db.get(OutgoingMail, mail_id)
        if mail is None or mail.status is not MailStatus.QUEUED:
            return
        mail.attempts += 1
        values: dict[str, Any]
        pause = None if for_good else pause_after(mail.attempts)
        if not error:
            values = {**_BLANK, "status": MailStatus.SENT, "sent_at": clock.now(), "last_error": None}
        elif pause is None:
            values = {**_BLANK, "status": MailStatus.FAILED, "last_error": error[:200]}
            log.error("mail failed", extra={"mail": mail_id, "error": error[:200]})
        else:
            values = {"due_at": clock.now() + pause, "claimed_until": None, "last_error": error[:200]}
        for name, value in values.items():
            setattr(mail, name, value)
        db.add(mail)


def release(engine: Engine, mail_ids: list[int]) -> None:
    """Give mail back that was taken and not tried."""
    if not mail_ids:
        return
    with transaction(engine, write=True) as db:
        db.exec(
            update(OutgoingMail)
            .where(col(OutgoingMail.id).in_(mail_ids), col(OutgoingMail.status) == MailStatus.QUEUED)
            .values(claimed_until=None)
        )


def forget(db: Session, now: datetime) -> int:
    """Timer: a month after it was written, mail that was never sent and the record of what was sent go away."""
    old = delete(OutgoingMail).where(col(OutgoingMail.created_at) < now - KEEP)
    return int(db.connection().execute(old).rowcount)
