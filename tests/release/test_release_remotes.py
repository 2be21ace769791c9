"""Which remote a release goes to, and what must have been pushed there before: real git, several remotes."""

from __future__ import annotations

from typing import Any

import pytest

from iamgen.errors import Fault
from iamgen.release.push_url import pushed_remote
from iamgen.release.repository import open_repository
from tests.release.released import make_release, refusal

World = Any
Clone = Any


def test_a_shallow_clone(world: World, ann: Clone) -> None:
    ann.commit("Second")
    ann.push()
    clone = world.clone("shallow", "--depth=1")
    assert refusal(clone) == (
        Fault("git", "this clone is shallow: what came before cannot be seen", "git fetch --unshallow"),
    )
    clone.git("fetch", "--quiet", "--unshallow")
    assert len(make_release(clone).commits) == 2


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
    assert make_release(ann, remote="two").remote.name == "two"


def test_the_branch_follows_another_remote(ann: Clone) -> None:
    ann.git("remote", "rename", "origin", "upstream")
    ann.git("remote", "add", "origin", "/nowhere")
    assert make_release(ann).remote.name == "upstream"


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
    for element in (url, "../fork.git"):
        ann.git("config", "--add", "remote.origin.pushurl", element)
    message = "what is pushed to it goes to 2 places, and may arrive in some of them"
    assert refusal(ann) == (Fault("origin", message, PUSH_URL),)


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
    make_release(ann)


def test_no_upstream(ann: Clone) -> None:
    ann.git("branch", "--unset-upstream")
    assert make_release(ann).warnings == ()
    ann.commit("Another")
    ann.push()
    ann.git("--git-dir=../origin.git", "update-ref", "-d", "refs/heads/main")
    ann.git("config", "remote.origin.fetch", "+refs/heads/none:refs/remotes/origin/none")
    message = "there is no origin/main yet, and a release is of what is pushed"
    assert refusal(ann) == (Fault("main", message, "git push origin main"),)


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
    message = "has 1 commit that origin/main does not have, and a release is of what is pushed"
    assert refusal(ann) == (Fault("main", message, "git push origin main"),)
    ann.push()
    assert len(make_release(ann).commits) == 4
