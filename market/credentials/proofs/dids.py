"""From the name of a key to the key: did:key, did:jwk, did:web and https controller documents.

A key counts only when its controller's own document lists it for the purpose asked. A key in a URL fragment
or in a token's header is a claim about which key was used, never the key itself.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote

from . import jsonio, keys, multi
from .sources import BadURL, Sources, allowed_url

_HOST = re.compile(r"[a-z0-9.-]+(:\d{1,5})?\Z")
_PART = re.compile(r"[A-Za-z0-9._~-]+\Z")


class KeyRefused(ValueError):
    """The key may not be used: it is not listed, not well formed, or its document is. `code` says how."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(detail or code)
        self.code = code
        self.detail = detail


class MethodUnsupported(ValueError):
    """The identifier is of a kind that this verifier does not resolve."""


@dataclass(frozen=True)
class Resolved:
    """A key that its controller lists for the purpose, and who that controller is."""

    key: keys.Key
    controller: str
    method: str


def did_web_url(did: str, own: Collection[str] = ()) -> str:
    """Where the document of a did:web lies; `own` as for `allowed_url`. Raises `KeyRefused` for a path or host that tries to lead astray."""
    head, *path = did.removeprefix("did:web:").split(":")
    host = unquote(head)
    if not _HOST.match(host) or any(not _PART.match(part) or set(part) == {"."} for part in path):
        raise KeyRefused("did_malformed", did[:200])
    if quote(host, safe="") != head.replace("%3a", "%3A") or host != host.lower():
        raise KeyRefused("did_malformed", did[:200])
    end = "/" + "/".join([*path, "did.json"]) if path else "/.well-known/did.json"
    try:
        return allowed_url(f"https://{host}{end}", own=own)
    except BadURL as cause:
        raise KeyRefused("did_malformed", did[:200]) from cause


def document_of(controller: str, sources: Sources) -> dict[str, Any]:
    """The controller's own document, made for did:key and did:jwk, read from the sources for the others.

    Its `id` is checked to be the controller. Raises `Missing`, `Unreachable`, `BadURL`, `KeyRefused`,
    `MethodUnsupported` or `keys.BadKey`.
    """
    if controller.startswith("did:key:"):
        return _of_did_key(controller)
    if controller.startswith("did:jwk:"):
        return _of_did_jwk(controller)
    if controller.startswith("did:web:"):
        url = did_web_url(controller, sources.own)
    elif controller.startswith("https://"):
        url = controller
    elif controller.startswith("did:"):
        raise MethodUnsupported(":".join(controller.split(":")[:2])[:60])
    else:
        raise KeyRefused("key_reference_malformed", controller[:200])
    body = sources.get(url, "did" if controller.startswith("did:") else "key").body
    try:
        document = jsonio.parse_object(body)
    except jsonio.BadJSON as cause:
        raise KeyRefused("key_document_unreadable", cause.code) from cause
    if document.get("id") != controller:
        raise KeyRefused("key_document_of_another", str(document.get("id"))[:200])
    return document


def resolve(reference: str, purpose: str, sources: Sources) -> Resolved:
    """The key that `reference` (a DID URL or an https URL with a fragment) names, listed for `purpose`."""
    controller, _, fragment = reference.partition("#")
    if not fragment or any(letter <= " " for letter in reference):
        raise KeyRefused("key_reference_malformed", reference[:200])
    document = document_of(controller, sources)
    found = None
    for method in methods(document, purpose):
        if method_id(method, controller) == reference:
            if found is not None:
                raise KeyRefused("key_listed_twice", reference[:200])
            found = method
    if found is None:
        others = [method_id(method, controller) for method in _all_methods(document)]
        code = "key_not_authorised" if reference in others else "key_not_listed"
        raise KeyRefused(code, reference[:200])
    if found.get("controller", controller) != controller:
        raise KeyRefused("key_of_another_controller", str(found.get("controller"))[:200])
    if "revoked" in found or "expires" in found:
        raise KeyRefused("key_withdrawn", str(found.get("revoked") or found.get("expires"))[:60])
    return Resolved(keys.from_method(found), controller, reference)


def find_by_key(key: keys.Key, controller: str, purpose: str, sources: Sources) -> Resolved | None:
    """The method under which the controller lists this very key for the purpose, if it does."""
    document = document_of(controller, sources)
    for method in methods(document, purpose):
        if method.get("controller", controller) != controller or "revoked" in method or "expires" in method:
            continue
        try:
            listed = keys.from_method(method)
        except keys.BadKey:
            continue
        if listed.fingerprint() == key.fingerprint():
            return Resolved(listed, controller, method_id(method, controller) or controller)
    return None


def methods(document: dict[str, Any], purpose: str) -> list[dict[str, Any]]:
    """The verification methods that a document lists for a purpose, embedded or by reference."""
    controller = str(document["id"])
    known = {method_id(method, controller): method for method in _all_methods(document)}
    found = []
    for entry in jsonio.listed(document.get(purpose)):
        if isinstance(entry, dict):
            found.append(entry)
        elif isinstance(entry, str):
            method = known.get(controller + entry if entry.startswith("#") else entry)
            if method is not None:
                found.append(method)
    return found


def method_id(method: dict[str, Any], controller: str) -> str | None:
    """The absolute id of a verification method, which may be written as a bare fragment."""
    name = method.get("id")
    if not isinstance(name, str):
        return None
    return controller + name if name.startswith("#") else name


def _all_methods(document: dict[str, Any]) -> list[dict[str, Any]]:
    names = ("verificationMethod", "publicKey", "authentication")
    return [entry for name in names for entry in jsonio.listed(document.get(name)) if isinstance(entry, dict)]


def _made(controller: str, fragment: str, key: dict[str, Any]) -> dict[str, Any]:
    method = {"id": f"{controller}#{fragment}", "controller": controller, **key}
    purposes = ("assertionMethod", "authentication")
    return {"id": controller, "verificationMethod": [method], **{name: [method["id"]] for name in purposes}}


def _of_did_key(did: str) -> dict[str, Any]:
    text = did.removeprefix("did:key:")
    keys.from_multikey(text)
    return _made(did, text, {"type": "Multikey", "publicKeyMultibase": text})


def _of_did_jwk(did: str) -> dict[str, Any]:
    try:
        jwk = jsonio.parse_object(multi.base64url_decode(did.removeprefix("did:jwk:"), limit=8192))
    except (multi.BadEncoding, jsonio.BadJSON) as cause:
        raise KeyRefused("did_malformed", did[:200]) from cause
    return _made(did, "0", {"type": "JsonWebKey", "publicKeyJwk": jwk})
