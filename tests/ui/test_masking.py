"""Secrets of the environment, and user names and passwords in URLs, are in no message."""

from __future__ import annotations

import pytest

from iamgen.ui.masking import masked

KEY = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("http://user:pw@host/x", "http://***@host/x"),
        ("clone https://ghp_abc@github.com/acme/infra.git now", "clone https://***@github.com/acme/infra.git now"),
        ('to "http://u:p@a/" and ftp://u:p@b', 'to "http://***@a/" and ftp://***@b'),
        ("ssh://git@github.com/acme/infra", "ssh://git@github.com/acme/infra"),
        ("git@github.com:acme/infra", "git@github.com:acme/infra"),
        ("https://host/path@v1", "https://host/path@v1"),
        ("ann@example.com", "ann@example.com"),
    ],
)
def test_a_url(text: str, expected: str) -> None:
    assert masked(text) == expected


@pytest.mark.parametrize(
    "name", ["AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_BEARER_TOKEN_X", "AWS_CONTAINER_AUTHORIZATION_TOKEN"]
)
def test_a_secret_of_the_environment(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, f"{KEY}\nsecond-line")
    raw = f"{KEY}\nsecond-line"
    assert masked(f"a {raw} b {raw!r} c {raw.encode()!r} d {KEY} e") == "a *** b '***' c b'***' d *** e"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("AWS_WEB_IDENTITY_TOKEN_FILE", "/var/run/token"),
        ("AWS_ACCESS_KEY_ID", "222222222222"),
        ("AWS_SECRET_ACCESS_KEY", "test"),
        ("AWS_PROFILE", "production"),
        ("AWS_ENDPOINT_URL", "http://127.0.0.1:4566"),
    ],
)
def test_what_is_no_secret(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    assert masked(f"a {value} b") == f"a {value} b"


def test_a_key_id_of_aws(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
    assert masked("AKIAIOSFODNN7EXAMPLE is unknown") == "*** is unknown"


@pytest.mark.parametrize("name", ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_STS", "https_proxy"])
@pytest.mark.parametrize(
    "url", ["http://user:long-password@host", "user:long-password@host", "http://user:p @x/y@host"]
)
def test_a_url_of_the_environment(monkeypatch: pytest.MonkeyPatch, name: str, url: str) -> None:
    """A password may hold what no URL should; it is found without the rest of the URL too."""
    monkeypatch.setenv(name, url)
    password = url.rpartition("@")[0].rpartition(":")[2]
    assert password not in masked(f"Invalid endpoint: {url}")
    assert masked("not long-password") == ("not ***" if password == "long-password" else "not long-password")
