"""What may be released, and from where: real git, a real remote, several clones."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest

from iamgen.errors import Fault, IamgenError, InterruptError, UsageError
from iamgen.release.committer import signature
from iamgen.release.exported_tree import exported
from iamgen.release.git import Git, GitOutput
from iamgen.release.push_url import pushed_remote
from iamgen.release.releasing import Release, planned, publish
from iamgen.release.remotes import Refs, Remote
from iamgen.release.repository import open_repository
from iamgen.release.tags import NewTag, push_tag, tag_object

World = Any
Clone = Any


@pytest.fixture
def ann(world: World) -> Clone:
    return world.clone("ann")


def plan(clone: Clone, asked: str = "bugfix", **options: Any) -> Release:
    folder = clone.folder / options.pop("folder", "")
    return planned(open_repository(folder), asked, options.pop("main", None), options.pop("remote", None))


def made(clone: Clone, asked: str = "bugfix", **options: Any) -> Release:
    found = plan(clone, asked, **options)
    assert not found.is_there
    publish(found, f"{found.version}\n\n#1 in brief\n")
    return found


def refusal(clone: Clone, asked: str = "bugfix", **options: Any) -> tuple[Fault, ...]:
    before = clone.git("for-each-ref", "refs/tags", "refs/heads")
    with pytest.raises(IamgenError) as caught:
        made(clone, asked, **options)
    assert clone.git("for-each-ref", "refs/tags", "refs/heads") == before
    return caught.value.faults


def test_the_first_release(ann: Clone) -> None:
    release = made(ann)
    assert (str(release.version), release.previous, release.branch) == ("v0.0.1", None, "main")
    assert [one.subject for one in release.commits] == ["Begin"]
    assert ann.there()["refs/tags/v0.0.1"] == ann.git("rev-parse", "HEAD")
    assert ann.git("cat-file", "-t", "v0.0.1") == "tag"
    assert ann.git("tag", "--list", "--format=%(contents)", "v0.0.1") == "v0.0.1\n\n#1 in brief"


def test_the_next_one_has_the_commits_since(ann: Clone) -> None:
    made(ann)
    ann.commit("Grant more")
    ann.commit("feat(prod)!: take OpsR away")
    ann.commit("Tidy up\n\nBREAKING CHANGE: nobody is left")
    ann.push()
    release = made(ann, "breaking")
    assert str(release.version) == "v0.1.0"
    assert [(one.subject, one.breaking) for one in release.commits] == [
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
    made(ann, folder=folder)
    for number, message in enumerate(["feat!: drop bob (#12)", "chore-x!: drop carol", "Merge it (#13)"]):
        ann.git("switch", "--quiet", "--create", f"topic-{number}")
        ann.push()
        (ann.folder / f"team/{number}").write_text("")
        ann.commit(f"Topic {number}")
        ann.push()
        ann.git("switch", "--quiet", "main")
        ann.git("merge", "--quiet", "--no-ff", "-m", message, f"topic-{number}")
        ann.push()
    assert {(one.subject, one.breaking) for one in plan(ann, folder=folder).commits} == {
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
    first, *_ = made(ann).commits
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
    made(ann)
    lines = [line for line in log.read_text().splitlines() if line.startswith("-C ")]
    others = [line for line in lines if not line.endswith("(C )")]
    assert len(lines) > 10
    assert [" push " in line or " tag " in line for line in others] == [True, True]


def test_nothing_new_is_nothing_to_release(ann: Clone) -> None:
    made(ann)
    nothing = plan(ann)
    assert (nothing.is_there, str(nothing.version), nothing.commits) == (True, "v0.0.1", ())
    assert str(made(ann, "v0.1.0-rc.1").version) == "v0.1.0-rc.1"
    assert str(made(ann, "minor").version) == "v0.1.0"
    assert str(made(ann, "public").version) == "v1.0.0"


def test_exactly_the_tag_is_pushed(ann: Clone) -> None:
    ann.git("tag", "--annotate", "--message=other", "other")
    ann.git("config", "push.followTags", "true")
    ann.git("branch", "another")
    made(ann)
    assert set(ann.there()) == {"refs/heads/main", "refs/tags/v0.0.1"}


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
    made(ann)
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
    what = "v0.3.0 would be the newest release, and those are made from main"
    assert refusal(ann, "v0.3.0") == (Fault("feature/x-$(y)", what, "git switch main"),)


def test_the_branch_of_the_settings(ann: Clone) -> None:
    assert refusal(ann, main="trunk")[0].problem == "releases are made from trunk"
    assert refusal(ann, main="no branch at all")[0].problem == "releases are made from no branch at all"
    ann.git("switch", "--quiet", "--create", "trunk")
    ann.push()
    assert made(ann, main="trunk").branch == "trunk"


def test_main_and_master(ann: Clone) -> None:
    ann.git("branch", "master")
    assert made(ann).branch == "main"  # where the remote's HEAD is
    ann.git("--git-dir=../origin.git", "symbolic-ref", "HEAD", "refs/heads/elsewhere")
    assert refusal(ann)[0] == Fault(
        "git branch", "there are both main and master", 'name it in users.py: Settings(main_branch="…")'
    )


def test_neither_main_nor_master(ann: Clone) -> None:
    ann.git("branch", "--move", "trunk")
    ann.git("--git-dir=../origin.git", "branch", "--move", "main", "trunk")
    assert refusal(ann)[0].problem == "there is neither main nor master"


def test_a_shallow_clone(world: World, ann: Clone) -> None:
    ann.commit("Second")
    ann.push()
    clone = world.clone("shallow", "--depth=1")
    assert refusal(clone) == (
        Fault("git", "this clone is shallow: what came before cannot be seen", "git fetch --unshallow"),
    )
    clone.git("fetch", "--quiet", "--unshallow")
    assert len(made(clone).commits) == 2


def test_no_remote(ann: Clone) -> None:
    ann.git("remote", "remove", "origin")
    assert refusal(ann) == (Fault("git remote", "there is no remote", "git remote add origin URL"),)
    assert refusal(ann, remote="origin")[0].where == "--remote origin"


def test_several_remotes(ann: Clone) -> None:
    for name in ("one", "two"):
        ann.git("remote", "add", name, "../origin.git")
    ann.git("remote", "remove", "origin")
    assert refusal(ann) == (Fault("git remote", "there are several remotes: one, two", "name one with --remote"),)
    assert refusal(ann, remote="tow") == (Fault("--remote tow", "there is no such remote", "did you mean two?"),)
    assert made(ann, remote="two").remote.name == "two"


def test_the_branch_follows_another_remote(ann: Clone) -> None:
    ann.git("remote", "rename", "origin", "upstream")
    ann.git("remote", "add", "origin", "/nowhere")
    assert made(ann).remote.name == "upstream"


def test_a_remote_that_cannot_be_reached(ann: Clone) -> None:
    ann.git("remote", "set-url", "origin", "/nowhere")
    (fault,) = refusal(ann)
    assert (fault.where, fault.hint) == ("origin", "look at: git ls-remote origin")
    assert fault.problem.startswith("cannot be reached: '/nowhere' does not appear to be a git repository")


@pytest.mark.parametrize(
    ("url", "pushed"),
    [
        ("https://example.com/own/iam", "git@example.com:own/iam.git"),
        ("https://ann:secret@example.com/own/iam.git", "ssh://git@EXAMPLE.com:22/own/iam/"),
        ("/srv/iam.git", "file:///srv/iam.git"),
        ("../iam", "../iam"),
    ],
)
def test_two_ways_to_one_place(url: str, pushed: str, ann: Clone) -> None:
    ann.git("remote", "set-url", "origin", url)
    ann.git("remote", "set-url", "--push", "origin", pushed)
    assert pushed_remote(open_repository(ann.folder), None).name == "origin"


@pytest.mark.parametrize(
    ("url", "pushed"),
    [
        ("https://example.com/own/iam", "git@example.com:fork/iam.git"),
        ("https://example.com/own/iam", "git@example.org:own/iam.git"),
        ("https://example.com/own/iam", "/own/iam"),
        ("../iam", "../iam-2"),
    ],
)
def test_pushed_elsewhere(url: str, pushed: str, ann: Clone) -> None:
    ann.git("remote", "set-url", "origin", url)
    ann.git("remote", "set-url", "--push", "origin", pushed)
    assert refusal(ann) == (Fault("origin", f"is read from {url}, and pushed to {pushed}", PUSH_URL),)


PUSH_URL = "look at git remote get-url --push --all origin; git config --unset-all remote.origin.pushurl"


def test_pushed_to_several_places(ann: Clone) -> None:
    url = ann.git("remote", "get-url", "origin")
    for one in (url, "../fork.git"):
        ann.git("config", "--add", "remote.origin.pushurl", one)
    what = "what is pushed to it goes to 2 places, and may arrive in some of them"
    assert refusal(ann) == (Fault("origin", what, PUSH_URL),)


def test_submodules_are_not_pushed_along(world: World, ann: Clone) -> None:
    ann.git("submodule", "--quiet", "add", f"file://{world.folder}/origin.git", "sub")
    sub = type(ann)(ann.folder / "sub")
    sub.git("config", "user.name", "Ann")
    sub.git("config", "user.email", "ann@example.com")
    sub.commit("Not pushed")
    sub.git("remote", "set-url", "origin", "/nowhere")
    ann.commit("A submodule")
    ann.push()
    ann.git("config", "push.recurseSubmodules", "on-demand")
    made(ann)


def test_no_upstream(ann: Clone) -> None:
    ann.git("branch", "--unset-upstream")
    assert made(ann).warnings == ()
    ann.commit("Another")
    ann.push()
    ann.git("--git-dir=../origin.git", "update-ref", "-d", "refs/heads/main")
    ann.git("config", "remote.origin.fetch", "+refs/heads/none:refs/remotes/origin/none")
    what = "there is no origin/main yet, and a release is of what is pushed"
    assert refusal(ann) == (Fault("main", what, "git push origin main"),)


def test_an_upstream_of_another_name(ann: Clone) -> None:
    ann.git("push", "--quiet", "origin", "main:trunk")
    ann.git("fetch", "--quiet")
    ann.git("branch", "--set-upstream-to=origin/trunk")
    ann.commit("Second")
    ann.git("push", "--quiet", "origin", "main:trunk")
    ann.git("reset", "--quiet", "--hard", "HEAD^")
    assert refusal(ann)[0].problem == "is 1 commit behind origin/trunk"


def test_behind_and_diverged(world: World, ann: Clone) -> None:
    bob = world.clone("bob")
    for name in ("one", "two"):
        bob.commit(name)
    bob.push()
    behind = Fault("main", "is 2 commits behind origin/main", "git pull --ff-only origin main")
    assert refusal(ann) == (behind,)
    ann.commit("three")
    diverged = Fault(
        "main", "has diverged from origin/main: 1 commit here, 2 commits there", "git pull --rebase origin main"
    )
    assert refusal(ann) == (diverged,)
    ann.git("pull", "--quiet", "--rebase", "origin", "main")
    what = "has 1 commit that origin/main does not have, and a release is of what is pushed"
    assert refusal(ann) == (Fault("main", what, "git push origin main"),)
    ann.push()
    assert len(made(ann).commits) == 4


def test_a_tag_that_there_is(world: World, ann: Clone) -> None:
    made(world.clone("bob"))
    ann.commit("Second")
    ann.push()
    assert refusal_after_fetch(ann, "v0.0.1") == (
        Fault("tag v0.0.1", "is there already, in origin", "a release stays as it is"),
    )


def refusal_after_fetch(clone: Clone, asked: str) -> tuple[Fault, ...]:
    """Fetch first what a refusal may fetch too, so that nothing else differs."""
    clone.git("fetch", "--quiet", "--tags")
    return refusal(clone, asked)


def test_a_release_of_somebody_else_counts_without_a_fetch(world: World, ann: Clone) -> None:
    made(world.clone("bob"))
    ann.commit("Second")
    ann.push()
    release = made(ann)
    assert (str(release.version), str(release.previous)) == ("v0.0.2", "v0.0.1")
    assert [one.subject for one in release.commits] == ["Second"]


def test_other_tags_neither_come_nor_go(world: World, ann: Clone) -> None:
    bob = world.clone("bob")
    bob.git("tag", "of-bob")
    bob.push("of-bob")
    made(bob)
    for setting in ("fetch.prune", "fetch.pruneTags"):
        ann.git("config", setting, "true")
    ann.git("config", "remote.origin.tagOpt", "--tags")
    ann.git("tag", "of-ann")
    ann.commit("Second")
    ann.push()
    made(ann)
    assert ann.tags() == ["of-ann", "v0.0.1", "v0.0.2"]


def test_a_tag_that_never_got_there(ann: Clone) -> None:
    ann.git("tag", "v0.0.1")
    hint = "git push origin refs/tags/v0.0.1, or git tag --delete v0.0.1"
    assert refusal(ann) == (Fault("tag v0.0.1", "is here but not in origin", hint),)
    ann.git("tag", "--delete", "v0.0.1")
    made(ann)
    ann.commit("Second")
    ann.push()
    ann.git("tag", "v0.0.5")
    assert refusal(ann)[0].where == "tag v0.0.5"


def test_a_tag_on_another_commit(ann: Clone) -> None:
    first = made(ann).commit
    second = ann.commit("Second")
    ann.push()
    ann.git("tag", "--force", "v0.0.1", "HEAD")
    hint = "if origin is right: git fetch --force origin refs/tags/v0.0.1:refs/tags/v0.0.1; else find out who moved it"
    assert refusal(ann) == (Fault("tag v0.0.1", f"is on {second[:10]} here and on {first[:10]} in origin", hint),)
    ann.git("tag", "--force", "v0.0.1", first)
    assert refusal(ann)[0].problem == "is another object here than in origin"
    ann.git("fetch", "--quiet", "--force", "origin", "refs/tags/v0.0.1:refs/tags/v0.0.1")
    assert str(made(ann).version) == "v0.0.2"


def test_tags_that_are_no_releases(ann: Clone) -> None:
    head = ann.git("rev-parse", "HEAD")
    for name in ("-x", "v9", "v1.2.3.4", "vendor", "env/infra/20260101-000000-v7.0.0", "v08.0.0", "v9.0.0-$(id)"):
        ann.git("update-ref", f"refs/tags/{name}", head)
        ann.git("push", "--quiet", "origin", f"refs/tags/{name}")
    assert str(made(ann).version) == "v0.0.1"


def test_only_a_greater_version_from_main(ann: Clone) -> None:
    made(ann, "v1.2.3")
    ann.commit("Second")
    ann.push()
    made(ann, "v1.3.0")
    ann.commit("Third")
    ann.push()
    hint = (
        "choose a greater version; a hotfix of v1.2.3 is made from a branch off it: git switch -c hotfix-v1.2.4 v1.2.3"
    )
    assert refusal(ann, "v1.2.4") == (Fault("tag v1.2.4", "is not greater than the last release, v1.3.0", hint),)
    assert refusal(ann, "v0.9.0") == (
        Fault("tag v0.9.0", "is older than every release: the last is v1.3.0", "choose a greater version"),
    )


@pytest.mark.parametrize("asked", ["v1.2.4", "v1.2.3-hotfix.1"])
def test_a_hotfix_of_an_older_release(asked: str, ann: Clone) -> None:
    made(ann, "v1.2.3")
    ann.commit("Second")
    ann.push()
    made(ann, "v1.3.0")
    ann.git("switch", "--quiet", "--create", "hot", "v1.2.3")
    ann.push()
    ann.commit("Mend it")
    ann.push()
    release = made(ann, asked)
    assert ([one.subject for one in release.commits], str(release.previous)) == (["Mend it"], "v1.2.3")
    assert ann.there()[f"refs/tags/{asked}"] == ann.git("rev-parse", "HEAD")
    ann.commit("Mend it again")
    ann.push()
    assert [one.subject for one in made(ann, f"{asked[:-1]}9").commits] == ["Mend it again"]
    ann.git("switch", "--quiet", "main")
    ann.commit("Fourth")
    ann.push()
    assert str(made(ann).version) == "v1.3.1"


def test_a_hotfix_of_the_last_release(ann: Clone) -> None:
    made(ann, "v1.2.3")
    ann.commit("Not ready")
    ann.push()
    ann.git("switch", "--quiet", "--create", "hot", "v1.2.3")
    ann.push()
    ann.commit("Mend it")
    ann.push()
    assert str(made(ann, "v1.2.3-hotfix.1").previous) == "v1.2.3"


def test_a_hotfix_from_the_wrong_place(ann: Clone) -> None:
    made(ann, "v1.1.0")
    ann.commit("Second")
    ann.push()
    made(ann, "v1.2.0")
    ann.commit("Third")
    ann.push()
    made(ann, "v1.3.0")
    ann.git("switch", "--quiet", "--create", "hot", "v1.1.0")
    ann.push()
    ann.commit("Mend it")
    ann.push()
    hint = (
        "choose a greater version; a hotfix of v1.2.0 is made from a branch off it: git switch -c hotfix-v1.2.1 v1.2.0"
    )
    assert refusal(ann, "v1.2.1") == (Fault("hot", "v1.2.1 would mend v1.2.0, and this branch is off v1.1.0", hint),)
    ann.git("switch", "--quiet", "--create", "hotter", "v1.3.0")
    ann.push()
    assert refusal(ann, "v1.2.1")[0].problem == "v1.2.1 would mend v1.2.0, and this branch is off v1.3.0"
    ann.git("switch", "--quiet", "--orphan", "nothing")
    ann.commit("Begin anew", users_py="")
    ann.push()
    assert refusal(ann, "v1.2.1")[0].problem == "v1.2.1 would mend v1.2.0, and this branch is off no release"


def test_a_last_release_that_main_does_not_have(ann: Clone) -> None:
    made(ann, "v1.2.3")
    ann.git("switch", "--quiet", "--create", "hot")
    ann.commit("Mend it")
    ann.git("tag", "--annotate", "--message=by hand", "v1.2.4")
    ann.git("push", "--quiet", "origin", "v1.2.4")
    ann.git("switch", "--quiet", "main")
    ann.commit("Second")
    ann.push()
    release = made(ann)
    assert [one.subject for one in release.commits] == ["Second"]
    what = "v1.2.4 is not in this branch's history: what it changed may be missing here"
    assert release.warnings == (Fault("main", what, "look at: git log main..v1.2.4"),)


def test_a_hotfix_that_main_does_not_have(ann: Clone) -> None:
    """By its name it comes before the release that it mends."""
    made(ann, "v1.0.0")
    ann.git("switch", "--quiet", "--create", "hot")
    ann.push()
    ann.commit("Mend it")
    ann.push()
    made(ann, "v1.0.0-hotfix.1")
    ann.git("switch", "--quiet", "main")
    ann.commit("Second")
    ann.push()
    what = "v1.0.0-hotfix.1 is not in this branch's history: what it changed may be missing here"
    missing = Fault("main", what, "look at: git log main..v1.0.0-hotfix.1")
    assert plan(ann).warnings == (missing,)
    ann.git("switch", "--quiet", "--create", "hotter", "v1.0.0")
    ann.push()
    ann.commit("Mend it otherwise")
    ann.push()
    hot = Fault("hotter", what, "look at: git log hotter..v1.0.0-hotfix.1")
    assert plan(ann, "v1.0.0-hotfix.2").warnings[-1] == hot
    ann.git("switch", "--quiet", "main")
    ann.git("merge", "--quiet", "--no-edit", "hot")
    ann.push()
    made(ann)
    ann.git("switch", "--quiet", "hot")
    ann.commit("Mend it again")
    ann.push()
    assert plan(ann, "v1.0.0-hotfix.2").warnings[1:] == ()  # what came later is no business of a hotfix


def test_a_tag_that_moved_under_a_hotfix(ann: Clone) -> None:
    made(ann)
    second = ann.commit("Second")
    ann.push()
    made(ann)
    ann.git("switch", "--quiet", "--create", "hot", "v0.0.1")
    ann.push()
    ann.commit("Mend it")
    ann.push()
    ann.git("tag", "--force", "v0.0.1", second)
    assert refusal(ann, "v0.0.1-hotfix.1")[0].where == "tag v0.0.1"


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
    release = made(ann, folder="team/i a m")
    assert [one.subject for one in release.commits] == ["Move in"]
    (folder / "new").write_text("")
    assert refusal(ann, folder="team/i a m")[0].problem == "not everything is committed: team/i a m/new"


def test_a_worktree(ann: Clone) -> None:
    ann.git("switch", "--quiet", "--create", "other")
    ann.git("worktree", "add", "--quiet", "../a worktree", "main")
    worktree = type(ann)(ann.folder.parent / "a worktree")
    assert made(worktree).branch == "main"
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


def test_the_repository_of_a_hook_is_not_ours(ann: Clone, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_DIR", "/nowhere")
    monkeypatch.setenv("GIT_INDEX_FILE", "/nowhere/index")
    assert str(planned(open_repository(ann.folder), "patch", None, None).version) == "v0.0.1"


def hook(folder: Path, name: str, script: str) -> None:
    place = folder / "hooks" / name
    place.parent.mkdir(exist_ok=True)
    place.write_text(f"#!/bin/sh\n{script}\n")
    place.chmod(place.stat().st_mode | stat.S_IXUSR)


def test_a_hook_that_refuses_leaves_no_tag(ann: Clone, capfd: pytest.CaptureFixture[str]) -> None:
    hook(ann.folder / ".git", "pre-push", "cat >pushed; echo not on a Friday >&2; exit 1")
    (fault,) = refusal(ann)
    assert (fault.where, fault.hint) == ("tag v0.0.1", "nothing was released, and there is no tag")
    assert "not on a Friday" in capfd.readouterr().err
    assert "refs/tags/v0.0.1" in (ann.folder / "pushed").read_text()
    assert "refs/tags/v0.0.1" not in ann.there()


def test_a_hook_of_the_remote_that_refuses(ann: Clone) -> None:
    hook(ann.folder / "../origin.git", "pre-receive", "exit 1")
    assert refusal(ann) == (
        Fault(
            "tag v0.0.1",
            "origin did not take it: [remote rejected] (pre-receive hook declined)",
            "nothing was released, and there is no tag",
        ),
    )


def test_two_clones_at_once(world: World, ann: Clone) -> None:
    bob = world.clone("bob")
    bobs = plan(bob)
    made(ann)
    with pytest.raises(IamgenError) as caught:
        publish(bobs, "mine")
    assert caught.value.faults == (
        Fault("origin", "has moved meanwhile: nothing was released", "look at it, and release again"),
    )
    assert bob.tags() == []


def test_two_clones_in_the_same_moment(world: World, ann: Clone) -> None:
    """Bob's tag gets there after ann has looked, and before she pushes."""
    bob = world.clone("bob")
    hook(
        ann.folder / ".git",
        "pre-push",
        f"unset GIT_DIR; cd '{bob.folder}' && git tag v0.0.1 && git push -q origin v0.0.1",
    )
    (fault,) = refusal(ann)
    assert fault.where == "tag v0.0.1"
    assert fault.problem.startswith("origin did not take it: [")
    assert ann.tags() == []


