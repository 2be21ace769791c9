"""Find where people differ from the declaration, and what is unsafe about the credentials of any user."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from iamgen.aws_client.clients import Client
from iamgen.deploy.revocation import OFFBOARDED_POLICY
from iamgen.people.audit_finding import AuditFinding, AuditRule
from iamgen.people.credential_report import ReportedKey, ReportedUser
from iamgen.people.declared_person import UserDifference
from iamgen.people.user_list import UserRow

OLDEST_KEY = timedelta(days=90)
"""How old an access key may be, and how long it may be unused."""
_OF_DIFFERENCES: Mapping[tuple[str, str], AuditRule] = {
    ("group", "-"): "missing-membership",
    ("group", "+"): "extra-membership",
    ("policy", "+"): "policy-on-user",
    ("inline policy", "+"): "policy-on-user",
    ("user", "-"): "missing-user",
}


def people_findings(row: UserRow, account: str, *, by_stack: bool = False) -> Iterator[AuditFinding]:
    """Yield in what somebody in the account that holds people differs from users.py. `by_stack` says that the account's
    stack makes its users, so that a repair puts right what `iamgen user create` leaves to it."""
    if row.kind == "undeclared":
        problem = f"the IAM user {row.name} is in no file"
        yield AuditFinding("undeclared-user", row.name, problem, f"iamgen user offboard {row.name}, or declare them")
    for difference in row.differences:
        rule = _OF_DIFFERENCES.get((difference.kind, difference.sign), "user-differs")
        creation = "" if by_stack else f"iamgen user create {row.name}"
        hint = _hint(rule, row.name, difference.value, creation) or f"iamgen deploy {account} --repair"
        yield AuditFinding(rule, row.name, _problem(row.name, difference), hint, _detail(rule, difference))


def _detail(rule: AuditRule, difference: UserDifference) -> str:
    if rule == "missing-user":
        return ""
    return f"{difference.kind} {difference.value}" if rule == "user-differs" else difference.value


def _problem(name: str, difference: UserDifference) -> str:
    match difference.kind, difference.sign:
        case "user", _:
            return f"users.py declares {name}, and there is no such IAM user"
        case "group", "-":
            return f"{name} is not in the group {difference.value}"
        case "group", "+":
            return f"{name} is in the group {difference.value}, and users.py does not put them there"
        case (("policy" | "inline policy"), _):
            return f"{name} has the {difference.kind} {difference.value} of their own"
    return f"the {difference.kind} of {name}: {difference.value}"


def _hint(rule: AuditRule, name: str, value: str, creation: str) -> str:
    """Return what puts a difference right; nothing where a repair does. `creation` is the command that completes a
    user, and empty where the stack does that."""
    if value == OFFBOARDED_POLICY:
        return f"it denies everything: iamgen user offboard {name} goes on, iamgen user create {name} lets them back in"
    return creation if rule in ("missing-user", "missing-membership", "user-differs") else ""


def credential_findings(name: str, user: ReportedUser, now: datetime, *, is_machine: bool) -> Iterator[AuditFinding]:
    """Yield what is unsafe about somebody's credentials, by the credential report."""
    has_key = any(key.is_active for key in user.keys) and not is_machine
    if (user.has_password or has_key) and not user.has_mfa:
        credential = "a password" if user.has_password else "an access key that works,"
        detail = "password" if user.has_password else "access key"
        problem = f"{name} has {credential} and no MFA device"
        hint = "they assign one at their first sign-in: iamgen docs first-day"
        yield AuditFinding("no-mfa", name, problem, hint, detail)
    for number, key in enumerate(user.keys, 1):
        if key.is_active and now - key.created > OLDEST_KEY:
            yield _key_finding(name, number, key, now, is_machine=is_machine)


def _key_finding(name: str, number: int, key: ReportedKey, now: datetime, *, is_machine: bool) -> AuditFinding:
    age, day = (now - key.created).days, f"{key.created:%Y-%m-%d}"
    if key.last_used is None or now - key.last_used > OLDEST_KEY:
        use = f"last used on {key.last_used:%Y-%m-%d}" if key.last_used else "never used"
        problem = f"key {number} of {name} is {age} days old and {use}"
        return AuditFinding("unused-key", name, problem, "make it inactive, and delete it a week later", day)
    hint = f"iamgen keys rotate {name}" if is_machine else f"let {name} make another, and delete this one"
    return AuditFinding("old-key", name, f"key {number} of {name} is {age} days old", hint, day)


def device_findings(iam: Client) -> Iterator[AuditFinding]:
    """Yield who has several virtual MFA devices: somebody who steals a password and a session may have added one."""
    pages = iam.get_paginator("list_virtual_mfa_devices").paginate(AssignmentStatus="Assigned")
    owners = (device.get("User", {}).get("UserName") for page in pages for device in page["VirtualMFADevices"])
    for name, count in sorted(Counter(owner for owner in owners if owner).items()):
        if count > 1:
            problem = f"{name} has {count} virtual MFA devices"
            yield AuditFinding(
                "several-devices", name, problem, f"ask {name} whether all of them are theirs", str(count)
            )
