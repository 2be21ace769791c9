"""`iamgen ci` as a person types it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from iamgen.commands.ci import CiRequest, ci
from iamgen.errors import IamgenError
from iamgen.ui.console import Console

Iamgen = Callable[..., subprocess.CompletedProcess[str]]
World = Any
Clone = Any
FILES = (".github/workflows/iamgen-check.yml", ".github/workflows/iamgen-deploy.yml", ".gitlab-ci.yml")

COMMIT = "next: commit and push what was written\n"
VARIABLES = (
    "USER_ONLY_DEPLOY_ROLE_ARN, DEV_DEPLOY_ROLE_ARN and PROD_DEPLOY_ROLE_ARN: the ARN of the role that deploys "
    "the account; or declare a Pipeline(…) for it in users.py\n"
)
NEXT = (
    f"next: set in GitHub the variables {VARIABLES}"
    "next: protect the branch env/infra in GitHub, and give the environments user-only and prod required reviewers "
    "and that branch alone\n"
    f"next: set in GitLab the variables {VARIABLES}"
    "next: protect the branch env/infra in GitLab, and the environments user-only and prod\n"
)

USERS = """\
from iamgen import *
OPS_SERVICES = ("s3",)
USERS = ()
POLICIES = (Policy("OddP", "odd.json.j2", accounts="dev"),)
"""


@pytest.fixture
def ann(world: World) -> Clone:
    ann = world.clone("ann")
    (ann.folder / "requirements.txt").write_text("iamgen==1.2.3\n")
    return ann


@pytest.fixture
def ci_job(environment: dict[str, str], tmp_path: Path, lint_cache: str) -> Callable[..., dict[str, int]]:
    """Return what runs the steps that need no CI service, as a service would; it returns how each ended."""
    program = tmp_path / "bin" / "iamgen"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -P -m iamgen "$@"\n')
    program.chmod(0o755)
    path = f"{program.parent}:{Path(sys.executable).parent}:{os.environ['PATH']}"

    def run(folder: Path, commands: dict[str, str], **env: str) -> dict[str, int]:
        here = {**environment, "PATH": path, "XDG_CACHE_HOME": lint_cache, **env}
        return {
            name: subprocess.run(["bash", "-e", "-c", command], cwd=folder, env=here, check=False).returncode
            for name, command in commands.items()
        }

    return run


def github_steps(folder: Path) -> dict[str, str]:
    workflow = yaml.safe_load((folder / FILES[0]).read_text())
    steps = workflow["jobs"]["check"]["steps"]
    return {step["name"]: step["run"] for step in steps if "run" in step and step["name"] != "Install iamgen"}


def gitlab_steps(folder: Path) -> dict[str, str]:
    jobs = yaml.safe_load((folder / FILES[2]).read_text())
    scripts: Iterator[tuple[str, Any]] = ((name, job) for name, job in jobs.items() if isinstance(job, dict))
    return {name: "\n".join(job["script"]) for name, job in scripts if job.get("stage") == "check"}


@pytest.fixture
def odd(ann: Clone) -> Clone:
    """A clone with a policy in which every linter finds something to warn about, and nothing worse."""
    (ann.folder / "templates/policies").mkdir(parents=True)
    statement = {"Effect": "Allow", "Action": "s3:GetObjekt", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    (ann.folder / "templates/policies/odd.json.j2").write_text(document)
    return ann


def test_what_only_warns_passes_every_step(odd: Clone, iamgen: Iamgen, ci_job: Callable[..., dict[str, int]]) -> None:
    (odd.folder / "users.py").write_text(USERS)
    assert iamgen(odd.folder, "ci", "github", "gitlab").returncode == 0
    base = odd.git("rev-parse", "HEAD")
    odd.commit("Odd")
    summary = str(odd.folder / "summary.md")
    done = ci_job(odd.folder, github_steps(odd.folder), BASE=base, TARGET=base, GITHUB_STEP_SUMMARY=summary)
    assert done == {
        "Every rule and every quota": 0,
        "cfn-lint over every rendered template": 0,
        "Who gains and who loses access": 0,
        "What changes, in access and in the templates": 0,
        "These workflows are what users.py asks for": 0,
    }
    assert "s3:GetObjekt" in Path(summary).read_text()
    place = {"CI_MERGE_REQUEST_DIFF_BASE_SHA": base, "CI_PROJECT_DIR": str(odd.folder)}
    assert ci_job(odd.folder, gitlab_steps(odd.folder), **place) == dict.fromkeys(
        ("check", "cfn-lint", "ci-file", "changes"), 0
    )


def test_cfn_lint_ignores_what_the_settings_do(
    odd: Clone, iamgen: Iamgen, ci_job: Callable[..., dict[str, int]]
) -> None:
    (odd.folder / ".cfnlintrc").write_text("non_zero_exit_code: warning\nignore_checks: [E3001]\n")
    ignore = '{"W3037": "too new", "W112": "too new", "E3012": "as AWS has it", "full-power": "so be it"}'
    (odd.folder / "users.py").write_text(f"{USERS}SETTINGS = Settings(ignore={ignore})\n")
    assert iamgen(odd.folder, "ci", "gitlab").returncode == 0
    command = "cfn-lint --non-zero-exit-code error --merge-configs --ignore-checks E3012 W3037 -- build/*/infra.json"
    steps = gitlab_steps(odd.folder)
    assert steps["cfn-lint"].splitlines()[-1] == command
    strict = steps["cfn-lint"].replace("--non-zero-exit-code error ", "--non-zero-exit-code warning ")
    known = strict.replace(" --merge-configs --ignore-checks E3012 W3037", "")
    assert ci_job(odd.folder, {"ignored": strict, "known": known}) == {"ignored": 0, "known": 4}


def test_gitlab_deploys_only_what_was_promoted_last(
    ann: Clone, iamgen: Iamgen, ci_job: Callable[..., dict[str, int]], tmp_path: Path
) -> None:
    assert iamgen(ann.folder, "ci", "gitlab").returncode == 0
    old, new = ann.commit("Old"), ann.commit("New")
    ann.push("HEAD:refs/heads/env/infra")
    (tmp_path / "bin/iamgen").write_text(
        f'#!/bin/sh\necho "$@" "$(cat "$AWS_WEB_IDENTITY_TOKEN_FILE")" >> {tmp_path}/log\n'
    )
    jobs = yaml.safe_load((ann.folder / FILES[2]).read_text())
    script = {"deploy": "\n".join(jobs[".deploy"]["script"])}
    origin = ann.git("remote", "get-url", "origin")
    given = {
        "CI_REPOSITORY_URL": origin, "CI_COMMIT_BRANCH": "env/infra", "ACCOUNT": "dev", "IAMGEN_ID_TOKEN": "t0ken",
    }  # fmt: skip
    assert ci_job(ann.folder, script, **given, CI_COMMIT_SHA=old) == {"deploy": 1}
    assert ci_job(ann.folder, script, **{**given, "CI_REPOSITORY_URL": "/nowhere"}, CI_COMMIT_SHA=new) == {"deploy": 1}
    assert not (tmp_path / "log").exists()
    assert ci_job(ann.folder, script, **given, CI_COMMIT_SHA=new) == {"deploy": 0}
    assert (tmp_path / "log").read_text() == "deploy dev --yes t0ken\n"


def test_gitlab_looks_at_the_branch_by_its_full_name(
    ann: Clone, iamgen: Iamgen, ci_job: Callable[..., dict[str, int]], tmp_path: Path
) -> None:
    assert iamgen(ann.folder, "ci", "gitlab").returncode == 0
    old, new = ann.commit("Old"), ann.commit("New")
    ann.push(f"{old}:refs/heads/env/infra", f"{new}:refs/heads/refs/heads/env/infra", f"{new}:refs/tags/env/infra")
    (tmp_path / "bin/iamgen").write_text("#!/bin/sh\n")
    jobs = yaml.safe_load((ann.folder / FILES[2]).read_text())
    script = {"deploy": "\n".join(jobs[".deploy"]["script"])}
    given = {"CI_REPOSITORY_URL": ann.git("remote", "get-url", "origin"), "CI_COMMIT_BRANCH": "env/infra"}
    given |= {"ACCOUNT": "dev", "IAMGEN_ID_TOKEN": "t0ken"}
    assert ci_job(ann.folder, script, **given, CI_COMMIT_SHA=old) == {"deploy": 0}
    assert ci_job(ann.folder, script, **given, CI_COMMIT_SHA=new) == {"deploy": 1}


def test_github_deploys_only_what_was_promoted_last(
    ann: Clone, iamgen: Iamgen, ci_job: Callable[..., dict[str, int]], tmp_path: Path
) -> None:
    assert iamgen(ann.folder, "ci", "github").returncode == 0
    jobs = yaml.safe_load((ann.folder / FILES[1]).read_text())["jobs"]
    steps = [step for step in jobs["deploy-dev"]["steps"] if step.get("name", "").startswith("This commit")]
    ((env, script),) = ((step["env"], {"look": step["run"]}) for step in steps)
    assert env == {"GH_TOKEN": "${{ github.token }}"}
    log, program = tmp_path / "log", tmp_path / "bin/gh"
    program.write_text(f'#!/bin/sh\necho "$@" > {log}\n[ -n "$TIP" ] && echo "$TIP"\n')
    program.chmod(0o755)
    given = {"GITHUB_REPOSITORY": "acme/iam", "GITHUB_REF": "refs/heads/env/infra", "GITHUB_SHA": "1" * 40}
    assert ci_job(ann.folder, script, **given, TIP="1" * 40) == {"look": 0}
    assert log.read_text() == "api repos/acme/iam/git/ref/heads/env/infra --jq .object.sha\n"
    assert ci_job(ann.folder, script, **given, TIP="2" * 40) == {"look": 1}
    assert ci_job(ann.folder, script, **given, TIP="") == {"look": 1}  # the branch is gone, or nobody answers


def test_a_history_that_was_rewritten_is_told_of(
    ann: Clone, iamgen: Iamgen, ci_job: Callable[..., dict[str, int]]
) -> None:
    assert iamgen(ann.folder, "ci", "github").returncode == 0
    summary = ann.folder / "summary.md"
    step = {"changes": github_steps(ann.folder)["What changes, in access and in the templates"]}
    for gone in ("0" * 40, "12345678" * 5):
        assert ci_job(ann.folder, step, BASE=gone, GITHUB_STEP_SUMMARY=str(summary)) == {"changes": 0}
    message = "What changes cannot be told: this branch is new, or its history was rewritten.\n"
    assert summary.read_text() == message * 2


def test_made_checked_and_made_again(ann: Clone, iamgen: Iamgen) -> None:
    done = iamgen(ann.folder, "ci", "github", "gitlab")
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == "".join(f"{name}: written\n" for name in FILES) + COMMIT + NEXT
    again = iamgen(ann.folder, "ci", "github", "gitlab")
    assert again.stderr == "".join(f"{name}: as it was\n" for name in FILES) + NEXT
    checked = iamgen(ann.folder, "ci", "github", "gitlab", "--check")
    assert (checked.returncode, checked.stderr) == (0, "")
    const = (ann.folder / "CONST.inc").read_text()
    (ann.folder / "CONST.inc").write_text(const.replace("DEV_", "TEST_"))
    (ann.folder / "users.py").write_text('from iamgen import *\nOPS_SERVICES = ("s3",)\nUSERS = ()\n')
    stale = iamgen(ann.folder, "ci", "github", "--check")
    assert (stale.returncode, stale.stderr) == (
        1,
        "error: .github/workflows/iamgen-deploy.yml: is not what users.py and the templates give\n"
        "hint: iamgen ci github, and commit it\n",
    )
    assert iamgen(ann.folder, "ci", "github").returncode == 0
    assert "iamgen deploy test --yes" in (ann.folder / FILES[1]).read_text()


def test_the_file_for_the_night_goes_when_nobody_asks_for_it(ann: Clone, capsys: pytest.CaptureFixture[str]) -> None:
    nightly = ".github/workflows/iamgen-nightly.yml"
    looks = 'Pipeline("github", repository="acme/iam", branch="main", access={"*": "ReadR", "user-only": "ReadR"})'
    head = 'from iamgen import *\nOPS_SERVICES = ("s3",)\nUSERS = ()\n'
    (ann.folder / "users.py").write_text(f"{head}PIPELINES = ({looks},)\n")
    assert ci(CiRequest(ann.folder, ("github",)), Console.standard()) == 0
    assert f"{nightly}: written\n" in capsys.readouterr().err
    (ann.folder / "users.py").write_text(head)
    assert ci(CiRequest(ann.folder, ("github",)), Console.standard()) == 0
    assert f"next: delete {nightly}: users.py asks for no such file any more\n" in capsys.readouterr().err
    with pytest.raises(IamgenError) as caught:
        ci(CiRequest(ann.folder, ("github",), only_check=True), Console.standard())
    problem = "is there, and users.py asks for no such file any more"
    assert caught.value.faults == ((nightly, problem, "delete it, and commit that"),)
    (ann.folder / nightly).write_text("name: of our own\n")
    assert ci(CiRequest(ann.folder, ("github",), only_check=True), Console.standard()) == 0


def test_a_name_that_means_production_is_asked_about(ann: Clone, iamgen: Iamgen) -> None:
    const = (ann.folder / "CONST.inc").read_text()
    (ann.folder / "CONST.inc").write_text(f"{const}LIVE_AWS_ACCOUNT_ID=444444444444\n")
    done = iamgen(ann.folder, "ci", "github")
    assert done.returncode == 0
    assert "live looks like production by its name, but is treated as a dev account is" in done.stderr
    assert 'environment: "live"' not in (ann.folder / FILES[1]).read_text()
    (ann.folder / "CONST.inc").write_text(f"{const}LIVE_AWS_ACCOUNT_ID=444444444444\nLIVE_AWS_ACCOUNT_KIND=prod\n")
    done = iamgen(ann.folder, "ci", "github")
    assert "looks like production" not in done.stderr
    assert 'environment: "live"' in (ann.folder / FILES[1]).read_text()


def test_what_ci_relies_on_is_named(ann: Clone, iamgen: Iamgen) -> None:
    pipeline = 'Pipeline("github", repository="acme/iam", {}, access={{"{}": "OpsR"}})'
    places = {"dev": 'branch="env/infra"', "user-only": 'environment="user-only"', "prod": 'environment="live"'}
    pipelines = [pipeline.format(place, account) for account, place in places.items()]
    base = 'from iamgen import *\nOPS_SERVICES = ("s3",)\nUSERS = ()\nPIPELINES = (\n{},\n)\n'
    (ann.folder / "users.py").write_text(base.format(",\n".join(pipelines)))
    assert iamgen(ann.folder, "ci", "github").stderr.splitlines()[3:] == [
        "next: protect the branch env/infra in GitHub, and give the environments user-only and live required reviewers "
        "and that branch alone",
    ]
    (ann.folder / "users.py").write_text(base.format(",\n".join(pipelines[:2])))
    done = iamgen(ann.folder, "ci", "github")
    assert done.stderr.splitlines()[3] == (
        "next: set in GitHub the variable PROD_DEPLOY_ROLE_ARN: the ARN of the role that deploys the account; "
        "or declare a Pipeline(…) for it in users.py"
    )


def test_what_does_not_name_iamgen_is_warned_about(ann: Clone, iamgen: Iamgen) -> None:
    (ann.folder / "requirements.txt").write_text("boto3\n")
    for arguments in (["ci", "gitlab"], ["ci", "gitlab", "--check"]):
        done = iamgen(ann.folder, *arguments)
        assert done.returncode == 0
        assert done.stderr.startswith(
            "warning: requirements.txt: does not name iamgen: whether CI installs it, and which, cannot be told\n"
            "hint: unless another package there pins it, write a line such as iamgen @ git+https://…@v1.2.3, "
            "the version that you have looked at\n"
        )


def test_a_tag_as_the_image_of_gitlab_says_how_to_pin_it(ann: Clone, iamgen: Iamgen) -> None:
    assert iamgen(ann.folder, "ci", "gitlab").returncode == 0
    text = (ann.folder / FILES[2]).read_text()
    words = "  # A tag can be moved to another image, and what runs here gets the roles that deploy. Pin the image by its digest,"
    assert words in text
    (example,) = (line.removeprefix("  # ") for line in text.splitlines() if line.startswith("  # [% set"))
    assert example == '[% set image = "python:3.13@sha256:…" %]'
    (ann.folder / "templates/ci").mkdir(parents=True)
    (ann.folder / "templates/ci/gitlab-image.j2").write_text(f"{example}\n")
    assert iamgen(ann.folder, "ci", "gitlab").returncode == 0
    pinned = (ann.folder / FILES[2]).read_text()
    assert yaml.safe_load(pinned)["default"]["image"] == "python:3.13@sha256:…"
    assert words not in pinned


def test_the_image_of_gitlab_can_be_pinned(ann: Clone, iamgen: Iamgen) -> None:
    (ann.folder / "templates/ci").mkdir(parents=True)
    image = "registry.example.com/python@sha256:" + "0" * 64
    (ann.folder / "templates/ci/gitlab-image.j2").write_text(f'[% set image = "{image}" %]\n')
    assert iamgen(ann.folder, "ci", "gitlab").returncode == 0
    text = (ann.folder / FILES[2]).read_text()
    assert yaml.safe_load(text)["default"]["image"] == image
    assert text.startswith("# Made by `iamgen ci gitlab`")
    assert "digest" not in text
    assert iamgen(ann.folder, "ci", "gitlab", "--check").returncode == 0


def test_nothing_there_yet(ann: Clone, iamgen: Iamgen) -> None:
    done = iamgen(ann.folder, "ci", "gitlab", "--check")
    assert (done.returncode, done.stderr) == (
        1,
        "error: .gitlab-ci.yml: is not there\nhint: iamgen ci gitlab, and commit it\n",
    )
    assert not (ann.folder / ".gitlab-ci.yml").exists()


def test_a_file_of_somebody_elses_stays(ann: Clone, iamgen: Iamgen) -> None:
    (ann.folder / ".gitlab-ci.yml").write_text("stages: []\n")
    done = iamgen(ann.folder, "ci", "github", "gitlab")
    assert (done.returncode, done.stderr) == (
        1,
        "error: .gitlab-ci.yml: is there already, and iamgen did not make it\n"
        "hint: move it away, or into another file\n",
    )
    assert (ann.folder / ".gitlab-ci.yml").read_text() == "stages: []\n"
    assert not (ann.folder / ".github").exists()


def test_no_file_is_written_through_a_symlink(ann: Clone, iamgen: Iamgen) -> None:
    (ann.folder / ".github").symlink_to(ann.folder.parent / "elsewhere")
    (ann.folder.parent / "elsewhere").mkdir()
    done = iamgen(ann.folder, "ci", "github", "gitlab")
    assert done.returncode == 1
    assert (
        f"cannot be written: {ann.folder / '.github'} is a symlink to {ann.folder.parent / 'elsewhere'}" in done.stderr
    )
    assert not (ann.folder / ".gitlab-ci.yml").exists()
    assert list((ann.folder.parent / "elsewhere").iterdir()) == []


def test_in_a_folder_of_a_larger_repository(ann: Clone, iamgen: Iamgen) -> None:
    folder = ann.folder / "team/i a m"
    folder.mkdir(parents=True)
    ann.git("add", "--all")
    for name in ("users.py", "CONST.inc", "requirements.txt"):
        ann.git("mv", name, "team/i a m")
    assert iamgen(folder, "ci", "github", "gitlab").returncode == 0
    assert 'working-directory: "team/i a m"\n' in (ann.folder / FILES[1]).read_text()
    assert 'cd \\"$CI_PROJECT_DIR\\"/\\u0027team/i a m\\u0027' in (ann.folder / FILES[2]).read_text()


def test_without_a_version_nothing_is_written(ann: Clone, iamgen: Iamgen) -> None:
    (ann.folder / "requirements.txt").unlink()
    done = iamgen(ann.folder, "ci", "github")
    assert (done.returncode, done.stderr) == (
        1,
        "error: requirements.txt: is not there, and CI would install whatever is called iamgen by then\n"
        "hint: write a line such as iamgen @ git+https://…@v1.2.3, the version that you have looked at\n",
    )
    assert not (ann.folder / ".github").exists()


@pytest.mark.parametrize("args", [(), ("jenkins",)])
def test_wrong_usage(args: tuple[str, ...], ann: Clone, iamgen: Iamgen) -> None:
    assert iamgen(ann.folder, "ci", *args).returncode == 2