def test_nothing_leads_to_a_tag_before_the_remote_has_it(ann: Clone) -> None:
    """However this process ends, `git push --tags` publishes nothing that the remote did not take."""
    repository = open_repository(ann.folder)
    tag = NewTag("v0.0.1", repository.head(), "v0.0.1", signature(repository))
    identity = tag_object(repository, tag)
    assert ann.tags() == []
    assert ann.git("cat-file", "-t", identity) == "tag"
    assert ann.git("rev-parse", f"{identity}^{{commit}}") == tag.commit
    hook(ann.folder / ".git", "pre-push", "git tag --list >tags")
    made(ann)
    assert (ann.folder / "tags").read_text() == ""
    assert ann.tags() == ["v0.0.1"]


def test_a_push_that_is_killed_leaves_no_tag(ann: Clone) -> None:
    hook(ann.folder / ".git", "pre-push", "kill -KILL $PPID")
    assert refusal(ann)[0].problem == "origin did not take it: see above"


@pytest.mark.skipif(not shutil.which("ssh-keygen"), reason="no ssh-keygen to sign with")
@pytest.mark.parametrize("setting", ["tag.gpgSign", "tag.forceSignAnnotated"])
def test_a_tag_is_signed_where_git_is_set_up_to(setting: str, ann: Clone) -> None:
    key = ann.folder.parent / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    for name, value in ((setting, "true"), ("gpg.format", "ssh"), ("user.signingKey", f"{key}.pub")):
        ann.git("config", name, value)
    ann.git("config", "log.showSignature", "true")
    ann.git("commit", "--quiet", "--allow-empty", "--gpg-sign", "--message=Signed")
    ann.push()
    assert [one.subject for one in made(ann).commits] == ["Signed", "Begin"]
    assert "-----BEGIN SSH SIGNATURE-----" in ann.git("cat-file", "-p", "v0.0.1")


