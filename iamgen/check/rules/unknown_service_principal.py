"""The rule about service principals that are misspelled."""

from __future__ import annotations

from collections.abc import Iterator

from iamgen.aws.data import SERVICE_PRINCIPALS, list_date, service_principals
from iamgen.aws.data.services import services
from iamgen.aws.partitions import service_of, service_principal
from iamgen.aws.services import one_letter_away
from iamgen.check.rule_context import Facts
from iamgen.check.rules import Problem, Rule
from iamgen.check.rules._examples import role, template, trust
from iamgen.iam.template import Template


def _check(template: Template, _: Facts) -> Iterator[Problem]:
    for document in template.documents:
        for statement in document.statements:
            for principal in statement.principals:
                if principal.kind == "Service" and principal.value.known and principal.value.text != "*":
                    problem = _fault(principal.value.text)
                    if problem:
                        yield Problem(principal.value.path, f"{principal.value.text} is {problem}")


def _fault(written: str) -> str:
    service = service_of(written)
    if service is None:
        return f"no service principal: write it as {service_principal('SERVICE')}"
    known = service_principals()
    # a service is often called as its actions are: es and rum are, and stand in no list of principals
    near = None if service in known or service in services() else one_letter_away(service, known)
    if not near:
        return ""  # the list is not complete: it may be right
    date = list_date(SERVICE_PRINCIPALS)
    return f"not in the list of service principals of {date}: did you mean {service_principal(near)}?"


RULE = Rule(
    id="W134",
    name="unknown-service-principal",
    level="warning",
    summary="A service principal is misspelled",
    why=(
        "IAM refuses a principal that is not a service, and the stack's update fails. There is no complete list of "
        "service principals. The rule reports names that have another form, and names that differ from a known one "
        "by one letter, unless the actions of a service begin with that name."
    ),
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html",
    check=_check,
    good=(
        template(FunctionR=role(trust({"Service": ["lambda.amazonaws.com", "edgelambda.amazonaws.com"]}))),
        template(SearchR=role(trust({"Service": ["es.amazonaws.com", "rum.amazonaws.com"]}))),
        template(FunctionR=role(trust({"Service": {"Fn::Sub": "ec2.${AWS::URLSuffix}"}}))),
    ),
    bad=(
        template(FunctionR=role(trust({"Service": "lamda.amazonaws.com"}))),
        template(FunctionR=role(trust({"Service": "lambda.amazonaws.co"}))),
        template(FunctionR=role(trust({"Service": "lambda"}))),
    ),
)
