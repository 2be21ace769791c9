"""The actions that a question asks about, by name or pattern, and the resources that they are about."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache, partial

from iamgen.access.errors import AccessError
from iamgen.access.patterns import Pattern, pattern
from iamgen.access.principals import ASSUME
from iamgen.aws.data.services import actions as actions_of_service
from iamgen.aws.data.services import every_action, resource_forms, services, wildcard
from iamgen.aws.partitions import SUPPORTED
from iamgen.aws.services import list_date
from iamgen.errors import IamgenError, faults_of, refuse
from iamgen.questions.arn_forms import form_pattern, in_words, rare_form_pattern, shaped
from iamgen.questions.glob_walk import samples
from iamgen.questions.model import AccessModel
from iamgen.similar_names import did_you_mean
from iamgen.ui.listing import first_of

EVERYTHING = "*"
_ACTION = re.compile(r"\*|[A-Za-z0-9-]+:[A-Za-z0-9_*?-]+", re.ASCII)
_COLONS = 5
_SERVICE = 2
_WILDCARDS = frozenset("*?")
_LISTED = 4
_ACCOUNT = re.compile(r"(\d{12}|aws|)", re.ASCII)


@dataclass(frozen=True)
class ResourceScope:
    """The resources that a question is about."""

    resource: str = EVERYTHING
    """An ARN, a pattern of ARNs, or `*` for every resource that the action can have."""
    owner: str = ""
    """The id of the account that they are in; empty where the question does not say it."""

    @property
    def is_pattern(self) -> bool:
        """Whether more than one resource may be meant."""
        return bool(_WILDCARDS & set(self.resource))


@dataclass(frozen=True)
class Demand:
    """The actions and resources that a question is about."""

    actions: tuple[str, ...]
    """The actions, each by its full name."""
    action: str
    """The action or pattern as it was written."""
    scope: ResourceScope
    """The resources."""
    note: str = ""
    """How the question was taken, where that is worth knowing, as a sentence."""

    @property
    def is_pattern(self) -> bool:
        """Whether it is about more than one action."""
        return bool(_WILDCARDS & set(self.action))


def demand(model: AccessModel, action: str, resource: str, account: str | None) -> Demand:
    """Return what is asked for. Raises IamgenError with everything about the action, ARN and account that is not
    known, and for an action that is never asked about such a resource."""
    steps = (partial(known_actions, action), partial(_check_resource, model, resource))
    faults = faults_of(*steps, *((partial(model.account, account),) if account else ()))
    if faults:
        raise IamgenError(faults)
    actions, scope = known_actions(action), ResourceScope(resource, model.account(account).id if account else "")
    possible = _possible_actions(actions, resource, model.partition)
    if not possible:
        raise _no_such_request(actions, action, resource, model.partition)
    left_out = len(actions) - len(possible)
    note = f"{left_out:,} of its {len(actions):,} actions are never asked about such a resource" if left_out else ""
    if len(actions) == 1 and resource != EVERYTHING and not resource_forms(actions[0]):
        note = f"{actions[0]} has no resource of its own, so it is decided on *"
    return Demand(possible, action, scope, note)


@lru_cache(maxsize=1 << 12)
def _possible_actions(actions: tuple[str, ...], resource: str, partition: str) -> tuple[str, ...]:
    """Return those actions that AWS may ask about such a resource: it has one of their forms. A single action without
    a resource of its own is asked about all the same, on `*`."""
    if resource == EVERYTHING or (len(actions) == 1 and not resource_forms(actions[0])):
        return actions
    return tuple(action for action in actions if _matching_forms(resource_forms(action), resource, partition))


def _no_such_request(actions: tuple[str, ...], written: str, resource: str, partition: str) -> IamgenError:
    forms = dict.fromkeys(in_words(form) for action in actions for form in resource_forms(action))
    if not forms:
        return refuse(resource, f"there is no such request: the actions {written} have no resource", "leave it out")
    problem = f"there is no such request: {written} is about resources of another form, in the list of {list_date()}"
    around = next(_around(actions, resource, partition), None)
    return refuse(
        resource, problem, f"name {f'{around}, or ' if around else ''}one of the form {first_of(tuple(forms), _LISTED)}"
    )


def _around(actions: tuple[str, ...], resource: str, partition: str) -> Iterator[str]:
    """Yield what a resource is in, such as its bucket, if it is what one of the actions is about; the nearest first."""
    around = resource
    while "/" in around:
        around = around.rpartition("/")[0]
        if any(_matching_forms(resource_forms(action), around, partition) for action in actions):
            yield around


@lru_cache(maxsize=256)
def known_actions(written: str) -> tuple[str, ...]:
    """Return the actions that a name or pattern means. Raises IamgenError when none is known."""
    if not _ACTION.fullmatch(written):
        raise refuse(
            written, "is not an action", "write service:Action, such as s3:GetObject, or with wildcards s3:Get*"
        )
    if written == EVERYTHING:
        return every_action()
    service, _, name = written.partition(":")
    if service.lower() not in services():
        raise refuse(
            written,
            f"the service {service} is not in the list of {list_date()}",
            did_you_mean(service, services(), "write the prefix that its actions have in policies, such as s3 or ec2"),
        )
    known = actions_of_service(service.lower())
    matching = [known[lower] for lower in sorted(known) if wildcard(name).fullmatch(lower)]
    if not matching:
        near = did_you_mean(name, known.values())
        raise refuse(written, f"there is no such action of {service} in the list of {list_date()}", near)
    return tuple(f"{service.lower()}:{item}" for item in matching)


def _check_resource(model: AccessModel, resource: str) -> None:
    """Raise IamgenError for what is no ARN of this partition, or of an account that the model does not have."""
    fields = resource.split(":", _COLONS)
    if resource == EVERYTHING:
        return
    if fields[0] != "arn" or len(fields) <= _COLONS or not fields[2] or not fields[5]:
        raise refuse(resource, "is not an ARN", "write one such as arn:aws:s3:::bucket/key, or * for every resource")
    try:
        pattern(resource, variables=False)
    except AccessError as exc:
        raise IamgenError(exc.faults) from exc
    if fields[1] not in (model.partition, EVERYTHING):
        known = "another partition" if fields[1] in SUPPORTED else "no partition that is known"
        raise refuse(resource, f"is of {known}", f"the accounts are in {model.partition}: arn:{model.partition}:…")
    account = fields[4]
    if _WILDCARDS & set(account):
        return
    if not _ACCOUNT.fullmatch(account):
        raise refuse(resource, f"{account!r} is no account id", "an account id has twelve digits")
    if account not in ("", "aws") and account not in model.account_by_id:
        names = ", ".join(f"{item.name} ({item.id})" for item in model.accounts)
        raise refuse(resource, f"is in the account {account}, of which nothing is known here", f"accounts are {names}")


@dataclass(frozen=True)
class Universe:
    """The resources that a question is about, for one action."""

    single: tuple[str, ...] = ()
    """Resources that are named one by one: ARNs, or `*` for an action that has none."""
    patterns: tuple[tuple[Pattern, ...], ...] = ()
    """Sets of resources: those that all patterns of an entry match."""


def universe(action: str, resource: str, account_id: str, partition: str) -> Universe:
    """Return the resources that a question about this action is about, when somebody in that account asks."""
    own = "" if action.lower() == ASSUME.lower() else account_id
    return _resources(resource_forms(action), resource, own, partition)


@lru_cache(maxsize=1 << 13)
def _resources(forms: tuple[str, ...], resource: str, account_id: str, partition: str) -> Universe:
    if not forms:
        return Universe((EVERYTHING,))
    if resource == EVERYTHING:
        return Universe(patterns=tuple((form_pattern(form, account_id, partition),) for form in forms))
    if not _WILDCARDS & set(resource):
        return Universe((resource,))
    return Universe(patterns=tuple((shaped(resource), shape) for shape in _matching_forms(forms, resource, partition)))


@lru_cache(maxsize=1 << 13)
def _matching_forms(forms: tuple[str, ...], resource: str, partition: str) -> tuple[Pattern, ...]:
    """Return the forms that a resource has, or that a resource of a pattern may have."""
    shapes = tuple(form_pattern(form, "", partition) for form in forms)
    matching = tuple(shape for shape in shapes if _may_be_of(shape, resource))
    return matching or tuple(shape for shape in map(rare_form_pattern, forms) if _may_be_of(shape, resource))


def _may_be_of(shape: Pattern, resource: str) -> bool:
    """Return whether a resource has a form, or whether a pattern of resources has some in common with it."""
    if not _WILDCARDS & set(resource):
        return shape.matches(resource)
    return bool(samples((shaped(resource), shape), ()).texts)
