"""The report in a real browser: search, filters, ways, paper, dark, phone, keyboard, and nothing on the console."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from iamgen.report.html_page import embedded
from tests.report.conftest import HOSTILE, MadeReport

SHOWN = HOSTILE.replace("\u2028", r"\u2028").replace("\u202e", r"\u202e")
AXE = Path(__file__).resolve().parents[2] / ".venv/js/node_modules/axe-core/axe.min.js"
VIEWS = ("overview", "picture", "matrix", "people", "roles", "accounts", "questions", "holder/person/alice/user-only",
         "account/dev", "question/administrator")  # fmt: skip


@pytest.fixture
def page(browser: Any, made_report: MadeReport) -> Iterator[Any]:
    """Return the report, opened from the disk; whatever it writes to the console fails the test."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    opened, messages = context.new_page(), list[str]()
    opened.on("console", lambda message: messages.append(message.text))
    opened.on("pageerror", lambda error: messages.append(str(error)))
    opened.on("request", lambda request: messages.append(request.url) if not request.url.startswith("file:") else None)
    opened.goto(made_report.file.as_uri())
    yield opened
    context.close()
    assert messages == []


def shows(page: Any, address: str) -> str:
    """Go to a part of the report; return what is to be read there."""
    page.evaluate("address => { location.hash = address; }", address)
    page.wait_for_function(
        "address => decodeURIComponent(location.hash.slice(1)) === decodeURIComponent(address)", arg=address
    )
    page.evaluate("() => new Promise((ready) => requestAnimationFrame(() => setTimeout(ready)))")
    return str(page.inner_text("main"))


def rows(page: Any) -> list[list[str]]:
    """Return the texts of a table's cells."""
    script = "() => [...document.querySelectorAll('#view tbody tr')].map((row) => [...row.cells].map((cell) => cell.innerText.trim()))"
    evaluate: list[list[str]] = page.evaluate(script)
    return evaluate


def test_the_overview_comes_first_and_needs_no_notice(page: Any) -> None:
    text = page.inner_text("main")
    assert "Who can do what" in text
    assert "needs its script" not in text and "which is not running" not in text
    assert page.title() == "Who can do what: who can do what"


def test_somebody_is_found_and_shown_with_the_way(page: Any) -> None:
    page.fill("#search", "ali")
    assert page.inner_text("#found").split() == ["1", "match:", "alice", "(person)"]
    page.keyboard.press("Enter")
    page.wait_for_selector("h1:text-is('alice')")
    assert page.locator("#found").is_hidden()
    assert page.evaluate("document.activeElement.id") == "content"
    text = page.inner_text("main")
    assert "AdminR in dev" in text and "Administrator in effect" in text
    assert f"until the end of 2026-12-01 (UTC): {SHOWN}" in text
    page.click("summary:has-text('The way to OpsR in prod')")
    steps = page.inner_text(".card ol").split("\n")
    assert steps[0].startswith("person alice users.py:4")
    assert steps[-1].startswith("trust statement statement") and "users.py:4, prod.json:" in steps[-1]
    page.click("summary:has-text('What it can do') >> nth=1")
    assert page.inner_text(".services").startswith("everything")
    page.click("a:has-text('All about OpsR in prod')")
    page.wait_for_selector("h1:text-is('OpsR in prod')")
    assert [row[:3] for row in rows(page)] == [
        ["alice", "person", f"until the end of 2026-12-01 (UTC): {SHOWN}"],
        ["repo:acme/shop:environment:prod", "pipeline", "without an end"],
    ]


def test_the_matrix_and_its_filters(page: Any) -> None:
    shows(page, "matrix")
    assert page.evaluate("[...document.querySelectorAll('#view thead th')].map((cell) => cell.innerText)") == [
        "who",
        "dev",
        "prod",
    ]
    table = rows(page)
    assert table[1] == ["bob", "OpsR ReadR", "ReadR"]
    assert table[2] == ["carol", "", ""]
    assert page.inner_text("#view .pages >> nth=0") == "people and machines: all 6"
    page.fill("#view input >> nth=1", "prod")
    assert [row[0] for row in rows(page)] == ["alice", "bob", "repo:acme/shop:environment:prod"]
    page.check("#view input[type=checkbox]")
    assert [row[0] for row in rows(page)] == ["alice"]
    page.uncheck("#view input[type=checkbox]")
    page.select_option("#view select >> nth=0", "ReadR")
    assert rows(page) == [["bob", "ReadR"]]
    page.fill("#view input >> nth=0", "zebra")
    assert "Nobody is left by these filters." in page.inner_text("main")


def test_questions_are_answered_with_the_way(page: Any) -> None:
    text = shows(page, "questions")
    assert "Reads secrets" in text and "Stops logs" in text
    text = shows(page, "question/administrator")
    assert "alice person yes" in " ".join(text.split())
    assert "bob" not in text  # OpsR has no power over IAM here
    page.click("summary:has-text('as AdminR in dev')")
    assert page.inner_text(".card ol").startswith("person alice")
    assert "allowed by policy AdministratorAccess" in page.inner_text("main")
    assert "AdminR in prod" in page.inner_text("main")  # as which nobody can act
    text = shows(page, "question/secrets")
    assert "lambda.amazonaws.com" in text and "until the end of 2026-12-24 (UTC)" in text


