"""Find the moves by which a user or role gains more power, from the known steps and what the accounts contain.

A move is decided by the evaluator, for the very role, policy, group or user that it is about, within the permissions
boundary of who moves. Where that depends on what nobody can know, the move has a doubt, in words.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from iamgen.access.context import ContextValue
from iamgen.access.documents import Statement, parse
from iamgen.access.entities import AttachedPolicy, IamRole, IamUser
from iamgen.access.principals import ASSUME
from iamgen.aws.escalation import PASS_ROLE, STEPS, Step
from iamgen.aws.partitions import service_principal
from iamgen.questions.circumstances import Acting
from iamgen.questions.condition_words import concerns, undecided
from iamgen.questions.demands import EVERYTHING, ResourceScope
from iamgen.questions.escalation_surroundings import AllowedAction, Control, Surroundings, mentions
from iamgen.questions.held_roles import role_label
from iamgen.questions.hops import Hop
from iamgen.questions.model import KnownEntity, ModelAccount

_FULL = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
_ANY_POLICY = AttachedPolicy("any policy", parse(_FULL, "any policy"))
_ADMINISTRATOR_POLICIES = ("AdministratorAccess", "IAMFullAccess")
_REASONS = 2  # that a doubt names


@dataclass(frozen=True, eq=False)
class EscalationMove:
    """One move from a user or role to more power."""

    by: Acting
    """Who makes it."""
    words: str
    """What is done, as the end of a sentence: `gives itself any policy`."""
    needs: tuple[AllowedAction, ...]
    """The actions that it needs, each with what allows it."""
    target: Acting
    """As whom, or with what, they act afterwards."""
    condition: str = ""
    """What has to exist besides and is not written in IAM's policies; empty for nothing."""

    @property
    def doubts(self) -> tuple[str, ...]:
        """What the move depends on and cannot be known, in words."""
        return tuple(dict.fromkeys(filter(None, (*(need.doubt for need in self.needs), self.condition))))

    @property
    def is_step(self) -> bool:
        """Whether it is more than assuming a role that both sides allow it to assume."""
        return any(need.action != ASSUME for need in self.needs)


@dataclass(frozen=True, eq=False)
class Moves(Surroundings):
    """Finds the moves of users and roles, each once."""

    _of_state: dict[int, tuple[EscalationMove, ...]] = field(default_factory=dict, repr=False)

    def of(self, acting: Acting) -> tuple[EscalationMove, ...]:
        """Return the moves of a user or of a role's session; those that are certain come first."""
        key = self.number(acting)
        if key not in self._of_state:
            listed = _OfOne(self, acting).moves()
            self._of_state[key] = tuple(sorted(listed, key=lambda move: bool(move.doubts)))
        return self._of_state[key]


