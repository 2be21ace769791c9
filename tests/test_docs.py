"""The docs are true: transcripts are run, excerpts and functions are where they say, links lead somewhere.

In README.md and docs/*.md a fenced block's first line says what it is:

    console             `$ ` commands and exactly what they print, run in a copy of the example repository
    LANGUAGE file=NAME  becomes that file of the copy
    diff file=NAME      lines with a minus are replaced by those with a plus
    … at=FOLDER         the commands are typed in that folder of the copy
    … in=clone          the copy is a clone by then, its main branch pushed and released as v0.1.0; commits' ids differ
    LANGUAGE from=NAME  is part of that file of this repository
    python              is valid by itself
    console rehearsal   is what `make rehearse` prints
    console emulator    is a console whose AWS is a local one that is empty, with the credentials of 111111111111

Each heading begins with a fresh copy, and an empty home; on the pages of ONE_FOLDER the first alone does.
`pytest tests/test_docs.py --rewrite` writes what commands print anew.
"""

from __future__ import annotations

import ast
import dataclasses
import hashlib
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import zip_longest
from pathlib import Path
from runpy import run_path
from textwrap import dedent
from xml.sax.saxutils import unescape

import pytest

import iamgen as types
from iamgen import Accept, Forbid, Require
from iamgen.declaration.constants_file import parse
from iamgen.declaration.declared_type import Declared
from iamgen.declaration.model import (
    DEFAULT_SESSION_HOURS,
    CIUser,
    Emergency,
    Grant,
    Group,
    Pipeline,
    Policy,
    Role,
    Settings,
    User,
)
from iamgen.new_repository.own_requirement import own_requirement

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
SITE_BUILDER = ROOT / ".venv/docs/bin/sphinx-build"
EXAMPLE = ("users.py", "CONST.inc", "Makefile", "aws-cli.config.tpl", "aws-cli.credentials.tpl")
SHARED = """\
rm -rf ../origin.git && git init --quiet --bare --initial-branch=main ../origin.git
git init --quiet --initial-branch=main && git remote add origin ../origin.git
git add --all && git commit --quiet --message "Begin" && git push --quiet --set-upstream origin main
git tag --annotate --message v0.1.0 v0.1.0 && git push --quiet origin v0.1.0
"""
ONE_FOLDER = ("first-hour.md",)
"""Pages whose reader goes on under each heading with what the commands before it have made."""
CLONE = "file:///home/ann/iamgen"
"""Where the docs take iamgen to be installed from."""
PART = re.compile(r"^#+ (?P<heading>[^\n]*)\n|^```(?P<info>[^\n]*)\n(?P<body>.*?)^```\n", re.MULTILINE | re.DOTALL)

every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


