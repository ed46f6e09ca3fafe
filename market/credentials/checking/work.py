"""The worker's errand that checks credentials: outside any transaction, in the killable child, within a budget."""

import logging
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple, Protocol
from urllib.parse import urlsplit

from sqlalchemy import Engine
from sqlmodel import Session

from market import clock
from market.beside import Beside, Kind
from market.config import Settings
from market.credentials.checking import queue
from market.credentials.checking.models import Check, Stage
from market.credentials.checking.schemas import Schemas
from market.credentials.child import Verifier
from market.credentials.proofs.binding import Person
from market.credentials.proofs.checks import Verification
from market.credentials.proofs.schema import KNOWN
from market.credentials.proofs.sources import Document, Unavailable
from market.credentials.proofs.trust import Registry
from market.credentials.publishing import own_issuers
from market.credentials.resolve import ACCEPT, Documents, fetch_from_the_web, resolve
from market.db import transaction
from market.net.policy import policy_of
from market.trust import queries as trust
from market.trust import reading
from market.trust.lists import Unreadable

log = logging.getLogger(__name__)
OWN_ORGANISATIONS = "organisations that moderators of this site have verified"

Own = Callable[[Session, str], Document | Unavailable | None]
"""A document that this site itself publishes (DID documents, status lists, keys, what people show): never fetched."""
Web = Callable[[str, str], Document | Unavailable]
"""(address, accept) -> a document from outside."""


class Follower(Protocol):
    """Who a check belongs to: says whose it should be, and goes along with what becomes of it."""

    def person(self, db: Session, check: Check) -> Person | None:
        """The addresses and identifiers of whoever says that the credential is theirs."""

    def reached(self, db: Session, check: Check, stage: Stage) -> None:
        """A check has come this far."""

    def settled(self, db: Session, check: Check, made: Verification) -> None:
        """A check has a report, kept in this same transaction."""


class Also(NamedTuple):
    """One more kind of work, done with this checker's fetcher and child."""

    is_due: Callable[[Session], bool]
    do_next: Callable[["Checker", Engine], bool]  # whether there was something


class Nobody:
    """The follower of checks that belong to nobody."""

    def person(self, db: Session, check: Check) -> Person | None:
        return None

    def reached(self, db: Session, check: Check, stage: Stage) -> None:
        return None

    def settled(self, db: Session, check: Check, made: Verification) -> None:
        return None


def own_nothing(db: Session, url: str) -> Document | Unavailable | None:
    return None


def registries_of(db: Session) -> list[Registry]:
    """The lists of issuers that count here, in their order: moderators', the site's own organisations, imported ones."""
    first, *others = [Registry(roll.name, roll.known, roll.denied) for roll in trust.rolls(db)]
    return [first, Registry(OWN_ORGANISATIONS, own_issuers(db)), *others]


