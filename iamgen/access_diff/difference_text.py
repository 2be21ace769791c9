"""Write a difference as text: a summary, the sections, and what was not looked at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from textwrap import wrap

from iamgen.access_diff.model_difference import ModelDifference
from iamgen.access_diff.party_label import party_label
from iamgen.access_diff.request_words import joined
from iamgen.access_diff.sections import DifferenceWords, Section
from iamgen.questions.limits import not_looked_at_of_all, since
from iamgen.regions.comparison_text import counted
from iamgen.ui.printable import printable

_WIDTH = 78
_FEW = 5


@dataclass(frozen=True, eq=False)
class DifferenceText:
    """Writes a difference as text, for people."""

    difference: ModelDifference
    """What is different."""

    @cached_property
    def sections(self) -> tuple[Section, ...]:
        """The sections."""
        return DifferenceWords(self.difference).sections()

    def text(self) -> str:
        """Return all of it, with what was not looked at."""
        lines = [*self.body(), "", "not looked at:", *_bullets(self.not_looked_at)]
        return "".join(f"{printable(line)}\n" for line in lines)

    def body(self) -> Iterator[str]:
        """Yield the lines of the summary and of the sections."""
        yield from wrap(self.summary, _WIDTH)
        for section in self.sections:
            yield from ("", f"{section.title}:")
            for entry in section.entries:
                yield from _wrapped(entry.text, 2)
                for line in entry.details:
                    deeper = len(line) - len(line.lstrip())
                    yield from _wrapped(line.strip(), 4 + 2 * deeper)

    @property
    def not_looked_at(self) -> tuple[str, ...]:
        """What may decide besides, as parts of sentences."""
        models = self.difference.models
        texts = (*not_looked_at_of_all(models.after), *not_looked_at_of_all(models.before))
        lists = (text for model in (models.after, models.before) for text in since(model.policy_list, model.partition))
        return tuple(dict.fromkeys((*texts, *lists)))

    @property
    def summary(self) -> str:
        """What changes in one or two sentences."""
        difference = self.difference
        if difference.is_proven_equal and not (difference.joined or difference.left):
            return f"No change of access: proven for {self._principals}. {self._how}"
        sentences = (self._membership, self._direction(is_gain=True), self._direction(is_gain=False))
        return " ".join(filter(None, (*sentences, self._undecided)))

    @property
    def _principals(self) -> str:
        return counted(len(self.difference.principals), "user or role", "users and roles")

    @property
    def _how(self) -> str:
        """How it is proven that nothing changes."""
        number = len(self.difference.compared)
        if not number:
            return "Their policies are the same on both sides, statement by statement."
        whose = "those of one" if number == 1 else f"those of {number:,}"
        rest = len(self.difference.principals) - number
        same = f"The policies of {rest:,} are the same on both sides, statement by statement; " if rest else ""
        classes = counted(self.difference.classes, "class", "classes")
        proof = f"{whose} were compared for {classes} of requests, which every action of AWS is in, also those to come."
        return same + proof if same else proof[0].upper() + proof[1:]

    @property
    def _membership(self) -> str:
        difference = self.difference
        parts = []
        if difference.joined:
            parts.append(f"{joined((key.label for key in difference.joined), _FEW)} joined")
        if difference.left:
            parts.append(f"{joined((key.label for key in difference.left), _FEW)} left")
        return f"{'; '.join(parts)}." if parts else ""

    def _direction(self, *, is_gain: bool) -> str:
        """Return who gains something, or who loses something, as a sentence."""
        names = list(self._names(is_gain=is_gain))
        if names:
            verb = "gain" if is_gain else "lose"
            several = len(set(names)) > 1
            return f"{joined(names, _FEW)} {verb}{'' if several else 's'} access."
        word = "gains" if is_gain else "loses"
        if self.difference.has_doubts:
            return f"It is not proven that no one {word} anything."
        return f"No one {word} anything: proven for {self._principals}."

    def _names(self, *, is_gain: bool) -> Iterator[str]:
        difference = self.difference
        yield from (change.actor.label for change in difference.held if change.is_gain is is_gain)
        for change in difference.assumption:
            if change.gain if is_gain else change.loss:
                yield party_label(change.party)
        for item in difference.own:
            if item.comparison.gains if is_gain else item.comparison.losses:
                yield item.principal.name

    @property
    def _undecided(self) -> str:
        return "Not everything is decided: see below." if self.difference.has_doubts else ""


def _wrapped(text: str, indent: int) -> list[str]:
    first, further = " " * indent, " " * (indent + 2)
    return wrap(
        text,
        _WIDTH,
        initial_indent=first,
        subsequent_indent=further,
        break_on_hyphens=False,
        break_long_words=False,
    )


def _bullets(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        yield from wrap(text, _WIDTH, initial_indent="  - ", subsequent_indent="    ", break_on_hyphens=False)
