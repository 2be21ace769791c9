"""Which resources AWS's actions have, so that a request can be shown that looks as people know it."""

from __future__ import annotations

import re
from functools import lru_cache

from iamgen.access.patterns import Pattern, pattern
from iamgen.aws.data.services import every_action, resource_arns
from iamgen.regions.comparison import ResourceForms
from iamgen.regions.dimensions import NO_RESOURCE

EXAMPLE_ACCOUNT = "123456789012"
"""The account that resources of examples are in."""
_EXAMPLES = {"${Partition}": "aws", "${Region}": "us-east-1", "${Account}": EXAMPLE_ACCOUNT}
_VARIABLE_PART = re.compile(r"\$\{[^{}]*\}")


def _may_have(action: str, resource: str) -> bool:
    """Return whether an action is known to have such a resource; `*` stands for none."""
    service, _, name = action.partition(":")
    forms = resource_arns(service, name)
    if resource == NO_RESOURCE:
        return not forms and f"{service}:{name}" in _listed()
    return any(_form(form).matches(resource) for form in forms)


def _examples(action: str) -> frozenset[Pattern]:
    """Return patterns of an action's resources, in a partition, a region and an account as examples have them."""
    service, _, name = action.partition(":")
    written = (_VARIABLE_PART.sub(_example, form) for form in resource_arns(service, name))
    return frozenset(pattern(form, variables=False).within_arn(run_on=False) for form in written)


def _example(part: re.Match[str]) -> str:
    return _EXAMPLES.get(part[0], "?*")


@lru_cache(maxsize=1)
def _listed() -> frozenset[str]:
    return frozenset(action.lower() for action in every_action())


@lru_cache(maxsize=1 << 12)
def _form(form: str) -> Pattern:
    return pattern(_VARIABLE_PART.sub("*", form), variables=False).within_arn(run_on=False)


RESOURCE_FORMS = ResourceForms(_may_have, _examples)
"""What resources the actions of AWS have."""
