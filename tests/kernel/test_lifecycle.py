"""Lifecycles: one table of steps, from which everything else is read off."""

from enum import StrEnum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.access import Actor
from market.errors import Conflict
from market.lifecycle import Lifecycle, Step, words_of


class Door(StrEnum):
    SHUT = "shut"
    LEFT_OPEN = "left_open"
    WALLED_UP = "walled_up"
    BURNT = "burnt"


def parties(actor: Actor, thing: Any) -> frozenset[str]:
    return frozenset({"keeper"})


OPEN = Step("open", (Door.SHUT,), Door.LEFT_OPEN, ("keeper", "guest"), "door.opened", words="Open it")
SHUT = Step("shut", (Door.LEFT_OPEN,), Door.SHUT, ("keeper",), "door.shut")
WALL = Step("wall_up", (Door.SHUT, Door.LEFT_OPEN), Door.WALLED_UP, ("mason",), "door.gone", reasoned=True)
DOOR = Lifecycle("door", Door.SHUT, OPEN, SHUT, WALL, parties=parties, reserved=frozenset({Door.BURNT}))


def test_a_table_knows_its_states_events_and_ends() -> None:
    assert DOOR.states is Door
    assert DOOR.events == {"door.opened", "door.shut", "door.gone"}
    assert DOOR.final_states() == {Door.WALLED_UP, Door.BURNT}


def test_a_step_is_found_from_each_of_its_sources_and_from_no_other_state() -> None:
    assert DOOR.step(Door.SHUT, "wall_up") is DOOR.step(Door.LEFT_OPEN, "wall_up") is WALL
    assert DOOR.has_step(Door.SHUT, "open")
    assert not DOOR.has_step(Door.LEFT_OPEN, "open")
    with pytest.raises(Conflict, match="it is left open now, and that step is not open any more"):
        DOOR.step(Door.LEFT_OPEN, "open")
    with pytest.raises(Conflict):
        DOOR.step(Door.SHUT, "no such step")


def test_open_steps_are_those_of_the_party_in_the_order_of_the_table() -> None:
    assert DOOR.open_steps(Door.SHUT, ["mason", "guest"]) == [OPEN, WALL]
    assert DOOR.open_steps(Door.LEFT_OPEN, ["guest"]) == []
    assert DOOR.open_steps(Door.WALLED_UP, ["keeper", "guest", "mason"]) == []


@given(st.sampled_from(Door), st.sets(st.sampled_from(["keeper", "guest", "mason", "nobody"])))
def test_what_is_offered_can_be_found_and_nothing_else_is_offered(status: Door, who: set[str]) -> None:
    offered = DOOR.open_steps(status, who)
    assert all(DOOR.step(status, step.name) is step and who & set(step.by) for step in offered)
    hidden = [step for step in DOOR.steps if step not in offered]
    assert all(status not in step.sources or not who & set(step.by) for step in hidden)


def test_two_steps_of_one_name_may_not_share_a_source() -> None:
    with pytest.raises(ValueError, match="Two steps of door"):
        Lifecycle("door", Door.SHUT, OPEN, OPEN, parties=parties)
    again = Step("open", (Door.LEFT_OPEN,), Door.LEFT_OPEN, ("keeper",), "door.opened")
    Lifecycle("door", Door.SHUT, OPEN, again, parties=parties)  # another source: no quarrel


def test_the_diagram_has_the_beginning_and_one_line_for_each_source() -> None:
    assert DOOR.mermaid().splitlines() == [
        "stateDiagram-v2",
        "    [*] --> shut",
        "    shut --> left_open: open (keeper, guest)",
        "    left_open --> shut: shut (keeper)",
        "    shut --> walled_up: wall_up (mason)",
        "    left_open --> walled_up: wall_up (mason)",
    ]


def test_a_state_is_read_as_words() -> None:
    assert words_of(Door.LEFT_OPEN) == "left open"
