"""Actions that policies mean beside the list: by their names, and by patterns, also two of them together."""

from __future__ import annotations

import pytest

from iamgen.access.documents import parse
from iamgen.access.known_actions import UNLISTED, KnownActions
from iamgen.access.mentioned_actions import action_entries, mentioned_actions

NEW = "(any new action)"


@pytest.mark.parametrize(
    ("entries", "mentioned"),
    [
        (["*", "*:*"], {}),
        (["s3:NewThing", "S3:NEWTHING"], {"s3:newthing": "S3:NEWTHING"}),
        (["s3:*"], {f"s3:{UNLISTED}": f"s3:* {NEW}"}),
        (["s3:Get*"], {f"s3:get{UNLISTED}": f"s3:Get* {NEW}"}),
        (["s3:Get?cl"], {"s3:get-cl": f"s3:Get?cl {NEW}"}),
        (
            ["s3:Get*", "s3:*Acl", "sqs:*Y"],
            {
                f"s3:get{UNLISTED}": f"s3:Get* {NEW}",
                f"s3:{UNLISTED}acl": f"s3:*Acl {NEW}",
                f"s3:get{UNLISTED}acl": f"s3:Get*Acl {NEW}",
                f"sqs:{UNLISTED}y": f"sqs:*Y {NEW}",
            },
        ),
    ],
)
def test_each_entry_is_stood_for_by_an_action_that_no_list_has(entries: list[str], mentioned: dict[str, str]) -> None:
    assert mentioned_actions(entries) == mentioned


def test_entries_are_those_of_action_and_notaction() -> None:
    blocks = [
        {"Effect": "Allow", "Action": ["s3:Get*", "new:Do"], "Resource": "*"},
        {"Effect": "Deny", "NotAction": "iam:*", "Resource": "*"},
    ]
    assert [*action_entries(parse({"Version": "2012-10-17", "Statement": blocks}))] == ["s3:Get*", "new:Do", "iam:*"]


def test_what_is_mentioned_is_compared_beside_the_list() -> None:
    known = KnownActions.with_unlisted(["s3:GetObject"], mentioned_actions(["s3:getobject", "new:Do", "s3:Get*"]))
    assert set(known.names) == {
        *("s3:getobject", f"s3:{UNLISTED}", f"s3:get{UNLISTED}"),
        *("new:do", f"new:{UNLISTED}", f"{UNLISTED}:{UNLISTED}"),
    }
    assert dict(known.mentioned) == {"new:do": "new:Do", f"s3:get{UNLISTED}": f"s3:Get* {NEW}"}
