"""Find every fault in users.py after it has been run: each type's module checks its own values."""

from __future__ import annotations

from collections.abc import Iterator

from iamgen.declaration.accounts import Accounts
from iamgen.declaration.declared_type import MisDeclared
from iamgen.declaration.service_names import ops_service_faults
from iamgen.declaration.types import ci_user, group, pipeline, policy, role, settings, user
from iamgen.declaration.users_file import Written
from iamgen.declaration.written_texts import replaced_faults

_TYPES = (settings, user, ci_user, pipeline, role, group, policy)


def faults(written: Written, accounts: Accounts) -> Iterator[MisDeclared]:
    """Yield every fault of the written declaration, held against the accounts."""
    yield from ops_service_faults(written)
    for declared_type in _TYPES:
        yield from declared_type.faults(written, accounts)
    if written.assertions:
        from iamgen.declaration import assertion_faults  # a users.py without assertions does without it

        yield from assertion_faults.faults(written, accounts)
    if written.accepted:
        from iamgen.declaration import acceptance_faults  # a users.py that accepts nothing does without it

        yield from acceptance_faults.faults(written, accounts)
    yield from replaced_faults(written)
