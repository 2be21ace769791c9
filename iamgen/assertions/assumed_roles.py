"""Decide on sts:AssumeRole by both sides: the policies of the caller, and the trust policy of the role.

The trust policies of the roles in the templates are known. Of any other role only the policies of who asks are: what
these allow counts as allowed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from iamgen.access.documents import Principal, Statement
from iamgen.access.entities import IamRole, IamUser
from iamgen.access.errors import AccessError
from iamgen.access.known_actions import KnownActions
from iamgen.access.patterns import pattern
from iamgen.access.resource_lists import resource_pattern
from iamgen.assertions.callers import MeantCallers, fixed_keys
from iamgen.assertions.policy_decisions import Evidence, PolicyDecisions, keys_about
from iamgen.assertions.requests import ASSUME_ROLE, AssertedRequests
from iamgen.errors import Fault
from iamgen.questions.circumstances import Acting
from iamgen.questions.hops import ANYBODY, Hop, best_hop
from iamgen.questions.model import KnownEntity
from iamgen.questions.reach import Reacher, acting_names
from iamgen.regions.difference import NotDecided, PolicySet, Witness, difference
from iamgen.regions.normal_conditions import KnownCaller
from iamgen.regions.statement_formulas import Viewpoint

_TRIALS = 40
"""Roles of the templates that are left out one by one before the search for another is given up."""
_NOTHING = PolicySet(())
_ASSUMING = KnownActions.of((ASSUME_ROLE,))


@dataclass(frozen=True, eq=False)
class AssumedRoles:
    """The roles that an assertion about sts:AssumeRole means."""

    reacher: Reacher
    """Knows the roles of the model."""
    decisions: PolicyDecisions
    """Decides on the requests that the assertion is about."""
    meant: MeantCallers
    """The accounts in which it must hold: those that have the roles."""

    _unknown: dict[tuple[object, ...], Evidence | None] = field(default_factory=dict)

    @property
    def requests(self) -> AssertedRequests:
        """The requests that the assertion is about."""
        return self.decisions.requests

    @cached_property
    def targets(self) -> tuple[KnownEntity, ...]:
        """The roles of the templates that may not be assumed, or must be."""
        return tuple(filter(self.is_target, self.reacher.model.roles))

    def is_target(self, role: KnownEntity) -> bool:
        """Return whether a role of the templates is among those that are meant."""
        entries = (resource_pattern(entry, variables=True).written for entry in self.requests.on)
        on = self.requests.is_about_every_resource or any(entry.matches(role.entity.arn) for entry in entries)
        return on and self.meant.is_here(role.account)

    def assumed_by(self, acting: Acting, refused: frozenset[str] = frozenset()) -> Iterator[Hop]:
        """Yield each role that somebody may assume, certainly or perhaps.

        `refused` are those of which it is known already that they may not, by their ARNs.
        """
        entity = acting.known.entity
        names = [principal.name for principal in (*acting.caller.principals, Principal("*", ANYBODY))]
        names += acting_names(entity) if isinstance(entity, IamRole) else ()
        near = self.reacher.candidates(names, entity.name if isinstance(entity, IamUser) else None)
        for role in near:
            if (
                role.entity.arn not in refused
                and self.is_target(role)
                and (hop := best_hop(acting, role)).verdict.outcome != "denied"
            ):
                yield hop

    def unknown_role(self, acting: Acting) -> Evidence | None:
        """Return a role that no template has, and that the policies of who asks let them assume."""
        fixed = self._fixed_keys(acting).items()
        key = (self.decisions.contents.of(acting), frozenset(fixed), self.meant.is_here(acting.known.account))
        if key not in self._unknown:
            self._unknown[key] = self._first_unknown(acting)
        return self._unknown[key]

    def _fixed_keys(self, acting: Acting) -> Mapping[str, str | tuple[str, ...]]:
        return fixed_keys(acting, keys_about(acting, _ASSUMING), is_forbidden=True)

    def _first_unknown(self, acting: Acting) -> Evidence | None:
        left_out: list[str] = []
        for _ in range(_TRIALS):
            evidence = self._unknown_role(acting, tuple(left_out))
            if not isinstance(evidence, Witness) or evidence.request.resource not in self.reacher.model.role_by_arn:
                return evidence
            left_out.append(evidence.request.resource)
        return NotDecided((Fault(acting.known.entity.arn, "may be allowed to assume more roles than are looked at"),))

    def _unknown_role(self, acting: Acting, left_out: tuple[str, ...]) -> Evidence | None:
        known, partition = acting.known, acting.known.entity.partition
        outside = [*self.requests.outside(keys_about(acting, _ASSUMING)), *self._outside_accounts(known, partition)]
        outside += [Statement("Deny", actions=("*",), resources=left_out)] if left_out else []
        identity = (*_without(known.statements, self.reacher.model.role_by_arn), *outside)
        policies = PolicySet(identity, known.entity.boundary.statements if known.entity.boundary else None)
        viewpoint = Viewpoint(KnownCaller(self._fixed_keys(acting)))
        any_role = pattern(f"arn:{partition}:iam::?*:role/?*", variables=False)
        try:
            return difference(_NOTHING, policies, ASSUME_ROLE, viewpoint, frozenset({any_role}))
        except AccessError as exc:
            return NotDecided(exc.faults)

    def _outside_accounts(self, known: KnownEntity, partition: str) -> Iterator[Statement]:
        if not self.meant.is_here(known.account):
            ids = (account.id for account in self.reacher.model.accounts if self.meant.is_here(account))
            yield Statement("Deny", actions=("*",), not_resources=tuple(f"arn:{partition}:iam::{id_}:*" for id_ in ids))


def _without(statements: Iterable[Statement], arns: Iterable[str]) -> Iterator[Statement]:
    """Yield statements without those resources that are roles of the templates: on them both sides decide."""
    known = frozenset(arns)
    for statement in statements:
        if statement.effect != "Allow" or known.isdisjoint(statement.resources):
            yield statement
        elif remaining := tuple(entry for entry in statement.resources if entry not in known):
            yield replace(statement, resources=remaining)
