"""Issuers on trial: whoever stands on the site's own list is vouched for from the start."""

from collections.abc import Sequence
from datetime import timedelta

import sqlalchemy as sa
from alembic import op

from market import clock
from market.db import Utc

revision: str = "dd84378a5dfd"
down_revision: str | Sequence[str] | None = "023b94fd69a9"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_ISSUER = sa.table("issuer", sa.column("id"), sa.column("standing"))
_RELEASE = sa.table(
    "evidence_release",
    sa.column("version", sa.BigInteger),
    sa.column("published_at", Utc),
    sa.column("model_version"),
    sa.column("marks"),
    sa.column("holders"),
    sa.column("changed"),
    sa.column("checked_at", Utc),
)
_STRENGTH = sa.table(
    "source_strength",
    *map(
        sa.column,
        ("kind", "party_kind", "party_id", "version", "gain_milli", "inflation_milli", "n", "on_trial"),
    ),
)


def upgrade() -> None:
    op.add_column(
        "source_strength", sa.Column("on_trial", sa.Boolean(), server_default="0", nullable=False)
    )
    _vouch_for_those_on_the_list()


def _vouch_for_those_on_the_list() -> None:
    """A release of its own, by which their credentials go on counting in full; what was learned of others stays."""
    connection = op.get_bind()
    learned = sa.select(_STRENGTH.c.party_id).where(_STRENGTH.c.kind == "issuer")
    wanted = sa.select(_ISSUER.c.id).where(_ISSUER.c.standing == "allowed", _ISSUER.c.id.not_in(learned))
    issuers = connection.execute(wanted.order_by(_ISSUER.c.id)).scalars().all()
    if not issuers:
        return
    latest = connection.execute(sa.select(_RELEASE).order_by(_RELEASE.c.version.desc()).limit(1)).first()
    now = clock.now()
    made = {
        "published_at": now,
        "model_version": latest.model_version if latest else 2,
        "marks": latest.marks if latest else 0,
        "holders": latest.holders if latest else 0,
        "changed": len(issuers),
        "checked_at": latest.checked_at if latest else now - timedelta(days=7),
    }
    version = connection.execute(sa.insert(_RELEASE).values(made).returning(_RELEASE.c.version)).scalar_one()
    rows = [
        {
            "kind": "issuer",
            "party_kind": "issuer",
            "party_id": issuer,
            "version": version,
            "gain_milli": 1000,
            "inflation_milli": 0,
            "n": 0,
            "on_trial": False,
        }
        for issuer in issuers
    ]
    connection.execute(sa.insert(_STRENGTH), rows)


def downgrade() -> None:
    op.drop_column("source_strength", "on_trial")
