"""Say how a deployment of several accounts ended: in a line, as faults, and as JSON."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path

from iamgen.deploy.declared_people import outside_groups
from iamgen.deploy.order import Order
from iamgen.deploy.plan_output import plain
from iamgen.deploy.planner import Prepared
from iamgen.deploy.several_accounts import Ends, Planned
from iamgen.errors import Fault


def not_begun(planned: Planned, names: Iterable[str], first: str, kept_plan: Path | None) -> Iterator[Fault]:
    """Yield a fault for each of these accounts that was not begun, because the `first` account failed.

    `kept_plan` is the file of the plan that was carried out; None where the plan was made for this deployment.
    """
    for name in names:
        problem = f"not begun, because {first} failed; its change set {'is kept' if kept_plan else 'is removed'}"
        again = f"mend that, and then again: iamgen apply {kept_plan}"
        hint = again if kept_plan else "deploy again when that is mended"
        yield Fault(planned.ready[name].order.where, problem, hint)


def people_outside_groups(prepared: Iterable[Prepared]) -> Iterator[Fault]:
    """Yield which declared people are not in their groups yet, of accounts that are as they should be; a repair has put
    them in."""
    for item in prepared:
        fault = outside_groups(item.people, item.order.account)
        if fault and item.inspection is None:
            yield fault


def ends_line(planned: Planned, ends: Ends) -> str:
    """Return how many accounts ended in which way; each account counts once."""
    same = len(planned.ready) - len(ends.done) - len(ends.failed) - len(ends.not_begun)
    text = f"{len(ends.done)} done, {len(ends.failed)} failed, {len(ends.not_begun)} not begun"
    text += f", {len(planned.failed)} not planned" if planned.failed else ""
    text += f", {len(planned.carried_out)} carried out already" if planned.carried_out else ""
    return text + (f", {same} with nothing to change" if same else "")


def ends_json(
    planned: Planned,
    ends: Ends,
    stays: Mapping[str, tuple[Fault, ...]],
    access: Mapping[str, object] | None = None,
) -> str:
    """Return the plans as a JSON document, with how they ended, and why where they failed. `stays` has what could not
    be removed from AWS, by account; `access` is who gains and who loses access, as JSON values."""
    accounts = [_ended(name, prepared, ends, stays.get(name, ())) for name, prepared in planned.ready.items()]
    accounts += [_carried_out(order) for order in planned.carried_out.values()]
    for name, error in planned.failed.items():
        accounts.append({"account": name, "outcome": "refused", "faults": _plain(error.faults)})
    return json.dumps({"accounts": accounts, "access": access}, indent=2) + "\n"


def _carried_out(order: Order) -> dict[str, object]:
    """Return an account in which a kept plan was carried out before, as JSON values."""
    return {
        "account": order.account.name,
        "account_id": order.account.id,
        "stack": order.stack,
        "pending": False,
        "outcome": "carried out already",
    }


def _ended(name: str, prepared: Prepared, ends: Ends, stays: tuple[Fault, ...]) -> dict[str, object]:
    outcomes: dict[str, str] = {
        **dict.fromkeys(ends.done, "done"),
        **dict.fromkeys(ends.failed, "failed"),
        **dict.fromkeys(ends.not_begun, "not begun"),
    }
    faults = (*(ends.failed[name].faults if name in ends.failed else ()), *stays)
    return {
        **plain(prepared),
        "outcome": outcomes.get(name, "planned"),
        **({"faults": _plain(faults)} if faults else {}),
    }


def _plain(faults: Collection[Fault]) -> list[dict[str, str]]:
    return [fault.plain() for fault in faults]
