"""Decide whether a user or a role's session may do something: on one resource, on all or on part of a pattern."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from typing import Literal

from iamgen.access.beyond_policies import NOT_UP_TO_POLICIES
from iamgen.access.context import Context, ContextKeys, ContextValue
from iamgen.access.documents import Statement
from iamgen.access.errors import AccessError
from iamgen.access.evaluate import Request, Verdict
from iamgen.access.patterns import Pattern, Variable, Wildcard, pattern
from iamgen.access.principals import ASSUME, verdict_on
from iamgen.access.statement_index import IndexedStatements
from iamgen.aws.data.services import resource_forms
from iamgen.errors import Fault
from iamgen.questions.circumstances import Acting
from iamgen.questions.condition_words import concerns
from iamgen.questions.demands import EVERYTHING, ResourceScope, Universe, universe
from iamgen.questions.glob_walk import samples
from iamgen.questions.memory import remembering

Level = Literal["yes", "depends", "no"]
LEVEL_RANK: dict[Level, int] = {"yes": 0, "depends": 1, "no": 2}
"""Levels, the one that allows most first."""
_OF_OUTCOME: dict[str, Level] = {"allowed": "yes", "denied": "no", "unknown": "depends"}
_KNOWN_OWNER = 4
_RESOURCE_ACCOUNT = "aws:resourceaccount"
_ASSUMING = "sts:assumerole"


@dataclass(frozen=True, eq=False)
class KnownRoles:
    """The roles of the model: only their trust policies are known."""

    arns: frozenset[str]
    """Their ARNs."""
    verdict: Callable[[Acting, str], Verdict]
    """Returns whether somebody may assume the role of that ARN."""


@dataclass(frozen=True)
class SampleVerdict:
    """The decision on one resource that represents all resources that are decided like it."""

    resource: str
    """The resource."""
    verdict: Verdict
    """What the evaluator says."""
    beside: tuple[str, ...] = ()
    """What else must allow it for certain, as the key policy, as sentences."""
    perhaps: tuple[str, ...] = ()
    """What else must allow it if the resource is in another account, as sentences."""

    @property
    def level(self) -> Level:
        """Yes and no whatever else there is; else it depends."""
        level = _OF_OUTCOME[self.verdict.outcome]
        return "depends" if level == "yes" and self.beside else level


@dataclass(frozen=True, eq=False)
class ActionOutcome:
    """The decision on one action, for all resources that the question is about."""

    action: str
    """The action."""
    samples: tuple[SampleVerdict, ...]
    """What is decided on each resource that stands for others."""
    is_complete: bool = True
    """Whether the samples stand for all resources: else there are too many ways in which statements can match."""

    @property
    def level(self) -> Level:
        """Yes if everything is allowed, no if nothing is, else it depends."""
        levels = {sample.level for sample in self.samples}
        if not self.is_complete or len(levels) != 1:
            return "depends"
        return levels.pop()

    @property
    def is_partial(self) -> bool:
        """Whether part of the resources is surely allowed, and part of them not."""
        return len({sample.level for sample in self.samples}) > 1

    def sample(self, level: Level) -> SampleVerdict | None:
        """Return the first resource of that level."""
        return next((sample for sample in self.samples if sample.level == level), None)


@dataclass(frozen=True)
class DecisionClass:
    """Everything on which a decision depends: if all of it is equal, another caller or action is decided in the same
    way."""

    candidates: tuple[tuple[int, ...] | None, ...]
    """Marks of the statements that may be about the action: of the policies, and of the boundary if there is one."""
    visible: tuple[tuple[str, ContextValue], ...]
    """Those condition keys, with their values, that these statements look at."""
    account: tuple[str, str]
    """The id and the partition of the account that the caller is in."""
    forms: tuple[str, ...]
    """The forms of the ARNs that the action is about."""
    scope: ResourceScope
    """The resources that are asked about."""
    alone: tuple[Acting, str] | None
    """The caller and the action, where it is not their policies alone that decide; None for all others."""
    acting: Acting = field(compare=False)
    """One who is decided so."""
    action: str = field(compare=False)
    """An action that is decided so."""

    @classmethod
    def of(cls, acting: Acting, action: str, scope: ResourceScope) -> DecisionClass:
        """Return the class of a question."""
        name, entity, sides = action.lower(), acting.known.entity, _sides(acting)
        keys = {_RESOURCE_ACCOUNT, *(key for side in sides if side for key in side.keys_about(name))}
        stated = acting.context.context.keys
        return cls(
            tuple(None if side is None else side.mark(name) for side in sides),
            tuple((key, stated[key]) for key in sorted(keys) if key in stated),
            (entity.account_id, entity.partition),
            resource_forms(action),
            scope,
            (acting, name) if _is_beyond_policies(name) else None,
            acting,
            action,
        )


def _sides(acting: Acting) -> tuple[IndexedStatements, IndexedStatements | None]:
    """Return the statements of somebody's policies, and of their boundary if there is one."""
    entity = acting.known.entity
    return entity.statements, entity.boundary.indexed_statements if entity.boundary else None


