"""Show a planned deployment as text and as JSON."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterator, Sequence

from iamgen.deploy.declared_people import DeclaredPeople
from iamgen.deploy.deployment_steps import plan_after, plan_of
from iamgen.deploy.drift import Inspection
from iamgen.deploy.effects import merged, undone
from iamgen.deploy.iam_drift import as_changes
from iamgen.deploy.order import Order
from iamgen.deploy.planner import Prepared
from iamgen.deploy.service_role import effective_service_role
from iamgen.deploy.step_text import step_text
from iamgen.deploy.undeclared import Undeclared
from iamgen.diff.change import Change
from iamgen.diff.equal_accounts import groups, without_own_id
from iamgen.diff.lines import Counts, brief, counts, plan_line, signed
from iamgen.diff.short_names import with_short_names
from iamgen.ui.plan_line import PlanLine

_NONE = Counts(0, 0, 0)


def plan_lines(prepared: Collection[Prepared], *, is_brief: bool = False) -> tuple[PlanLine, ...]:
    """Return the plans of all accounts and, in the last line, how much changes in total.

    Accounts with the same plan stand together. A brief plan names the resources, and not what changes in each.
    """
    total = sum((counts(_all_changes(item)) for item in prepared), _NONE)
    blocks = (_block(together) for together in groups(prepared, _equality))
    lines = (*(line for block in blocks for line in (*block, PlanLine(""))), plan_line(total))
    return tuple(brief(lines)) if is_brief else lines


def step_lines(prepared: Prepared) -> tuple[PlanLine, ...]:
    """Return the steps of a deployment for a person, numbered; nothing if there are none."""
    steps = plan_of(prepared).steps
    texts = [f"  {number}. {step_text(step)}" for number, step in enumerate(steps, 1)]
    head = f"{prepared.order.where}: the steps in AWS would be"
    return tuple(map(PlanLine, [head, *texts])) if texts else ()


def plain(prepared: Prepared) -> dict[str, object]:
    """Return a plan as JSON values."""
    return {
        "account": prepared.order.account.name,
        "account_id": prepared.order.account_id,
        "stack": prepared.order.stack,
        "action": _action(prepared),
        "pending": prepared.is_pending,
        **counts(_all_changes(prepared)).plain(),
        "changes": [change.plain() for change in _all_changes(prepared)],
        "tags_only": list(prepared.retagged),
        **({"service_role": _service_role(prepared)} if _service_role(prepared) else {}),
        "protection": prepared.unguarded,
        "steps": [step_text(step) for step in plan_of(prepared).steps],
        "steps_after": [step_text(step) for step in plan_after(prepared).steps] if prepared.is_pending else [],
        **(_beyond_repair(prepared.inspection) if prepared.inspection else {}),
        **_people(prepared.people),
    }


def _people(people: DeclaredPeople) -> dict[str, object]:
    """Return who of the declared people does not exist, and who was in no group when the plan was made, as JSON values;
    nothing in an account without people."""
    values = {
        "missing_people": [fault.plain() for fault in people.missing.values()],
        "outside_groups": {group: list(names) for group, names in people.outside_groups.items()},
    }
    return {name: value for name, value in values.items() if value}


def _beyond_repair(inspection: Inspection) -> dict[str, object]:
    """Return what a repair leaves as it is, as JSON values."""
    return {
        "not_looked_at": [resource.plain() for resource in inspection.unchecked],
        "undeclared_users": [user.plain() for user in inspection.undeclared],
    }


def changes(prepared: Prepared) -> tuple[Change, ...]:
    """Return what a deployment changes, including what it repairs outside of the stack."""
    rest = prepared.inspection.iam_differences if prepared.inspection else ()
    return merged(prepared.changes, map(undone, as_changes(rest, is_plan=True)))


def _all_changes(prepared: Prepared) -> tuple[Change, ...]:
    """Return what a deployment changes, after what goes with a failed stack: a resource may go and come back."""
    return (*prepared.deletions, *changes(prepared))


def _action(prepared: Prepared) -> str:
    if prepared.afresh:
        return "delete and create"
    if prepared.change_set:
        return prepared.change_set.kind.lower()
    if prepared.inspection and prepared.inspection.iam_differences:
        return "repair"
    return "protect" if prepared.unguarded else "none"


def _equality(prepared: Prepared) -> Hashable:
    """Return what two accounts share whose plans are told together."""
    order = prepared.order
    changes_in_all, deletions = (
        without_own_id(part, order.account_id) for part in (changes(prepared), prepared.deletions)
    )
    remarks_below = (prepared.retagged, *_role_lines(prepared), *_protection(prepared), *remarks(prepared.inspection))
    return _action(prepared), order.stack, order.people_account, changes_in_all, deletions, remarks_below


def _block(together: Sequence[Prepared]) -> Iterator[PlanLine]:
    """Yield the plan of accounts in which the same is done."""
    first, order = together[0], together[0].order
    is_production = any(item.order.account.is_production for item in together)
    names = ", ".join(item.order.account.in_plan for item in together)
    each = f" in each of these {len(together)} accounts" if len(together) > 1 else ""
    if not first.is_pending:
        yield PlanLine(f"{names}: nothing to change in the stack {order.stack}")
        yield from remarks(first.inspection)
        return
    text = f"{names}: {_action(first)} the stack {order.stack}{each}"
    yield PlanLine(text, tone="danger" if is_production else "heading")
    own_id = order.account_id if len(together) > 1 else ""
    if first.afresh and first.stack:
        yield PlanLine(f"{first.stack.status}: its creation failed; what is left of it is deleted first", "!")
        yield from signed(_readable(first.deletions, order, own_id))
    yield from signed(_readable(changes(first), order, own_id))
    yield from _role_lines(first)
    yield from _protection(first)
    yield from remarks(first.inspection)


def _readable(changes_in_stack: Collection[Change], order: Order, own_id: str) -> tuple[Change, ...]:
    """Return changes as a person reads them; of several accounts, whose first has the `own_id`, without their ids."""
    short = with_short_names(changes_in_stack, order.people_account)
    return without_own_id(short, own_id) if own_id else short


def _protection(prepared: Prepared) -> Iterator[PlanLine]:
    """Yield what changes beside the resources. Each deployment tags the stack anew, with the release and the commit,
    and so whatever is in it: that is worth a line only where nothing else changes."""
    if prepared.retagged and not _all_changes(prepared):
        names = ", ".join(prepared.retagged)
        yield PlanLine(f"nothing but tags changes: those of the stack, and with them those of {names}", "!")
    elif prepared.change_set and not _all_changes(prepared):
        yield PlanLine("nothing but the tags of the stack changes", "!")
    if prepared.unguarded:
        yield PlanLine("its stack policy and its protection against deletion are put back", "!")


def _role_lines(prepared: Prepared) -> Iterator[PlanLine]:
    """Yield as which role CloudFormation acts, if it does not act as the person who deploys."""
    role = _service_role(prepared)
    had = prepared.stack.service_role if prepared.stack and not prepared.afresh else ""
    if role and role != had:
        instead = f", instead of {had}" if had else ""
        yield PlanLine(f"from now on CloudFormation acts as {role} in this stack{instead}", "!")
    elif role:
        yield PlanLine(f"CloudFormation acts as {role}, which the stack keeps", "!")


def _service_role(prepared: Prepared) -> str:
    is_used = prepared.change_set is not None or prepared.afresh
    return effective_service_role(prepared.order, prepared.stack, afresh=prepared.afresh) if is_used else ""


def remarks(inspection: Inspection | None) -> Iterator[PlanLine]:
    """Yield what no repair mends: resources that nobody looked at, and users that only a person can delete."""
    if inspection:
        yield from (PlanLine(f"not looked at: {resource.text}", "!") for resource in inspection.unchecked)
        yield from (PlanLine(_with_advice(user), "!") for user in inspection.undeclared)


def _with_advice(user: Undeclared) -> str:
    advice = f": declare {user.name} in users.py, or take everything from them: iamgen user offboard {user.name}"
    return f"{user.text}{advice if user.is_drift else ''}"
