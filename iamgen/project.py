"""Load a repository's users.py and CONST.inc, render its templates and check them, for all commands.

    project = Project.load(root, now)     read and validate the two files
    rendered = project.render(accounts)   each account's template, as text
    checked = rendered.check()            what iamgen's rules and cfn-lint find in the templates

A commit instead of a folder is loaded by `iamgen.revision.project_at`.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from iamgen.declaration.load import ConstantsFile, load
from iamgen.declaration.repository_root import USERS_FILE
from iamgen.declaration.resolved import Account, Declaration
from iamgen.errors import Fault, IamgenError
from iamgen.ui.console import Console

if TYPE_CHECKING:  # each of these takes longer to import than a small repository takes to load
    from iamgen.assertions.outcomes import AssertionOutcome
    from iamgen.check.finding import Finding
    from iamgen.check.inspect import View
    from iamgen.check.quota_usage.headroom import Headroom
    from iamgen.diff.accounts import AccountTemplate
    from iamgen.questions.escalation import EscalationSearch


class Project(NamedTuple):
    """A repository that loads without a fault."""

    root: Path
    """The folder that has users.py."""
    now: datetime
    """The time (UTC) that decides which grants have ended."""
    declaration: Declaration
    """What users.py and CONST.inc declare."""
    warnings: tuple[Fault, ...]
    """What is no fault in the two files, and worth a warning."""
    revision: str = ""
    """What the user calls the commit that was loaded; empty for a folder."""

    @classmethod
    def load(
        cls,
        root: Path,
        now: datetime,
        constants: ConstantsFile | None = None,
        meanwhile: Callable[[], None] = lambda: None,
    ) -> Project:
        """Read the repository at `root`; `constants` names another file in the place of CONST.inc.

        `meanwhile` is called while users.py runs in a process of its own: it may import what is needed next. Raises
        IamgenError with every fault of both files.
        """
        loaded = load(root, now, constants, meanwhile)
        return cls(root, now, loaded.declaration, loaded.warnings)

    def render(self, accounts: Iterable[Account] | None = None, form: Literal["json", "yaml"] = "json") -> Rendered:
        """Return the templates of the accounts, by default of all. Raises IamgenError with every fault in them."""
        from iamgen.jinja.policy import documents
        from iamgen.synth.account_templates import texts  # troposphere and awacs: 100 ms

        selected = self.declaration.accounts.values() if accounts is None else accounts
        with naming_revision(self.revision):
            templates = texts(self.declaration, selected, documents(self.root, self.declaration), form)
        warnings = tuple(in_revision(self.revision, fault) for fault in templates.notices)
        return Rendered(self, templates.by_account, warnings, form)

    def at_revision(self, name: str) -> Project:
        """Return the same project as that of a commit: its faults and warnings say which commit they are of."""
        return self._replace(revision=name, warnings=tuple(in_revision(name, fault) for fault in self.warnings))


@dataclass(frozen=True, eq=False)
class Rendered:
    """The templates that a project makes."""

    project: Project
    """The project they were rendered from."""
    texts: Mapping[str, str]
    """Each account's template as text, by the account's name."""
    warnings: tuple[Fault, ...]
    """What is worth a warning about how the templates were made. The project's own warnings are not among them."""
    form: Literal["json", "yaml"] = "json"
    """The format of the texts."""
    _rendered_later: dict[str, str] = field(default_factory=dict, init=False, repr=False)
    """The templates of other accounts, as JSON, as far as somebody has needed them."""

    @property
    def declaration(self) -> Declaration:
        """What users.py and CONST.inc declare."""
        return self.project.declaration

    @property
    def templates(self) -> tuple[AccountTemplate, ...]:
        """Each account's template as plain data; the templates have to be JSON."""
        from iamgen.diff.accounts import AccountTemplate

        accounts, region, stack = self.declaration.accounts, self.declaration.region, self.declaration.settings.stack
        people_account = self.declaration.people_account.id
        return tuple(
            AccountTemplate(
                name,
                accounts[name].id,
                region,
                stack,
                json.loads(text),
                accounts[name].kind == "prod",
                people_account,
            )
            for name, text in self.texts.items()
        )

    def check(
        self, *, lint: bool = True, cache: bool = True, on_done: Callable[[str], None] = lambda _account: None
    ) -> Checked:
        """Check the templates by iamgen's rules, and with `lint` by cfn-lint, whose results `cache` may reuse.

        `on_done` is called with an account's name when that account is done. The project's folder is read once more:
        a commit is checked while `project_at` still has its files.
        """
        from iamgen.check.inspect import Looking, inspect_views, views
        from iamgen.check.lint.configuration import find_config
        from iamgen.check.lint.linter import LintSettings

        root, declaration = self.project.root, self.declaration
        settings = LintSettings(declaration.region, find_config(root), cache) if lint else None
        search = functools.cache(self.escalation_search)
        views_by_account = views(self.texts, declaration, root, search, self.project.now)
        findings = inspect_views(views_by_account, self.texts, declaration, Looking(root, (), settings, on_done))
        return Checked(self.project, views_by_account, findings, self._assertion_outcomes())

    def _assertion_outcomes(self) -> tuple[AssertionOutcome, ...]:
        """Return what is to be said about the assertions of users.py. They are about all accounts, so that templates
        are rendered of those as well that are not asked for."""
        declaration = self.declaration
        if not declaration.assertions:
            return ()
        from iamgen.assertions.outcomes import assertion_outcomes
        from iamgen.questions.declared_source import DeclaredTexts, from_declaration

        root, texts = self.project.root, self.json_of(declaration.accounts)
        model = from_declaration(DeclaredTexts(root, declaration, texts, USERS_FILE))
        return assertion_outcomes(model, declaration, self.project.now, root)

    def escalation_search(self) -> EscalationSearch:
        """Return the search for paths to more power over all accounts, also over those that were not rendered here."""
        from iamgen.questions.circumstances import Circumstances
        from iamgen.questions.declared_source import DeclaredTexts, from_declaration
        from iamgen.questions.escalation import EscalationSearch

        model = from_declaration(DeclaredTexts(self.project.root, self.declaration, self._json_of_all(), USERS_FILE))
        return EscalationSearch.over(model, Circumstances(self.project.now))

    def _json_of_all(self) -> Mapping[str, str]:
        """Return the templates of all accounts as JSON.

        What is wrong with another account's template is told where that one is rendered: then these have to do.
        """
        try:
            return self.json_of(self.declaration.accounts)
        except IamgenError:
            return self.json_of(self.texts)

    def json_of(self, names: Collection[str]) -> dict[str, str]:
        """Return the templates of some accounts as JSON, by name and in the order of the names.

        Those that were not rendered yet are rendered now, and kept. Raises IamgenError with every fault in them.
        """
        known = {**self._rendered_later, **(self.texts if self.form == "json" else {})}
        missing = [self.declaration.accounts[name] for name in names if name not in known]
        if missing:
            self._rendered_later.update(self.project.render(missing).texts)
            known |= self._rendered_later
        return {name: known[name] for name in names}

    def require_checks(self, console: Console, *, lint: bool = True, cache: bool = True) -> None:
        """Check the templates and print each finding that is no error. Raises IamgenError with those that are."""
        with console.progress("checking", tuple(self.texts)) as advance:
            checked = self.check(lint=lint, cache=cache, on_done=advance)
        console.warnings(checked.warnings)
        if checked.errors:
            raise IamgenError(checked.errors)


