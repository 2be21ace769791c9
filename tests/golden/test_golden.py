"""Golden templates: what each case of `cases/` renders to, byte for byte. `make golden` writes them anew."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from iamgen.declaration.load import load
from iamgen.jinja.policy import documents
from iamgen.synth.build import build
from iamgen.synth.template_text import text

HERE = Path(__file__).resolve().parent
EXAMPLE = HERE.parents[1]
CASES = {"example": EXAMPLE} | {folder.name: folder for folder in sorted((HERE / "cases").iterdir())}
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def rendered(root: Path) -> dict[str, Any]:
    loaded = load(root, NOW)
    own = documents(root, loaded.declaration)
    return {name: build(loaded.declaration, account, own) for name, account in loaded.declaration.accounts.items()}


@pytest.mark.parametrize("case", CASES)
def test_golden(case: str, request: pytest.FixtureRequest) -> None:
    folder = HERE / "expected" / case
    result = {name: text(template) for name, template in rendered(CASES[case]).items()}
    if request.config.getoption("--rewrite"):
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.iterdir():
            old.unlink()
        for name, content in result.items():
            (folder / f"{name}.json").write_text(content, encoding="utf-8")
    assert result == {file.stem: file.read_text(encoding="utf-8") for file in folder.iterdir()}


@pytest.mark.parametrize("case", CASES)
def test_yaml_says_the_same(case: str) -> None:
    for template in rendered(CASES[case]).values():
        assert yaml.safe_load(text(template, "yaml")) == json.loads(text(template, "json"))


def test_yaml_takes_text_of_any_make(tmp_path: Path) -> None:
    (tmp_path / "CONST.inc").write_text("GLOBAL_AWS_REGION=eu-west-1\nDEV_AWS_ACCOUNT_ID=222222222222\n")
    (tmp_path / "users.py").write_text(
        "from enum import StrEnum\nfrom iamgen import *\nN = StrEnum('N', ['bob'])\nOPS_SERVICES = ('s3',)\n"
        "USERS = (User(N.bob, {'dev': 'OpsR'}, tags={'a': N.bob}),)\nSETTINGS = Settings(users='stack')\n"
    )
    (template,) = rendered(tmp_path.resolve()).values()
    assert yaml.safe_load(text(template, "yaml")) == json.loads(text(template, "json"))


@pytest.mark.parametrize("case", CASES)
def test_templates_are_plain(case: str) -> None:
    for template in rendered(CASES[case]).values():
        plain = json.loads(text(template))
        assert set(plain) == {"AWSTemplateFormatVersion", "Description", "Resources"}
        assert functions(plain) <= {"Ref", "Fn::GetAtt"}
        types = {resource["Type"] for resource in plain["Resources"].values()}
        kinds = ("Group", "ManagedPolicy", "OIDCProvider", "Role", "User", "UserToGroupAddition")
        assert types <= {f"AWS::IAM::{kind}" for kind in kinds}
        inline = [
            policy for resource in plain["Resources"].values() for policy in resource["Properties"].get("Policies", ())
        ]
        assert all(entry["PolicyName"].endswith("Emergency") for entry in inline)


def functions(value: object) -> set[str]:
    if isinstance(value, list):
        return set().union(*map(functions, value))
    if not isinstance(value, dict):
        return set()
    own = {key for key in value if key == "Ref" or key.startswith(("Fn::", "Condition::"))}
    return own.union(*map(functions, value.values()))
