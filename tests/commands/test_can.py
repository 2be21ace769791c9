"""`iamgen can` and `iamgen who-can` as a person types them."""

from __future__ import annotations

import json
import subprocess
import sys
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
    User("bob", {"dev": "OpsR", "prod": Grant("ReadR", until="2027-01-31", reason="INC-1")}, power=True),
    User("dora@example.com", {"dev": "ReadR"}),
)
CI_USERS = (CIUser("ci", {"dev": "OpsR"}),)
PIPELINES = (Pipeline("github", repository="acme/shop", environment="prod", access={"prod": "OpsR"}),)
ROLES = (
    Role("JobR", services=("sqs",), assumed_by=("lambda.amazonaws.com",), accounts=("dev",)),
    Role("CopyR", services=("dynamodb",), assumed_by=("OpsR",), accounts=("dev",)),
)
"""
SUBJECT = "repo:acme/shop:environment:prod"


def schema(name: str) -> Draft202012Validator:
    text = files("iamgen.questions.schemas").joinpath(f"{name}.schema.json").read_text("utf-8")
    Draft202012Validator.check_schema(json.loads(text))
    return Draft202012Validator(json.loads(text))


@pytest.fixture
def root(make_repo: MakeRepo) -> Path:
    return make_repo(USERS)


@pytest.fixture
def answered(root: Path, iamgen: Iamgen) -> Callable[..., dict[str, Any]]:
    """Return what runs `can … --json` and returns the answer, held against its schema."""

    def run(*arguments: str) -> dict[str, Any]:
        done = iamgen(root, "can", *arguments, "--json")
        assert done.returncode == 0, done.stderr
        answer: dict[str, Any] = json.loads(done.stdout)
        schema("can-answer").validate(answer)
        return answer

    return run


def test_a_yes_with_its_path(root: Path, iamgen: Iamgen) -> None:
    done = iamgen(root, "can", "bob", "s3:PutObject", "--in", "dev")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(
        "yes: bob may do s3:PutObject in dev, on every resource that it can have\n\n  person "
    )
    lines = done.stdout.splitlines()
    assert max(map(len, lines)) <= 80
    kinds = [line[2:19].strip() for line in lines[2:10]]
    assert kinds == ["person", "group", "policy", "statement", "role", "trust statement", "policy", "statement"]
    assert lines[2].endswith("users.py:5")
    assert "users.py:5, dev.json:" in lines[7]
    assert lines[10:13] == ["", "conditions:", "  - with MFA"]
    rendered = iamgen(root, "render", "dev", "--no-lint").stdout.splitlines()
    assert '"s3:*"' in "".join(rendered[int(lines[9].rpartition(":")[2]) - 1 :][:5])


def test_a_no_with_what_is_missing(root: Path, iamgen: Iamgen) -> None:
    done = iamgen(root, "can", "bob", "s3:PutObject", "--in", "prod")
    assert done.returncode == 0
    (
        first,
        *_,
    ) = done.stdout.splitlines()
    assert first == "no: bob may not do s3:PutObject in prod, on any resource"
    assert "  - as infra-ReadR-333333333333 in prod: no policy allows it\n" in done.stdout
    assert "infra-OpsR-333333333333 in prod might allow it: its trust policy does not" in done.stdout
    assert "not looked at:\n  - service control policies" in done.stdout


ANSWERS = (
        (("bob", "s3:PutObject"), "yes"),
        (("bob", "s3:PutObject", "--without-mfa"), "no"),
        (("bob", "s3:PutObject", "--with-mfa"), "yes"),
        (("bob", "s3:GetObject", "--in", "prod"), "yes"),
        (("bob", "s3:GetObject", "--in", "prod", "--at-time", "2027-02-01"), "no"),
        (("bob", "s3:GetObject", "--in", "prod", "--at-time", "2027-01-31T23:59:59Z"), "yes"),
        (("bob", "iam:CreateUser", "--in", "user-only"), "yes"),
        (("alice", "iam:CreateUser", "--in", "user-only"), "no"),
        (("alice", "iam:CreateAccessKey", "--in", "user-only", "--without-mfa"), "no"),
        (("alice", "iam:EnableMFADevice", "--on", "arn:aws:iam::111111111111:user/alice", "--without-mfa"), "yes"),
        (("bob", "dynamodb:PutItem"), "yes"),  # over OpsR to CopyR
        (("bob", "dynamodb:PutItem", "--via", "self"), "no"),
        (("bob", "dynamodb:PutItem", "--via", "role/CopyR"), "yes"),
        (("bob", "dynamodb:PutItem", "--via", "OpsR"), "no"),
        (("dora@example.com", "s3:GetObject", "--in", "dev"), "yes"),
        (("dora@example.com@user-only", "s3:GetObject", "--in", "dev"), "yes"),
        (("ci", "s3:PutObject"), "yes"),
        (("ci@dev", "s3:PutObject"), "yes"),
        ((SUBJECT, "s3:PutObject"), "yes"),
        ((SUBJECT, "s3:PutObject", "--in", "dev"), "no"),
        (("lambda.amazonaws.com", "sqs:SendMessage"), "yes"),
        (("lambda.amazonaws.com", "s3:PutObject"), "no"),
        (("role/OpsR", "s3:PutObject"), "yes"),
        (("role/OpsR@dev", "dynamodb:PutItem"), "yes"),
        (("role/infra-ReadR-222222222222", "s3:PutObject"), "no"),
        (("arn:aws:iam::111111111111:user/bob", "s3:PutObject"), "yes"),
        (("arn:aws:sts::222222222222:assumed-role/infra-OpsR-222222222222/bob", "s3:PutObject"), "yes"),
        (("arn:aws:iam::444444444444:role/vendor", "s3:PutObject"), "no"),
        (("bob", "S3:putobject"), "yes"),
        (("bob", "s3:*", "--in", "dev"), "yes"),
        (("bob", "iam:*Access*", "--in", "user-only"), "yes"),
        (("alice", "iam:*AccessKey*", "--in", "user-only"), "depends"),
        (("bob", "s3:PutObject", "--on", "arn:aws:s3:::bucket/*"), "yes"),
        (("bob", "kms:Decrypt", "--on", "arn:aws:kms:eu-west-1:222222222222:key/1"), "no"),
        (("alice", "kms:Decrypt", "--on", "arn:aws:kms:eu-west-1:222222222222:key/1"), "depends"),
)  # fmt: skip


FLAGS = {"--in": "in", "--on": "on", "--via": "via", "--at-time": "at"}


def asked(arguments: tuple[str, ...]) -> str:
    """Return the question that these arguments of the command line ask, as a line of JSON."""
    fields: dict[str, Any] = {"who": arguments[0], "action": arguments[1]}
    rest = list(arguments[2:])
    while rest:
        flag = rest.pop(0)
        if flag in ("--with-mfa", "--without-mfa"):
            fields["mfa"] = flag == "--with-mfa"
        else:
            fields[FLAGS[flag]] = rest.pop(0)
    return question(**fields)


def test_answers(root: Path, iamgen: Iamgen) -> None:
    _, answers, stderr = lines_of(root, iamgen, "".join(asked(arguments) for arguments, _ in ANSWERS))
    assert stderr == ""
    given = {arguments: answer["answer"] for (arguments, _), answer in zip(ANSWERS, answers, strict=True)}
    assert given == dict(ANSWERS)


@pytest.mark.parametrize("number", [1, 4, 8, 12])
def test_options_ask_the_same(answered: Callable[..., dict[str, Any]], number: int) -> None:
    arguments, answer = ANSWERS[number]
    assert answered(*arguments)["answer"] == answer


def test_json_says_all_that_the_text_says(answered: Callable[..., dict[str, Any]]) -> None:
    yes = answered("bob", "s3:GetObject", "--in", "prod")
    assert yes["until"] == "2027-02-01T00:00:00Z"
    assert [step["kind"] for step in yes["path"]][:2] == ["person", "group"]
    assert yes["path"][5]["place"]["declared"] == "users.py:5"
    assert "with MFA" in yes["conditions"]
    assert yes["attempts"] == []
    key = answered("alice", "kms:Decrypt", "--on", "arn:aws:kms:eu-west-1:222222222222:key/1")
    assert key["allowed_by_identity"] is True
    denied = answered("alice", "iam:CreateUser", "--in", "user-only", "--without-mfa")
    assert (denied["answer"], denied["explicit"]) == ("no", True)
    assert denied["attempts"][0]["missing"][0].startswith("denied by infra-ManageOwnUserP-111111111111, ")
    context = answered("bob", "s3:PutObject", "--context", "aws:SourceIp=192.0.2.1", "--context", "aws:TagKeys=a",
                       "--context", "aws:TagKeys=b")  # fmt: skip
    assert context["question"]["context"] == {"aws:SourceIp": "192.0.2.1", "aws:TagKeys": ["a", "b"]}


UNKNOWN = (
        (("bbo", "s3:PutObject"), "bbo", "there is no such person, CI user, pipeline or service", "did you mean bob?"),
        (("bob@devv", "s3:PutObject"), "devv", "there is no such account", "did you mean dev?"),
        (("ci@prod", "s3:PutObject"), "ci@prod", "there is no such person, CI user, pipeline or service in prod", "it is in dev"),
        (("OpsR", "s3:PutObject"), "OpsR", "there is no such person, CI user, pipeline or service", "the role is meant by role/OpsR"),
        (("role/OpR", "s3:PutObject"), "role/OpR", "there is no such role", "did you mean role/OpsR?"),
        (("bob", "s3:PutObjekt"), "s3:PutObjekt", "there is no such action of s3 in the list of ", "did you mean PutObject?"),
        (("bob", "s33:PutObject"), "s33:PutObject", "the service s33 is not in the list of ", "did you mean s3?"),
        (("bob", "PutObject"), "PutObject", "is not an action", "write service:Action, such as s3:GetObject, or with wildcards s3:Get*"),
        (("bob", "s3:PutObject", "--in", "prd"), "prd", "there is no such account", "did you mean prod?"),
        (("bob", "s3:PutObject", "--on", "bucket"), "bucket", "is not an ARN", "write one such as arn:aws:s3:::bucket/key, or * for every resource"),
        (("bob", "s3:PutObject", "--on", "arn:aws-cn:s3:::b/k"), "arn:aws-cn:s3:::b/k", "is of another partition", "the accounts are in aws: arn:aws:…"),
        (("bob", "s3:PutObject", "--on", "arn:awss:s3:::b/k"), "arn:awss:s3:::b/k", "is of no partition that is known", "the accounts are in aws: arn:aws:…"),
        (("bob", "sqs:SendMessage", "--on", "arn:aws:sqs:eu-west-1:444444444444:q"), "arn:aws:sqs:eu-west-1:444444444444:q",
         "is in the account 444444444444, of which nothing is known here", "accounts are user-only (111111111111)"),
        (("bob", "sqs:SendMessage", "--on", "arn:aws:sqs:eu-west-1:44:q"), "arn:aws:sqs:eu-west-1:44:q", "'44' is no account id", "an account id has twelve digits"),
        (("bob", "s3:PutObject", "--via", "OpR"), "OpR", "there is no such role", "did you mean OpsR?"),
        (("bob", "s3:PutObject", "--via", "xyz"), "xyz", "there is no such role", "write a role's name, such as OpsR, or self to act without any role"),
        (("arn:aws:s3:::b", "s3:PutObject"), "arn:aws:s3:::b", "is not the ARN of a user, a role or a session", "such as arn:aws:iam::123456789012:user/alice"),
        (("arn:aws-cn:iam::111111111111:user/bob", "s3:PutObject"), "arn:aws-cn:iam::111111111111:user/bob", "is of another partition", "the accounts are in aws: arn:aws:…"),
        (("arn:aws:iam::111111111111:user/bbo", "s3:PutObject"), "arn:aws:iam::111111111111:user/bbo", "is no user or role of that account", "did you mean arn:aws:iam::111111111111:user/bob?"),
        (("nobody", "s3:PutObject"), "nobody", "there is no such person, CI user, pipeline or service", "write a person, CI user, pipeline's subject, role/NAME or ARN; it may be NAME@ACCOUNT"),
)  # fmt: skip


def test_what_is_not_known_is_told_with_the_nearest(root: Path, iamgen: Iamgen) -> None:
    code, answers, _ = lines_of(root, iamgen, "".join(asked(arguments) for arguments, *_ in UNKNOWN))
    assert code == 1
    for (_, where, problem, hint), answer in zip(UNKNOWN, answers, strict=True):
        (fault,) = answer["faults"]
        assert (fault["where"], fault["what"][: len(problem)], fault["hint"][: len(hint)]) == (where, problem, hint)


def test_all_faults_of_a_question_are_told_in_one_go(root: Path, iamgen: Iamgen) -> None:
    wrong = ("--on", "arn:awss:s3:::b", "--in", "prodd", "--at-time", "soon")
    done = iamgen(root, "can", "bobb", "s3:GetObjekt", *wrong, "--via", "OpR", "--context", "a", "--context", "b:c")
    assert (done.returncode, done.stdout) == (1, "")
    messages = [line.split(": ")[1] for line in done.stderr.splitlines() if line.startswith("error: ")]
    assert messages == [
        *("bobb", "s3:GetObjekt", "arn:awss:s3:::b", "prodd", "OpR"),
        *("--at-time", "--context", "--context"),
    ]
    done = iamgen(root, "who-can", "s3:GetObjekt", *wrong)
    assert (done.returncode, done.stdout) == (1, "")
    messages = [line.split(": ")[1] for line in done.stderr.splitlines() if line.startswith("error: ")]
    assert messages == ["s3:GetObjekt", "arn:awss:s3:::b", "prodd", "--at-time"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ("bbo", "s3:PutObject"),
            "error: bbo: there is no such person, CI user, pipeline or service\nhint: did you mean bob?\n",
        ),
        (
            ("bob", "s3:PutObject", "--at-time", "soon"),
            "error: --at-time: 'soon' is no time\nhint: write it as 2027-01-31T12:00:00Z\n",
        ),
        (
            ("bob", "s3:PutObject", "--context", "x"),
            "error: --context: 'x' is not KEY=VALUE\nhint: such as aws:SourceIp=192.0.2.1\n",
        ),
    ],
)
def test_faults_of_one_question(root: Path, iamgen: Iamgen, arguments: tuple[str, ...], message: str) -> None:
    done = iamgen(root, "can", *arguments)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", message)


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("can",), "can: it takes WHO and ACTION, or --questions FILE"),
        (("can", "bob"), "can: it takes WHO and ACTION, or --questions FILE"),
        (("can", "bob", "s3:*", "--questions", "-"), "can: it takes either WHO and ACTION, or --questions FILE"),
        (
            ("can", "bob", "s3:*", "--at", "HEAD", "--live"),
            "--at: --at and --live name different sources, and answers are about one",
        ),
        *(
            (
                ("can", "bob", "s3:*", option, "x"),
                f"{option}: it says how to ask AWS, and no option has AWS asked: the answer would not be about AWS",
            )
            for option in ("--profile", "--role-arn-template")
        ),
        (("who-can",), "who-can: it takes either ACTION or --admin"),
        (("who-can", "s3:*", "--admin"), "who-can: it takes either ACTION or --admin"),
        (("who-can", "--admin", "--on", "*"), "who-can: --admin is about everything, so it takes no --on"),
    ],
)
def test_usage(root: Path, iamgen: Iamgen, arguments: tuple[str, ...], problem: str) -> None:
    done = iamgen(root, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"error: {problem}\n")


def lines_of(root: Path, iamgen: Iamgen, text: str | bytes) -> tuple[int, list[dict[str, Any]], str]:
    file = root / "questions.jsonl"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    done = iamgen(root, "can", "--questions", "questions.jsonl")
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    for answer in answers:
        schema("can-answer").validate(answer)
    return done.returncode, answers, done.stderr


def question(**fields: Any) -> str:
    schema("question").validate(fields)
    return json.dumps(fields) + "\n"


def test_many_questions_are_answered_in_their_order(root: Path, iamgen: Iamgen) -> None:
    asked = [
        (question(who="bob", action="s3:PutObject", expect="yes", **{"in": "dev"}), "yes"),
        (question(who="bob", action="s3:PutObject", expect="no", **{"in": "prod"}), "no"),
        (question(who="bob", action="s3:PutObject", mfa=False), "no"),
        (question(who="bob", action="s3:PutObject", mfa="absent"), "no"),
        (question(who="bob", action="s3:PutObject", mfa=True, on="arn:aws:s3:::b/k"), "yes"),
        (question(who="bob", action="s3:GetObject", at="2027-02-01T00:00:00Z", **{"in": "prod"}), "no"),
        (question(who="bob", action="dynamodb:PutItem", via="self"), "no"),
        (question(who="bob", action="dynamodb:PutItem", via="CopyR", context={"aws:SourceIp": "192.0.2.1"}), "yes"),
        (question(who="alice", action="iam:*AccessKey*", expect="depends", **{"in": "user-only"}), "depends"),
    ]
    code, answers, stderr = lines_of(root, iamgen, "\n".join(line for line, _ in asked))
    assert (code, stderr) == (0, "")
    assert [answer["answer"] for answer in answers] == [expected for _, expected in asked]
    assert [answer["met"] for answer in answers][:3] == [True, True, None]
    assert answers[3]["question"]["mfa"] == "absent"


def test_wrong_lines_are_told_and_the_others_answered(root: Path, iamgen: Iamgen) -> None:
    good = question(who="bob", action="s3:PutObject").encode()
    wrong = [
        b"{\n",
        b"[]\n",
        b'{"who": "bob"}\n',
        b'{"who": 1, "action": "", "onn": "x", "in": 2, "mfa": 1, "expect": "maybe", "context": []}\n',
        b'{"who": "bob", "action": "s3:x", "context": {"a": 1}}\n',
        b'{"who": "bob", "action": "s3:PutObject", "at": "soon"}\n',
        b"\xff\n",
        b'{"who": "nobody", "action": "s3:PutObject"}\n',
        b'{"who": "bob", "action": "s3:PutObject", "who": "alice"}\n',
        b'{"who": "bob", "action": "s3:PutObject", "via": ""}\n',
    ]
    code, answers, stderr = lines_of(root, iamgen, good + b"\n" + good.join(wrong) + good)
    assert code == 1
    assert [answer.get("answer") for answer in answers] == ["yes", *[None, "yes"] * 10]
    assert [answer["where"] for answer in answers if "where" in answer][:2] == [
        "questions.jsonl:3",
        "questions.jsonl:5",
    ]
    for problem in (
        'questions.jsonl:5: line: is no JSON object\nhint: such as {"who": "alice", "action": "s3:GetObject"}',
        "questions.jsonl:5: line: is no JSON object",
        "questions.jsonl:7: action: is needed, as a text",
        "questions.jsonl:9: onn: is no field of a question\nhint: did you mean on?",
        "questions.jsonl:9: who: is needed, as a text",
        "questions.jsonl:9: in: is no text",
        'questions.jsonl:9: mfa: is 1\nhint: write true, false, or "absent" for long-lived keys',
        "questions.jsonl:9: expect: is 'maybe'\nhint: write one of yes, no, depends",
        'questions.jsonl:9: context: is no block of condition keys\nhint: such as {"aws:SourceIp": "192.0.2.1"}',
        "questions.jsonl:11: context: has a key or a value of another form",
        "questions.jsonl:13: at: 'soon' is no time",
        "questions.jsonl:15: line: is not UTF-8",
        "questions.jsonl:17: nobody: there is no such person, CI user, pipeline or service",
        "questions.jsonl:19: who: is there twice\nhint: leave one of them out",
        "questions.jsonl:21: via: is empty\nhint: leave it out",
    ):
        assert f"error: {problem}" in stderr


def test_an_expectation_that_is_not_met_fails(root: Path, iamgen: Iamgen) -> None:
    code, (answer,), stderr = lines_of(root, iamgen, question(who="bob", action="s3:PutObject", expect="no"))
    assert code == 1
    assert (answer["expect"], answer["met"]) == ("no", False)
    assert stderr == (
        "error: questions.jsonl:1: bob s3:PutObject: no is expected, and the answer is yes\n"
        "hint: its path, or how far it got, is in the line that was printed\n"
    )


def test_a_line_without_an_end_is_told(root: Path, iamgen: Iamgen) -> None:
    good = question(who="bob", action="s3:PutObject").encode()
    code, answers, stderr = lines_of(root, iamgen, b"x" * 3_000_000 + b"\n" + good)
    assert code == 1
    assert stderr.startswith(
        "error: questions.jsonl:1: line: is longer than 1,048,576 bytes\nhint: one question a line\n"
    )
    assert [answer.get("answer") for answer in answers] == [None, "yes"]


def test_questions_from_stdin_and_from_nowhere(root: Path, iamgen: Iamgen, environment: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "iamgen", "can", "--questions", "-"], cwd=root, env=environment, text=True, check=False,
        input=question(who="bob", action="s3:PutObject") + "x\n", capture_output=True,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.startswith("error: stdin:2: line: is no JSON: Expecting value, at its character ")
    assert len(done.stdout.splitlines()) == 2
    gone = iamgen(root, "can", "--questions", "gone.jsonl")
    assert (gone.returncode, gone.stdout) == (1, "")
    assert gone.stderr.startswith("error: gone.jsonl: cannot be read: No such file or directory")


def test_who_can(root: Path, iamgen: Iamgen) -> None:
    done = iamgen(root, "who-can", "s3:PutObject", "--in", "prod")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(
        "who may do s3:PutObject in prod: 2\n\n"
        "people\n  alice → infra-OpsR-333333333333 in prod\n      with MFA\n      users.py:4\n\n"
        f"pipelines\n  {SUBJECT} → infra-OpsR-333333333333 in prod\n"
    )
    assert max(map(len, done.stdout.splitlines())) <= 80


def test_who_can_as_json(root: Path, iamgen: Iamgen) -> None:
    for arguments in (("s3:*", "--in", "dev"), ("--admin",), ("sqs:SendMessage", "--on", "arn:aws:sqs:*:*:jobs")):
        answer = json.loads(iamgen(root, "who-can", *arguments, "--json").stdout)
        schema("who-can-answer").validate(answer)
        assert answer["holders"]
    services = [holder for holder in answer["holders"] if holder["kind"] == "service"]
    assert [(holder["name"], holder["as"]) for holder in services] == [
        ("lambda.amazonaws.com", "arn:aws:iam::222222222222:role/infra-JobR-222222222222")
    ]


def test_a_revision_is_answered_as_it_was(root: Path, iamgen: Iamgen) -> None:
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.com"]
    for arguments in (["init", "--quiet"], ["add", "--all"], ["commit", "--quiet", "-m", "one"], ["tag", "v1.0.0"]):
        subprocess.run([*git, *arguments], cwd=root, check=True)
    (root / "users.py").write_text(USERS.replace('"dev": "OpsR", "prod": Grant', '"dev": "ReadR", "prod": Grant'))
    asking = ("can", "bob", "s3:PutObject", "--in", "dev", "--json")
    assert json.loads(iamgen(root, *asking).stdout)["answer"] == "no"
    assert json.loads(iamgen(root, *asking, "--at", "v1.0.0").stdout)["answer"] == "yes"
    gone = iamgen(root, *asking, "--at", "v9")
    assert (gone.returncode, gone.stderr.splitlines()[0]) == (1, "error: v9: there is no such revision")


def test_templates_need_no_repository(root: Path, iamgen: Iamgen, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    options = []
    for account, account_id in (("user-only", "111111111111"), ("dev", "222222222222")):
        (elsewhere / f"{account}.json").write_text(iamgen(root, "render", account, "--no-lint").stdout)
        options += ["--template", f"{account_id}={account}.json"]
    done = iamgen(elsewhere, "who-can", "sqs:SendMessage", "--in", "222222222222", *options, "--json")
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert [holder["name"] for holder in answer["holders"]] == ["lambda.amazonaws.com"]  # people are in no template
    assert answer["source"] == "templates"
    wrong = iamgen(elsewhere, "who-can", "sqs:SendMessage", "--template", "dev.json")
    assert (wrong.returncode, wrong.stderr) == (
        1,
        "error: --template: 'dev.json' is not ACCOUNT_ID=FILE\nhint: such as 123456789012=prod.json\n",
    )


def test_what_is_unread_in_a_template_is_told(iamgen: Iamgen, tmp_path: Path) -> None:
    buckets = {f"Bucket{number}": {"Type": "AWS::S3::Bucket", "Properties": {}} for number in range(5)}
    (tmp_path / "t.json").write_text(json.dumps({"Resources": buckets}))
    done = iamgen(tmp_path, "who-can", "s3:GetObject", "--template", "222222222222=t.json")
    assert done.returncode == 0
    assert done.stderr.count("is of type AWS::S3::Bucket: what its own policies allow was not looked at") == 3
    assert "warning: templates: 2 more things like these were not looked at" in done.stderr
    assert "hint: --json lists them all\n" in done.stderr
    assert "in another way than by these templates are not known" in " ".join(done.stdout.split())


def test_details_are_called_as_the_declaration_calls_the_account(root: Path, iamgen: Iamgen) -> None:
    empty: dict[str, list[Any]] = {
        name: [] for name in ("UserDetailList", "GroupDetailList", "RoleDetailList", "Policies")
    }
    (root / "d.json").write_text(json.dumps(empty))
    done = iamgen(root, "who-can", "s3:GetObject", "--in", "dev", "--account-details", "222222222222=d.json")
    assert (done.returncode, done.stdout.splitlines()[0]) == (0, "who may do s3:GetObject in dev: nobody")
    both = iamgen(root, "who-can", "s3:*", "--account-details", "1=d.json", "--account-details", "222222222222=x.json")
    assert both.returncode == 1


def test_hints_of_usage(root: Path, iamgen: Iamgen) -> None:
    hints = {
        ("can", "bob", "s3:*", "--questions", "-"): "put the question into the file",
        ("can", "bob", "s3:*", "--at", "HEAD", "--live"): "ask twice, once of each",
        ("who-can",): "such as: iamgen who-can s3:PutObject",
        ("who-can", "--admin", "--on", "*"): "leave --on out",
    }
    for arguments, hint in hints.items():
        assert f"hint: {hint}\n" in iamgen(root, *arguments).stderr


def test_colour_on_a_terminal_only(root: Path, at_terminal: Any) -> None:
    code, screen = at_terminal(root, [sys.executable, "-m", "iamgen", "can", "bob", "s3:PutObject"], [], TERM="xterm")
    assert code == 0
    assert "\x1b[1;32myes\x1b[0m: bob may do" in screen


def test_the_reason_of_a_grant_is_told(root: Path, iamgen: Iamgen, answered: Callable[..., dict[str, Any]]) -> None:
    question = ("s3:GetObject", "--in", "prod")
    text = iamgen(root, "can", "bob", *question).stdout
    assert "\nreason:\n  - INC-1\n" in text
    assert answered("bob", *question)["reason"] == "INC-1"
    assert answered("alice", *question)["reason"] is None
    assert answered("bob", "s3:PutObject", "--in", "prod")["reason"] is None
    done = iamgen(root, "who-can", *question, "--json")
    holders = json.loads(done.stdout)["holders"]
    assert {holder["name"]: holder["reason"] for holder in holders} == {"alice": None, "bob": "INC-1", SUBJECT: None}
    assert "      users.py:5: INC-1\n" in iamgen(root, "who-can", *question).stdout


def test_the_reason_of_an_emergency_is_told(make_repo: MakeRepo, iamgen: Iamgen) -> None:
    emergency = 'Emergency("INC-7: the queue is stuck", until="2026-12-24", template="queue.json.j2")'
    root = make_repo(
        'from iamgen import *\nOPS_SERVICES = ("s3",)\n'
        'USERS = (User("bob", {"dev": Grant("FixR", until="2027-01-31", reason="INC-1")}),)\n'
        f'ROLES = (Role("FixR", services=("s3",), accounts=("dev",), emergency={emergency}),)\n'
    )
    statement = {"Effect": "Allow", "Action": "sqs:PurgeQueue", "Resource": "*"}
    (root / "templates" / "policies").mkdir(parents=True)
    (root / "templates" / "policies" / "queue.json.j2").write_text(
        json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    )
    done = iamgen(root, "can", "bob", "sqs:PurgeQueue", "--in", "dev")
    assert "\nreason:\n  - INC-1; INC-7: the queue is stuck\n" in done.stdout, done.stderr
    assert "\nreason:\n  - INC-1\n" in iamgen(root, "can", "bob", "s3:GetObject", "--in", "dev").stdout
