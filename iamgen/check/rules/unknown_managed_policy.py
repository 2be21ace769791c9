"""The rule about AWS managed policies that are not in the list of them."""

from __future__ import annotations

from collections.abc import Iterator

from iamgen.aws.data import MANAGED_POLICIES, list_date, managed_policies
from iamgen.check.rule_context import Facts
from iamgen.check.rules import Problem, Rule
from iamgen.check.rules._examples import role, template
from iamgen.iam.attachments import aws
from iamgen.iam.template import HOLDERS, Resource, Template
from iamgen.iam.values import Value
from iamgen.similar_names import CLOSE, did_you_mean

_AWS = ":iam::aws:policy/"
_NEWER = "see AWS's list of managed policies; if it is newer, ignore this rule, with a reason"


def _check(template: Template, _: Facts) -> Iterator[Problem]:
    known, date = managed_policies(), list_date(MANAGED_POLICIES)
    for holder in template.of_type(*HOLDERS):
        for value in _policies(holder):
            name = value.text.partition(_AWS)[2]
            if name not in known and "⟨" not in name:
                yield Problem(
                    value.path, f"{name} is not in the list of AWS's managed policies of {date}: {_hint(name)}"
                )


def _policies(holder: Resource) -> Iterator[Value]:
    yield from aws(holder)
    yield from (value for value in holder.values("PermissionsBoundary") if _AWS in value.text)


def _hint(name: str) -> str:
    known = managed_policies()
    bare = name.rpartition("/")[2]
    elsewhere = next((policy for policy in known if policy.rpartition("/")[2] == bare), None)
    if elsewhere:
        return f"its path is part of the name, {elsewhere}"
    return did_you_mean(name, known, otherwise=_NEWER, likeness=CLOSE)


def _with(name: str) -> dict[str, object]:
    return role(ManagedPolicyArns=[f"arn:aws:iam::aws:policy/{name}"])


RULE = Rule(
    id="E131",
    name="unknown-managed-policy",
    level="error",
    summary="An AWS managed policy is not in the list of AWS managed policies",
    why=(
        "The policy is mistyped, or newer than the list. The stack's update fails if it attaches a policy that "
        "does not exist. A path such as `job-function/` is a part of the name, and upper and lower case matter. "
        "Policies that AWS has withdrawn cannot be attached any more. If a policy is newer than the list, ignore "
        "the rule, with a reason."
    ),
    source="https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html",
    check=_check,
    good=(template(ReadR=_with("ReadOnlyAccess"), ViewR=_with("job-function/ViewOnlyAccess")),),
    bad=(
        template(ReadR=_with("ReadOnlyAcess")),
        template(ViewR=_with("ViewOnlyAccess")),
        template(ReadR=role(PermissionsBoundary="arn:aws:iam::aws:policy/Nothing")),
    ),
)
