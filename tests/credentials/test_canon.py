"""Canonicalisation agrees with the W3C test-suite, with a second implementation, and refuses poison."""

from __future__ import annotations

import csv
import hashlib
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from market.credentials.proofs.canon import Dataset, TooComplex, Unwritable, canonicalise
from tests.support import effort

from .fixtures import SETS, load, need

SUITE = SETS / "w3c-rdf-canon" / "tests"


def cases() -> list[dict[str, str]]:
    manifest = SUITE / "manifest.csv"
    if not manifest.exists():
        return []
    with manifest.open(encoding="utf-8") as lines:
        return [row for row in csv.DictReader(lines) if (SUITE / f"rdfc10/{row['test']}-in.nq").exists()]


def term(node: Any) -> dict[str, Any]:
    if isinstance(node, ox.NamedNode):
        return {"type": "IRI", "value": node.value}
    if isinstance(node, ox.BlankNode):
        return {"type": "blank node", "value": f"_:{node.value}"}
    made = {"type": "literal", "value": node.value, "datatype": node.datatype.value}
    return made | ({"language": node.language} if node.language else {})


def dataset(quads: Any) -> Dataset:
    made: Dataset = {}
    for quad in quads:
        default = isinstance(quad.graph_name, ox.DefaultGraph)
        name = "@default" if default else term(quad.graph_name)["value"]
        made.setdefault(name, []).append(
            {"subject": term(quad.subject), "predicate": term(quad.predicate), "object": term(quad.object)}
        )
    return made


def read(path: Path) -> Dataset:
    return dataset(ox.parse(path=str(path), format=ox.RdfFormat.N_QUADS))


def test_the_suite_is_there_and_whole() -> None:
    need("w3c-rdf-canon")
    assert len(cases()) >= 40


@pytest.mark.parametrize("case", cases(), ids=lambda case: case["test"])
def test_canonical_form_of_the_w3c_suite(case: dict[str, str]) -> None:
    name = case["test"]
    source = read(SUITE / f"rdfc10/{name}-in.nq")
    algorithm = "sha384" if case["hashAlgorithm"] == "SHA384" else "sha256"
    if case["rdfc10"] == "RDFC10NegativeEvalTest":
        with effort.at_most(effort.HOSTILE), pytest.raises(TooComplex):
            canonicalise(source, algorithm)
        return
    text, _labels = canonicalise(source, algorithm)
    assert text == (SUITE / f"rdfc10/{name}-rdfc10.nq").read_text("utf-8")


@pytest.mark.parametrize(
    "case", [case for case in cases() if case["rdfc10map"] == "TRUE"], ids=lambda case: case["test"]
)
def test_labels_issued_of_the_w3c_suite(case: dict[str, str]) -> None:
    name = case["test"]
    source = SUITE / f"rdfc10/{name}-in.nq"
    renamed: dict[str, str] = {}
    quads = list(ox.parse(path=str(source), format=ox.RdfFormat.N_QUADS))
    algorithm = "sha384" if case["hashAlgorithm"] == "SHA384" else "sha256"
    _text, labels = canonicalise(dataset(quads), algorithm)
    assert labels | renamed == load(SUITE / f"rdfc10/{name}-rdfc10map.json")


# Test 075 of the suite, the one that hashes with SHA-384: two graphs in which each node has three neighbours, six nodes
# each. The fixtures do not bring its input; the form does not depend on how an input names its nodes. The published
# outcome by its SHA-256.
CUBIC = [(one, other) for one in "abc" for other in "xyz"]
CUBIC += [tuple(pair) for pair in ["pq", "qr", "rp", "st", "tu", "us", "ps", "qt", "ru"]]
PUBLISHED_075 = "2dd8bba9de922e5d6f364920318e3b11248cef0679a6492703164b39f5c22b0c"


def cubic() -> Dataset:
    edge = {"type": "IRI", "value": "http://example.org/vocab#p"}
    both = [pair for one, other in CUBIC for pair in ((one, other), (other, one))]
    nodes = {name: {"type": "blank node", "value": f"_:{name}"} for pair in CUBIC for name in pair}
    return {
        "@default": [
            {"subject": nodes[one], "predicate": edge, "object": nodes[other]} for one, other in both
        ]
    }


def test_the_evaluation_with_sha_384_comes_out_as_published() -> None:
    text, _labels = canonicalise(cubic(), "sha384")
    assert hashlib.sha256(text.encode()).hexdigest() == PUBLISHED_075
    assert canonicalise(cubic())[0] != text, "the hash decides on the labels"


def clique(size: int) -> Dataset:
    edge = {"type": "IRI", "value": "https://example.org/knows"}
    nodes = [{"type": "blank node", "value": f"_:n{index}"} for index in range(size)]
    return {
        "@default": [
            {"subject": one, "predicate": edge, "object": other}
            for one in nodes
            for other in nodes
            if one is not other
        ]
    }


@pytest.mark.parametrize("size", [6, 7, 8, 10, 14, 40])
def test_a_clique_of_blank_nodes_is_refused_soon(size: int) -> None:
    with effort.at_most(effort.HOSTILE), pytest.raises(TooComplex):
        canonicalise(clique(size))


def test_control_characters_are_escaped_as_the_recommendation_says() -> None:
    letters = "".join(map(chr, range(0x20))) + '\x7f"\\é'
    subject = {"type": "IRI", "value": "https://example.org/s"}
    literal = {"type": "literal", "value": letters, "datatype": "http://www.w3.org/2001/XMLSchema#string"}
    text, _ = canonicalise({"@default": [{"subject": subject, "predicate": subject, "object": literal}]})
    assert "\\u0000\\u0001" in text
    assert "\\b\\t\\n\\u000B\\f\\r\\u000E" in text
    assert '\\u007F\\"\\\\é' in text


@pytest.mark.parametrize(
    "value", ["https://a.example/> <x:y> <z:z> .\n<a:b", "https://a.example/a b", "rel", ""]
)
def test_a_name_that_would_write_another_statement_is_refused(value: str) -> None:
    subject = {"type": "IRI", "value": value}
    with pytest.raises(Unwritable):
        canonicalise({"@default": [{"subject": subject, "predicate": subject, "object": subject}]})


NODES = st.integers(0, 5).map(lambda index: ox.BlankNode(f"b{index}")) | st.integers(0, 2).map(
    lambda index: ox.NamedNode(f"https://example.org/{index}")
)
OBJECTS = NODES | st.text(max_size=4).map(ox.Literal)
QUADS = st.lists(
    st.builds(
        ox.Quad,
        NODES,
        st.integers(0, 1).map(lambda index: ox.NamedNode(f"https://example.org/p{index}")),
        OBJECTS,
        st.just(ox.DefaultGraph()) | NODES,
    ),
    max_size=14,
)


@settings(max_examples=150, deadline=None)
@given(QUADS)
def test_a_second_implementation_gives_the_same_form(quads: list[ox.Quad]) -> None:
    theirs = ox.Dataset(quads)
    theirs.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    text, _ = canonicalise(dataset(quads), work=200_000)
    assert sorted(text.split("\n")[:-1]) == sorted(f"{quad} ." for quad in theirs)
