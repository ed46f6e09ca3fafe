"""Do we know the issuer? An ordered list of registries; the first that speaks of an issuer decides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from .checks import Issuer, Report


@dataclass(frozen=True)
class Registry:
    """Who is known and who is refused, by issuer id. The names are the registry's, not the badge's."""

    name: str
    known: Mapping[str, str] = field(default_factory=dict)
    denied: frozenset[str] = frozenset()


def judge(
    report: Report, issuer_id: str | None, own_name: str | None, registries: Sequence[Registry]
) -> Issuer:
    """Note what the registries say; the name returned is theirs where the issuer is known."""
    if issuer_id is None:
        return Issuer()
    for registry in registries:
        if issuer_id in registry.denied:
            report.add("registry", "issuer", "fail", "issuer_denied", registry=registry.name)
            return Issuer(issuer_id, registry.known.get(issuer_id, own_name), False)
        if issuer_id in registry.known:
            name = registry.known[issuer_id]
            report.add("registry", "issuer", "pass", "issuer_known", name=name, registry=registry.name)
            return Issuer(issuer_id, name, True)
    host = _host(issuer_id)
    if host is None:
        report.add("registry", "issuer", "warn", "issuer_self_asserted", name=own_name or "")
    else:
        report.add("registry", "issuer", "not_applicable", "issuer_not_listed", host=host)
    return Issuer(issuer_id, own_name, False)


def _host(issuer_id: str) -> str | None:
    """The domain that the issuer is shown to control, where the identifier shows one."""
    if issuer_id.startswith("did:web:"):
        return issuer_id.split(":")[2].replace("%3A", ":")
    if issuer_id.startswith(("https://", "http://")):
        return urlsplit(issuer_id).hostname
    return None