def test_a_signature_that_fails_leaves_no_tag(ann: Clone) -> None:
    ann.git("config", "tag.gpgSign", "true")
    ann.git("config", "gpg.program", "false")
    (fault,) = refusal(ann)
    assert (fault.where, fault.hint) == ("tag v0.0.1", "nothing was pushed")
    assert fault.problem.startswith("cannot be made: ")


def test_an_answer_that_is_lost_is_no_failure(ann: Clone) -> None:
    """The remote took the tag, and the connection broke before it said so."""
    ann.git("config", "remote.origin.receivepack", "sh -c 'git-receive-pack \"$@\"; exit 7' sh")
    ann.git("remote", "set-url", "origin", "../origin.git")
    release = made(ann)
    assert ann.there()[f"refs/tags/{release.version}"] == release.commit
    assert ann.tags() == [str(release.version)]


class Interrupted(Remote):
    """A remote whose answer is lost, and a signal comes while it is asked again."""

    def push(self, specs: Sequence[str], leases: Iterable[tuple[str, str]] = ()) -> str:
        return super().push(specs, leases) or "lost"

    def refs(self, *patterns: str) -> Refs:
        os.kill(os.getpid(), signal.SIGTERM)
        return super().refs(*patterns)


def test_a_signal_that_comes_when_the_remote_has_it(ann: Clone) -> None:
    repository = open_repository(ann.folder)
    tag = NewTag("v0.0.1", repository.head(), "v0.0.1", signature(repository))
    with pytest.raises(InterruptError) as caught:
        push_tag(Interrupted(repository, "origin"), tag)
    hint = "look at: git ls-remote origin refs/tags/v0.0.1"
    assert caught.value.faults == (Fault("tag v0.0.1", "interrupted too late: origin has it, and it stays", hint),)
    assert ann.tags() == ["v0.0.1"]


