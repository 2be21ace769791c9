"""What becomes of a release whose push is refused, raced, killed or signed: real git, hooks and several clones."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Iterable, Sequence
from typing import Any

import pytest

from iamgen.errors import Fault, IamgenError, InterruptError
from iamgen.release.committer import signature
from iamgen.release.releasing import planned, publish
from iamgen.release.remotes import Refs, Remote
from iamgen.release.repository import open_repository
from iamgen.release.tags import NewTag, push_tag, tag_object
from tests.release.released import hook, make_release, plan, refusal

World = Any
Clone = Any


def test_the_repository_of_a_hook_is_not_ours(ann: Clone, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_DIR", "/nowhere")
    monkeypatch.setenv("GIT_INDEX_FILE", "/nowhere/index")
    assert str(planned(open_repository(ann.folder), "patch", None, None).version) == "v0.0.1"


def test_a_hook_that_refuses_leaves_no_tag(ann: Clone, capfd: pytest.CaptureFixture[str]) -> None:
    hook(ann.folder / ".git", "pre-push", "cat >pushed; echo not on a Friday >&2; exit 1")
    (fault,) = refusal(ann)
    assert (fault.where, fault.hint) == ("tag v0.0.1", "nothing was released, and there is no tag")
    assert "not on a Friday" in capfd.readouterr().err
    assert "refs/tags/v0.0.1" in (ann.folder / "pushed").read_text()
    assert "refs/tags/v0.0.1" not in ann.remote_refs()


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
    make_release(ann)
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
    make_release(ann)
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
    assert [commit.subject for commit in make_release(ann).commits] == ["Signed", "Begin"]
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
    release = make_release(ann)
    assert ann.remote_refs()[f"refs/tags/{release.version}"] == release.commit
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


def test_the_tag_is_made_and_pushed_by_its_id(ann: Clone) -> None:
    """What is named like the tag or the commit, here and by the time of the push, is not taken for it."""
    release = plan(ann)
    evil = ann.commit("Evil")
    for ref in ("refs/tags/refs/tags/v0.0.1", f"refs/tags/{release.commit}", "refs/heads/v0.0.1"):
        ann.git("update-ref", ref, evil)
    publish(release, "v0.0.1")
    assert ann.remote_refs()["refs/tags/v0.0.1"] == release.commit
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
