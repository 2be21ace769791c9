"""The rule about roles that more pipelines may assume than those that deploy, such as pull requests."""

from __future__ import annotations

import re
from collections.abc import Iterator

from iamgen.check.rule_context import Facts
from iamgen.check.rules import Problem, Rule
from iamgen.check.rules._examples import role, template, trust
from iamgen.check.rules._narrowing import PATTERNS, is_true_of_all
from iamgen.check.rules._principals import trusts
from iamgen.iam.statements import ReadCondition, ReadStatement
from iamgen.iam.template import Template

_OWNED = re.compile(r"(repo|project_path):(?P<owner>[^:/*?]+/)(?P<name>[^:]*)(?P<rest>:.*)?")
_ANY_RUN = re.compile(r":[*?]+|:pull_request")
_ALWAYS = re.compile(r":(aud|sub|repository_owner(_id)?|namespace_(path|id)|enterprise(_id)?)$")


def _check(template: Template, _: Facts) -> Iterator[Problem]:
    for document, statement in trusts(template):
        subjects = [condition for condition in statement.conditions if condition.name.endswith(":sub")]
        if not any(_says_more(condition, statement) for condition in statement.conditions):
            pairs = ((condition, value) for condition in subjects for value in condition.values)
            for condition, value in pairs:
                problem = _problem(value.text) if condition.test in PATTERNS or "*" not in value.text else ""
                if problem:
                    yield Problem(value.path, f"{document.owner} may be assumed by {problem}")


def _says_more(condition: ReadCondition, statement: ReadStatement) -> bool:
    """Return whether a condition is on a claim of the same provider that tells which run it is."""
    provider = next(
        (other.name.removesuffix(":sub") for other in statement.conditions if other.name.endswith(":sub")), ""
    )
    is_claim = condition.name.startswith(f"{provider}:") and not _ALWAYS.search(condition.name)
    positive = condition.test in PATTERNS or condition.test == "stringequals"
    return is_claim and positive and not condition.holds_without_key and not is_true_of_all(condition)


def _problem(subject: str) -> str:
    match = _OWNED.fullmatch(subject)
    if not match:
        return ""
    if "*" in match["name"] or "?" in match["name"]:
        every = "every repository" if match[1] == "repo" else "every project"
        return f"{every} that {subject} matches, also those made later: name each one"
    if match["rest"] and _ANY_RUN.fullmatch(match["rest"]):
        return f"every run that {subject} matches, also of pull requests: name the branch or the environment"
    return ""


_GITHUB = {"Federated": "arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com"}
_AUD = {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com"}


def _role(subject: str) -> dict[str, object]:
    condition = {"StringEquals": _AUD, "StringLike": {"token.actions.githubusercontent.com:sub": subject}}
    return role(trust(_GITHUB, "sts:AssumeRoleWithWebIdentity", Condition=condition))


RULE = Rule(
    id="W107",
    name="broad-pipeline-trust",
    level="warning",
    summary="A role may be assumed by pull requests, or by every repository of an organisation",
    why=(
        "Everybody who can push a branch or open a pull request writes the workflow that then runs. Everybody who "
        "can create a repository has one that the pattern matches. The subject should name the repository, and "
        "after it the branch, the tag or the environment. A pattern in the name of a branch or tag is no finding. "
        "A subject is also no finding if the trust policy demands another claim as well, such as `environment` or "
        "`job_workflow_ref`."
    ),
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp_oidc.html",
    check=_check,
    good=(
        template(DeployR=_role("repo:acme/shop:environment:prod")),
        template(DeployR=_role("repo:acme/shop:ref:refs/tags/v*")),
    ),
    bad=(
        template(DeployR=_role("repo:acme/shop:*")),
        template(DeployR=_role("repo:acme/*")),
        template(DeployR=_role("repo:acme/shop*:ref:refs/heads/main")),
    ),
)
