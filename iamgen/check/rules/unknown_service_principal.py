"""A service that cannot assume roles, because its name is misspelled."""

from __future__ import annotations

import re
from collections.abc import Iterator

from iamgen.check.data import service_principals
from iamgen.check.facts import Facts
from iamgen.check.rules import Problem, Rule
from iamgen.check.rules._examples import role, template, trust
from iamgen.iam.template import Template

_FORM = re.compile(r"([a-z0-9.-]+)\.(amazonaws\.com(\.cn)?|amazon\.com|aws\.internal)")


def _check(template: Template, _: Facts) -> Iterator[Problem]:
    for document in template.documents:
        for statement in document.statements:
            for principal in statement.principals:
                if principal.kind == "Service" and principal.value.known and principal.value.text != "*":
                    what = _fault(principal.value.text)
                    if what:
                        yield Problem(principal.value.path, f"{principal.value.text} is no service principal: {what}")


def _fault(written: str) -> str:
    form = _FORM.fullmatch(written)
    if not form:
        return "write it as SERVICE.amazonaws.com"
    near = _one_letter_off(form[1])
    return f"did you mean {near}.amazonaws.com?" if near else ""


def _one_letter_off(service: str) -> str:
    """Return the known service from which a name is one letter away. The list is not complete: others may be right."""
    known = service_principals()
    if service in known:
        return ""
    return next((one for one in sorted(known) if _differs_by_one(service, one)), "")


def _differs_by_one(one: str, other: str) -> bool:
    shorter, longer = sorted((one, other), key=len)
    if len(longer) - len(shorter) > 1:
        return False
    same = next((n for n, (a, b) in enumerate(zip(shorter, longer, strict=False)) if a != b), len(shorter))
    rest = shorter[same:] if len(shorter) < len(longer) else shorter[same + 1 :]
    swapped = longer[same + 1 : same + 2] + longer[same : same + 1] + longer[same + 2 :]
    return rest == longer[same + 1 :] or (len(shorter) == len(longer) and shorter[same:] == swapped)


RULE = Rule(
    id="W134",
    name="unknown-service-principal",
    level="warning",
    summary="A service principal is misspelled",
    why=(
        "IAM refuses a principal that is no service, and the stack's update fails. There is no complete list of "
        "them: the rule tells of names that have another form, and of those that are one letter from a known one."
    ),
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html",
    check=_check,
    good=(
        template(FunctionR=role(trust({"Service": ["lambda.amazonaws.com", "edgelambda.amazonaws.com"]}))),
        template(FunctionR=role(trust({"Service": {"Fn::Sub": "ec2.${AWS::URLSuffix}"}}))),
    ),
    bad=(
        template(FunctionR=role(trust({"Service": "lamda.amazonaws.com"}))),
        template(FunctionR=role(trust({"Service": "lambda.amazonaws.co"}))),
        template(FunctionR=role(trust({"Service": "lambda"}))),
    ),
)
