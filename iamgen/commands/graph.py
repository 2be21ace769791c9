"""`iamgen graph`: print a picture of who reaches what, or write it into a file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

from iamgen.access_model import ModelSource, access_model
from iamgen.clock import now
from iamgen.errors import Fault, IamgenError, UsageError, faults_of
from iamgen.graph.access_graph import AccessGraph
from iamgen.graph.dot import dot_text
from iamgen.graph.equal_access import Folding
from iamgen.graph.mermaid import MOST_EDGES, MOST_LETTERS, is_too_large, mermaid_text
from iamgen.graph.overview_graph import access_graph
from iamgen.graph.svg import svg_text
from iamgen.questions.access_answer import AccessRequest, access_overview
from iamgen.questions.can import Asker
from iamgen.questions.can_json import moment_or
from iamgen.questions.circumstances import Circumstances
from iamgen.questions.held_roles import AccessFilter
from iamgen.questions.naming_actors import find_actors
from iamgen.ui.console import Console
from iamgen.ui.files import write_all

GraphFormat = Literal["svg", "dot", "mermaid"]
_WRITERS: dict[GraphFormat, Callable[[AccessGraph], str]] = {"svg": svg_text, "dot": dot_text, "mermaid": mermaid_text}


@dataclass(frozen=True)
class GraphRequest:
    """What to draw, and how."""

    source: ModelSource
    """What the picture is of."""
    form: GraphFormat = "svg"
    """The language of the picture."""
    output: Path | None = None
    """The file to write; None prints the picture on stdout."""
    actor: str | None = None
    """Whose access is drawn; None for everybody's."""
    account: str | None = None
    """The account that is drawn; None for every one."""
    time: str | None = None
    """When, an ISO time; None is now."""
    folding: Folding = "auto"
    """Who is drawn as one."""


def graph(request: GraphRequest, console: Console) -> int:
    """Draw who reaches what and return 0. Raises IamgenError for somebody or an account that is not known."""
    if request.output is None and request.form == "svg" and console.out.isatty():
        problem = "the picture is for a browser, and a terminal would show its SVG"
        raise UsageError([Fault("graph", problem, "name a file: iamgen graph -o access.svg")])
    moment = now()
    model = access_model(request.source, moment, console)
    read_time = partial(moment_or, request.time, moment, "--at-time")
    find = (partial(find_actors, model, request.actor),) if request.actor is not None else ()
    faults = faults_of(*find, partial(AccessFilter.of, model, request.account, None), read_time)
    if faults:
        raise IamgenError(faults)
    asked = AccessRequest(Circumstances(read_time()), request.actor, request.account)
    picture = access_graph(access_overview(Asker(model), asked), request.folding)
    text = _WRITERS[request.form](picture)
    if request.form == "mermaid" and is_too_large(picture, text):
        console.warning(_TOO_LARGE)
    if request.output is None:
        console.product(text)
        return 0
    write_all({request.output: text})
    console.note(f"written: {request.output}")
    return 0


_TOO_LARGE = Fault(
    "mermaid",
    f"code hosts draw {MOST_EDGES} lines and {MOST_LETTERS:,} letters at most, and this picture has more",
    "draw less of it with --in ACCOUNT, --of WHO or --fold team, or take --format svg",
)
