"""`iamgen init`: ask what a new repository is for, and write all of its files, or none."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from iamgen.clock import now
from iamgen.declaration.accounts import constant
from iamgen.declaration.kinds import KIND
from iamgen.declaration.resolved import Declaration
from iamgen.errors import Fault, IamgenError, UsageError
from iamgen.jinja.ci import ci_files
from iamgen.jinja.ci_jobs import CiProvider
from iamgen.jinja.ci_next_steps import next_steps
from iamgen.new_repository.choice_faults import choice_faults
from iamgen.new_repository.choices import DEFAULT_REGION, NewRepository, default_person
from iamgen.new_repository.contents import (
    CONSTANTS,
    PRE_COMMIT,
    REQUIREMENTS,
    USERS,
    declaration_files,
    pre_commit_text,
    tool_files,
)
from iamgen.new_repository.draft import drafted
from iamgen.new_repository.existing_choices import accounts_of, is_stated, likely_ci
from iamgen.new_repository.existing_gaps import existing_gaps, has_targets
from iamgen.new_repository.own_requirement import OwnRequirement, own_requirement
from iamgen.new_repository.place import NewRepositoryPlace
from iamgen.new_repository.questions import ask_for_choices
from iamgen.project import Project
from iamgen.ui.console import Console
from iamgen.ui.files import write_all

_OPTIONS = {
    "accounts": "--account",
    "region": "--region",
    "people": "--person",
    "ci": "--ci",
    "requirement": "--iamgen",
}
_FILES = {"accounts": CONSTANTS, "region": CONSTANTS, "people": USERS, "requirement": REQUIREMENTS}
"""The file that has each choice: where it is there already, there is nothing to choose."""


@dataclass(frozen=True)
class InitRequest:
    """What a person asks `iamgen init` to do."""

    folder: Path
    """The folder of the new repository."""
    choices: NewRepository
    """What options have chosen."""
    shown_folder: str = ""
    """The folder as it was typed; empty for the current one."""
    yes: bool = False
    """Whether to take the defaults without asking."""


@dataclass(frozen=True)
class NewFiles:
    """The files of a new repository, and what its declaration says."""

    texts: Mapping[Path, str]
    """Every file's text, by its path."""
    holder: str
    """The account that holds the people."""
    warnings: tuple[Fault, ...]
    """What is worth a warning about the declaration."""


def init(request: InitRequest, console: Console) -> int:
    """Write the files that are not there yet, and say what to do next; return 0.

    Raises IamgenError, UsageError where options are at fault, with everything that is wrong, before anything is
    written.
    """
    place = NewRepositoryPlace.of(request.folder)
    own = own_requirement()
    choices = _complete(request, place, console, own)
    files = _files(place, choices)
    existing = place.existing(files.texts)
    written = {path: text for path, text in files.texts.items() if path not in existing}
    write_all(written)
    for path in files.texts:
        console.note(f"{place.shown(path)}: {'written' if path in written else 'is there already, and stays as it is'}")
    is_own = choices.requirement == own.line and place.folder / REQUIREMENTS in written
    console.warnings((*files.warnings, *(own.warnings if is_own else ())))
    console.warnings(existing_gaps(place, files.texts, choices.ci))
    if place.folder / CONSTANTS in written:
        _tell_of_production(choices, console)
    for command in _next_commands(request, place, _to_commit(place, files.texts, written)):
        console.note(f"next: {command}")
    if place.folder / "README.md" in written:
        console.note(f"then README.md there says how {files.holder} and the other accounts are deployed")
    return 0


def _tell_of_production(choices: NewRepository, console: Console) -> None:
    """Say which accounts are held as production is because of their names, and which line changes that."""
    for name in (account.name for account in choices.accounts if account.stated_kind == "prod"):
        line = f"{constant(name, KIND)}=workload"
        console.note(f"{name} is taken for production, by its name; if it is not, write {line} in {CONSTANTS}")


def _complete(request: InitRequest, place: NewRepositoryPlace, console: Console, own: OwnRequirement) -> NewRepository:
    """Return all choices: by options, by answers at the terminal, or by default. Raises IamgenError."""
    missing = [name for name in _OPTIONS if not getattr(request.choices, name) and not _is_chosen(name, place)]
    defaults = NewRepository((), DEFAULT_REGION, (default_person(),), likely_ci(place), own.line)
    asks = console.asks and not request.yes
    wrong = [*choice_faults(request.choices), *_contradictions(request.choices, place)]
    if not asks:
        needed = [name for name in missing if name == "accounts" or not (request.yes or name == "requirement")]
        wrong += _missing_faults(needed, request, defaults)
    blocked = list(place.faults())
    if wrong or blocked:
        raise (UsageError if wrong else IamgenError)([*wrong, *blocked])
    if asks:
        return ask_for_choices(console, request.choices, defaults, missing)
    chosen = replace(request.choices, **{name: getattr(defaults, name) for name in missing})
    faults = list(choice_faults(chosen))  # such as of the iamgen that runs, which may have been installed from a branch
    if faults:
        raise UsageError(faults)
    return chosen


