"""Compare who may assume each role, for all requests: people, machines, pipelines, services and other accounts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from iamgen.access.documents import Principal, Statement
from iamgen.access.matching import PreparedStatement
from iamgen.access.patterns import pattern
from iamgen.access.principals import ASSUME
from iamgen.access_diff.assumable_roles import changed_entries
from iamgen.access_diff.assuming_policies import AssumingPolicies, assuming_policies
from iamgen.access_diff.callers import CommonCaller, FixedKeys, caller_of, keys_of
from iamgen.access_diff.matched_principals import MatchedModels, MatchedPrincipal
from iamgen.access_diff.own_policies import policies_of, policy_identities
from iamgen.access_diff.shared_decisions import SharedDecisions
from iamgen.access_diff.trusted_parties import (
    TrustedParty,
    changed_parties,
    changed_statements,
    parties_of,
)
from iamgen.errors import Fault
from iamgen.questions.model import KnownEntity
from iamgen.questions.trusted_strangers import SAML, WEB_IDENTITY
from iamgen.regions.difference import NotDecided, PolicySet, Witness
from iamgen.regions.normal_conditions import KnownCaller
from iamgen.regions.statement_formulas import Viewpoint

_ASSUME = ASSUME.lower()
_ABOUT_SESSIONS = ("sts:tagsession", "sts:setsourceidentity", "sts:setcontext")
_BY_IDENTITY_PROVIDER = (WEB_IDENTITY.lower(), SAML.lower())


@dataclass(frozen=True, eq=False)
class AssumptionChange:
    """A change after which somebody may assume a role, or set something about its sessions, in more or fewer ways."""

    party: TrustedParty | MatchedPrincipal
    """Who it is: a user or role of the models, or somebody whom a trust policy names."""
    role: MatchedPrincipal
    """The role."""
    action: str
    """The action, in lower case."""
    gain: Witness | None = None
    """A request that was denied before and is allowed now; None where there is none."""
    loss: Witness | None = None
    """A request that was allowed before and is denied now, compared in that direction; None where there is none."""
    doubts: tuple[Fault, ...] = ()
    """Why it is not decided whether there is more."""
    side: str = ""
    """Empty for a change of access; else `trust policy` or `own policies`: that side alone says something else, and the
    other one still decides as before."""

    @property
    def is_nothing(self) -> bool:
        """Whether it is proven that nothing changes."""
        return self.gain is None and self.loss is None and not self.doubts


@dataclass(frozen=True, eq=False)
class Assumption:
    """Compares who may assume the roles of two models."""

    models: MatchedModels
    """Both sides."""
    decisions: SharedDecisions
    """Decides about each pair of statements."""
    _trusted: dict[int, frozenset[int]] = field(default_factory=dict, repr=False)

    def changes(self) -> tuple[AssumptionChange, ...]:
        """Return everybody who may assume a role in more or fewer ways, the cases that are not decided, and the cases
        in which only one of the two sides says something else."""
        asked: dict[tuple[int, int], tuple[MatchedPrincipal, MatchedPrincipal]] = {}
        result: list[AssumptionChange] = []
        for role in self.models.roles:
            for party in self._asked_of(role):
                known = self._known(party)
                result += self._by_trust(party, known, role)
                if known is not None:
                    asked[id(known), id(role)] = (known, role)
        for caller, role in self._with_changed_policies():
            asked[id(caller), id(role)] = (caller, role)
        for caller, role in asked.values():
            result += self._of_pair(caller, role)
        return tuple(change for change in result if not change.is_nothing)

    @cached_property
    def rewritten(self) -> tuple[MatchedPrincipal, ...]:
        """The roles whose trust policy is written in another way on each side."""
        return tuple(role for role in self.models.roles if role.state == "there" and changed_statements(*_trusts(role)))

    def _asked_of(self, role: MatchedPrincipal) -> Iterator[TrustedParty]:
        """Yield everybody about whom the two trust policies may say something different."""
        before, after = _trusts(role)
        if before == after:
            return
        changed = changed_parties(before, after)
        names = {party.principal for party in changed}
        for party in dict.fromkeys((*changed, *parties_of((*before, *after)))) if changed else ():
            if any(name.name == "*" for name in names) or names & party.names:
                yield party

    def _known(self, party: TrustedParty) -> MatchedPrincipal | None:
        """Return the user or role of the models that a party is."""
        if party.principal.kind != "AWS":
            return None
        if party.demand is not None:
            return self.models.user_named.get((party.account_id, party.name))
        return self.models.by_arn.get(party.principal.name)

    def _by_trust(
        self, party: TrustedParty, known: MatchedPrincipal | None, role: MatchedPrincipal
    ) -> Iterator[AssumptionChange]:
        """Yield what the trust policies alone say differently about a party.

        Whether a user or role of the models may assume the role is left out: their own policies decide that as well.
        """
        sides = [PolicySet((*trust, *party.restriction)) for trust in _trusts(role)]
        names = party.names | (_names(known) if known else frozenset())
        viewpoint = Viewpoint(KnownCaller({}), frozenset(names))
        assuming = _BY_IDENTITY_PROVIDER if party.principal.kind == "Federated" else (_ASSUME,)
        for action in (*(() if known else assuming), *_ABOUT_SESSIONS):
            if _is_touched(*_trusts(role), action):
                yield self._change(known or party, role, action, (sides[0], sides[1], viewpoint))

    def _of_pair(self, caller: MatchedPrincipal, role: MatchedPrincipal) -> Iterator[AssumptionChange]:
        """Yield in which requests a user or role of the models may assume a role on one side only.

        Where there are none, what the trust policy or the caller's own policies say differently by themselves.
        """
        before = assuming_policies(caller.before, role.before)
        after = assuming_policies(caller.after, role.after)
        statements = [item for policies in (before, after) for side in policies.sides for item in side]
        common = CommonCaller.of(_keys(caller.before, role.before), _keys(caller.after, role.after), statements)
        viewpoint = Viewpoint(common.caller)
        doubts = (*before.doubts, *after.doubts, *common.doubts)
        change = self._change(caller, role, _ASSUME, (before, after, viewpoint), doubts)
        yield change
        if change.is_nothing and caller.state == role.state == "there":
            halves = {
                "trust policy": (PolicySet(before.trust), PolicySet(after.trust)),
                "own policies": (
                    PolicySet(before.identity, before.boundary),
                    PolicySet(after.identity, after.boundary),
                ),
            }
            for side, (first, second) in halves.items():
                yield replace(self._change(caller, role, _ASSUME, (first, second, viewpoint)), side=side)

    def _change(
        self,
        party: TrustedParty | MatchedPrincipal,
        role: MatchedPrincipal,
        action: str,
        sides: tuple[PolicySet, PolicySet, Viewpoint],
        doubts: tuple[Fault, ...] = (),
    ) -> AssumptionChange:
        before, after, viewpoint = sides
        named = isinstance(after, AssumingPolicies)
        forms = frozenset(
            {pattern(role.known.entity.arn, variables=False)} if named and _has_resources((before, after)) else ()
        )
        gain = self.decisions(before, after, action, viewpoint, forms)
        loss = self.decisions(after, before, action, viewpoint, forms)
        doubts = (*doubts, *(fault for item in (gain, loss) if isinstance(item, NotDecided) for fault in item.reasons))
        return AssumptionChange(
            party,
            role,
            action,
            gain if isinstance(gain, Witness) else None,
            loss if isinstance(loss, Witness) else None,
            tuple(dict.fromkeys(doubts)),
        )

    def _with_changed_policies(self) -> Iterator[tuple[MatchedPrincipal, MatchedPrincipal]]:
        """Yield users and roles whose own policies say something else about a role that may trust them."""
        for callers in self._by_policies().values():
            first = next(iter(callers.values()))
            entries = changed_entries(policies_of(first.before), policies_of(first.after))
            for role in entries.roles(self.models.roles) if entries else ():
                yield from ((callers[number], role) for number in sorted(callers.keys() & self._trusted_by(role)))

    def _by_policies(self) -> dict[object, dict[int, MatchedPrincipal]]:
        """Return the users and roles, by their place in the models, with those together that have the same policies."""
        together: dict[object, dict[int, MatchedPrincipal]] = {}
        for number, item in enumerate((*self.models.users, *self.models.roles)):
            together.setdefault(policy_identities(item), {})[number] = item
        return together

    def _trusted_by(self, role: MatchedPrincipal) -> frozenset[int]:
        """Return the users and roles whom a role's trust policies may mean, by their place in the models."""
        if id(role) not in self._trusted:
            before, after = _trusts(role)
            allowing = [statement for statement in (*before, *after) if statement.effect == "Allow"]
            meant = (item for party in parties_of(allowing) for item in self._meant_by(party))
            self._trusted[id(role)] = frozenset(self._places[id(item)] for item in meant)
        return self._trusted[id(role)]

    @cached_property
    def _places(self) -> Mapping[int, int]:
        return {id(item): number for number, item in enumerate((*self.models.users, *self.models.roles))}

    def _meant_by(self, party: TrustedParty) -> Iterable[MatchedPrincipal]:
        if party.principal.name == "*":
            return (*self.models.users, *self.models.roles)
        known = self._known(party)
        if known is not None or party.demand is not None or party.principal.kind != "AWS":
            return (known,) if known else ()
        return self.models.of_account.get(party.account_id, ()) if party.is_account else ()


