"""Load, render and check a commit as `iamgen.project` does a folder, and compare two rendered commits."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from iamgen.deploy.kept_roles import with_kept_roles
from iamgen.deploy.targets import kept_roles
from iamgen.diff.accounts import AccountChanges, AccountTemplate, across
from iamgen.errors import Fault, IamgenError, refuse
from iamgen.project import Project, Rendered, naming_revision
from iamgen.release.exported_tree import exported
from iamgen.release.repository import Repository
from iamgen.ui.console import Console


@dataclass(frozen=True)
class Revision:
    """A commit, and its name."""

    repository: Repository
    """The clone that has the commit."""
    commit: str
    """The commit's id."""
    name: str
    """What the user calls it: a tag, a branch, HEAD. Faults and warnings say it."""


def revision_named(repository: Repository, name: str) -> Revision:
    """Return the revision that a person named. Raises IamgenError when there is none, or when several may be meant."""
    commit = repository.commit_of(name)
    if commit is None and (other := _other_name(repository, name)):
        return revision_named(repository, other)
    if commit is None:
        raise refuse(name, "there is no such revision", "a tag, a branch or a commit; git fetch may bring it")
    if repository.is_ambiguous(name):
        problem = "it may mean several things: a tag, a branch, or an id that begins so"
        raise refuse(name, problem, "write it in full: refs/heads/…, refs/tags/…, or all of the commit's id")
    return Revision(repository, commit, name)


def _other_name(repository: Repository, name: str) -> str | None:
    """Return what a name can only mean that names nothing by itself: a release without its v, or a remote's branch."""
    candidates = [f"refs/tags/v{name}"] if name[:1].isdigit() else []
    candidates += [f"refs/remotes/{remote}/{name}" for remote in repository.git.tell("remote").split()]
    meant = [candidate for candidate in candidates if repository.commit_of(candidate)]
    return meant[0] if len(meant) == 1 else None


@contextmanager
def project_at(revision: Revision, now: datetime) -> Iterator[Project]:
    """Yield the project of a commit, whose files lie in a folder of their own until the block ends.

    `now` (UTC) decides which grants have ended. Raises IamgenError with every fault, which name the revision.
    """
    with exported(revision.repository, revision.commit, revision.name) as folder:
        with naming_revision(revision.name):
            project = Project.load(folder, now)
        yield project.at_revision(revision.name)


def rendered_at(revision: Revision, now: datetime) -> Rendered:
    """Return the templates of a commit. Raises IamgenError with every fault of it."""
    with project_at(revision, now) as project:
        return project.render()


def checked_at(revision: Revision, now: datetime, console: Console) -> Rendered:
    """Return the templates of a commit that passes every check, having printed each warning.

    Raises IamgenError with every fault, and with every finding that is an error.
    """
    with project_at(revision, now) as project:
        rendered = project.render()
        console.warnings((*project.warnings, *rendered.warnings))
        rendered.require_checks(console)
    return rendered


@dataclass(frozen=True)
class Comparison:
    """The templates of a commit, compared with those of an earlier one."""

    before: Rendered | None
    """The earlier templates: None where there was nothing yet, and where they cannot be rendered."""
    after: Rendered
    """The later templates."""
    accounts: tuple[AccountChanges, ...] | None
    """What changes in the templates; None where the earlier ones cannot be rendered."""

    @property
    def refusals(self) -> tuple[Fault, ...]:
        """What `iamgen deploy` refuses, without any option, where the earlier templates are deployed."""
        from iamgen.deploy.expected_refusals import objections  # slow to import, and only needed to show them

        if self.before is None:
            return ()
        project = self.after.project
        return objections(self.before.templates, self.after.templates, project.declaration, project.now)


def compared(earlier: Revision | None, after: Rendered, console: Console) -> Comparison:
    """Compare templates with those of an earlier revision as of the same time; None stands for no templates.

    When the earlier revision cannot be rendered, a warning says why and nothing is compared: the commit that mends it
    has to get through.
    """
    if earlier is None:
        return Comparison(None, after, across(None, after.templates))
    try:
        before = rendered_at(earlier, after.project.now)
    except IamgenError as exc:
        problem = "cannot be rendered: no difference is shown, nor what follows from it"
        console.warnings((*exc.faults, Fault(earlier.name, problem, "look at the commits")))
        return Comparison(None, after, None)
    return Comparison(before, after, across(before.templates, deployable(before, after)))


def deployable(before: Rendered, after: Rendered) -> tuple[AccountTemplate, ...]:
    """Return the later templates as a deployment sends them: with the roles that stay without holders."""
    earlier = {template.place: template.template for template in before.templates}
    accounts = after.project.declaration.accounts
    return tuple(
        template._replace(
            template=with_kept_roles(
                template.template, earlier.get(template.place), kept_roles(accounts[template.account])
            )
        )
        for template in after.templates
    )
