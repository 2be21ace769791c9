"""What may be promoted, and what happens when several people do: real git, a real remote, several clones."""

from __future__ import annotations

import re
import stat
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from iamgen.errors import Fault, IamgenError, UsageError
from iamgen.release.audit import log_of, when_and_what
from iamgen.release.committer import signature
from iamgen.release.exported_tree import exported
from iamgen.release.promotion import Promotion, PromotionRequest, planned, publish, require_channel
from iamgen.release.repository import open_repository
from iamgen.release.tags import NewTag, tag_object
from iamgen.release.versions import parse

World = Any
Clone = Any


@pytest.fixture
def ann(world: World) -> Clone:
    """Return a clone in which v0.0.1 and v0.0.2 were released."""
    clone = world.clone("ann")
    released(clone, "v0.0.1")
    clone.commit("Second")
    released(clone, "v0.0.2")
    return clone


def released(clone: Clone, version: str) -> None:
    """Make a release as it is in the end: a tag there."""
    clone.git("tag", "--annotate", f"--message={version}", version)
    clone.push("HEAD", version)


def plan(clone: Clone, asked: str, channel: str = "infra", remote: str | None = None) -> Promotion:
    return planned(open_repository(clone.folder), PromotionRequest(channel, asked, remote))


def make_promotion(clone: Clone, asked: str, channel: str = "infra", remote: str | None = None) -> Promotion:
    promotion = plan(clone, asked, channel, remote)
    publish(promotion, f"{asked} to {channel}")
    return promotion


def refusal(clone: Clone, asked: str, channel: str = "infra", remote: str | None = None) -> tuple[Fault, ...]:
    before = clone.remote_refs(), clone.tags()
    with pytest.raises(IamgenError) as caught:
        make_promotion(clone, asked, channel, remote)
    assert (clone.remote_refs(), clone.tags()) == before
    return caught.value.faults


def lost(clone: Clone, promotion: Promotion) -> tuple[Fault, ...]:
    """Return what is said when a promotion that was planned comes too late."""
    before = clone.remote_refs()
    with pytest.raises(IamgenError) as caught:
        publish(promotion, "late")
    assert clone.remote_refs() == before
    assert clone.git("tag", "--list", "--format=%(taggername)", promotion.audit_tag) != promotion.by.name
    return caught.value.faults


def log(clone: Clone, channel: str = "infra") -> list[tuple[str, str]]:
    result, warnings = log_of(open_repository(clone.folder), channel, None)
    assert warnings == ()
    return [(str(promoted.version), promoted.who) for promoted in result]


def test_the_first_promotion_makes_the_branch(ann: Clone) -> None:
    promotion = make_promotion(ann, "v0.0.1")
    assert (promotion.now, promotion.is_rollback, promotion.comes, promotion.goes) == (None, False, (), ())
    commit = ann.git("rev-parse", "v0.0.1^{commit}")
    remote_refs = ann.remote_refs()
    assert remote_refs["refs/heads/env/infra"] == commit
    assert remote_refs[f"refs/tags/{promotion.audit_tag}"] == commit
    assert re.fullmatch(r"env/infra/\d{8}-\d{6}-v0\.0\.1", promotion.audit_tag)
    assert ann.git("cat-file", "-t", promotion.audit_tag) == "tag"
    assert ann.git("branch", "--list") == "* main"


def test_forward_back_and_again(ann: Clone) -> None:
    make_promotion(ann, "v0.0.1")
    forward = make_promotion(ann, "v0.0.2")
    assert ([come.subject for come in forward.comes], forward.goes, forward.is_rollback) == (["Second"], (), False)
    back = make_promotion(ann, "v0.0.1")
    assert (back.comes, [commit.subject for commit in back.goes], back.is_rollback) == ((), ["Second"], True)
    assert back.now_name == "v0.0.2"
    again = plan(ann, "v0.0.1")
    assert (again.is_there, again.is_rollback) == (True, False)
    assert log(ann) == [(version, "Ann <ann@example.com>") for version in ("v0.0.1", "v0.0.2", "v0.0.1")]


