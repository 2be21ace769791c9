"""Write a receipt as a page for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

_COUNTED = {
    "keys": "access keys",
    "mfa_devices": "MFA devices",
    "certificates": "signing certificates",
    "ssh_keys": "SSH keys",
    "service_credentials": "service credentials",
    "groups": "groups",
    "attached": "attached policies",
    "inline": "inline policies",
}


def receipt_page(body: Mapping[str, Any]) -> str:
    """Return the receipt in Markdown."""
    return "\n".join(_lines(body)) + "\n"


def _lines(body: Mapping[str, Any]) -> Iterator[str]:
    user = body["user"]
    yield f"# Offboarding of {user['name']}: {body['state']}"
    yield ""
    yield f"`{user['arn']}`, {user['id'] or 'id not known'}, in {body['account']}."
    yield from _section("What was found", _findings(body["found"]))
    for number, run in enumerate(body["runs"], 1):
        yield from _section(f"Run {number}", _run(run))
    proven = body["proven"]
    checks = (f"{_answer(check['holds'])}: {check['text']}{_detail(check['detail'])}" for check in proven["checks"])
    yield from _section(f"What was proven at {proven['at'] or 'the end: nothing yet'}", checks)
    if body["remaining"]:
        yield from _section("What is left to do", body["remaining"])


def _section(heading: str, lines: Iterator[str] | list[str]) -> Iterator[str]:
    yield from ("", f"## {heading}", "")
    yield from (f"- {line}" for line in lines)


def _answer(holds: bool | None) -> str:  # the answer itself
    return {True: "yes", False: "**no**", None: "**not looked at**"}[holds]


def _detail(text: str) -> str:
    return f" ({text})" if text else ""


def _findings(state: Mapping[str, Any]) -> Iterator[str]:
    user = state["user"]
    if user is None:
        yield "no IAM user any more"
    else:
        yield f"an IAM user, created {user['created']}, last signed in {user['last_sign_in'] or 'never'}"
        yield "a password" if user["password"] else "no password"
        for part, label in _COUNTED.items():
            names = [item if isinstance(item, str) else item.get("id") or item["serial"] for item in user[part]]
            yield f"{label}: {', '.join(f'`{name}`' for name in names) or 'none'}"
        yield f"permissions boundary: {user['boundary'] or 'none'}"
        yield from (f"not looked at: {part} ({action})" for part, action in user["not_looked_at"].items())
    for account, roles in state["trusting_roles"].items():
        if roles:
            yield f"trusted in {account} by {', '.join(roles)}"
    yield from (f"an IAM user {name} in {account}" for account, name in state["namesakes"].items())
    yield from (f"{account} was not looked at: {problem}" for account, problem in state["not_looked_at"].items())


def _run(run: Mapping[str, Any]) -> Iterator[str]:
    yield f"from {run['began']} to {run['ended'] or 'an interruption'}, by `{run['by']}`"
    for account, steps in run["steps"].items():
        yield from (f"{account}: {step['text']}: {step['state']}" for step in steps)
    yield from (f"fault: {fault['where']}: {fault['what']}" for fault in run["faults"])
