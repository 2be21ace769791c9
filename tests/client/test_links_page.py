"""The page of links in a real browser: on a phone and on a desk, light, dark and printed, and its filter."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

MakeRepo = Callable[..., Path]
Iamgen = Callable[..., subprocess.CompletedProcess[str]]

BROWSER = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
)
pytestmark = pytest.mark.skipif(BROWSER is None, reason="there is no Chromium: install chromium")

CONST = """\
GLOBAL_AWS_REGION=eu-west-1
USER_ONLY_AWS_ACCOUNT_ID=111111111111
USER_ONLY_AWS_ACCOUNT_NAME=example-users
DEV_AWS_ACCOUNT_ID=222222222222
DEV_AWS_ACCOUNT_NAME=a-very-long-name-of-an-account-that-nobody-would-choose-but-somebody-did-choose
ACME_DEV_AWS_ACCOUNT_ID=333333333333
ACME_PROD_AWS_ACCOUNT_ID=444444444444
"""
USERS = """\
from iamgen import *
OPS_SERVICES = ("cloudformation", "dynamodb", "ec2", "iam", "lambda", "logs", "s3", "sts")
USERS = (User("bob", {"*": "OpsR", "user-only": "OpsR", "acme-prod": Grant("AdminR", until="2027-03-31")}),)
"""
# The page is put into a frame of a phone's width; the frame's own script says what came of it.
PROBE = """
<script>
  const frame = document.querySelector("iframe");
  frame.onload = () => {
    const page = frame.contentDocument, view = frame.contentWindow, root = page.documentElement;
    const shown = () => [...page.querySelectorAll("a.role")].filter((role) => role.offsetParent).map((role) => role.firstChild.data.trim());
    const filter = (text) => {
      const input = page.querySelector("input");
      input.value = text;
      input.dispatchEvent(new view.Event("input", {bubbles: true}));
      return {roles: shown(), projects: [...page.querySelectorAll("h2")].filter((head) => head.offsetParent).length,
              nothing: !page.querySelector(".nothing").hidden};
    };
    const lines = (element) => new Set([...element.getClientRects()].map((box) => Math.round(box.top))).size;
    const style = view.getComputedStyle(page.querySelector("a.role.careful"));
    document.title = JSON.stringify({
      overflow: root.scrollWidth - root.clientWidth, dates: [...page.querySelectorAll("time")].map(lines),
      all: filter(""), production: filter("PRODUCTION opsr"), id: filter("3333"), none: filter("zebra"),
      colours: [style.color, style.backgroundColor, view.getComputedStyle(page.body).backgroundColor],
    });
  };
  frame.srcdoc = atob("%s");
</script>
"""


def page(make_repo: MakeRepo, iamgen: Iamgen) -> str:
    root = make_repo(USERS, CONST)
    done = iamgen(root, "bootstrap", "--user", "bob", "--format", "html")
    assert done.returncode == 0, done.stderr
    return done.stdout


def in_browser(text: str, tmp_path: Path, width: int, *options: str) -> dict[str, Any]:
    import base64

    file = tmp_path / "probe.html"
    encoded = base64.b64encode(text.encode()).decode()
    file.write_text(f'<iframe style="width: {width}px; height: 800px; border: 0"></iframe>{PROBE % encoded}')
    command = [
        str(BROWSER),
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        f"--user-data-dir={tmp_path / 'profile'}",
    ]
    command += [*options, "--virtual-time-budget=5000", "--dump-dom", file.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    title = re.search(r"<title>(.*?)</title>", done.stdout, re.DOTALL)
    assert title, done.stdout[-2000:]
    result: dict[str, Any] = json.loads(html.unescape(title[1]))
    return result


def luminance(colour: str) -> float:
    """Return the relative luminance of `rgb(…)`, as WCAG 2 has it."""
    parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(first: str, other: str) -> float:
    bright, dark = sorted((luminance(first), luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("width", [320, 390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_fits_and_can_be_read(
    width: int, scheme: str, make_repo: MakeRepo, iamgen: Iamgen, tmp_path: Path
) -> None:
    options = ["--force-dark-mode"] if scheme == "dark" else []
    measured = in_browser(page(make_repo, iamgen), tmp_path, width, *options)
    assert measured["overflow"] == 0
    assert measured["dates"] == [1]
    text, button, background = measured["colours"]
    assert contrast(text, button) > 7
    assert (luminance(background) < 0.1) == (scheme == "dark")


def test_the_filter(make_repo: MakeRepo, iamgen: Iamgen, tmp_path: Path) -> None:
    measured = in_browser(page(make_repo, iamgen), tmp_path, 800)
    assert len(measured["all"]["roles"]) == 5
    assert measured["production"] == {"roles": ["acme-prod OpsR"], "projects": 1, "nothing": False}
    assert measured["id"] == {"roles": ["acme-dev OpsR"], "projects": 1, "nothing": False}
    assert measured["none"] == {"roles": [], "projects": 0, "nothing": True}


def test_the_page_is_printed(make_repo: MakeRepo, iamgen: Iamgen, tmp_path: Path) -> None:
    file, printed = tmp_path / "links.html", tmp_path / "links.pdf"
    file.write_text(page(make_repo, iamgen))
    command = [
        str(BROWSER),
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        f"--user-data-dir={tmp_path / 'profile'}",
    ]
    subprocess.run([*command, f"--print-to-pdf={printed}", file.as_uri()], capture_output=True, check=True, timeout=120)
    pages = printed.read_bytes().count(b"/Type /Page\n") or len(re.findall(rb"/Type\s*/Page\b", printed.read_bytes()))
    assert pages <= 2
