"""What iamgen renders is without a fault, and each fault that is put into it is found."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from iamgen.check.finding import Finding
from iamgen.check.rule_context import Facts

Body = dict[str, Any]
Block = dict[str, Any]
Found = Callable[..., list[Finding]]

Pick = Callable[[Body], Iterator[Block]]

MFA = "aws:MultiFactorAuthPresent"


@pytest.fixture
def declared(golden: Body, facts: Facts) -> tuple[Body, Facts]:
    """Return a rendered template and what is declared about it."""
    return golden, facts


def trusts(body: Body) -> Iterator[Block]:
    """Yield the Allows of every trust policy."""
    for resource in body["Resources"].values():
        document = resource["Properties"].get("AssumeRolePolicyDocument", {"Statement": []})
        yield from (entry for entry in document["Statement"] if entry["Effect"] == "Allow")


def of_people(body: Body) -> Iterator[Block]:
    return (trust for trust in trusts(body) if MFA in trust.get("Condition", {}).get("Bool", {}))


def policies(body: Body) -> Iterator[Block]:
    """Yield the Allows of every managed policy that is not for administrators."""
    for resource in body["Resources"].values():
        document = resource["Properties"].get("PolicyDocument", {"Statement": []})
        yield from (entry for entry in document["Statement"] if entry["Effect"] == "Allow")


def without_mfa(statement: Block) -> None:
    del statement["Condition"]["Bool"]


def if_exists(statement: Block) -> None:
    statement["Condition"]["BoolIfExists"] = statement["Condition"].pop("Bool")


def null(statement: Block) -> None:
    statement["Condition"]["Null"] = {MFA: "false"}
    del statement["Condition"]["Bool"]


def false_as_well(statement: Block) -> None:
    statement["Condition"]["Bool"] = {MFA: ["true", "false"]}


def everybody(statement: Block) -> None:
    statement["Principal"] = {"AWS": "*"}


def everybody_else(statement: Block) -> None:
    statement["NotPrincipal"] = statement.pop("Principal")


def every_user(statement: Block) -> None:
    statement["Principal"] = {"AWS": ["arn:aws:iam::111111111111:user/*"]}


def account_alone(statement: Block) -> None:
    statement["Principal"] = {"AWS": ["arn:aws:iam::111111111111:root"]}
    statement["Condition"] = {"BoolIfExists": {MFA: "true"}}


def wrong_action(statement: Block) -> None:
    statement["Action"] = ["sts:AssumeRoleWithSAML"]


@pytest.mark.parametrize(
    ("where", "change", "name"),
    [
        (of_people, without_mfa, "trust-without-mfa"),
        (of_people, if_exists, "mfa-if-exists"),
        (of_people, if_exists, "trust-without-mfa"),
        (of_people, null, "mfa-if-exists"),
        (of_people, null, "trust-without-mfa"),
        (of_people, false_as_well, "trust-without-mfa"),
        (trusts, everybody, "trust-open-to-anyone"),
        (trusts, everybody_else, "trust-open-to-anyone"),
        (trusts, every_user, "wildcard-in-principal"),
        (trusts, account_alone, "trust-open-to-account"),
        (trusts, wrong_action, "wrong-trust-action"),
        (policies, lambda entry: entry["Action"].append("*"), "full-power"),
        (policies, lambda entry: entry.update(NotAction=entry.pop("Action")), "full-power"),
        (policies, lambda entry: entry["Action"].append("ec2:RunInstancs"), "unknown-action"),
        (policies, lambda entry: entry.update(Condition={"Bool": {"aws:Mfa": "true"}}), "unknown-condition-key"),
    ],
)
def test_a_fault_that_is_put_in_is_found(
    declared: tuple[Body, Facts], findings_of: Found, where: Pick, change: Callable[[Block], None], name: str
) -> None:
    golden, facts = declared
    for number, _ in enumerate(where(golden)):
        changed = copy.deepcopy(golden)
        change(list(where(changed))[number])
        assert name in {finding.name for finding in findings_of(changed, facts)}


def test_is_without_a_fault(golden: Body, facts: Facts, findings_of: Found) -> None:
    assert findings_of(golden, facts) == []


def test_a_ci_user_that_is_not_declared_as_one_is_a_person(golden: Body, facts: Facts, findings_of: Found) -> None:
    names = {finding.name for finding in findings_of(golden, Facts(iam_roles=facts.iam_roles))}
    trusted = facts.machines and any("Fn::GetAtt" in json.dumps(trust["Principal"]) for trust in trusts(golden))
    assert names == ({"trust-without-mfa"} if trusted else set())


@pytest.mark.parametrize("resource", ["*", "arn:aws:iam::111111111111:user/*", "arn:aws:iam::1:user/${aws:username}*"])
def test_self_service_that_reaches_others_is_found(
    golden: Body, facts: Facts, findings_of: Found, resource: str
) -> None:
    own = golden["Resources"].get("ManageOwnUserP")
    if own:
        statements = own["Properties"]["PolicyDocument"]["Statement"]
        (credentials,) = (statement for statement in statements if statement["Sid"] == "ManageOwnCredentials")
        credentials["Resource"] = resource
        assert "self-service-reaches-others" in {finding.name for finding in findings_of(golden, facts)}


def test_self_service_with_tags_is_found(golden: Body, facts: Facts, findings_of: Found) -> None:
    own = golden["Resources"].get("ManageOwnUserP")
    if own:
        own["Properties"]["PolicyDocument"]["Statement"][1]["Action"].append("iam:TagUser")
        assert "self-service-reaches-others" in {finding.name for finding in findings_of(golden, facts)}


def test_power_over_iam_that_is_not_declared_is_found(golden: Body, facts: Facts, findings_of: Found) -> None:
    names = {finding.name for finding in findings_of(golden, Facts(machines=facts.machines))}
    text = json.dumps(golden)
    leads_on = any(f'"{service}:*"' in text for service in ("ec2", "iam"))
    broad = {"opens-every-resource", "reads-every-secret", "stops-the-audit", "tags-every-principal"}
    opening = ("ecr", "kms", "lambda", "s3", "secretsmanager", "sns", "sqs")
    assert ("opens-every-resource" in names) is any(f'"{service}:*"' in text for service in opening)
    assert names - broad == {
        *({"pass-any-role"} if '"iam:*"' in text else ()),
        *({"undeclared-escalation"} if leads_on else ()),
    }
