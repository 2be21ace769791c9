"""Actions that policies mean beside the list: by their names, and by patterns, also several of them together."""

from __future__ import annotations

import itertools
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iamgen.access.documents import parse
from iamgen.access.known_actions import UNLISTED, KnownActions, MentionedActions
from iamgen.access.patterns import pattern
from iamgen.questions.mentioned_actions import action_entries, mentioned_actions

NEW = "(any new action)"


@pytest.mark.parametrize(
    ("entries", "mentioned"),
    [
        (["*", "*:*"], {}),
        (["s3:NewThing", "S3:NEWTHING"], {"s3:newthing": "S3:NEWTHING"}),
        (["s3:*"], {"s3:-": f"s3:* {NEW}"}),
        (
            ["s3:G?t*", "s3:Ge*"],
            {
                "s3:ge-": f"s3:Ge* {NEW}",
                "s3:g-t": f"s3:G?t* {NEW}",
                "s3:get-": f"s3:G?t* and Ge* {NEW}",
                "s3:x": f"s3:{NEW}",
                "s3:ge": f"s3:Ge* {NEW}",
                "s3:gxt": f"s3:G?t* {NEW}",
                "s3:get": f"s3:G?t* and Ge* {NEW}",
            },
        ),
        (["s3:Get*", "s3:GetObject*"], {"s3:get-": f"s3:Get* {NEW}", "s3:getobject-": f"s3:GetObject* {NEW}"}),
        (
            ["s3:G?t*", "s3:Ge*"],
            {
                "s3:ge-": f"s3:Ge* {NEW}",
                "s3:g-t": f"s3:G?t* {NEW}",
                "s3:get-": f"s3:G?t* and Ge* {NEW}",
                "s3:x": f"s3:{NEW}",
                "s3:ge": f"s3:Ge* {NEW}",
                "s3:gxt": f"s3:G?t* {NEW}",
                "s3:get": f"s3:G?t* and Ge* {NEW}",
            },
        ),
        (["s3:?"], {"s3:-": f"s3:? {NEW}", "s3:x-": f"s3:{NEW}", "s3:x": f"s3:? {NEW}", "s3:xx": f"s3:{NEW}"}),
        (
            ["s3:Li?t", "s3:L?st"],
            {
                "s3:li-t": f"s3:Li?t {NEW}",
                "s3:l-st": f"s3:L?st {NEW}",
                "s3:list": f"s3:L?st and Li?t {NEW}",
                "s3:lixt": f"s3:Li?t {NEW}",
                "s3:lxst": f"s3:L?st {NEW}",
                "s3:x": f"s3:{NEW}",
            },
        ),
        (
            ["s3:Get*", "s3:*Acl", "sqs:*Y", "s3:*"],
            {
                "s3:-": f"s3:* {NEW}",
                "s3:get-": f"s3:Get* {NEW}",
                "s3:-acl": f"s3:*Acl {NEW}",
                "s3:get-acl": f"s3:*Acl and Get* {NEW}",
                "sqs:-y": f"sqs:*Y {NEW}",
            },
        ),
        (
            ["s3:*Get*", "s3:*Object"],
            {
                "s3:-get": f"s3:*Get* {NEW}",
                "s3:-object": f"s3:*Object {NEW}",
                "s3:-getobject": f"s3:*Get* and *Object {NEW}",
            },
        ),
    ],
)
def test_each_way_in_which_entries_mean_an_action_is_stood_for_by_one(
    entries: list[str], mentioned: dict[str, str]
) -> None:
    assert mentioned_actions(entries) == MentionedActions(mentioned)


def test_no_letters_of_a_stand_in_meet_a_pattern_by_chance() -> None:
    """One of an action to come that no pattern of letters means would be lost, if its name had letters."""
    for letter in string.ascii_lowercase:
        assert not pattern(f"*{letter}*", variables=False).matches(UNLISTED)


NAMES = ["".join(name) for length in (1, 2, 3) for name in itertools.product("abq", repeat=length)]


@given(st.frozensets(st.text("ab*?", min_size=1, max_size=4), max_size=4))
def test_an_action_is_meant_by_the_same_patterns_as_one_that_stands_for_it(names: frozenset[str]) -> None:
    mentioned = mentioned_actions(f"new:{name}" for name in names)
    globs = [pattern(name, variables=False) for name in sorted(names)]
    ways = {tuple(glob.matches(name) for glob in globs) for name in (UNLISTED, *(
        action.partition(":")[2] for action in mentioned.shown))}  # fmt: skip
    assert not mentioned.too_many
    assert {tuple(glob.matches(name) for glob in globs) for name in NAMES} <= ways


def test_patterns_that_overlap_in_too_many_ways_are_named_by_their_service() -> None:
    letters = string.ascii_lowercase[:20]
    mentioned = mentioned_actions([*(f"s3:*{letter}*" for letter in letters), "sqs:*Y", "sqs:*Z*"])
    assert mentioned.too_many == {"s3"}
    assert {f"s3:-{letter}-" for letter in letters} <= mentioned.shown.keys()
    assert KnownActions.with_unlisted([], mentioned).too_many == {"s3"}


def test_entries_are_those_of_action_and_notaction() -> None:
    blocks = [
        {"Effect": "Allow", "Action": ["s3:Get*", "new:Do"], "Resource": "*"},
        {"Effect": "Deny", "NotAction": "iam:*", "Resource": "*"},
    ]
    assert [*action_entries(parse({"Version": "2012-10-17", "Statement": blocks}))] == ["s3:Get*", "new:Do", "iam:*"]


def test_what_is_mentioned_is_compared_beside_the_list() -> None:
    known = KnownActions.with_unlisted(["s3:GetObject"], mentioned_actions(["s3:getobject", "new:Do", "s3:Get*"]))
    assert set(known.names) == {"s3:getobject", "s3:-", "s3:get-", "new:do", "new:-", "-unlisted-:-"}
    assert dict(known.mentioned) == {"new:do": "new:Do", "s3:get-": f"s3:Get* {NEW}"}
