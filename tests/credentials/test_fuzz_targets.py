"""The fuzzer's targets hold on their own seeds, and see what they are there to see."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from market.credentials.proofs.checks import Verification

from . import fuzz_targets
from .maker import badge


@pytest.fixture(autouse=True)
def learnt() -> Iterator[None]:
    fuzz_targets.learn()
    yield
    fuzz_targets.HONEST.clear()


# By number, not by what it holds: a signature made anew may be a byte longer, and each process makes its own.
@pytest.mark.parametrize("number", range(len(fuzz_targets.seeds())))
def test_every_seed_holds(number: int) -> None:
    seed = fuzz_targets.seeds()[number]
    fuzz_targets.run(seed)
    fuzz_targets.run(seed[: len(seed) // 2])
    fuzz_targets.run(seed[:1])


def test_every_target_has_seeds_and_reaches_the_verifier() -> None:
    seeds = fuzz_targets.seeds()
    for index, target in enumerate(fuzz_targets.TARGETS):
        before = sum(fuzz_targets.verdicts.values())
        for seed in seeds:
            if seed[0] == index:
                fuzz_targets.run(seed)
        assert sum(fuzz_targets.verdicts.values()) > before, target.__name__


def test_a_wrong_verified_would_be_seen() -> None:
    made = fuzz_targets.look(json.dumps(fuzz_targets.SIGNED).encode())
    fuzz_targets.only_honest(made)
    with pytest.raises(fuzz_targets.Broken):
        fuzz_targets.only_stranger(made)
    changed = badge(name="Something else")
    with pytest.raises(fuzz_targets.Broken):
        fuzz_targets.only_honest(
            Verification("verified", "ob-3.0", "json", made.issuer, None, made.checks, view=changed)
        )
