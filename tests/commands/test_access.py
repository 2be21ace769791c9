"""`iamgen access` and `iamgen expiring` as a person types them."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

Iamgen = Callable[..., subprocess.CompletedProcess[str]]
MakeRepo = Callable[..., Path]

USERS = """\
from iamgen import *
OPS_SERVICES = ("ec2", "s3")
USERS = (
    User("alice", {"dev": "AdminR", "prod": "OpsR"}),
    User("bob", {"dev": "OpsR", "prod": Grant("ReadR", until="2126-01-31", reason="INC-1: see the queue")}, power=True),
    User("carol", {"dev": Grant("ReadR", until="2026-01-31", reason="INC-0")}),
)
CI_USERS = (CIUser("ci", {"dev": "OpsR"}),)
PIPELINES = (Pipeline("github", repository="acme/shop", environment="prod", access={"prod": "OpsR"}),)
ROLES = (Role("JobR", services=("sqs",), assumed_by=("lambda.amazonaws.com",), accounts=("dev",)),)
"""


def schema(name: str) -> Draft202012Validator:
    body = json.loads(files("iamgen.questions.schemas").joinpath(f"{name}.schema.json").read_text("utf-8"))
    Draft202012Validator.check_schema(body)
    return Draft202012Validator(body)


@pytest.fixture
def root(make_repo: MakeRepo) -> Path:
    return make_repo(USERS)


@pytest.fixture
def answered(root: Path, iamgen: Iamgen) -> Callable[..., dict[str, Any]]:
    """Return what runs a command with --json and returns the answer, held against a schema."""

    def run(shape: str, *arguments: str) -> dict[str, Any]:
        done = iamgen(root, *arguments, "--json")
        assert done.returncode == 0, done.stderr
        answer: dict[str, Any] = json.loads(done.stdout)
        schema(shape).validate(answer)
        return answer

    return run


def test_everybody(root: Path, iamgen: Iamgen) -> None:
    done = iamgen(root, "access")
    assert done.returncode == 0
    assert "\033" not in done.stdout
    lines = done.stdout.splitlines()
    assert max(map(len, lines)) <= 80
    assert lines[: lines.index("not looked at:") - 1] == [
        "who can act in 3 accounts (user-only, dev, prod): 6",
        "",
        "people",
        "  alice",
        "    AdminR in dev",
        "    OpsR in prod",
        "  bob",
        "    OpsR in dev",
        "    ReadR in prod until the end of 2126-01-31 (UTC): INC-1: see the queue",
        "  carol",
        "    no role: only as their own user",
        "",
        "CI users",
        "  ci",
        "    OpsR in dev",
        "",
        "pipelines",
        "  repo:acme/shop:environment:prod",
        "    OpsR in prod",
        "",
        "services",
        "  lambda.amazonaws.com",
        "    JobR in dev",
    ]


def test_somebody_with_the_paths_and_what_they_may_do(root: Path, iamgen: Iamgen) -> None:
    done = iamgen(root, "access", "bob")
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    assert max(map(len, lines)) <= 80
    assert lines[0] == "bob can act in 3 ways"
    assert [line for line in lines if line.startswith("as ")] == [
        "as themselves: bob in user-only",
        "as OpsR in dev",
        "as ReadR in prod",
    ]
    assert "  - ReadR in prod until the end of 2126-01-31 (UTC): INC-1: see the queue" in lines
    assert sum(line.startswith("  person           bob") for line in lines) == 2
    full = [line for line in lines if line.startswith("  everything: ")]
    assert any(" s3" in line for line in full) or "s3" in done.stdout
    assert "Service Authorization Reference" in done.stdout


def test_json_of_everybody_and_of_somebody(answered: Callable[..., dict[str, Any]]) -> None:
    everybody = answered("access-answer", "access")
    assert [holder["name"] for holder in everybody["holders"]][:3] == ["alice", "bob", "carol"]
    assert all(item["services"] is None for holder in everybody["holders"] for item in holder["access"])
    (bob,) = answered("access-answer", "access", "bob")["holders"]
    own, ops, read = bob["access"]
    assert (own["role"], ops["role"], read["role"]) == (None, "OpsR", "ReadR")
    assert (read["until"], read["reason"]) == ("2126-02-01T00:00:00Z", "INC-1: see the queue")
    assert (ops["until"], ops["reason"], ops["declared"]) == (None, None, "users.py:5")
    assert [step["kind"] for step in ops["path"]][-2:] == ["role", "trust statement"]
    write = ops["services"]["s3"]["Write"]
    assert "PutObject" in write["allowed"] and len(write["allowed"]) == write["actions"]
    assert "PutObject" not in read["services"]["s3"]["Write"]["allowed"]


def test_parts(root: Path, iamgen: Iamgen) -> None:
    done = iamgen(root, "access", "--in", "prod", "--role", "OpsR")
    assert done.stdout.startswith("who can act as OpsR in prod: 2\n\npeople\n  alice\n    OpsR in prod\n\npipelines\n")
    done = iamgen(root, "access", "--in", "dev", "--role", "ReadR")
    assert done.stdout.startswith("who can act as ReadR in dev: nobody, as far as is known from users.py, as it\n")
    assert "not looked at:\n" in done.stdout
    before = iamgen(root, "access", "--in", "prod", "--role", "ReadR", "--at-time", "2126-01-31T23:59:59Z")
    after = iamgen(root, "access", "--in", "prod", "--role", "ReadR", "--at-time", "2126-02-01")
    assert ("ReadR in prod: 1\n" in before.stdout, "ReadR in prod: nobody" in after.stdout) == (True, True)


def test_unused(root: Path, iamgen: Iamgen, answered: Callable[..., dict[str, Any]]) -> None:
    done = iamgen(root, "access", "--unused")
    assert done.stdout.startswith(
        "what nobody uses, as far as is known from users.py, as it would be deployed:\n\n"
        "roles as which nobody can act: 2\n  ReadR in dev (dev.json:"
    )
    assert "\n  AdminR in prod (prod.json:" in done.stdout
    plain = answered("unused-answer", "access", "--unused", "--in", "prod")
    assert [(part["kind"], part["name"]) for part in plain["unused"]] == [("role", "AdminR")]


def test_somebody_whose_only_grant_has_ended_is_shown_without_empty_lines(root: Path, iamgen: Iamgen) -> None:
    text = iamgen(root, "access", "carol").stdout
    assert "carol can act in 1 way\n" in text
    assert "\n\n\n" not in text
    assert [line for line in text.splitlines() if line != line.rstrip()] == []


def test_expiring(root: Path, iamgen: Iamgen, answered: Callable[..., dict[str, Any]]) -> None:
    done = iamgen(root, "expiring")
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    assert max(map(len, lines)) <= 80
    assert lines[:3] == [
        "ended, but not removed yet: 1",
        "  the end of 2026-01-31 (UTC)  carol: ReadR in dev",
        "                               users.py:6: INC-0",
    ]
    assert lines[4].startswith("ends by ") and lines[4].endswith(": nothing")
    assert lines[6] == "ends later: 1, the next at the end of 2126-01-31 (UTC)"
    plain = answered("expiring-answer", "expiring", "--within", "6000w")
    assert [(item["name"], item["reason"]) for item in plain["ending"]] == [("bob", "INC-1: see the queue")]
    assert [item["name"] for item in plain["ended"]] == ["carol"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("access", "--unused", "bob"), "error: access: --unused is about everybody and every role, so it takes neither WHO nor --role\nhint: leave them out; --in ACCOUNT is possible\n"),
        (("expiring", "--within", "a month"), "error: --within: 'a month' is no span of time\nhint: write hours, days or weeks, such as 48h, 30d or 6w\n"),
        (("expiring", "--within", "999999w"), "error: --within: 999999w is too long\nhint: write a span of some years at most\n"),
    ],
)  # fmt: skip
def test_what_is_typed_wrong(root: Path, iamgen: Iamgen, arguments: tuple[str, ...], message: str) -> None:
    done = iamgen(root, *arguments)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", message)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--role", "AdmR"), "error: AdmR: there is no such role\nhint: did you mean AdminR?\n"),
        (("--unused", "--in", "prd"), "error: prd: there is no such account\nhint: did you mean prod?\n"),
        (("bobb",), "error: bobb: there is no such person, CI user, pipeline or service\nhint: did you mean bob?\n"),
    ],
)
def test_who_or_what_is_not_there(root: Path, iamgen: Iamgen, arguments: tuple[str, ...], message: str) -> None:
    done = iamgen(root, "access", *arguments)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.endswith(message)


def test_a_template_as_the_source(root: Path, iamgen: Iamgen, tmp_path: Path) -> None:
    for account in ("user-only", "prod"):
        (tmp_path / f"{account}.json").write_text(iamgen(root, "render", account, "--no-lint").stdout)
    sources = [f"--template=111111111111={tmp_path}/user-only.json", f"--template=333333333333={tmp_path}/prod.json"]
    done = iamgen(root, "access", *sources)
    assert "pipelines\n  repo:acme/shop:environment:prod\n    OpsR in prod\n" in done.stdout
    words = " ".join(done.stdout.split())
    assert (
        "named by trust policies, and not in what was read arn:aws:iam::111111111111:user/alice perhaps OpsR in prod"
        in words
    )
    assert "made in another way than\n    by these templates are not known" in done.stdout
    assert "why something was granted, which users.py alone says" in done.stdout
    assert "why something was granted" not in iamgen(root, "access").stdout
    ends = iamgen(root, "expiring", "--within", "6000w", *sources)
    words = " ".join(ends.stdout.split())
    assert "the end of 2126-01-31 (UTC) arn:aws:iam::111111111111:user/bob: trust policy of ReadR in prod" in words
    unused = iamgen(root, "access", "--unused", *sources)
    words = " ".join(unused.stdout.split())
    assert (
        "perhaps used: its trust policy names arn:aws:iam::111111111111:user/bob, which is not in what was read"
        in words
    )


def test_all_that_is_not_there_is_told_in_one_go(root: Path, iamgen: Iamgen) -> None:
    done = iamgen(root, "access", "alicia", "--in", "prodd", "--role", "OpR", "--at-time", "soon")
    assert (done.returncode, done.stdout) == (1, "")
    messages = [line.split(": ")[1] for line in done.stderr.splitlines() if line.startswith("error: ")]
    assert messages == ["alicia", "prodd", "OpR", "--at-time"]
