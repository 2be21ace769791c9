"""The rule about a policy document without its Version."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from iamgen.check.rule_context import Facts
from iamgen.check.rules import Problem, Rule
from iamgen.check.rules._examples import allow, policy, template
from iamgen.iam.holes import function
from iamgen.iam.template import Template


def _check(template: Template, _: Facts) -> Iterator[Problem]:
    unread = {part.path for part in template.unread}
    for document in template.documents:
        if document.path in unread:
            continue  # what comes of it may have one
        if not document.version and isinstance(document.body, Mapping) and not function(document.body):
            problem = f"a policy document of {document.owner} has no Version, and is read by the rules of 2008"
            yield Problem(document.path, f'{problem}: add "Version": "2012-10-17"')


_OLD = {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": {"Statement": [allow("s3:ListBucket")]}}}

RULE = Rule(
    id="W116",
    name="missing-version",
    level="warning",
    summary="A policy document has no Version",
    why=(
        "IAM then reads the document by the rules of Version 2008-10-17, in which policy variables are ordinary "
        "text. The policy works until somebody adds a variable; then it silently stops doing what was meant."
    ),
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_version.html",
    check=_check,
    good=(template(ReadP=policy(allow("s3:ListBucket"))),),
    bad=(template(ReadP=_OLD),),
)