def _is_beyond_policies(action: str) -> bool:
    """Return whether more than the caller's policies decides about an action, which is in lower case."""
    return action in NOT_UP_TO_POLICIES or action.startswith(_ASSUMING)


def actions_alike(actings: Iterable[Acting], actions: Iterable[str]) -> tuple[tuple[str, ...], ...]:
    """Return the actions in groups that are decided alike, no matter for whom of these people they are decided."""
    sides = {id(side): side for acting in actings for side in _sides(acting) if side is not None}
    groups: dict[tuple[object, ...], list[str]] = defaultdict(list)
    for action in actions:
        name = action.lower()
        alone = name if _is_beyond_policies(name) else ""
        marks = (side.mark(name) for side in sides.values())
        groups[alone, resource_forms(action), *marks].append(action)
    return tuple(map(tuple, groups.values()))


@dataclass(frozen=True, eq=False)
class Decider:
    """Decides what users and roles may do, only once for all callers and actions that are decided alike."""

    known_roles: KnownRoles
    """The roles of the model."""

    def outcome(self, acting: Acting, action: str, scope: ResourceScope) -> ActionOutcome:
        """Return what the policies of a user or role, within the boundary, say of an action.

        An sts:AssumeRole is decided by the trust policy too, for roles of the model.
        """
        decided = self._decided(DecisionClass.of(acting.asking_for(action), action, scope))
        return decided if decided.action == action else replace(decided, action=action)

    @cached_property
    def _decided(self) -> Callable[[DecisionClass], ActionOutcome]:
        return remembering(self._decide)

    def _decide(self, asked: DecisionClass) -> ActionOutcome:
        acting, action, owner = asked.acting, asked.action, asked.scope.owner
        account_id, partition = asked.account
        resources = universe(action, asked.scope.resource, owner or account_id, partition)
        texts, is_complete = _texts(acting, action, resources, owner)
        if action.lower() == ASSUME.lower():
            texts = (*_roles(resources, self.known_roles), *texts)
        verdicts = tuple(_verdict(acting, action, text, owner, self.known_roles) for text in dict.fromkeys(texts))
        return ActionOutcome(action, verdicts, is_complete)


def _texts(acting: Acting, action: str, resources: Universe, owner: str) -> tuple[tuple[str, ...], bool]:
    """Return resources that stand for all, and whether they do."""
    texts, is_complete = list(resources.single), True
    if not resources.patterns:
        return tuple(texts), is_complete
    context = Context.of(_context(acting, EVERYTHING, owner))
    marks = tuple(dict.fromkeys(_marks(acting, action, context)))
    for required in resources.patterns:
        walked = samples(required, marks)
        texts += walked.texts
        is_complete = is_complete and walked.is_complete
    return tuple(dict.fromkeys(texts)), is_complete


def _roles(resources: Universe, known_roles: KnownRoles) -> Iterator[str]:
    """Yield the roles of the model that a pattern means."""
    for required in resources.patterns:
        yield from (arn for arn in sorted(known_roles.arns) if all(item.matches(arn) for item in required))


