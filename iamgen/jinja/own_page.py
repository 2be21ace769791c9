"""Render a page of iamgen's own package for a browser, with values escaped. A repository cannot replace the page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined


def own_page(file: Path, values: Mapping[str, object], printable: Callable[[str], str]) -> str:
    """Return the rendered template.

    Where the template shows a text, that is made `printable` and escaped. What is HTML already, and was made safe, the
    template marks with the filter `safe`: it is put in as it is.
    """
    environment = Environment(
        loader=FileSystemLoader(file.parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: printable(value) if type(value) is str else value,
    )
    return environment.get_template(file.name).render(values) + "\n"