@dataclasses.dataclass(frozen=True)
class Stage:
    """A copy of the example repository, in which a page's commands are run."""

    root: Path
    environment: dict[str, str]
    folder: str = ""

    def clear(self) -> None:
        for place in (self.root, Path(self.environment["HOME"])):
            shutil.rmtree(place, ignore_errors=True)
        for folder in ("iamgen", "templates"):  # the Makefile looks for sources there
            (self.root / folder).mkdir(parents=True)
        for name in EXAMPLE:
            shutil.copy(ROOT / name, self.root / name)

    def write(self, name: str, body: str) -> None:
        (self.root / name).parent.mkdir(parents=True, exist_ok=True)
        (self.root / name).write_text(body, encoding="utf-8")

    def replace(self, name: str, body: str) -> None:
        before, after = ("".join(lines_of(body, sign)) for sign in "-+")
        text = (self.root / name).read_text(encoding="utf-8")
        assert text.count(before) == 1, f"{name} does not have once:\n{before}"
        self.write(name, text.replace(before, after))

    def share(self) -> None:
        """Make the copy a clone, and push it, unless it is one."""
        if not (self.root / ".git").exists():
            self.printed(SHARED)

    def at_aws(self, url: str) -> Stage:
        """Return the same copy with credentials of the account 111111111111 at a local AWS."""
        keys = {"AWS_ACCESS_KEY_ID": "111111111111", "AWS_SECRET_ACCESS_KEY": "any"}
        return dataclasses.replace(self, environment={**self.environment, **keys, "AWS_ENDPOINT_URL": url})

    def at(self, folder: str) -> Stage:
        """Return the same copy, for commands that are typed in one of its folders."""
        return dataclasses.replace(self, folder=folder)

    def told_ids(self, text: str) -> str:
        """Return the text with an id for each commit that does not depend on what is in it."""
        if (self.root / ".git").exists():
            listed = ["git", "rev-list", "--all", "--reverse", "--topo-order"]
            done = subprocess.run(
                listed, cwd=self.root, env=self.environment, capture_output=True, text=True, check=True
            )
            for number, identity in enumerate(done.stdout.split()):
                text = text.replace(identity[:10], hashlib.sha256(bytes([number])).hexdigest()[:10])
        return text

    def transcript(self, body: str) -> str:
        commands = [line.removeprefix("$ ") for line in body.splitlines() if line.startswith("$ ")]
        return "".join(f"$ {command}\n{self.printed(command)}" for command in commands)

    def printed(self, command: str) -> str:
        """Return what the command prints on both streams, in their order."""
        done = subprocess.run(
            ["bash", "-c", command], cwd=self.root / self.folder, env=self.environment, text=True, timeout=120, check=False,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        assert "this is a bug" not in done.stdout, done.stdout
        text = done.stdout.replace(own_requirement().line.partition(" @ ")[2] or CLONE, CLONE)
        return self.told_ids(text.replace(str(self.root), "…").replace(self.environment["HOME"], "~"))


@pytest.fixture
def stage(tmp_path: Path, environment: dict[str, str]) -> Stage:
    program = tmp_path / "bin" / "iamgen"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -P -m iamgen "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    path = f"{program.parent}:{environment['PATH']}"
    reported = {"PATH": path, "PYTHONDONTWRITEBYTECODE": "1", "GIT_CONFIG_NOSYSTEM": "1"}
    for principal in ("AUTHOR", "COMMITTER"):
        reported |= {f"GIT_{principal}_NAME": "Alice", f"GIT_{principal}_EMAIL": "alice@example.com"}
        reported |= {f"GIT_{principal}_DATE": f"@{environment['SOURCE_DATE_EPOCH']} +0000"}
    return Stage(tmp_path / "repo", {**environment, **reported})


def lines_of(diff: str, sign: str) -> Iterator[str]:
    return (line[1:] for line in diff.splitlines(keepends=True) if line.startswith(sign))


def played(page: Path, stage: Stage, local_aws: Callable[[], str]) -> str:
    """Return the page with what its commands print. `local_aws` starts a local AWS and returns its URL."""

    def play(part: re.Match[str]) -> str:
        if part["info"] is None:
            if page.name not in ONE_FOLDER or not stage.root.exists():
                stage.clear()
            return part[0]
        kind, file = part["info"].split()[0], option(part["info"], "file")
        if option(part["info"], "in") == "clone":
            stage.share()
        if part["info"] == "console rehearsal":
            return f"```{part['info']}\n$ make rehearse\n{rehearsed(stage.environment)}```\n"
        if kind == "console":
            place = stage.at_aws(local_aws()) if "emulator" in part["info"].split() else stage
            place = place.at(option(part["info"], "at"))
            return f"```{part['info']}\n{place.transcript(part['body'])}```\n"
        if file:
            put: Callable[[str, str], None] = stage.replace if kind == "diff" else stage.write
            put(file, part["body"])
        return part[0]

    return PART.sub(play, page.read_text(encoding="utf-8"))


def rehearsed(environment: dict[str, str]) -> str:
    """Return what `make rehearse` prints. It is run here, and not by make, with what is being tested."""
    return subprocess.run(
        [sys.executable, "-m", "tests.emulator.rehearse"], cwd=ROOT, text=True, timeout=120,
        env={**environment, "AWS_PROFILE": "nope"},  # whoever runs it may have any of their own
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=True,
    ).stdout  # fmt: skip


def option(info: str, name: str) -> str:
    return next((word.removeprefix(f"{name}=") for word in info.split() if word.startswith(f"{name}=")), "")


def blocks(page: Path) -> Iterator[tuple[str, str]]:
    """Yield each fenced block's first line and its text."""
    for part in PART.finditer(page.read_text(encoding="utf-8")):
        if part["info"] is not None:
            yield part["info"], part["body"]


def section(page: str, title: str) -> str:
    """Return the text of a page below that heading, up to the next."""
    text = (ROOT / page).read_text(encoding="utf-8")
    headings = [part for part in PART.finditer(text) if part["heading"]]
    below = {
        part["heading"]: text[part.end() : following.start() if following else None]
        for part, following in zip_longest(headings, headings[1:])
    }
    return below[title]


def rows(text: str) -> Iterator[list[str]]:
    """Yield the cells of each row of a table that begins with code, without the code's marks."""
    for line in text.splitlines():
        if line.startswith("| `"):
            yield [cell.strip().strip("`") for cell in line.strip("|").split(" | ")]


@every_page
def test_commands_print_what_the_page_says(page: Path, stage: Stage, request: pytest.FixtureRequest) -> None:
    text = page.read_text(encoding="utf-8")
    result = played(page, stage, lambda: str(request.getfixturevalue("local_aws")))
    if request.config.getoption("--rewrite"):
        page.write_text(result, encoding="utf-8")
    else:
        assert result == text


def test_the_first_day_is_what_the_guide_prints(stage: Stage, request: pytest.FixtureRequest) -> None:
    stage.clear()
    page, result = ROOT / "docs/first-day.md", stage.printed("iamgen bootstrap --user bob --guide")
    if request.config.getoption("--rewrite"):
        page.write_text(result, encoding="utf-8")
    assert result == page.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["commands", "json"])
