"""An OpenID Federation for tests: a trust anchor with a key of its own, and what it answers."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from joserfc import jws
from joserfc.jwk import ECKey

ANCHOR = "https://anchor.example"
CONFIGURATION = f"{ANCHOR}/.well-known/openid-federation"
ENDPOINT = f"{ANCHOR}/fetch"


class Anchor:
    """Signs statements. `key` may be exchanged for another's."""

    def __init__(self) -> None:
        self.key = ECKey.generate_key("P-256", parameters={"kid": "anchor-1", "use": "sig", "alg": "ES256"})

    def statement(
        self, at: datetime, issuer: str, subject: str, *, typ: str = "entity-statement+jwt", **claims: Any
    ) -> bytes:
        import json

        made = {
            "iss": issuer,
            "sub": subject,
            "iat": int(at.timestamp()),
            "exp": int((at + timedelta(days=1)).timestamp()),
            **claims,
        }
        header = {"alg": "ES256", "typ": typ, "kid": "anchor-1"}
        return jws.serialize_compact(header, json.dumps(made).encode(), self.key).encode()

    def configuration(self, at: datetime, **claims: Any) -> bytes:
        """What the anchor says of itself."""
        more = {
            "jwks": {"keys": [self.key.as_dict(private=False)]},
            "metadata": {"federation_entity": {"federation_fetch_endpoint": ENDPOINT}},
        }
        return self.statement(at, ANCHOR, ANCHOR, **(more | claims))

    def answer(self, at: datetime, issuer: str, **claims: Any) -> bytes:
        """What the anchor says of an issuer."""
        entity = {"organization_name": "Aire College", "homepage_uri": "https://aire.example"}
        return self.statement(at, ANCHOR, issuer, **({"metadata": {"federation_entity": entity}} | claims))
