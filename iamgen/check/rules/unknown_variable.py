"""The rule about policy variables that are misspelled, or that lack their dollar sign."""

from __future__ import annotations

import re
from collections.abc import Iterator

from iamgen.aws.data.services import key_exists
from iamgen.check.rule_context import Facts
from iamgen.check.rules import Problem, Rule
from iamgen.check.rules._examples import allow, policy, template
from iamgen.iam.statements import ReadStatement
from iamgen.iam.template import Template
from iamgen.iam.values import Value

# Without a brace inside, so that a text that opens many and closes none is read in time that grows with its length.
_VARIABLE = re.compile(r"\$\{([^{},:'⟨⟩]*:[^{},'⟨⟩]*)")
_WITHOUT_DOLLAR = re.compile(r"(?<!\$)\{((?:aws|saml):[A-Za-z/]+)\}")


def _check(template: Template, _: Facts) -> Iterator[Problem]:
    for document in template.documents:
        for statement in document.statements:
            for value in _texts(statement):
                yield from (Problem(value.path, problem) for problem in _problems(value.text))


def _texts(statement: ReadStatement) -> Iterator[Value]:
    yield from (*statement.resources, *statement.not_resources)
    yield from (value for condition in statement.conditions for value in condition.values)


def _problems(text: str) -> Iterator[str]:
    # each once: a text that has the same variable many times would be told, whole, many times
    for variable in dict.fromkeys(_VARIABLE.findall(text)):
        if not key_exists(variable.strip()):
            problem = "which is no condition key that is known: it never has a value"
            yield f"{text} has the variable ${{{variable}}}, {problem}"
    for key in dict.fromkeys(_WITHOUT_DOLLAR.findall(text)):
        yield f"{text} has {{{key}}}, which is ordinary text: write ${{{key}}}"


RULE = Rule(
    id="W145",
    name="unknown-variable",
    level="warning",
    summary="A policy variable is misspelled, or lacks its dollar sign",
    why=(
        "A variable is the name of a condition key. A variable that does not exist has no value in any request, "
        "and nothing matches a text that contains it: an Allow then allows nothing, and a Deny denies nothing. "
        "Without the dollar sign, the braces are ordinary characters."
    ),
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html",
    check=_check,
    good=(
        template(HomeP=policy(allow("s3:GetObject", "arn:aws:s3:::home/${aws:username}/*"))),
        template(HomeP=policy(allow("s3:GetObject", "arn:aws:s3:::home/${aws:PrincipalTag/team, 'none'}/${*}"))),
    ),
    bad=(
        template(HomeP=policy(allow("s3:GetObject", "arn:aws:s3:::home/${aws:user}/*"))),
        template(HomeP=policy(allow("s3:GetObject", "arn:aws:s3:::home/{aws:username}/*"))),
    ),
)
