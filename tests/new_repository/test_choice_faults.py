"""Choices for a new repository that hold together, and what stands for each."""

from __future__ import annotations

import pytest

from iamgen.new_repository import choices as module
from iamgen.new_repository.choice_faults import choice_faults
from iamgen.new_repository.choices import AccountChoice, NewRepository, account_of, default_person

DEV, PROD, PEOPLE = (
    AccountChoice(name, digit * 12) for name, digit in (("dev", "2"), ("prod", "3"), ("user-only", "1"))
)


@pytest.mark.parametrize(
    "accounts",
    [
        (DEV,),
        (DEV, PROD),
        (PEOPLE, PROD),
        (DEV, PROD, DEV._replace(name="user-only")),
        (DEV._replace(name="stage"), PROD),
        (PEOPLE, *(AccountChoice(f"p{number}-dev", f"{number:012}") for number in range(9))),
    ],
)
def test_these_go_together(accounts: tuple[AccountChoice, ...]) -> None:
    assert list(choice_faults(NewRepository(accounts, "cn-north-1", ("ann", "bob"), "none", "iamgen==1.2.3"))) == []


@pytest.mark.parametrize(
    ("text", "account"),
    [
        ("dev=222222222222", DEV),
        (" dev = 2222-2222 2222 ", DEV),
        ("dev=2222-2222", AccountChoice("dev", "2222-2222")),
        ("dev", AccountChoice("dev", "")),
        ("", AccountChoice("", "")),
    ],
)
def test_an_account_is_read(text: str, account: AccountChoice) -> None:
    assert account_of(text) == account


def test_an_account_without_a_name_is_refused() -> None:
    faults = list(choice_faults(NewRepository((account_of("=1"),))))
    assert [fault.where for fault in faults] == ["--account", "--account"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("dev=3333-3333-33333", "the id '3333-3333-33333' has 13 digits"),
        ("dev=2222 2222 222", "the id '2222 2222 222' has 11 digits"),
        ("dev=2222x", "the id '2222x' has other characters than digits"),
        (f"{'d' * 65}=222222222222", "the name has 65 characters"),
        ("dev=", "it has no id"),
    ],
)
def test_what_is_wrong_with_an_account_is_named(text: str, problem: str) -> None:
    assert [fault.problem for fault in choice_faults(NewRepository((account_of(text),)))] == [problem]


@pytest.mark.parametrize(("login", "person"), [("ann", "ann"), ("root", "alice"), ("a b", "alice")])
def test_the_default_person_is_whoever_begins(monkeypatch: pytest.MonkeyPatch, login: str, person: str) -> None:
    monkeypatch.setattr("getpass.getuser", lambda: login)
    assert default_person() == person
    assert module.DEFAULT_REGION == "eu-west-1"
