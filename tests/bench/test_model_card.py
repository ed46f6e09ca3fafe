"""The model card says what the code does now, and its figures were taken with it and reach the goals it names."""

import json
from datetime import timedelta
from itertools import product
from pathlib import Path

import pytest

import market.bench
from market.bench.simulate import SETTINGS
from market.bench.simulate_policies import POLICIES
from market.bench.simulate_world import ROUND, STRATEGIES, Setting
from market.evidence.posterior import Item
from market.matching.candidates import LATELY
from market.matching.core.contract import Requirement
from market.matching.core.policy import Candidate
from tools import model_card

FIGURES = Path(__file__).parents[2] / "docs" / "figures.md"
KEPT = json.loads(model_card.FIGURES.read_text(encoding="utf-8"))
RIVALS = ("degree_first", "keyword", "raw_rating", "random")


def test_the_card_is_current():
    assert model_card.TARGET.read_text(encoding="utf-8") == model_card.text(), (
        "run .venv/bin/python tools/model_card.py"
    )


def test_the_figures_were_taken_with_the_settings_of_the_code():
    assert KEPT["settings"] == SETTINGS, "take them anew: tools/model_card.py says how"
    assert KEPT["world"] == {name: getattr(Setting(), name) for name in KEPT["world"]}
    assert set(KEPT["policies"]) == set(POLICIES) == set(model_card.MEANING)
    assert KEPT["seeds"] >= 32


@pytest.mark.parametrize(("rival", "measure"), [*product(RIVALS, ["quality", "ndcg10"])])
def test_the_product_hires_better_with_intervals_apart(rival, measure):
    assert KEPT["policies"]["product"][measure][1] > KEPT["policies"][rival][measure][2]


def test_newcomers_have_four_fifths_of_their_share_under_a_perfect_ranker():
    assert KEPT["newcomers_of_perfect"][1] > 0.8


@pytest.mark.parametrize(
    ("strategy", "rival", "part"),
    [("self-claims", "keyword", 0.1), ("badge mills", "posterior", 0.5), ("rings", "raw_rating", 0.1)],
)
def test_gaming_gains_a_small_part_of_what_it_gains_where_words_are_believed(strategy, rival, part):
    gained = KEPT["strategies"][strategy]
    assert gained["product"][2] < part * gained[rival][1]


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_no_strategy_gains_a_third_of_what_its_followers_have_anyway(strategy):
    gained = KEPT["strategies"][strategy]
    assert gained["product"][0] < gained["product honest"][0] / 3


def test_no_field_that_matching_reads_is_one_of_those_it_must_not():
    read = {*Item.__slots__, *Requirement.__slots__, *Candidate._fields}
    words = {word for name in model_card.NOT_INPUTS for word in name.split()} - {
        "of",
        "or",
        "a",
        "has",
        "been",
        "how",
    }
    assert not {part for name in read for part in name.split("_")} & (words | {"sex", "photo", "birthday"})


def test_the_card_and_the_figures_say_where_the_simulation_is_not_the_product():
    bench = Path(market.bench.__file__).parent
    assert [one.name for one in bench.glob("simulate*.py") if "crowded" in one.read_text()] == []
    assert (timedelta(days=30), timedelta(days=120)) == (LATELY, 2 * ROUND), "else the sentences are others"
    for text in (model_card.text(), FIGURES.read_text(encoding="utf-8")):
        said = " ".join(text.split())
        assert "Applicants a seat are not part of the simulation" in said
        assert "over this round and the one before, up to 120 days, where the product counts 30" in said
    assert "| `applicants_per_seat` | 50 | no: it orders openings |" in model_card.text()


def test_every_setting_of_the_model_stands_on_the_card():
    card = model_card.text()
    for name in ("caution", "shift_sd", "gain_drift", "newcomers_at", "exposure", "applicants_per_seat"):
        assert f"| `{name}` |" in card