class Checker(Beside):
    """Checks what is due, then reads the registries of issuers that are, then does what else it was given."""

    def __init__(
        self,
        settings: Settings,
        *,
        follower: Follower | None = None,
        own: Own = own_nothing,
        web: Web | None = None,
        verifier: Verifier | None = None,
        also: Sequence[Also] = (),
    ) -> None:
        kinds = (
            Kind(lambda db: queue.is_due(db, clock.now()), self._next),
            Kind(trust.has_due_registry, lambda engine: reading.read_due(engine, self.get)),
            *(Kind(one.is_due, partial(one.do_next, self)) for one in also),
        )
        super().__init__("checker", kinds)
        self.settings, self.own = settings, own
        self.follower: Follower = follower or Nobody()
        self.web: Web = web or partial(fetch_from_the_web, policy=policy_of(settings))
        self._verifier = verifier
        self._schemas = Schemas()

    def close(self) -> None:
        """Take up nothing more, and end the child process. A check that is under way is done by the next worker."""
        super().close()
        if self._verifier is not None:
            self._verifier.close()

    @property
    def verifier(self) -> Verifier:
        if self._verifier is None:
            self._verifier = Verifier()
        return self._verifier

    def _next(self, engine: Engine) -> bool:
        with transaction(engine, write=True) as db:
            check = queue.claim(db, clock.now())
            if check is None:
                return False
            content = queue.content_of(db, check.id)
            person = self.follower.person(db, check)
        try:
            killed = self.verifier.killed
            made = self._check(engine, check, content, person)
        except Exception:
            log.exception("a check failed", extra={"check": check.id})
            self._put_back(engine, check, queue.CRASH_PAUSES[min(check.tries, 3) - 1])
            return True
        if self.verifier.killed > killed and check.tries < 2:
            self._put_back(engine, check, queue.KILLED_PAUSE)
            return True
        with transaction(engine, write=True) as db:
            current = db.get(Check, check.id)
            if current is not None:  # else it was removed meanwhile
                queue.settle(db, current, made)
                self.follower.settled(db, current, made)
        return True

    def _put_back(self, engine: Engine, check: Check, pause: object) -> None:
        with transaction(engine, write=True) as db:
            current = db.get(Check, check.id)
            if current is not None:
                queue.put_back(db, current, pause)  # type: ignore[arg-type]

    def _check(self, engine: Engine, check: Check, content: bytes, person: Person | None) -> Verification:
        """Verify, fetching what is named; where the issuer is unknown so far, federations are asked about it."""
        until = time.monotonic() + self.settings.check_seconds
        documents: Documents = {}

        def get(url: str) -> Document | Unavailable:
            if time.monotonic() >= until:
                return Unavailable("the documents it names took too long together")
            if url in KNOWN:
                return self._schemas.get(url, partial(self.document, engine))
            self._reached(engine, check, Stage.ASKING, urlsplit(url).hostname or "")
            return self.document(engine, url)

        def verified() -> Verification:
            registries, left = self._registries(engine), self.settings.check_documents - len(documents)
            one_pass = partial(self._pass, engine, check, content, person, registries)
            return resolve(one_pass, get, own=self._hosts, budget=left, documents=documents)

        made = verified()
        listed = any(one.id == "registry" and one.status in ("pass", "fail") for one in made.checks)
        uri = made.issuer.id
        if uri and made.view and not listed and reading.ask_federations(engine, uri, self.get):
            made = verified()
        return made

    @property
    def _hosts(self) -> tuple[str, ...]:
        """This site's own host, with its port."""
        return (urlsplit(self.settings.public_url).netloc.lower(),)

    def document(self, engine: Engine, url: str) -> Document | Unavailable:
        """A document of this site's own as it stands in the database, any other from outside."""
        with transaction(engine, write=False) as db:
            own = self.own(db, url)
        return own if own is not None else self.web(url, ACCEPT)

    def _pass(
        self,
        engine: Engine,
        check: Check,
        content: bytes,
        person: Person | None,
        registries: list[Registry],
        documents: Documents,
    ) -> Verification:
        made = self.verifier.verify(
            content,
            at=clock.now(),
            documents=documents,
            person=person,
            registries=registries,
            own=self._hosts,
        )
        if made.readable and not documents:  # the first time
            self._reached(engine, check, Stage.READ)
        return made

    def _reached(self, engine: Engine, check: Check, stage: Stage, host: str = "") -> None:
        with transaction(engine, write=True) as db:
            queue.note_stage(db, check.id, stage, host)
            current = db.get(Check, check.id)
            if current is not None:
                self.follower.reached(db, current, stage)

    def _registries(self, engine: Engine) -> list[Registry]:
        with transaction(engine, write=False) as db:
            return registries_of(db)

    def get(self, url: str, accept: str) -> bytes:
        """A document for `trust.reading`, through the same fetcher."""
        found = self.web(url, accept)
        if isinstance(found, Document):
            return found.body
        if found.reason in ("the site answered 404", "the site answered 410"):
            raise reading.Gone
        raise Unreadable(f"{found.reason[:1].upper()}{found.reason[1:]}.")
