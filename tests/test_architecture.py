"""The laws of the house, as tests. (Those about imports are contracts in pyproject.toml, run by `make check`.)"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from market.app import feature_routes
from market.config import Settings
from market.lifecycle import Lifecycle
from market.outbox import LeadsTo
from market.panels import PANELS
from market.subscribers import LEADS_TO
from market.web.render import environment
from tools.diagrams import LIFECYCLES, TARGET, text

ROOT = Path(__file__).parent.parent
SOURCES = sorted((ROOT / "market").rglob("*.py"))
TEMPLATES = ROOT / "templates"


def calls(name: str) -> Iterator[tuple[Path, ast.Call]]:
    """Every call of a function or method of this name in the package."""
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call):
                called = node.func
                if (isinstance(called, ast.Name) and called.id == name) or (
                    isinstance(called, ast.Attribute) and called.attr == name
                ):
                    yield path, node


def texts(node: ast.AST) -> list[str]:
    return [n.value for n in ast.walk(node) if isinstance(n, ast.Constant) and isinstance(n.value, str)]


def test_every_route_says_who_may_use_it_and_has_a_name_of_its_own() -> None:
    routes = feature_routes()
    assert all(callable(route.allow) for route in routes)
    names = [route.name for route in routes]
    assert len(names) == len(set(names)), sorted(n for n in names if names.count(n) > 1)
    assert not [n for n in names if "." not in n and n != "healthz"]


def test_only_the_owners_of_a_transaction_commit() -> None:
    found = {path.relative_to(ROOT).as_posix() for path, _ in calls("commit") if "bench" not in path.parts}
    assert found <= {"market/db.py"}, "features never commit: the request, the worker and the command line do"


def test_only_the_clock_asks_what_time_it_is() -> None:
    wrong = []
    for name in ("now", "today", "utcnow"):
        for path, call in calls(name):
            owner = call.func.value if isinstance(call.func, ast.Attribute) else None
            if isinstance(owner, ast.Name) and owner.id in ("datetime", "date") and path.name != "clock.py":
                wrong.append(f"{path.relative_to(ROOT)}:{call.lineno}")
    assert not wrong


def test_every_event_that_is_announced_is_known_to_subscribers() -> None:
    said = {event for lifecycle in LIFECYCLES for event in lifecycle.events}
    for path, call in calls("announce"):
        if path.name in ("outbox.py", "transitions.py") or len(call.args) < 2:
            continue
        if isinstance(call.args[1], ast.Name):  # handed in: by a name that stands elsewhere in the file
            said |= {t for t in texts(ast.parse(path.read_text())) if re.fullmatch(r"[a-z_]+\.[a-z_]+", t)}
        said |= set(texts(call.args[1]))
    known: LeadsTo = LEADS_TO
    assert said - set(known) == set(), "announced, but not on the page that says what it leads to"
    assert set(known) - said == set(), "expected, but announced nowhere"


@pytest.mark.parametrize("lifecycle", LIFECYCLES, ids=lambda one: one.subject)
def test_every_state_can_be_reached(lifecycle: Lifecycle) -> None:
    reached = {lifecycle.initial}
    while more := {s.target for s in lifecycle.steps if set(s.sources) & reached} - reached:
        reached |= more
    assert set(lifecycle.states) - reached == lifecycle.reserved


def test_the_diagrams_in_the_documentation_are_current() -> None:
    assert TARGET.read_text() == text(), "run .venv/bin/python tools/diagrams.py"


def test_every_setting_is_in_the_documentation() -> None:
    words = (ROOT / "docs" / "operating.md").read_text()
    missing = [name for name in Settings.__dataclass_fields__ if f"MARKET_{name.upper()}" not in words]
    assert not missing


def rendered() -> dict[str, set[str]]:
    """Each template that code renders, with the fragments that are asked of it."""
    found: dict[str, set[str]] = {}
    for name in ("render", "render_part", "get_template"):
        for path, call in calls(name):
            if path.name == "render.py":
                continue
            for word in texts(call):
                if word.endswith((".html", ".txt", ".xml")) and not word.startswith(
                    "."
                ):  # not the end of an f-string
                    wanted = [k.value for k in call.keywords if k.arg == "fragments"]
                    found.setdefault(word, set()).update(t for w in wanted for t in texts(w))
    return found


def test_every_template_is_used_and_every_template_used_is_there() -> None:
    there = {p.relative_to(TEMPLATES).as_posix() for p in TEMPLATES.rglob("*") if p.is_file()}
    all_words = "\n".join(p.read_text() for p in SOURCES) + "\n".join(
        p.read_text() for p in TEMPLATES.rglob("*.html")
    )
    assert set(rendered()) <= there
    unused = [t for t in there if not t.startswith(("_parts/", "email/")) and t not in all_words]
    assert not unused


def test_every_slot_of_a_page_is_filled_by_someone_and_every_panel_has_its_slot() -> None:
    named = r"panel\(\s*['\"]([\w.]+)['\"]"
    slots = {slot for one in TEMPLATES.rglob("*.html") for slot in re.findall(named, one.read_text("utf-8"))}
    assert sorted(slots) == sorted(PANELS)


def test_every_fragment_is_a_block_whose_id_is_in_the_html() -> None:
    for template, fragments in rendered().items():
        if not template.endswith(".html"):
            continue
        source = (TEMPLATES / template).read_text()
        for fragment in fragments:
            assert fragment in environment().get_template(template).blocks, (
                f"{template} has no block {fragment}"
            )
            assert f'id="{fragment}"' in source or f"'{fragment}'" in source, (
                f"nothing in {template} has the id {fragment}"
            )


def test_templates_carry_no_script_style_or_handler_of_their_own() -> None:
    wrong = re.compile(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)|hx-on|javascript:", re.IGNORECASE)
    data_block = '<script type="application/ld+json">{{ linked|ld }}</script>'  # which no browser runs
    found = [
        f"{p.relative_to(ROOT)}: {m[0]}"
        for p in TEMPLATES.rglob("*.html")
        if p.parent.name != "email"
        for m in wrong.finditer(
            p.read_text().replace(data_block, "") if p.name == "ld.html" else p.read_text()
        )
    ]
    assert not found


def test_each_form_that_writes_carries_the_key_that_makes_it_count_once() -> None:
    bare = []
    for path in TEMPLATES.rglob("*.html"):
        for m in re.finditer(r"<form[^>]*method=\"post\"[^>]*>(.{0,80})", path.read_text(), re.DOTALL):
            if "submission_key" not in m[1] and "home.theme" not in m[0] and path.name != "forms.html":
                bare.append(f"{path.relative_to(ROOT)}: {m[0][:80]}")
    assert not bare


def test_night_by_choice_and_night_by_device_are_the_same() -> None:
    css = (ROOT / "static" / "css" / "tokens.css").read_text()
    blocks = re.findall(r"data-theme=\"(?:light\"\]\)|dark\"\]) \{([^}]*)\}", css)
    colours = [sorted(re.findall(r"--[\w-]+: #[0-9a-f]+", block)) for block in blocks if "--paper" in block]
    assert len(colours) == 2
    assert colours[0] == colours[1]


def test_modules_say_what_they_are_for() -> None:
    silent = [
        p.relative_to(ROOT).as_posix()
        for p in SOURCES
        if "versions" not in p.parts and not ast.get_docstring(ast.parse(p.read_text()))
    ]
    assert not silent
