"""`iamgen report`: what the page says, of which sources, and what is told in the place of a page."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from iamgen.access_model import ModelSource
from iamgen.aws_client.clients import Clients, Credentials
from iamgen.commands.report import ReportRequest, report
from iamgen.deploy.targets import CredentialChoice
from iamgen.errors import Fault, IamgenError, UsageError, refuse
from iamgen.graph.svg_style import STYLE
from iamgen.questions.demands import known_actions
from iamgen.report.html_page import content_security_policy, embedded
from iamgen.report.prepared_questions import PREPARED
from iamgen.ui.console import Console
from tests.report.conftest import HOSTILE, MadeReport, git, run_report

MakeRepo = Callable[..., Path]
Iamgen = Callable[..., subprocess.CompletedProcess[str]]
DEV = "222222222222"
NO_LISTS: dict[str, Any] = {"GroupDetailList": [], "RoleDetailList": [], "UserDetailList": [], "Policies": []}
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"AWS": DEV}, "Action": "sts:AssumeRole"}],
}
QUEUES = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}]}


def details(user: str = "eve") -> dict[str, Any]:
    arn = f"arn:aws:iam::{DEV}"
    policies = [{"PolicyName": "own", "PolicyDocument": QUEUES}]
    return {
        **NO_LISTS,
        "UserDetailList": [{"UserName": user, "Arn": f"{arn}:user/{user}", "UserPolicyList": policies}],
        "RoleDetailList": [
            {
                "RoleName": "queues",
                "Arn": f"{arn}:role/queues",
                "RolePolicyList": policies,
                "AssumeRolePolicyDocument": TRUST,
            }
        ],
    }


def words(html: str) -> str:
    """Return what a page shows without its script."""
    body = re.sub(r"<(script|style)\b.*?</\1>", "", html, flags=re.DOTALL)
    body = re.sub(r"</?(div|dt|dd|li|p|h\d)\b[^>]*>", " ", body)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "", body))


def test_actions_of_questions_are_actions_of_aws() -> None:
    for question in PREPARED:
        for action in question.actions:
            assert known_actions(action) == (f"{action.partition(':')[0]}:{action.partition(':')[2]}",)
        assert len(set(question.actions)) == len(question.actions)


def test_nothing_ends_the_script_element_of_the_data() -> None:
    text = embedded({"a": [HOSTILE, ("<!--", "\ud800")]})
    assert not re.search("[<>&\u2028\u2029\ud800-\udfff]", text)
    assert json.loads(text)["a"] == [
        HOSTILE.replace("\u2028", r"\u2028").replace("\u202e", r"\u202e"),
        ["<!--", r"\ud800"],
    ]


def test_the_policy_allows_what_the_page_has_and_nothing_else(made_report: MadeReport) -> None:
    html = made_report.html
    [style] = re.findall(r"<style>(.*?)</style>", html, re.DOTALL)
    script = re.findall(r"<script>(.*?)</script>", html, re.DOTALL)[0]
    assert f'content="{content_security_policy(style, script)}"'.replace("'", "&#39;") in html
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src &#39;sha256-{digest}&#39;" in html
    assert "default-src &#39;none&#39;" in html
    assert not re.search(r"unsafe|\bstyle=|\bon\w+=\"|\bsrc=\"|<link\b|@import|url\(", html)
    assert "http://" not in html and "https://" not in html


def test_the_same_state_gives_the_same_page(tmp_path: Path, iamgen: Iamgen) -> None:
    """In another process too, where sets of texts have another order."""
    (tmp_path / "dev.json").write_text(json.dumps(details()))
    here, _ = run_report(ReportRequest(ModelSource(tmp_path, details=(f"{DEV}={tmp_path / 'dev.json'}",))))
    done = iamgen(tmp_path, "report", "--account-details", f"{DEV}={tmp_path / 'dev.json'}")
    assert done.returncode == 0, done.stderr
    assert done.stdout == here


def test_who_has_what_until_when_and_why(made_report: MadeReport) -> None:
    data = made_report.data
    assert [row[:2] for row in data["actors"]] == [
        ["person", "alice"], ["person", "bob"], ["person", "carol"], ["CI user", "ci"],
        ["pipeline", "repo:acme/shop:environment:prod"], ["service", "lambda.amazonaws.com"],
    ]  # fmt: skip
    assert data["accounts"][1] == ["dev", DEV]
    identities = {number: (row[1], data["accounts"][row[2]][0]) for number, row in enumerate(data["identities"])}
    held = {
        (data["actors"][actor][1], *identities[identity]): (
            data["ends"][end] if end >= 0 else "",
            data["reasons"][reason] if reason >= 0 else "",
        )
        for actor, identity, certain, end, reason, _ in data["held"]
        if data["identities"][identity][0] and certain
    }
    shown = HOSTILE.replace("\u2028", r"\u2028").replace("\u202e", r"\u202e")
    assert held == {
        ("alice", "AdminR", "dev"): ("", ""),
        ("alice", "OpsR", "prod"): ("2026-12-02T00:00:00Z", shown),
        ("bob", "OpsR", "dev"): ("", ""),
        ("bob", "ReadR", "dev"): ("", ""),
        ("bob", "ReadR", "prod"): ("", ""),
        ("ci", "OpsR", "dev"): ("", ""),
        ("repo:acme/shop:environment:prod", "OpsR", "prod"): ("", ""),
        ("lambda.amazonaws.com", "JobR", "dev"): ("", ""),
    }


def test_the_way_of_somebody_ends_at_the_trust_policy(made_report: MadeReport) -> None:
    data = made_report.data
    [steps] = [
        row[5] for row in data["held"]
        if data["actors"][row[0]][1] == "alice" and data["identities"][row[1]][1] == "AdminR"
    ]  # fmt: skip
    kinds = [data["steps"][number][0] for number in steps]
    assert kinds == ["group", "policy", "statement", "role", "trust statement"]
    assert data["steps"][steps[-1]][3].startswith("users.py:4, dev.json:")


def answers(data: dict[str, Any], role: str, account: str) -> dict[str, list[Any]]:
    [power] = {
        row[3] for row in data["identities"] if (row[1], data["accounts"][row[2]][0]) == (role, account) and row[0]
    }
    return dict(zip((item[0] for item in data["questions"]), data["classes"][power][1], strict=True))


def test_prepared_questions(made_report: MadeReport) -> None:
    data = made_report.data
    admin = answers(data, "AdminR", "dev")
    assert {key: answer[0] for key, answer in admin.items()} == dict.fromkeys(admin, "y")
    assert admin["iam"][4] == ["policy AdministratorAccess", "statement statement 1"]
    read = answers(data, "ReadR", "prod")
    assert {key for key, answer in read.items() if answer[0] != "n"} == {"secrets"}
    assert "ssm:GetParameter" in read["secrets"][2]  # ReadOnlyAccess has ssm:Get*
    assert not any("secretsmanager" in action for action in (*read["secrets"][2], *read["secrets"][3]))
    assert {key for key, answer in answers(data, "OpsR", "prod").items() if answer[0] == "y"} == {
        "secrets",
        "deletes",
        "logs",
    }


def test_what_a_role_may_only_until_its_emergency_ends_says_so(made_report: MadeReport) -> None:
    data = made_report.data
    [power] = [row[3] for row in data["identities"] if row[1] == "JobR"]
    assert data["classes"][power][2] == ["2026-12-25T00:00:00Z"]
    assert data["classes"][power][0][0] == ["everything", ["sqs"]]
    level, end, certain, *_ = answers(data, "JobR", "dev")["secrets"]
    assert (level, end, certain) == ("y", "2026-12-25T00:00:00Z", ["ssm:GetParameter"])


def test_the_overview_can_be_read_without_the_script(made_report: MadeReport) -> None:
    text = words(made_report.html)
    assert "its script, which is not running" in text
    for expected in (
        "accounts 3 ", "ends within 30 days 1 ", "assertions that hold 1 of 2", "What changed since v1.0.0", "bob",
        "the end of 2026-12-01 (UTC): alice as OpsR in prod", "carol as ReadR in prod: INC-0: over",
        "in force until the end of 2026-12-24 (UTC): INC-7 &lt;b&gt;now&lt;/b&gt;", "users.py:12",
        "✓ holds Forbid &#39;cloudtrail:StopLogging&#39;", "✗ fails Forbid &#39;s3:DeleteBucket&#39;", "because: &lt;i&gt;data&lt;/i&gt;",
        "unknown-action in dev", "what cfn-lint finds", "the root user of each account", "As of 2026-11-23 12:00 UTC",
    ):  # fmt: skip
        assert expected in text, expected
    assert made_report.messages.rstrip().endswith(f"written: {made_report.file}")


def test_hostile_texts_never_are_markup(made_report: MadeReport) -> None:
    html = made_report.html
    assert html.count("<script") == html.count("</script>") == 2
    assert "<img" not in html and "<b>now" not in html and "<i>data" not in html
    assert "\u202e" not in html and "\u2028" not in html


def test_a_faulty_declaration_gives_no_page(make_repo: MakeRepo, iamgen: Iamgen) -> None:
    root = make_repo('from iamgen import *\nOPS_SERVICES = ("s3",)\nUSERS = (User("bob", {"devv": "OpsR"}),)\n')
    done = iamgen(root, "report", "-o", "report.html")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("error: users.py:3")
    assert not (root / "report.html").exists()


def test_a_page_of_account_details_says_what_they_do_not_tell(tmp_path: Path) -> None:
    name = "<b>eve</b>"
    (tmp_path / "dev.json").write_text(json.dumps(details(name)))
    out, _ = run_report(ReportRequest(ModelSource(tmp_path, details=(f"{DEV}={tmp_path / 'dev.json'}",))))
    text = words(out)
    assert "report of 1 account" in text
    assert "rules, quotas and assertions, and so paths by which power grows: they are about a declaration" in text
    assert "The checks were not run" in text
    assert "Assertions were not looked at" in text
    assert "<b>eve" not in out
    [row] = [row for row in json.loads(out.split('id="data">')[1].split("</script>")[0])["actors"] if row[0] == "user"]
    assert row[1] == name


def test_nobody_at_all_is_said(tmp_path: Path) -> None:
    (tmp_path / "none.json").write_text('{"Resources": {}}')
    out, _ = run_report(ReportRequest(ModelSource(tmp_path, templates=(f"{DEV}={tmp_path / 'none.json'}",))))
    assert "Nobody may call AWS, as far as is known from what was read." in words(out)
    assert "Nobody is known who could be drawn." in words(out)
    assert " people 0 " in words(out) and " roles 0 " in words(out)


def test_a_file_that_cannot_be_written_is_told_and_nothing_is_left(tmp_path: Path) -> None:
    (tmp_path / "none.json").write_text('{"Resources": {}}')
    source = ModelSource(tmp_path, templates=(f"{DEV}={tmp_path / 'none.json'}",))
    with pytest.raises(IamgenError) as caught:
        run_report(ReportRequest(source, tmp_path))
    assert caught.value.faults[0].problem == "cannot be written: it is a folder"
    with pytest.raises(IamgenError) as caught:
        run_report(ReportRequest(source, tmp_path / "none.json/report.html"))
    assert caught.value.faults[0].problem.startswith("cannot be written: ")
    assert [item.name for item in tmp_path.iterdir()] == ["none.json"]


def test_the_picture_of_who_reaches_what_is_in_the_page(made_report: MadeReport) -> None:
    html = made_report.html
    picture = html.split('id="picture"')[1].split("</section>")[0]
    titles = [title.partition("\n")[0] for title in re.findall(r"<title>([^<]*)", picture)]
    for name in ("person alice", "service lambda.amazonaws.com"):
        assert any(name.split()[1] in title for title in titles), titles
    assert "<svg" in picture and "<style" not in picture
    assert STYLE in html.split("<style>")[1].split("</style>")[0]
    assert "iamgen graph --in" not in picture


def test_a_picture_that_could_not_be_read_is_left_out_with_a_word(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "dev.json").write_text(json.dumps(details()))
    request = ReportRequest(ModelSource(tmp_path, details=(f"{DEV}={tmp_path / 'dev.json'}",)))
    assert "<svg" in run_report(request)[0]
    monkeypatch.setattr("iamgen.report.access_picture.MOST_BOXES", 1)
    out, _ = run_report(request)
    assert "<svg" not in out
    assert "All of this in one picture could not be read. iamgen graph --in ACCOUNT draws one account" in words(out)
    monkeypatch.undo()
    monkeypatch.setattr("iamgen.report.access_picture._MOST_ACTORS", 0)
    assert "<svg" not in run_report(request)[0]


def test_since_is_for_declarations(tmp_path: Path) -> None:
    source = ModelSource(tmp_path, templates=(f"{DEV}=x.json",))
    with pytest.raises(UsageError) as caught:
        run_report(ReportRequest(source, None, "v1.0.0"))
    problem = "it compares with an earlier declaration, and another option names a source that is none"
    assert caught.value.faults == (Fault("--since", problem, "leave it out, or make the report of the declaration"),)


def test_a_revision_that_there_is_not_is_told(made_report: MadeReport) -> None:
    with pytest.raises(IamgenError) as caught:
        run_report(ReportRequest(ModelSource(made_report.root), None, "v9.9.9"))
    assert caught.value.faults[0].problem == "there is no such revision"


def test_a_revision_that_cannot_be_read_is_a_hole(make_repo: MakeRepo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("iamgen.commands.report.report_page", lambda contents: "\n".join(contents.not_looked_at))
    root = make_repo("USERS = 1\n")
    for step in (("init", "-q"), ("add", "."), ("commit", "-qm", "begin"), ("tag", "v0.1.0")):
        git(root, *step)
    (root / "users.py").write_text('from iamgen import *\nOPS_SERVICES = ("ec2",)\nUSERS = ()\n')
    out, err = run_report(ReportRequest(ModelSource(root)))
    assert "differences since v0.1.0, which cannot be read: " in out
    problem = "cannot be read, so the report says nothing about what changed since then"
    assert f"warning: v0.1.0: {problem}\nhint: name another revision with --since\n" in err


def test_accounts_that_aws_does_not_tell_about_are_named(make_repo: MakeRepo, monkeypatch: pytest.MonkeyPatch) -> None:
    class Sts:
        def __init__(self, account_id: str) -> None:
            self.account_id = account_id

        def get_caller_identity(self) -> dict[str, str]:
            return {"Account": self.account_id, "Arn": f"arn:aws:iam::{self.account_id}:user/me"}

    class Iam:
        def __init__(self, account_id: str) -> None:
            self.account_id = account_id

        def get_account_authorization_details(self, **_: Any) -> dict[str, Any]:
            if self.account_id in refusing:
                raise refuse("prod", "access is denied", "ask for it")
            return details() if self.account_id == DEV else NO_LISTS

    def clients(_choice: CredentialChoice, _declaration: Any, account: Any) -> Clients:
        services = {"sts": Sts(account.id), "iam": Iam(account.id)}
        return Clients(services.__getitem__, Credentials(), "eu-west-1")

    refusing = {"333333333333"}
    monkeypatch.setattr(CredentialChoice, "clients", clients)
    root = make_repo()
    out, err = run_report(ReportRequest(ModelSource(root, live=True)))
    assert "Not looked at: the account prod (333333333333), all of it: access is denied." in words(out)
    assert "warning: prod: access is denied\nhint: ask for it\n" in err
    refusing |= {"111111111111", DEV}
    with pytest.raises(IamgenError):
        run_report(ReportRequest(ModelSource(root, live=True)))


def test_a_terminal_is_not_filled_with_html(make_repo: MakeRepo, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Console(io.StringIO(), io.StringIO(), coloured=False, answers=io.StringIO())
    monkeypatch.setattr(terminal.out, "isatty", lambda: True)
    with pytest.raises(UsageError) as refused:
        report(ReportRequest(ModelSource(make_repo())), terminal)
    problem = "the page is for a browser, and a terminal would show its HTML"
    assert refused.value.faults == (Fault("report", problem, "name a file: iamgen report -o report.html"),)
