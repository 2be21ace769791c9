"""A project of a folder and of a commit: loaded, rendered, checked."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from troposphere import Template

from iamgen.declaration.resolved import Account, Declaration
from iamgen.errors import IamgenError
from iamgen.jinja.policy import PolicyDocuments
from iamgen.project import Project
from iamgen.release.repository import open_repository
from iamgen.revision import Revision, checked_at, compared, project_at, rendered_at
from iamgen.synth import account_templates
from iamgen.synth.build import build
from iamgen.ui.console import Console

NOW = datetime(2026, 7, 23, tzinfo=UTC)
MakeRepo = Callable[..., Path]
World = Any
HEAD = "from iamgen import *\nUSERS = ()\nOPS_SERVICES = ('s3',)\n"
OPEN_ROLE = 'ROLES = (Role("ToolR", accounts="dev", mfa=False, assumed_by=("arn:aws:iam::999999999999:user/t",)),)\n'
UNKNOWN_SERVICE = 'ROLES = (Role("NewR", services=("newthing",)),)\n'
BROKEN = HEAD + 'USERS = (User("alice", {"nowhere": "OpsR"}),)\n'


@pytest.fixture
def console() -> Console:
    return Console(io.StringIO(), io.StringIO(), coloured=False, answers=io.StringIO())


def text_of(console: Console) -> str:
    assert isinstance(console.err, io.StringIO)
    return console.err.getvalue()


def committed(world: World, users: str, name: str = "HEAD") -> Revision:
    clone = world.clone("ann")
    (clone.folder / "users.py").write_text(users)
    clone.git("commit", "--quiet", "--all", "--message=Change")
    repository = open_repository(clone.folder)
    return Revision(repository, repository.head(), name)


def test_a_folder_is_loaded_rendered_and_checked(make_repo: MakeRepo) -> None:
    project = Project.load(make_repo(HEAD), NOW)
    rendered = project.render()
    assert set(rendered.texts) == set(project.declaration.accounts)
    assert [template.account for template in rendered.templates] == list(rendered.texts)
    checked = rendered.check(lint=False)
    assert checked.errors == ()
    assert set(checked.views) == set(rendered.texts)


def test_only_the_accounts_asked_for_are_rendered_in_the_language_asked_for(make_repo: MakeRepo) -> None:
    project = Project.load(make_repo(HEAD), NOW)
    dev = project.declaration.accounts["dev"]
    assert list(project.render([dev]).texts) == ["dev"]
    assert "Resources" in json.loads(project.render([dev]).texts["dev"])
    assert project.render([dev], "yaml").texts["dev"].startswith("AWSTemplateFormatVersion:")


def test_each_account_is_rendered_once_however_often_its_template_is_needed(
    make_repo: MakeRepo, monkeypatch: pytest.MonkeyPatch
) -> None:
    names: list[str] = []

    def counted(declaration: Declaration, account: Account, policies: PolicyDocuments) -> Template:
        names.append(account.name)
        return build(declaration, account, policies)

    monkeypatch.setattr(account_templates, "build", counted)
    project = Project.load(make_repo(f"{HEAD}ASSERTIONS = (Forbid('iam:CreateUser', who='OpsR'),)\n"), NOW)
    rendered = project.render([project.declaration.accounts["dev"]])
    assert rendered.check(lint=False).assertions == ()
    rendered.escalation_search()
    assert list(rendered.json_of(project.declaration.accounts)) == list(project.declaration.accounts)
    assert sorted(names) == sorted(project.declaration.accounts)
    assert list(rendered.texts) == ["dev"]


def test_what_is_needed_next_is_imported_while_the_declaration_runs(make_repo: MakeRepo) -> None:
    calls: list[str] = []
    Project.load(make_repo(HEAD), NOW, meanwhile=lambda: calls.append("imported"))
    assert calls == ["imported"]


def test_faults_of_a_folder_name_its_files(make_repo: MakeRepo) -> None:
    with pytest.raises(IamgenError) as raised:
        Project.load(make_repo(BROKEN), NOW)
    assert raised.value.faults[0].where == "users.py:4"


def test_findings_are_errors_and_warnings_less_what_is_ignored(make_repo: MakeRepo, console: Console) -> None:
    rendered = Project.load(make_repo(HEAD + OPEN_ROLE), NOW).render()
    checked = rendered.check(lint=False)
    assert [fault.where.split(" ")[0] for fault in checked.errors] == ["users.py:4:"]
    assert checked.findings(["trust-without-mfa"])["dev"] == ()
    assert checked.every_finding["dev"]
    with pytest.raises(IamgenError) as raised:
        rendered.require_checks(console, lint=False)
    assert raised.value.faults == checked.errors


def test_an_ignored_finding_is_no_error_and_is_still_known(make_repo: MakeRepo, console: Console) -> None:
    users = HEAD + OPEN_ROLE + 'SETTINGS = Settings(ignore={"trust-without-mfa": "a vendor"})\n'
    rendered = Project.load(make_repo(users), NOW).render()
    checked = rendered.check(lint=False)
    assert checked.errors == ()
    assert checked.every_finding["dev"]
    rendered.require_checks(console, lint=False)


def test_a_commit_is_loaded_rendered_and_checked_whatever_the_folder_has(world: World, console: Console) -> None:
    revision = committed(world, HEAD)
    (revision.repository.root / "users.py").write_text(BROKEN)
    rendered = rendered_at(revision, NOW)
    assert rendered.texts == checked_at(revision, NOW, console).texts
    assert rendered.project.now == NOW
    with project_at(revision, NOW) as project:
        folder = project.root
        assert (folder / "users.py").read_text() == HEAD
    assert not folder.exists()


def test_faults_of_a_commit_name_the_revision(world: World, console: Console) -> None:
    revision = committed(world, BROKEN, "v1.2.3")
    with pytest.raises(IamgenError) as raised:
        rendered_at(revision, NOW)
    assert raised.value.faults[0].where == "v1.2.3:users.py:4"
    with pytest.raises(IamgenError) as raised_too:
        checked_at(revision, NOW, console)
    assert raised_too.value.faults == raised.value.faults


def test_findings_in_a_commit_name_the_revision_once(world: World, console: Console) -> None:
    revision = committed(world, HEAD + OPEN_ROLE, "v1.2.3")
    with pytest.raises(IamgenError) as raised:
        checked_at(revision, NOW, console)
    assert [fault.where.split(" ")[0] for fault in raised.value.faults] == ["v1.2.3:users.py:4:"]


def test_what_cannot_be_rendered_in_a_commit_names_the_revision(world: World) -> None:
    users = HEAD + 'POLICIES = (Policy("TestP", "none.json.j2"),)\nROLES = (Role("TestR", policies=("TestP",)),)\n'
    revision = committed(world, users, "v1.2.3")
    with pytest.raises(IamgenError) as raised:
        rendered_at(revision, NOW)
    assert raised.value.faults[0].where.startswith("v1.2.3:")
    assert not raised.value.faults[0].where.startswith("v1.2.3:v1.2.3:")


def test_warnings_of_a_commit_name_the_revision_once(world: World, console: Console) -> None:
    checked_at(committed(world, HEAD + UNKNOWN_SERVICE, "v1.2.3"), NOW, console)
    warnings = [line for line in text_of(console).splitlines() if "newthing" in line]
    assert warnings[0].startswith("warning: v1.2.3:users.py:4:33: Role 'NewR': 'newthing'")
    assert all(line.count("v1.2.3:") == 1 for line in warnings)


def test_a_commit_that_cannot_be_rendered_is_not_compared_and_that_is_said(world: World, console: Console) -> None:
    earlier = committed(world, BROKEN, "v1.2.3")
    (earlier.repository.root / "users.py").write_text(HEAD)
    after = Project.load(earlier.repository.root, NOW).render()
    comparison = compared(earlier, after, console)
    assert (comparison.before, comparison.accounts) == (None, None)
    assert "warning: v1.2.3:users.py:4:" in text_of(console)
    assert "warning: v1.2.3: cannot be rendered: no difference is shown" in text_of(console)


def test_templates_are_compared_with_those_of_a_commit_and_with_none(world: World, console: Console) -> None:
    earlier = committed(world, HEAD)
    after = Project.load(earlier.repository.root, NOW).render()
    assert {account.state for account in compared(earlier, after, console).accounts or ()} == {"same"}
    assert {account.state for account in compared(None, after, console).accounts or ()} == {"new"}
    assert text_of(console) == ""
