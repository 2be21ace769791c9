"""The same declaration gives the same bytes, whatever the order it was written in."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from iamgen.declaration.load import load
from iamgen.jinja.policy import documents
from iamgen.synth.build import build
from iamgen.synth.template_text import Format, text

ACCOUNTS = ("user-only", "dev", "prod", "acme-dev")
ROLES = ('"AdminR"', '"OpsR"', '"ReadR"', 'Grant("OpsR", until="2027-01-31")', 'Grant("ReadR", until="2027-02-28")')
SETTINGS = ('trust="names"', 'users="stack"', "read_guard=True", "session_name_is_user=True")

accesses = st.dictionaries(
    st.sampled_from((*ACCOUNTS, "*", "*dev")), st.lists(st.sampled_from(ROLES), max_size=3, unique=True), max_size=3
)
people = st.dictionaries(st.from_regex(r"[a-z][a-z0-9.-]{1,8}", fullmatch=True), accesses, max_size=6)
machines = st.dictionaries(st.sampled_from(("ci-1", "CI.2", "deployer")), accesses, max_size=2)
services = st.lists(st.sampled_from(("ec2", "s3", "iam", "lambda", "access-analyzer")), min_size=1, unique=True)
choices = st.lists(st.sampled_from(SETTINGS), unique=True)


def source(declared: tuple[Any, ...], random: Random) -> tuple[str, str]:
    """Return users.py and CONST.inc of a declaration, every list of it in some order."""

    def mixed(items: Any) -> list[Any]:
        return random.sample(list(items), len(list(items)))

    def entries(kind: str, users: dict[str, dict[str, list[str]]]) -> str:
        def access(item: dict[str, list[str]]) -> str:
            return ", ".join(
                f'"{key}": ({"".join(f"{role}, " for role in mixed(roles))})' for key, roles in mixed(item.items())
            )

        return "".join(f'    {kind}("{name}", {{{access(item)}}}),\n' for name, item in mixed(users.items()))

    users, ci_users, ops, chosen = declared
    text = (
        f"from iamgen import *\nOPS_SERVICES = {mixed(ops)}\nUSERS = (\n{entries('User', users)})\n"
        f"CI_USERS = (\n{entries('CIUser', ci_users)})\nSETTINGS = Settings({', '.join(mixed(chosen))})\n"
    )
    ids = {name: f"{name.upper().replace('-', '_')}_AWS_ACCOUNT_ID={n:012}\n" for n, name in enumerate(ACCOUNTS)}
    return text, "GLOBAL_AWS_REGION=eu-west-1\n" + "".join(mixed(ids.values()))


def rendered(users: str, const: str, form: Format) -> dict[str, str]:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "users.py").write_text(users)
        Path(folder, "CONST.inc").write_text(const)
        root = Path(folder).resolve()
        declaration = load(root, datetime(2026, 11, 23, tzinfo=UTC)).declaration
        own = documents(root, declaration)
        return {name: text(build(declaration, account, own), form) for name, account in declaration.accounts.items()}


@settings(deadline=None, max_examples=20)
@given(
    st.tuples(people, machines, services, choices), st.randoms(use_true_random=False), st.sampled_from(("json", "yaml"))
)
def test_order_does_not_count(declared: tuple[Any, ...], random: Random, form: Format) -> None:
    first, second = (rendered(*source(declared, random), form) for _ in range(2))
    assert first == second
