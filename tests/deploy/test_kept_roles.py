"""Roles that nobody holds any more stay, and trust nobody."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from iamgen.deploy.kept_roles import TRUST_NOBODY, with_kept_roles

Body = dict[str, Any]
ROOT = Path(__file__).resolve().parents[2]
STANDARD = frozenset({"AdminR", "OpsR", "ReadR"})


def user_only() -> Body:
    template: Body = json.loads((ROOT / "tests/golden/expected/example/user-only.json").read_text())
    return template


def without(template: Body, *names: str) -> Body:
    return {
        **template,
        "Resources": {name: element for name, element in template["Resources"].items() if name not in names},
    }


def test_it_keeps_its_policies_and_trusts_nobody() -> None:
    before = user_only()
    after = without(before, "OpsR", "OpsP", "ReadR")
    resources = with_kept_roles(after, before, STANDARD)["Resources"]
    assert resources.keys() == before["Resources"].keys()
    for name in ("OpsR", "ReadR"):
        trust = resources[name]["Properties"].pop("AssumeRolePolicyDocument")
        before["Resources"][name]["Properties"].pop("AssumeRolePolicyDocument")
        assert trust == TRUST_NOBODY
    assert resources == before["Resources"]


def test_trusting_nobody_is_written_as_everywhere() -> None:
    """A role that nobody holds is the same in an account that generates it and in one that keeps it."""
    generated = json.loads((ROOT / "tests/golden/expected/empty-account/dev.json").read_text())["Resources"]
    documents = [entry["Properties"].get("AssumeRolePolicyDocument") for entry in generated.values()]
    assert TRUST_NOBODY in documents


def test_what_the_template_has_is_left_alone() -> None:
    before = user_only()
    assert with_kept_roles(before, before, STANDARD) is before
    assert with_kept_roles(before, None, STANDARD) is before


def test_only_roles_that_are_named_stay() -> None:
    before = user_only()
    after = without(before, "OpsR", "OpsP", "PowerG")
    assert with_kept_roles(after, before, frozenset()) is after
    assert "PowerG" not in with_kept_roles(after, before, STANDARD)["Resources"]
    assert "ReadR" not in with_kept_roles(without(before, "ReadR"), before, {"OpsR"})["Resources"]


def test_the_trust_of_a_user_who_is_gone_keeps_no_user() -> None:
    trust = {"Statement": [{"Effect": "Allow", "Principal": {"AWS": [{"Fn::GetAtt": ["UserBob", "Arn"]}]}}]}
    role = {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": trust}}
    before = {"Resources": {"ReadR": role, "UserBob": {"Type": "AWS::IAM::User", "Properties": {"UserName": "bob"}}}}
    assert list(with_kept_roles({"Resources": {}}, before, STANDARD)["Resources"]) == ["ReadR"]


def test_a_role_that_stays_keeps_whatever_it_refers_to() -> None:
    def resource(**properties: Any) -> Body:
        return {"Type": "AWS::IAM::ManagedPolicy", "Properties": properties}

    role = {"Type": "AWS::IAM::Role", "Properties": {
        "ManagedPolicyArns": [{"Ref": "OneP"}, {"Fn::GetAtt": ["TwoP", "PolicyArn"]}, {"Ref": "AWS::NoValue"}],
    }}  # fmt: skip
    before = {
        "ReadR": role,
        "OneP": resource(Description={"Fn::Join": ["", [{"Ref": "DeepP"}]]}),
        "TwoP": resource(),
        # they refer to each other, and to the role
        "DeepP": resource(Groups=[{"Ref": "OneP"}, {"Ref": "ReadR"}, {"Ref": "LastP"}]),
        "LastP": resource(),
        "OtherP": resource(),
    }
    resources = with_kept_roles({"Resources": {}}, {"Resources": before}, STANDARD)["Resources"]
    assert set(resources) == {"ReadR", "OneP", "TwoP", "DeepP", "LastP"}
    written = with_kept_roles({"Resources": {"OneP": "new"}}, {"Resources": before}, STANDARD)["Resources"]
    assert written["OneP"] == "new"
