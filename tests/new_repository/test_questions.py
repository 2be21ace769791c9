"""Questions for a new repository: each is asked until the answer will do, so that no later question is without one."""

from __future__ import annotations

import io

import pytest

from iamgen.new_repository.choices import AccountChoice, NewRepository
from iamgen.new_repository.questions import ask_for_choices
from iamgen.ui.console import Console

DEFAULTS = NewRepository((), "eu-west-1", ("ann",), "github", "iamgen==1.2.3")


def answered(*answers: str) -> tuple[NewRepository, str]:
    """Return what comes of these answers to the questions about accounts, and what is seen."""
    shown = io.StringIO()
    console = Console(io.StringIO(), shown, coloured=False, answers=io.StringIO("\n".join((*answers, ""))))
    return ask_for_choices(console, NewRepository(), DEFAULTS, ["accounts", "people"]), shown.getvalue()


@pytest.mark.parametrize(
    ("answers", "refusal"),
    [
        (("none shop", "none", "dev"), "none is no project; name the projects, or answer none alone\n"),
        ((",", "", "dev"), "an answer is needed\n"),
        (("", " , ", "dev"), "an answer is needed\n"),
        (
            ("", "user-only", "dev"),
            "there is no account to work in; name those besides user-only, which is asked for later\n",
        ),
        (("", "user-only user-only", "user-only dev"), "there is no account to work in; "),
        (
            ("", "d" * 65, "dev"),
            "the name has 65 characters; an account's name has 64 at most, "
            "as folders and jobs of CI are called after it\n",
        ),
    ],
)
def test_what_would_leave_no_way_on_is_asked_again(answers: tuple[str, ...], refusal: str) -> None:
    choices, shown = answered(*answers, "222222222222", "", "ann")
    assert refusal in shown
    assert [account[:2] for account in choices.accounts] == [("user-only", "2" * 12), ("dev", "2" * 12)]


def test_the_names_of_project_and_account_together_are_not_too_long() -> None:
    choices, shown = answered("p" * 60, "prod stage", "dev", "222222222222", "", ",", "ann bob")
    assert "the name has 66 characters; " in shown
    assert choices.accounts[1] == AccountChoice(f"{'p' * 60}-dev", "222222222222")
    assert choices.people == ("ann", "bob")
