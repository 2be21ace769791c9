"""Every message is expected somewhere: in a test, or in the docs, which are tested as well."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from types import CodeType, MappingProxyType
from typing import Any, NamedTuple

import pytest

import iamgen

PACKAGE = Path(iamgen.__file__).parent
PROJECT = Path(__file__).resolve().parents[1]
MESSAGES = {"Fault", "MisDeclared", "refuse"}
CONSTANT = re.compile(r"[A-Z][A-Z_]+")
"""How a constant is called that modules may import, to make their messages of it."""
WORDS = re.compile(r"[a-z][.,:;]? [a-z{\[]")
"""What a sentence has, and a format or a pattern has not."""
SHORTEST = 12
LISTED = Path(__file__).with_name("messages_that_no_test_expects.txt")


def pieces(node: ast.expr) -> Iterator[str]:
    """Yield the longest stretch of literal text of each string of an expression, without what varies."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield max(re.split(r"\{\w+\}", node.value), key=len)  # such as "say {name}", which is formatted later
    if isinstance(node, ast.JoinedStr):
        literal = [part.value for part in node.values if isinstance(part, ast.Constant)]
        yield max(map(str, literal), key=len, default="")
    for part in PARTS.get(type(node), lambda _: ())(node):
        yield from pieces(part)


PARTS: dict[type[ast.expr], Callable[[Any], Iterable[ast.expr]]] = {
    ast.JoinedStr: lambda text: [part.value for part in text.values if isinstance(part, ast.FormattedValue)],
    ast.IfExp: lambda choice: [choice.body, choice.orelse],
    ast.BoolOp: lambda choice: choice.values,
    ast.BinOp: lambda text: [text.left, text.right],
    ast.Subscript: lambda lookup: [lookup.value],
    ast.Dict: lambda lookup: lookup.values,
    ast.Tuple: lambda several: several.elts,
    ast.List: lambda several: several.elts,
    ast.Call: lambda call: [call.func.value] if isinstance(call.func, ast.Attribute) else [],
}
"""The parts of an expression that its value may be, or may be put together of."""


class Sources(NamedTuple):
    """Where the values of a module's names come from: what is assigned to each, and what each function returns."""

    assigned: dict[str, list[ast.expr]]
    returned: dict[str, list[ast.expr]]

    @classmethod
    def of(cls, tree: ast.AST) -> Sources:
        """Read them off a module, whatever the scope of a name: a text too many is no harm."""
        sources = cls({}, {})
        for node in ast.walk(tree):
            if isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.NamedExpr)) and node.value:
                for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                    for name, value in assignments(target, node.value):
                        sources.assigned.setdefault(name, []).append(value)
            elif isinstance(node, ast.FunctionDef):
                sources.returned[node.name] = list(results(node))
        return sources

    def behind(self, expression: ast.expr, constants: Mapping[str, list[ast.expr]]) -> Iterator[ast.expr]:
        """Yield what the names and calls in an expression stand for, one step back."""
        for node in ast.walk(expression):
            if isinstance(node, ast.Name):
                yield from self.assigned.get(node.id) or constants.get(node.id, [])
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                yield from self.returned.get(node.func.id, ())


def assignments(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    """Yield each name of an assignment with its value; with all of it where a call's result is taken apart."""
    if isinstance(target, ast.Name):
        yield target.id, value
    elif isinstance(target, ast.Tuple):
        parts = value.elts if isinstance(value, ast.Tuple) else [value] * len(target.elts)
        for part, of_part in zip(target.elts, parts, strict=False):
            yield from assignments(part, of_part)


def results(function: ast.FunctionDef) -> Iterator[ast.expr]:
    """Yield what a function returns or yields."""
    for node in ast.walk(function):
        if isinstance(node, (ast.Return, ast.Yield)) and node.value:
            yield node.value


def arguments(tree: ast.AST) -> Iterator[ast.expr]:
    """Yield what is handed to a fault or an error, but for the place, which comes first."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MESSAGES:
            yield from (*node.args[1:], *(keyword.value for keyword in node.keywords))


def texts(
    tree: ast.AST, sources: Sources, constants: Mapping[str, list[ast.expr]] = MappingProxyType({})
) -> Iterator[str]:
    """Yield the texts that messages of a module are made of, wherever in the module each of them is put together.

    `sources` are those of the module, `constants` those of all modules.
    """
    waiting = list(arguments(tree))
    looked_at: set[ast.expr] = set()
    while waiting:
        expression = waiting.pop()
        if expression not in looked_at:
            looked_at.add(expression)
            yield from pieces(expression)
            waiting += sources.behind(expression, constants)


def in_one_line(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def messages() -> set[str]:
    """Return what stands in iamgen's messages, without what is too short to be told from anything else."""
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in PACKAGE.rglob("*.py")]
    sources = [Sources.of(tree) for tree in trees]
    named = [item for of_module in sources for item in of_module.assigned.items()]
    constants = {name: values for name, values in named if CONSTANT.fullmatch(name)}
    modules = zip(trees, sources, strict=True)
    every = {in_one_line(text) for tree, of_module in modules for text in texts(tree, of_module, constants)}
    return {text for text in every if len(text) >= SHORTEST and WORDS.search(text)}


def strings(constant: object) -> Iterator[str]:
    """Yield each string in compiled code, which is where Python keeps them: this is quicker than a walk of the source."""
    if isinstance(constant, str):
        yield constant
    elif isinstance(constant, (tuple, frozenset)):
        for part in constant:
            yield from strings(part)
    elif isinstance(constant, CodeType):
        yield from strings(constant.co_consts)


def expectations() -> str:
    """Return all that docs and tests say, with the strings of tests in one piece."""
    parts = [path.read_text(encoding="utf-8") for path in (*PROJECT.glob("docs/*.md"), PROJECT / "README.md")]
    for path in (PROJECT / "tests").rglob("*.py"):
        parts += strings(compile(path.read_text(encoding="utf-8"), str(path), "exec"))
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
        ('ending = f"{name} ends"\nraise refuse(where, ending)', ["ends"]),
        ('def why():\n    return "it ended"\nFault(where, f"{name}: {why()}")', [":", "it ended"]),
        ('first, second = "it ended", "say it"\nFault(where, first, hint=second)', ["it ended", "say it"]),
        ("Fault(where, f\"is {'new' if x else 'old'}\", SAY or \"leave it\")", ["is", "new", "old", "leave it"]),
        ('HOW = {1: "say it"}\nFault(where, HOW[number])', ["say it"]),
        ('HOW = "say {name}"\nFault(where, HOW.format(name=name))', ["say"]),
        ('yield MisDeclared(origin, what, hint="remove it")', ["remove it"]),
        ('other = "not a message"', []),
    ],
)
def test_the_texts_of_messages_are_read(source: str, expected: list[str]) -> None:
    tree = ast.parse(source)
    assert sorted(in_one_line(text) for text in texts(tree, Sources.of(tree))) == sorted(expected)
