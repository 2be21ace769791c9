"""Accounts by the names and patterns that somebody types."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from iamgen.declaration.account_selection import chosen
from iamgen.declaration.load import load
from iamgen.declaration.resolved import Declaration
from iamgen.errors import Fault, UsageError

MakeRepo = Callable[..., Path]
CONST = (
    "GLOBAL_AWS_REGION=eu-west-1\nUSER_ONLY_AWS_ACCOUNT_ID=111111111111\nSHOP_DEV_AWS_ACCOUNT_ID=222222222222\n"
    "SHOP_PROD_AWS_ACCOUNT_ID=333333333333\nWIKI_PROD_AWS_ACCOUNT_ID=444444444444\n"
)
USERS = """
from iamgen import User
OPS_SERVICES = ("s3",)
USERS = (User("bob", {"shop-dev": "OpsR"}),)
"""
DECLARED = "CONST.inc declares user-only, shop-dev, shop-prod, wiki-prod"


@pytest.fixture
def declaration(make_repo: MakeRepo) -> Declaration:
    return load(make_repo(USERS, CONST), datetime(2027, 1, 1, tzinfo=UTC)).declaration


@pytest.mark.parametrize(
    ("words", "names"),
    [
        (["shop-dev"], ["shop-dev"]),
        (["*-prod"], ["shop-prod", "wiki-prod"]),
        (["wiki-*", "*-prod", "shop-dev"], ["wiki-prod", "shop-prod", "shop-dev"]),
        (["*"], ["user-only", "shop-dev", "shop-prod", "wiki-prod"]),
        (["shop-???"], ["shop-dev"]),
        (["[!s]*"], ["user-only", "wiki-prod"]),
    ],
)
def test_names_and_patterns_each_account_once(declaration: Declaration, words: list[str], names: list[str]) -> None:
    assert [account.name for account in chosen(declaration, words, every=False)] == names


def test_all_accounts(declaration: Declaration) -> None:
    assert chosen(declaration, (), every=True) == chosen(declaration, ["*"], every=False)


def test_a_stand_in_is_chosen_once_under_both_its_names(make_repo: MakeRepo) -> None:
    const = CONST.replace("USER_ONLY_AWS_ACCOUNT_ID=111111111111", "USER_ONLY_AWS_ACCOUNT_ID=222222222222")
    declared = load(make_repo(USERS, const), datetime(2027, 1, 1, tzinfo=UTC)).declaration
    for words in (["user-only"], ["user-*", "shop-dev"], ["shop-dev", "user-only"]):
        assert [account.name for account in chosen(declared, words, every=False)] == ["shop-dev"]


def test_whatever_no_account_has_is_told_at_once(declaration: Declaration) -> None:
    with pytest.raises(UsageError) as raised:
        chosen(declaration, ["shop-dve", "333333333333", "x-*", "zzz"], every=False)
    assert raised.value.faults == (
        Fault("shop-dve", "there is no such account", "did you mean shop-dev?"),
        Fault("333333333333", "there is no such account", "that is the id of shop-prod: write 'shop-prod'"),
        Fault("x-*", "no account's name matches this pattern", DECLARED),
        Fault("zzz", "there is no such account", DECLARED),
    )