@dataclass(frozen=True, eq=False)
class _OfOne:
    """The moves of one user or role."""

    shared: Surroundings
    acting: Acting
    _passable_to: dict[str, tuple[tuple[KnownEntity, AllowedAction], ...]] = field(default_factory=dict)

    def moves(self) -> Iterator[EscalationMove]:
        hops = [*self._assumed()]
        yield from (self._become(control) for control in hops)
        takeovers = [*self._taken_over()]
        yield from (self._become(control) for control in takeovers)
        roles = {control.known: control for control in reversed(hops)}
        for control in (Control(self.acting.known, ""), *reversed(roles.values()), *takeovers):
            yield from self._changed(control)
        yield from self._by_services()

    @property
    def _account(self) -> ModelAccount:
        return self.acting.known.account

    def _steps(self, gain: str, subject: str = "") -> Iterator[Step]:
        """Yield the steps of a kind that a policy of the caller may allow on something."""
        return (step for step in self._open_steps if step.gain == gain and subject in ("", step.subject))

    @cached_property
    def _open_steps(self) -> tuple[Step, ...]:
        return tuple(step for step in STEPS if mentions(self.acting, step.action))

    def _become(self, control: Control) -> EscalationMove:
        target = control.session or self.shared.acting(control.known)
        return EscalationMove(self.acting, control.words, control.needs, target, control.condition)

    def _assumed(self) -> Iterator[Control]:
        for role in self.shared.reacher.near(self.acting):
            where = "" if role.account is self._account else f" in {role.account.name}"
            for hop in self.shared.reacher.hops(self.acting, role):
                if hop.verdict.outcome != "denied" and not self._is_myself(role):
                    doubt = "" if hop.verdict.outcome == "allowed" else _doubt_of_hop(hop)
                    need = AllowedAction(ASSUME, hop.verdict.by, doubt)
                    session = None if hop.is_session_free else self.shared.reacher.after(hop, self.shared.circumstances)
                    yield Control(role, f"assumes {named(role)}{where}", (need,), session=session)

    def _is_myself(self, role: KnownEntity) -> bool:
        """Return whether a role is who asks, who gains nothing by another session: theirs could have its name."""
        return role.entity.arn == self.acting.known.entity.arn and self.acting.session_is_free

    def _taken_over(self) -> Iterator[Control]:
        """Yield the roles whose trust policies they may write, and the users whose credentials they may get."""
        for step in self._steps("opens"):
            for role in self._other_roles():
                if need := self._allowed(step.action, role.entity.arn):
                    yield Control(role, f"lets itself into {named(role)}", (need,))
        if any(self._reaches_others(step.action) for step in self._steps("gives-credentials")):
            yield from self.shared.users_taken_over(self.acting, self._allowed)

    def _reaches_others(self, action: str) -> bool:
        """Return whether an action may be allowed on another user than themselves: on oneself alone it gains nothing,
        and an account may have thousands of users."""
        scope = ResourceScope(EVERYTHING, self._account.id)
        decided = self.shared.decider.outcome(self.acting, action, scope)
        own = f"/{self.acting.known.entity.name}"
        open_to = [item.resource for item in decided.samples if item.verdict.outcome != "denied"]
        return not decided.is_complete or any(not resource.endswith(own) for resource in open_to)

    def _other_roles(self) -> Iterator[KnownEntity]:
        own = self.acting.known.entity.arn
        return (role for role in self.shared.roles.get(self._account.id, ()) if role.entity.arn != own)

    def _changed(self, control: Control) -> Iterator[EscalationMove]:
        """Yield the moves that give a user or role more, whom they are or can become, in their own account."""
        if control.known.account is not self._account:
            return
        name = named(control.known) if control.words else "itself"
        for words, need, entity in self._changes(control.known.entity, name):
            whole = f"{words} and {control.words}" if control.words else words
            target = self.shared.acting(KnownEntity(entity, self._account))
            yield EscalationMove(self.acting, whole, (need, *control.needs), target, control.condition)

    def _changes(self, entity: IamUser | IamRole, name: str) -> Iterator[tuple[str, AllowedAction, IamUser | IamRole]]:
        kind = "role" if isinstance(entity, IamRole) else "user"
        yield from self._joined(entity, name)
        yield from self._freed(entity, kind, name)
        if _ANY_POLICY in entity.policies:  # no more can be given
            return
        powerful = replace(entity, policies=(*entity.policies, _ANY_POLICY))
        groups = entity.groups if isinstance(entity, IamUser) else ()
        for step in self._steps("gives-policy", kind):
            if need := self._given(step.action, entity.arn, entity.boundary):
                yield f"gives {name} any policy", need, powerful
        for step in self._steps("gives-policy", "group") if groups else ():
            for group in groups:
                if need := self._given(step.action, group.arn, None):
                    yield f"gives its group {group.logical_id} any policy", need, powerful
        for step in self._steps("changes-policy"):
            for policy in (*entity.policies, *(policy for group in groups for policy in group.policies)):
                if policy.arn and (need := self._allowed(step.action, policy.arn)):
                    yield f"rewrites a policy of {name}", need, powerful

    def _joined(self, entity: IamUser | IamRole, name: str) -> Iterator[tuple[str, AllowedAction, IamUser | IamRole]]:
        if isinstance(entity, IamUser):
            own = {group.arn for group in entity.groups}
            for step in self._steps("joins"):
                for group in self._account.content.groups:
                    if group.arn not in own and (need := self._allowed(step.action, group.arn)):
                        member: IamUser = replace(entity, groups=(*entity.groups, group))
                        yield f"puts {name} into {group.logical_id}", need, member

    def _freed(
        self, entity: IamUser | IamRole, kind: str, name: str
    ) -> Iterator[tuple[str, AllowedAction, IamUser | IamRole]]:
        """Yield what takes away limits: a permissions boundary, and policies of their own that deny."""
        if entity.boundary is not None:
            wide = {"iam:PermissionsBoundary": self._aws_policy("AdministratorAccess")}
            for step in self._steps("takes-boundary", kind):
                if need := self._allowed(step.action, entity.arn, wide):
                    yield f"takes the permissions boundary from {name}", need, replace(entity, boundary=None)
        denying = [policy for policy in entity.policies if any(map(_denies, policy.statements))]
        if denying:
            rest = tuple(policy for policy in entity.policies if policy not in denying)
            for step in self._steps("takes-policy", kind):
                if need := self._allowed(step.action, entity.arn):
                    yield f"takes {denying[0].name}, which denies, from {name}", need, replace(entity, policies=rest)

    def _by_services(self) -> Iterator[EscalationMove]:
        """Yield the moves that let a service act: as a role that is passed to it, or that something existing has."""
        if mentions(self.acting, PASS_ROLE):
            for step in self._steps("passes-role"):
                yield from self._passed(step)
        for step in self._steps("uses"):
            for role in self.shared.trusting.get((self._account.id, step.subject), ()):
                if role.entity.arn != self.acting.known.entity.arn and (needs := self._needs(step)):
                    words = f"acts as {named(role)} through an existing {step.existing}"
                    condition = f"an existing {step.existing} has {named(role)}"
                    yield EscalationMove(self.acting, words, needs, self.shared.acting(role), condition)

    def _passed(self, step: Step) -> Iterator[EscalationMove]:
        needs = self._needs(step)
        for role, need in self._passable(step.subject) if needs else ():
            words = f"passes {named(role)} to {step.subject}"
            yield EscalationMove(self.acting, words, (need, *needs), self.shared.acting(role))

    def _passable(self, service: str) -> tuple[tuple[KnownEntity, AllowedAction], ...]:
        """Return the roles that may be passed to a service which they trust, each with what allows it."""
        if service not in self._passable_to:
            receiver: Mapping[str, ContextValue] = {"iam:PassedToService": service_principal(service)}
            trusting = self.shared.trusting.get((self._account.id, service), ())
            others = (role for role in trusting if role.entity.arn != self.acting.known.entity.arn)
            pairs = ((role, self._allowed(PASS_ROLE, role.entity.arn, receiver)) for role in others)
            self._passable_to[service] = tuple((role, need) for role, need in pairs if need)
        return self._passable_to[service]

    def _needs(self, step: Step) -> tuple[AllowedAction, ...]:
        """Return the actions that a step needs, with what allows each on something; nothing if one is not allowed."""
        every = [self._allowed(action) for action in (step.action, *step.besides)]
        if step.one_of:
            possible = [need for action in step.one_of if (need := self._allowed(action))]
            every.append(min(possible, key=lambda need: bool(need.doubt), default=None))
        needs = tuple(need for need in every if need)
        return needs if len(needs) == len(every) else ()

    def _given(self, action: str, arn: str, boundary: AttachedPolicy | None) -> AllowedAction | None:
        """Return whether a policy of great power may be given to somebody, who has that permissions boundary."""
        known: dict[str, ContextValue] = {} if boundary else {"iam:PermissionsBoundary": ()}
        if "Attach" not in action:
            return self._allowed(action, arn, known)
        contexts = ({**known, "iam:PolicyARN": self._aws_policy(name)} for name in _ADMINISTRATOR_POLICIES)
        return next(filter(None, (self._allowed(action, arn, context) for context in contexts)), None)

    def _aws_policy(self, name: str) -> str:
        return f"arn:{self.acting.known.entity.partition}:iam::aws:policy/{name}"

    def _allowed(
        self, action: str, resource: str = EVERYTHING, context: Mapping[str, ContextValue] | None = None
    ) -> AllowedAction | None:
        """Return an action with the statement that allows it, on the resource or on something; None if none does."""
        if not mentions(self.acting, action):
            return None
        asking = replace(self.acting, context=self.acting.context.with_more(context or {}))
        scope = ResourceScope(resource, self._account.id)
        decided = self.shared.decider.outcome(asking, action, scope)
        certain = next((item for item in decided.samples if item.verdict.outcome == "allowed"), None)
        if certain:
            return AllowedAction(action, certain.verdict.by)
        unknown = next((item for item in decided.samples if item.verdict.outcome == "unknown"), None)
        return AllowedAction(action, unknown.verdict.by, _doubt(asking, action)) if unknown else None


def named(known: KnownEntity) -> str:
    """Return a user or role as messages call it: a generated role by its short name."""
    return role_label(known) if isinstance(known.entity, IamRole) else known.entity.name


def _denies(statement: Statement) -> bool:
    return statement.effect == "Deny" and not statement.unread


def _doubt(acting: Acting, action: str) -> str:
    """Return what decides whether an action is allowed and nobody can know, in words."""
    boundary = acting.known.boundary
    if any(statement.unread for statement in boundary):
        return f"the permissions boundary of {named(acting.known)}, which is not known here, leaves {action}"
    statements = [item for item in (*acting.known.statements, *boundary) if not concerns(item, action).no]
    words = dict.fromkeys(words for item in statements for words in undecided(item, acting.context))
    return " and ".join([*words][:_REASONS]) or f"{action} is allowed"


def _doubt_of_hop(hop: Hop) -> str:
    words = dict.fromkeys(words for item in hop.role.as_role.trust for words in undecided(item, hop.context))
    return " and ".join([*words][:_REASONS]) or f"{named(hop.role)} may be assumed"
