"""Write who can act as what in which account as text for people, in 80 columns."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from textwrap import wrap

from iamgen.declaration.expiry import spoken
from iamgen.questions.access_answer import AccessOverview, ActorKey
from iamgen.questions.action_summary_text import legend, summary_lines
from iamgen.questions.can_text import WIDTH, footer, step_lines
from iamgen.questions.held_roles import HeldRole, role_label
from iamgen.questions.limits import not_looked_at_of_all
from iamgen.questions.model import ActorKind
from iamgen.questions.path_steps import way_path
from iamgen.questions.who_can_text import PLURALS
from iamgen.ui.printable import printable

_BOLD, _PLAIN = "\033[1m", "\033[0m"
_FEW = 3
Line = tuple[str, bool]
"""A line, and whether it is a heading."""


def access_text(overview: AccessOverview, *, coloured: bool) -> str:
    """Return the overview of everybody or, for one person by name, what they may do."""
    lines = _of_somebody(overview) if overview.request.actor is not None else _of_everybody(overview)
    return shown_lines(lines, coloured=coloured)


def shown_lines(lines: Iterable[Line], *, coloured: bool) -> str:
    """Return lines as a text, headings in bold on a terminal."""
    written = ((printable(line), is_heading) for line, is_heading in lines)
    return "".join(
        f"{_BOLD}{line}{_PLAIN}\n" if is_heading and coloured else f"{line}\n" for line, is_heading in written
    )


def plain_lines(lines: Iterable[str]) -> Iterator[Line]:
    """Yield lines that are no headings."""
    return ((line, False) for line in lines)


def hanging(first: str, text: str, indent: int) -> list[str]:
    """Return a text wrapped into 80 columns, its further lines indented."""
    return wrap(text, WIDTH, initial_indent=first, subsequent_indent=" " * indent, break_on_hyphens=False) or [first]


def _of_everybody(overview: AccessOverview) -> Iterator[Line]:
    yield from plain_lines(hanging("", _head(overview), 0))
    by_kind: dict[ActorKind, list[ActorKey]] = defaultdict(list)
    for key in overview.by_actor:
        by_kind[key.kind].append(key)
    for kind, keys in by_kind.items():
        yield from (("", False), (PLURALS[kind], True))
        for key in keys:
            yield from plain_lines(_row(overview, key))
    if overview.unknown:
        yield from (("", False), ("named by trust policies, and not in what was read", True))
    for name, roles in overview.unknown.items():
        labels = ", ".join(f"{role_label(role)} in {role.account.name}" for role in roles)
        yield from plain_lines((*hanging("  ", name, 4), *hanging("    ", f"perhaps {labels}", 6)))
    yield from _end(overview)


def _end(overview: AccessOverview) -> Iterator[Line]:
    yield from plain_lines(("", *footer((*overview.beside_list, *not_looked_at_of_all(overview.asker.model)))))


def _head(overview: AccessOverview) -> str:
    request, model = overview.request, overview.asker.model
    role = f" as {request.role}" if request.role else ""
    here = f"in {request.account}" if request.account else f"in {_number(len(model.accounts), 'account')}"
    listed = ", ".join(account.name for account in model.accounts)
    names = f" ({listed})" if not request.account and len(listed) <= WIDTH // 2 else ""
    subject = f"who can act{role} {here}{names}: {len(overview.by_actor) or 'nobody'}"
    return subject if overview.by_actor else f"{subject}, as far as is known from {model.origin}"


def _number(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _row(overview: AccessOverview, key: ActorKey) -> Iterator[str]:
    """Yield somebody with their roles: roles on equal terms in several accounts share a line."""
    yield from hanging("  ", key.label, 4)
    accounts: dict[tuple[str, str], list[str]] = defaultdict(list)
    for held in overview.by_actor[key]:
        if held.is_role:
            accounts[_role_words(held), _terms(held)].append(held.known.account.name)
    for (role, terms), names in sorted(accounts.items()):
        yield from hanging("    ", f"{role} in {_accounts(overview, names)}{terms}", 6)
    if not accounts:
        yield "    no role: only as their own user" if overview.by_actor[key] else "    no role"


def _role_words(held: HeldRole) -> str:
    before = [f"{role_label(hop.role)} in {hop.role.account.name}" for hop in held.way.hops[:-1]]
    over = f" (by way of {', then '.join(before)})" if before else ""
    return f"{'' if held.way.is_certain else 'perhaps '}{role_label(held.known)}{over}"


def _terms(held: HeldRole) -> str:
    until = f" until {spoken(held.end)}" if held.end else ""
    return f"{until}: {held.reason}" if held.reason else until


def _accounts(overview: AccessOverview, names: Sequence[str]) -> str:
    """Return accounts in words: all of them, or all but a few, where that is shorter than their names."""
    every = [account.name for account in overview.asker.model.accounts]
    missing = [name for name in every if name not in names]
    if len(every) <= _FEW + 1 or len(missing) > _FEW or 2 * len(missing) > len(names):
        return ", ".join(_by_pattern(every, frozenset(names)))
    return f"all {len(every):,} accounts{' but ' if missing else ''}{', '.join(missing)}"


def _by_pattern(every: Sequence[str], names: frozenset[str]) -> Iterator[str]:
    """Yield the accounts, those of a kind as a pattern where all of that kind are among them, and are many."""
    kinds: dict[str, list[str]] = defaultdict(list)
    for name in every:
        kinds[name.rpartition("-")[2]].append(name)
    for kind, of_kind in kinds.items():
        if len(of_kind) > _FEW and names.issuperset(of_kind):
            yield f"*-{kind} ({len(of_kind):,} accounts)"
        else:
            yield from (name for name in of_kind if name in names)


def _of_somebody(overview: AccessOverview) -> Iterator[Line]:
    yield from plain_lines(hanging("", _sentence(overview), 0))
    for alike in _with_equal_power(overview):
        yield from (("", False), *((line, True) for line in hanging("", _as_words(alike), 2)))
        for number, held in enumerate(alike):
            yield from plain_lines(_way_lines(overview, held, is_first=number == 0))
        yield ("", False)
        yield from plain_lines(summary_lines(overview.summary(alike[0])))
    yield from plain_lines(("", *hanging("", legend(), 0)) if overview.held else ())
    yield from _end(overview)


def _sentence(overview: AccessOverview) -> str:
    request, number = overview.request, len(overview.held)
    role = f" as {request.role}" if request.role else ""
    here = f" in {request.account}" if request.account else ""
    if not number:
        return f"{request.actor} can act as nobody{role}{here}, as far as is known from {overview.asker.model.origin}"
    return f"{request.actor} can act in {_number(number, 'way')}{role}{here}"


def _with_equal_power(overview: AccessOverview) -> Iterable[list[HeldRole]]:
    """Return the ways in groups that may do the same under the same name."""
    groups: list[list[HeldRole]] = []
    for held in overview.held:
        for group in groups:
            if _is_alike(overview, group[0], held):
                group.append(held)
                break
        else:
            groups.append([held])
    return groups


def _is_alike(overview: AccessOverview, first: HeldRole, second: HeldRole) -> bool:
    is_same = _label(first) == _label(second) and first.is_role == second.is_role
    return is_same and overview.summary(first) == overview.summary(second)


def _label(held: HeldRole) -> str:
    return role_label(held.known) if held.is_role else held.known.entity.name


def _as_words(alike: Sequence[HeldRole]) -> str:
    places = ", ".join(held.known.account.name for held in alike)
    return (
        f"as {_label(alike[0])} in {places}" if alike[0].is_role else f"as themselves: {_label(alike[0])} in {places}"
    )


def _way_lines(overview: AccessOverview, held: HeldRole, *, is_first: bool) -> Iterator[str]:
    """Yield the path of a way: the first in full, of further ones the account and what is declared."""
    terms = f"{_role_words(held)} in {held.known.account.name}{_terms(held)}" if held.is_role else ""
    if is_first and held.is_role:
        yield from step_lines(way_path(held.way, overview.asker.model.granted))
    elif is_first:
        place = str(held.actor.place or held.known.place())
        yield from hanging("  ", place, 4) if place else ()
    if terms and not (is_first and held.way.is_certain and not _terms(held)):
        line = f" ({held.declared})" if held.declared and not is_first else ""
        yield from hanging("  - ", f"{terms}{line}", 4)
