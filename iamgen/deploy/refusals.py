"""Decide from two templates alone what a deployment refuses, for `deploy` and for commands before it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from iamgen.aws_client.clients import Identity
from iamgen.deploy.lockout import Losses, losses
from iamgen.deploy.stack_protection import impossible, refusals
from iamgen.deploy.template_change import TemplateChange
from iamgen.diff.difference import differences


@dataclass(frozen=True)
class Allowed:
    """The losses that somebody has allowed."""

    replacement: bool = False
    """Groups and roles may be replaced or deleted: `--allow-replacement`."""
    lock_me_out: bool = False
    """The last way into an account may go: `--lock-me-out`."""


NOTHING = Allowed()


def refused(change: TemplateChange, caller: Identity | None, now: datetime, allowed: Allowed = NOTHING) -> Losses:
    """Return what a deployment of this change would refuse, and what else it would say; AWS is not asked.

    `caller` is the principal that deploys, None where nobody knows it yet. What only CloudFormation knows, such as a
    resource that it replaces because another one changes, is not in it.
    """
    changes = differences(change.before, change.sent)
    faults = [*impossible(change.where, changes)]
    result = losses(change, caller, now)
    if not allowed.lock_me_out:
        faults += result.refusals
    if change.before is not None:
        faults += refusals(change.where, changes, allow_replacement=allowed.replacement)
    return replace(result, refusals=tuple(faults))


def refused_in_all(changes: Iterable[TemplateChange], caller: Identity | None, now: datetime) -> Losses:
    """Return the same for several accounts together."""
    losses = [refused(change, caller, now) for change in changes]
    return Losses(
        tuple(fault for item in losses for fault in item.refusals),
        tuple(fault for item in losses for fault in item.warnings),
        tuple(note for item in losses for note in item.notes),
    )
