"""What tests of the report share: one report of a repository with hostile texts, and models of a few resources."""

from __future__ import annotations

import io
import json
import os
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from iamgen.access_model import ModelSource
from iamgen.commands.report import ReportRequest, report
from iamgen.questions.can import Asker
from iamgen.questions.template_source import AccountFile, from_templates
from iamgen.ui.console import Console
from tests.conftest import CONST, NOW

HOSTILE = "</script><img src=x onerror=alert(1)><!-- \"quoted\" 'so' & \u2028 \u202e"
LONG = "x" * 400
USERS = f"""\
from iamgen import *
OPS_SERVICES = ("ec2", "s3")
USERS = (
    User("alice", {{"dev": "AdminR", "prod": Grant("OpsR", until="2026-12-01", reason={HOSTILE!r})}}),
    User("bob", {{"dev": ("OpsR", "ReadR"), "prod": "ReadR"}}),
    User("carol", {{"prod": Grant("ReadR", until="2026-01-31", reason="INC-0: over")}}),
)
CI_USERS = (CIUser("ci", {{"dev": "OpsR"}}),)
PIPELINES = (Pipeline("github", repository="acme/shop", environment="prod", access={{"prod": "OpsR"}}),)
ROLES = (
    Role("JobR", services=("sqs",), assumed_by=("lambda.amazonaws.com",), accounts="dev", description={LONG!r},
         emergency=Emergency("INC-7 <b>now</b>", "2026-12-24", "parameters.json.j2")),
)
ASSERTIONS = (
    Forbid("cloudtrail:StopLogging", accounts="prod", because="the trail is our evidence"),
    Forbid("s3:DeleteBucket", accounts="dev", but=("AdminR",), because="<i>data</i>"),
)
"""
BEFORE = USERS.replace('("OpsR", "ReadR")', '"ReadR"')
PARAMETERS = (
    '{"Version": "2012-10-17", "Statement":'
    ' [{"Effect": "Allow", "Action": ["ssm:GetParameter", "ssm:GetParametersOfOld"], "Resource": "*"}]}'
)


@dataclass(frozen=True)
class MadeReport:
    """A report as the command makes it."""

    root: Path
    """The repository."""
    file: Path
    """The page."""
    messages: str
    """What was said on stderr."""

    @property
    def html(self) -> str:
        return self.file.read_text("utf-8")

    @property
    def data(self) -> dict[str, Any]:
        data: dict[str, Any] = json.loads(self.html.split('id="data">')[1].split("</script>")[0])
        return data


def run_report(request: ReportRequest) -> tuple[str, str]:
    """Make a report in this process, at the tests' time; return stdout and stderr."""
    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOURCE_DATE_EPOCH", str(int(NOW.timestamp())))
        assert report(request, Console(out, err, coloured=False, answers=io.StringIO())) == 0
    return out.getvalue(), err.getvalue()


def git(root: Path, *words: str) -> None:
    named = ("-c", "user.name=ann", "-c", "user.email=ann@example.com", "-c", "commit.gpgsign=false")
    environment_kept = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    subprocess.run(["git", *named, *words], cwd=root, env=environment_kept, check=True, capture_output=True)


@pytest.fixture(scope="session")
def made_report(tmp_path_factory: pytest.TempPathFactory) -> MadeReport:
    """Return the report of a repository with a release, from which the folder differs."""
    root = tmp_path_factory.mktemp("reported").resolve()
    (root / "templates/policies").mkdir(parents=True)
    (root / "templates/policies/parameters.json.j2").write_text(PARAMETERS)
    (root / "CONST.inc").write_text(CONST)
    (root / "users.py").write_text(BEFORE)
    for words in (("init", "-q"), ("add", "."), ("commit", "-qm", "begin"), ("tag", "v1.0.0")):
        git(root, *words)
    (root / "users.py").write_text(USERS)
    file = root / "out/report.html"
    _, messages = run_report(ReportRequest(ModelSource(root), file))
    return MadeReport(root, file, messages)


@pytest.fixture
def modelled(tmp_path: Path) -> Callable[..., Asker]:
    """Return what makes a model of resources, by account id: `modelled({"222222222222": {…}})`."""

    def make(accounts: dict[str, dict[str, Any]]) -> Asker:
        files = []
        for account_id, resources in accounts.items():
            file = tmp_path / f"{account_id}.json"
            file.write_text(json.dumps({"Resources": resources}))
            files.append(AccountFile(account_id, file, account_id))
        return Asker(from_templates(files, "aws"))

    return make


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Return one Chromium for all tests of this process."""
    import shutil

    playwright = pytest.importorskip("playwright.sync_api", reason="there is no Playwright: make .venv/dev")
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if path is None:
        pytest.skip("there is no Chromium: install chromium")
    with playwright.sync_playwright() as running:
        chromium = running.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        yield chromium
        chromium.close()
