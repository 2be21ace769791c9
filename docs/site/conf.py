"""How `make docs` makes a site of docs/*.md with Sphinx.

The pages are plain Markdown, which reads the same in the repository. The source is the whole repository, so that links
between pages, and from a page to a file of the code, are the same in both. The side bar is what docs/index.md lists
under its headings.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

from sphinx.application import Sphinx

ROOT = Path(__file__).resolve().parents[2]

project = "iamgen"
html_title = "iamgen"
extensions = ["myst_parser"]
include_patterns = ["docs/*.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md"]
exclude_patterns = [".*", "build", "dist", "iamgen", "bench", "templates", "tests"]
root_doc = "docs/index"

# A link or an anchor that leads nowhere is an error of the build.
nitpicky = True
myst_heading_anchors = 4
myst_links_external_new_tab = False
suppress_warnings = ["misc.highlighting_failure"]

html_theme = "furo"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_extra_path = ["root"]
html_copy_source = False
html_show_sourcelink = False
html_show_sphinx = False
html_show_copyright = False
html_permalinks_icon = "#"
pygments_style = "a11y-light"  # each colour has a contrast of 4.5 and more
pygments_dark_style = "github-dark"
highlight_language = "none"
smartquotes = False  # a message is quoted as it is printed

_SECTION = re.compile(r"^## (?P<heading>.+)\n(?P<body>(?:(?!## ).*\n?)*)", re.MULTILINE)
_ENTRY = re.compile(r"^- \[(?P<title>[^\]]+)\]\((?P<path>[^)]+)\.md\)", re.MULTILINE)


def side_bar(index: str) -> Iterator[str]:
    """Yield a hidden table of contents for each heading of the index, with the pages that are listed under it."""
    for section in _SECTION.finditer(index):
        pages = "\n".join(f"{entry['title']} <{_name(entry['path'])}>" for entry in _ENTRY.finditer(section["body"]))
        if pages:
            yield f"\n```{{toctree}}\n:hidden:\n:caption: {section['heading']}\n\n{pages}\n```\n"


def _name(link: str) -> str:
    """Return what Sphinx calls the page to which a link of the index leads."""
    return f"/{link.removeprefix('../')}" if link.startswith("../") else link


def add_side_bar(_application: Sphinx, page: str, content: list[str]) -> None:
    """Give the index its tables of contents as it is read."""
    if page == root_doc:
        content[0] += "".join(side_bar(content[0]))


def described_version() -> str:
    """Return the version that git knows for the pages, or nothing outside a clone."""
    command = ["git", "describe", "--tags", "--match", "v[0-9]*"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603  # a constant
    return done.stdout.strip()


version = release = described_version()


def setup(application: Sphinx) -> None:
    """Tell Sphinx what is done while it reads the pages."""
    application.connect("source-read", add_side_bar)
