"""`iamgen user verify-receipt`: check that a receipt was not changed, and that what it says holds now."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from iamgen.clock import now
from iamgen.commands.requests import Reach
from iamgen.declaration.expiry import iso
from iamgen.deploy.targets import CredentialChoice
from iamgen.errors import refuse
from iamgen.people.leaver_state import LeaverState, leaver_state, offboarding_accounts
from iamgen.people.offboarding_checks import OffboardingClaim, offboarding_checks
from iamgen.people.people_account import sign_in_to_people
from iamgen.people.plain_values import plain
from iamgen.people.receipt import Receipt, read_receipt
from iamgen.people.user_execution import utc_now
from iamgen.project import Project
from iamgen.ui.console import Console

DONE, FAULT = 0, 1
SCHEMA_VERSION = 1


@dataclass(frozen=True)
class VerifyReceiptRequest:
    """Which receipt is checked."""

    root: Path
    """The folder that has users.py."""
    file: Path
    """The receipt."""
    reach: Reach = field(default_factory=Reach)
    """Whose credentials are used."""
    as_json: bool = False
    """Whether stdout is JSON."""
    clock: Callable[[], datetime] = utc_now
    """Says what time it is."""


def _claim(receipt: Receipt, state: LeaverState) -> OffboardingClaim:
    """Return what has to hold: also in accounts that the offboarding could not look at, at all roles that they have."""
    claim = receipt.claim
    roles = {name: [role.name for role in traces.roles] for name, traces in state.traces.items()}
    return replace(claim, roles={**roles, **claim.roles})


def verify_receipt(request: VerifyReceiptRequest, console: Console) -> int:
    """Print what holds of a receipt, and return 0; 1 when something does not, or was not looked at.

    Raises IamgenError for a file that is no receipt or was changed, and for what goes wrong on the way to AWS.
    """
    receipt = read_receipt(request.file)
    if receipt.body["state"] == "begun":
        hint = f"iamgen user offboard {receipt.leaver.name} goes on from there"
        raise refuse(str(request.file), "the offboarding was interrupted, and nothing is proven", hint)
    declaration = Project.load(request.root, now()).declaration
    access = CredentialChoice(request.reach.profile, request.reach.role_arn_template)
    moment = request.clock()
    people = sign_in_to_people(declaration, access, moment)
    state = leaver_state(offboarding_accounts(people, access), receipt.leaver.name, receipt.leaver, receipt.devices)
    checks = offboarding_checks(_claim(receipt, state), state, moment)
    if request.as_json:
        body = {
            "version": SCHEMA_VERSION,
            "user": receipt.leaver.name,
            "state": receipt.body["state"],
            "at": iso(moment),
            "is_unchanged": True,
            "checks": [plain(check) for check in checks],
        }
        console.product(json.dumps(body, indent=2) + "\n")
    else:
        head = f"{request.file}: unchanged since it was written; {receipt.leaver.name}: {receipt.body['state']}"
        console.show_text("".join(f"{line}\n" for line in (head, *(check.line for check in checks))))
    return DONE if all(check.holds for check in checks) else FAULT
