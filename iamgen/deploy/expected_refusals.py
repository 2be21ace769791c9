"""Predict what a deployment would refuse, from two templates: without AWS, and before anything is released."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from iamgen.declaration.resolved import Declaration
from iamgen.deploy.references import Place
from iamgen.deploy.refusals import refused_in_all
from iamgen.deploy.targets import kept_roles, members
from iamgen.deploy.template_change import TemplateChange
from iamgen.diff.accounts import AccountTemplate
from iamgen.errors import Fault


def objections(
    before: Collection[AccountTemplate], after: Collection[AccountTemplate], declaration: Declaration, now: datetime
) -> tuple[Fault, ...]:
    """Return what `iamgen deploy` refuses, without any option, where `before` is deployed and `after` is to be.

    `declaration` is the one that `after` was rendered from. Who will deploy is not known here, so a deployment may
    refuse more: what would lock out just them, and whatever else is in the account.
    """
    deployed = {template.place: template for template in before}
    changes = [
        _change(deployed[template.place], template, declaration) for template in after if template.place in deployed
    ]
    return refused_in_all(changes, None, now).refusals


def _change(before: AccountTemplate, after: AccountTemplate, declaration: Declaration) -> TemplateChange:
    account = declaration.accounts[after.account]
    place = Place(account.id, declaration.partition, after.region, after.stack)
    people = members(declaration, account)
    return TemplateChange(after.account, place, before.template, after.template, people, kept_roles(account))
