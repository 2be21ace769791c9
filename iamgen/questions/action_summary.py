"""Summarize which of all known actions a user or role may do, by service and access level.

Actions that the same statements are about, and that have resources of the same forms, are decided alike: one of each
such group is asked about, as `iamgen can` would ask, instead of 20,000 actions one by one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from iamgen.access.action_lists import EVERY_SERVICE
from iamgen.access.action_matrix import action_matrix
from iamgen.access.beyond_policies import NOT_UP_TO_POLICIES
from iamgen.access.documents import Statement
from iamgen.access.known_actions import KnownActions
from iamgen.access.statement_index import StatementIndex
from iamgen.questions.can import Asker
from iamgen.questions.circumstances import Acting
from iamgen.questions.decisions import Level
from iamgen.questions.demands import EVERYTHING, ResourceScope

_EVERY = frozenset({EVERYTHING, EVERY_SERVICE})
ACCESS_LEVELS = ("List", "Read", "Write", "Tagging", "Permissions management")
"""The access levels of actions, in the order in which answers have them (Service Authorization Reference)."""


@dataclass(frozen=True)
class LevelSummary:
    """Which of a service's actions of one access level are allowed."""

    allowed: tuple[str, ...]
    """The actions that are allowed on every resource that they can have, by name without the service."""
    depending: tuple[str, ...]
    """Those that are allowed on some resources, or under conditions that nobody can know before the request."""
    total: int
    """How many actions of that level the service has."""


@dataclass(frozen=True)
class ActionSummary:
    """What a user or a role may do."""

    services: Mapping[str, Mapping[str, LevelSummary]]
    """For each service of which something is allowed, what is allowed of each access level that the service has."""


@cache
def listed_actions() -> KnownActions:
    """Return every action of the list of AWS's actions."""
    from iamgen.aws.data.services import every_action

    return KnownActions.of(every_action())


def unlisted_entries(statements: Iterable[Statement]) -> tuple[str, ...]:
    """Return the entries of Action elements that mean no action of the list, each once."""
    from iamgen.aws.data.services import action_exists, services

    entries = dict.fromkeys(entry for item in statements for entry in item.actions if entry not in _EVERY)
    split = [(entry, *entry.lower().partition(":")[::2]) for entry in entries]
    return tuple(entry for entry, prefix, name in split if prefix not in services() or not action_exists(prefix, name))


def action_summary(asker: Asker, acting: Acting, owner: str = "") -> ActionSummary:
    """Return what a user or a role's session may do, in the account whose id is `owner`; empty for any account."""
    return summary_of(action_levels(asker, acting, owner))


def summary_of(levels: Mapping[str, Level]) -> ActionSummary:
    """Return the levels of actions, as `action_levels` has them, by service and access level."""
    services: dict[str, Mapping[str, LevelSummary]] = {}
    for service, of_service in _by_service(levels).items():
        services[service] = _of_service(service, of_service)
    return ActionSummary(services)


def action_levels(
    asker: Asker, acting: Acting, owner: str = "", *, left_out: frozenset[str] = frozenset()
) -> Mapping[str, Level]:
    """Return the actions, in lower case, that are allowed or may be: with yes, or that it depends; `left_out` names
    those that are not asked about."""
    known, scope = listed_actions(), ResourceScope(owner=owner)
    levels: dict[str, Level] = {}
    for item in action_matrix(acting.caller, known, EVERYTHING, acting.context).classes:
        if not _may_be_allowed(acting, known.first(item.actions)):
            continue
        for alike in _alike(action for action in known.named(item.actions) if action not in left_out):
            level = asker.outcome(acting, alike[0], scope).level
            if level != "no":
                levels |= dict.fromkeys(alike, level)
    return levels


def _may_be_allowed(acting: Acting, action: str) -> bool:
    """Return whether a statement may allow the action, or it is allowed whatever the policies say."""
    indexes = acting.caller.entity.statements.indexes
    return action in NOT_UP_TO_POLICIES or any(_allows(index, action) for index in indexes)


def _allows(index: StatementIndex, action: str) -> bool:
    return bool(index.candidates(action, principals=False)["Allow"])


def _alike(actions: Iterator[str]) -> Iterator[list[str]]:
    """Yield actions in groups that have the same forms of resources: statements that concern one concern all."""
    from iamgen.aws.data.services import resource_forms

    groups: dict[tuple[tuple[str, ...], bool], list[str]] = defaultdict(list)
    for action in actions:
        groups[resource_forms(action), action.startswith("sts:assumerole")].append(action)
    yield from groups.values()


def _by_service(levels: Mapping[str, Level]) -> Mapping[str, Mapping[str, Level]]:
    services: dict[str, dict[str, Level]] = defaultdict(dict)
    for action, level in levels.items():
        service, _, name = action.partition(":")
        services[service][name] = level
    return dict(sorted(services.items()))


def _of_service(service: str, levels: Mapping[str, Level]) -> Mapping[str, LevelSummary]:
    from iamgen.aws.data.services import access_levels, actions

    names, classed = actions(service), access_levels(service)
    return {
        access_level: LevelSummary(
            tuple(names[name] for name in listed if levels.get(name) == "yes"),
            tuple(names[name] for name in listed if levels.get(name) == "depends"),
            len(listed),
        )
        for access_level in ACCESS_LEVELS
        if (listed := sorted(name for name in names if classed[name] == access_level))
    }
