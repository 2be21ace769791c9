"""Versions, as https://semver.org orders them, and what comes after each."""

from __future__ import annotations

import random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from iamgen.errors import IamgenError, UsageError
from iamgen.release.versions import LEVELS, Version, following, parse, require_version

ORDERED = [
    "v0.0.1", "v0.1.0", "v0.10.0", "v1.0.0-alpha", "v1.0.0-alpha.1", "v1.0.0-alpha.beta", "v1.0.0-beta", "v1.0.0-beta.2",
    "v1.0.0-beta.11", "v1.0.0-rc.1", "v1.0.0", "v1.2.3-hotfix.1", "v1.2.3-hotfix.2", "v1.2.3", "v1.2.10", "v2.0.0",
]  # fmt: skip
NUMBERS = st.integers(0, 999_999_999)
PARTS = st.one_of(st.integers(0, 99).map(str), st.from_regex(r"[A-Za-z-][0-9A-Za-z-]{0,5}", fullmatch=True))
VERSIONS = st.builds(Version, NUMBERS, NUMBERS, NUMBERS, st.lists(PARTS, max_size=3).map(".".join))


def test_their_order() -> None:
    versions = [require_version(text, "release") for text in ORDERED]
    mixed = random.Random(7).sample(versions, len(versions))  # noqa: S311  # any order but the right one
    assert [str(version) for version in sorted(mixed)] == ORDERED


@pytest.mark.parametrize(
    "text",
    [
        "1.2.3", "v1.2", "v1.2.3.4", "v01.2.3", "v1.2.3-", "v1.2.3-01", "v1.2.3-a..b", "v1.2.3+build", "v1.2.3 ", "V1.2.3",
        "-x", "v1.2.3-ä", "v1.2.3\n", "v٣.1.1", "", "v1.2.3-" + "a" * 100, "v9999999999.0.0", "env/infra/20261124-000000-v1.2.3",
    ],
)  # fmt: skip
def test_what_is_none(text: str) -> None:
    assert parse(text) is None


@given(VERSIONS)
def test_a_version_is_what_its_text_says(version: Version) -> None:
    assert parse(str(version)) == version


@given(VERSIONS, VERSIONS)
def test_exactly_one_of_less_equal_greater(version: Version, other: Version) -> None:
    assert (version < other) + (version == other) + (version > other) == 1


@given(VERSIONS, st.sampled_from(LEVELS))
@example(Version(0, 0, 0, "rc.1"), "bugfix")
@example(Version(0, 0, 999_999_999), "bugfix")
@example(Version(1, 0, 0, "rc.1"), "public")
def test_what_follows_is_greater_and_no_pre_release(version: Version, level: str) -> None:
    try:
        after = following(version, level)
    except IamgenError:
        assert level == "public" or version.pre or 999_999_999 in version.core
        return
    assert after > version
    assert not after.pre
    assert parse(str(after)) == after
    assert (after >= Version(1, 0, 0)) == (version >= Version(1, 0, 0)) or level in {"public", "major"}


