"""Models of two states of accounts, from users.py or from resources that a test writes down."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from iamgen.access_diff.difference_text import DifferenceText
from iamgen.access_diff.model_difference import ModelDifference, model_difference
from iamgen.access_model import rendered_model
from iamgen.project import Project
from iamgen.questions.model import AccessModel
from iamgen.questions.template_source import AccountFile, from_templates

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
Differ = Callable[..., ModelDifference]


@pytest.fixture
def declared(make_repo: Callable[..., Path]) -> Differ:
    """Return what compares two texts of users.py, and of CONST.inc where they are given."""

    def compare(before: str, after: str, **constants: str) -> ModelDifference:
        def model(name: str, users: str) -> AccessModel:
            more = {"const": constants[name]} if name in constants else {}
            rendered = Project.load(make_repo("from iamgen import *\n" + users, name=name, **more), NOW).render()
            return rendered_model(rendered, name)

        return model_difference(model("earlier", before), model("later", after), NOW)

    return compare


@pytest.fixture
def written(tmp_path: Path) -> Differ:
    """Return what compares two states of accounts: `written({"222222222222": {…}}, {"222222222222": {…}})`."""

    def compare(before: dict[str, Any], after: dict[str, Any]) -> ModelDifference:
        def model(side: str, accounts: dict[str, Any]) -> AccessModel:
            files = []
            for account_id, resources in accounts.items():
                file = tmp_path / f"{side}-{account_id}.json"
                file.write_text(json.dumps({"Resources": resources}))
                files.append(AccountFile(account_id, file, account_id))
            return from_templates(files, "aws")

        return model_difference(model("before", before), model("after", after), NOW)

    return compare


def body(difference: ModelDifference) -> str:
    """Return the summary and the sections as a text."""
    return "\n".join(DifferenceText(difference).body())


def entries(difference: ModelDifference) -> dict[str, list[str]]:
    """Return the sentences of each section."""
    return {item.title: [entry.text for entry in item.entries] for item in DifferenceText(difference).sections}


def document(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def trusting(principal: Any, action: Any = "sts:AssumeRole", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": principal, "Action": action, **more}


def user(name: str, *statements: dict[str, Any], **more: Any) -> dict[str, Any]:
    return _holder("User", name, statements, more)


def role(name: str, trusts: list[dict[str, Any]], *statements: dict[str, Any], **more: Any) -> dict[str, Any]:
    return _holder("Role", name, statements, {"AssumeRolePolicyDocument": document(*trusts), **more})


def _holder(kind: str, name: str, statements: Any, more: dict[str, Any]) -> dict[str, Any]:
    inline = {"Policies": [{"PolicyName": "own", "PolicyDocument": document(*statements)}]} if statements else {}
    return {"Type": f"AWS::IAM::{kind}", "Properties": {f"{kind}Name": name, **inline, **more}}
