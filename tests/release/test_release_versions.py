"""Which version a release may have, beside the tags that there are, and what a hotfix is: real git, a real remote."""

from __future__ import annotations

from typing import Any

import pytest

from iamgen.errors import Fault
from tests.release.released import make_release, plan, refusal

World = Any
Clone = Any


def test_a_tag_that_there_is(world: World, ann: Clone) -> None:
    make_release(world.clone("bob"))
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
    make_release(world.clone("bob"))
    ann.commit("Second")
    ann.push()
    release = make_release(ann)
    assert (str(release.version), str(release.previous)) == ("v0.0.2", "v0.0.1")
    assert [commit.subject for commit in release.commits] == ["Second"]


def test_other_tags_neither_come_nor_go(world: World, ann: Clone) -> None:
    bob = world.clone("bob")
    bob.git("tag", "of-bob")
    bob.push("of-bob")
    make_release(bob)
    for setting in ("fetch.prune", "fetch.pruneTags"):
        ann.git("config", setting, "true")
    ann.git("config", "remote.origin.tagOpt", "--tags")
    ann.git("tag", "of-ann")
    ann.commit("Second")
    ann.push()
    make_release(ann)
    assert ann.tags() == ["of-ann", "v0.0.1", "v0.0.2"]


def test_a_tag_that_never_got_there(ann: Clone) -> None:
    ann.git("tag", "v0.0.1")
    hint = "git push origin refs/tags/v0.0.1, or git tag --delete v0.0.1"
    assert refusal(ann) == (Fault("tag v0.0.1", "is here but not in origin", hint),)
    ann.git("tag", "--delete", "v0.0.1")
    make_release(ann)
    ann.commit("Second")
    ann.push()
    ann.git("tag", "v0.0.5")
    assert refusal(ann)[0].where == "tag v0.0.5"


def test_a_tag_on_another_commit(ann: Clone) -> None:
    first = make_release(ann).commit
    second = ann.commit("Second")
    ann.push()
    ann.git("tag", "--force", "v0.0.1", "HEAD")
    hint = "if origin is right: git fetch --force origin refs/tags/v0.0.1:refs/tags/v0.0.1; else find out who moved it"
    assert refusal(ann) == (Fault("tag v0.0.1", f"is on {second[:10]} here and on {first[:10]} in origin", hint),)
    ann.git("tag", "--force", "v0.0.1", first)
    assert refusal(ann)[0].problem == "is another object here than in origin"
    ann.git("fetch", "--quiet", "--force", "origin", "refs/tags/v0.0.1:refs/tags/v0.0.1")
    assert str(make_release(ann).version) == "v0.0.2"


def test_tags_that_are_no_releases(ann: Clone) -> None:
    head = ann.git("rev-parse", "HEAD")
    for name in ("-x", "v9", "v1.2.3.4", "vendor", "env/infra/20260101-000000-v7.0.0", "v08.0.0", "v9.0.0-$(id)"):
        ann.git("update-ref", f"refs/tags/{name}", head)
        ann.git("push", "--quiet", "origin", f"refs/tags/{name}")
    assert str(make_release(ann).version) == "v0.0.1"


def test_only_a_greater_version_from_main(ann: Clone) -> None:
    make_release(ann, "v1.2.3")
    ann.commit("Second")
    ann.push()
    make_release(ann, "v1.3.0")
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
    make_release(ann, "v1.2.3")
    ann.commit("Second")
    ann.push()
    make_release(ann, "v1.3.0")
    ann.git("switch", "--quiet", "--create", "hot", "v1.2.3")
    ann.push()
    ann.commit("Mend it")
    ann.push()
    release = make_release(ann, asked)
    assert ([commit.subject for commit in release.commits], str(release.previous)) == (["Mend it"], "v1.2.3")
    assert ann.remote_refs()[f"refs/tags/{asked}"] == ann.git("rev-parse", "HEAD")
    ann.commit("Mend it again")
    ann.push()
    assert [commit.subject for commit in make_release(ann, f"{asked[:-1]}9").commits] == ["Mend it again"]
    ann.git("switch", "--quiet", "main")
    ann.commit("Fourth")
    ann.push()
    assert str(make_release(ann).version) == "v1.3.1"