@pytest.mark.parametrize(
    ("last", "level", "version"),
    [
        (None, "bugfix", "v0.0.1"),
        (None, "breaking", "v0.0.1"),
        (None, "major", "v0.0.1"),
        (None, "public", "v1.0.0"),
        ("v0.1.2", "bugfix", "v0.1.3"),
        ("v0.1.2", "feature", "v0.1.3"),
        ("v0.1.2", "breaking", "v0.2.0"),
        ("v0.1.2", "public", "v1.0.0"),
        ("v0.1.2", "patch", "v0.1.3"),
        ("v0.1.2", "minor", "v0.2.0"),
        ("v0.1.2", "major", "v1.0.0"),
        ("v1.2.3", "bugfix", "v1.2.4"),
        ("v1.2.3", "feature", "v1.3.0"),
        ("v1.2.3", "breaking", "v2.0.0"),
        ("v2.0.0-rc.1", "breaking", "v2.0.0"),
        ("v2.0.0-rc.1", "major", "v2.0.0"),
        ("v1.2.4-rc.1", "bugfix", "v1.2.4"),
        ("v1.2.4-rc.1", "feature", "v1.3.0"),
        ("v0.2.0-rc.1", "breaking", "v0.2.0"),
        ("v0.2.0-rc.1", "major", "v1.0.0"),
        ("v0.2.1-rc.1", "feature", "v0.2.1"),
        ("v0.0.0-rc.1", "bugfix", "v0.0.0"),
        ("v1.0.0-rc.1", "major", "v1.0.0"),
        ("v1.3.0-rc.1", "feature", "v1.3.0"),
        ("v1.3.0-rc.1", "breaking", "v2.0.0"),
        ("v1.0.0-rc.1", "public", "v1.0.0"),
    ],
)
def test_levels(last: str | None, level: str, version: str) -> None:
    assert str(following(parse(last) if last else None, level)) == version


@pytest.mark.parametrize(
    ("last", "levels", "release", "level"),
    [
        ("v1.0.0-rc.1", ("bugfix", "feature", "breaking", "patch", "minor"), "v1.0.0", "public"),
        ("v2.0.0-rc.1", ("bugfix", "feature", "patch", "minor"), "v2.0.0", "breaking"),
        ("v1.3.0-rc.1", ("bugfix", "patch"), "v1.3.0", "feature"),
        ("v0.3.0-rc.1", ("bugfix", "feature", "patch"), "v0.3.0", "breaking"),
    ],
)
def test_a_level_too_low_for_the_release_that_waits(
    last: str, levels: tuple[str, ...], release: str, level: str
) -> None:
    for low in levels:
        with pytest.raises(IamgenError) as caught:
            following(parse(last), low)
        hint = f"iamgen release {level} makes it; or name the version you want"
        assert caught.value.faults == (
            ("release", f"{last} leads to {release}, and that is more than this level", hint),
        )


@pytest.mark.parametrize(
    ("last", "level", "expected"),
    [
        ("v0.0.999999999", "bugfix", "v0.0.1000000000"),
        ("v1.999999999.1", "feature", "v1.1000000000.0"),
        ("v999999999.0.0", "breaking", "v1000000000.0.0"),
    ],
)
def test_where_numbers_end(last: str, level: str, expected: str) -> None:
    with pytest.raises(IamgenError) as caught:
        following(parse(last), level)
    message = f"{expected} would come after {last}, and a number has at most nine digits"
    hint = (
        "choose a higher level, or name the version: iamgen release v1.2.3; "
        f"if nobody meant {last}, delete it there: git push --delete REMOTE refs/tags/{last}"
    )
    assert caught.value.faults == ((f"release {level}", message, hint),)


def test_public_happens_once() -> None:
    with pytest.raises(IamgenError) as caught:
        following(parse("v1.2.3"), "public")
    assert caught.value.faults == (
        ("release public", "v1.2.3 is public already, and that happens once", "choose bugfix, feature or breaking"),
    )


@pytest.mark.parametrize(
    ("level", "hint"),
    [
        ("bugfux", "did you mean bugfix?"),
        ("-x", "levels are bugfix, feature, breaking, patch, minor, major, public; a version is v1.2.3"),
    ],
)
def test_a_level_that_there_is_not(level: str, hint: str) -> None:
    with pytest.raises(UsageError) as caught:
        following(None, level)
    assert caught.value.faults == (("release", f"there is no level {level!r}", hint),)


@pytest.mark.parametrize(
    ("text", "hint"), [("1.2.3", "did you mean v1.2.3?"), ("v1.2", "a version is v1.2.3, or v1.2.3-hotfix.1")]
)
def test_a_version_that_is_none(text: str, hint: str) -> None:
    with pytest.raises(UsageError) as caught:
        require_version(text, "promote")
    assert caught.value.faults == (("promote", f"{text!r} is no version", hint),)
