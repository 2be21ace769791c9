"""The JSON Schemas in the package, and which of them is of what a command prints as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import iamgen

PACKAGE = Path(iamgen.__file__).parent
PATHS: Mapping[str, Path] = {
    path.name.removesuffix(".schema.json"): path for path in sorted(PACKAGE.glob("*/schemas/*.schema.json"))
}
"""The schemas by their names."""

PRINTED: Mapping[tuple[str, ...], str] = {
    ("access",): "access-answer",
    ("access", "--unused"): "unused-answer",
    ("apply",): "deployment",
    ("audit",): "audit",
    ("bootstrap",): "console-links",
    ("can",): "can-answer",
    ("cancel",): "cancellation",
    ("changes",): "changes",
    ("check",): "check",
    ("deploy",): "deployment",
    ("diff",): "diff-answer",
    ("diff", "--policy"): "policy-diff",
    ("drift",): "drift",
    ("expiring",): "expiring-answer",
    ("keys", "rotate"): "keys-rotate",
    ("plan",): "deployment",
    ("promote",): "promotion",
    ("promote", "--log"): "promotion-log",
    ("release",): "release",
    ("review", "check"): "review-check",
    ("stack-set",): "stack-set",
    ("user", "create"): "user-create",
    ("user", "list"): "user-list",
    ("user", "offboard"): "offboarding",
    ("user", "rename"): "user-rename",
    ("user", "show"): "user-show",
    ("user", "verify-receipt"): "receipt-verification",
    ("who-can",): "who-can-answer",
}
"""The schema of what each command prints as JSON, also with an option that makes it something else."""

WRITTEN = {"key-file", "offboarding-receipt", "plan-file"}
"""Schemas of files that commands write."""
READ = {"policy-document", "question"}
"""Schemas of what commands read."""


@cache
def validator(name: str) -> Any:
    """Return the validator of a schema."""
    from jsonschema import Draft202012Validator, FormatChecker  # type: ignore[import-untyped]  # 100 ms

    body = json.loads(PATHS[name].read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(body)
    return Draft202012Validator(body, format_checker=FormatChecker())


def require_published(name: str, text: str) -> None:
    """Raise where JSON is not as a schema says; who gains access is of the shape of `diff-answer` wherever it is."""
    body = json.loads(text)
    validator(name).validate(body)
    if isinstance(body, dict) and isinstance(body.get("access"), dict):
        validator("diff-answer").validate(body["access"])


def schema_of_call(arguments: Sequence[str]) -> str:
    """Return the name of the schema of what a call prints; empty where it prints no JSON that has one."""
    call = list(arguments)
    is_json = "--json" in call or ("json" in call and call[call.index("json") - 1] == "--format")
    fitting = [key for key in PRINTED if is_json and tuple(call[: _words(key)]) == key[: _words(key)]]
    fitting = [key for key in fitting if set(key[_words(key) :]) <= {word.partition("=")[0] for word in call}]
    return PRINTED[max(fitting, key=len)] if fitting and "--questions" not in call else ""


def _words(key: Sequence[str]) -> int:
    """Return how many words of a key are the command's own."""
    return sum(not word.startswith("-") for word in key)
