"""Write what somebody may do, by service and access level, as text: services with equal power share a line."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from textwrap import wrap

from iamgen.aws.services import list_date
from iamgen.questions.action_summary import ACCESS_LEVELS, ActionSummary, LevelSummary, listed_actions
from iamgen.questions.can_text import WIDTH

_WORDS = dict(zip(ACCESS_LEVELS, ("list", "read", "write", "tagging", "permissions"), strict=True))
EVERYTHING = "everything"


def summary_lines(summary: ActionSummary) -> Iterator[str]:
    """Yield what may be done, the services with most power first."""
    groups = power_groups(summary)
    if not groups:
        yield f"  nothing of what is in the list of {list_date()}"
    for power in groups:
        names = _services(groups, power, is_complete=len(summary.services) == len(listed_actions().services))
        yield from wrap(f"  {power}: {names}", WIDTH, subsequent_indent="      ", break_on_hyphens=False)


def power_groups(summary: ActionSummary) -> Mapping[str, tuple[str, ...]]:
    """Return the services grouped by what may be done with them, in words; those with the most power come first."""
    groups: dict[str, list[str]] = defaultdict(list)
    for service, levels in summary.services.items():
        groups[_power(levels)].append(service)
    ordered = sorted(groups, key=lambda words: (words != EVERYTHING, -_weight(words), words))
    return {words: tuple(groups[words]) for words in ordered}


def legend() -> str:
    """Return what the words mean, as sentences."""
    return (
        "A part means some of the actions of that level. Perhaps means on some resources, or under conditions that "
        "nobody can know before the request. "
        f"The levels are those of the Service Authorization Reference of {list_date()}."
    )


def _services(groups: Mapping[str, tuple[str, ...]], power: str, *, is_complete: bool) -> str:
    """Return the services of a group. Where all services are in some group, the largest need not name its own."""
    names = groups[power]
    if is_complete and len(groups) > 1 and len(names) == max(map(len, groups.values())):
        return f"every other service ({len(names):,})"
    return ", ".join(names)


def _power(levels: Mapping[str, LevelSummary]) -> str:
    """Return in words what is allowed of a service: each access level as a whole, in part, or perhaps."""
    if all(len(item.allowed) == item.total for item in levels.values()):
        return EVERYTHING
    return ", ".join(words for level, item in levels.items() if (words := _of_level(_WORDS[level], item)))


def _of_level(word: str, item: LevelSummary) -> str:
    if len(item.allowed) == item.total:
        return word
    if item.allowed:
        return f"part of {word}"
    return f"perhaps {word}" if item.depending else ""


def _weight(power: str) -> int:
    """Return how much power is in words: writing and permissions before reading, the whole before a part."""
    words = power.split(", ")
    return sum(2 * (3 - len(word.split()) // 2) for word in words if word.split()[-1] in ("write", "permissions"))