def test_a_hotfix_of_the_last_release(ann: Clone) -> None:
    make_release(ann, "v1.2.3")
    ann.commit("Not ready")
    ann.push()
    ann.git("switch", "--quiet", "--create", "hot", "v1.2.3")
    ann.push()
    ann.commit("Mend it")
    ann.push()
    assert str(make_release(ann, "v1.2.3-hotfix.1").previous) == "v1.2.3"


def test_a_hotfix_from_the_wrong_place(ann: Clone) -> None:
    make_release(ann, "v1.1.0")
    ann.commit("Second")
    ann.push()
    make_release(ann, "v1.2.0")
    ann.commit("Third")
    ann.push()
    make_release(ann, "v1.3.0")
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
    make_release(ann, "v1.2.3")
    ann.git("switch", "--quiet", "--create", "hot")
    ann.commit("Mend it")
    ann.git("tag", "--annotate", "--message=by hand", "v1.2.4")
    ann.git("push", "--quiet", "origin", "v1.2.4")
    ann.git("switch", "--quiet", "main")
    ann.commit("Second")
    ann.push()
    release = make_release(ann)
    assert [commit.subject for commit in release.commits] == ["Second"]
    message = "v1.2.4 is not in this branch's history: what it changed may be missing here"
    assert release.warnings == (Fault("main", message, "look at: git log main..v1.2.4"),)


def test_a_hotfix_that_main_does_not_have(ann: Clone) -> None:
    """By its name it comes before the release that it mends."""
    make_release(ann, "v1.0.0")
    ann.git("switch", "--quiet", "--create", "hot")
    ann.push()
    ann.commit("Mend it")
    ann.push()
    make_release(ann, "v1.0.0-hotfix.1")
    ann.git("switch", "--quiet", "main")
    ann.commit("Second")
    ann.push()
    message = "v1.0.0-hotfix.1 is not in this branch's history: what it changed may be missing here"
    missing = Fault("main", message, "look at: git log main..v1.0.0-hotfix.1")
    assert plan(ann).warnings == (missing,)
    ann.git("switch", "--quiet", "--create", "hotter", "v1.0.0")
    ann.push()
    ann.commit("Mend it otherwise")
    ann.push()
    hot = Fault("hotter", message, "look at: git log hotter..v1.0.0-hotfix.1")
    assert plan(ann, "v1.0.0-hotfix.2").warnings[-1] == hot
    ann.git("switch", "--quiet", "main")
    ann.git("merge", "--quiet", "--no-edit", "hot")
    ann.push()
    make_release(ann)
    ann.git("switch", "--quiet", "hot")
    ann.commit("Mend it again")
    ann.push()
    assert plan(ann, "v1.0.0-hotfix.2").warnings[1:] == ()  # what came later is no business of a hotfix


def test_a_tag_that_moved_under_a_hotfix(ann: Clone) -> None:
    make_release(ann)
    second = ann.commit("Second")
    ann.push()
    make_release(ann)
    ann.git("switch", "--quiet", "--create", "hot", "v0.0.1")
    ann.push()
    ann.commit("Mend it")
    ann.push()
    ann.git("tag", "--force", "v0.0.1", second)
    assert refusal(ann, "v0.0.1-hotfix.1")[0].where == "tag v0.0.1"


def test_a_release_on_no_commit(ann: Clone) -> None:
    ann.git("tag", "v0.0.1", "HEAD^{tree}")
    ann.push("v0.0.1")
    ann.commit("Second")
    ann.push()
    assert refusal(ann) == (Fault("tag v0.0.1", "is there already, in origin", "a release stays as it is"),)


@pytest.mark.parametrize("asked", ["bugfix", "v9.1.0"])
def test_a_later_release_on_no_commit(asked: str, ann: Clone) -> None:
    make_release(ann)
    ann.git("tag", "--annotate", "--message=A file", "v9.0.0", "HEAD:users.py")
    ann.push("v9.0.0")
    ann.git("tag", "--delete", "v9.0.0")
    ann.commit("Second")
    ann.push()
    release = make_release(ann, asked)
    assert (str(release.version), str(release.previous)) == ("v0.0.2" if asked == "bugfix" else asked, "v0.0.1")
    hint = "if nobody needs it: git push --delete origin refs/tags/v9.0.0"
    assert release.warnings == (Fault("tag v9.0.0", "is on no commit, and left out", hint),)


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
