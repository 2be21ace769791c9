"""Templates of the size and kind that iamgen makes, and a cache folder that is nobody's."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

ACCOUNT = "222222222222"
MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}


def policy(name: str, *statements: dict[str, Any]) -> dict[str, Any]:
    document = {"Version": "2012-10-17", "Statement": list(statements)}
    properties = {"ManagedPolicyName": f"infra-{name}-{ACCOUNT}", "PolicyDocument": document}
    return {"Type": "AWS::IAM::ManagedPolicy", "Properties": properties}


def role(name: str, seconds: int) -> dict[str, Any]:
    users = [f"arn:aws:iam::111111111111:user/user{number:02}" for number in range(20)]
    people = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": users}, "Condition": MFA}
    properties = {
        "RoleName": f"infra-{name}-{ACCOUNT}",
        "MaxSessionDuration": seconds,
        "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [people]},
        "ManagedPolicyArns": [{"Ref": "OpsP"}],
    }
    return {"Type": "AWS::IAM::Role", "Properties": properties}


def template() -> dict[str, Any]:
    everything = {"Effect": "Allow", "Action": ["ec2:*", "s3:*"], "Resource": "*"}
    group = {"GroupName": "infra-PowerG", "ManagedPolicyArns": [{"Ref": "PowerP"}]}
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Resources": {
            "AdminR": role("AdminR", 3600),
            "OpsR": role("OpsR", 14400),
            "OpsP": policy("OpsP", everything),
            "PowerP": policy("PowerP", {"Effect": "Allow", "Action": "iam:*", "Resource": "*"}),
            "PowerG": {"Type": "AWS::IAM::Group", "Properties": group},
        },
    }


@pytest.fixture
def good() -> str:
    """Return a template without a fault."""
    return json.dumps(template(), indent=2) + "\n"


@pytest.fixture
def broken() -> str:
    """Return a template with faults of several kinds: two on one line, one a warning (W3037)."""
    faulty = template()
    resources = faulty["Resources"]
    resources["AdminR"]["Properties"]["MaxSessionDuration"] = 99_999_999
    resources["OpsR"]["Properties"] |= {"Nonsense": 1, "ManagedPolicyArns": [{"Ref": "Missing"}]}
    resources["OpsP"]["Properties"]["PolicyDocument"]["Statement"][0]["Action"] += ["s3:NoSuchThing", "x:Y"]
    return json.dumps(faulty, indent=2) + "\n"


@pytest.fixture(autouse=True)
def caches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder for everything that is cached, in place of the person's own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))
    return tmp_path / "caches"
