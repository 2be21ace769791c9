"""A stack's template before and after a deployment, for the checks against lock-outs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from iamgen.declaration import model, naming
from iamgen.deploy.assuming import Trusting
from iamgen.deploy.comparison import LossAnswer, SidesCompared
from iamgen.deploy.holders import Holder, Holders
from iamgen.deploy.kept_roles import with_kept_roles
from iamgen.deploy.needed_actions import Need, needed_to_deploy
from iamgen.deploy.power import PowerChange, Standing
from iamgen.deploy.references import Place, StackTemplate
from iamgen.errors import Fault

ADMIN, POWER = model.ADMIN, naming.POWER_GROUP
HINT = "--lock-me-out, if it is meant and there is another way in"


@dataclass(frozen=True)
class TemplateChange:
    """The template that an account's stack has, and the one that it would get."""

    where: str
    """What names the account in messages, such as `dev (222222222222)`."""
    place: Place
    """Where the stack is."""
    before: StackTemplate | None
    """The deployed template, None when there is no stack."""
    after: StackTemplate
    """The rendered template."""
    members: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """The names of those who belong into groups that people are put into by hand, by the group's logical id."""
    kept_roles: frozenset[str] = frozenset()
    """The roles, by logical id, that stay when the rendered template does not have them any more."""
    service_role: str = ""
    """The ARN of the role as which CloudFormation acts; empty where it acts as whoever deploys."""

    @cached_property
    def sent(self) -> StackTemplate:
        """The template that a deployment sends: the rendered one, with the roles that stay."""
        return with_kept_roles(self.after, self.before, self.kept_roles)


@dataclass(frozen=True)
class Moment:
    """A template at a certain time."""

    holders: Holders
    """Its users, groups and roles."""
    time: datetime
    """The moment."""


@dataclass(frozen=True)
class Sides:
    """Two moments that are compared: the deployed template and the new one, or the new one now and later."""

    change: TemplateChange
    """The account, and its templates."""
    before: Moment
    """What there is."""
    after: Moment
    """What there would be."""

    @property
    def both(self) -> tuple[Moment, Moment]:
        """The two moments."""
        return self.before, self.after

    def at(self, logical_id: str) -> str:
        """Return what names a resource of the account in messages."""
        return f"{self.change.where} {logical_id}"

    def holders(self, logical_id: str) -> tuple[Holder | None, Holder | None]:
        """Return the user, group or role of that logical id on both sides."""
        return self.before.holders.of_logical_id(logical_id), self.after.holders.of_logical_id(logical_id)

    def trusting(self, logical_id: str) -> tuple[Trusting, Trusting]:
        """Return the role of that logical id on both sides, ready to be asked who may assume it."""
        was, will = self.holders(logical_id)
        return (
            Trusting(self.before.holders, was, self.before.time),
            Trusting(self.after.holders, will, self.after.time),
        )

    def deployment_needs(self) -> tuple[Need, ...]:
        """Return what carrying out this deployment, and putting it back, needs."""
        return needed_to_deploy(self.change.place, (*self.before.holders.resources, *self.after.holders.resources))

    def lost_power(
        self, logical_id: str, description: str, standing: tuple[Standing, Standing], needs: tuple[Need, ...]
    ) -> Iterator[Fault]:
        """Yield what a principal loses of what a deployment needs."""
        change = PowerChange(standing, (self.before.time, self.after.time), needs)
        yield from (Fault(self.at(logical_id), text, HINT) for text in change.lost(description))

    def lost_direct_power(
        self, logical_id: str, description: str, standing: tuple[Standing, Standing], needs: tuple[Need, ...]
    ) -> Iterator[Fault]:
        """Yield what a principal loses of what it does itself, without CloudFormation in between."""
        change = PowerChange(standing, (self.before.time, self.after.time), needs, by_cloudformation=False)
        yield from (Fault(self.at(logical_id), text, HINT) for text in change.lost(description))


def not_known(changes: Iterable[SidesCompared]) -> str:
    """Return what an undecided answer hangs on, as the end of a sentence."""
    unknown = sorted({text for change in changes if change.answer is LossAnswer.UNDECIDED for text in change.unknown})
    return f", as far as one can say; not known: {'; '.join(unknown)}" if unknown else ""
