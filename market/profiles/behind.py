"""What lies behind levels, read at once: the items of the ledger, who says so, and what each was written for."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import CTE, select
from sqlmodel import Session, col

from market.accounts.models import Organisation, Person
from market.evidence.queries import LEDGER, NEWEST, LedgerRow
from market.gather import Gather, Read, Rows
from market.trust.models import KnownIssuer
from market.trust.queries import ISSUERS, named_in
from market.web.kit import SourceWords
from market.words import _

Sources = Mapping[str, SourceWords]
"""What evidence was written for, by the kind of its source: `panels.SOURCE_WORDS`."""


class Behind(NamedTuple):
    """Items of one person's ledger; the names of who says so; and a row of `SourceWords.of` by kind and id of its source."""

    rows: list[LedgerRow]
    parties: Mapping[tuple[str, int | None], str]
    sources: Mapping[tuple[str, int], Any]


def reads(ledger: Any, sources: Sources) -> list[Read]:
    """Everything for `made`, from a statement of the ledger (`evidence.queries.LEDGER`, or a part of it)."""
    rows = ledger.cte("ledger")
    people, orgs, issuers = (_parties(rows, kind) for kind in ("person", "organisation", "issuer"))
    return [
        select(rows),
        select(col(Person.id), col(Person.display_name)).where(col(Person.id).in_(people)),
        select(col(Organisation.id), col(Organisation.name)).where(col(Organisation.id).in_(orgs)),
        ISSUERS.where(col(KnownIssuer.id).in_(issuers)),
        *(
            one.of.where(
                one.of.selected_columns[0].in_(select(rows.c.source_id).where(rows.c.source_kind == kind))
            )
            for kind, one in sources.items()
        ),
    ]


def _parties(rows: CTE, kind: str) -> Any:
    return select(rows.c.party_id).where(rows.c.party_kind == kind)


def made(found: Sequence[Rows], sources: Sources) -> Behind:
    """What was read by `reads`. Nobody says what a person says of themselves."""
    rows, people, orgs, issuers, *behind = found
    parties: dict[tuple[str, int | None], str] = {}
    parties |= {("person", one): name or _("Someone who has left") for one, name in people}
    parties |= {("organisation", one): name for one, name in orgs}
    parties |= {("issuer", one): named.name for one, named in named_in(issuers).items()}
    return Behind(
        [LedgerRow._make(row) for row in rows],
        parties,
        {(kind, row[0]): row for kind, read in zip(sources, behind, strict=True) for row in read},
    )


def of_person(db: Session, person_id: int, sources: Sources, release: int = NEWEST) -> Behind:
    """Everything behind one person's levels, as a release of severity and strength reads it. One statement."""
    found = Gather(*reads(LEDGER, sources)).read(db, {"person": person_id, "release": release})
    return made(found, sources)