def _marks(acting: Acting, action: str, context: Context) -> Iterator[Pattern]:
    """Yield every pattern of a resource that can tell one resource of this action from another."""
    for side in (acting.known.statements, acting.known.boundary):
        about = [item for item in side if not concerns(item, action).no and not _fails(item, context)]
        everywhere = any(_allows_everywhere(item, action, context) for item in about)
        for statement in about:
            if statement.effect == "Deny" or not everywhere:
                yield from _resources(statement, context)


def _fails(statement: Statement, context: Context) -> bool:
    return any(condition.answer(context).no for condition in statement.conditions)


def _allows_everywhere(statement: Statement, action: str, context: Context) -> bool:
    """Return whether a statement surely allows the action on every resource, so that no other Allow counts."""
    if statement.effect != "Allow" or statement.unread or EVERYTHING not in statement.resources:
        return False
    return concerns(statement, action).yes and all(condition.answer(context).yes for condition in statement.conditions)


def _resources(statement: Statement, context: Context) -> Iterator[Pattern]:
    for text in (*statement.resources, *statement.not_resources):
        if text != EVERYTHING:
            yield from _resolved(
                pattern(text, variables=statement.variables).completed().within_arn(run_on=True), context
            )


def _resolved(written: Pattern, context: Context) -> Iterator[Pattern]:
    """Yield a pattern with the values of its variables; where those are not known, with a wildcard for each."""
    if not written.has_variables():
        yield written
        return
    try:
        resolved = written.resolved(context)
    except AccessError:
        wide = Wildcard(many=True, unlimited=True)
        resolved = Pattern(tuple(wide if isinstance(part, Variable) else part for part in written.parts))
    if resolved is not None:
        yield resolved


def _context(acting: Acting, resource: str, owner: str) -> ContextKeys:
    """Return the keys of a request about a resource, whose account the ARN or the question may tell."""
    fields = resource.split(":", _KNOWN_OWNER + 1)
    in_arn = fields[_KNOWN_OWNER] if len(fields) > _KNOWN_OWNER else ""
    return _context_about(acting, in_arn if in_arn.isdecimal() else owner)


@lru_cache(maxsize=1 << 10)
def _context_about(acting: Acting, stated: str) -> ContextKeys:
    """Return the keys of requests about resources of an account, read once for all of them."""
    context = dict(acting.context)
    if stated and not any(key.lower() == "aws:resourceaccount" and isinstance(context[key], str) for key in context):
        context = {key: value for key, value in context.items() if key.lower() != "aws:resourceaccount"}
        context["aws:ResourceAccount"] = stated
    return ContextKeys(context)


def _verdict(acting: Acting, action: str, resource: str, owner: str, known_roles: KnownRoles) -> SampleVerdict:
    if action.lower() == ASSUME.lower() and resource in known_roles.arns:
        return SampleVerdict(resource, known_roles.verdict(acting, resource))
    context = _context(acting, resource, owner)
    try:
        verdict = verdict_on(acting.caller, Request(action, resource, context))
    except AccessError as exc:
        return SampleVerdict(resource, Verdict("unknown", reasons=exc.faults))
    needs = verdict.needs if verdict.outcome == "allowed" else ()
    certain = _is_foreign(acting, context) or _is_own_policy_needed(action, resource)
    return SampleVerdict(resource, verdict, needs if certain else (), () if certain else needs)


def _is_foreign(acting: Acting, context: Mapping[str, ContextValue]) -> bool:
    owner = context.get("aws:ResourceAccount")
    return isinstance(owner, str) and owner != acting.known.entity.account_id


def _is_own_policy_needed(action: str, resource: str) -> bool:
    """Return whether the resource's own policy decides in its own account too: a role's trust, a key's policy."""
    return action.lower().startswith(_ASSUMING) or (resource.split(":") + [""] * 6)[2] == "kms"


def reasons(samples_: Iterable[SampleVerdict]) -> tuple[Fault, ...]:
    """Return why verdicts are unknown, or why AWS refuses something whatever policies say, each once."""
    return tuple(dict.fromkeys(fault for sample in samples_ for fault in sample.verdict.reasons))
