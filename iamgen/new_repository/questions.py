"""Ask at a terminal for the choices that no option has made, each until the answer is valid."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from iamgen.aws import quotas
from iamgen.declaration.kinds import USER_ONLY
from iamgen.errors import Fault
from iamgen.new_repository.choice_faults import (
    account_faults,
    id_faults,
    name_faults,
    person_faults,
    region_faults,
    requirement_faults,
    stand_ins,
)
from iamgen.new_repository.choices import CI_CHOICES, AccountChoice, NewRepository, account_of
from iamgen.similar_names import did_you_mean
from iamgen.ui.console import Console
from iamgen.ui.prompt import ask

Check = Callable[[str], Iterable[Fault]]


def ask_for_choices(
    console: Console, choices: NewRepository, defaults: NewRepository, missing: Sequence[str]
) -> NewRepository:
    """Return the choices with those that are `missing`, by the name of their field, as somebody at a terminal answers.

    Raises KeyboardInterrupt at the end of input.
    """
    if missing:
        console.note("Enter takes what stands in brackets. Nothing is written before the last answer.")
    if "accounts" in missing:
        choices = replace(choices, accounts=_accounts(console))
    if "region" in missing:
        region = _answer(console, "Region of the stacks", defaults.region, region_faults)
        choices = replace(choices, region=region)
    if "people" in missing:
        question = "User names of the people; the first looks after the accounts"
        answer = _answer(console, question, " ".join(defaults.people), _people_faults)
        choices = replace(choices, people=tuple(_words(answer)))
    if "ci" in missing:
        answer = _answer(console, "CI: github, gitlab or none", defaults.ci, _ci_faults)
        choices = replace(choices, ci=next(choice for choice in CI_CHOICES if choice == answer))
    if "requirement" in missing:
        question = "The line of requirements.txt that installs iamgen"
        choices = replace(choices, requirement=_answer(console, question, defaults.requirement, requirement_faults))
    return choices


def _accounts(console: Console) -> tuple[AccountChoice, ...]:
    """Ask for the accounts: their names by project and purpose, the id of each, and where the people are."""
    projects = _answer(console, "Projects, or none for a single set of accounts", "none", _project_faults)
    prefixes = [""] if projects == "none" else [f"{project}-" for project in _words(projects)]
    question = "The accounts of each project" if projects != "none" else "The accounts, besides that of the people"
    kinds = _words(_answer(console, question, "dev prod", lambda text: _kind_faults(text, prefixes)))
    accounts: list[AccountChoice] = []
    for name in (f"{prefix}{kind}" for prefix in prefixes for kind in kinds if kind != USER_ONLY):
        accounts.append(_account(console, name, accounts))
    return (_people_account(console, accounts), *accounts)


def _account(console: Console, name: str, earlier: Sequence[AccountChoice]) -> AccountChoice:
    def faults(text: str) -> Iterable[Fault]:
        account = account_of(f"{name}={text}")
        taken = next((other.name for other in earlier if other.id == account.id), "")
        if taken:
            return [Fault(name, f"{account.id} is the id of {taken}", "each account has an id of its own")]
        return id_faults(account)

    return account_of(f"{name}={_answer(console, f'Account id of {name}', '', faults)}")


def _people_account(console: Console, accounts: Sequence[AccountChoice]) -> AccountChoice:
    """Ask for the account that holds the people, by its id or by the name of one that stands in for it."""
    ids = {name: account.id for name in stand_ins(account.name for account in accounts) for account in accounts
           if account.name == name}  # fmt: skip

    def account(text: str) -> AccountChoice:
        return account_of(f"{USER_ONLY}={ids.get(text, text)}")

    def faults(text: str) -> Iterable[Fault]:
        if ids and text not in ids and any(letter.isalpha() for letter in text):
            problem = f"{text!r} is no account id, and no account that can hold the people beside its own purpose"
            return [Fault("", problem, f"an id has {quotas.ACCOUNT_ID} digits; the accounts are {', '.join(ids)}")]
        return account_faults((account(text), *accounts))

    question = f"Account id of {USER_ONLY}, which holds nothing but the people"
    if ids:
        console.note(f"The people have an account of their own, {USER_ONLY}, or share one for development.")
        question = f"Account id of {USER_ONLY}, or the name of that account"
    return account(_answer(console, question, next(iter(ids), ""), faults))


def _answer(console: Console, question: str, default: str, faults: Check) -> str:
    """Ask until there is nothing wrong with the answer."""
    while True:
        answer = ask(console, question, default)
        wrong = [Fault("", "an answer is needed")] if not _words(answer) else list(faults(answer))
        if not wrong:
            return answer
        for fault in wrong:
            console.note(f"{fault.problem}{'; ' if fault.hint else ''}{fault.hint}")


def _people_faults(text: str) -> Iterable[Fault]:
    return _beginning_with_names(person_faults(_words(text)))


def _beginning_with_names(faults: Iterable[Fault]) -> list[Fault]:
    """Return the faults, each beginning with the name that it is about: an answer may have several names."""
    return [fault._replace(problem=f"{fault.where.partition(' ')[2]}: {fault.problem}") for fault in faults]


def _name_faults(text: str, kind: str) -> Iterable[Fault]:
    names = _words(text)
    faults = _beginning_with_names(fault for name in names for fault in name_faults(name, kind))
    repeated = [name for name in dict.fromkeys(names) if names.count(name) > 1]
    return [*faults, *(Fault("", f"{name} is named twice") for name in repeated)]


def _project_faults(text: str) -> Iterable[Fault]:
    if "none" in _words(text) and text != "none":
        yield Fault("", "none is no project", "name the projects, or answer none alone")
    yield from _name_faults(text, "project")


def _kind_faults(text: str, prefixes: Sequence[str]) -> Iterable[Fault]:
    """Yield what is wrong with the second part of accounts' names, by itself and behind the names of projects."""
    kinds = _words(text)
    if set(kinds) == {USER_ONLY}:
        return [Fault("", "there is no account to work in", "name those besides user-only, which is asked for later")]
    longest = max((f"{prefix}{kind}" for prefix in prefixes for kind in kinds), key=len)
    return list(_name_faults(text, "account")) or list(name_faults(longest))


def _ci_faults(text: str) -> Iterable[Fault]:
    if text not in CI_CHOICES:
        yield Fault("--ci", f"there is no choice {text!r}", did_you_mean(text, CI_CHOICES, "github, gitlab or none"))


def _words(text: str) -> list[str]:
    return text.replace(",", " ").split()