def _is_chosen(name: str, place: NewRepositoryPlace) -> bool:
    """Return whether a file that is there already has the choice."""
    return name in _FILES and place.has(_FILES[name])


def _contradictions(choices: NewRepository, place: NewRepositoryPlace) -> Iterator[Fault]:
    """Yield a fault for each option whose file is there already and says something else."""
    for name, file in _FILES.items():
        if getattr(choices, name) and place.has(file) and not is_stated(name, choices, place.folder):
            yield Fault(_OPTIONS[name], f"{file} is there already, and no file is changed", f"write it into {file}")


def _missing_faults(needed: list[str], request: InitRequest, defaults: NewRepository) -> Iterator[Fault]:
    """Yield a fault that names every option which has to be given where nobody can be asked."""
    if not needed:
        return
    options = ", ".join(_OPTIONS[name] for name in needed)
    if request.yes:
        yield Fault("iamgen init", f"{options}: nothing can stand in for it", "such as --account dev=111111111111")
        return
    by_default = {"region": defaults.region, "people": defaults.people[0], "ci": defaults.ci}
    taken = [value for name, value in by_default.items() if name in needed]
    hint = f"add them; --yes takes {', '.join(taken)} for what is not chosen" if taken else "add them"
    yield Fault("iamgen init", f"there is no terminal to ask on, and no {options}", hint)


def _files(place: NewRepositoryPlace, choices: NewRepository) -> NewFiles:
    """Return every file of the repository, by the choices and by the files that it has.

    Raises IamgenError where what they declare does not load or render.
    """
    known = replace(choices, accounts=accounts_of(place.folder)) if place.has(CONSTANTS) else choices
    declaring = declaration_files(place.folder, known)
    with drafted(place, declaring) as draft:
        project = Project.load(draft, now())
        project.render()
        providers: list[CiProvider] = [choices.ci] if choices.ci in ("github", "gitlab") else []
        at_top = {PRE_COMMIT: pre_commit_text(draft, choices.ci, place.below_top)}
        steps: list[str] = []
        for provider in providers:
            at_top |= ci_files(draft, project.declaration, provider, place.below_top)
            steps += next_steps(project.declaration, provider)
        holder = _holder(project.declaration)
        own = {**declaring, **tool_files(draft, choices.ci, holder, steps)}
    texts = {place.folder / path: text for path, text in own.items()}
    texts |= {place.top / path: text for path, text in at_top.items()}
    return NewFiles(texts, holder, project.warnings)


def _holder(declaration: Declaration) -> str:
    return next(account.name for account in declaration.accounts.values() if account.holds_people)


def _to_commit(place: NewRepositoryPlace, texts: Mapping[Path, str], written: Iterable[Path]) -> list[Path]:
    """Return the files that were written, with those of an earlier run that ended before they were committed.

    These are what declares the access, which the others are made from, and what is as it would be written now. Where
    nothing was written and there is a git repository, nothing is left to commit.
    """
    if place.is_in_git and not written:
        return []
    declaring = {place.folder / name for name in _FILES.values()}
    return [path for path in texts if path in written or path in declaring or place.has_text(path, texts[path])]


def _next_commands(request: InitRequest, place: NewRepositoryPlace, new_files: Iterable[Path]) -> Iterator[str]:
    """Yield the three commands that lead from the new files to the templates. None of them needs an AWS account."""
    with_make = has_targets(place)  # of its own, or of a Makefile that was there before
    check = "make check" if with_make else "iamgen check"
    yield f"cd {shlex.quote(request.shown_folder)} && {check}" if request.shown_folder else check
    begin = "" if place.is_in_git else "git init --initial-branch=main && "
    names = [place.shown(path) for path in new_files]
    if place.was_empty:
        names = [".", *(name for name in names if name.startswith("../"))]
    if names:  # these alone: other work in the same repository may not be ready to be committed
        only = f" {shlex.join(names)}" if place.may_have_staged else ""
        yield f'{begin}git add {shlex.join(names)} && git commit --message "Say who may do what"{only}'
    yield "make render" if with_make else "iamgen render --all -o build"
