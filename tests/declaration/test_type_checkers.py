"""What type checkers, and the editors around them, make of a users.py: mypy, and pyright as editors start it.

Both have to find exactly the lines that are wrong by their types alone. Which these are, iamgen itself says for each
field and a good many values; the few that no type can tell are listed.
"""

from __future__ import annotations

import dataclasses
import inspect
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

import iamgen
from iamgen.errors import IamgenError
from tests.declaration.language_server import LanguageServer

PYRIGHT = Path(__file__).resolve().parents[2] / ".venv/js/node_modules/.bin/pyright-langserver"

RIGHT = """\
from datetime import date
from iamgen import Accept, CIUser, Emergency, Forbid, Grant, Group, Pipeline, Policy, Require, Role, Settings, User
Grant("OpsR", until=date(2027, 1, 31))
User("a", {"dev": ["OpsR", Grant("ReadR")], "prod": Grant("OpsR"), "x": "ReadR"}, tags={"team": "blue"})
CIUser("ci", {"dev": ("OpsR", "ReadR")})
Role("WorkR", services=["s3"], policies=("WorkP",), accounts="*", emergency=Emergency("x", "2027-01-31", "x.json.j2"))
names = ["a"]
numbers = {"b": {1, 2}}
Policy("WorkP", "x.json.j2", vars={"days": 3, "names": names, "numbers": numbers}, accounts=["dev", "prod"])
Group("WorkG", members=tuple(name for name in ("a", "b")))
Pipeline("github", repository="acme/shop", environment="prod", access={"prod": "OpsR"})
Settings(trust="names", users="stack", channels=["infra"], session_hours={"OpsR": 4})
Forbid("cloudtrail:StopLogging", accounts=["*prod"], but=("AdminR",), mfa=False)
Require(("s3:GetObject", "s3:ListBucket"), who="ReadR")
Accept("outside-principal", "VendorR", "our monitoring", accounts="dev")
for name in names:
    User(name, {account: "OpsR" for account in ("dev", "prod")})
"""
WRONG = """\
from iamgen import Usr
from iamgen import Accept, Group, Role, Settings, User
Settings(trust="name")
Settings(users="stak")
Settings(channels="infra")
Role("WorkR", services="s3")
Group("WorkG", members="alice")
User("a", {"dev": 5})
User("a", {}, powr=True)
User("a", {}, True)
User("a")
Accept("old-keys", "bob", "x", accounts="dev")
"""
WRONG_LINES = {*range(1, len(WRONG.splitlines()) + 1)} - {2}

IMPORTS = f"from datetime import date\nfrom pathlib import Path\nfrom iamgen import {', '.join(iamgen.__all__)}\n"
REQUIRED: Mapping[str, Mapping[str, str]] = {
    "Accept": {"rule": '"old-key"', "subject": '"x"', "reason": '"x"', "accounts": '"dev"'},
    "CIUser": {"name": '"ci"', "access": "{}"},
    "Emergency": {"reason": '"x"', "until": '"2027-01-31"', "template": '"x.json.j2"'},
    "Forbid": {"actions": '"iam:*"'},
    "Grant": {"role": '"OpsR"'},
    "Group": {"name": '"WorkG"'},
    "Pipeline": {"provider": '"github"'},
    "Policy": {"name": '"WorkP"', "template": '"x.json.j2"'},
    "Require": {"actions": '"s3:*"', "who": '"a"'},
    "Role": {"name": '"WorkR"'},
    "Settings": {},
    "User": {"name": '"a"', "access": "{}"},
}
SIMPLE_VALUES = ("5", "None")
"""Values that are tried with every field."""
VALUES = (
    *SIMPLE_VALUES, '"x"', "True", '"arns"', "date(2027, 1, 31)", "()", '["a"]', "(5,)", '{"a"}',
    '(n for n in ("a",))', "{}",
    '{"a": "b"}', '{"a": 5}', '{5: "a"}', '{"a": ("b", Grant("OpsR"))}', '{"a": [1, None, {"c": Path("x")}]}',
    "User", 'Emergency("x", "2027-01-31", "x.json.j2")',
)  # fmt: skip
"""Values that are tried with one field of each type of value."""
NO_TYPE_TELLS = {
    'Role(name="WorkR", session_hours=True)',  # to Python, True is 1
    "Settings(trust_policy_quota=True)",
    "Settings(managed_policies_quota=True)",
}
"""Calls that iamgen alone refuses."""


