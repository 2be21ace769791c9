"""Write who may do something as text for people, in 80 columns."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import wrap

from iamgen.declaration.expiry import spoken
from iamgen.questions.can_text import WIDTH, footer
from iamgen.questions.explanation import attempt_conditions
from iamgen.questions.grant_reasons import reason_of
from iamgen.questions.holders import KINDS, POWER_OVER_IAM, AccessHolder, HolderAnswer, not_looked_at_by
from iamgen.questions.model import AccessModel, ActorKind
from iamgen.questions.unknown_principals import UNKNOWN
from iamgen.ui.printable import printable

_BOLD, _PLAIN = "\033[1m", "\033[0m"
PLURALS: dict[ActorKind, str] = {
    "person": "people",
    "role": "roles",
    "CI user": "CI users",
    "user": "users",
    "pipeline": "pipelines",
    "federated": "identity providers",
    "service": "services",
    "other account": "other accounts",
}


def who_can_text(model: AccessModel, holders: HolderAnswer, account: str | None, *, coloured: bool) -> str:
    """Return everybody who may do it, by kind."""
    lines = (printable(line) for line in _lines(model, holders, account))
    titles = {PLURALS[kind] for kind in KINDS} if coloured else set()
    return "".join(f"{_BOLD}{line}{_PLAIN}\n" if line in titles else f"{line}\n" for line in lines)


def _lines(model: AccessModel, holders: HolderAnswer, account: str | None) -> Iterator[str]:
    yield from wrap(_head(holders, account), WIDTH, break_on_hyphens=False)
    for kind in KINDS:
        of_kind = [holder for holder in holders.holders if holder.attempt.way.actor.kind == kind]
        if of_kind:
            yield from ("", PLURALS[kind])
            for holder in of_kind:
                yield from _holder(model, holder, holders)
    if holders.unknown:
        yield from ("", f"named by trust policies, and {UNKNOWN}")
    for name, roles in holders.unknown.items():
        labels = ", ".join(f"{role.entity.name} in {role.account.name}" for role in roles)
        yield from _indented(name, 2)
        yield from _indented(f"perhaps as {labels}", 6)
    if holders.of_nobody:
        yield from ("", "roles that may do it, although nobody can act as them:")
        yield from (f"  {role.entity.name} in {role.account.name}" for role in holders.of_nobody)
    yield from ("", *footer(not_looked_at_by(model, holders)))


def _indented(text: str, indent: int) -> list[str]:
    return wrap(text, WIDTH, initial_indent=" " * indent, subsequent_indent=" " * (indent + 2), break_on_hyphens=False)


def _head(holders: HolderAnswer, account: str | None) -> str:
    here = f" in {account}" if account else ""
    number = len({holder.attempt.way.actor for holder in holders.holders})
    nobody = "nobody who is known" if holders.unknown else "nobody"
    if holders.is_admin:
        return f"administrators in effect{here}: {number or nobody}"
    resource = holders.demand.scope.resource
    on = f" on {resource}" if resource != "*" else ""
    return f"who may do {holders.demand.action}{on}{here}: {number or nobody}"


def _holder(model: AccessModel, holder: AccessHolder, holders: HolderAnswer) -> Iterator[str]:
    way = holder.attempt.way
    chain = " → ".join(f"{hop.role.entity.name} in {hop.role.account.name}" for hop in way.hops)
    where = f" in {way.actor.account_name}" if way.actor.kind in ("CI user", "user") else ""
    head = f"  {way.actor.name}{where}{f' → {chain}' if chain else ''}"
    yield from wrap(head, WIDTH, subsequent_indent="    ", break_on_hyphens=False)
    details = [f"until {spoken(holder.end)}"] if holder.end else []
    details += ["perhaps"] if holder.level == "depends" else []
    details += [text for text in attempt_conditions(holder.attempt) if not text.startswith(("until ", "denied by "))]
    details += [_of_actions(holder, holders)] if len(holders.demand.actions) > 1 else []
    place = str(way.actor.place) if way.actor.place else ""
    why = ": ".join(filter(None, (place, reason_of(model, holder.attempt))))
    for text in filter(None, ("; ".join(filter(None, details)), why)):
        yield from wrap(text, WIDTH, initial_indent="      ", subsequent_indent="        ", break_on_hyphens=False)


def _of_actions(holder: AccessHolder, holders: HolderAnswer) -> str:
    total = len(holders.demand.actions)
    if holders.is_admin and len(holder.actions) == len(POWER_OVER_IAM):
        return "full power over IAM"
    if holders.is_admin:
        return f"by {', '.join(holder.actions) or 'a part of what the actions are about'}"
    return f"{len(holder.actions):,} of {total:,} actions" if len(holder.actions) < total else f"all {total:,} actions"
