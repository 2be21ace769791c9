"""What is asked for: actions, by name or pattern, and the resources that they are about."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from iamgen.access.errors import AccessError
from iamgen.access.patterns import Pattern, pattern
from iamgen.access.principals import ASSUME
from iamgen.aws.partitions import SUPPORTED
from iamgen.aws.services import list_date
from iamgen.errors import IamgenError, refuse
from iamgen.questions.glob_walk import samples
from iamgen.questions.model import AccessModel
from iamgen.similar_names import did_you_mean

EVERYTHING = "*"
_ACTION = re.compile(r"\*|[A-Za-z0-9-]+:[A-Za-z0-9_*?-]+", re.ASCII)
_COLONS = 5
_WILDCARDS = frozenset("*?")
_VARIABLE_PART = re.compile(r"\$\{([^}]*)\}")
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
    """What is asked for."""

    actions: tuple[str, ...]
    """The actions, each by its full name."""
    action: str
    """The action or pattern as it was written."""
    scope: ResourceScope
    """The resources."""

    @property
    def is_pattern(self) -> bool:
        """Whether it is about more than one action."""
        return bool(_WILDCARDS & set(self.action))


def demand(model: AccessModel, action: str, resource: str, account: str | None) -> Demand:
    """Return what is asked for. Raises IamgenError for an action, ARN or account that is not known."""
    if resource != EVERYTHING:
        _check_resource(model, resource)
    scope = ResourceScope(resource, model.account(account).id if account else "")
    return Demand(known_actions(action), action, scope)


@lru_cache(maxsize=256)
def known_actions(written: str) -> tuple[str, ...]:
    """Return the actions that a name or pattern means. Raises IamgenError when none is known."""
    from iamgen.aws.data.services import actions, services, wildcard

    if not _ACTION.fullmatch(written):
        raise refuse(
            written, "is not an action", "write service:Action, such as s3:GetObject, or with wildcards s3:Get*"
        )
    if written == EVERYTHING:
        return tuple(
            f"{service}:{name}" for service in sorted(services()) for name in sorted(actions(service).values())
        )
    service, _, name = written.partition(":")
    if service.lower() not in services():
        raise refuse(
            written, f"the service {service} is not in the list of {list_date()}", did_you_mean(service, services())
        )
    known = actions(service.lower())
    matching = [known[lower] for lower in sorted(known) if wildcard(name).fullmatch(lower)]
    if not matching:
        near = did_you_mean(name, known.values())
        raise refuse(written, f"there is no such action of {service} in the list of {list_date()}", near)
    return tuple(f"{service.lower()}:{item}" for item in matching)


def _check_resource(model: AccessModel, resource: str) -> None:
    """Raise IamgenError for what is no ARN of this partition, or of an account that the model does not have."""
    fields = resource.split(":", _COLONS)
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
    note: str = ""
    """What is worth knowing about how the question was taken, as a sentence."""


@lru_cache(maxsize=1 << 13)
def universe(action: str, resource: str, account_id: str, partition: str) -> Universe:
    """Return the resources that a question about this action is about, when somebody in that account asks."""
    from iamgen.aws.data.services import resource_arns

    service, _, name = action.partition(":")
    forms = resource_arns(service.lower(), name)
    if not forms:
        note = "" if resource == EVERYTHING else f"{action} has no resource of its own, so it is decided on *"
        return Universe((EVERYTHING,), note=note)
    if resource == EVERYTHING:
        own = "" if action.lower() == ASSUME.lower() else account_id
        return Universe(patterns=tuple((form_pattern(form, own, partition),) for form in forms))
    written = shaped(resource)
    is_single = not _WILDCARDS & set(resource)
    matching = tuple(
        shape
        for shape in (form_pattern(form, "", partition) for form in forms)
        if (shape.matches(resource) if is_single else samples((written, shape), ()).texts)
    )
    note = "" if matching else f"{resource} has none of the forms of {action}: {', '.join(map(_shown, forms))}"
    if is_single:
        return Universe((resource,), note=note)
    return Universe(patterns=tuple((written, shape) for shape in matching) or ((written,),), note=note)


@lru_cache(maxsize=1 << 12)
def shaped(text: str) -> Pattern:
    """Return a pattern of ARNs whose wildcards stay within a field of the ARN, but for its last."""
    return pattern(text, variables=False).within_arn(run_on=False)


@lru_cache(maxsize=1 << 13)
def form_pattern(form: str, account_id: str, partition: str) -> Pattern:
    """Return the pattern of a form of ARNs: each variable part has at least one character."""
    known = {"Partition": partition, "Account": account_id or "?*"}
    return shaped(_VARIABLE_PART.sub(lambda part: known.get(part[1], "?*"), form))


def _shown(form: str) -> str:
    return _VARIABLE_PART.sub(lambda part: part[1].upper(), form)
