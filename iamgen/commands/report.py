"""`iamgen report`: one page that shows who can do what, over all accounts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from iamgen.access_diff.difference_text import DifferenceText
from iamgen.access_diff.model_difference import model_difference
from iamgen.access_model import AS_DEPLOYED, ModelSource, access_model, rendered_model, warn_of_unread
from iamgen.clock import now
from iamgen.declaration.repository_root import find_root
from iamgen.errors import Fault, IamgenError, UsageError
from iamgen.project import Project
from iamgen.questions.access_answer import AccessRequest, access_overview
from iamgen.questions.can import Asker
from iamgen.questions.circumstances import Circumstances
from iamgen.questions.model import AccessModel
from iamgen.release.local_releases import last_release
from iamgen.release.repository import Repository, open_repository
from iamgen.report.contents import ReportContents, ReportOrigin
from iamgen.report.declared_checks import DeclaredChecks
from iamgen.report.html_page import report_page
from iamgen.revision import Revision, project_at, revision_named
from iamgen.ui.console import Console
from iamgen.ui.files import write_all

_LINT = "what cfn-lint finds, which `iamgen check` asks besides"
_NO_CHECKS = (
    "rules, quotas and assertions, and so paths by which power grows: they are about a declaration, and this is of {}"
)


@dataclass(frozen=True)
class ReportRequest:
    """What the page is about, and where it goes."""

    source: ModelSource
    """What it is made of."""
    output: Path | None = None
    """The file that is written; None prints the page."""
    since: str | None = None
    """The earlier revision to compare with; None is the last release, if there is one."""


@dataclass(frozen=True)
class _SinceEarlier:
    """What came of comparing with an earlier revision."""

    difference: DifferenceText | None = None
    """What is different; None where nothing was compared."""
    since: str = ""
    """The earlier revision; empty where nothing was compared."""
    hole: str = ""
    """Why nothing was compared, as part of a sentence; empty where something was."""


def report(request: ReportRequest, console: Console) -> int:
    """Write or print the page, and return 0. Raises IamgenError for faults of the source, and then writes nothing."""
    request.source.check()
    if request.output is None and console.out.isatty():
        problem = "the page is for a browser, and a terminal would show its HTML"
        raise UsageError([Fault("report", problem, "name a file: iamgen report -o report.html")])
    if request.since and not request.source.is_declared:
        problem = "it compares with an earlier declaration, and another option names a source that is none"
        raise UsageError([Fault("--since", problem, "leave it out, or make the report of the declaration")])
    moment = now()
    collect = _of_declaration if request.source.is_declared else _of_other_source
    _put(request, report_page(collect(request, moment, console)), console)
    return 0


def _of_declaration(request: ReportRequest, moment: datetime, console: Console) -> ReportContents:
    """Return the contents for the declaration of the folder or of a revision, checked and compared."""
    root = find_root(request.source.folder)
    revision = request.source.revision
    named = revision_named(open_repository(root), revision) if revision is not None else None
    earlier = _earlier(root, request.since)
    with _project(root, named, moment) as project:
        rendered = project.render()
        console.warnings((*project.warnings, *rendered.warnings))
        model = rendered_model(rendered, f"users.py at {revision}" if named else AS_DEPLOYED)
        warn_of_unread(model, console)
        with console.progress("checking", tuple(rendered.texts)) as advance:
            checks = DeclaredChecks.of(rendered.check(lint=False, on_done=advance))
    comparison = _compared(request.source.folder, earlier, model, moment, console)
    origin = ReportOrigin(model.origin, f"commit {named.commit}" if named else _commit(root), moment)
    holes = (_LINT, comparison.hole) if comparison.hole else (_LINT,)
    contents = _contents(model, origin, holes)
    return replace(contents, checks=checks, difference=comparison.difference, since=comparison.since)


def _of_other_source(request: ReportRequest, moment: datetime, console: Console) -> ReportContents:
    """Return the contents for templates, account details or AWS; accounts that AWS does not tell about are holes."""
    model = access_model(replace(request.source, leaves_out=True), moment, console)
    holes = (_NO_CHECKS.format(model.origin), "differences since an earlier revision, for the same reason")
    return _contents(model, ReportOrigin(model.origin, "", moment), holes)


def _contents(model: AccessModel, origin: ReportOrigin, holes: tuple[str, ...]) -> ReportContents:
    overview = access_overview(Asker(model), AccessRequest(Circumstances(origin.moment)))
    return ReportContents(origin, overview, None, None, "", holes)


@contextmanager
def _project(root: Path, revision: Revision | None, moment: datetime) -> Iterator[Project]:
    """Yield the project of the folder or of a revision, whose files are there until the block ends."""
    if revision is None:
        from iamgen.synth import import_stack

        yield Project.load(root, moment, meanwhile=import_stack)
        return
    with project_at(revision, moment) as project:
        yield project


def _earlier(root: Path, since: str | None) -> str | Fault:
    """Return the revision to compare with, or why there is none.

    Raises IamgenError for a revision that was named and that there is not.
    """
    if since is not None:
        return revision_named(open_repository(root), since).name
    try:
        return last_release(open_repository(root))
    except IamgenError as exc:
        return exc.faults[0]


def _compared(
    folder: Path, earlier: str | Fault, model: AccessModel, moment: datetime, console: Console
) -> _SinceEarlier:
    """Return what is different. An earlier revision that cannot be read is a hole of the report, and a warning."""
    if isinstance(earlier, Fault):
        return _SinceEarlier(hole=f"differences since a release: {earlier.problem}")
    try:
        before = access_model(ModelSource(folder, earlier), moment, console)
    except IamgenError as exc:
        problem = "cannot be read, so the report says nothing about what changed since then"
        console.warnings((*exc.faults, Fault(earlier, problem, "name another revision with --since")))
        return _SinceEarlier(hole=f"differences since {earlier}, which cannot be read: {exc.faults[0].problem}")
    return _SinceEarlier(DifferenceText(model_difference(before, model, moment)), earlier)


def _commit(root: Path) -> str:
    """Return the commit of the folder in words, and whether the folder has more than it; nothing without git."""
    try:
        repository: Repository = open_repository(root)
        commit = repository.head()
    except IamgenError:
        return ""
    try:
        repository.require_clean()
    except IamgenError:
        return f"commit {commit} with changes that are not committed"
    return f"commit {commit}"


def _put(request: ReportRequest, text: str, console: Console) -> None:
    if request.output is None:
        console.product(text)
        return
    file = request.output.absolute()
    folder = request.source.folder.absolute()
    write_all({file: text}, within=folder if folder in file.parents else file.parent)
    console.note(f"written: {request.output}")