def test_names_and_subjects_that_a_terminal_would_obey(ann: Clone) -> None:
    ann.git("config", "user.name", "E\x1b[31mve")
    ann.commit("Red \x1b[31m alert \u202e")
    ann.push()
    (commit, *_) = made(ann).commits
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
    assert str(made(ann).version) == "v0.0.1"


def test_references_that_break_git_are_no_bug(ann: Clone) -> None:
    written(ann, "heads/a b", "tags/v1.2.3 ")
    with pytest.raises(IamgenError) as caught:
        made(ann)
    assert caught.value.faults == (Fault("git fetch", "bad object refs/heads/a b", "look at: git fetch origin"),)


def test_a_release_on_no_commit(ann: Clone) -> None:
    ann.git("tag", "v0.0.1", "HEAD^{tree}")
    ann.push("v0.0.1")
    ann.commit("Second")
    ann.push()
    assert refusal(ann) == (Fault("tag v0.0.1", "is there already, in origin", "a release stays as it is"),)


@pytest.mark.parametrize("asked", ["bugfix", "v9.1.0"])
def test_a_later_release_on_no_commit(asked: str, ann: Clone) -> None:
    made(ann)
    ann.git("tag", "--annotate", "--message=A file", "v9.0.0", "HEAD:users.py")
    ann.push("v9.0.0")
    ann.git("tag", "--delete", "v9.0.0")
    ann.commit("Second")
    ann.push()
    release = made(ann, asked)
    assert (str(release.version), str(release.previous)) == ("v0.0.2" if asked == "bugfix" else asked, "v0.0.1")
    hint = "if nobody needs it: git push --delete origin refs/tags/v9.0.0"
    assert release.warnings == (Fault("tag v9.0.0", "is on no commit, and left out", hint),)


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


