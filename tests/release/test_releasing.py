"""What may be released, and from which state of a clone: real git, a real remote, several clones."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from iamgen.errors import Fault, IamgenError, UsageError
from iamgen.release.exported_tree import exported
from iamgen.release.git import Git, GitOutput
from iamgen.release.repository import open_repository
from tests.release.released import make_release, plan, refusal

World = Any
Clone = Any


def test_the_first_release(ann: Clone) -> None:
    release = make_release(ann)
    assert (str(release.version), release.previous, release.branch) == ("v0.0.1", None, "main")
    assert [commit.subject for commit in release.commits] == ["Begin"]
    assert ann.remote_refs()["refs/tags/v0.0.1"] == ann.git("rev-parse", "HEAD")
    assert ann.git("cat-file", "-t", "v0.0.1") == "tag"
    assert ann.git("tag", "--list", "--format=%(contents)", "v0.0.1") == "v0.0.1\n\n#1 in brief"


def test_the_next_one_has_the_commits_since(ann: Clone) -> None:
    make_release(ann)
    ann.commit("Grant more")
    ann.commit("feat(prod)!: take OpsR away")
    ann.commit("Tidy up\n\nBREAKING CHANGE: nobody is left")
    ann.push()
    release = make_release(ann, "breaking")
    assert str(release.version) == "v0.1.0"
    assert [(commit.subject, commit.breaking) for commit in release.commits] == [
        ("Tidy up", True),
        ("feat(prod)!: take OpsR away", True),
        ("Grant more", False),
    ]


@pytest.mark.parametrize("folder", ["", "team"])
def test_merges_that_break_something(folder: str, ann: Clone) -> None:
    (ann.folder / "team").mkdir()
    shutil.copy(ann.folder / "users.py", ann.folder / "team")
    ann.commit("Move in")
    ann.push()
    make_release(ann, folder=folder)
    for number, message in enumerate(["feat!: drop bob (#12)", "chore-x!: drop carol", "Merge it (#13)"]):
        ann.git("switch", "--quiet", "--create", f"topic-{number}")
        ann.push()
        (ann.folder / f"team/{number}").write_text("")
        ann.commit(f"Topic {number}")
        ann.push()
        ann.git("switch", "--quiet", "main")
        ann.git("merge", "--quiet", "--no-ff", "-m", message, f"topic-{number}")
        ann.push()
    assert {(commit.subject, commit.breaking) for commit in plan(ann, folder=folder).commits} == {
        ("feat!: drop bob (#12)", True),
        ("chore-x!: drop carol", True),
        *((f"Topic {number}", False) for number in range(3)),
    }


def test_what_a_log_is_set_up_to_add_is_no_part_of_it(ann: Clone) -> None:
    ann.git("config", "i18n.logOutputEncoding", "ISO-8859-1")
    ann.git("config", "color.ui", "always")
    ann.git("config", "log.showSignature", "true")
    ann.git("config", "gpg.program", "../gpg")
    gpg = ann.folder / "../gpg"
    gpg.write_text('#!/bin/sh\ncat >/dev/null; echo "[GNUPG:] SIG_CREATED " >&2; echo signed\necho "gpg: good" >&2\n')
    gpg.chmod(0o755)
    ann.git("commit", "--quiet", "--allow-empty", "--gpg-sign", "--message=Für Zoë")
    ann.push()
    first, *_ = make_release(ann).commits
    assert (first.id, first.subject) == (ann.git("rev-parse", "HEAD"), "Für Zoë")


def test_git_speaks_english_where_it_is_read(ann: Clone, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Where a person, or their hooks, are spoken to it is their own language."""
    real, log = shutil.which("git"), tmp_path / "log"
    shim = tmp_path / "bin/git"
    shim.parent.mkdir()
    shim.write_text(f'#!/bin/sh\necho "$* ($LC_ALL $LANGUAGE)" >>"{log}"\nexec "{real}" "$@"\n')
    shim.chmod(0o755)
    monkeypatch.setenv("PATH", f"{shim.parent}:{os.environ['PATH']}")
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    monkeypatch.setenv("LANGUAGE", "de")
    make_release(ann)
    lines = [line for line in log.read_text().splitlines() if line.startswith("-C ")]
    rest = [line for line in lines if not line.endswith("(C )")]
    assert len(lines) > 10
    assert [" push " in line or " tag " in line for line in rest] == [True, True]


def test_nothing_new_is_nothing_to_release(ann: Clone) -> None:
    make_release(ann)
    nothing = plan(ann)
    assert (nothing.is_there, str(nothing.version), nothing.commits) == (True, "v0.0.1", ())
    assert str(make_release(ann, "v0.1.0-rc.1").version) == "v0.1.0-rc.1"
    assert str(make_release(ann, "minor").version) == "v0.1.0"
    assert str(make_release(ann, "public").version) == "v1.0.0"


def test_exactly_the_tag_is_pushed(ann: Clone) -> None:
    ann.git("tag", "--annotate", "--message=other", "other")
    ann.git("config", "push.followTags", "true")
    ann.git("branch", "another")
    make_release(ann)
    assert set(ann.remote_refs()) == {"refs/heads/main", "refs/tags/v0.0.1"}


