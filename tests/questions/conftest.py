"""Models of the golden cases, and of accounts that a test writes down itself."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from iamgen.project import Project
from iamgen.questions.can import AccessAnswer, AccessQuestion, Asker
from iamgen.questions.circumstances import Circumstances
from iamgen.questions.declared_source import DeclaredTexts, from_declaration
from iamgen.questions.model import AccessModel
from iamgen.questions.template_source import AccountFile, from_templates

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
HERE = Path(__file__).resolve().parent
CASES = {"example": HERE.parents[1]} | {path.name: path for path in (HERE.parent / "golden/cases").iterdir()}
DEV, OPS = "222222222222", "999999999999"


@cache
def golden(name: str) -> AccessModel:
    rendered = Project.load(CASES[name].resolve(), NOW).render()
    return from_declaration(DeclaredTexts(rendered.project.root, rendered.declaration, rendered.texts, "users.py"))


@pytest.fixture(params=sorted(CASES))
def every_model(request: pytest.FixtureRequest) -> AccessModel:
    return golden(request.param)


@pytest.fixture
def example() -> Asker:
    return Asker(golden("example"))


@pytest.fixture
def golden_model() -> Callable[[str], AccessModel]:
    return golden


@pytest.fixture
def modelled(tmp_path: Path) -> Callable[..., Asker]:
    """Return what makes a model of resources, by account id: `modelled({"222222222222": {…}})`."""

    def make(accounts: dict[str, dict[str, Any]]) -> Asker:
        files = []
        for account_id, resources in accounts.items():
            file = tmp_path / f"{account_id}.json"
            file.write_text(json.dumps({"Resources": resources}, indent=1))
            files.append(AccountFile(account_id, file, account_id))
        return Asker(from_templates(files, "aws"))

    return make


@pytest.fixture
def ask() -> Callable[..., AccessAnswer]:
    """Return what asks a model: `ask(asker, "alice", "s3:GetObject", "*", "dev", mfa="absent")`."""

    def asked(
        asker: Asker, actor: str, action: str, resource: str = "*", account: str | None = None, **more: Any
    ) -> AccessAnswer:
        context = tuple(more.pop("context", {}).items())
        circumstances = Circumstances(more.pop("at", NOW), more.pop("mfa", "usual"), context)
        return asker.answer(AccessQuestion(actor, action, circumstances, resource, account, more.pop("via", None)))

    return asked


def statement(effect: str, action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": effect, "Action": action, "Resource": resource, **more}


def document(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def user(name: str, *statements: dict[str, Any], **more: Any) -> dict[str, Any]:
    return _holder("User", name, statements, more)


def role(name: str, trust: Any, *statements: dict[str, Any], **more: Any) -> dict[str, Any]:
    trusts = trust if isinstance(trust, list) else [trust]
    written = [item if "Effect" in item else trusted(item) for item in trusts]
    return _holder("Role", name, statements, {"AssumeRolePolicyDocument": document(*written), **more})


def trusted(principal: Any, action: str | list[str] = "sts:AssumeRole", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": principal, "Action": action, **more}


def _holder(kind: str, name: str, statements: Any, more: dict[str, Any]) -> dict[str, Any]:
    inline = {"Policies": [{"PolicyName": "own", "PolicyDocument": document(*statements)}]} if statements else {}
    return {"Type": f"AWS::IAM::{kind}", "Properties": {f"{kind}Name": name, **inline, **more}}
