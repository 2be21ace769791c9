"""`iamgen check` as a person types it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from iamgen.aws.services import list_date

MakeRepo = Callable[..., Path]
Iamgen = Callable[..., subprocess.CompletedProcess[str]]

HEAD = 'from iamgen import *\nOPS_SERVICES = ("s3",)\nUSERS = (User("alice", {"dev": "OpsR"}),)\n'
TOOL = 'ROLES = (Role("ToolR", accounts="dev", mfa=False, assumed_by=("arn:aws:iam::999999999999:user/tool",)),)\n'


def test_a_sound_declaration(make_repo: MakeRepo, iamgen: Iamgen) -> None:
    root = make_repo()
    before = sorted(path.name for path in root.iterdir())
    done = iamgen(root, "check")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("no findings in 3 templates")
    _, _, rows = done.stdout.partition("The fullest quotas, and what fits besides (lengths are in characters):\n")
    assert rows.startswith("user-only ManageOwnUserP  ")
    assert "longest" not in rows  # nothing fills a name
    assert max(map(len, rows.splitlines())) <= 80
    assert sorted(path.name for path in root.iterdir()) == before


def test_every_quota_of_every_account(make_repo: MakeRepo, iamgen: Iamgen) -> None:
    shown = iamgen(make_repo(), "check", "--no-lint", "--quotas").stdout.partition(
        "Every quota, and what fits besides (lengths are in characters):\n"
    )[2]
    tables = {table.splitlines()[0]: table for table in shown.split("\n\n")}
    assert set(tables) == {"user-only", "dev", "prod"}
    for account, row in (("dev", "AdminR trust policy"), ("prod", "OpsP"), ("user-only", "AssumeRoleP")):
        assert f"\n  {row} " in tables[account]
    assert max(map(len, shown.splitlines())) <= 80


def test_a_quota_that_is_nearly_full_is_warned_about(make_repo: MakeRepo, iamgen: Iamgen) -> None:
    users = (
        'from iamgen import *\nOPS_SERVICES=("s3",)\nUSERS=[User(f"user-{n:03}", {"dev": "OpsR"}) for n in range(40)]'
    )
    done = iamgen(make_repo(users), "check", "--no-lint")
    assert done.returncode == 0
    assert done.stderr.startswith("warning: dev OpsR trust policy: ")


BAD_DECLARATIONS = {
    "a policy that AWS does not have": ('Role("DataR", managed_policies=("ReadOnlyAcess",))', "unknown-managed-policy"),
    "a service with a typo": ('Role("DataR", assumed_by=("lamda.amazonaws.com",))', "unknown-service-principal"),
    "a whole account": ('Role("DataR", assumed_by=("arn:aws:iam::999999999999:root",))', "trust-open-to-account"),
    "PassRole on everything": ('Role("DataR", policies=("TestP",))', "pass-any-role"),
}


@pytest.mark.parametrize("case", BAD_DECLARATIONS)
def test_what_a_declaration_may_not_say(case: str, make_repo: MakeRepo, iamgen: Iamgen) -> None:
    role, rule = BAD_DECLARATIONS[case]
    root = make_repo(HEAD + f'ROLES = ({role},)\nPOLICIES = (Policy("TestP", "test.json.j2"),)')
    (root / "templates/policies").mkdir(parents=True)
    (root / "templates/policies/test.json.j2").write_text(
        '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "iam:PassRole", "Resource": "*"}}'
    )
    done = iamgen(root, "check", "dev", "--no-lint")
    assert rule in done.stdout
    assert f"users.py:{5 if rule == 'pass-any-role' else 4}; https://" in done.stdout


def test_services_that_do_not_fit_into_a_policy(make_repo: MakeRepo, iamgen: Iamgen) -> None:
    users = HEAD + (
        'from iamgen.aws.services import known_services\nROLES = (Role("WideR", services=sorted(known_services())),)'
    )
    done = iamgen(make_repo(users), "render", "dev", "--no-lint")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("error: dev WideServicesP: its policy for ")
    assert "over the quota of 6,144" in done.stderr


def test_a_document_of_7000_characters(make_repo: MakeRepo, iamgen: Iamgen) -> None:
    root = make_repo(HEAD + 'POLICIES = (Policy("LongP", "long.json.j2", accounts="dev"),)')
    (root / "templates/policies").mkdir(parents=True)
    resources = ", ".join(f'"arn:aws:s3:::bucket-{n:04}"' for n in range(260))
    (root / "templates/policies/long.json.j2").write_text(
        f'{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Action": "s3:*", "Resource": [{resources}]}}]}}'
    )
    done = iamgen(root, "check", "dev", "--no-lint")
    assert (done.returncode, done.stdout) == (1, "")
    assert "error: dev LongP: its document is " in done.stderr
    assert "over the quota of 6,144" in done.stderr


def test_an_error_has_its_line_its_rule_and_exit_code_1(make_repo: MakeRepo, iamgen: Iamgen) -> None:
    root = make_repo(HEAD + TOOL)
    done = iamgen(root, "check", "--no-lint")
    assert done.returncode == 1
    assert "trust-without-mfa" in done.stdout
    assert "users.py:4" in done.stdout
    assert iamgen(root, "check", "prod", "--no-lint").returncode == 0


def test_render_runs_the_same_rules(make_repo: MakeRepo, iamgen: Iamgen) -> None:
    done = iamgen(make_repo(HEAD + TOOL), "render", "dev")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("error: users.py:4: dev Resources/ToolR/")


@pytest.mark.parametrize("rule", ["E108", "trust-without-mfa"])
def test_a_rule_may_be_ignored_once_or_for_good(rule: str, make_repo: MakeRepo, iamgen: Iamgen) -> None:
    root = make_repo(HEAD + TOOL)
    assert iamgen(root, "check", "--no-lint", "--ignore", rule).returncode == 0
    for_good = make_repo(HEAD + TOOL + f'SETTINGS = Settings(ignore={{"{rule}": "a vendor"}})', name="for-good")
    assert iamgen(for_good, "check", "--no-lint").returncode == 0
    assert iamgen(for_good, "render", "dev", "--no-cache").returncode == 0


def test_an_ignore_that_matches_nothing_any_more_is_a_warning(make_repo: MakeRepo, iamgen: Iamgen) -> None:
    root = make_repo(HEAD + 'SETTINGS = Settings(ignore={"E108": "a vendor"})')
    done = iamgen(root, "check")
    assert done.returncode == 0
    assert "unused-ignore" in done.stdout
    assert "E108 matches nothing any more" in done.stdout
    assert "unused-ignore" not in iamgen(root, "check", "dev").stdout


def test_formats(make_repo: MakeRepo, iamgen: Iamgen) -> None:
    root = make_repo(HEAD + TOOL)
    as_json = json.loads(iamgen(root, "check", "--no-lint", "--json").stdout)
    assert as_json["counts"]["error"] == 1
    assert {row["account"] for row in as_json["headroom"]} == {"user-only", "dev", "prod"}
    sarif = json.loads(iamgen(root, "check", "--no-lint", "--format", "sarif").stdout)
    assert sarif["version"] == "2.1.0"
    github = iamgen(root, "check", "--no-lint", "--format", "github").stdout
    assert github.startswith("::error file=users.py,line=4,")


def test_a_finding_without_a_line_names_the_file_as_the_stack_is_called(make_repo: MakeRepo, iamgen: Iamgen) -> None:
    root = make_repo(HEAD + 'SETTINGS = Settings(stack="access")')
    (root / "rules.txt").write_text('AWS::IAM::Role MaxSessionDuration >= 99999 ERROR "too short"\n')
    (root / ".cfnlintrc").write_text("custom_rules: rules.txt\n")
    done = iamgen(root, "check", "dev", "--format", "sarif")
    assert done.returncode == 1
    places = [
        location["physicalLocation"]["artifactLocation"]["uri"]
        for result in json.loads(done.stdout)["runs"][0]["results"]
        for location in result["locations"]
    ]
    assert set(places) == {"dev/access.json"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--ignore", "E999"], "error: --ignore E999: there is no such rule\n"),
        (["--ignore", "trust-without-mfaa"], "hint: did you mean trust-without-mfa?"),
        (["dve"], "error: dve: there is no such account\nhint: did you mean dev?\n"),
        (["dev", "--template", "x.json"], "error: check: it takes accounts or the files of templates, not both\n"),
        (["--format", "xml"], "error: iamgen check: Invalid value for '--format'"),
    ],
)
def test_wrong_usage(arguments: list[str], message: str, make_repo: MakeRepo, iamgen: Iamgen) -> None:
    root = make_repo()
    (root / "x.json").write_text("{}")
    done = iamgen(root, "check", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr


OPEN_ROLE = """\
Resources:
  Open:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: 2012-10-17
        Statement:
          - {Effect: Allow, Action: sts:AssumeRole, Principal: '*'}
      ManagedPolicyArns: [!Sub 'arn:${AWS::Partition}:iam::aws:policy/NoSuchPolicy']