def test_a_hotfix_in_the_place_of_something_newer_is_a_rollback(ann: Clone) -> None:
    ann.git("switch", "--quiet", "--create", "hot", "v0.0.1")
    ann.commit("Mend it")
    released(ann, "v0.0.1-hotfix.1")
    make_promotion(ann, "v0.0.2")
    promotion = make_promotion(ann, "v0.0.1-hotfix.1")
    assert promotion.is_rollback
    assert [come.subject for come in promotion.comes] == ["Mend it"]
    assert [commit.subject for commit in promotion.goes] == ["Second"]
    onward = make_promotion(ann, "v0.0.2")
    assert (onward.is_rollback, [commit.subject for commit in onward.goes]) == (False, ["Mend it"])


def test_a_hotfix_of_what_is_there_is_no_rollback(ann: Clone) -> None:
    """It is a pre-release by its name, and so lower; it takes nothing back."""
    make_promotion(ann, "v0.0.2")
    ann.commit("Mend it")
    released(ann, "v0.0.2-hotfix.1")
    promotion = make_promotion(ann, "v0.0.2-hotfix.1")
    assert ([come.subject for come in promotion.comes], promotion.goes, promotion.is_rollback) == (
        ["Mend it"],
        (),
        False,
    )
    assert make_promotion(ann, "v0.0.2").is_rollback


def test_the_release_is_fetched(world: World, ann: Clone) -> None:
    bob = world.clone("bob", "--no-tags", "--single-branch", "--branch=main")
    assert bob.tags() == []
    assert make_promotion(bob, "v0.0.2").commit == ann.git("rev-parse", "v0.0.2^{commit}")


def test_neither_a_branch_nor_a_clean_tree_is_needed(ann: Clone) -> None:
    ann.git("switch", "--quiet", "--detach")
    (ann.folder / "new").write_text("")
    assert make_promotion(ann, "v0.0.1").now is None


@pytest.mark.parametrize(
    ("asked", "fault"),
    [
        ("v0.0.3", Fault("tag v0.0.3", "there is no such release in origin", "did you mean v0.0.2 or v0.0.1?")),
        ("v9.9.9", Fault("tag v9.9.9", "there is no such release in origin", "the newest is v0.0.2")),
    ],
)
def test_a_release_that_there_is_not(asked: str, fault: Fault, ann: Clone) -> None:
    assert refusal(ann, asked) == (fault,)


def test_no_release_at_all(world: World) -> None:
    assert refusal(world.clone("bob"), "v0.0.1")[0].hint == "make one: iamgen release"


def test_a_tag_that_is_only_here(ann: Clone) -> None:
    ann.git("tag", "v0.0.3")
    hint = "git push origin refs/tags/v0.0.3"
    assert refusal(ann, "v0.0.3") == (Fault("tag v0.0.3", "is here but not in origin", hint),)


def test_a_tag_on_another_commit(ann: Clone) -> None:
    ann.git("tag", "--force", "v0.0.1", "HEAD")
    (fault,) = refusal(ann, "v0.0.1")
    assert fault.problem.startswith("is on ")


def test_a_tag_on_no_commit(ann: Clone) -> None:
    ann.git("tag", "v0.0.3", "HEAD^{tree}")
    ann.push("v0.0.3")
    assert refusal(ann, "v0.0.3") == (Fault("tag v0.0.3", "leads to no commit", "promote a release"),)


def test_a_shallow_clone(world: World, ann: Clone) -> None:
    assert refusal(world.clone("shallow", "--depth=1"), "v0.0.1")[0].hint == "git fetch --unshallow"


def test_no_remote(ann: Clone) -> None:
    ann.git("remote", "rename", "origin", "elsewhere")
    assert plan(ann, "v0.0.1", remote="elsewhere").remote.name == "elsewhere"
    ann.git("remote", "remove", "elsewhere")
    with pytest.raises(IamgenError) as caught:
        plan(ann, "v0.0.1")
    assert caught.value.faults == (Fault("git remote", "there is no remote", "git remote add origin URL"),)


def test_channels() -> None:
    require_channel("infra", ("infra", "audit"))
    with pytest.raises(UsageError) as caught:
        require_channel("infar", ("infra", "audit"))
    assert caught.value.faults == (Fault("promote", "there is no channel 'infar'", "did you mean infra?"),)


@pytest.mark.parametrize("channel", ["a..b", "x.lock", "y."])
def test_a_channel_that_git_does_not_take(channel: str, ann: Clone) -> None:
    message = "git allows no such name"
    assert refusal(ann, "v0.0.1", channel) == (
        Fault(f"branch env/{channel}", message, "choose another name in Settings(channels=…)"),
    )


