"""The worker's errand that checks credentials: outside any transaction, in the killable child, within a budget.

It has a thread of its own, since an issuer that answers slowly must not hold up mail and deliveries. A worker that dies
leaves its claim to run out, and the job is done by the next.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit

from sqlalchemy import Engine
from sqlmodel import Session

from market import clock
from market.config import Settings
from market.credentials.checking import queue
from market.credentials.checking.models import Check, Stage
from market.credentials.checking.schemas import Schemas
from market.credentials.child import Verifier
from market.credentials.proofs.binding import Person
from market.credentials.proofs.checks import Verification
from market.credentials.proofs.sources import Document, Unavailable
from market.credentials.proofs.trust import Registry
from market.credentials.publishing import own_issuers
from market.credentials.resolve import is_own, schema_wanted
from market.db import transaction
from market.net.errors import FetchError
from market.net.fetch import Policy, fetch
from market.net.policy import policy_of
from market.trust import queries as trust
from market.trust import reading
from market.trust.lists import Unreadable

log = logging.getLogger(__name__)
ACCEPT = "application/did+json, application/vc+ld+json, application/ld+json, application/json, */*;q=0.5"
SEVERAL = 20  # jobs of one round
OWN_ORGANISATIONS = "organisations that moderators of this site have verified"

Own = Callable[[Session, str], Document | Unavailable | None]
"""A document that this site itself publishes (DID documents, status lists, keys, what people show): never fetched."""
Also = Callable[["Checker", Engine], bool]
"""One more thing to do between rounds, with this checker's fetcher and child; whether there was something."""
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


def from_the_web(policy: Policy) -> Web:
    """Documents through the guarded fetcher."""

    def get(url: str, accept: str) -> Document | Unavailable:
        try:
            found = fetch(url, policy=policy, accept=accept)
        except FetchError as cause:
            return Unavailable(_phrase(cause.reason))
        if not found.ok:
            return Unavailable(f"the site answered {found.status}")
        return Document(found.body, found.media_type, found.url, found.at.isoformat())

    return get


def _phrase(sentence: str) -> str:
    """The first sentence of an explanation, to stand inside another."""
    first = sentence.partition(". ")[0].rstrip(".")
    return first[:1].lower() + first[1:]


@dataclass
class _Budget:
    """How many documents, and until when."""

    documents: int
    until: float


class Checker:
    """An errand of the worker: `checker(engine)` starts the thread when something is due, and returns at once."""

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
        self.settings, self.own, self.also = settings, own, also
        self.follower: Follower = follower or Nobody()
        self.web = web or from_the_web(policy_of(settings))
        self._verifier = verifier
        self._schemas = Schemas()
        self._thread: threading.Thread | None = None
        self._is_open = True

    def __call__(self, engine: Engine) -> int:
        """Have what is due done in the background. Returns 0: the worker need not hurry back for it."""
        if self._is_open and (self._thread is None or not self._thread.is_alive()):
            self._thread = threading.Thread(target=self._round, args=(engine,), name="checker", daemon=True)
            self._thread.start()
        return 0

    def _round(self, engine: Engine) -> None:
        try:
            self.run(engine)
        except Exception:
            log.exception("checking failed")

    def run(self, engine: Engine, most: int = SEVERAL) -> int:
        """Do what is due, here and now; how many jobs were taken up. Registries are read between two jobs."""
        done = 0
        while self._is_open and done < most and self._next(engine):
            done += 1
        for more in (_registries, *self.also):
            turns = 0
            while self._is_open and turns < most and more(self, engine):
                turns += 1
            done += turns
        return done

    def close(self) -> None:
        """Take up nothing more, and end the child process. A check that is under way is done by the next worker."""
        self._is_open = False
        if self._thread is not None:
            self._thread.join(timeout=5)
        if self._verifier is not None:
            self._verifier.close()

    @property
    def verifier(self) -> Verifier:
        if self._verifier is None:
            self._verifier = Verifier()
        return self._verifier

    def _next(self, engine: Engine) -> bool:
        now = clock.now()
        with transaction(
            engine, write=False
        ) as db:  # look before locking: an idle worker takes no write lock
            if not queue.is_due(db, now):
                return False
        with transaction(engine, write=True) as db:
            check = queue.claim(db, now)
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
        documents: dict[str, Document | Unavailable] = {}
        budget = _Budget(self.settings.check_documents, time.monotonic() + self.settings.check_seconds)
        registries = self._registries(engine)
        made = self._pass(content, documents, person, registries)
        if made.readable:
            self._reached(engine, check, Stage.READ)
        made = self._resolved(engine, check, content, documents, person, registries, budget, made)
        uri, listed = (
            made.issuer.id,
            any(one.id == "registry" and one.status in ("pass", "fail") for one in made.checks),
        )
        if uri and made.view and not listed and reading.ask_federations(engine, uri, self.get):
            made = self._pass(content, documents, person, self._registries(engine))
        return made

    def _resolved(
        self,
        engine: Engine,
        check: Check,
        content: bytes,
        documents: dict[str, Document | Unavailable],
        person: Person | None,
        registries: list[Registry],
        budget: _Budget,
        made: Verification,
    ) -> Verification:
        while asked := [need.url for need in made.needs if need.url not in documents]:
            for url in asked:
                self._reached(engine, check, Stage.ASKING, urlsplit(url).hostname or "")
                documents[url] = self._document(engine, url, budget)
            made = self._pass(content, documents, person, registries)
        schema = None if is_own(made, self._hosts) else schema_wanted(made)
        if schema is not None and budget.documents > 0 and time.monotonic() < budget.until:
            documents[schema] = self._schemas.get(schema, lambda url: self._document(engine, url, budget))
            made = self._pass(content, documents, person, registries)
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

    def _document(self, engine: Engine, url: str, budget: _Budget) -> Document | Unavailable:
        if budget.documents <= 0:
            return Unavailable("the credential asks for too many documents")
        if time.monotonic() >= budget.until:
            return Unavailable("the documents it names took too long together")
        budget.documents -= 1
        return self.document(engine, url)

    def _pass(
        self,
        content: bytes,
        documents: dict[str, Document | Unavailable],
        person: Person | None,
        registries: list[Registry],
    ) -> Verification:
        return self.verifier.verify(
            content,
            at=clock.now(),
            documents=documents,
            person=person,
            registries=registries,
            own=self._hosts,
        )

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


def _registries(checker: Checker, engine: Engine) -> bool:
    """Read the registry of issuers that is due, if one is."""
    return reading.read_due(engine, checker.get)