def test_a_page_that_is_generated_is_as_it_would_be_now(name: str, request: pytest.FixtureRequest) -> None:
    # in a process of its own: click keeps the help option of a command as the first context that asks for it has it
    program = [sys.executable, str(ROOT / f"docs/site/{name}_page.py")]
    path, text = ROOT / f"docs/{name}.md", subprocess.run(program, capture_output=True, text=True, check=True).stdout
    if request.config.getoption("--rewrite"):
        path.write_text(text, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == text, f"python -m docs.site.{name}_page > docs/{name}.md"


def test_the_picture_of_a_session_has_what_the_commands_print(stage: Stage, request: pytest.FixtureRequest) -> None:
    drawing = run_path(str(ROOT / "docs/site/terminal_picture.py"))
    stage.clear()
    stage.share()
    coloured = 'iamgen() { command iamgen --color always "$@"; }; '
    transcript = "".join(f"$ {command}\n{stage.printed(coloured + command)}" for command in drawing["SESSION"])
    svg = drawing["picture"](transcript, "A terminal: iamgen finds a slip of the pen, and says who gains what")
    path = ROOT / "docs/session.svg"
    if request.config.getoption("--rewrite"):
        path.write_text(svg, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == svg
    shown = "".join(f"{line}\n" for line in texts_of(svg))
    assert shown == re.sub(r"\n+", "\n", drawing["plain"](transcript))


def texts_of(svg: str) -> list[str]:
    """Return the lines of text in a picture."""
    return [unescape(re.sub(r"<[^>]*>", "", line)) for line in svg.splitlines() if line.startswith("<text ")]


@pytest.mark.skipif(not SITE_BUILDER.exists(), reason="what makes the site is not installed: make .venv/docs/made")
def test_the_site_is_built_and_its_pages_fetch_nothing_from_elsewhere(tmp_path: Path) -> None:
    """CI does not install it; what it would find besides, links and pages that no list has, other tests here find."""
    command = [str(SITE_BUILDER), "--quiet", "--fail-on-warning", "--conf-dir", "docs/site", ".", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    pages = list(tmp_path.rglob("*.html"))
    assert {path.name for path in pages} > {"index.html", "search.html", "commands.html", "CHANGELOG.html"}
    for path in pages:
        tags = re.findall(r"<(?:script|link|img|iframe|source)\b[^>]*>", path.read_text(encoding="utf-8"))
        assert [tag for tag in tags if "//" in tag] == [], path
    styles = "".join(path.read_text(encoding="utf-8") for path in tmp_path.rglob("*.css"))
    assert not re.search(r"@import|url\([\"']?(https?:)?//", styles)


def test_the_index_lists_every_page_once() -> None:
    index = (ROOT / "docs/index.md").read_text(encoding="utf-8")
    listed = sorted(re.findall(r"^- \[[^\]]+\]\(([^)]+)\)", index, re.MULTILINE))
    pages = [path.name for path in (ROOT / "docs").glob("*.md") if path.name != "index.md"]
    assert listed == sorted([*pages, "../CHANGELOG.md", "../CONTRIBUTING.md", "../SECURITY.md"])


@every_page
def test_commands_with_output_are_in_blocks_that_are_run(page: Path) -> None:
    for info, body in blocks(page):
        assert info, f"a block without a language: {body}"
        assert info.split()[0] == "console" or not re.search(r"^\$ ", body, re.MULTILINE)


@every_page
def test_excerpts_are_part_of_their_files(page: Path) -> None:
    for info, body in blocks(page):
        if name := option(info, "from"):
            text = (ROOT / name).read_text(encoding="utf-8")
            assert dedent(body) in dedented_at(text, body), f"{page.name}: not in {name}:\n{body}"


def dedented_at(text: str, body: str) -> str:
    """Return the file as it reads when as much of its indent is left out as the excerpt leaves out."""
    first = body.splitlines()[0]
    indents = {len(line) - len(line.lstrip()) for line in text.splitlines() if line.strip() == first.strip()}
    return "\n".join(
        "".join(f"{line[indent:]}\n" for line in text.splitlines())
        for indent in (number - (len(first) - len(first.lstrip())) for number in sorted(indents))
    )


@every_page
def test_snippets_are_valid(page: Path) -> None:
    names = {name: getattr(types, name) for name in types.__all__}
    for info, body in blocks(page):
        if info == "python":
            exec(compile(body, page.name, "exec"), dict(names))  # noqa: S102  # our own docs


@every_page
def test_links_lead_somewhere(page: Path) -> None:
    text = PART.sub(lambda part: part[0] if part["info"] is None else "", page.read_text(encoding="utf-8"))
    links = re.findall(r"\]\(([^)\s]+)\)", text)
    for link in links:
        if "://" in link:
            continue
        path, _, anchor = link.partition("#")
        target = page.parent / path if path else page
        assert target.exists(), f"{page.name}: {link}"
        assert not anchor or anchor in anchors(target), f"{page.name}: {link}"


def anchors(page: Path) -> set[str]:
    headings = [part["heading"] for part in PART.finditer(page.read_text(encoding="utf-8")) if part["heading"]]
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@every_page
def test_what_is_said_to_be_in_a_file_is_there(page: Path) -> None:
    for name, path in re.findall(r"\[`([\w.]+)`\]\(([^)#]+\.py)\)", page.read_text(encoding="utf-8")):
        if not name.endswith(".py"):
            assert name in definitions(page.parent / path), f"{page.name}: {path} has no {name}"


def definitions(path: Path) -> set[str]:
    """Return what a module defines at its top level, and the methods of its classes as `Class.method`."""
    collected = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            collected.add(node.name)
        if isinstance(node, ast.ClassDef):
            collected |= {f"{node.name}.{item.name}" for item in node.body if isinstance(item, ast.FunctionDef)}
        targets = [node.target] if isinstance(node, ast.AnnAssign) else getattr(node, "targets", [])
        collected |= {name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name)}
    return collected


def test_the_walk_names_each_function_with_its_file() -> None:
    walk = section("docs/architecture.md", "One grant, all the way")
    named = re.findall(r"\[`([\w.]+)`\]\([^)]+\.py\)", walk)
    assert len(named) > 20
    bare = set(re.findall(r"`([a-z_]+\.[a-z_]+|[a-z_]+)\(\)`", walk))
    assert not bare, f"functions without their file: {bare}"


FIELDS: list[tuple[type[Declared], str, str]] = [
    (User, "docs/users-py.md", "User"),
    (Grant, "docs/users-py.md", "Grant: until when, and why"),
    (CIUser, "docs/users-py.md", "CIUser"),
    (Settings, "docs/users-py.md", "Settings"),
    (Role, "docs/own-roles.md", "Role"),
    (Group, "docs/own-roles.md", "Group"),
    (Policy, "docs/own-roles.md", "Policy"),
    (Emergency, "docs/own-roles.md", "Emergency"),
    (Pipeline, "docs/pipelines.md", "Pipeline"),
    (Forbid, "docs/users-py.md", "Forbid"),
    (Require, "docs/users-py.md", "Require"),
    (Accept, "docs/users-py.md", "Accept"),
]


@pytest.mark.parametrize(("kind", "page", "title"), FIELDS)
def test_every_field_is_explained_in_its_types_section(kind: type[Declared], page: str, title: str) -> None:
    fields = {field.name: field for field in dataclasses.fields(kind)}  # type: ignore[arg-type]  # each is a dataclass
    documented = {row[0]: row for row in list(rows(section(page, title)))[: len(fields)]}
    assert list(documented) == list(fields)
    for name, field in fields.items():
        if field.default is not dataclasses.MISSING:
            assert ast.literal_eval(documented[name][1]) == field.default


def test_the_default_hours_are_told() -> None:
    documented = {row[0]: row for row in rows(section("docs/users-py.md", "Settings"))}
    assert ast.literal_eval(documented["session_hours"][1]) == DEFAULT_SESSION_HOURS


BEFORE = "REGION=eu-west-1\n"  # what the lines of the tables may refer to


def test_what_is_accepted_is() -> None:
    documented = list(rows(section("docs/const-inc.md", "What is accepted")))
    assert len(documented) > 5
    for line, value, *_ in documented:
        constants, faults = parse(f"{BEFORE}{line}\n".encode(), "CONST.inc")
        assert faults == (), line
        assert list(constants.values())[1:] == [value.replace("—", "")], line


def test_what_is_refused_is() -> None:
    documented = list(rows(section("docs/const-inc.md", "What is refused")))
    assert len(documented) > 10
    for line, *_ in documented:
        _, faults = parse(f"{BEFORE}{line}\n".encode(), "CONST.inc")
        assert [fault.where for fault in faults] == ["CONST.inc:2"], line
