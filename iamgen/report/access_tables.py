"""Write who can act as what over all accounts as tables of texts and numbers, small enough for one page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from functools import cached_property

from iamgen.access.entities import IamRole
from iamgen.declaration.expiry import iso
from iamgen.questions.access_answer import AccessOverview, ActorKey
from iamgen.questions.circumstances import Circumstances
from iamgen.questions.held_roles import HeldRole, role_label
from iamgen.questions.model import Actor, ActorKind, KnownEntity
from iamgen.questions.path_steps import PathStep, way_path
from iamgen.report.interned import NumberedValues
from iamgen.report.power_classes import PowerClass, PowerClasses

NOTHING = -1
"""The number that stands for no entry of a table."""

ActorRow = tuple[str, str, int, str]
"""What somebody is, their name, the number of the account that they are in, and where they are declared."""
IdentityRow = tuple[int, str, int, int, str, str, str]
"""Whether it is a role; its short name, account, class of power, ARN and logical id; and where it is written."""
HeldRow = tuple[int, int, int, int, int, tuple[int, ...]]
"""Who, as which identity, whether for certain, the number of the end, that of the reason, and the steps of the way."""
StepRow = tuple[str, str, int, str]
"""What a step of a way is, its name, its account, and where it is written."""
FurtherRow = tuple[int, int, int]
"""A role, another that its sessions can come to act as, and whether for certain."""


@dataclass(frozen=True)
class AccessTables:
    """Who can act as what; a number means the entry of another table, counted from 0."""

    accounts: tuple[tuple[str, str], ...]
    """The accounts, each with its name and id."""
    actors: tuple[ActorRow, ...]
    """Everybody who may call AWS, by kind and name."""
    identities: tuple[IdentityRow, ...]
    """Every role, and every user as which somebody acts."""
    held: tuple[HeldRow, ...]
    """Everything as which somebody can act."""
    further: tuple[FurtherRow, ...]
    """The roles as which a role's session can come to act."""
    classes: tuple[PowerClass, ...]
    """What identities of each class of power may do."""
    steps: tuple[StepRow, ...]
    """The steps of ways."""
    ends: tuple[str, ...]
    """Moments at which somebody can no longer act as something, in ISO form."""
    reasons: tuple[str, ...]
    """Why something was granted."""
    unknown: tuple[tuple[str, tuple[int, ...]], ...]
    """Names in trust policies of which nothing is known, each with the identities that name them."""

    @classmethod
    def of(cls, overview: AccessOverview) -> AccessTables:
        """Return the tables of everybody who was asked about."""
        return _TableMaker(overview).tables()

    def plain(self) -> dict[str, object]:
        """Return them as JSON values."""
        tables = {field.name: getattr(self, field.name) for field in fields(self)}
        return {**tables, "classes": [item.plain() for item in self.classes]}


class _TableMaker:
    """Enters everything into the tables."""

    def __init__(self, overview: AccessOverview) -> None:
        self._overview, self._asker = overview, overview.asker
        self._model = overview.asker.model
        self._accounts = {account.id: number for number, account in enumerate(self._model.accounts)}
        self._classes = PowerClasses(self._asker, overview.request.circumstances)
        self._identities: dict[str, IdentityRow] = {}
        self._steps = NumberedValues[StepRow]()
        self._ends, self._reasons = NumberedValues[str](), NumberedValues[str]()

    def tables(self) -> AccessTables:
        """Return all tables."""
        for role in self._model.roles:
            self._enter(role, "role")
        actors, held = self._actors, tuple(self._held())
        further = tuple(row for role in self._model.roles for row in self._further(role))
        return AccessTables(
            accounts=tuple((account.name, account.id) for account in self._model.accounts),
            actors=actors,
            identities=tuple(self._identities.values()),
            held=held,
            further=further,
            classes=self._classes.classes(),
            steps=self._steps.values,
            ends=self._ends.values,
            reasons=self._reasons.values,
            unknown=tuple(
                (name, tuple(self._numbers[role.entity.arn] for role in roles))
                for name, roles in self._overview.unknown.items()
            ),
        )

    @cached_property
    def _places(self) -> dict[ActorKey, str]:
        """Where everybody is declared: a CI user, who is a user in several accounts, by the first of them."""
        return {ActorKey.of(actor): str(actor.place or "") for actor in reversed(self._overview.actors)}

    @property
    def _actors(self) -> tuple[ActorRow, ...]:
        return tuple(
            (key.kind, key.name, self._by_name.get(key.account, NOTHING), self._places[key])
            for key in self._overview.by_actor
        )

    @cached_property
    def _numbers(self) -> dict[str, int]:
        """The numbers of identities by their ARNs, once all of them are entered."""
        return {arn: number for number, arn in enumerate(self._identities)}

    def _held(self) -> Iterator[HeldRow]:
        listed = list(self._overview.by_actor.values())
        for held in (item for items in listed for item in items):
            self._enter(held.known, held.actor.kind)
        for number, items in enumerate(listed):
            for held in items:
                yield self._held_row(number, held)

    def _held_row(self, actor: int, held: HeldRole) -> HeldRow:
        end = self._ends.number(iso(held.end)) if held.end else NOTHING
        reason = self._reasons.number(held.reason) if held.reason else NOTHING
        steps = way_path(held.way, self._model.granted)[1:]  # the first is who acts
        numbers = tuple(self._steps.number(self._step(step)) for step in steps)
        return actor, self._numbers[held.known.entity.arn], int(held.way.is_certain), end, reason, numbers

    def _step(self, step: PathStep) -> StepRow:
        return step.kind, step.name, self._by_name.get(step.account, NOTHING), str(step.place or "")

    @cached_property
    def _by_name(self) -> dict[str, int]:
        return {account.name: number for number, account in enumerate(self._model.accounts)}

    def _enter(self, known: KnownEntity, kind: ActorKind) -> None:
        """Enter a role, or somebody's own user, unless it is there already."""
        entity = known.entity
        if entity.arn in self._identities:
            return
        is_role = isinstance(entity, IamRole)
        label = role_label(known) if is_role else entity.name
        power = self._classes.number(known, "role" if is_role else kind)
        account, place = self._accounts[known.account.id], str(known.place())
        self._identities[entity.arn] = (int(is_role), label, account, power, entity.arn, entity.logical_id, place)

    def _further(self, role: KnownEntity) -> Iterator[FurtherRow]:
        circumstances: Circumstances = self._overview.request.circumstances
        for way in self._asker.reacher.reach(Actor("role", role.entity.name, role), circumstances).ways:
            if way.hops:
                target = self._numbers[way.acting.known.entity.arn]
                yield self._numbers[role.entity.arn], target, int(way.is_certain)