def calls() -> Iterator[str]:
    """Yield a call for each field and value."""
    types = set[str]()
    for kind, required in REQUIRED.items():
        for field in dataclasses.fields(getattr(iamgen, kind)):
            for value in SIMPLE_VALUES if str(field.type) in types else VALUES:
                arguments = {**required, field.name: value}
                yield f"{kind}({', '.join(f'{name}={text}' for name, text in arguments.items())})"
            types.add(str(field.type))


def refused_calls() -> set[str]:
    """Return the calls that iamgen itself refuses."""
    names, refused = dict[str, object](), set[str]()
    exec(IMPORTS, names)  # noqa: S102  # they stand in this file
    for call in calls():
        try:
            eval(call, names)  # noqa: S307  # as it is made of what stands in this file
        except IamgenError:
            refused.add(call)
    return refused


class Files(NamedTuple):
    """Files for a type checker."""

    folder: Path
    """Where they are."""
    wrong: Mapping[str, set[int]]
    """By the name of each file, the numbers of its lines that are wrong."""

    def shown(self, lines: Mapping[str, set[int]]) -> set[str]:
        """Return what stands on lines, so that a failing test shows them."""
        texts = {name: (self.folder / name).read_text(encoding="utf-8").splitlines() for name in lines}
        return {f"{name}:{number}: {texts[name][number - 1]}" for name in lines for number in lines[name]}


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    """Return a folder with right and wrong files."""
    folder, refused = tmp_path_factory.mktemp("types"), refused_calls()
    assert refused > NO_TYPE_TELLS
    every = [*IMPORTS.splitlines(), *calls()]
    wrong = {number for number, line in enumerate(every, 1) if line in refused - NO_TYPE_TELLS}
    assert len(wrong) > 100
    assert len(every) - len(wrong) > 50
    for name, text in {"right.py": RIGHT, "wrong.py": WRONG, "every.py": "\n".join(every) + "\n"}.items():
        (folder / name).write_text(text, encoding="utf-8")
    return Files(folder, {"right.py": set(), "wrong.py": WRONG_LINES, "every.py": wrong})


def test_calls_of_every_type_are_tried() -> None:
    assert sorted(REQUIRED) == sorted(iamgen.__all__)


def test_mypy_tells_what_is_wrong(files: Files) -> None:
    command: list[str | Path] = [
        sys.executable,
        "-m",
        "mypy",
        "--strict",
        "--cache-dir",
        files.folder / "cache",
        *files.wrong,
    ]
    checked = subprocess.run(command, capture_output=True, text=True, check=False, cwd=files.folder)
    errors = [line.split(":") for line in checked.stdout.splitlines() if ": error: " in line]
    lines = {file: {int(line) for name, line, *_ in errors if name == file} for file in files.wrong}
    assert files.shown(lines) == files.shown(files.wrong)


@pytest.fixture(scope="session")
def editor(files: Files) -> Iterator[LanguageServer]:
    """Return an editor's pyright over the files."""
    if not PYRIGHT.exists():
        pytest.skip("there is no pyright to ask: install npm, then make .venv/js/made")
    settings = {
        "python": {"pythonPath": sys.executable, "analysis": {"typeCheckingMode": "strict"}},
    }
    with LanguageServer([PYRIGHT, "--stdio"], files.folder, settings) as server:
        yield server


def test_pyright_tells_what_is_wrong(editor: LanguageServer, files: Files) -> None:
    lines = {name: editor.lines_with_errors(name) for name in files.wrong}
    assert files.shown(lines) == files.shown(files.wrong)


def test_pyright_is_as_strict_as_it_can_be(editor: LanguageServer, files: Files) -> None:
    (files.folder / "loose.py").write_text("def loose(value): return value\n", encoding="utf-8")
    assert editor.lines_with_errors("loose.py") == {1}


@pytest.mark.parametrize("kind", iamgen.__all__)
def test_an_editor_shows_what_a_type_and_each_field_of_it_mean(kind: str, editor: LanguageServer, files: Files) -> None:
    documented = getattr(iamgen, kind).__doc__
    fields = [field.name for field in dataclasses.fields(getattr(iamgen, kind))]
    imported = f"from iamgen import {kind}\n"
    lines = [f"{kind}({name}=None)\n" for name in fields]
    (files.folder / f"{kind}.py").write_text(imported + "".join(lines), encoding="utf-8")
    for line, column in ((1, len(imported) - 1), (2, 1)):  # where it is imported, and where it is called
        assert inspect.cleandoc(documented) in editor.hover(f"{kind}.py", line, column)
    for line, name in enumerate(fields, 2):
        shown = editor.help_with_argument(f"{kind}.py", line, len(f"{kind}({name}=") + 1)
        assert shown == next(text.strip() for text in documented.splitlines() if text.strip().startswith(f"{name}: "))
