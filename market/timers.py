"""What falls due: deadlines, reveals, expiries, reminders. One sweep asks each feature in turn.

A timer is `(db, now) -> how many things it moved`, does at most a few hundred things at a time, and may run again at
once without harm: what it moved is not due any more.
"""

import logging
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Engine, func
from sqlmodel import Session, col, select

from market import clock
from market.accounts import links, sessions
from market.accounts import service as accounts
from market.applications import reactions as applications
from market.applications.queries import STILL_OPEN
from market.apprenticeships import following, soft_rounds, waiting, watch
from market.credentials import lists
from market.credentials import reactions as credentials
from market.credentials.checking import queue as checks
from market.db import transaction
from market.engagements import milestones, reminders
from market.engagements import rules as engagements
from market.engagements import service as work
from market.engagements.models import Engagement
from market.evidence import learning
from market.evidence import service as evidence
from market.files import service as files
from market.matching import changes, retention
from market.notifications import digest, mailer
from market.opportunities import timers as opportunities
from market.pathways import reactions as pathways
from market.reviews import service as reviews
from market.staff import service as staff
from market.wallet import service as wallet
from market.web import submission
from market.webhooks import service as webhooks

log = logging.getLogger(__name__)
Timer = Callable[[Session, datetime], int]


# Openings that are not over: somebody waits for an answer there, or works.
_WORKED_ON = select(col(Engagement.opportunity_id)).where(
    col(Engagement.opportunity_id).is_not(None),
    col(Engagement.status).not_in((*engagements.ENDED, engagements.Status.CALLED_OFF)),
)

TIMERS: tuple[Timer, ...] = (
    accounts.forget_unconfirmed,
    sessions.sweep,
    submission.sweep,
    links.sweep,
    files.sweep,
    learning.learn_due,
    evidence.refresh,
    changes.tidy,
    checks.sweep,
    wallet.recheck_due,
    opportunities.close_due,
    opportunities.end_settled(STILL_OPEN, _WORKED_ON),
    opportunities.warn_closing,
    opportunities.warn_idle,
    opportunities.expire_idle,
    applications.expire_offers,
    applications.warn_of_lapse,
    applications.mark_overdue,
    applications.close_unanswered,
    applications.end_consent,
    work.start_due,
    work.nudge_paused,
    watch.watch,
    watch.remind_to_confirm,
    waiting.ask_next,
    following.ask_due,
    soft_rounds.open_due,
    soft_rounds.remind,
    soft_rounds.close_due,
    milestones.warn_silence,
    milestones.deem_approved,
    milestones.tell_overdue,
    reminders.warn_due,
    reminders.warn_end,
    reminders.warn_judging,
    digest.send_due,
    mailer.forget,
    retention.forget_old,
    reviews.reveal_due,
    staff.end_due,
    webhooks.forget_old,
    lists.refresh,
    pathways.issue_owed,
    credentials.remind_expiring,
    credentials.expire_due,
)


def sweep(engine: Engine, timers: tuple[Timer, ...] | None = None) -> int:
    """Run every timer once, each in a transaction of its own; one that fails does not stop the others."""
    moved = 0
    for timer in TIMERS if timers is None else timers:
        name = f"{timer.__module__}.{getattr(timer, '__name__', 'unnamed')}"
        try:
            with transaction(engine, write=True) as db:
                if _is_alone(db, name):
                    moved += timer(db, clock.now())
        except Exception:
            log.exception("timer failed", extra={"timer": name})
    return moved


def _is_alone(db: Session, name: str) -> bool:
    """Does no other worker run this timer now? (On SQLite there is one writer at a time anyway.)"""
    if db.get_bind().dialect.name == "sqlite":
        return True
    lock = select(func.pg_try_advisory_xact_lock(func.hashtext(name)))
    return bool(db.connection().execute(lock).scalar())
