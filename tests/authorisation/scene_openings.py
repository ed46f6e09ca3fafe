"""Organisations, what they post, and who applied: one thing in each state that a row of the table speaks of."""

from collections.abc import Callable
from typing import Any

from sqlmodel import Session, select

from market.access import SYSTEM, Role
from market.accounts import links, members, organisations, sessions
from market.accounts.models import (
    Membership,
    Organisation,
    Person,
    TokenPurpose,
)
from market.applications import invitations, offers
from market.applications import service as applications
from market.applications.models import Application, Offer
from market.applications.rules import DeclineCode
from market.apprenticeships import waiting
from market.matching import service as matching
from market.messages import queries as threads
from market.messages import service as messages
from market.opportunities import service as postings_service
from market.opportunities.models import Opportunity
from market.opportunities.queries import get_opportunity
from tests.applications.scene import ANSWER, answers, terms
from tests.apprenticeships import inside
from tests.authorisation.scene_stage import Stage
from tests.opportunities import postings
from tests.programmes import plans


class Openings(Stage):
    """Organisations, openings, programmes, applications and offers."""

    def _organisations(self) -> None:
        make = self.make
        with make.write() as db:
            bruno = sessions.actor_for(db, make.bruno.id)
            bakery = db.get_one(Organisation, make.bakery.id)
            asked = members.invite(db, bruno, bakery, make.chidi.email, Role.MENTOR)
            link = links.mint_token(db, TokenPurpose.INVITATION, invitation_id=asked.id)
            of_ria = db.exec(select(Membership.id).where(Membership.person_id == self.ria.id)).one()
        self._put(
            "organisation",
            organisation=make.bakery.public_id,
            invitation=asked.public_id,
            membership=of_ria,
        )
        self._put("invitation", invitation=link, organisation=make.bakery.public_id)
        unknown = make.organisation("Rook Street Studio", owner=make.bruno, verified=False)
        self._put("organisation-unverified", organisation=unknown.public_id)

    def _posting(self, section: str = "", **more: Any) -> str:
        """A published opening of the bakery."""
        made = postings.published(self.make, known=self.skills, **more)
        if section:
            self._opening_of(section, made)
        return made

    def _opening_of(self, section: str, public_id: str) -> None:
        self._put(
            section,
            opening=public_id,
            person=self.make.chidi.public_id,
            skill=self._skill(next(iter(self.skills.values()))),
            section="work",
            what="part",
            step="pause",
        )

    def _openings(self) -> None:
        make = self.make
        self._opening_of("opening-draft", postings.draft(make, known=self.skills))
        self._posting("opening-published")
        paused = self._posting("opening-paused")
        self.do(make.bruno, postings_service.pause, lambda db: get_opportunity(db, paused))
        cancelled = self._posting("opening-cancelled")
        self.do(
            make.bruno, postings_service.cancel, lambda db: get_opportunity(db, cancelled), note="No flour."
        )
        waiting = postings.draft(make, known=self.skills)
        with make.write() as db:
            bakery = db.get_one(Organisation, make.bakery.id)
            organisations.unverify_organisation(db, SYSTEM, bakery)
        self.do(make.bruno, postings_service.submit, lambda db: get_opportunity(db, waiting), postings.FLOOR)
        with make.write() as db:
            organisations.verify_organisation(db, SYSTEM, db.get_one(Organisation, make.bakery.id))
        self._opening_of("opening-in-review", waiting)
        asked = self._posting()
        invited = self.do(
            make.bruno,
            invitations.invite,
            lambda db: get_opportunity(db, asked),
            lambda db: db.get_one(Person, make.amara.id),
        )
        self._put("invited", asked=invited.public_id)
        with make.write() as db:
            bruno = sessions.actor_for(db, make.bruno.id)
            ranking, rows = matching.rank_people(
                db, bruno, get_opportunity(db, asked), matching.findable_by(bruno, make.bakery.id)
            )
            matching.keep(db, ranking, rows)
            self._put("order", order=ranking.public_id)

    def _programmes(self) -> None:
        make, known = self.make, list(self.skills.values())
        self._put("programme-draft", programme=plans.draft(make, known=known))
        out = plans.published(make, known=known)
        self._put("programme-published", programme=out)
        self.do(make.amara, waiting.join, lambda db: plans.queries.get_programme(db, out))
        members = inside.published(make, known=known)
        self._put("programme-members", programme=members, round=inside.round_open(make, members))
        retired = plans.published(make, known=known)
        self.do(make.bruno, plans.service.retire, lambda db: plans.queries.get_programme(db, retired))
        self._put("programme-retired", programme=retired)
        self._opening_of("round-draft", plans.round_draft(make, out))

    def _applied(self, opening: str, **more: Any) -> Application:
        with self.make.read() as db:
            inner = get_opportunity(db, opening).id
        given = answers(self.make, inner)
        return self.do(
            self.make.amara,
            applications.apply,
            lambda db: db.get_one(Opportunity, inner),
            given,
            agrees_to_pool=True,
            **more,
        )

    def _applications(self) -> None:
        make, bruno = self.make, self.make.bruno

        def on(section: str, *steps: Callable[..., Any]) -> Application:
            opening = self._posting()
            made = self._applied(opening)
            for step in steps:
                self.do(bruno, step, lambda db: db.get_one(Application, made.id))
            self._put(
                section,
                opening=opening,
                application=made.public_id,
                person=make.amara.public_id,
                kind="application",
                thread=made.public_id,
            )
            return made

        drafted = self._posting()
        with make.read() as db:
            inner = get_opportunity(db, drafted).id
        kept = self.do(
            make.amara, applications.save_draft, lambda db: db.get_one(Opportunity, inner), {0: ANSWER}
        )
        self._put(
            "application-draft",
            opening=drafted,
            application=kept.public_id,
            kind="application",
            thread=kept.public_id,
        )
        on("application-submitted")
        read = on("application-in-review", applications.open_)
        with make.write() as db:
            actor = sessions.actor_for(db, make.amara.id)
            subject = threads.subject_of(db, actor, "application", read.public_id)
            messages.send(db, actor, subject, "When would you like me to begin?")
        on("application-pooled", applications.open_, applications.pool)

        def decline(db: Session, actor: Any, one: Application) -> None:
            applications.decline(db, actor, one, DeclineCode.TIMING, "We begin in May.")

        on("application-declined", applications.open_, decline)
        back = on("application-withdrawn")
        self.do(make.amara, applications.withdraw, lambda db: db.get_one(Application, back.id))
        offered = on("offer-by-employer", applications.open_)
        offer = self.do(bruno, offers.make, lambda db: db.get_one(Application, offered.id), terms())
        self.sections["offer-by-employer"]["offer"] = offer.public_id
        countered = on("offer-by-talent", applications.open_)
        first = self.do(bruno, offers.make, lambda db: db.get_one(Application, countered.id), terms())
        second = self.do(make.amara, offers.counter, lambda db: db.get_one(Offer, first.id), terms(hours=17))
        self.sections["offer-by-talent"]["offer"] = second.public_id
