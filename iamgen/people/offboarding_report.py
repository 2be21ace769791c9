"""Write an offboarding as JSON: the output of `iamgen user offboard --json`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from iamgen.people.declared_lines import Mention
from iamgen.people.plain_values import plain
from iamgen.people.receipt_body import ReceiptEnd, ReceiptParts, plain_run_steps

SCHEMA_VERSION = 1


def plain_offboarding(
    parts: ReceiptParts, end: ReceiptEnd | None, lines: Sequence[Mention], receipt: Path | None
) -> dict[str, Any]:
    """Return an offboarding as JSON values; `end` is None where nothing was done, `receipt` where none was written."""
    return {
        "version": SCHEMA_VERSION,
        "user": parts.before.leaver.name,
        "account": parts.people.where,
        "found": plain(parts.before.user),
        "steps": plain_run_steps(parts.run),
        "not_looked_at": {name: error.faults[0].plain() for name, error in parts.before.unread.items()},
        "users_py": [plain(mention) for mention in lines],
        "checks": [plain(check) for check in end.checks] if end else [],
        "remaining": list(end.remaining) if end else [],
        "faults": [fault.plain() for fault in parts.run.faults],
        "receipt": str(receipt) if receipt else None,
        "done": end is not None,
    }
