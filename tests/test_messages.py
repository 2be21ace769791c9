"""Every message is expected somewhere: in a test, or in the docs, which are tested as well."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import iamgen

PACKAGE = Path(iamgen.__file__).parent
PROJECT = Path(__file__).resolve().parents[1]
MESSAGES = {"Fault", "MisDeclared", "refuse"}
PARTS = {"what", "hint"}
"""The variables that hold a part of a message until it is put together."""
SHORTEST = 12
LISTED = Path(__file__).with_name("messages_that_no_test_expects.txt")


def pieces(node: ast.expr) -> Iterator[str]:
    """Yield the longest stretch of literal text of each string of an expression, without what varies."""
    if isinstance(node, ast.JoinedStr):
        literal = [part.value for part in node.values if isinstance(part, ast.Constant)]
        yield max(map(str, literal), key=len, default="")
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from pieces(node.body)
        yield from pieces(node.orelse)
    elif isinstance(node, ast.BinOp):
        yield from pieces(node.left)
        yield from pieces(node.right)


def texts(tree: ast.AST) -> Iterator[str]:
    """Yield the texts that messages of a module are made of."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MESSAGES:
            for argument in (*node.args[1:], *(keyword.value for keyword in node.keywords)):
                yield from pieces(argument)
        elif isinstance(node, ast.Assign) and any(isinstance(to, ast.Name) and to.id in PARTS for to in node.targets):
            yield from pieces(node.value)


def in_one_line(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def messages() -> set[str]:
    """Return what stands in iamgen's messages, without what is too short to be told from anything else."""
    sources = (path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py"))
    every = {in_one_line(text) for source in sources for text in texts(ast.parse(source))}
    return {text for text in every if len(text) >= SHORTEST}


def expectations() -> str:
    """Return all that docs and tests say, with the strings of tests in one piece."""
    parts = [path.read_text(encoding="utf-8") for path in (*PROJECT.glob("docs/*.md"), PROJECT / "README.md")]
    for path in (PROJECT / "tests").rglob("*.py"):
        nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        parts += [node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    return in_one_line("\n".join(parts))


def test_every_message_is_expected_somewhere(request: pytest.FixtureRequest) -> None:
    """A message that is in nobody's expectation can become any other, and no test would notice.

    Those that were so when this test was written are listed beside it. The list is to become shorter: a message that
    is expected now, or that is gone, has to leave it. `--rewrite` writes it anew.
    """
    expected = expectations()
    missing = {text for text in messages() if text not in expected}
    if request.config.getoption("--rewrite"):
        LISTED.write_text("".join(f"{text}\n" for text in sorted(missing)), encoding="utf-8")
    listed = set(LISTED.read_text(encoding="utf-8").splitlines())
    assert sorted(missing - listed) == [], "no test expects these: write one"
    assert sorted(listed - missing) == [], "take these out of the list: they are expected now, or gone"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('Fault(where, f"the role {name} is nobody\'s to assume", hint)', ["is nobody's to assume"]),
        (
            'refuse("dev", "it is" + " no role", "say it" if x else "leave it")',
            ["it is", "no role", "say it", "leave it"],
        ),
        ('what = f"{name} ends"', ["ends"]),
        ('yield MisDeclared(origin, what, hint="remove it")', ["remove it"]),
        ('other = "not a message"', []),
    ],
)
def test_the_texts_of_messages_are_read(source: str, expected: list[str]) -> None:
    assert [in_one_line(text) for text in texts(ast.parse(source))] == expected