def test_the_tag_is_made_and_pushed_by_its_id(ann: Clone) -> None:
    """What is named like the tag or the commit, here and by the time of the push, is not taken for it."""
    release = plan(ann)
    evil = ann.commit("Evil")
    for ref in ("refs/tags/refs/tags/v0.0.1", f"refs/tags/{release.commit}", "refs/heads/v0.0.1"):
        ann.git("update-ref", ref, evil)
    publish(release, "v0.0.1")
    assert ann.there()["refs/tags/v0.0.1"] == release.commit
    assert ann.git("rev-parse", "refs/tags/v0.0.1^{commit}") == release.commit


def test_the_release_is_read_back(ann: Clone) -> None:
    release = plan(ann)
    hook(ann.folder / "../origin.git", "post-receive", "git tag --force v0.0.1 main^{tree}")
    with pytest.raises(IamgenError) as caught:
        publish(release, "v0.0.1")
    (fault,) = caught.value.faults
    assert (fault.where, fault.problem[:36]) == (
        "tag v0.0.1",
        "was pushed, and yet origin has " + ann.git("rev-parse", "HEAD^{tree}")[:5],
    )
    assert ann.tags() == []


def test_the_notes_of_a_hotfix_begin_after_the_nearest_release(ann: Clone) -> None:
    """Also where several lead into the history by merges, and without asking git about each release."""
    for version in ("v0.0.1", "v0.0.2"):
        ann.commit(f"For {version}")
        ann.git("tag", "--annotate", f"--message={version}", version)
    ann.git("switch", "--quiet", "--create", "side", "v0.0.1")
    for number in range(3):
        ann.commit(f"Side {number}")
    ann.git("tag", "--annotate", "--message=x", "v0.0.1-hotfix.1")
    ann.git("switch", "--quiet", "--create", "hot", "v0.0.2")
    ann.git("merge", "--quiet", "--no-ff", "--message=Merge", "side")
    ann.commit("Mend it")
    ann.git("switch", "--quiet", "main")
    ann.commit("For v0.0.3")
    ann.git("tag", "--annotate", "--message=x", "v0.0.3")
    ann.git("switch", "--quiet", "hot")
    ann.push("main", "hot", "v0.0.1", "v0.0.1-hotfix.1", "v0.0.2", "v0.0.3")
    release = plan(ann, "v0.0.2-hotfix.1")
    assert str(release.previous) == "v0.0.1-hotfix.1"
    assert [commit.subject for commit in release.commits] == ["Mend it", "For v0.0.2"]


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
    assert [commit.subject for commit in made(ann, folder="team").commits] == ["Beside"]


def test_no_hook_runs_while_a_commit_is_looked_at(ann: Clone) -> None:
    for name in ("post-index-change", "post-checkout", "reference-transaction", "fsmonitor-watchman"):
        hook = ann.folder / ".git/hooks" / name
        hook.write_text("#!/bin/sh\ntouch ran\n")
        hook.chmod(0o755)
    repository = open_repository(ann.folder)
    with exported(repository, repository.head(), "HEAD"):
        pass
    assert not (ann.folder / "ran").exists()
