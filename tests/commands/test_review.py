"""`iamgen review start` and `check` as a person types them, in a repository of git."""

from __future__ import annotations

import io
import json
import subprocess
from collections.abc import Callable
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from iamgen.access_model import ModelSource
from iamgen.commands.review import ReviewCheck, ReviewStart, check, start
from iamgen.errors import Fault, IamgenError, UsageError
from iamgen.questions.access_answer import AccessOverview
from iamgen.review.review_content import ReviewContent, review_content
from iamgen.ui.console import Console
from tests.conftest import NOW

MakeRepo = Callable[..., Path]
FILE = "reviews/2026-Q4.md"
MORE = "confirm lines with an x, and put changed and new lines into the file as shown"
Run = Callable[..., tuple[int, str, str]]


def git(root: Path, *arguments: str) -> str:
    me = ("-c", "user.name=me", "-c", "user.email=me@example.com")
    done = subprocess.run(["git", *me, *arguments], cwd=root, capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.fixture
def root(make_repo: MakeRepo, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(int(NOW.timestamp())))
    folder = make_repo()
    git(folder, "init", "--quiet")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "Begin")
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def run(root: Path) -> Run:
    """Return what runs `start` with a name, or `check` with a file; it returns the exit code and what is printed."""

    def run_request(request: ReviewStart | ReviewCheck) -> tuple[int, str, str]:
        out, err = io.StringIO(), io.StringIO()
        console = Console(out, err, coloured=False, answers=io.StringIO())
        code = start(request, console) if isinstance(request, ReviewStart) else check(request, console)
        return code, out.getvalue(), err.getvalue()

    return run_request


def faults_of(request: ReviewStart | ReviewCheck, run: Run) -> tuple[Fault, ...]:
    with pytest.raises(IamgenError) as info:
        run(request)
    return tuple(info.value.faults)


def test_a_review_from_its_start_to_its_end(root: Path, run: Run) -> None:
    written = (
        f"written: {FILE}: 6 lines to confirm\nnext: commit it; then iamgen review check {FILE} says what remains\n"
    )
    assert run(ReviewStart(root, "2026-Q4")) == (0, "", written)
    text = (root / FILE).read_text("utf-8")
    assert f"* Commit: `{git(root, 'rev-parse', 'HEAD')}`" in text
    code, shown, err = run(ReviewCheck(ModelSource(root), Path(FILE)))
    assert code == 1
    assert shown.splitlines()[0].startswith(f"{FILE}: 0 of 6 lines confirmed, of commit ")
    assert err == f"error: {FILE}: the review is not complete: 6 not confirmed\nhint: {MORE}\n"
    (root / FILE).write_text(text.replace("- [ ]", "- [x]").replace(" by:\n", " by: zoe\n"), "utf-8")
    code, shown, err = run(ReviewCheck(ModelSource(root), Path(FILE)))
    assert (code, err) == (0, "")
    assert shown.splitlines()[1:] == ["confirmed by zoe", "all access is as it was when the review was started"]


def test_what_changes_after_it_was_confirmed_is_not_confirmed(root: Path, run: Run) -> None:
    run(ReviewStart(root, "2026-Q4"))
    (root / FILE).write_text((root / FILE).read_text("utf-8").replace("- [ ]", "- [x]"), "utf-8")
    users = (root / "users.py").read_text("utf-8")
    changed = users.replace('("ec2", "s3")', '("ec2", "s3", "sqs")').replace("ReadR", "AdminR")
    (root / "users.py").write_text(changed, "utf-8")
    code, shown, err = run(ReviewCheck(ModelSource(root), Path(FILE), as_json=True))
    answer = json.loads(shown)
    schema = json.loads(files("iamgen.review.schemas").joinpath("review-check.schema.json").read_text("utf-8"))
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(answer)
    assert (code, answer["complete"]) == (1, False)
    assert err == f"error: {FILE}: the review is not complete: 2 changed since, 1 new since\nhint: {MORE}\n"
    assert {item["text"] for item in answer["changed"]} == {
        "alice (person): OpsR in prod, no end",
        "bob (person): OpsR in dev, no end",
    }
    assert [(item["who"], item["role"], item["account"]) for item in answer["new"]] == [("bob", "AdminR", "prod")]
    assert [item["text"] for item in answer["gone"]] == ["bob (person): ReadR in prod, no end"]
    code, shown, _ = run(ReviewCheck(ModelSource(root, "HEAD"), Path(FILE)))
    assert (code, shown.splitlines()[0].split(",")[0]) == (0, f"{FILE}: 6 of 6 lines confirmed")


