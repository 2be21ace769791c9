"""Stopping updates: asked, in every account whatever becomes of one, and told how it ended."""

from __future__ import annotations

import io
import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from iamgen.aws_client.clients import Clients, Credentials
from iamgen.commands.deploy_cancel import CancelRequest, cancel_deployments
from iamgen.commands.requests import Consent, Output, Reach
from iamgen.deploy.order import Order
from iamgen.errors import Fault, IamgenError, refuse
from iamgen.ui.console import Console

MakeRepo = Callable[..., Path]
Iamgen = Callable[..., subprocess.CompletedProcess[str]]
WHERE = {"user-only": "user-only (111111111111)", "dev": "dev (222222222222)", "prod": "prod (333333333333)"}
BACK = "UPDATE_ROLLBACK_COMPLETE"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Accounts:
    """Accounts in a state each, and how their updates end when they are stopped; None is refused."""

    def __init__(self, root: Path) -> None:
        self.root, self.states, self.ends = root, dict.fromkeys(WHERE.values(), ""), dict.fromkeys(WHERE.values(), BACK)
        self.stopped: list[str] = []

    def under_way(self, order: Order, _clients: Clients) -> str:
        return self.states[order.where]

    def cancel(self, order: Order, *_: object) -> str:
        self.stopped.append(order.where)
        if not self.ends[order.where]:
            raise refuse(order.where, "AWS stops only updates")
        return self.ends[order.where]

    def run(self, *accounts: str, answer: str | None = None, **options: Any) -> tuple[int, str, str]:
        out, err = io.StringIO(), io.StringIO() if answer is None else Terminal()
        console = Console(out, err, coloured=False, answers=Terminal(f"{answer}\n") if answer else io.StringIO())
        consent = Consent(options.get("yes", answer is None), options.get("dry_run", False))
        output = Output(options.get("as_json", False), options.get("exit_code", False))
        request = CancelRequest(self.root, Reach(accounts, not accounts, None, None), consent, output)
        return cancel_deployments(request, console), out.getvalue(), err.getvalue()


@pytest.fixture
def accounts(make_repo: MakeRepo, monkeypatch: pytest.MonkeyPatch) -> Accounts:
    result = Accounts(make_repo())
    for name in ("under_way", "cancel"):
        monkeypatch.setattr(f"iamgen.commands.deploy_cancel.{name}", getattr(result, name))
    monkeypatch.setattr("iamgen.deploy.targets.connect", lambda *_: Clients(lambda _: None, Credentials(), "eu-west-1"))
    return result


def test_nothing_is_under_way(accounts: Accounts) -> None:
    assert accounts.run("dev") == (0, "", "dev (222222222222): nothing is under way\n")
    assert accounts.stopped == []


def test_an_update_is_stopped(accounts: Accounts) -> None:
    accounts.states[WHERE["dev"]] = "UPDATE_IN_PROGRESS"
    code, _, err = accounts.run("dev", answer="y")
    assert (code, accounts.stopped) == (0, [WHERE["dev"]])
    assert "dev (222222222222): UPDATE_IN_PROGRESS\nStop the update of the stack infra in dev (22" in err
    assert err.endswith("dev (222222222222): UPDATE_ROLLBACK_COMPLETE\n")


@pytest.mark.parametrize("options", [{"dry_run": True}, {"answer": "n"}])
def test_nothing_is_stopped_without_a_yes(accounts: Accounts, options: dict[str, Any]) -> None:
    accounts.states[WHERE["dev"]] = "UPDATE_IN_PROGRESS"
    assert accounts.run("dev", **options)[0] == 0
    code, _, err = accounts.run("dev", **options, exit_code=True)
    assert (code, err.endswith("[y/N] nothing was stopped\n")) == (4, "answer" in options)
    assert accounts.stopped == []


def test_the_question_names_production(accounts: Accounts) -> None:
    accounts.states = dict.fromkeys(WHERE.values(), "UPDATE_IN_PROGRESS")
    err = accounts.run(answer="n")[2]
    assert "infra in user-only (111111111111), dev (222222222222), prod (production, 333333333333)? [y/N] " in err


