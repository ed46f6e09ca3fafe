"""A coverage-guided fuzzer over the verifier (Atheris, which is libFuzzer for Python). Run by hand; no test needs it.

    uv pip install atheris
    nice -n 19 python -m tests.credentials.fuzz_verify --minutes 60 CORPUS

CORPUS is a folder that grows with inputs that reached new branches; it may hold files of its own to begin with.
Every few hundred inputs the figures are written to CORPUS.json. Stops at the first input that breaks a property (a
crash, more than 2 s of CPU, more than 256 MB beyond the start, "verified" for what nobody honest signed) and leaves
the input in a file `crash-…` beside CORPUS.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import sys
import time
from pathlib import Path
from typing import Any

import atheris

with atheris.instrument_imports(include=["market.credentials.proofs", "pyld", "rfc8785"]):
    from tests.credentials import fuzz_targets

MEMORY = 256 << 10  # KiB, as getrusage counts
SECONDS = 2.0  # of CPU for one input
started = time.monotonic()
counted: dict[str, int] = {}
inputs = 0
floor = 0
figures: Path


def one_input(data: bytes) -> None:
    """Run one input and hold it to the bounds on memory and time."""
    global inputs
    fuzz_targets.run(data)
    if fuzz_targets.slowest > SECONDS:
        raise fuzz_targets.Broken(f"{fuzz_targets.slowest:.1f} s of CPU")
    inputs += 1
    if data:
        name = fuzz_targets.TARGETS[data[0] % len(fuzz_targets.TARGETS)].__name__
        counted[name] = counted.get(name, 0) + 1
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    if inputs % 200 == 0:
        _write(peak)
    if peak - floor > MEMORY:
        raise fuzz_targets.Broken(f"{(peak - floor) >> 10} MB more than at the start")


def _write(peak: int) -> None:
    used = resource.getrusage(resource.RUSAGE_SELF)
    told = {
        "inputs": inputs,
        "by target": counted,
        "verdicts": fuzz_targets.verdicts,
        "slowest s of CPU": round(fuzz_targets.slowest, 3),
        "peak MB": peak >> 10,
        "MB at the start": floor >> 10,
        "minutes": round((time.monotonic() - started) / 60, 1),
        "minutes of CPU": round((used.ru_utime + used.ru_stime) / 60, 1),
    }
    figures.write_text(json.dumps(told, indent=2) + "\n", "utf-8")


WORDS: list[Any] = [
    None, True, 0, -1, 1.5, 2**53, "", "x", [], {}, "@id", "_:b0", "did:web:issuer.example", "https://issuer.example/status/1",
    fuzz_targets.STRANGER.did, fuzz_targets.WEB, "2026-01-01T00:00:00Z", "2020-01-01T00:00:00", "NaN", "0x10",
    "urn:uuid:first", "VerifiableCredential", "EnvelopedVerifiableCredential", "data:application/vc+jwt,ey",
    "https://www.w3.org/ns/credentials/v2", "https://www.w3.org/2018/credentials/v1", "eddsa-jcs-2022", "ecdsa-sd-2023",
]  # fmt: skip
NAMES = [
    "@context", "@id", "@type", "@value", "@graph", "id", "type", "issuer", "proof", "proofValue", "validFrom", "validUntil",
    "issuanceDate", "credentialSubject", "credentialStatus", "credentialSchema", "achievement", "result", "identifier",
    "endorsement", "verifiableCredential", "previousProof", "cryptosuite", "statusListIndex", "statusPurpose", "encodedList",
    "iss", "sub", "exp", "nbf", "vc", "kid", "jwk", "alg", "recipient", "badge", "verification", "publicKey", "_sd", "cnf",
]  # fmt: skip


def _bend(value: Any, chance: random.Random, depth: int = 0) -> Any:
    """The JSON value with one place in it changed."""
    kids: list[Any] = (
        list(value) if isinstance(value, dict) else list(range(len(value))) if isinstance(value, list) else []
    )
    if kids and depth < 40 and chance.random() < 0.8:
        key = chance.choice(kids)
        made = value.copy()
        made[key] = _bend(value[key], chance, depth + 1)
        return made
    choice = chance.randrange(6)
    if isinstance(value, dict) and choice < 4:
        made = dict(value)
        if made and choice == 0:
            made.pop(chance.choice(list(made)))
        elif made and choice == 1:
            made[chance.choice(NAMES)] = made[chance.choice(list(made))]
        else:
            made[chance.choice(NAMES)] = chance.choice(WORDS)
        return made
    if isinstance(value, list) and value and choice < 4:
        again = [*value, chance.choice(value)]
        chance.shuffle(again)
        return again[: chance.randrange(len(again) + 1)]
    if isinstance(value, str) and choice < 2:
        return atheris.Mutate(value.encode("utf-8", "surrogatepass"), len(value) + 16).decode(
            "utf-8", "replace"
        )
    return [value] * 2 if choice == 2 else chance.choice(WORDS)


def bent(data: bytes, most: int, seed: int) -> bytes:
    """The mutation of an input: in the JSON inside it, when there is some, half of the time; else of its bytes."""
    chance = random.Random(seed)
    start = data.find(b"{", 1, 16)
    if start > 0 and chance.random() < 0.6:
        try:
            value = json.loads(data[start:])
        except (ValueError, RecursionError):
            value = None
        if value is not None:
            for _ in range(chance.choice((1, 1, 1, 2, 4))):
                value = _bend(value, chance)
            made = data[:start] + json.dumps(value).encode("utf-8", "surrogatepass")
            return made[:most]
    return bytes(atheris.Mutate(data, most))


def main() -> None:
    """Write the seeds, learn the honest views, and fuzz until the time is over."""
    global floor, figures
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--minutes", type=float, default=60)
    asked.add_argument("corpus", type=Path)
    given = asked.parse_args()
    given.corpus.mkdir(parents=True, exist_ok=True)
    for index, one in enumerate(fuzz_targets.seeds()):
        (given.corpus / f"seed-{index:03}").write_bytes(one)
    figures = given.corpus.with_suffix(".json")
    fuzz_targets.learn()
    floor = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    options = [
        f"-max_total_time={int(given.minutes * 60)}",
        "-max_len=24000",
        "-timeout=60",
        "-rss_limit_mb=0",
        f"-artifact_prefix={given.corpus.parent}/",
        "-print_final_stats=1",
    ]
    atheris.Setup([sys.argv[0], *options, str(given.corpus)], one_input, custom_mutator=bent)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
