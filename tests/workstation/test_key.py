"""Where an access key's secret comes from, and what is refused, without ever repeating a value."""

from __future__ import annotations

import pytest

from iamgen.errors import Fault, IamgenError, UsageError
from iamgen.workstation.key import AccessKey, StatedKey, access_key, check, warnings

SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
ID = "AKIAIOSFODNN7EXAMPLE"


def given(
    id_: str | None = ID, secret: str | None = None, *, piped: str = "", prompt: str | None = None, **env: str
) -> StatedKey:
    return StatedKey(id_, secret, env, lambda: piped, None if prompt is None else lambda: prompt)


@pytest.mark.parametrize(
    "stated_key",
    [
        given(secret=SECRET),
        given(secret="-", piped=f"{SECRET}\n"),
        given(secret="-", piped=f"{SECRET}\r\n", AWS_SECRET_ACCESS_KEY="other"),
        given(AWS_SECRET_ACCESS_KEY=SECRET),
        given(AWS_SECRET_ACCESS_KEY=SECRET, AWS_ACCESS_KEY_ID="", AWS_SESSION_TOKEN=""),
        given(AWS_SECRET_ACCESS_KEY=SECRET, AWS_ACCESS_KEY_ID=ID, prompt="other"),
        given(prompt=SECRET),
        given(prompt=f" {SECRET} "),
        given(prompt=SECRET, AWS_SECRET_ACCESS_KEY="another key's", AWS_ACCESS_KEY_ID="AKIAOTHER"),
        given(prompt=SECRET, AWS_SECRET_ACCESS_KEY="a session's", AWS_SESSION_TOKEN="x"),
        given(prompt=SECRET, AWS_SECRET_ACCESS_KEY=""),
    ],
)
def test_where_the_secret_comes_from(stated_key: StatedKey) -> None:
    check(stated_key)
    assert access_key(stated_key) == AccessKey(ID, SECRET)


@pytest.mark.parametrize("id_", ["a" * 32, "AKIA" + "A" * 124])
def test_an_id_may_be_longer_than_those_of_aws(id_: str) -> None:
    check(given(id_, SECRET))


@pytest.mark.parametrize(
    ("stated_key", "message"),
    [
        (
            given(None, SECRET),
            "--secret-access-key | a secret without the id of its key | name it: --access-key-id AKIA…",
        ),
        (
            given(SECRET),
            "--access-key-id | this is no access key's id: one has some 20 letters and digits | it begins with AKIA; the secret goes with --secret-access-key",
        ),
        (
            given("wJalrXUtnFEMIxK7MDENGxbPxRfiCYEXAMPLEKEY"),
            "--access-key-id | this is no access key's id: one has some 20 letters and digits | it begins with AKIA; the secret goes with --secret-access-key",
        ),
        (
            given("", SECRET),
            "--access-key-id | this is no access key's id: one has some 20 letters and digits | it begins with AKIA; the secret goes with --secret-access-key",
        ),
        (
            given("ASIAIOSFODNN7EXAMPLE", SECRET),
            "--access-key-id | a key that begins with ASIA is a session's, and ends with it | create an access key of your own, in the console",
        ),
    ],
)
def test_wrong_usage(stated_key: StatedKey, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        check(stated_key)
    assert [" | ".join(fault) for fault in caught.value.faults] == [message]
    assert SECRET not in str(caught.value)


def test_nobody_to_ask() -> None:
    with pytest.raises(IamgenError) as caught:
        access_key(given(AWS_SECRET_ACCESS_KEY="another key's", AWS_ACCESS_KEY_ID="AKIAOTHER"))
    assert [" | ".join(fault) for fault in caught.value.faults] == [
        f"--secret-access-key | there is no secret for {ID}, and no terminal to ask on | pipe it in with --secret-access-key -, or set AWS_SECRET_ACCESS_KEY together with AWS_ACCESS_KEY_ID"
    ]


@pytest.mark.parametrize("wrong", ["", " ", "two words", "a\nb", "a\x1b[0mb", "ä"])
def test_what_is_no_secret(wrong: str) -> None:
    with pytest.raises(IamgenError) as caught:
        access_key(given(prompt=wrong))
    problem = (
        "the secret has a blank, a control character or the like in it" if wrong.strip() else "the secret is empty"
    )
    assert caught.value.faults == (Fault("--secret-access-key", problem, "copy it again, whole and alone"),)
    assert not wrong.strip() or wrong not in str(caught.value)


def test_a_secret_on_the_command_line_is_warned_about() -> None:
    assert warnings(given(secret=SECRET)) == (
        Fault(
            "--secret-access-key",
            "the secret is in your shell's history now, and was in the list of processes",
            "remove it from the history; without this option you are asked for it",
        ),
    )
    assert warnings(given(secret="-")) == warnings(given()) == ()


def test_an_id_that_is_not_as_usual_is_warned_about() -> None:
    problem = "AWS's ids of a person's key are AKIA and 16 letters and digits; this is none"
    assert warnings(given("AKIA123")) == (Fault("--access-key-id", problem, "look whether it is whole"),)


def test_a_secret_does_not_show() -> None:
    stated_key = given(secret=SECRET, AWS_SECRET_ACCESS_KEY=SECRET)
    assert SECRET not in repr(stated_key) + repr(access_key(stated_key))
