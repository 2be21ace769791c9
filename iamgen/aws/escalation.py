"""Steps by which somebody gains more power than was granted: the actions of each, and what each is about.

They stand in `data/escalation_steps.txt`, each with its source. What AWS's "Granting a user permissions to pass a role
to an AWS service" says of `iam:PassRole` holds for all that pass a role. Kinds of resources: the Service Authorization
Reference of each service.
"""

from __future__ import annotations

from typing import NamedTuple

from iamgen.aws.data import escalation_steps

PASS_ROLE = "iam:PassRole"  # noqa: S105  # an action of IAM
_TO = "@"
_PASSES = "passes-role"


def passed_to(service: str) -> str:
    """Return the name for "any role may be passed, but to one service only" among the escalating actions."""
    return f"{PASS_ROLE}{_TO}{service}"


class Step(NamedTuple):
    """One way to gain more power."""

    action: str
    """The action that takes the step."""
    besides: tuple[str, ...]
    """Actions of which it needs every one besides, as to start what was stopped."""
    one_of: tuple[str, ...]
    """Actions of which it needs one besides; none if it is enough by itself."""
    gain: str
    """How it leads to more power, by a word of the list: `gives-policy`, `passes-role`, `uses`, …"""
    subject: str
    """What it is about: a kind of IAM resource, such as `role`; for `passes-role` and `uses` a service."""
    existing: str
    """For `uses`, what exists already and has a role, such as `function`; empty for others."""
    source: str
    """Who describes it."""

    @property
    def receiver(self) -> str:
        """The service, such as `ec2`, that a role is passed to in this step; empty if none is passed."""
        return self.subject if self.gain == _PASSES else ""

    @property
    def words(self) -> str:
        """The step as people write it: `iam:PassRole with ec2:RunInstances`."""
        return f"{PASS_ROLE} with {self.action}" if self.receiver else self.action

    def is_open(self, actions: frozenset[str]) -> bool:
        """Return whether somebody with these actions can take the step.

        Actions that only help, such as to stop an instance that may be stopped already, are not asked for here.
        """
        passing = not self.receiver or passed_to(self.receiver) in actions
        return passing and self.action in actions and (not self.one_of or not actions.isdisjoint(self.one_of))


def _step(fields: tuple[str, ...]) -> Step:
    action, besides, one_of, *about = fields
    return Step(action, tuple(besides.split()), tuple(one_of.split()), *about)


STEPS = tuple(map(_step, escalation_steps()))
"""All steps: those of IAM, those that pass a role, and those that need none to be passed."""
WITH_PASS_ROLE = tuple(step for step in STEPS if step.receiver)
"""Steps that start something with a role that is passed to it."""
ON_IAM = {step.action: step.subject for step in STEPS if step.action.startswith("iam:")}
"""IAM actions, each enough by itself, and the kind of resource that each changes. Those that take a policy or a
boundary away are among them: it may be the one that denies."""
RECEIVERS = tuple(sorted({step.receiver for step in WITH_PASS_ROLE}))
"""The services that a role can be passed to in them."""
ESCALATING = tuple(sorted({PASS_ROLE, *(action for step in STEPS for action in (step.action, *step.one_of))}))
"""All their actions."""
_INSTANCE = (("ec2", "instance"),)
_ABOUT = {
    PASS_ROLE: (("iam", "role"),),
    "sts:AssumeRole": (("iam", "role"),),
    "sts:AssumeRoot": (("iam", ""),),
    "ssm:CreateAssociation": (("ssm", "document"),),
    "ssm:ResumeSession": (("ssm", "session"),),
    "ssm:SendCommand": (*_INSTANCE, ("ssm", "document")),
    "ssm:StartSession": _INSTANCE,
    "ssm:UpdateDocument": (("ssm", "document"),),
    "ec2:ModifyInstanceAttribute": _INSTANCE,
    "ec2:RunInstances": _INSTANCE,
    "ec2:StartInstances": _INSTANCE,
    "ec2-instance-connect:SendSSHPublicKey": _INSTANCE,
    "ec2-instance-connect:SendSerialConsoleSSHPublicKey": _INSTANCE,
}


def resources_of(action: str) -> tuple[tuple[str, str], ...]:
    """Return service and kind of each resource that an escalating action needs; no kind where any will do."""
    service = action.partition(":")[0]
    return _ABOUT.get(action, ((service, ON_IAM.get(action, "")),))
