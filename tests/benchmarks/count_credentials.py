"""How many of the published vectors, badges and attacks come out as they should: n of n, each line with its test.

    .venv/bin/python -m tests.benchmarks.count_credentials

Counts what the named tests assert, by the same functions. The fixtures stand in ../shared; exit status 1 when anything
falls short.
"""

import hashlib
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from market.credentials.proofs import dids, jsonio, keys
from market.credentials.proofs.canon import TooComplex, canonicalise
from market.credentials.proofs.sources import Sources
from tests.credentials import test_1edtech as edtech
from tests.credentials import test_attack_list as attacks
from tests.credentials import test_canon as canon
from tests.credentials import test_dcc as dcc
from tests.credentials import test_derived as derived
from tests.credentials import test_vectors as vectors
from tests.credentials.fixtures import load

DID_KEYS = ("ed25519-x25519.json", "nist-curves.json", "secp256k1.json", "x25519.json")


class Line(NamedTuple):
    what: str
    good: int
    of: int
    test: str


def share(what: str, outcomes: Iterable[bool], test: str) -> Line:
    told = list(outcomes)
    return Line(what, sum(told), len(told), test)


def proofs() -> Iterator[Line]:
    documents = [load(path) for path in vectors.signed()]
    each = [(one, proof) for one in documents for proof in jsonio.listed(one["proof"])]
    yield share(
        "proofs in the W3C's EdDSA and ECDSA vectors, sets and chains and P-384 among them",
        (vectors.holds(*one) for one in each),
        "test_vectors.py::test_every_proof_of_the_vector_holds",
    )
    yield share(
        "derived proofs of ecdsa-sd-2023",
        (derived.holds(load(path), pinned) for path, pinned in derived.published()),
        "test_derived.py::test_a_published_derived_proof_holds",
    )
    refused = []
    for document in documents:
        suite = vectors.di.suite_of(jsonio.listed(document["proof"])[0])
        assert suite is not None
        before = vectors.canonical(document, suite)
        for where, value in vectors.changes(document):
            forged = vectors.changed(document, where, value)
            if vectors.canonical(forged, suite) != before:
                refused.append(not any(vectors.holds(forged, p) for p in jsonio.listed(forged["proof"])))
    for path, pinned in derived.published():
        document = load(path)
        shown = derived.lines(document, pinned)
        for where, value in vectors.changes(document):
            forged = vectors.changed(document, where, value)
            if derived.lines(forged, pinned) != shown:
                refused.append(not derived.holds(forged, pinned))
    yield share(
        "signed members changed or taken out, each in turn: refused",
        refused,
        "test_vectors.py::test_no_proof_holds_when_a_signed_member_is_changed",
    )


def did_keys() -> Iterator[Line]:
    every = [did for name in DID_KEYS for did in vectors.did_keys(name)]
    ours = [did for did in every if vectors.supported(did)]
    yield share(
        "did:key of Ed25519, P-256 and P-384 read as published",
        (bool(dids.methods(dids.document_of(did, Sources({})), "assertionMethod")) for did in ours),
        "test_vectors.py::test_did_key_vectors",
    )
    yield share(
        "did:key of other kinds named as unsupported",
        (_is_named(did) for did in every if did not in ours),
        "test_vectors.py::test_did_key_vectors",
    )


def _is_named(did: str) -> bool:
    try:
        dids.document_of(did, Sources({}))
    except keys.BadKey as cause:
        return cause.code == "key_kind_unsupported"
    return False


def graphs() -> Iterator[Line]:
    test = "test_canon.py::test_canonical_form_of_the_w3c_suite"
    outcomes: dict[str, list[bool]] = {"evaluations": [], "poison": []}
    for case in canon.cases():
        name = case["test"]
        source = canon.read(canon.SUITE / f"rdfc10/{name}-in.nq")
        if case["rdfc10"] == "RDFC10NegativeEvalTest":
            outcomes["poison"].append(_is_refused(source))
            continue
        text, _labels = canonicalise(source)
        wanted = (canon.SUITE / f"rdfc10/{name}-rdfc10.nq").read_text("utf-8")
        outcomes["evaluations"].append(text == wanted)
    yield share("rdf-canon evaluations with SHA-256", outcomes["evaluations"], test)
    text, _labels = canonicalise(canon.cubic(), "sha384")
    came = hashlib.sha256(text.encode()).hexdigest() == canon.PUBLISHED_075
    yield share(
        "rdf-canon evaluations with SHA-384",
        [came],
        "test_canon.py::test_the_evaluation_with_sha_384_comes_out_as_published",
    )
    yield share("poison graphs refused", outcomes["poison"], test)


def _is_refused(source: canon.Dataset) -> bool:
    try:
        canonicalise(source)
    except TooComplex:
        return True
    return False


def badges() -> Iterator[Line]:
    root = dcc.DCC / "verifiableCredentials"
    came = {name: dcc.outcome(root / name).verdict for name in dcc.files()}
    yield _by_manifest("DCC badges", came, dcc.EXPECTED, "test_dcc.py::test_badge_comes_out_as_written_down")
    files = {edtech.name_of(path): path for path in edtech.files()}
    came = {name: edtech.outcome(path).verdict for name, path in files.items()}
    test = "test_1edtech.py::test_resource_comes_out_as_written_down"
    yield _by_manifest("1EdTech files", came, edtech.EXPECTED, test)


def _by_manifest(what: str, came: dict[str, str], expected: dict[str, dict[str, str]], test: str) -> Line:
    kinds = Counter(came.values())
    words = ", ".join(f"{n} {kind.replace('_', ' ')}" for kind, n in sorted(kinds.items()))
    return share(
        f"{what} by their manifest ({words})",
        (came.get(name) == one["verdict"] for name, one in expected.items()),
        test,
    )


def attack_list() -> Line:
    rows = re.findall(r"^\| (?!attack \|).*`\w+::test_\w+`.*$", attacks.LIST.read_text("utf-8"), re.M)
    there = [
        all(name in attacks.names_in(attacks.HERE / f"test_{file}.py") for file, name in found)
        for found in map(attacks._NAMED.findall, rows)
    ]
    return share("attacks of docs/attacks.md, each with its tests", there, "test_attack_list.py")


def main() -> int:
    short = 0
    print("| what | n of n | test |\n|---|---|---|")
    for line in (*proofs(), *did_keys(), *graphs(), *badges(), attack_list()):
        print(f"| {line.what} | {line.good} of {line.of} | `{line.test}` |", flush=True)
        short += line.good != line.of or not line.of
    return min(short, 1)


if __name__ == "__main__":
    sys.exit(main())
