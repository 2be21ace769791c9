"""Find the forms of resources that AWS's actions have, so that an example request looks familiar to people."""

from __future__ import annotations

from functools import lru_cache

from iamgen.access.patterns import Pattern
from iamgen.aws.data.services import every_action, resource_forms
from iamgen.questions.arn_forms import filled
from iamgen.regions.comparison import ResourceForms
from iamgen.regions.dimensions import NO_RESOURCE

EXAMPLE_ACCOUNT = "123456789012"
"""The account that resources of examples are in."""
_EXAMPLES = {"Partition": "aws", "Region": "us-east-1", "Account": EXAMPLE_ACCOUNT}


def _may_have(action: str, resource: str) -> bool:
    """Return whether an action is known to have such a resource; `*` means that it has none."""
    forms = resource_forms(action)
    if resource == NO_RESOURCE:
        return not forms and action in _listed()
    return any(filled(form, {}, otherwise="*").matches(resource) for form in forms)


def _examples(action: str) -> frozenset[Pattern]:
    """Return patterns of an action's resources, in a partition, a region and an account as examples have them."""
    return frozenset(filled(form, _EXAMPLES) for form in resource_forms(action))


@lru_cache(maxsize=1)
def _listed() -> frozenset[str]:
    return frozenset(action.lower() for action in every_action())


RESOURCE_FORMS = ResourceForms(_may_have, _examples)
"""What resources the actions of AWS have."""
