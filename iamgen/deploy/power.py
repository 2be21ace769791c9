"""Compare what a principal can do by two templates, and find what it loses."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from iamgen.access.context import UNSAID, ContextValue
from iamgen.aws.iam_types import USER
from iamgen.aws.partitions import service_principal
from iamgen.deploy.assuming import WITH_MFA, WITHOUT_MFA, policies_of_user
from iamgen.deploy.comparison import LossAnswer, PolicySide, Question, Rules, compare
from iamgen.deploy.holders import Holder, Holders, PolicyText
from iamgen.deploy.needed_actions import Need

_CLOUDFORMATION = service_principal("cloudformation")
# CloudFormation calls IAM with the credentials of whoever deploys, and AWS says so in these keys.
_BY_CLOUDFORMATION: Mapping[str, ContextValue] = {
    "aws:CalledVia": (_CLOUDFORMATION,),
    "aws:CalledViaFirst": _CLOUDFORMATION,
    "aws:CalledViaLast": _CLOUDFORMATION,
    "aws:ViaAWSService": "true",
}
_MFA: Mapping[str, ContextValue] = {"aws:MultiFactorAuthPresent": "true", "aws:MultiFactorAuthAge": "0"}
_LISTED = 3  # actions of a service that a message names


@dataclass(frozen=True)
class Standing:
    """A principal as one template defines it."""

    rules: Rules
    """The policies that decide what it can do."""
    ways: Mapping[str, Mapping[str, ContextValue]] = field(default_factory=lambda: {"": {}})
    """In which ways it asks, each with the condition keys that are known then."""

    @classmethod
    def foreign(cls, holders: Holders, kind: str, name: str) -> Standing:
        """Return a principal that the template does not make, with the policies that the template attaches to it."""
        attached = holders.attached_to(kind, name)
        elsewhere = PolicyText(f"what {name} has elsewhere", None)
        return cls(Rules((*attached, elsewhere)), {"": {"aws:PrincipalArn": UNSAID}})


@dataclass(frozen=True)
class PowerChange:
    """A principal by the deployed template and by the new one, and what it must be able to do."""

    standing: tuple[Standing, Standing]
    """The principal before and afterwards."""
    times: tuple[datetime, datetime]
    """When it asks, before and afterwards."""
    needs: tuple[Need, ...]
    """What it should still be able to do, if it can do it before."""
    by_cloudformation: bool = True
    """Whether CloudFormation calls IAM for it, as in a deployment."""

    def lost(self, description: str) -> Iterator[str]:
        """Yield in words what is lost, and what may be lost as far as that can be known."""
        lost: dict[str, set[str]] = {}
        undecided: dict[str, None] = {}
        unknown: set[str] = set()
        for way in self.standing[0].ways:
            for action, resource in self.needs if self._differs() else ():
                comparison = compare(*(self._side(side, way, action, resource) for side in (0, 1)))
                if comparison.answer is LossAnswer.LOST:
                    lost.setdefault(action, set()).add(way)
                elif comparison.answer is LossAnswer.UNDECIDED:
                    undecided[action] = None
                    unknown |= set(comparison.unknown)
        if lost:
            yield f"{description} can do this now and could not any more: {_listed(lost)}{self._how(lost)}"
        if undecided.keys() - lost.keys():
            actions, reasons = _listed(undecided.keys() - lost.keys()), "; ".join(sorted(unknown))
            yield f"whether {description} could still do this cannot be decided: {actions}; not known: {reasons}"

    def _differs(self) -> bool:
        return self.standing[0].rules != self.standing[1].rules or self.times[0] != self.times[1]

    def _side(self, side: int, way: str, action: str, resource: str) -> PolicySide:
        standing = self.standing[side]
        context = {**self._request(action), **standing.ways[way]}
        return PolicySide(standing.rules, Question(action, resource, self.times[side], context))

    def _how(self, lost: Mapping[str, Collection[str]]) -> str:
        ways = {way for collection in lost.values() for way in collection}
        return f", {WITHOUT_MFA}" if ways == {WITHOUT_MFA} else ""

    def _request(self, action: str) -> dict[str, ContextValue]:
        """Return what is known about the request itself, no matter who makes it."""
        known: dict[str, ContextValue] = {"aws:PrincipalIsAWSService": "false", "aws:SecureTransport": "true"}
        if self.by_cloudformation and not action.startswith("cloudformation:"):
            return {**known, **_BY_CLOUDFORMATION}
        return {**known, "aws:ViaAWSService": "false"}


def role_session(role: Holder) -> Standing:
    """Return a session of the role. It carries no MFA, no matter who assumed the role."""
    known = _principal(role.resource.arn, "AssumedRole")
    return Standing(Rules(role.policies, role.boundary), {"": known})


def member_of(group: Holder) -> Standing:
    """Return a principal that is in the group, with MFA."""
    return Standing(Rules(group.policies), {WITH_MFA: {**_MFA, "aws:PrincipalType": "User", "aws:username": UNSAID}})


def user_of(holders: Holders, name: str, groups: Collection[str], *, with_mfa_only: bool = False) -> Standing:
    """Return a user with what the template gives it, `groups` being those, by logical id, into which it is put by
    hand. What a user who is not of the template has elsewhere is not known."""
    user = holders.named(USER, name)
    policies = policies_of_user(holders, user) if user else holders.attached_to(USER, name)
    by_hand = [group for group in map(holders.of_logical_id, groups) if group]
    policies += tuple(policy for group in by_hand for policy in group.policies)
    policies += () if user else (PolicyText(f"what {name} has elsewhere", None),)
    arn = user.resource.arn if user else holders.place.arn(f"user/{name}")
    known = {**_principal(arn, "User"), "aws:username": name}
    ways: dict[str, Mapping[str, ContextValue]] = {WITH_MFA: {**known, **_MFA}}
    if not with_mfa_only:
        ways[WITHOUT_MFA] = known
    return Standing(Rules(tuple(dict.fromkeys(policies)), user.boundary if user else None), ways)


def _principal(arn: str, kind: str) -> dict[str, ContextValue]:
    return {"aws:PrincipalArn": arn, "aws:PrincipalAccount": arn.split(":")[4], "aws:PrincipalType": kind}


def _listed(actions: Collection[str]) -> str:
    """Return the actions, service by service: the first of each, and how many more."""
    by_service: dict[str, list[str]] = {}
    for action in sorted(actions):
        by_service.setdefault(action.partition(":")[0], []).append(action)
    return "; ".join(_of_service(service, names) for service, names in by_service.items())


def _of_service(service: str, names: list[str]) -> str:
    more = len(names) - _LISTED
    return ", ".join(names) if more <= 1 else f"{', '.join(names[:_LISTED])} and {more} more of {service}"
