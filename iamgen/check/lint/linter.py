"""Lint every template with cfn-lint: use stored results if there are any, and all processors for the rest."""

from __future__ import annotations

import os
import sys
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Protocol

from iamgen.check.lint import cfnlint
from iamgen.check.lint.cache import NOTHING, Memory, open_memory

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping, Sequence
    from pathlib import Path

    from iamgen.check.finding import Finding

    Found = Generator[tuple[str, tuple[Finding, ...]], None, None]

# Elsewhere a fork may crash in the system's own libraries: workers start afresh, and load the rules each.
_FORK = sys.platform == "linux"
# From how many templates workers save clearly more time than starting them takes, on two processors.
_PARALLEL_FROM = 3 if _FORK else 6


@dataclass(frozen=True)
class LintSettings:
    """How cfn-lint is run."""

    region: str
    """The region in which the template will be deployed."""
    config_file: Path | None = None
    """The .cfnlintrc that counts; None where there is none."""
    remember: bool = True
    """Whether earlier findings may be used, and new ones are kept for later."""


class TextLinter(Protocol):
    """The linter: the module `iamgen.check.lint.cfnlint`, or what a test uses instead."""

    def load(self, region: str, config_file: Path | None) -> None:
        """Make ready, so that forked processes need not."""

    def lint(self, text: str, region: str, config_file: Path | None) -> tuple[Finding, ...]:
        """Return what is wrong with a template."""


def lint_all(
    texts: Mapping[str, str],
    *,
    settings: LintSettings,
    on_done: Callable[[str], None] = lambda _: None,
    linter: TextLinter = cfnlint,
) -> dict[str, tuple[Finding, ...]]:
    """Return the findings of each account's template, in the order of `texts`.

    `on_done` hears each account's name as soon as its findings are known, in this process. Equal texts are
    linted once. Raises IamgenError for a configuration or region that cfn-lint cannot use, and when a process
    that lints dies.
    """
    accounts: dict[str, list[str]] = {}
    for account, text in texts.items():
        accounts.setdefault(text, []).append(account)
    memory = open_memory(settings.region, settings.config_file) if settings.remember else NOTHING
    findings: dict[str, tuple[Finding, ...]] = {}
    with closing(_results(list(accounts), memory, settings, linter)) as results:
        for text, of_text in results:
            findings[text] = of_text
            for account in accounts[text]:
                on_done(account)
    return {account: findings[text] for account, text in texts.items()}


def _results(texts: Sequence[str], memory: Memory, settings: LintSettings, linter: TextLinter) -> Found:
    unknown = []
    for text in texts:
        known = memory.recall(text)
        if known is None:
            unknown.append(text)
        else:
            yield text, known
    with closing(_linted(unknown, settings, linter)) as linted:
        for text, findings in linted:
            memory.store(text, findings)
            yield text, findings
    if unknown:
        memory.prune()


def _linted(texts: Sequence[str], settings: LintSettings, linter: TextLinter) -> Found:
    work = partial(linter.lint, region=settings.region, config_file=settings.config_file)
    processors = _processors()
    if len(texts) < _PARALLEL_FROM or processors == 1:
        for text in texts:
            yield text, work(text)
        return
    from iamgen.check.lint.workers import lint_in_parallel  # takes 30 ms, most of it multiprocessing

    if _FORK:
        linter.load(settings.region, settings.config_file)
    yield from lint_in_parallel(texts, work, workers=processors, fork=_FORK)


def _processors() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
