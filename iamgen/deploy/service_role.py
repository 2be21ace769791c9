"""CloudFormation's own role for a stack (`--service-role`): find it, and whether a deployment would remove it.

CloudFormation keeps the role for the stack: all later operations are carried out by it, whoever begins them. Where the
stack itself makes that role, or attaches policies to it, a deployment can leave a stack that nobody can update.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from iamgen.access.documents import Principal
from iamgen.aws.iam_types import ROLE
from iamgen.aws.partitions import service_principal
from iamgen.deploy.assuming import Assumer, changes_of
from iamgen.deploy.comparison import LossAnswer
from iamgen.deploy.order import Order
from iamgen.deploy.power import Standing, role_session
from iamgen.deploy.stack import Stack
from iamgen.deploy.template_change import HINT, Sides, not_known
from iamgen.errors import Fault, UsageError

_ARN = re.compile(r"arn:(?P<partition>[\w-]+):iam::(?P<account>\d{12}):role/(?:[\w+=,.@/-]*/)?(?P<name>[\w+=,.@-]+)")
_EXAMPLE = "such as 'arn:aws:iam::{account_id}:role/cloudformation'"
_CLOUDFORMATION = service_principal("cloudformation")


def service_role_arn(template: str, order: Order) -> str:
    """Return the role that `--service-role` means in an account. The template knows `{account_id}` and `{partition}`.

    Raises UsageError for what is no role of the account: CloudFormation takes none of another one.
    """
    arn = template.replace("{account_id}", order.account_id).replace("{partition}", order.partition)
    match = _ARN.fullmatch(arn)
    if not match or (match["partition"], match["account"]) != (order.partition, order.account_id):
        raise UsageError([Fault("--service-role", f"{arn} is no role of {order.where}", _EXAMPLE)])
    return arn


def effective_service_role(order: Order, stack: Stack | None, *, afresh: bool = False) -> str:
    """Return as which role CloudFormation acts in the deployment; empty if it acts as the person who deploys.

    A stack keeps the role that it has, unless it is deleted and created `afresh`.
    """
    current = stack.service_role if stack and not afresh else ""
    return order.service_role or current


@dataclass(frozen=True)
class ServiceRole:
    """The role as which CloudFormation acts, before and after."""

    sides: Sides
    """The two templates."""
    arn: str
    """The role's ARN."""

    @property
    def name(self) -> str:
        """The role's name."""
        return self.arn.rpartition("/")[2]

    @property
    def _description(self) -> str:
        return f"{self.name}, as which CloudFormation acts,"

    def losses(self) -> Iterator[Fault]:
        """Yield what the role loses of the power that the stack needs to be deployed and repaired again."""
        was, will = (side.holders.named(ROLE, self.name) for side in self.sides.both)
        if was and will is None:
            problem = f"{self.name} would be deleted, and CloudFormation acts as this role"
            yield Fault(self.sides.at(was.resource.logical_id), problem, HINT)
            return
        place = was.resource.logical_id if was else self.name
        if was and will:
            standing = (role_session(was), role_session(will))
            yield from self._lost_trust(place)
        else:
            before, after = self.sides.both
            standing = (
                Standing.foreign(before.holders, ROLE, self.name),
                Standing.foreign(after.holders, ROLE, self.name),
            )
        needs = tuple(need for need in self.sides.deployment_needs() if need[0].startswith("iam:"))
        yield from self.sides.lost_direct_power(place, self._description, standing, needs)

    def notes(self) -> Iterator[str]:
        """Yield what is not known about the role."""
        if not self.sides.before.holders.named(ROLE, self.name):
            message = "is not of this stack: what it may do was not looked at"
            yield f"{self.sides.change.where}: {self.arn}, as which CloudFormation acts, {message}"

    def _lost_trust(self, logical_id: str) -> Iterator[Fault]:
        pair = self.sides.trusting(logical_id)
        service = frozenset({Principal("Service", _CLOUDFORMATION)})
        context = {"aws:PrincipalIsAWSService": "true"}
        assumer = Assumer(_CLOUDFORMATION, _CLOUDFORMATION, "sts:AssumeRole", service, {"": context})
        changes = changes_of(assumer, *pair)
        if any(change.answer is not LossAnswer.KEPT for change in changes.values()):
            problem = f"{_CLOUDFORMATION} could not assume {self.name} any more, and CloudFormation acts as this role"
            yield Fault(self.sides.at(logical_id), f"{problem}{not_known(changes.values())}", HINT)
