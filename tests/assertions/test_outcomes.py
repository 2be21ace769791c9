"""What is said about an assertion as a whole: its line, the reason, what is empty, and what could not be read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from iamgen import Forbid
from iamgen.assertions.outcomes import assertion_outcomes
from iamgen.declaration.declared_type import Assertion
from iamgen.errors import Fault, IamgenError
from iamgen.project import Project
from iamgen.questions.declared_source import DeclaredTexts, from_declaration
from iamgen.questions.model import AccessModel
from iamgen.ui.console import Console

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
HERE = Path(__file__).resolve().parents[1]
EXAMPLE = HERE.parent
CASES = [EXAMPLE, *sorted((HERE / "golden/cases").iterdir())]
FindingsOf = Callable[..., list[str]]
UNREAD = (Fault("Resources/X", "cannot be read"), Fault("Resources/Y", "cannot be read"))
HEAD = 'from iamgen import *\nOPS_SERVICES = ("s3",)\nUSERS = (User("bob", {"prod": "OpsR"}),)\n'


@pytest.mark.parametrize(
    ("assertion", "texts"),
    [
        ('Forbid("s3:*", who="lambda.amazonaws.com")',
         ["warning: Forbid 's3:*' is about nobody: nobody whom who means is in dev, prod, user-only"]),
        ('Forbid("s3:*", who="OpsR", accounts="user-only")',
         ["warning: Forbid 's3:*' is about nobody: nobody whom who means is in user-only"]),
        ('Forbid("s3:Put*", who="ReadR", accounts=("user-only", "d*"))',
         ["warning: Forbid 's3:Put*': user-only has no role that who means"]),
        ('Require("s3:GetObject", who="ReadR", accounts=("user-only", "dev"))',
         ["error: Require 's3:GetObject': user-only has no role that who means"]),
        ('Require("s3:GetObject", who="ReadR", accounts="*")', []),
        ('Forbid("cloudtrail:ListTrails", on="arn:aws:s3:::x")',
         ["warning: Forbid 'cloudtrail:ListTrails' is about no request: none of its actions has such a resource"]),
        ('Forbid("s3:GetObjekt")',
         ["error: Forbid 's3:GetObjekt': s3:GetObjekt: there is no such action of s3 in the list of 2026-10-27"]),
        ('Require(("foo:Bar", "s3:Nothing*"), who="bob")',
         ["error: Require 'foo:Bar' and 1 more: foo:Bar: the service foo is not in the list of 2026-10-27",
          "error: Require 'foo:Bar' and 1 more: s3:Nothing*: there is no such action of s3 in the list of 2026-10-27"]),
    ],
)  # fmt: skip
def test_what_is_empty_or_unknown_is_said(findings_of: FindingsOf, assertion: str, texts: list[str]) -> None:
    assert findings_of(f"ASSERTIONS = ({assertion},)") == texts


def test_a_failure_has_its_line_and_says_why_and_what_to_do(make_repo: Callable[..., Path]) -> None:
    text = f"""{HEAD}
ASSERTIONS = (
    Forbid("s3:GetObject", because="it is secret"),
    Require("ec2:RunInstances", who="OpsR"),
    Forbid("s3:GetObjekt"),
)
"""
    checked = Project.load(make_repo(text), NOW).render().check(lint=False)
    faults = [item.fault for item in checked.assertions]
    assert [fault.where for fault in faults] == ["users.py:6", "users.py:7", "users.py:8"]
    assert [fault.hint for fault in faults] == [
        "because: it is secret; take the access away, or except somebody with but",
        "give them the access, or except somebody with but",
        "did you mean GetObject?",
    ]
    assert checked.errors[-3:] == tuple(faults)


def test_what_is_not_decided_is_to_be_written_otherwise(make_repo: Callable[..., Path]) -> None:
    text = f"""{HEAD}
ROLES = (Role("AppR", managed_policies=("arn:aws:iam::222222222222:policy/by-hand",), accounts="dev"),)
ASSERTIONS = (Forbid("s3:GetObject", who="AppR"),)
"""
    (item,) = Project.load(make_repo(text), NOW).render().check(lint=False).assertions
    assert item.fault.problem.startswith(
        "Forbid 's3:GetObject': it is not decided whether infra-AppR-222222222222 may do s3:GetObject in dev: statement 1 "
        "of by-hand: is not known: is a policy that is not among those that were read, so its document is not known; "
    )
    assert item.fault.hint == "write what is named so that it can be decided, or except somebody with but"


def model_of(folder: Path) -> tuple[AccessModel, Any]:
    rendered = Project.load(folder.resolve(), NOW).render()
    texts = DeclaredTexts(rendered.project.root, rendered.declaration, rendered.texts, "users.py")
    return from_declaration(texts), rendered.declaration


def texts_about(model: AccessModel, declaration: Any, *assertions: Assertion) -> list[str]:
    declared = replace(declaration, assertions=assertions)
    return [f"{item.level}: {item.fault.problem}" for item in assertion_outcomes(model, declared, NOW, EXAMPLE)]


@pytest.mark.parametrize("folder", CASES, ids=lambda folder: folder.name)
def test_everything_that_iamgen_renders_is_decided(folder: Path) -> None:
    model, declaration = model_of(folder)
    assertions = (Forbid("*"), Forbid("iam:*", mfa=False), Forbid("s3:GetObject", on="arn:*:s3:::secret/*"))
    for text in texts_about(model, declaration, *assertions):
        assert "not decided" not in text
        assert "perhaps" not in text


def test_the_assertions_of_the_example_hold() -> None:
    model, declaration = model_of(EXAMPLE)
    assert len(declaration.assertions) == 3
    assert texts_about(model, declaration, *declaration.assertions) == []


def test_what_could_not_be_read_is_not_decided() -> None:
    model, declaration = model_of(EXAMPLE)
    account = replace(model.accounts[0], content=replace(model.accounts[0].content, not_known=UNREAD))
    doubtful = replace(model, accounts=(account, *model.accounts[1:]))
    assert texts_about(doubtful, declaration, Forbid("s3:*", who="ReadR")) == [
        "error: Forbid 's3:*': it is not decided: user-only.json: Resources/X: cannot be read, and 1 more like it"
    ]


def test_all_accounts_count_whatever_is_rendered(make_repo: Callable[..., Path]) -> None:
    text = f'{HEAD}ASSERTIONS = (Forbid("s3:DeleteBucket", accounts="prod"),)\n'
    project = Project.load(make_repo(text), NOW)
    dev = [project.declaration.accounts["dev"]]
    for rendered in (project.render(dev), project.render(dev, "yaml"), project.render(form="yaml")):
        (item,) = rendered.check(lint=False).assertions
        assert "bob may do s3:DeleteBucket on arn:aws:s3:::x in prod" in item.fault.problem
        with pytest.raises(IamgenError, match="bob may do s3:DeleteBucket"):
            rendered.require_checks(Console(StringIO(), StringIO(), coloured=False, answers=StringIO()), lint=False)


def test_in_a_revision_the_place_says_which(make_repo: Callable[..., Path]) -> None:
    text = f'{HEAD}ASSERTIONS = (Forbid("s3:DeleteBucket", accounts="prod"),)\n'
    project = Project.load(make_repo(text), NOW).at_revision("v1.2.3")
    assert project.render().check(lint=False).errors[-1].where == "v1.2.3:users.py:4"