def test_an_account_shows_roles_people_and_findings(page: Any, made_report: MadeReport) -> None:
    text = shows(page, "account/dev")
    assert "222222222222" in text and "Who can act here: 4" in text
    [first, *_] = [row for row in made_report.data["findings"] if 1 in row[5]]
    assert first[2] in text
    assert "Not in this report" in shows(page, "account/nowhere")


def test_the_picture_is_shown_in_the_reader_s_colours_and_fits_on_paper(page: Any) -> None:
    ground = "getComputedStyle(document.querySelector('#picture .ig-ground')).fill"
    over = "getComputedStyle(document.querySelector('#picture .ig-node:has(.ig-over) .ig-over')).display"
    page.click("nav a:has-text('Picture')")
    assert page.locator("#picture svg").is_visible()
    assert page.evaluate(ground) == "rgb(255, 255, 255)"
    assert page.evaluate(over) == "none"
    page.hover("#picture .ig-node:has(.ig-over) .ig-box")
    assert page.evaluate(over) == "inline"
    page.emulate_media(color_scheme="dark")
    assert page.evaluate(ground) == "rgb(13, 17, 23)"
    page.emulate_media(color_scheme="dark", media="print")
    page.set_viewport_size({"width": 700, "height": 1000})
    assert page.evaluate(ground) == "rgb(255, 255, 255)"
    assert page.evaluate("document.querySelector('#picture svg').getBoundingClientRect().right") <= 700


def test_lists_have_a_filter(page: Any) -> None:
    shows(page, "roles")
    page.fill("#view input", "job dev")
    assert page.inner_text("#view .names") == "JobR in dev (1)"
    assert "1 of 7" in page.inner_text("main")


def test_all_of_it_is_printed(page: Any) -> None:
    shows(page, "matrix")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    text = page.inner_text("body")
    for part in ("Emergencies", "Assertions", "What was not looked at", "alice (person)", "AdminR in dev",
                 "Roles, those of equal power together", "Administrator in effect", "Stops logs", "prod 333333333333: "):  # fmt: skip
        assert part in text
    assert "Point at anybody" not in text  # nobody points on paper
    assert page.locator("nav").is_hidden() and page.locator("#view").is_hidden()
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("#printed").is_hidden()
    assert page.pdf().startswith(b"%PDF-")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_a_phone_and_a_checker_of_accessibility_has_nothing_serious_to_say(page: Any, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": 360, "height": 740})
    if AXE.exists():  # without npm there is none
        page.evaluate(AXE.read_text("utf-8"))
    for address in VIEWS if scheme == "light" else VIEWS[:2]:
        shows(page, address)
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, address
        if AXE.exists():
            violations = page.evaluate("axe.run().then((result) => result.violations)")
            assert [
                (item["id"], item["nodes"][0]["html"])
                for item in violations
                if item["impact"] in ("serious", "critical")
            ] == [], address
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(20, 24, 29)"
    assert dark == (scheme == "dark")
    if not AXE.exists():
        pytest.skip("there is no axe-core to ask: install npm, then make .venv/js/made")


def test_the_keyboard_reaches_the_content(page: Any) -> None:
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


class _Handler(BaseHTTPRequestHandler):
    """Serves one page under a policy that lets no script run."""

    def __init__(self, body: bytes, *arguments: Any) -> None:
        self.body = body
        super().__init__(*arguments)

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Security-Policy", "default-src 'none'")
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


def test_the_overview_is_read_where_no_script_may_run(browser: Any, made_report: MadeReport) -> None:
    server = HTTPServer(("127.0.0.1", 0), partial(_Handler, made_report.file.read_bytes()))
    Thread(target=server.serve_forever, daemon=True).start()
    context = browser.new_context()
    try:
        opened = context.new_page()
        opened.goto(f"http://127.0.0.1:{server.server_port}/")
        text = opened.inner_text("main")
        assert "its script, which is not running" in text
        assert "Forbid 's3:DeleteBucket'" in text and SHOWN in text
        assert opened.locator("nav a:visible").count() == 3
    finally:
        context.close()
        server.shutdown()


def test_thousands_are_searched_at_once(browser: Any, made_report: MadeReport, tmp_path: Path) -> None:
    """5,000 people and 3,000 roles of 1,000 accounts, as tables: the page of the same script shows them."""
    data = made_report.data
    data["accounts"] = [[f"p{number:04}-dev", f"{number:012}"] for number in range(1000)]
    data["actors"] = [["person", f"person{number:04}", 0, "users.py:9"] for number in range(5000)]
    data["identities"] = [
        [1, f"{'AOR'[number % 3]}pR", number // 3, 0, f"arn:{number}", "OpsR", ""] for number in range(3000)
    ]
    data["held"] = [[number % 5000, number * 7 % 3000, 1, -1, -1, []] for number in range(16000)]
    data["further"] = data["unknown"] = data["findings"] = []
    html = made_report.html
    before, after = html.split('id="data">')[0], html.split('id="data">')[1].split("</script>", 1)[1]
    file = tmp_path / "large.html"
    file.write_text(f'{before}id="data">{embedded(data)}</script>{after}')
    context = browser.new_context()
    opened = context.new_page()
    opened.goto(file.as_uri())
    timed: Callable[[str], float] = lambda script: opened.evaluate(  # noqa: E731
        f"() => {{ const begin = performance.now(); {script}; return performance.now() - begin; }}"
    )
    took = min(timed("find('person49 999'); find('person499')") for _ in range(3))
    assert opened.inner_text("#found p") == "10 matches:"
    assert took < 100
    assert min(timed("view.replaceChildren(...matrixView())") for _ in range(3)) < 1000
    context.close()
