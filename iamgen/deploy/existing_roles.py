"""Notice a stack in another region, by its roles, before a second one is created beside it.

Roles are the same in all regions, and a stack is in one of them. CloudFormation tags what it makes with the stack's id.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from iamgen.aws_client.clients import Clients
from iamgen.aws_client.errors import DENIED_CODES, code_of
from iamgen.deploy.order import Order
from iamgen.errors import Fault, IamgenError
from iamgen.iam.holes import HOLE
from iamgen.iam.named_resources import NamedResources
from iamgen.iam.template import ROLE, Template

_STACK_ID = "aws:cloudformation:stack-id"
_ARN = re.compile(r"arn:[\w-]+:cloudformation:(?P<region>[\w-]+):\d{12}:stack/(?P<stack>[\w-]+)/.+")


def refuse_second_stack(order: Order, clients: Clients, template: Mapping[str, Any]) -> Iterator[Fault]:
    """Yield a warning where the roles of a new stack cannot be looked at.

    Raises IamgenError when one of them exists: the stack that has it is elsewhere, and this one could not be created.
    """
    from botocore.exceptions import ClientError

    for resource in NamedResources.of(Template.of(template, 0)).resources:
        if resource.type != ROLE or HOLE.search(resource.name):
            continue
        try:
            role = clients.iam.get_role(RoleName=resource.name)["Role"]
        except ClientError as exc:
            if code_of(exc) in DENIED_CODES:
                yield _not_looked_at(order, code_of(exc))
                return
            if code_of(exc) != "NoSuchEntity":
                raise
            continue
        raise IamgenError([_exists(order, clients.region, role)])


def _not_looked_at(order: Order, code: str) -> Fault:
    message = f"whether roles of the stack {order.stack} exist already was not looked at: AWS refuses GetRole ({code})"
    return Fault(order.where, message, "with iam:GetRole iamgen would notice a stack in another region")


def _exists(order: Order, region: str, role: Mapping[str, Any]) -> Fault:
    """Return what to say of a role that the new stack would have to create."""
    name, tags = role["RoleName"], {tag["Key"]: tag["Value"] for tag in role.get("Tags", ())}
    place = _ARN.fullmatch(tags.get(_STACK_ID, ""))
    if place and place["region"] != region:
        message = f"the role {name} is of the stack {place['stack']} in {place['region']}, and CONST.inc names {region}"
        hint = f"write GLOBAL_AWS_REGION={place['region']} into CONST.inc; to move, delete the stack there first"
    elif place and place["stack"] != order.stack:
        message = f"the role {name} is of the stack {place['stack']}, and an account has one stack with these roles"
        hint = f"delete that stack, or take the account out of its stack set, before {order.stack} is created"
    else:
        message = f"the role {name} exists, and there is no stack {order.stack} in {region} that it could be of"
        hint = "write the region of its stack into CONST.inc as GLOBAL_AWS_REGION; if it is of no stack, delete it"
    return Fault(order.where, message, hint)
