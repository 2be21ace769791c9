"""`iamgen diff`: print who gains and who loses what between two states of all accounts."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from iamgen.access_diff.difference_json import DifferenceJson
from iamgen.access_diff.difference_markdown import difference_paragraphs
from iamgen.access_diff.difference_text import DifferenceText
from iamgen.access_diff.fail_on import FailOn, failure
from iamgen.access_diff.model_difference import model_difference
from iamgen.access_model import ModelSource, access_model
from iamgen.check.formats.github import escape_message, escape_property
from iamgen.clock import now
from iamgen.declaration.repository_root import find_root
from iamgen.errors import Fault, IamgenError, UsageError
from iamgen.questions.access_answer import AccessRequest, access_overview
from iamgen.questions.access_text import access_text
from iamgen.questions.can import Asker
from iamgen.questions.circumstances import Circumstances
from iamgen.questions.model import AccessModel
from iamgen.release.local_releases import last_release
from iamgen.release.repository import open_repository
from iamgen.revision import revision_named
from iamgen.ui.console import Console

Form = Literal["text", "markdown", "github", "json"]


@dataclass(frozen=True)
class AccessDiffRequest:
    """Which two states to compare, and how to answer."""

    source: ModelSource
    """The folder, and the options that name something else than revisions: two files of each account, or AWS."""
    before: str | None = None
    """The earlier revision; None is the last release."""
    after: str | None = None
    """The later revision; None is the working tree."""
    form: Form = "text"
    """The format of the answer."""
    fail_on: FailOn | None = None
    """For which differences the exit code is 1; None for none."""


def access_diff(request: AccessDiffRequest, console: Console) -> int:
    """Print who gains and loses what; return 1 if `fail_on` says so, else 0.

    What is not decided counts as a gain there. Where one of the states cannot be loaded, its faults are printed, and
    who has which role in the other; then the exit code is 1. Raises IamgenError where both cannot.
    """
    moment = now()
    sources = _sources(request, console)
    loaded = [_loaded(source, moment, console) for source in dict.fromkeys(sources)]
    before, after = loaded[0], loaded[-1]
    if isinstance(before, IamgenError) and isinstance(after, IamgenError):
        raise IamgenError(dict.fromkeys((*before.faults, *after.faults)))
    if isinstance(before, IamgenError) or isinstance(after, IamgenError):
        return _half(before, after, moment, console, form=request.form)
    difference = model_difference(before, after, moment)
    console.product(_answer(DifferenceText(difference), request.form))
    fault = failure("diff", difference, request.fail_on)
    if fault:
        console.error(fault)
    return 1 if fault else 0


def _sources(request: AccessDiffRequest, console: Console) -> tuple[ModelSource, ModelSource]:
    """Return the two states. Raises UsageError for options that do not go together."""
    source = request.source
    source.check()
    of_files = source.templates or source.details
    if (of_files and (request.before or request.after)) or (source.deployed and request.after):
        option = "--deployed" if source.deployed else "--template" if source.templates else "--account-details"
        raise UsageError([Fault(option, "takes the place of FROM and TO" if of_files else "takes the place of FROM",
                                "leave the revisions out" if of_files else "name one revision, or none")])  # fmt: skip
    if of_files:
        templates = _divided("--template", source.templates)
        details = _divided("--account-details", source.details)
        sides = zip(templates, details, strict=True)
        first, second = (replace(source, templates=files, details=bodies) for files, bodies in sides)
        return first, second
    if source.deployed:
        return source, ModelSource(source.folder, request.before)
    return _revisions(request, console)


def _revisions(request: AccessDiffRequest, console: Console) -> tuple[ModelSource, ModelSource]:
    """Return the two revisions. A warning says so where both are the same commit, which is loaded once."""
    folder = request.source.folder
    repository = open_repository(find_root(folder))
    first = request.before or last_release(repository)
    commits = [revision_named(repository, name).commit for name in (first, request.after) if name is not None]
    same = len(set(commits)) < len(commits)
    if same:
        problem = f"is the same commit as {request.after}: there is nothing to compare"
        console.warning(Fault(first, problem, "name another revision, or one only for what is here"))
    return ModelSource(folder, first), ModelSource(folder, first if same else request.after)


def _divided(option: str, written: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the first and the second file of each account. Raises UsageError for an account without two."""
    listed = tuple(written)
    ids = Counter(text.partition("=")[0] for text in listed)
    faults = [
        Fault(option, f"the account {account} is named {number} times, and a comparison takes two files",
              f"the old one first: {option} {account}=old.json {option} {account}=new.json")
        for account, number in ids.items()
        if number != 2  # noqa: PLR2004
    ]  # fmt: skip
    if faults:
        raise UsageError(faults)
    first = {text.partition("=")[0]: text for text in reversed(listed)}
    second = {text.partition("=")[0]: text for text in listed}
    return tuple(first[account] for account in ids), tuple(second[account] for account in ids)


def _loaded(source: ModelSource, moment: datetime, console: Console) -> AccessModel | IamgenError:
    try:
        return access_model(source, moment, console)
    except UsageError:
        raise
    except IamgenError as exc:
        return exc


def _half(
    before: AccessModel | IamgenError,
    after: AccessModel | IamgenError,
    moment: datetime,
    console: Console,
    *,
    form: Form,
) -> int:
    """Print the faults of the state that cannot be loaded, and who has which role in the other; return 1."""
    side = "earlier" if isinstance(before, IamgenError) else "later"
    for state in (before, after):
        if isinstance(state, IamgenError):
            console.errors(state.faults)
        elif form == "text":
            overview = access_overview(Asker(state), AccessRequest(Circumstances(moment)))
            head = f"The {side} state cannot be read, so nothing is compared. Of {state.origin}:\n\n"
            console.product(head + access_text(overview, coloured=False))
    console.error(Fault("diff", f"nothing is compared: the {side} state cannot be read", "mend what is named above"))
    return 1


def _answer(shown: DifferenceText, form: Form) -> str:
    if form == "json":
        return json.dumps(DifferenceJson(shown).plain(), indent=2) + "\n"
    if form == "markdown":
        return "\n\n".join(difference_paragraphs(shown)) + "\n"
    return _github(shown) if form == "github" else shown.text()


def _github(shown: DifferenceText) -> str:
    """Return annotations of a GitHub workflow: a warning for each gain, and a notice for everything else."""
    lines = [f"::notice title=access::{escape_message(shown.summary)}"]
    for section in shown.sections:
        level = "warning" if section.sign in ("+", "!") else "notice"
        for entry in section.entries:
            message = "\n".join((entry.text, *entry.details))
            lines.append(f"::{level} title={escape_property(section.title)}::{escape_message(message)}")
    return "".join(f"{line}\n" for line in lines)
