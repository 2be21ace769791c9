"""What the rules find in the golden templates: nothing, but for what a case is there to show."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from iamgen.check.inspect import Looking, inspect
from iamgen.declaration.load import load
from iamgen.jinja.policy import documents
from iamgen.synth.account_templates import texts

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "cases"
EXAMPLE = GOLDEN.parents[2]
EXPECTED = {
    EXAMPLE.name: {("prod", "W170", "users.py:19")},  # which the example ignores, with a reason
    "many-projects": {("acme-prod", "W170", "users.py:16"), ("shop-prod", "W170", "users.py:16")},
    "everything": {
        ("dev", "E108", "users.py:29"),  # a vendor's tool, without MFA
        ("dev", "W118", "users.py:19"),  # its boundary leaves all of EC2, and with it the roles of instances
        ("prod", "W118", "users.py:19"),
    },
}


@pytest.mark.parametrize("root", [EXAMPLE, *sorted(GOLDEN.iterdir())], ids=lambda path: path.name)
def test_golden_declarations_pass_every_rule(root: Path) -> None:
    declaration = load(root, datetime(2026, 11, 23, tzinfo=UTC)).declaration
    rendered = texts(declaration, declaration.accounts.values(), documents(root, declaration))
    findings = inspect(rendered.by_account, declaration, Looking(root))
    reported = {(account, item.rule, item.cause) for account, items in findings.items() for item in items}
    assert reported == EXPECTED.get(root.name, set())