@pytest.mark.parametrize(("asked", "kind"), [("v1.2", UsageError), ("bugs", UsageError), ("-x", UsageError)])
def test_what_is_no_version_and_no_level(asked: str, kind: type[Exception], ann: Clone) -> None:
    with pytest.raises(kind):
        plan(ann, asked)


def test_what_is_not_committed(ann: Clone) -> None:
    (ann.folder / "users.py").write_text("")
    (ann.folder / "new\nfile").write_text("")
    assert refusal(ann) == (
        Fault(
            "git status",
            "not everything is committed: users.py, new\\nfile",
            "commit it, ignore it, or put it away with git stash --include-untracked",
        ),
    )


def test_a_detached_head(ann: Clone) -> None:
    ann.git("checkout", "--quiet", "--detach")
    assert refusal(ann) == (Fault("git", "HEAD is on no branch, and releases are made from one", "git switch main"),)


def test_everything_that_is_in_the_way_at_once(world: World, ann: Clone) -> None:
    world.clone("bob").commit("Elsewhere")
    ann.git("checkout", "--quiet", "--detach")
    (ann.folder / "new").write_text("")
    ann.git("remote", "remove", "origin")
    assert [fault.where for fault in refusal(ann)] == ["git", "git status", "git remote"]


def test_behind_and_on_another_branch(world: World, ann: Clone) -> None:
    make_release(ann)
    ann.git("switch", "--quiet", "--create", "other", "--track", "origin/main")
    bob = world.clone("bob")
    bob.commit("Second")
    bob.push()
    assert [fault.problem for fault in refusal(ann)] == [
        "is 1 commit behind origin/main",
        "releases are made from main",
    ]


def test_another_branch(ann: Clone) -> None:
    ann.git("switch", "--quiet", "--create", "feature/x-$(y)")
    hint = "git switch main; a hotfix of an older release names its version: iamgen release v1.2.4"
    assert refusal(ann) == (Fault("feature/x-$(y)", "releases are made from main", hint),)
    message = "v0.3.0 would be the newest release, and those are made from main"
    assert refusal(ann, "v0.3.0") == (Fault("feature/x-$(y)", message, "git switch main"),)


def test_the_branch_of_the_settings(ann: Clone) -> None:
    assert refusal(ann, main="trunk")[0].problem == "releases are made from trunk"
    assert refusal(ann, main="no branch at all")[0].problem == "releases are made from no branch at all"
    ann.git("switch", "--quiet", "--create", "trunk")
    ann.push()
    assert make_release(ann, main="trunk").branch == "trunk"


def test_main_and_master(ann: Clone) -> None:
    ann.git("branch", "master")
    assert make_release(ann).branch == "main"  # where the remote's HEAD is
    ann.git("--git-dir=../origin.git", "symbolic-ref", "HEAD", "refs/heads/elsewhere")
    assert refusal(ann)[0] == Fault(
        "git branch", "there are both main and master", 'name it in users.py: Settings(main_branch="…")'
    )


def test_neither_main_nor_master(ann: Clone) -> None:
    ann.git("branch", "--move", "trunk")
    ann.git("--git-dir=../origin.git", "branch", "--move", "main", "trunk")
    assert refusal(ann)[0].problem == "there is neither main nor master"


def test_who_nobody_knows(ann: Clone, monkeypatch: pytest.MonkeyPatch) -> None:
    ann.git("config", "user.useConfigOnly", "true")
    ann.git("config", "--unset", "user.email")
    monkeypatch.setenv("HOME", "/nonexistent")
    (fault,) = refusal(ann)
    assert fault.problem == "it does not know who you are, and a tag says who made it"


def test_a_folder_of_a_larger_repository(world: World, ann: Clone) -> None:
    folder = ann.folder / "team/i a m"
    folder.mkdir(parents=True)
    shutil.copy(ann.folder / "users.py", folder)
    ann.commit("Move in")
    (ann.folder / "elsewhere").write_text("not committed")
    ann.push()
    release = make_release(ann, folder="team/i a m")
    assert [commit.subject for commit in release.commits] == ["Move in"]
    (folder / "new").write_text("")
    assert refusal(ann, folder="team/i a m")[0].problem == "not everything is committed: team/i a m/new"


def test_a_worktree(ann: Clone) -> None:
    ann.git("switch", "--quiet", "--create", "other")
    ann.git("worktree", "add", "--quiet", "../a worktree", "main")
    worktree = type(ann)(ann.folder.parent / "a worktree")
    assert make_release(worktree).branch == "main"
    assert refusal(ann)[0].where == "other"


def test_no_repository(tmp_path: Path, at_home: None) -> None:
    (tmp_path / "plain").mkdir()
    with pytest.raises(IamgenError) as caught:
        open_repository(tmp_path / "plain")
    assert caught.value.faults == (
        Fault(
            str(tmp_path / "plain"),
            "is in no git repository",
            "git init, and commit; a release also needs git remote add origin URL",
        ),
    )