"""


def test_a_template_of_another_make(tmp_path: Path, iamgen: Iamgen) -> None:
    (tmp_path / "open.yaml").write_text(OPEN_ROLE)
    (tmp_path / "fine.json").write_text('{"Resources": {"T": {"Type": "AWS::SNS::Topic"}}}')
    done = iamgen(tmp_path, "check", "--template", "open.yaml", "--template", "fine.json")
    assert done.returncode == 1
    assert "trust-open-to-anyone" in done.stdout
    assert "unknown-managed-policy" in done.stdout
    assert "in 2 templates" in done.stdout
    assert iamgen(tmp_path, "check", "open.yaml", "./fine.json").stdout.replace("./", "") == done.stdout


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"Resources:\n  A: [", "error: x.yaml:3: is no YAML"),
        (b'{"Resources":\n', "error: x.yaml:2: is no JSON"),
        (b"- a\n- b\n", "error: x.yaml: is no template: it has no Resources"),
        (b"", "error: x.yaml: is no template: it has no Resources"),
        (b"\xff\xfe", "error: x.yaml: is not UTF-8"),
        (b"Resources: &a {A: *a}", "error: x.yaml:1: refers to *a, which is not defined before it"),
        (b"Resources: !!python/object/apply:os.system ['echo hi']", "error: x.yaml:1: is no YAML"),
    ],
)
def test_what_is_no_template(content: bytes, message: str, tmp_path: Path, iamgen: Iamgen) -> None:
    (tmp_path / "x.yaml").write_bytes(content)
    done = iamgen(tmp_path, "check", "--template", "x.yaml", "--no-lint")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(message)


def test_a_configuration_beside_a_template_of_another_make_runs_nothing_and_hides_nothing(
    tmp_path: Path, iamgen: Iamgen
) -> None:
    rule = f"open({str(tmp_path / 'ran')!r}, 'w')\n"
    for folder in (tmp_path, tmp_path / "theirs"):
        (folder / "rules").mkdir(parents=True)
        (folder / "rules/own.py").write_text(rule)
        (folder / ".cfnlintrc").write_text("append_rules: [rules]\nignore_checks: [E, W]\n")
    wrong = '{"Resources": {"G": {"Type": "AWS::IAM::Group", "Properties": {"GroupNam": "x"}}}}'
    (tmp_path / "theirs/x.json").write_text(wrong)
    done = iamgen(tmp_path, "check", "--template", "theirs/x.json")
    assert done.returncode == 1
    assert "E3002" in done.stdout
    assert not (tmp_path / "ran").exists()
    for config in (".cfnlintrc", "theirs/.cfnlintrc"):
        assert (
            f"warning: {config}: does not count for --template: it could be of whoever made the template\n"
            "hint: leave rules out with --ignore\n" in done.stderr
        )


def test_what_a_template_of_another_make_leaves_out_itself_is_said(tmp_path: Path, iamgen: Iamgen) -> None:
    def ignoring(*rules: str) -> dict[str, object]:
        return {"cfn-lint": {"config": {"ignore_checks": rules}}}

    group = {"Type": "AWS::IAM::Group", "Properties": {"GroupNam": "x"}}
    body = {"Metadata": ignoring("W"), "Resources": {"G": {**group, "Metadata": ignoring("E3002")}, "H": {**group}}}
    (tmp_path / "x.json").write_text(json.dumps(body))
    done = iamgen(tmp_path, "check", "--template", "x.json")
    assert [line for line in done.stderr.splitlines() if line.startswith("warning")] == [
        'warning: x.json: its Metadata configures cfn-lint: ignore_checks ["W"]',
        'warning: x.json: its Metadata configures cfn-lint: ignore_checks ["E3002"] for G',
    ]
    assert done.stderr.count("hint: what is left out by it has not been looked at\n") == 2
    assert "Resources/H/Properties/GroupNam: E3002" in done.stdout


def test_the_last_line_says_what_no_rule_looks_at(tmp_path: Path, iamgen: Iamgen) -> None:
    kinds = {"Vpc": "AWS::EC2::VPC", "Other": "AWS::EC2::VPC", "Data": "AWS::S3::Bucket", "G": "AWS::IAM::Group"}
    body = {"Resources": {name: {"Type": kind} for name, kind in kinds.items()}}
    (tmp_path / "x.json").write_text(json.dumps(body))
    done = iamgen(tmp_path, "check", "--template", "x.json", "--no-lint")
    assert done.stdout.splitlines() == [
        "no findings in 1 template",
        "3 resources of types that are not looked at: AWS::EC2::VPC (2), AWS::S3::Bucket",
    ]
    done = iamgen(tmp_path, "check", "--template", "x.json", "--no-lint", "--format", "json")
    assert json.loads(done.stdout)["not_looked_at"] == {"AWS::EC2::VPC": 2, "AWS::S3::Bucket": 1}


def test_nothing_is_declared_about_a_template_of_another_make(tmp_path: Path, iamgen: Iamgen) -> None:
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}}
    properties = {
        "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trust]},
        "ManagedPolicyArns": ["arn:aws:iam::aws:policy/AdministratorAccess"],
    }
    (tmp_path / "x.json").write_text(
        json.dumps({"Resources": {"AdminR": {"Type": "AWS::IAM::Role", "Properties": properties}}})
    )
    done = iamgen(tmp_path, "check", "--template", "x.json", "--no-lint")
    assert "W118 undeclared-escalation: AdminR has AdministratorAccess" in done.stdout


def test_a_template_of_iamgens_own_is_checked_without_its_declaration_and_that_is_said(
    tmp_path: Path, iamgen: Iamgen
) -> None:
    body = {"Description": "infra: who may do what in dev. Made by iamgen.", "Resources": {}}
    (tmp_path / "own.json").write_text(json.dumps(body))
    done = iamgen(tmp_path, "check", "--no-lint", "own.json")
    assert done.stderr == (
        "warning: own.json: is made by iamgen, and is checked here without users.py, so that declared power is told as "
        "a fault\nhint: `iamgen check ACCOUNT` checks it with what is declared\n"
    )


def test_an_action_that_is_newer_than_the_lists_is_told_once(tmp_path: Path, iamgen: Iamgen) -> None:
    statement = {"Effect": "Allow", "Action": ["iam:AcquireRole", "account-access:List*"], "Resource": "*"}
    document = {"Version": "2012-10-17", "Statement": [statement]}
    body = {"Resources": {"P": {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": document}}}}
    (tmp_path / "x.json").write_text(json.dumps(body))
    done = iamgen(tmp_path, "check", "--template", "x.json")
    assert done.returncode == 0
    assert done.stdout.count("iam:AcquireRole") == 1
    assert (
        f"W132 unknown-action: iam:AcquireRole is not in the list of actions of {list_date()}: it is right if"
        in done.stdout
    )
    assert "W3037" not in done.stdout
    assert "account-access" not in done.stdout


def test_services_that_are_newer_than_awacs_or_than_the_list(make_repo: MakeRepo, iamgen: Iamgen) -> None:
    users = (
        "from iamgen import *\nUSERS = ()\n"
        'OPS_SERVICES = ("account-access", "signin", "newthing")\n'
        'ROLES = (Role("NewR", services=("newthing", "dynamicdb")),)\n'
    )
    done = iamgen(make_repo(users), "render", "dev")
    assert done.returncode == 0
    policies = json.loads(done.stdout)["Resources"]
    assert policies["OpsP"]["Properties"]["PolicyDocument"]["Statement"][0]["Action"] == [
        "account-access:*",
        "newthing:*",
        "signin:*",
    ]
    unlisted = f"is not in the list of AWS's services of {list_date()}"
    assert [line for line in done.stderr.splitlines() if "newthing" in line or "dynam" in line] == [
        f"warning: users.py:3:45: OPS_SERVICES: 'newthing' {unlisted}",
        f"warning: users.py:4:33: Role 'NewR': 'newthing' {unlisted}",
        f"warning: users.py:4:45: Role 'NewR': 'dynamicdb' {unlisted}",
        "hint: did you mean dynamodb?",
    ]


@pytest.mark.parametrize("options", [[], ["--no-lint"]])
@pytest.mark.parametrize(
    "text",
    [
        '{"Resources": {\n"A": {"Type": "AWS::IAM::Group"},\n"B": [{"x": 1}, {"x": 1,\n"x": 2}],\n"A": {}}}',
        "Resources:\n  A: &a {Type: 'AWS::IAM::Group'}\n  B: [{x: 1}, *a, {x: 1,\n    x: 2}]\n  A: {}\n",
    ],
)
def test_keys_that_stand_twice_are_told_with_and_without_cfn_lint(
    text: str, options: list[str], tmp_path: Path, iamgen: Iamgen
) -> None:
    (tmp_path / "x.template").write_text(text)
    done = iamgen(tmp_path, "check", "--template", "x.template", *options)
    assert (done.returncode, done.stdout) == (1, "")
    faults = {line for line in done.stderr.splitlines() if line.startswith("error")}
    assert faults == {
        "error: x.template:4: the key 'x' stands twice",
        "error: x.template:5: the key 'A' stands twice",
    }


def test_no_file(tmp_path: Path, iamgen: Iamgen) -> None:
    done = iamgen(tmp_path, "check", "--template", "none.yaml")
    assert done.returncode == 1
    assert done.stderr.startswith("error: none.yaml: cannot be read: No such file or directory\n")


@pytest.mark.parametrize("opening", ["${A", "${a:"])
def test_many_braces_that_nothing_closes_take_no_time(
    opening: str, environment: dict[str, str], tmp_path: Path
) -> None:
    many = opening * 20_000
    subject = "token.actions.githubusercontent.com:sub"
    statement = {
        "Effect": "Allow", "Principal": {"Federated": "arn:aws:iam::111111111111:oidc-provider/x"},
        "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"StringLike": {subject: many, "aws:username": many}},
    }  # fmt: skip
    allow = {"Effect": "Allow", "Action": ["s3:GetObject", "iam:PassRole"], "Resource": many}
    properties = {
        "AssumeRolePolicyDocument": {"Version": "2008-10-17", "Statement": [statement]},
        "Policies": [{"PolicyName": "p", "PolicyDocument": {"Version": "2008-10-17", "Statement": [allow]}}],
        "Description": {"Fn::Sub": many},
    }
    template = {"Resources": {"R": {"Type": "AWS::IAM::Role", "Properties": properties}}}
    (tmp_path / "t.json").write_text(json.dumps(template))
    command = [sys.executable, "-m", "iamgen", "check", "--template", "t.json", "--no-lint", "--format", "json"]
    started = os.times().children_user
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr
    assert os.times().children_user - started < 8


WRONG = (
    'from iamgen import *\nOPS_SERVICES = ("s3",)\nUSERS = (User("bob", {"dev": "OpsR"}), User("é", {"dve": "OpsR"}))\n'
)
NO_SUCH = "User 'é': there is no account 'dve'; did you mean dev?"


def test_faults_of_the_declaration_are_in_every_format_for_programs(make_repo: MakeRepo, iamgen: Iamgen) -> None:
    root = make_repo(WRONG)
    done = iamgen(root, "check", "--json")
    assert done.returncode == 1
    report = json.loads(done.stdout)
    assert report["counts"]["error"] == 2
    assert next(outcome for outcome in report["findings"] if outcome["message"] == NO_SUCH) == {
        "place": "users.py",
        "rule": "E191",
        "level": "error",
        "message": NO_SUCH,
        "path": [],
        "line": 3,
        "source": "",
        "name": "wrong-declaration",
        "cause": "users.py:3",
        "column": 51,
    }
    assert "error: users.py:3:51: User 'é': there is no account 'dve'\n" in done.stderr
    done = iamgen(root, "check", "--format", "github")
    assert done.returncode == 1
    assert f"::error file=users.py,line=3,col=51,title=E191 wrong-declaration::{NO_SUCH}%0Ausers.py\n" in done.stdout
    results = json.loads(iamgen(root, "check", "--format", "sarif").stdout)["runs"][0]["results"]
    (location,) = [
        result["locations"][0]["physicalLocation"] for result in results if NO_SUCH in result["message"]["text"]
    ]
    assert location == {"artifactLocation": {"uri": "users.py"}, "region": {"startLine": 3, "startColumn": 51}}
    assert iamgen(root, "check").stdout == ""


def test_warnings_of_the_declaration_are_in_every_format_for_programs(make_repo: MakeRepo, iamgen: Iamgen) -> None:
    users = 'from iamgen import *\nOPS_SERVICES = ("s3",)\nUSERS = (User("bob", {"dev": Grant("OpsR", until="2020-01-01")}),)\n'
    const = "GLOBAL_AWS_REGION=eu-central-9\nUSER_ONLY_AWS_ACCOUNT_ID=111111111111\nDEV_AWS_ACCOUNT_ID=222222222222\n"
    root = make_repo(users, const)
    done = iamgen(root, "check", "--json", "--no-lint")
    assert done.returncode == 0
    warnings = [finding for finding in json.loads(done.stdout)["findings"] if finding["rule"] == "W191"]
    assert [(warning["place"], warning["line"], warning["column"]) for warning in warnings] == [
        ("CONST.inc", 1, 19),
        ("users.py", 3, 36),
    ]
    assert "region eu-central-9 is not in the list of AWS's regions" in warnings[0]["message"]
    done = iamgen(root, "check", "--format", "github", "--no-lint")
    assert "::warning file=users.py,line=3,col=36,title=W191 doubtful-declaration::bob's OpsR in dev" in done.stdout
    assert "W191" not in iamgen(root, "check", "--no-lint").stdout


ASSERTED = (
    'from iamgen import *\nOPS_SERVICES = ("s3",)\nUSERS = (User("bob", {"prod": "OpsR"}),)\n'
    'ASSERTIONS = (Require("s3:GetObject", who="ReadR"), Forbid("s3:PutObject", who="OpsR", accounts="dev"),\n'
    '              Forbid("s3:*", who="OpsR", accounts="user-only"))\n'
)
BROKEN = (
    "Forbid 's3:PutObject': infra-OpsR-222222222222 may do s3:PutObject on arn:aws:s3:::x/x in dev (role "
    "infra-OpsR-222222222222 in dev → policy infra-OpsP-222222222222 → statement FullPowerOverChosenServices); "
    "take the access away, or except somebody with but"
)
EMPTY = "Forbid 's3:*' is about nobody: nobody whom who means is in user-only; name others in who, or remove it"


def test_assertions_are_held_and_told_in_every_format(make_repo: MakeRepo, iamgen: Iamgen) -> None:
    root = make_repo(ASSERTED)
    done = iamgen(root, "check", "prod", "--json", "--no-lint")
    assert done.returncode == 1
    findings = {finding["rule"]: finding for finding in json.loads(done.stdout)["findings"]}
    common = {"place": "users.py", "path": [], "source": ""}
    assert findings == {
        "E192": {**common, "rule": "E192", "level": "error", "message": BROKEN, "line": 4, "name": "failed-assertion",
                 "cause": "users.py:4", "column": 53},
        "W192": {**common, "rule": "W192", "level": "warning", "message": EMPTY, "line": 5, "name": "empty-assertion",
                 "cause": "users.py:5", "column": 30},
    }  # fmt: skip
    done = iamgen(root, "check", "--no-lint")
    assert f"error: users.py:4: E192 failed-assertion: {BROKEN}\n" in done.stdout
    assert f"warning: users.py:5: W192 empty-assertion: {EMPTY}\n" in done.stdout
    done = iamgen(root, "check", "--format", "github", "--no-lint")
    assert f"::error file=users.py,line=4,col=53,title=E192 failed-assertion::{BROKEN}%0Ausers.py\n" in done.stdout


def test_nothing_ignores_an_assertion(make_repo: MakeRepo, iamgen: Iamgen) -> None:
    done = iamgen(make_repo(ASSERTED), "check", "--ignore", "E192", "--no-lint")
    assert (done.returncode, done.stderr.splitlines()[0]) == (2, "error: --ignore E192: there is no such rule")


def test_a_deployment_holds_the_assertions(make_repo: MakeRepo, iamgen: Iamgen) -> None:
    done = iamgen(make_repo(ASSERTED), "deploy", "prod", "--no-lint", "--dry-run")
    problem, hint = BROKEN.split("; ")
    assert (done.returncode, done.stdout) == (1, "")
    assert f"error: users.py:4:53: {problem}\n" in done.stderr
    assert f"hint: {hint}\n" in done.stderr


def test_a_fault_in_a_policy_template_is_in_the_formats_too(make_repo: MakeRepo, iamgen: Iamgen) -> None:
    users = (
        'from iamgen import *\nOPS_SERVICES = ("s3",)\nUSERS = ()\n'
        'POLICIES = (Policy("LogP", "log.json.j2", accounts="dev"),)\n'
    )
    root = make_repo(users)
    (root / "templates" / "policies").mkdir(parents=True)
    (root / "templates" / "policies" / "log.json.j2").write_text('{"Statement":\n  "{{ buckt }}"}')
    done = iamgen(root, "check", "--format", "github")
    assert done.returncode == 1
    assert done.stdout.startswith(
        "::error file=templates/policies/log.json.j2,line=2,col=7,title=E191 wrong-declaration::'"
    )


def test_an_account_that_is_not_declared_is_no_finding(make_repo: MakeRepo, iamgen: Iamgen) -> None:
    done = iamgen(make_repo(), "check", "--json", "dve")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "error: dve: there is no such account\nhint: did you mean dev?\n"


def test_what_all_accounts_have_by_one_line_is_told_once(make_repo: MakeRepo, iamgen: Iamgen) -> None:
    users = (
        'from iamgen import *\nOPS_SERVICES = ("s3",)\nUSERS = ()\n'
        'ROLES = (Role("LookR", managed_policies=("ReadonlyAccess",)),)\n'
    )
    done = iamgen(make_repo(users), "render", "--all", "-o", "build")
    assert done.returncode == 1
    errors = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
    assert len(errors) == 1
    assert errors[0].startswith("error: users.py:4:10: E131 unknown-managed-policy: ReadonlyAccess is not in the list")
    assert errors[0].endswith("(in 2 accounts: dev, prod; Resources/LookR/Properties/ManagedPolicyArns/0)")
    assert '   4 | ROLES = (Role("LookR"' in done.stderr