def test_nobody_is_there_to_ask(accounts: Accounts) -> None:
    with pytest.raises(IamgenError, match="there is no terminal to ask on"):
        accounts.run("dev", yes=False)
    code, _, err = accounts.run("dev", yes=False, dry_run=True)
    assert (code, err) == (0, "dev (222222222222): nothing is under way\n")


def test_one_that_cannot_be_stopped_leaves_the_others_stopped(accounts: Accounts) -> None:
    accounts.states = dict.fromkeys(WHERE.values(), "UPDATE_IN_PROGRESS")
    accounts.ends[WHERE["user-only"]] = ""
    code, out, err = accounts.run(as_json=True)
    assert (code, set(accounts.stopped)) == (1, set(WHERE.values()))
    assert err.endswith(
        "error: user-only (111111111111): AWS stops only updates\n"
        "dev (222222222222): UPDATE_ROLLBACK_COMPLETE\nprod (333333333333): UPDATE_ROLLBACK_COMPLETE\n"
    )
    document = {load["account"]: load for load in json.loads(out)["accounts"]}
    assert document["dev"] == {
        "account": "dev",
        "account_id": "222222222222",
        "stack": "infra",
        "before": "UPDATE_IN_PROGRESS",
        "after": "UPDATE_ROLLBACK_COMPLETE",
    }
    assert document["user-only"]["after"] is None
    assert [entry["what"] for entry in document["user-only"]["faults"]] == ["AWS stops only updates"]


@pytest.mark.parametrize("status", ["UPDATE_ROLLBACK_FAILED", "UPDATE_COMPLETE"])
def test_an_update_that_is_not_put_back(accounts: Accounts, status: str) -> None:
    accounts.states[WHERE["dev"]], accounts.ends[WHERE["dev"]] = "UPDATE_IN_PROGRESS", status
    code, _, err = accounts.run("dev")
    assert code == 1
    assert f"error: dev (222222222222): it was not put back as it was: {status}\n" in err


def test_an_update_that_ended_meanwhile(accounts: Accounts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("iamgen.commands.deploy_cancel.cancel", lambda *_: "")
    accounts.states[WHERE["dev"]] = "UPDATE_IN_PROGRESS"
    code, _, err = accounts.run("dev")
    assert code == 1
    assert err.endswith(
        "error: dev (222222222222): it had ended before it could be stopped\n"
        "hint: look at what there is now: iamgen deploy dev --dry-run\n"
    )


def test_an_account_that_cannot_be_looked_at(accounts: Accounts, monkeypatch: pytest.MonkeyPatch) -> None:
    def under_way(order: Order, _clients: Clients) -> str:
        if order.where == WHERE["dev"]:
            raise IamgenError([Fault(order.where, "the credentials have expired")])
        return "UPDATE_IN_PROGRESS"

    monkeypatch.setattr("iamgen.commands.deploy_cancel.under_way", under_way)
    assert accounts.run()[0] == 1
    assert set(accounts.stopped) == {WHERE["user-only"], WHERE["prod"]}


@pytest.mark.parametrize(
    ("more", "named"),
    [
        (("dev", "--repair"), "--repair"),
        (("dev", "--plan-file", "x"), "--plan-file"),
        (("--execute-plan", "x"), "--execute-plan"),
        (("dev", "--wait", "--lock-me-out"), "--wait, --lock-me-out"),
    ],
)
def test_what_does_not_go_with_it(make_repo: MakeRepo, iamgen: Iamgen, more: tuple[str, ...], named: str) -> None:
    done = iamgen(make_repo(), "deploy", "--cancel", *more)
    assert (done.returncode, done.stderr) == (
        2,
        f"error: deploy: --cancel does not go with {named}\nhint: cancel first: iamgen cancel ACCOUNT\n",
    )


def test_it_is_wired(make_repo: MakeRepo, iamgen: Iamgen) -> None:
    root = make_repo()
    done = iamgen(root, "deploy", "dev", "--cancel")
    assert (done.returncode, done.stderr.partition(":")[0]) == (1, "error")
    assert "cancel: it asks before it changes anything" in done.stderr
    assert iamgen(root, "cancel", "dev").stderr == done.stderr
