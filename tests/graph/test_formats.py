"""Whatever somebody is called, it is a text in the picture: in SVG, in Graphviz's language and in Mermaid's."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest

from iamgen.graph.access_graph import AccessGraph, GraphAccount, GraphLink, GraphSubject, GraphTarget
from iamgen.graph.dot import dot_text
from iamgen.graph.mermaid import is_too_large, mermaid_text
from iamgen.graph.svg import svg_text
from iamgen.graph.svg_style import FONT_COLUMN, STYLE
from iamgen.graph.text_width import columns_of, shortened

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = (
    "</title></svg><script>alert(1)</script>",
    '"onload="alert(1)',
    "]]>&lt;&#x3c;",
    'end"]; click s1 call alert()',
    "%%{init: {}}%%",
    "`**bold** _it_ [a](javascript:x)`",
    r"back\N\"slash\\",
    "1. a list",
    "- another",
    "\x1b[31m\x00\u202e\ud800",
    "漢字かな" * 30,
    "x" * 500,
    "e\u0301" * 50,
)


def hostile(name: str) -> AccessGraph:
    subject = GraphSubject("s1", "person", (name, name), f"people, team {name}", (name, name))
    target = GraphTarget("t1", "role", name, (name,), (f"until {name}: {name}, {name}",), (name,))
    account = GraphAccount("a1", (name,), ("111111111111",), True, (target,), (name,))
    link = GraphLink("s1", "t1", "ending", f"until {name}", (name, name), False, (name,), ("s1",))
    return AccessGraph((subject,), (account,), (link,), name, (name,))


@pytest.mark.parametrize("name", HOSTILE)
def test_svg_is_text_alone(name: str) -> None:
    root = ET.fromstring(svg_text(hostile(name)).encode())  # noqa: S314  # our own
    assert {element.tag.removeprefix(SVG) for element in root.iter()} == {
        "svg", "style", "rect", "g", "title", "text", "path", "use",
    }  # fmt: skip
    for element in root.iter():
        assert not [key for key in element.attrib if key.startswith("on") or key == "style"]
        assert element.get("href", "#").startswith("#")
    width = float(root.get("width", "0"))
    for text in root.iter(f"{SVG}text"):
        assert float(text.get("x", "0")) + columns_of(text.text or "") * FONT_COLUMN <= width
    if name.isascii() and name.isprintable():
        assert name in {element.text.split("\n")[0] for element in root.iter(f"{SVG}title") if element.text}


def test_a_picture_within_a_page_has_no_style_and_ids_of_its_own() -> None:
    inline = svg_text(hostile("bob"), is_inline=True, name="first")
    assert "<style" not in inline
    assert STYLE not in inline
    ids = set(re.findall(r'id="([^"]*)"', inline))
    assert ids == {"first-l1", "first-t1"}
    assert {reference.removeprefix("#") for reference in re.findall(r'href="([^"]*)"', inline)} == ids
    classes = {name for listed in re.findall(r'class="([^"]*)"', inline) for name in listed.split()}
    assert all(name == "ig" or name.startswith("ig-") for name in classes)
    assert STYLE in svg_text(hostile("bob"))


@pytest.mark.parametrize("name", ["box", "group", "path", "tip", "of-person", "of-machine", "of-role"])
def test_the_style_of_what_is_shown_once_more_needs_nothing_around_it(name: str) -> None:
    """In what `use` repeats, no selector sees what is around the original: a line would come out black and filled."""
    rules = [line.partition("{")[0] for line in STYLE.splitlines()]
    assert f".ig-{name}" in rules
    assert not [rule for rule in rules if rule.endswith(f" .ig-{name}") and ":hover" not in rule]


def test_production_is_said_in_words_however_long_the_name() -> None:
    texts = [element.text or "" for element in ET.fromstring(svg_text(hostile("x" * 500))).iter(f"{SVG}text")]  # noqa: S314
    assert any(text.endswith("… · production") for text in texts)


@pytest.mark.parametrize("name", HOSTILE)
def test_dot_is_strings_alone(name: str) -> None:
    text = dot_text(hostile(name))
    rest = re.sub(r'"(?:[^"\\\n]|\\.)*"', "Q", "\n".join(line for line in text.split("\n") if "//" not in line[:4]))
    assert [line.strip() for line in rest.splitlines()] == [
        "digraph access {",
        "graph [rankdir=Q, fontname=Q];",
        "node [shape=Q, fontname=Q];",
        "subgraph cluster_s1 {",
        "label=Q;",
        "s1 [label=Q, tooltip=Q];",
        "}",
        "subgraph cluster_a1 {",
        "label=Q;",
        "penwidth=Q;",
        "t1 [label=Q, tooltip=Q];",
        "}",
        "s1 -> t1 [style=Q, label=Q, tooltip=Q];",
        "}",
    ]


@pytest.mark.parametrize("name", HOSTILE)
def test_mermaid_is_labels_alone(name: str) -> None:
    text = mermaid_text(hostile(name))
    labels = re.findall(r'"([^"\n]*)"', text)
    comment = text.splitlines()[1].partition("read from ")[2]
    assert [line.strip() for line in re.sub(r'"[^"\n]*"', "Q", text).splitlines()] == [
        "flowchart LR",
        f"%% read from {comment}",
        f"%% not looked at: {comment}",
        "subgraph b1[Q]",
        "s1([Q])",
        "end",
        "subgraph a1[Q]",
        "t1[Q]",
        "end",
        "s1 -.->|Q| t1",
        "style a1 stroke-width:3px",
    ]
    for label in (*labels, comment):
        plain = re.sub(r"#\d+;", "", label.replace("<br>", " "))
        assert not set(plain) & set("\"'`<>&#%{}[]()|;\\*_~$!?.")
        assert not re.match(r"\d+[.)]|-", label)


def test_what_code_hosts_do_not_draw_is_too_large() -> None:
    graph = hostile("bob")
    assert not is_too_large(graph, mermaid_text(graph))
    larger = AccessGraph(graph.subjects, graph.accounts, graph.links * 501, "", ())
    assert is_too_large(larger, mermaid_text(larger))


@pytest.mark.parametrize(
    ("text", "columns", "short"),
    [
        ("bob", 3, "bob"),
        ("alice", 4, "ali…"),
        ("漢字漢字", 5, "漢字…"),
        ("e\u0301e\u0301", 2, "e\u0301e\u0301"),
        ("a\nb", 9, "a\\nb"),
    ],
)
def test_long_names_are_shortened(text: str, columns: int, short: str) -> None:
    assert shortened(text, columns) == short
    assert columns_of(short) <= columns
