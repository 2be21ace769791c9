"""What a deployment would refuse, as far as two templates tell it: without AWS, and before anything is released."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime

from iamgen.cloud.clients import Identity
from iamgen.cloud.guards import impossible, refusals
from iamgen.cloud.way_in import lost
from iamgen.errors import Fault
from iamgen.plan.accounts import AccountTemplate
from iamgen.plan.difference import differences


def objections(
    before: Collection[AccountTemplate], after: Collection[AccountTemplate], now: datetime
) -> tuple[Fault, ...]:
    """Return what `iamgen deploy` refuses, without any option, where `before` is deployed and `after` is to be.

    Who will deploy is not known here, so a deployment may refuse more: what would lock out just them, and whatever
    else is in the account.
    """
    deployed = {one.place: one for one in before}
    pairs = ((deployed[one.place], one) for one in after if one.place in deployed)
    return tuple(fault for was, will in pairs for fault in _objections(was, will, now))


def _objections(before: AccountTemplate, after: AccountTemplate, now: datetime) -> Iterator[Fault]:
    changes = differences(before.template, after.template)
    nobody = Identity(after.id, "")
    yield from impossible(after.account, changes)
    yield from lost(after.account, before.template, after.template, nobody, now)
    yield from refusals(after.account, changes, allow_replacement=False)
