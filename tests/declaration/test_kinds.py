"""The kind of an account: by its name, by what CONST.inc states, and where it is asked for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from iamgen.declaration.accounts import Accounts, accounts
from iamgen.declaration.constants_file import parse
from iamgen.declaration.load import load
from iamgen.errors import Fault, IamgenError

MakeRepo = Callable[..., Path]
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
BASE = "GLOBAL_AWS_REGION=eu-west-1\nUSER_ONLY_AWS_ACCOUNT_ID=111111111111\nDEV_AWS_ACCOUNT_ID=222222222222\n"
USERS = 'from iamgen import *\nOPS_SERVICES = ("s3",)\nUSERS = ()\n'


def read(text: str) -> Accounts:
    constants, faults = parse(text.encode(), "CONST.inc")
    assert faults == ()
    return accounts(constants)


@pytest.mark.parametrize("kind", ["dev", "prod", "workload"])
def test_it_may_be_stated(kind: str) -> None:
    parsed = read(f"{BASE}SHOP_AWS_ACCOUNT_ID=333333333333\nSHOP_AWS_ACCOUNT_KIND={kind}\n")
    assert (parsed.faults, parsed.by_name["shop"].kind) == ((), kind)
    assert parsed.by_name["shop"].needs_approval is (kind == "prod")


def test_the_account_of_the_people_may_have_any_name() -> None:
    parsed = read(
        "GLOBAL_AWS_REGION=eu-west-1\nPEOPLE_AWS_ACCOUNT_ID=111111111111\nPEOPLE_AWS_ACCOUNT_KIND=user-only\n"
        "DEV_AWS_ACCOUNT_ID=222222222222\n"
    )
    assert parsed.faults == ()
    people, dev = parsed.by_name["people"], parsed.by_name["dev"]
    assert (people.holds_people, people.is_workload, people.needs_approval) == (True, False, True)
    assert (dev.holds_people, dev.is_workload, dev.needs_approval) == (False, True, False)
    assert parsed.aliases == {"user-only": "people"}


def test_a_pattern_leaves_out_whatever_holds_nothing_but_people(make_repo: MakeRepo) -> None:
    const = BASE.replace("USER_ONLY", "PEOPLE") + "PEOPLE_AWS_ACCOUNT_KIND=user-only\n"
    users = USERS.replace("USERS = ()", 'USERS = (User("a", {"*": "ReadR"}), User("b", {"user-only": "ReadR"}))')
    granted = load(make_repo(users, const), NOW).declaration.granted
    assert [(grant.principal.name, grant.account) for grant in granted] == [("a", "dev"), ("b", "people")]


def test_a_stand_in_is_found_by_kind_and_needs_approval() -> None:
    parsed = read(
        "GLOBAL_AWS_REGION=eu-west-1\nMAIN_AWS_ACCOUNT_ID=222222222222\nSHOP_AWS_ACCOUNT_ID=333333333333\n"
        "SHOP_AWS_ACCOUNT_KIND=prod\n"
    )
    assert parsed.faults == ()
    assert parsed.aliases == {"user-only": "main"}
    assert parsed.by_name["main"].needs_approval


@pytest.mark.parametrize(
    ("lines", "fault"),
    [
        (
            "SHOP_AWS_ACCOUNT_ID=333333333333\nSHOP_AWS_ACCOUNT_KIND=prd\n",
            ("CONST.inc:5", "SHOP_AWS_ACCOUNT_KIND: no kind of account is 'prd'", "did you mean prod?"),
        ),
        (
            "SHOP_AWS_ACCOUNT_ID=333333333333\nSHOP_AWS_ACCOUNT_KIND=\n",
            (
                "CONST.inc:5",
                "SHOP_AWS_ACCOUNT_KIND: no kind of account is ''",
                "write one of user-only, dev, prod, workload",
            ),
        ),
        (
            "SHOP_AWS_ACCOUNT_KIND=prod\n",
            ("CONST.inc:4", "SHOP_AWS_ACCOUNT_KIND: there is no SHOP_AWS_ACCOUNT_ID",
             "declare the account: SHOP_AWS_ACCOUNT_ID=…"),
        ),
        (
            "PEOPLE_AWS_ACCOUNT_ID=333333333333\nPEOPLE_AWS_ACCOUNT_KIND=user-only\n",
            ("CONST.inc:5", "people and user-only are both of the kind user-only",
             "all people live in one account: keep one of the two"),
        ),
        (
            "DEV_AWS_ACCOUNT_KIND=prod\n",
            ("CONST.inc:4", "DEV_AWS_ACCOUNT_KIND is prod, but the account's name says that it is dev",
             "remove the line, or give the account another name"),
        ),
        (
            "SHOP_PROD_AWS_ACCOUNT_ID=333333333333\nSHOP_PROD_AWS_ACCOUNT_KIND=workload\n",
            ("CONST.inc:5", "SHOP_PROD_AWS_ACCOUNT_KIND is workload, but the account's name says that it is prod",
             "remove the line, or give the account another name"),
        ),
        (
            "USER_ONLY_AWS_ACCOUNT_KIND=dev\n",
            ("CONST.inc:4", "USER_ONLY_AWS_ACCOUNT_KIND is dev, but the account's name says that it is user-only",
             "remove the line, or give the account another name"),
        ),
    ],
)  # fmt: skip
def test_what_is_refused(lines: str, fault: tuple[str, str, str], make_repo: MakeRepo) -> None:
    with pytest.raises(IamgenError) as caught:
        load(make_repo(USERS, BASE + lines), NOW)
    assert caught.value.faults == (fault,)


@pytest.mark.parametrize("lines", ["DEV_AWS_ACCOUNT_KIND=dev\n", "USER_ONLY_AWS_ACCOUNT_KIND=user-only\n"])
def test_a_kind_may_be_said_again(lines: str) -> None:
    assert read(BASE + lines).faults == ()


def test_non_prod_is_held_as_production_until_its_kind_is_stated() -> None:
    declared = f"{BASE}NON_PROD_AWS_ACCOUNT_ID=333333333333\n"
    assert read(declared).by_name["non-prod"].kind == "prod"
    stated = read(f"{declared}NON_PROD_AWS_ACCOUNT_KIND=workload\n")
    assert (stated.faults, stated.by_name["non-prod"].kind) == ((), "workload")


def warnings(root: Path) -> list[Fault]:
    return list(load(root, NOW).warnings)


@pytest.mark.parametrize(
    "name",
    ["PRODUCTION", "PRD", "LIVE", "PROD_EU", "X_PRODUCTION", "PRD1", "ACMEPROD", "EU_LIVE_2", "PRODEU", "PROD_TEST"],
)
def test_a_name_that_means_production_is_asked_about(name: str, make_repo: MakeRepo) -> None:
    const = f"{BASE}{name}_AWS_ACCOUNT_ID=333333333333\n"
    account = name.lower().replace("_", "-")
    assert warnings(make_repo(USERS, const)) == [
        (
            "CONST.inc:4",
            f"{account} looks like production by its name, but is treated as a dev account is",
            f"write {name}_AWS_ACCOUNT_KIND=prod, or =workload if it is not",
        )
    ]
    for kind in ("prod", "workload"):
        assert warnings(make_repo(USERS, f"{const}{name}_AWS_ACCOUNT_KIND={kind}\n", kind)) == []


@pytest.mark.parametrize(
    "name",
    ["NONPROD", "NON_PRODUCTION", "PREPROD", "PRE_LIVE", "PRODUCT", "DELIVERY", "OLIVE", "SHOP_PROD", "A1", "LIVE_DEV"],
)
def test_other_names_are_not(name: str, make_repo: MakeRepo) -> None:
    assert warnings(make_repo(USERS, f"{BASE}{name}_AWS_ACCOUNT_ID=333333333333\n")) == []


def test_a_misspelt_kind_is_told(make_repo: MakeRepo) -> None:
    const = f"{BASE}SHOP_AWS_ACCOUNT_ID=333333333333\nSHOP_AWS_ACOUNT_KIND=prod\n"
    assert warnings(make_repo(USERS, const)) == [
        (
            "CONST.inc:5",
            "SHOP_AWS_ACOUNT_KIND has a kind of account, but states no account's kind",
            "a kind is stated by a name that ends in _AWS_ACCOUNT_KIND",
        )
    ]