def test_a_branch_that_is_in_the_way(ann: Clone) -> None:
    ann.push("HEAD:refs/heads/env")
    message = "it has a branch env, beside which there can be no env/…"
    assert refusal(ann, "v0.0.1") == (
        Fault("origin", message, "rename it, then: git push --delete origin refs/heads/env"),
    )


def test_somebody_promoted_meanwhile(world: World, ann: Clone) -> None:
    make_promotion(ann, "v0.0.1")
    anns = plan(ann, "v0.0.2")
    ann.commit("Third")
    released(ann, "v0.0.3")
    make_promotion(world.clone("bob"), "v0.0.3")
    (fault,) = lost(ann, anns)
    assert (fault.where, fault.hint) == ("env/infra", "look at iamgen promote infra --log, and promote again")
    assert re.fullmatch(
        r"Bob <bob@example\.com> promoted v0\.0\.3 at \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC, meanwhile: nothing was changed",
        fault.problem,
    )


def test_two_first_promotions(world: World, ann: Clone) -> None:
    anns = plan(ann, "v0.0.1")
    make_promotion(world.clone("bob"), "v0.0.2")
    assert "Bob <bob@example.com> promoted v0.0.2" in lost(ann, anns)[0].problem


def test_the_same_version_by_two_in_the_same_second(world: World, ann: Clone, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_COMMITTER_DATE", "2026-11-24T12:00:00Z")
    make_promotion(ann, "v0.0.1")
    anns = plan(ann, "v0.0.2")
    make_promotion(world.clone("bob"), "v0.0.2")
    assert "Bob <bob@example.com> promoted v0.0.2" in lost(ann, anns)[0].problem


def test_somebody_pushed_by_hand_meanwhile(ann: Clone) -> None:
    make_promotion(ann, "v0.0.1")
    anns = plan(ann, "v0.0.2")
    commit = ann.commit("By hand")
    ann.push("HEAD:refs/heads/env/infra")
    message = f"is on {commit[:10]} meanwhile, and no longer on v0.0.1: nothing was changed"
    assert lost(ann, anns) == (Fault("env/infra", message, "look at iamgen promote infra --log, and promote again"),)
    warned = log_of(open_repository(ann.folder), "infra", None)[1]
    assert warned == (
        Fault(
            "env/infra",
            f"is on {commit[:10]}, and no promotion put it there last",
            "find out who pushed it, and promote what should be there",
        ),
    )
    promotion = make_promotion(ann, "v0.0.2")
    assert (promotion.now_name, [commit.subject for commit in promotion.goes]) == (commit[:10], ["By hand"])
    assert promotion.is_rollback


def test_a_branch_that_is_deleted_meanwhile(ann: Clone) -> None:
    make_promotion(ann, "v0.0.1")
    anns = plan(ann, "v0.0.2")
    ann.push("--delete", "refs/heads/env/infra")
    assert lost(ann, anns)[0].problem.startswith("is on nothing meanwhile, and no longer on v0.0.1")


def hook(folder: Path, name: str, script: str) -> None:
    place = folder / "hooks" / name
    place.write_text(f"#!/bin/sh\n{script}\n")
    place.chmod(place.stat().st_mode | stat.S_IXUSR)


def test_both_or_neither(ann: Clone) -> None:
    """The remote refuses the tag alone; the branch does not move either."""
    hook(ann.folder / "../origin.git", "update", 'case "$1" in refs/tags/env/*) exit 1;; esac')
    assert refusal(ann, "v0.0.1") == (
        Fault("env/infra", "origin did not take it: [remote rejected] (hook declined)", "nothing was changed"),
    )


def test_a_remote_that_cannot_do_both_or_neither(ann: Clone) -> None:
    ann.git("--git-dir=../origin.git", "config", "receive.advertiseAtomic", "false")
    assert refusal(ann, "v0.0.1")[0].hint == "nothing was changed"


def test_a_local_hook_that_refuses(ann: Clone) -> None:
    hook(ann.folder / ".git", "pre-push", "exit 1")
    assert refusal(ann, "v0.0.1")[0].problem == "origin did not take it: see above"


def test_channels_know_nothing_of_each_other(ann: Clone) -> None:
    make_promotion(ann, "v0.0.1", "infra")
    make_promotion(ann, "v0.0.2", "infra-2")
    assert [version for version, _ in log(ann)] == ["v0.0.1"]
    assert [version for version, _ in log(ann, "infra-2")] == ["v0.0.2"]


def test_the_log_is_that_of_the_remote(world: World, ann: Clone) -> None:
    make_promotion(ann, "v0.0.1")
    ann.git("tag", "env/infra/20990101-000000-v0.0.2")
    bob = world.clone("bob", "--no-tags")
    assert log(bob) == log(ann) == [("v0.0.1", "Ann <ann@example.com>")]
    assert len(bob.tags()) == 1


def test_the_log_of_a_clone_without_a_remote(ann: Clone) -> None:
    make_promotion(ann, "v0.0.1")
    ann.git("remote", "remove", "origin")
    result, warnings = log_of(open_repository(ann.folder), "infra", None)
    assert [str(promoted.version) for promoted in result] == ["v0.0.1"]
    assert warnings == (Fault("git remote", "there is none: this clone's own log follows"),)


def test_a_log_that_was_meddled_with(ann: Clone) -> None:
    promotion = make_promotion(ann, "v0.0.1")
    ann.git("tag", "--force", promotion.audit_tag, "v0.0.2")
    with pytest.raises(IamgenError) as caught:
        log_of(open_repository(ann.folder), "infra", None)
    assert caught.value.faults[0].where == f"tag {promotion.audit_tag}"


def test_a_tag_that_names_nobody(ann: Clone) -> None:
    ann.git("tag", "env/infra/20260101-000000-v0.0.1", "v0.0.1^{commit}")
    ann.git("tag", "env/infra/notes", "v0.0.1")
    ann.push("refs/tags/env/infra/20260101-000000-v0.0.1", "refs/tags/env/infra/notes")
    result, _ = log_of(open_repository(ann.folder), "infra", None)
    assert [promoted.line for promoted in result] == ["2026-01-01 00:00:00  v0.0.1        (the tag names nobody)"]
    assert result[0].plain()["by"] is None


def test_the_moment_is_after_the_last_one(ann: Clone, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_COMMITTER_DATE", "2026-11-24T12:00:00Z")
    assert make_promotion(ann, "v0.0.1").audit_tag == "env/infra/20261124-120000-v0.0.1"
    promotion = make_promotion(ann, "v0.0.2")
    assert (promotion.audit_tag, promotion.warnings) == ("env/infra/20261124-120001-v0.0.2", ())
    reported = ann.git("tag", "--list", "--format=%(taggerdate:iso8601)", promotion.audit_tag)
    assert reported == "2026-11-24 12:00:01 +0000"
    monkeypatch.setenv("GIT_COMMITTER_DATE", "2026-11-24T11:00:00Z")
    behind = make_promotion(ann, "v0.0.1")
    assert behind.audit_tag == "env/infra/20261124-120002-v0.0.1"
    message = "it says that the last promotion was at 2026-11-24 12:00:01 UTC, and here it is 2026-11-24 11:00:00"
    assert behind.warnings == (Fault("tag env/infra/20261124-120001-v0.0.2", message, "set the clock that is wrong"),)
    assert [version for version, _ in log(ann)] == ["v0.0.1", "v0.0.2", "v0.0.1"]


@pytest.mark.parametrize("moment", ["20990101-000000", "99991231-235959"])
def test_a_tag_that_would_date_all_later_ones(moment: str, ann: Clone, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_COMMITTER_DATE", "2026-11-24T12:00:00Z")
    tag = f"env/infra/{moment}-v0.0.1"
    ann.push(f"v0.0.1:refs/tags/{tag}")
    (fault,) = refusal(ann, "v0.0.2")
    assert fault.where == f"tag {tag}"
    assert fault.problem.endswith(" UTC, and here it is 2026-11-24 12:00:00")
    removal = f"git push --delete origin refs/tags/{tag}"
    assert fault.hint == f"set the clock, if it is wrong; else find out who pushed the tag: {removal}"


def test_an_audit_tag_that_never_got_to_the_remote(ann: Clone) -> None:
    """What a killed process of an older iamgen left: git push --tags would publish it."""
    make_promotion(ann, "v0.0.1")
    ann.git("tag", "env/infra/20260101-000000-v0.0.2", "v0.0.2")
    message = "is here but not in origin, and git push --tags would publish it as a promotion"
    hint = "git update-ref -d refs/tags/env/infra/20260101-000000-v0.0.2"
    assert plan(ann, "v0.0.2").warnings == (Fault("tag env/infra/20260101-000000-v0.0.2", message, hint),)


def test_a_branch_that_was_moved_by_hand_is_told_beforehand(ann: Clone) -> None:
    make_promotion(ann, "v0.0.1")
    ann.push("v0.0.2^{commit}:refs/heads/env/infra")
    now = ann.git("rev-parse", "v0.0.2^{commit}")
    hint = "find out who pushed it, and promote what should be there"
    message = f"is on {now[:10]}, and no promotion put it there last"
    assert plan(ann, "v0.0.1").warnings == (Fault("env/infra", message, hint),)
    ann.push("--delete", "refs/heads/env/infra")
    gone = f"is gone, and the last promotion put it on {ann.git('rev-parse', 'v0.0.1^{commit}')[:10]}"
    assert plan(ann, "v0.0.1").warnings == (Fault("env/infra", gone, hint),)


def test_a_release_that_main_does_not_have(ann: Clone) -> None:
    assert (plan(ann, "v0.0.1").on_main, plan(ann, "v0.0.1").warnings) == (True, ())
    ann.git("switch", "--quiet", "--create", "hot", "v0.0.1")
    ann.commit("Mend it")
    ann.git("tag", "--annotate", "--message=v0.0.3", "v0.0.3")
    ann.push("refs/tags/v0.0.3")
    promotion = plan(ann, "v0.0.3")
    hint = "that may be a hotfix; if it is none, find out who released it"
    assert promotion.on_main is False
    assert promotion.warnings == (Fault("v0.0.3", "is not on the main branch of origin", hint),)
    ann.push("main:refs/heads/trunk")
    assert planned(open_repository(ann.folder), PromotionRequest("infra", "v0.0.2", main="trunk")).on_main
    unknown = planned(open_repository(ann.folder), PromotionRequest("infra", "v0.0.2", main="nowhere"))
    assert unknown.on_main is None
    (warning,) = unknown.warnings
    assert warning.problem == "whether it is on the main branch of origin cannot be told"
    assert warning.hint == "name the branch in users.py: Settings(main_branch=…)"


SHADOWS = [
    "refs/tags/{id}",
    "refs/heads/{id}",
    "refs/tags/" + "A" * 40,
    "refs/heads/" + "0f" * 32,
    "refs/heads/refs/heads/env/infra",
    "refs/tags/refs/tags/v0.0.2",
    "refs/tags/refs/heads/env/infra",
    "refs/heads/refs/tags/v0.0.2",
    "refs/tags/origin/main",
    "refs/heads/origin/env/infra",
    "refs/tags/HEAD",
    "refs/tags/FETCH_HEAD",
]


@pytest.mark.parametrize("name", SHADOWS)
def test_a_reference_of_the_remote_that_git_may_take_for_something_else(name: str, world: World, ann: Clone) -> None:
    """The remote has a reference that leads to a commit of somebody else's."""
    ref = name.format(id=ann.git("rev-parse", "v0.0.1^{commit}"))
    eve = world.clone("eve")
    evil = eve.commit("Evil")
    eve.git("push", "--quiet", "origin", f"{evil}^0:{ref}")
    (fault,) = refusal(ann, "v0.0.1")
    assert fault.where == ref.split("/", 2)[2]
    title = {"heads": "branch", "tags": "tag"}.get(ref.split("/")[1], "reference")
    assert fault.problem == f"in origin there is a {title} of this name, and git may take it for something else"
    assert fault.hint == f"find out who made it, and remove it: git push --delete origin {ref}"
    ann.git("push", "--quiet", "--delete", "origin", ref)
    make_promotion(ann, "v0.0.1")


@pytest.mark.parametrize("name", [*SHADOWS, "refs/{id}", "refs/refs/heads/env/infra"])
def test_a_reference_of_the_clone_that_git_may_take_for_something_else(name: str, ann: Clone) -> None:
    ref = name.format(id=ann.git("rev-parse", "v0.0.1^{commit}"))
    ann.git("update-ref", ref, "v0.0.2^{commit}")
    (fault,) = refusal(ann, "v0.0.1")
    title = {"heads": "branch", "tags": "tag"}.get(ref.split("/")[1], "reference")
    assert fault.problem == f"in this clone there is a {title} of this name, and git may take it for something else"
    assert fault.hint == f"find out who made it, and remove it: git update-ref -d {ref}"
    ann.git("update-ref", "-d", ref)
    make_promotion(ann, "v0.0.1")


@pytest.mark.parametrize("kinds", [("tags",), ("heads",), ("tags", "heads")])
def test_what_is_pushed_is_the_id_whatever_is_named_like_it(kinds: tuple[str, ...], ann: Clone) -> None:
    """The references come after iamgen has looked, and before git pushes."""
    promotion = plan(ann, "v0.0.1")
    evil = ann.commit("Evil")
    for kind in kinds:
        ann.git("update-ref", f"refs/{kind}/{promotion.commit}", evil)
    publish(promotion, "v0.0.1")
    assert ann.remote_refs()["refs/heads/env/infra"] == promotion.commit
    assert ann.remote_refs()[f"refs/tags/{promotion.audit_tag}"] == promotion.commit


def test_a_branch_that_takes_the_place_of_the_channel_meanwhile(ann: Clone) -> None:
    promotion = plan(ann, "v0.0.2")
    ann.push("v0.0.1^{commit}:refs/heads/refs/heads/env/infra")
    with pytest.raises(IamgenError) as caught:
        publish(promotion, "v0.0.2")
    assert "refs/heads/env/infra" not in ann.remote_refs()
    assert caught.value.faults[0].where == "env/infra"


def test_a_release_tag_with_a_shadow_in_another_clone_is_the_remotes(ann: Clone) -> None:
    """A branch named like a release is not taken for it."""
    ann.git("branch", "v0.0.1", "v0.0.2^{commit}")
    ann.git("branch", "env/infra", "v0.0.2^{commit}")
    assert (
        make_promotion(ann, "v0.0.1").commit
        == ann.remote_refs()["refs/tags/v0.0.1"]
        == ann.remote_refs()["refs/heads/env/infra"]
    )


def test_an_object_that_replaces_another_is_not_looked_at(ann: Clone) -> None:
    """What is shown is what is pushed, also where this clone has git read another commit in its place."""
    commit = ann.git("rev-parse", "v0.0.1^{commit}")
    evil = ann.commit("Evil", users_py="EVIL = True\n")
    ann.git("replace", commit, evil)
    assert "EVIL" in ann.git("show", f"{commit}:users.py")
    promotion = make_promotion(ann, "v0.0.1")
    with exported(promotion.repository, promotion.commit, "v0.0.1") as folder:
        assert "EVIL" not in (folder / "users.py").read_text()
    assert ann.remote_refs()["refs/heads/env/infra"] == commit


@pytest.mark.parametrize(
    ("script", "where", "state"),
    [
        ("git update-ref refs/heads/env/infra {other}", "env/infra", "{other:.10}"),
        ("git update-ref -d refs/heads/env/infra", "env/infra", "nothing"),
        ("git tag --force {tag} {other}", "tag {tag}", "{other:.10}"),
        ("git update-ref -d refs/tags/{tag}", "tag {tag}", "nothing"),
    ],
)
def test_what_the_remote_has_afterwards_is_read_back(script: str, where: str, state: str, ann: Clone) -> None:
    promotion = plan(ann, "v0.0.1")
    values = {"other": ann.git("rev-parse", "v0.0.2^{commit}"), "tag": promotion.audit_tag}
    hook(ann.folder / "../origin.git", "post-receive", script.format(**values))
    with pytest.raises(IamgenError) as caught:
        publish(promotion, "v0.0.1")
    (fault,) = caught.value.faults
    assert fault.where == where.format(**values)
    assert fault.problem.startswith(f"was pushed, and yet origin has {state.format(**values)} there now, and not ")


def test_a_remote_that_cannot_be_read_back(ann: Clone) -> None:
    promotion = plan(ann, "v0.0.1")
    hook(ann.folder / "../origin.git", "post-receive", "mv ../origin.git ../gone.git")
    with pytest.raises(IamgenError) as caught:
        publish(promotion, "v0.0.1")
    assert caught.value.faults[0].problem == "origin took it, and what it has now cannot be read back"


def test_a_protected_branch_is_not_put_back(ann: Clone) -> None:
    make_promotion(ann, "v0.0.2")
    ann.git("--git-dir=../origin.git", "config", "receive.denyNonFastForwards", "true")
    (fault,) = refusal(ann, "v0.0.1")
    assert fault.hint == (
        "nothing was changed; this promotion puts the branch back, which a protected branch refuses: "
        "allow forced pushes of env/infra to those who promote (iamgen docs release)"
    )


@pytest.mark.parametrize("date", ["@99999999999999 +0000", "@999999999999999999999 +0000"])
def test_a_moment_that_there_is_not(date: str, ann: Clone, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_COMMITTER_DATE", date)
    (fault,) = refusal(ann, "v0.0.2")
    assert fault.where == "git"


@pytest.mark.parametrize(
    "name", ["", "v1.2.3", "20261124-120000", "20261324-120000-v1.2.3", "20261124-120000-v1", "-x"]
)
def test_what_is_no_audit_tag(name: str) -> None:
    assert when_and_what(name) is None


def test_what_an_audit_tag_says() -> None:
    assert when_and_what("20261124-120000-v1.2.3-hotfix.1") == (
        datetime(2026, 11, 24, 12, tzinfo=UTC),
        parse("v1.2.3-hotfix.1"),
    )


@pytest.fixture
def signing(ann: Clone, tmp_path: Path) -> Clone:
    """Return a clone whose git signs tags with a key of ssh, and knows whose it is."""
    key = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    allowed = tmp_path / "allowed"
    allowed.write_text(f"ann@example.com {key.with_suffix('.pub').read_text()}")
    settings = {"gpg.format": "ssh", "user.signingkey": str(key), "tag.gpgSign": "true"}
    for name, value in {**settings, "gpg.ssh.allowedSignersFile": str(allowed)}.items():
        ann.git("config", name, value)
    return ann


def signature_said(clone: Clone, version: str) -> list[Fault]:
    return [fault for fault in plan(clone, version).warnings if fault.where == f"tag {version}"]


def tagged(clone: Clone, version: str, *options: str) -> None:
    clone.commit(f"For {version}")
    clone.git("tag", *options, version)
    clone.push("HEAD", version)


def test_where_tags_are_signed_one_that_is_not_is_refused(signing: Clone) -> None:
    tagged(signing, "v0.0.3", "--message=signed")
    assert signature_said(signing, "v0.0.3") == []
    make_promotion(signing, "v0.0.3")
    tagged(signing, "v0.0.4", "--annotate", "--no-sign", "--message=plain")
    tagged(signing, "v0.0.5", "--no-sign")
    hint = "find out who made it; if it is from before tags were signed: git config tag.gpgSign false, and promote"
    problem = "is not signed, and tags of this clone are signed"
    assert refusal(signing, "v0.0.4") == (Fault("tag v0.0.4", problem, hint),)
    problem = "is a lightweight tag: it does not say who released it, and tags of this clone are signed"
    assert refusal(signing, "v0.0.5") == (Fault("tag v0.0.5", problem, hint),)
    signing.git("config", "tag.gpgSign", "false")
    assert signature_said(signing, "v0.0.4") == []
    problem = "is a lightweight tag: it does not say who released it"
    warning = Fault("tag v0.0.5", problem, "find out who made it; iamgen release makes tags that say so")
    assert signature_said(signing, "v0.0.5") == [warning]
    signing.git("config", "tag.forceSignAnnotated", "true")
    assert refusal(signing, "v0.0.4")[0].where == "tag v0.0.4"


def test_a_tag_that_git_does_not_sign_though_it_should_is_not_made(signing: Clone) -> None:
    """git 2.39 makes a tag without a signature, and ends well, when ssh-keygen cannot sign; a later one ends badly."""
    signing.commit("More")
    signing.push()
    commit = signing.git("rev-parse", "HEAD")
    signing.git("config", "user.signingkey", "/nowhere")
    repository = open_repository(signing.folder)
    tag = NewTag("v0.0.3", commit, "message", signature(repository))
    with pytest.raises(IamgenError) as raised:
        tag_object(repository, tag)
    (fault,) = raised.value.faults
    assert fault.where == "tag v0.0.3"
    assert (
        "git did not sign it: Couldn't load public key /nowhere" in fault.problem or "cannot be made" in fault.problem
    )
    assert fault.hint.startswith("nothing was pushed")
    assert "v0.0.3" not in signing.tags()


def test_a_signature_that_is_not_of_the_tag_is_refused(signing: Clone, tmp_path: Path) -> None:
    tagged(signing, "v0.0.3", "--message=signed")
    content = signing.git("cat-file", "tag", "v0.0.3").replace("\nsigned\n", "\nforged\n") + "\n"
    (tmp_path / "content").write_text(content)
    forged = signing.git("hash-object", "-t", "tag", "-w", str(tmp_path / "content"))
    signing.git("tag", "--no-sign", "v0.0.4", forged)
    signing.push("v0.0.4")
    fault = Fault("tag v0.0.4", "its signature is not of what it says now", "find out who changed it")
    assert refusal(signing, "v0.0.4") == (fault,)


def test_a_signature_of_somebody_unknown_is_said(signing: Clone, tmp_path: Path) -> None:
    tagged(signing, "v0.0.3", "--message=signed")
    (tmp_path / "allowed").write_text("")
    hint = "git verify-tag v0.0.3 says more"
    problem = "is signed, and the signature cannot be verified: No principal matched."
    assert signature_said(signing, "v0.0.3") == [Fault("tag v0.0.3", problem, hint)]


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        ("NO_PUBKEY E7", "its key is not known here"),
        ("REVKEYSIG E7 A", "its key was revoked"),
        ("EXPKEYSIG E7 A", "its key has expired"),
        ("EXPSIG E7 A", "it has expired"),
        ("NEWSIG", "git does not say why"),
    ],
)
def test_what_gnupg_says_of_a_signature(status: str, reason: str, signing: Clone, tmp_path: Path) -> None:
    tagged(signing, "v0.0.3", "--message=signed")
    program = tmp_path / "ssh"
    program.write_text(f"#!/bin/sh\ncat >/dev/null\necho '[GNUPG:] {status}' >&2\nexit 1\n")
    program.chmod(0o755)
    signing.git("config", "gpg.ssh.program", str(program))
    (fault,) = signature_said(signing, "v0.0.3")
    assert fault.problem == f"is signed, and the signature cannot be verified: {reason}"
    program.write_text("#!/bin/sh\ncat >/dev/null\necho '[GNUPG:] BADSIG E7 A' >&2\nexit 1\n")
    assert refusal(signing, "v0.0.3")[0].problem == "its signature is not of what it says now"


def test_the_folder_may_have_moved(ann: Clone) -> None:
    (ann.folder / "team").mkdir()
    for name in ("users.py", "CONST.inc"):
        ann.git("mv", name, f"team/{name}")
    ann.commit("Move")
    ann.commit("Elsewhere", users_py="")
    ann.git("rm", "--quiet", "users.py")
    ann.commit("In the folder")
    released(ann, "v0.0.3")
    make_promotion(ann, "v0.0.3")
    repository = open_repository(ann.folder / "team")
    promotion = planned(repository, PromotionRequest("infra", "v0.0.1"))
    assert [commit.subject for commit in promotion.goes] == ["In the folder", "Elsewhere", "Move", "Second"]
    for version, place in (("v0.0.1", "tree"), ("v0.0.3", "tree/team")):
        with exported(repository, ann.git("rev-parse", f"{version}^{{commit}}"), version) as folder:
            assert (folder / "users.py").exists()
            assert str(folder).endswith(place)


def test_a_folder_that_was_not_renamed_is_refused(ann: Clone) -> None:
    """Another team's folder is not taken for it, though it is the only one in the older commit."""
    (ann.folder / "team").mkdir()
    for name in ("users.py", "CONST.inc"):
        (ann.folder / "team" / name).write_bytes((ann.folder / name).read_bytes())
    ann.commit("One more team")
    released(ann, "v0.0.3")
    repository = open_repository(ann.folder / "team")
    with pytest.raises(IamgenError) as caught, exported(repository, ann.git("rev-parse", "v0.0.1^{commit}"), "v0.0.1"):
        pass
    assert caught.value.faults == (Fault("v0.0.1", "has no folder team/", "it may have been elsewhere then"),)