def test_no_commit_yet(ann: Clone) -> None:
    ann.git("init", "--quiet", "../new")
    new = type(ann)(ann.folder.parent / "new")
    assert refusal(new) == (Fault("git", "there is no commit yet", "git add . && git commit"),)


def test_names_and_subjects_that_a_terminal_would_obey(ann: Clone) -> None:
    ann.git("config", "user.name", "E\x1b[31mve")
    ann.commit("Red \x1b[31m alert \u202e")
    ann.push()
    (commit, *_) = make_release(ann).commits
    assert commit.line.isprintable()
    assert commit.subject == "Red \\x1b[31m alert \\u202e"


def written(clone: Clone, *names: str) -> None:
    """Write references by hand, into the clone and into the remote, as git would not."""
    for folder in (clone.folder / ".git", clone.folder / "../origin.git"):
        for name in names:
            (folder / "refs" / name).parent.mkdir(exist_ok=True)
            (folder / "refs" / name).write_text(f"{clone.git('rev-parse', 'HEAD')}\n")


def test_references_that_look_like_options(ann: Clone) -> None:
    written(ann, "heads/-x", "tags/-x", "tags/--output=x", "heads/--upload-pack=touch")
    assert str(make_release(ann).version) == "v0.0.1"


def test_references_that_break_git_are_no_bug(ann: Clone) -> None:
    written(ann, "heads/a b", "tags/v1.2.3 ")
    with pytest.raises(IamgenError) as caught:
        make_release(ann)
    assert caught.value.faults == (Fault("git fetch", "bad object refs/heads/a b", "look at: git fetch origin"),)


@pytest.mark.parametrize("name", ["refs/tags/{id}", "refs/tags/refs/tags/v0.0.1", "refs/heads/origin/main"])
@pytest.mark.parametrize("is_here", [True, False])
def test_names_that_git_may_take_for_something_else(name: str, is_here: bool, ann: Clone) -> None:
    ref = name.format(id=ann.git("rev-parse", "HEAD"))
    if is_here:
        ann.git("update-ref", ref, "HEAD")
    else:
        ann.push(f"HEAD^0:{ref}")
    (fault,) = refusal(ann)
    assert fault.where == ref.split("/", 2)[2]
    assert fault.problem.startswith("in this clone there is" if is_here else "in origin there is")


def counting(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """Return the commands of git that are run from now on."""
    commands: list[tuple[str, ...]] = []
    ask = Git.ask

    def counted(self: Git, *arguments: str, feed: str = "", live: bool = False) -> GitOutput:
        commands.append(arguments)
        return ask(self, *arguments, feed=feed, live=live)

    monkeypatch.setattr(Git, "ask", counted)
    return commands


UPSTREAM = "--format=%(upstream:remotename)%00%(upstream:remoteref)"


@pytest.mark.parametrize("releases", [2, 40])
def test_git_is_not_asked_about_each_release(releases: int, ann: Clone, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(1, releases + 1):
        ann.commit(f"{number}")
        ann.git("tag", "--annotate", "--message=x", f"v0.0.{number}")
    ann.git("switch", "--quiet", "--create", "hot", f"v0.0.{releases - 1}")
    ann.commit("Mend it")
    ann.git("push", "--quiet", "--tags", "origin", "main", "hot")
    commands = counting(monkeypatch)
    assert str(plan(ann, f"v0.0.{releases - 1}-hotfix.1").previous) == f"v0.0.{releases - 1}"
    assert len(commands) < 30
    twice = {command for command in commands if commands.count(command) > 1}
    assert {command[:2] for command in twice} <= {("symbolic-ref", "--quiet"), ("for-each-ref", UPSTREAM)}


@pytest.mark.parametrize("kind", ["LITERAL", "GLOB", "NOGLOB", "ICASE"])
def test_the_environments_pathspecs_are_not_ours(kind: str, ann: Clone, monkeypatch: pytest.MonkeyPatch) -> None:
    (ann.folder / "team").mkdir()
    for name in ("users.py", "CONST.inc"):
        shutil.copy(ann.folder / name, ann.folder / "team")
    ann.commit("Beside")
    ann.push()
    (ann.folder / "team/new").write_text("")
    (ann.folder / "beside").write_text("")
    monkeypatch.setenv(f"GIT_{kind}_PATHSPECS", "1")
    (fault,) = refusal(ann, folder="team")
    assert fault.problem == "not everything is committed: team/new"
    (ann.folder / "team/new").unlink()
    assert [commit.subject for commit in make_release(ann, folder="team").commits] == ["Beside"]


def test_no_hook_runs_while_a_commit_is_looked_at(ann: Clone) -> None:
    for name in ("post-index-change", "post-checkout", "reference-transaction", "fsmonitor-watchman"):
        hook = ann.folder / ".git/hooks" / name
        hook.write_text("#!/bin/sh\ntouch ran\n")
        hook.chmod(0o755)
    repository = open_repository(ann.folder)
    with exported(repository, repository.head(), "HEAD"):
        pass
    assert not (ann.folder / "ran").exists()
