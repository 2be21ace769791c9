"""`iamgen promote` as a person types it."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from iamgen.commands.promote import PromoteRequest, promote
from iamgen.ui.console import Console
from tests.commands.bob_in_prod import ACCESS, TEMPLATES, USERS

Iamgen = Callable[..., subprocess.CompletedProcess[str]]
World = Any
Clone = Any

FORWARD = f"""\
v0.0.2 to infra, from v0.0.1

Comes:
- {{commit}} Grant bob more (Ann)

{ACCESS}\
Templates:
{TEMPLATES}"""


@pytest.fixture
def ann(world: World) -> Clone:
    """Return a clone with two tags that are releases."""
    clone = world.clone("ann")
    clone.git("tag", "--annotate", "--message=v0.0.1", "v0.0.1")
    clone.commit("Grant bob more", users_py=USERS)
    clone.git("tag", "--annotate", "--message=v0.0.2", "v0.0.2")
    clone.push("main", "v0.0.1", "v0.0.2")
    return clone


def test_a_channels_life(ann: Clone, at: Iamgen) -> None:
    none = at(ann.folder, "promote", "infra", "--log")
    assert (none.returncode, none.stdout, none.stderr) == (0, "", "nothing was promoted to infra yet\n")
    first = at(ann.folder, "promote", "infra", "v0.0.1", "--yes")
    assert first.returncode == 0
    all_new = "All access is new: there is nothing before it to compare with. iamgen access shows who has what."
    assert first.stdout.startswith(
        f"v0.0.1 to infra: the first promotion\n\n{all_new}\n\nTemplates:\ndev (new): 4 to add, "
    )
    assert re.fullmatch(
        r"promoted v0\.0\.1 to env/infra in origin: env/infra/\d{8}-\d{6}-v0\.0\.1\n"
        r"next: CI deploys env/infra; without CI: git checkout v0\.0\.1, then iamgen deploy --all\n",
        first.stderr,
    )
    forward = at(ann.folder, "promote", "infra", "v0.0.2", "--yes")
    assert forward.stdout == FORWARD.format(commit=ann.git("rev-parse", "HEAD")[:10])
    again = at(ann.folder, "promote", "infra", "v0.0.2", "--yes")
    assert (again.returncode, again.stdout) == (0, "")
    assert again.stderr == "env/infra in origin has v0.0.2 already\n"
    back = at(ann.folder, "promote", "infra", "v0.0.1", "--dry-run")
    assert back.stdout.startswith("v0.0.1 to infra, from v0.0.2: a rollback\n\nGoes:\n- ")
    assert "\nbob gains access. bob loses access.\n    roles gained:\n        + bob: ReadR in prod\n" in back.stdout
    assert back.stderr == "dry run: would promote v0.0.1 to env/infra in origin, a rollback\n"
    assert ann.remote_refs()["refs/heads/env/infra"] == ann.git("rev-parse", "v0.0.2^{commit}")
    log = at(ann.folder, "promote", "infra", "--log")
    assert [line[21:] for line in log.stdout.splitlines()] == [
        f"{version}        Ann <ann@example.com>" for version in ("v0.0.2", "v0.0.1")
    ]
    loads = json.loads(at(ann.folder, "promote", "infra", "--log", "--json").stdout)
    assert [(entry["version"], entry["by"], entry["email"]) for entry in loads] == [
        (version, "Ann", "ann@example.com") for version in ("v0.0.2", "v0.0.1")
    ]


def test_json(ann: Clone, at: Iamgen) -> None:
    at(ann.folder, "promote", "infra", "v0.0.2", "--yes")
    done = at(ann.folder, "promote", "infra", "v0.0.1", "--yes", "--json")
    loads = json.loads(done.stdout)
    assert (loads["promoted"], loads["rollback"], loads["before"]["version"]) == (True, True, "v0.0.2")
    assert [entry["subject"] for entry in loads["goes"]] == ["Grant bob more"]
    assert loads["audit_tag"] in ann.tags()
    assert [(entry["account"], entry["change"]) for entry in loads["accounts"]] == [
        ("dev", 0),
        ("prod", 2),
        ("user-only", 0),
    ]
    assert loads["access"]["summary"] == "bob gains access. bob loses access."
    again = json.loads(at(ann.folder, "promote", "infra", "v0.0.1", "--yes", "--json").stdout)
    assert (again["promoted"], again["audit_tag"]) == (False, None)


def test_a_release_that_does_not_pass(ann: Clone, at: Iamgen) -> None:
    tool = 'Role("ToolR", accounts="dev", mfa=False, assumed_by=("arn:aws:iam::999999999999:user/tool",))'
    asserted = 'ASSERTIONS = (Forbid("s3:*", who="ReadR"),)'
    ann.commit("A tool", users_py=f"{USERS}ROLES = ({tool},)\n{asserted}\n")
    ann.git("tag", "v0.0.3")
    ann.push("v0.0.3")
    ann.git("reset", "--quiet", "--hard", "v0.0.2")
    done = at(ann.folder, "promote", "infra", "v0.0.3", "--yes")
    assert (done.returncode, done.stdout) == (1, "")
    assert "error: v0.0.3:users.py:4: dev Resources/ToolR/Properties" in done.stderr
    assert "error: v0.0.3:users.py:5:15: Forbid 's3:*': infra-ReadR-" in done.stderr
    assert "refs/heads/env/infra" not in ann.remote_refs()


def test_what_is_there_may_be_broken(ann: Clone, at: Iamgen) -> None:
    ann.commit("Broken", users_py="1/0")
    ann.push("HEAD:refs/heads/env/infra")
    ann.git("reset", "--quiet", "--hard", "v0.0.2")
    done = at(ann.folder, "promote", "infra", "v0.0.2", "--yes")
    assert done.returncode == 0
    assert "Templates:" not in done.stdout
    assert done.stdout.endswith(
        "It is not known who gains and who loses access: what this is compared with cannot be rendered, and the messages "
        "say why\n"
    )
    assert ":users.py:1:1: ZeroDivisionError: division by zero\n" in done.stderr


def test_a_folder_of_a_larger_repository(ann: Clone, at: Iamgen) -> None:
    folder = ann.folder / "team/i a m"
    folder.mkdir(parents=True)
    for name in ("users.py", "CONST.inc"):
        ann.git("mv", name, "team/i a m")
    ann.commit("Move")
    ann.git("tag", "v0.0.3")
    ann.push("main", "v0.0.3")
    first = at(folder, "promote", "infra", "v0.0.3", "--yes")
    assert first.returncode == 0, first.stderr
    earlier = at(folder, "promote", "infra", "v0.0.2", "--yes")
    assert (earlier.returncode, earlier.stdout.splitlines()[0]) == (0, "v0.0.2 to infra, from v0.0.3: a rollback")
    assert "Plan: 0 to add, 0 to change, 0 to destroy." in earlier.stdout


def test_one_can_go_back_whatever_the_working_tree_is_like(ann: Clone, at: Iamgen) -> None:
    at(ann.folder, "promote", "infra", "v0.0.2", "--yes")
    (ann.folder / "users.py").write_text("1/0")
    fault = (
        "warning: users.py:1:1: ZeroDivisionError: division by zero\nhint: python users.py shows how it came to this\n"
    )
    back = at(ann.folder, "promote", "infra", "v0.0.1", "--yes")
    assert back.returncode == 0
    assert back.stderr.startswith(
        f"{fault}warning: {ann.folder}: has faults: the settings of v0.0.1 are used\n"
        "hint: mend it before the next release\n"
    )
    assert ann.remote_refs()["refs/heads/env/infra"] == ann.git("rev-parse", "v0.0.1^{commit}")
    log = at(ann.folder, "promote", "infra", "--log")
    assert [line.split()[2] for line in log.stdout.splitlines()] == ["v0.0.1", "v0.0.2"]
    assert f"warning: {ann.folder}: has faults: which channels it has is not known\n" in log.stderr
    wrong = at(ann.folder, "promote", "audit", "v0.0.1", "--yes")
    assert (wrong.returncode, "there is no channel 'audit'" in wrong.stderr) == (2, True)
    absent = at(ann.folder, "promote", "infra", "v0.0.9", "--yes")
    assert (absent.returncode, "there is no such release in origin" in absent.stderr) == (1, True)


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("infra",), "promote: it takes either a version or --log\nhint: such as: iamgen promote infra v1.2.3\n"),
        (("infra", "v1.2.3", "--log"), "promote: it takes either a version or --log\n"),
        (("infra", "1.2.3", "--yes"), "promote: '1.2.3' is no version\nhint: did you mean v1.2.3?\n"),
        (("infar", "v1.2.3", "--yes"), "promote: there is no channel 'infar'\nhint: did you mean infra?\n"),
        (("infra", "env/infra/x", "--yes"), "promote: 'env/infra/x' is no version\n"),
        ((), "promote: it takes either a version or --log\nhint: such as: iamgen promote infra v1.2.3\n"),
        (("v1.2.3", "--log"), "promote: there is no channel 'v1.2.3'\n"),
    ],
)
def test_wrong_usage(args: tuple[str, ...], message: str, ann: Clone, at: Iamgen) -> None:
    done = at(ann.folder, "promote", *args)
    assert done.returncode == 2
    assert done.stderr.startswith(f"error: {message}")


def test_the_only_channel_need_not_be_named(ann: Clone, at: Iamgen) -> None:
    assert at(ann.folder, "promote", "v0.0.1", "--yes").returncode == 0
    assert ann.remote_refs()["refs/heads/env/infra"] == ann.git("rev-parse", "v0.0.1^{commit}")
    log = at(ann.folder, "promote", "--log")
    assert (log.returncode, log.stdout) == (0, at(ann.folder, "promote", "infra", "--log").stdout)


def test_one_of_several_channels_has_to_be_named(ann: Clone, at: Iamgen) -> None:
    users = (ann.folder / "users.py").read_text()
    (ann.folder / "users.py").write_text(f'{users}SETTINGS = Settings(channels=("infra", "audit"))\n')
    problem = "error: promote: it does not say to which channel: there is infra, audit\n"
    done = at(ann.folder, "promote", "v0.0.1", "--yes")
    assert (done.returncode, done.stderr) == (2, f"{problem}hint: name it: iamgen promote infra v0.0.1\n")
    done = at(ann.folder, "promote", "--log")
    assert (done.returncode, done.stderr) == (2, f"{problem}hint: name it: iamgen promote infra --log\n")
    (ann.folder / "users.py").write_text("1/0")
    done = at(ann.folder, "promote", "--log")
    assert done.returncode == 2
    assert "it does not say to which channel: they stand in Settings(channels=…)\n" in done.stderr


def test_without_a_terminal_it_refuses_beforehand(ann: Clone, at: Iamgen) -> None:
    done = at(ann.folder, "promote", "infra", "v0.0.1")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("error: promote: it asks before it changes anything, and there is no terminal")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("answer", "code"), [("y\n", 0), ("n\n", 1), ("", 1)])
def test_the_answer(answer: str, code: int, ann: Clone, lint_cache: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", lint_cache)
    console = Console(io.StringIO(), Terminal(), coloured=False, answers=Terminal(answer))
    assert promote(PromoteRequest(ann.folder, "infra", "v0.0.1"), console) == code
    getvalue = console.err.getvalue()  # type: ignore[attr-defined]  # it is a StringIO
    assert "Promote v0.0.1 to env/infra in origin? [y/N] " in getvalue
    assert ("nothing was promoted\n" in getvalue) == bool(code)
    assert ("refs/heads/env/infra" in ann.remote_refs()) != bool(code)


def test_another_channel_of_the_settings(ann: Clone, at: Iamgen) -> None:
    ann.commit("Channels", users_py=f'{USERS}SETTINGS = Settings(channels=("infra", "audit"))\n')
    done = at(ann.folder, "promote", "audit", "v0.0.1", "--yes")
    assert done.returncode == 0
    assert "refs/heads/env/audit" in ann.remote_refs()


def test_many_at_once(world: World, ann: Clone, environment: dict[str, str], lint_cache: str) -> None:
    """Whoever gets through, the branch is where the last of them put it, and each of them left a tag."""
    clones = [ann, world.clone("bob"), world.clone("carol"), world.clone("dave")]
    env = {**environment, "XDG_CACHE_HOME": lint_cache}
    running = []
    for number, clone in enumerate(clones):
        command = [sys.executable, "-m", "iamgen", "promote", "infra", f"v0.0.{number % 2 + 1}", "--yes"]
        running.append(
            subprocess.Popen(
                command, cwd=clone.folder, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
            )
        )
    messages = [process.communicate()[1] for process in running]
    codes = [process.returncode for process in running]
    assert set(codes) <= {0, 1}
    assert all("meanwhile" in text for code, text in zip(codes, messages, strict=True) if code)
    remote_refs = ann.remote_refs()
    audit = sorted(name for name in remote_refs if name.startswith("refs/tags/env/infra/"))
    assert len(audit) == sum("promoted v" in text and "meanwhile" not in text for text in messages) >= 1
    assert remote_refs[audit[-1]] == remote_refs["refs/heads/env/infra"]


MALLORY = USERS.replace("USERS = (", 'USERS = (User("mallory", {"dev": "ReadR", "prod": "OpsR"}), ').replace(
    'OPS_SERVICES = ("ec2", "s3")', 'OPS_SERVICES = ("ec2", "s3")\nCI_USERS = (CIUser("robot", {"dev": "OpsR"}),)'
)
BACK = """\
This gives access back:
- CI user robot (OpsR on dev)
- mallory (a user on user-only, ReadR on dev, OpsR on prod)
"""


@pytest.fixture
def without_mallory(ann: Clone, at: Iamgen) -> Clone:
    """Return a clone whose channel has v0.0.4; v0.0.3 had one more person, and a CI user."""
    for version, users in (("v0.0.3", MALLORY), ("v0.0.4", USERS)):
        ann.commit(f"Who is here in {version}", users_py=users)
        ann.git("tag", version)
        ann.push("main", version)
    done = at(ann.folder, "promote", "infra", "v0.0.4", "--yes")
    assert "gives access back" not in done.stdout
    return ann


def test_a_rollback_says_who_gets_access_back(without_mallory: Clone, at: Iamgen) -> None:
    done = at(without_mallory.folder, "promote", "infra", "v0.0.3", "--yes", "--json")
    loads = json.loads(done.stdout)
    assert loads["access_back"] == [
        {"principal": "CI user robot", "access": ["OpsR on dev"]},
        {"principal": "mallory", "access": ["a user on user-only", "ReadR on dev", "OpsR on prod"]},
    ]
    assert BACK in done.stderr
    assert BACK in without_mallory.git("tag", "--list", "--format=%(contents)", loads["audit_tag"]) + "\n"
    onward = json.loads(at(without_mallory.folder, "promote", "infra", "v0.0.4", "--dry-run", "--json").stdout)
    assert (onward["access_back"], onward["on_main"]) == ([], True)


def test_it_is_shown_before_the_question(
    without_mallory: Clone, lint_cache: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", lint_cache)
    shown = Terminal()
    console = Console(shown, shown, coloured=False, answers=Terminal("n\n"))
    assert promote(PromoteRequest(without_mallory.folder, "infra", "v0.0.3"), console) == 1
    text = shown.getvalue()
    assert 0 <= text.index(BACK) < text.index("Promote v0.0.3 to env/infra")


def test_who_gets_access_back_may_not_be_known(without_mallory: Clone, at: Iamgen) -> None:
    without_mallory.commit("Broken", users_py="1/0")
    without_mallory.push("HEAD:refs/heads/env/infra")
    without_mallory.git("reset", "--quiet", "--hard", "HEAD~1")
    done = at(without_mallory.folder, "promote", "infra", "v0.0.3", "--dry-run", "--json")
    loads = json.loads(done.stdout)
    assert (loads["access_back"], loads["refused"], loads["accounts"], loads["access"]) == (None, None, None, None)
    assert "cannot be rendered: no difference is shown, nor what follows from it" in done.stderr


def test_what_deploy_refuses_is_told_beforehand(ann: Clone, at: Iamgen) -> None:
    tool = 'ROLES = (Role("ToolR", accounts="dev", assumed_by=("ec2.amazonaws.com",)),)\n'
    for version, users in (("v0.0.3", f"{USERS}{tool}"), ("v0.0.4", USERS)):
        ann.commit(f"Roles of {version}", users_py=users)
        ann.git("tag", version)
        ann.push("main", version)
    at(ann.folder, "promote", "infra", "v0.0.3", "--yes")
    done = at(ann.folder, "promote", "infra", "v0.0.4", "--yes")
    message = "the role ToolR would be deleted"
    assert done.stdout.endswith(
        f"\nWhere v0.0.3 is deployed, iamgen deploy refuses:\n- dev ToolR: {message} (--allow-replacement, if it is meant)\n"
    )
    ann.git("tag", "--annotate", "--message=x", "v0.0.5", "v0.0.3^{commit}")
    ann.push("v0.0.5")
    ann.commit("Notes")
    ann.push()
    released = json.loads(at(ann.folder, "release", "--dry-run", "--json").stdout)
    assert released["refused"] == [
        {"where": "dev ToolR", "what": message, "hint": "--allow-replacement, if it is meant"},
    ]