class Checked(NamedTuple):
    """What the checks find in a project's templates."""

    project: Project
    """The project the templates are of."""
    views: Mapping[str, View]
    """Each account's template as the rules read it, by the account's name."""
    every_finding: dict[str, tuple[Finding, ...]]
    """Each account's findings, also those that the settings ignore."""
    assertions: tuple[AssertionOutcome, ...] = ()
    """What is to be said about the assertions of users.py. Nothing can ignore it."""

    def findings(self, ignore: Collection[str] = ()) -> dict[str, tuple[Finding, ...]]:
        """Return the findings, errors first, less what the settings ignore, and the rules `ignore` names besides."""
        from iamgen.check.inspect import ordered

        ignored = {*ignore, *self.project.declaration.settings.ignore}
        return {account: ordered(findings, ignored) for account, findings in self.every_finding.items()}

    @property
    def headroom(self) -> tuple[Headroom, ...]:
        """How much of every quota of each account is used."""
        from iamgen.check.quota_usage.headroom import headroom

        declaration = self.project.declaration
        rows: list[Headroom] = []
        for name, (template, facts) in self.views.items():
            people = len(declaration.people) if declaration.accounts[name].holds_people else 0
            rows += headroom(name, template, facts, people)
        return tuple(rows)

    @property
    def assertion_findings(self) -> dict[str, tuple[Finding, ...]]:
        """The assertions that do not hold, and those that are about nobody, as findings by file."""
        from iamgen.check.declaration_findings import assertion_findings

        return assertion_findings((outcome.level, outcome.fault) for outcome in self.assertions)

    @property
    def errors(self) -> tuple[Fault, ...]:
        """The findings that are errors, as faults."""
        return tuple(fault for level, fault in self._faults() if level == "error")

    @property
    def warnings(self) -> tuple[Fault, ...]:
        """The other findings, as faults."""
        return tuple(fault for level, fault in self._faults() if level != "error")

    def _faults(self) -> Iterator[tuple[str, Fault]]:
        """Yield the level of each finding, and the fault that it is; what several accounts have by one line, once."""
        from iamgen.check.shared_findings import by_place, shared_findings

        for finding, accounts in shared_findings(by_place(self.findings()), lambda _, finding: finding.cause):
            yield finding.level, in_revision(self.project.revision, finding.fault_in(accounts))
        for outcome in self.assertions:
            yield outcome.level, in_revision(self.project.revision, outcome.fault)


@contextmanager
def naming_revision(name: str) -> Iterator[None]:
    """Let each fault that the block raises say in which revision it is; an empty name changes nothing."""
    try:
        yield
    except IamgenError as exc:
        if not name:
            raise
        raise IamgenError(in_revision(name, fault) for fault in exc.faults) from exc


def in_revision(name: str, fault: Fault) -> Fault:
    """Return the fault with the revision before its place, as git writes a file of a commit."""
    if not name:
        return fault
    from iamgen.source_place import within

    return fault._replace(where=within(name, fault.where))
