"""Every sentence of the interface is found by whoever translates: nothing is said of which no catalogue can know."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po, write_po
from jinja2 import nodes

from market.paths import data_dir
from market.web.render import environment
from tools import sentences

MARKET = Path(sentences.HERE) / "market"
SAID_LATER = {  # the variable that is said, and where what stands in it is marked
    ("accounts/routes/settings.py", "WRONG_NOW"),
    ("apprenticeships/routes/capstones.py", "said"),
    ("engagements/routes/parts.py", "said"),
    ("engagements/routes/work.py", "said"),
    ("applications/routes/showing.py", "open_now[name].words"),  # of a lifecycle's steps
    ("opportunities/routes/manage.py", "step.words"),  # of a lifecycle's steps
    ("credentials/checking/words.py", "template"),  # one of MESSAGES
    ("webhooks/sentences.py", "SENTENCES.get(one.trouble, one.trouble)"),
}


@pytest.fixture(scope="module")
def known() -> set[sentences.Sentence]:
    return {said for said, _file, _line in sentences.sentences()}


@pytest.mark.parametrize(
    "said",
    [
        "Work goes on.",  # said of a variable
        "This is not your password of today.",
        "You are here",  # in a folder that begins with a line, which Babel leaves out by itself
        "Send it for review",  # the button of a step
        ("One thing needs mending", "%(n)s things need mending"),
        "This is not a whole web address. It should look like https://example.org/page.",
    ],
)
def test_sentences_of_every_kind_are_gathered(
    known: set[sentences.Sentence], said: sentences.Sentence
) -> None:
    assert said in known


def _marked() -> Iterator[tuple[str, ast.expr]]:
    """What is marked as a sentence in code, and the file."""
    for path in MARKET.rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name):
                for one in call.args[: {"_": 1, "N_": 1, "plural": 2}.get(call.func.id, 0)]:
                    yield path.relative_to(MARKET).as_posix(), one


def test_what_code_says_is_written_out_where_it_is_marked_and_gathered(
    known: set[sentences.Sentence],
) -> None:
    """Babel looks into no f-string, for one."""
    written = {part for said in known for part in ([said] if isinstance(said, str) else said)}
    marked = set(_marked())
    later = {
        (file, ast.unparse(one))
        for file, one in marked
        if not (isinstance(one, ast.Constant) and isinstance(one.value, str))
    }
    assert later == SAID_LATER
    assert {one.value for _file, one in marked if isinstance(one, ast.Constant)} <= written


def test_what_templates_say_is_written_out() -> None:
    env = environment()
    for path in sorted(data_dir("templates").rglob("*.html")):
        for call in env.parse(path.read_text(encoding="utf-8")).find_all(nodes.Call):
            if isinstance(call.node, nodes.Name) and call.node.name in ("_", "plural"):
                first = call.args[: 2 if call.node.name == "plural" else 1]
                assert all(isinstance(one, nodes.Const) for one in first), f"{path.name}:{call.lineno}"


def test_a_catalogue_of_them_can_be_written_and_read(tmp_path: Path) -> None:
    made, path = sentences.catalogue(), tmp_path / "messages.pot"
    with path.open("wb") as file:
        write_po(file, made)
    with path.open("rb") as file:
        again = read_po(file)
    assert len(again) == len(made) > 5000
    assert again["Work goes on."].locations[0][0] == "market/engagements/routes/work.py"
