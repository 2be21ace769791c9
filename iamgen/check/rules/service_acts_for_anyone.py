"""The rule about services that use a role for everybody who has set them up, in this account or in another."""

from __future__ import annotations

from collections.abc import Iterator

from iamgen.aws.partitions import service_of
from iamgen.check.rule_context import Facts
from iamgen.check.rules import Problem, Rule
from iamgen.check.rules._examples import LAMBDA, role, template, trust
from iamgen.check.rules._narrowing import is_true_of_all
from iamgen.check.rules._principals import trusts
from iamgen.iam.statements import ReadStatement
from iamgen.iam.template import Template

_ARN, _ACCOUNT = "aws:sourcearn", "aws:sourceaccount"
# Service and the condition keys any one of which says for whom it acts, as the service's documentation demands.
_SOURCES = {
    "account-access": (_ARN, _ACCOUNT),
    "bedrock": (_ARN, _ACCOUNT),
    "bedrock-agentcore": (_ARN, _ACCOUNT),
    "rolesanywhere": (_ARN,),
}


def _check(template: Template, _: Facts) -> Iterator[Problem]:
    for document, statement in trusts(template):
        for principal in statement.principals:
            service = (service_of(principal.value.text) or "") if principal.kind == "Service" else ""
            keys = _SOURCES.get(service, ())
            if keys and not _says_for_whom(statement, keys):
                needed = " or ".join({_ARN: "aws:SourceArn", _ACCOUNT: "aws:SourceAccount"}[key] for key in keys)
                problem = f"{document.owner} trusts {service}, whoever it acts for: add a condition on {needed}"
                yield Problem(principal.value.path, problem)


def _says_for_whom(statement: ReadStatement, keys: tuple[str, ...]) -> bool:
    return any(
        condition.name in keys
        and "not" not in condition.test
        and condition.test != "null"
        and not condition.holds_without_key
        and not is_true_of_all(condition)
        for condition in statement.conditions
    )


_ANYWHERE = {"Service": "rolesanywhere.amazonaws.com"}
_ANCHOR = {"ArnEquals": {"aws:SourceArn": "arn:aws:rolesanywhere:eu-west-1:111111111111:trust-anchor/example"}}

RULE = Rule(
    id="W110",
    name="service-acts-for-anyone",
    level="warning",
    summary="A role trusts a service that acts for others, without a condition that says for whom",
    why=(
        "IAM Roles Anywhere lets in everybody who has a certificate of any trust anchor of the account, unless "
        "`aws:SourceArn` names one trust anchor. The documents of Bedrock, its agents and the account access "
        "manager ask for the same, with `aws:SourceArn` or `aws:SourceAccount`. Other services take only roles of "
        "their own account, from those who may pass them, and are no finding."
    ),
    source="https://docs.aws.amazon.com/rolesanywhere/latest/userguide/trust-model.html",
    check=_check,
    good=(
        template(HostR=role(trust(_ANYWHERE, Condition=_ANCHOR))),
        template(FunctionR=role(trust(LAMBDA))),
    ),
    bad=(
        template(HostR=role(trust(_ANYWHERE))),
        template(HostR=role(trust(_ANYWHERE, Condition={"ArnLike": {"aws:SourceArn": "*"}}))),
        template(AgentR=role(trust({"Service": "bedrock-agentcore.amazonaws.com"}))),
    ),
)
