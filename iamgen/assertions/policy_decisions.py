"""Decide whether the policies of one user or role allow what is forbidden, or deny what is required.

The first look is at all resources: where that proves it, what resources an action can have does not matter. Only where
it does not, each action is looked at with the resources that it can have. Equal policies are looked at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property

from iamgen.access.documents import Statement
from iamgen.access.errors import AccessError
from iamgen.access.known_actions import ActionSet, KnownActions
from iamgen.access.patterns import Pattern
from iamgen.access.statement_index import IndexedStatements, StatementIndex
from iamgen.assertions.callers import fixed_keys
from iamgen.assertions.requests import AssertedRequests, MeantResources
from iamgen.declaration.types.forbid import Forbid
from iamgen.questions.circumstances import Acting
from iamgen.regions.comparison import action_classes
from iamgen.regions.difference import NotDecided, PolicySet, Witness, difference
from iamgen.regions.normal_conditions import KnownCaller
from iamgen.regions.statement_formulas import Viewpoint

_NOTHING = PolicySet(())
_EVERYTHING = Statement("Allow", actions=("*",), resources=("*",), origin="the assertion")

Evidence = Witness | NotDecided
"""What is against an assertion: a request, or that something is not decided."""
ClassKey = tuple[object, ...]
"""What decisions depend on: equal for users and roles with equal policies."""


@dataclass(frozen=True)
class OpenClass:
    """Actions that are alike in all statements, and for which the first look does not prove that the assertion
    holds."""

    actions: ActionSet
    """The actions."""
    evidence: Evidence
    """What is against it for the first of them, whatever resources the actions can have."""


@dataclass(frozen=True, eq=False)
class PolicyDecisions:
    """The decisions for one assertion, each made once."""

    requests: AssertedRequests
    """The requests that the assertion is about."""
    contents: PolicyContents
    """What policies say, for all assertions."""
    _first: dict[ClassKey, tuple[OpenClass, ...]] = field(default_factory=dict)
    _exact: dict[ClassKey, Evidence | None] = field(default_factory=dict)
    _keys_of: dict[ClassKey, frozenset[str]] = field(default_factory=dict)

    def first_look(self, acting: Acting) -> tuple[OpenClass, ...]:
        """Return the actions for which a user or role might break the assertion; none where it is proven to hold."""
        key = self.class_key(acting)
        if key not in self._first:
            self._first[key] = tuple(self._open_classes(acting))
        return self._first[key]

    def _open_classes(self, acting: Acting) -> Iterator[OpenClass]:
        compared = self._compared(acting, MeantResources())
        known = self.requests.actions
        for actions in action_classes((compared.policies,), known):
            evidence = compared.evidence(known.first(actions))
            if evidence is not None:
                yield OpenClass(actions, evidence)

    def exact(self, acting: Acting, action: str) -> Evidence | None:
        """Return what is against the assertion for one action and the resources that it can have; None where nothing
        is."""
        forms = self.requests.forms(action, self._account(acting), acting.known.entity.partition)
        if forms is None:
            return None
        key = (self.class_key(acting), action, forms)
        if key not in self._exact:
            self._exact[key] = self._compared(acting, forms).evidence(action)
        return self._exact[key]

    def _account(self, acting: Acting) -> str:
        """Return the account in which resources have to be: its own where something is required of every resource."""
        own = acting.known.entity.account_id
        return own if self.requests.is_about_every_resource and not self._is_forbidden else ""

    def violation(self, acting: Acting) -> tuple[str, Evidence] | None:
        """Return an action with a request that breaks the assertion, if possible a certain one; None if there is
        none."""
        doubtful: tuple[str, Evidence] | None = None
        for action, evidence in self._violations(acting):
            if isinstance(evidence, Witness):
                return action, evidence
            doubtful = doubtful or (action, evidence)
        return doubtful

    def _violations(self, acting: Acting) -> Iterator[tuple[str, Evidence]]:
        """Yield one violation for each class of actions, those by actions that AWS has before others."""
        listed = self._listed
        for part in (listed, self.requests.actions.all & ~listed):
            open_classes = (replace(item, actions=item.actions & part) for item in self.first_look(acting))
            yield from self._violations_of(acting, (item for item in open_classes if item.actions))

    def _violations_of(self, acting: Acting, open_classes: Iterable[OpenClass]) -> Iterator[tuple[str, Evidence]]:
        for item in open_classes:
            for action in self.requests.actions.named(item.actions):
                evidence = self.exact(acting, action)
                if evidence is not None:
                    yield action, evidence
                    break
            else:
                yield from self._on_unusual_resources(acting, item)

    def _on_unusual_resources(self, acting: Acting, item: OpenClass) -> Iterator[tuple[str, Evidence]]:
        """Yield what is forbidden and allowed on resources that no action is known to have: the list may lack some.

        An action without a resource has none, and a statement that names resources is not about it.
        """
        if not (self._is_forbidden and self.requests.is_about_every_resource):
            return
        for action in self.requests.actions.named(item.actions):
            forms = self.requests.forms(action, "", acting.known.entity.partition)
            if forms and not forms.is_exact:
                yield action, item.evidence
                return

    @cached_property
    def _listed(self) -> ActionSet:
        """Those of the actions that AWS is known to have."""
        return self.requests.actions.only(self.requests.listed_actions)

    @cached_property
    def _is_forbidden(self) -> bool:
        return isinstance(self.requests.assertion, Forbid)

    def _compared(self, acting: Acting, forms: MeantResources) -> _PolicyComparison:
        keys = self._keys(acting, self.requests.actions)
        outside = self.requests.outside(keys, forms)
        fixed = fixed_keys(acting, keys, is_forbidden=self._is_forbidden)
        return _PolicyComparison(self._policies(acting), outside, Viewpoint(KnownCaller(fixed)), forms.patterns,
                           self._is_forbidden)  # fmt: skip

    def _policies(self, acting: Acting) -> PolicySet:
        entity = acting.known.entity
        return PolicySet(entity.statements, entity.boundary.indexed_statements if entity.boundary else None)

    def class_key(self, acting: Acting) -> ClassKey:
        """Return what is equal for all users and sessions whose requests are decided alike."""
        keys = self._keys(acting, self.requests.actions)
        fixed = fixed_keys(acting, keys, is_forbidden=self._is_forbidden)
        return self.contents.of(acting), frozenset(fixed.items())

    def _keys(self, acting: Acting, actions: KnownActions) -> frozenset[str]:
        content = self.contents.of(acting)
        if content not in self._keys_of:
            self._keys_of[content] = keys_about(acting, actions)
        return self._keys_of[content]


def keys_about(acting: Acting, actions: KnownActions) -> frozenset[str]:
    """Return the condition keys, in lower case, on which statements about these actions depend."""
    entity = acting.known.entity
    indexes = (*entity.statements.indexes, *(entity.boundary.indexed_statements.indexes if entity.boundary else ()))
    about = (item for index in indexes for item in actions.of_policy(index) if item.certain | item.doubtful)
    return frozenset(key for item in about for key in item.statement.statement.context_keys)


@dataclass(frozen=True, eq=False)
class _PolicyComparison:
    """Policies beside what an assertion demands."""

    policies: PolicySet
    outside: tuple[Statement, ...]
    viewpoint: Viewpoint
    forms: frozenset[Pattern]
    is_forbidden: bool

    def evidence(self, action: str) -> Evidence | None:
        before, after = self._sides
        try:
            return difference(before, after, action, self.viewpoint, self.forms)
        except AccessError as exc:
            return NotDecided(exc.faults)

    @cached_property
    def _sides(self) -> tuple[PolicySet, PolicySet]:
        """Nothing beside what the policies allow of the requests, or the policies beside all of the requests."""
        if self.is_forbidden:
            return _NOTHING, replace(self.policies, identity=_joined(self.policies.identity, self.outside))
        return self.policies, PolicySet(_joined((_EVERYTHING,), self.outside))


def _joined(statements: tuple[Statement, ...], more: tuple[Statement, ...]) -> tuple[Statement, ...]:
    """Return both together, evaluated by the indexes that there are already."""
    if not isinstance(statements, IndexedStatements):
        return (*statements, *more)
    return IndexedStatements.of((*statements.indexes, StatementIndex.of(more)))


class PolicyContents:
    """What policies say apart from their names, so that equal policies of a thousand accounts are known to be equal."""

    def __init__(self) -> None:
        self._numbers: dict[object, int] = {}
        self._of_index: dict[int, tuple[StatementIndex, int]] = {}

    def of(self, acting: Acting) -> ClassKey:
        """Return what is equal for users and roles with equal policies and boundaries."""
        entity = acting.known.entity
        boundary = entity.boundary.indexed_statements.indexes if entity.boundary else None
        of_boundary = tuple(map(self._number, boundary)) if boundary is not None else None
        return tuple(map(self._number, entity.statements.indexes)), of_boundary

    def _number(self, index: StatementIndex) -> int:
        known = self._of_index.get(id(index))
        if known is None:
            content = tuple(_content(item.statement) for item in index.statements)
            known = (index, self._numbers.setdefault(content, len(self._numbers)))
            self._of_index[id(index)] = known  # with the index itself, so that no other takes its id
        return known[1]


def _content(statement: Statement) -> tuple[object, ...]:
    """Return everything in a statement except its name."""
    written = (statement.actions, statement.not_actions, statement.resources, statement.not_resources)
    return statement.effect, *written, statement.conditions, statement.version, statement.unread