def _trusts(role: MatchedPrincipal) -> tuple[tuple[Statement, ...], tuple[Statement, ...]]:
    """Return the statements of both trust policies; none for a role that is not there."""
    before, after = role.before, role.after
    return before.as_role.trust if before else (), after.as_role.trust if after else ()


def _is_touched(before: Iterable[Statement], after: Iterable[Statement], action: str) -> bool:
    """Return whether a statement that only one side has may be about an action."""
    changed = map(PreparedStatement, changed_statements(before, after))
    return any(not item.matches_action(action).no for item in changed)


def _names(known: MatchedPrincipal) -> frozenset[Principal]:
    return frozenset().union(*(caller_of(side).principals for side in (known.before, known.after) if side))


def _has_resources(sides: Iterable[PolicySet]) -> bool:
    """Return whether a statement is about certain resources only: then the request has to be for the role."""
    statements = (item for policies in sides for side in policies.sides for item in side)
    return any(item.not_resources or set(item.resources) - {"*"} for item in statements)


def _keys(caller: KnownEntity | None, role: KnownEntity | None) -> FixedKeys | None:
    """Return the keys that each request of a caller for a role has; None where one of them is not there."""
    known = keys_of(caller)
    if known is None or role is None:
        return None
    tags = {
        f"{prefix}:resourcetag/{key}".lower(): value for prefix in ("aws", "iam") for key, value in role.as_role.tags
    }
    return {**known, "aws:resourceaccount": role.account.id, **tags}
