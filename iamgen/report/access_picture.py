"""Draw who reaches what for the report, if the whole picture is small enough to be read."""

from __future__ import annotations

from iamgen.graph.access_graph import AccessGraph
from iamgen.graph.overview_graph import access_graph
from iamgen.graph.svg import svg_text
from iamgen.questions.access_answer import AccessOverview

MOST_BOXES = 60
"""People, machines, groups and roles, those that are drawn as one counted once: more cannot be read in a page."""
_MOST_ACTORS = 1000
"""People and machines before any of them are drawn as one: working out who has equal access takes its time, too."""


def access_picture(overview: AccessOverview) -> str:
    """Return an SVG whose style the page has; empty where nobody is in it, or where it would be too large to read."""
    if len(overview.by_actor) > _MOST_ACTORS:
        return ""
    graph = access_graph(overview)
    return svg_text(graph, is_inline=True, name="picture") if graph.subjects and _boxes(graph) <= MOST_BOXES else ""


def _boxes(graph: AccessGraph) -> int:
    return len(graph.subjects) + len(graph.targets)