def test_a_review_is_of_a_commit(make_repo: MakeRepo, run: Run, root: Path) -> None:
    (root / "note").touch()
    assert faults_of(ReviewStart(root, "2026-Q4"), run)[0].problem == "not everything is committed: note"
    assert not (root / "reviews").exists()
    unborn = make_repo(name="unborn")
    git(unborn, "init", "--quiet")
    assert faults_of(ReviewStart(unborn, "2026-Q4"), run)[0].problem == "there is no commit yet"


@pytest.mark.parametrize("name", ["../x", "a/b", ".x", "", "-x", "Q4.md", "a b", "x" * 101])
def test_a_name_that_is_no_name_writes_nothing(tmp_path: Path, name: str) -> None:
    console = Console(io.StringIO(), io.StringIO(), coloured=False, answers=io.StringIO())
    with pytest.raises(UsageError) as info:
        start(ReviewStart(tmp_path, name), console)
    hint = "letters, digits, dots, hyphens and underscores, without an ending, such as 2026-Q4"
    assert info.value.faults == (Fault(name, "is no name for a review", hint),)
    assert not list(tmp_path.iterdir())


def test_a_file_that_is_there_is_never_overwritten(root: Path, run: Run) -> None:
    (root / "reviews").mkdir()
    (root / "reviews/2026-Q4.csv").symlink_to("nowhere")
    problem = "there is a review of this name already, and it is never overwritten"
    hint = "choose another name, or go on with it: iamgen review check reviews/2026-Q4.csv"
    assert faults_of(ReviewStart(root, "2026-Q4"), run) == (Fault("reviews/2026-Q4.csv", problem, hint),)
    (root / "reviews/2026-Q4.csv").unlink()
    (root / "reviews").rmdir()
    (root / "reviews").symlink_to(root.parent)
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", "Link")
    assert "is a symlink" in faults_of(ReviewStart(root, "2026-Q4"), run)[0].problem
    assert not (root.parent / "2026-Q4.md").exists()


def test_nobody_is_nothing_to_confirm(root: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def without_lines(name: str, commit: str, overview: AccessOverview) -> ReviewContent:
        return replace(review_content(name, commit, overview), lines=())

    monkeypatch.setattr("iamgen.commands.review.review_content", without_lines)
    problem = "nobody can act as anything: there is no access to confirm"
    assert faults_of(ReviewStart(root, "2026-Q4"), run) == (Fault("review", problem, "iamgen access"),)


def test_a_file_that_is_no_review_is_refused(root: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / "latin.md").write_bytes(b"caf\xe9")
    (root / "large.md").write_bytes(b"larger")
    monkeypatch.setattr("iamgen.commands.review._MOST_BYTES", 5)
    begin = "iamgen review start NAME begins a review"
    expected = [
        Fault("other.txt", "is no file of a review", "name one such as reviews/2026-Q4.md, or .csv"),
        Fault("missing.md", "cannot be read: No such file or directory", begin),
        Fault("latin.md", "is not UTF-8 at byte 3", "save it as UTF-8"),
        Fault("large.md", "is larger than any review", "name the file that iamgen review start wrote"),
    ]
    for fault in expected:
        assert faults_of(ReviewCheck(ModelSource(root), Path(fault.where)), run) == (fault,)


def test_a_commit_that_is_not_here_is_warned_about(root: Path, run: Run) -> None:
    run(ReviewStart(root, "2026-Q4"))
    first = git(root, "rev-parse", "HEAD")
    text = (root / FILE).read_text("utf-8")
    (root / FILE).write_text(text.replace(first, "f" * 40), "utf-8")
    expected = "its commit ffffffffff is not in this clone, so nobody can look at what was reviewed"
    assert (
        f"warning: {FILE}: {expected}\nhint: git fetch --unshallow, or git fetch\n"
        in run(ReviewCheck(ModelSource(root), Path(FILE)))[2]
    )
    git(root, "commit", "--quiet", "--amend", "--message", "Another", "--allow-empty")
    (root / FILE).write_text(text, "utf-8")
    expected = f"its commit {first[:10]} is not in the history of what is checked out"
    assert (
        f"warning: {FILE}: {expected}\nhint: check out the branch of the review\n"
        in run(ReviewCheck(ModelSource(root), Path(FILE)))[2]
    )
