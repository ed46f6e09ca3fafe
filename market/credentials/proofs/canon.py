"""RDF dataset canonicalisation (RDFC-1.0) with a work limit, so that a hostile graph is refused and not awaited.

PyLD's URDNA2015 does the search for canonical labels; this module adds what RDFC-1.0 says and PyLD does not:
the escapes for control characters, SHA-384, labels that look canonical already, a check that every IRI can be
written in N-Quads at all, and the limit. Source: https://www.w3.org/TR/rdf-canon/
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any, cast

from pyld.canon import URDNA2015
from pyld.identifier_issuer import IdentifierIssuer

Dataset = dict[str, list[dict[str, Any]]]

MAX_QUADS = 12_000
WORK = 6_000  # label issuers copied; the hardest graph of the test-suite that must pass needs fewer

XSD_STRING = "http://www.w3.org/2001/XMLSchema#string"
LANG_STRING = "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString"

_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:[^\x00-\x20<>\"{}|^`\\]*\Z")
_LABEL = re.compile(r"_:[^\s<>\"]+\Z")
_LANGUAGE = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*\Z")
_ESCAPED = re.compile(r'[\x00-\x1f\x7f"\\]')
_SHORT = {"\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r", '"': '\\"', "\\": "\\\\"}


class TooComplex(ValueError):
    """Canonical labels would take more work than any honest credential needs."""


class Unwritable(ValueError):
    """A name in the dataset cannot be written as N-Quads, so what was signed is not certain."""


class _Work:
    def __init__(self, limit: int) -> None:
        self.left = limit

    def take(self, units: int = 1) -> None:
        self.left -= units
        if self.left < 0:
            raise TooComplex


class _Issuer(IdentifierIssuer):  # type: ignore[misc]
    """PyLD copies the issuer once for each permutation it tries: the place to count, and to copy cheaply."""

    def __init__(self, prefix: str, work: _Work) -> None:
        super().__init__(prefix)
        self.work = work

    def __deepcopy__(self, memo: dict[int, Any]) -> _Issuer:
        self.work.take(1 + len(self.order) // 8)
        twin = _Issuer(self.prefix, self.work)
        twin.counter = self.counter
        twin.existing = self.existing.copy()
        twin.order = self.order.copy()
        return twin


def _escape(match: re.Match[str]) -> str:
    letter = match.group()
    return _SHORT.get(letter) or f"\\u{ord(letter):04X}"


def _iri(value: Any) -> str:
    if not isinstance(value, str) or not _IRI.match(value):
        raise Unwritable(str(value)[:200])
    return f"<{value}>"


def _term(term: dict[str, Any]) -> str | None:
    """The term in N-Quads; None for a blank node, whose label is not settled yet."""
    kind, value = term["type"], term["value"]
    if kind == "blank node":
        if not _LABEL.match(value):
            raise Unwritable(value[:200])
        return None
    if kind == "IRI":
        return _iri(value)
    if not isinstance(value, str):
        raise Unwritable(repr(value)[:200])
    written = f'"{_ESCAPED.sub(_escape, value)}"'
    datatype = term.get("datatype", XSD_STRING)
    if datatype == LANG_STRING and term.get("language"):
        language = term["language"]
        if not isinstance(language, str) or not _LANGUAGE.match(language):
            raise Unwritable(str(language)[:200])
        return f"{written}@{language}"
    return written if datatype == XSD_STRING else f"{written}^^{_iri(datatype)}"


class _Rdfc(URDNA2015):  # type: ignore[misc]
    """One canonicalisation. `run` follows section 4.4.3; the N-degree search is PyLD's."""

    def __init__(self, algorithm: str, work: int) -> None:
        super().__init__()
        self.algorithm = algorithm
        self.work = _Work(work)
        self.canonical_issuer = _Issuer("_:c14n", self.work)
        self.written: list[tuple[str | None, ...]] = []

    def create_hash(self) -> Any:
        return hashlib.new(self.algorithm)

    def hash_n_degree_quads(self, id_: str, issuer: Any) -> Any:
        self.work.take(1 + len(self.blank_node_info[id_]["quads"]) // 4)
        return super().hash_n_degree_quads(id_, issuer)

    def hash_first_degree_quads(self, id_: str) -> str:
        info = self.blank_node_info[id_]
        if "hash" not in info:
            lines = sorted(
                self._line(quad, lambda label: "_:a" if label == id_ else "_:z") for quad in info["quads"]
            )
            info["hash"] = self.hash_nquads(lines)
        return cast(str, info["hash"])

    @staticmethod
    def _line(quad: dict[str, Any], label: Any) -> str:
        parts = [
            text if text is not None else label(quad[key]["value"]) for key, text in quad["written"].items()
        ]
        return " ".join(parts) + " .\n"

    def _load(self, dataset: Dataset) -> None:
        """Read the quads once, each written as far as it can be, and dropped when it is there already."""
        seen = set()
        for name, triples in dataset.items():
            for triple in triples:
                quad = {key: triple[key] for key in ("subject", "predicate", "object")}
                if name != "@default":
                    quad["name"] = {"type": "blank node" if name.startswith("_:") else "IRI", "value": name}
                written = {key: _term(term) for key, term in quad.items()}
                line = tuple(text or quad[key]["value"] for key, text in written.items())
                if line in seen:
                    continue
                seen.add(line)
                if len(seen) > MAX_QUADS:
                    raise TooComplex
                plain = quad.copy()
                quad["written"] = written
                self.quads.append(quad)
                for key, term in plain.items():
                    if key != "predicate" and term["type"] == "blank node":
                        info = self.blank_node_info.setdefault(term["value"], {"quads": []})
                        if not info["quads"] or info["quads"][-1] is not quad:
                            info["quads"].append(quad)

    def create_hash_to_related(self, id_: str, issuer: Any) -> dict[str, list[str]]:
        related: dict[str, list[str]] = {}
        for quad in self.blank_node_info[id_]["quads"]:
            for key, text in quad["written"].items():
                other = quad[key]["value"]
                if text is None and other != id_:
                    digest = self.hash_related_blank_node(other, quad, issuer, self.POSITIONS[key])
                    related.setdefault(digest, []).append(other)
        return related

    def lines(self, labels: Mapping[str, str] | None = None) -> list[str]:
        """The sorted lines, once named: with canonical labels, or with those given for the canonical ones."""
        names = self.canonical_issuer.existing
        if labels is None:
            return sorted(self._line(quad, names.__getitem__) for quad in self.quads)
        return sorted(
            self._line(quad, lambda label: f"_:{labels[names[label].removeprefix('_:')]}")
            for quad in self.quads
        )

    def name(self, dataset: Dataset) -> dict[str, str]:
        """Find the canonical label of each blank node."""
        self._load(dataset)
        by_hash: dict[str, list[str]] = {}
        for label in self.blank_node_info:
            by_hash.setdefault(self.hash_first_degree_quads(label), []).append(label)
        shared = []
        for _digest, labels in sorted(by_hash.items()):
            if len(labels) == 1:
                self.canonical_issuer.get_id(labels[0])
            else:
                shared.append(labels)
        for labels in shared:
            paths = []
            for label in labels:
                if not self.canonical_issuer.has_id(label):
                    issuer = _Issuer("_:b", self.work)
                    issuer.get_id(label)
                    paths.append(self.hash_n_degree_quads(label, issuer))
            for path in sorted(paths, key=lambda found: cast(str, found["hash"])):
                for label in path["issuer"].order:
                    self.canonical_issuer.get_id(label)
        return {
            old.removeprefix("_:"): new.removeprefix("_:")
            for old, new in self.canonical_issuer.existing.items()
        }


def canonicalise(
    dataset: Dataset, algorithm: str = "sha256", *, work: int = WORK
) -> tuple[str, dict[str, str]]:
    """The canonical N-Quads of a dataset in PyLD's form, and the canonical label of each blank node.

    `algorithm` is "sha256" or "sha384". Raises `TooComplex` past the work limit, `Unwritable` for names that
    N-Quads cannot hold.
    """
    made = _Rdfc(algorithm, work)
    try:
        names = made.name(dataset)
    except RecursionError as cause:
        raise TooComplex from cause
    return "".join(made.lines()), names


def relabelled(dataset: Dataset, labels: Mapping[str, str]) -> list[str] | None:
    """The sorted N-Quads lines with other labels in place of the canonical ones (both without "_:").

    None where `labels` does not name each blank node, and no other. Raises as `canonicalise` does.
    """
    made = _Rdfc("sha256", WORK)
    try:
        names = made.name(dataset)
    except RecursionError as cause:
        raise TooComplex from cause
    return made.lines(labels) if set(names.values()) == set(labels) else None
