"""Print the product on stdout and all messages on stderr; ask questions; show progress."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from io import TextIOWrapper
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TextIO, cast

from iamgen.errors import Fault, refuse
from iamgen.ui import tracing
from iamgen.ui.printable import printable, printable_lines
from iamgen.ui.signals import wait_for_input

if TYPE_CHECKING:
    from iamgen.source_place import SourcePlace
    from iamgen.ui.plan_line import PlanLine

Colour = Literal["auto", "always", "never"]
_WIDTH = 120  # columns of a source line where no terminal says how many it has
_RED, _YELLOW, _CYAN, _PLAIN = "\033[1;31m", "\033[1;33m", "\033[36m", "\033[0m"


def _nowhere() -> TextIO:
    return open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123  # open to the end, as a stream is


def _nothing() -> TextIO:
    return open(os.devnull, encoding="utf-8")  # noqa: PTH123  # open to the end, as a stream is


class _Messages:
    """A stream for messages that may go away, as stderr does with its terminal: then nothing is shown any more, and
    the work goes on, above all its clean-up."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  # whatever the stream has
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        """Write what can be written."""
        try:
            return self._stream.write(text)
        except OSError:
            _abandon(self._stream)
        return len(text)

    def flush(self) -> None:
        """Send on what can be sent on."""
        try:
            self._stream.flush()
        except OSError:
            _abandon(self._stream)


def _abandon(stream: TextIO) -> None:
    """Let what is still buffered go nowhere: Python would try to write it once more when it ends."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def _shown(text: str) -> str:
    """Return a text as a terminal may have it: without secrets, and without what would steer the terminal."""
    from iamgen.ui.masking import masked

    return printable_lines(masked(text))


def _shown_on_a_line(text: str) -> str:
    from iamgen.ui.masking import masked

    return printable(masked(text))


def _columns(stream: TextIO) -> int:
    """Return how wide the terminal is that a stream goes to, or how wide a line is to be where it goes elsewhere."""
    try:
        return os.get_terminal_size(stream.fileno()).columns or _WIDTH
    except (OSError, ValueError):  # no terminal, or no file at all
        return _WIDTH


def _forget_input(stream: TextIO) -> None:
    """Throw away what was typed at a terminal and not read yet: it answers no question that anybody has seen."""
    import termios

    with suppress(OSError, ValueError, termios.error):  # only at a terminal can somebody have typed ahead
        termios.tcflush(stream.fileno(), termios.TCIFLUSH)


class Console(NamedTuple):
    """Where the program writes, and where it reads answers."""

    out: TextIO
    """Takes the product, and nothing else."""
    err: TextIO
    """Takes everything else."""
    coloured: bool
    """Whether `err` takes colours."""
    answers: TextIO
    """Where answers come from."""

    @classmethod
    def standard(cls, colour: Colour = "auto") -> Console:
        """Return the console of this process. `auto` colours a terminal that knows colours, unless NO_COLOR is set."""
        out, err = (stream or _nowhere() for stream in (sys.stdout, sys.stderr))  # a shell may close them
        if isinstance(out, TextIOWrapper):  # whatever the locale, it is a file's text
            out.reconfigure(encoding="utf-8", errors="surrogateescape")
        terminal_colour = err.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
        messages = cast("TextIO", err if isinstance(err, _Messages) else _Messages(err))
        return cls(out, messages, colour == "always" or (colour == "auto" and terminal_colour), sys.stdin or _nothing())

    @property
    def asks(self) -> bool:
        """Whether somebody is there who sees a question and can answer it."""
        return self.answers.isatty() and self.err.isatty()

    def require_answer(self, command: str, *, yes: bool) -> None:
        """Refuse, before anything is done, what will ask when nobody is there to answer. Raises IamgenError."""
        if not yes and not self.asks:
            problem = "it asks before it changes anything, and there is no terminal to ask on"
            raise refuse(command, problem, "look with --dry-run, then answer beforehand with --yes")

    def confirm(self, question: str) -> bool:
        """Ask; return whether the answer is yes. Anything else, also the end of input, is no.

        What was typed before the question was shown does not count: it is thrown away.
        """
        _forget_input(self.answers)
        print(f"{printable_lines(question)} [y/N] ", end="", file=self.err, flush=True)
        answer = ""
        try:
            wait_for_input(self.answers)
            answer = self.answers.readline()
        except OSError:  # the terminal is closed, so nobody can answer
            pass
        finally:
            if not answer.endswith("\n"):  # the next message begins on a new line
                print(file=self.err)
        return answer.strip().lower() in {"y", "yes"}

    def show_plan(self, lines: Sequence[PlanLine], *, asks: bool, as_json: bool = False) -> None:
        """Print what would be done; with `as_json`, stdout is for a program. Where a question follows (`asks`), whoever
        is asked sees it: it goes to stderr too when stdout is not a terminal. Raises IamgenError as `product` does."""
        if not as_json:
            self.product(self._laid_out(lines, self.out))
        if asks and (as_json or not self.out.isatty()):
            self.show_lines(lines)

    def show_lines(self, lines: Sequence[PlanLine]) -> None:
        """Print a plan among the messages, without secrets."""
        from iamgen.ui.masking import masked

        self._write(self._laid_out([line._replace(text=masked(line.text)) for line in lines], self.err))

    def _laid_out(self, lines: Sequence[PlanLine], stream: TextIO) -> str:
        """Return the lines as a stream has them: wrapped and coloured on a terminal, and nowhere else."""
        from iamgen.ui.layout import laid_out, plain_text

        if not stream.isatty():
            return plain_text(lines)
        return laid_out(lines, _columns(stream), coloured=self.coloured)

    def product(self, text: str) -> None:
        """Print what was asked for. Raises IamgenError when stdout takes no more, say on a full disk."""
        try:
            self.out.write(text)
            self.out.flush()
        except OSError as exc:
            _abandon(self.out)
            if isinstance(exc, BrokenPipeError):
                raise
            raise refuse(
                "stdout", f"cannot be written: {exc.strerror}", "free some room, or send it elsewhere"
            ) from exc

    def show_text(self, text: str) -> None:
        """Print a text for a person: on a terminal its lines end at the width, and findings are in colour. Elsewhere it
        stays as it is. Raises IamgenError as `product` does."""
        if self.out.isatty():
            from iamgen.ui.layout import text_laid_out

            text = text_laid_out(text, _columns(self.out), coloured=self.coloured)
        self.product(text)

    def error(self, fault: Fault) -> None:
        """Print a fault that ends the command, with the source line that it is about."""
        self._say("error", _RED, fault)

    def errors(self, faults: Iterable[Fault]) -> None:
        """Print all that ended a command, or a part of one."""
        for fault in faults:
            self.error(fault)

    def warning(self, fault: Fault) -> None:
        """Print a fault that does not: in two lines, since it is read every day until it is mended."""
        self._say("warning", _YELLOW, fault)

    def warnings(self, faults: Iterable[Fault]) -> None:
        """Print several faults that do not end the command."""
        for fault in faults:
            self.warning(fault)

    def note(self, text: str) -> None:
        """Print a line about what was done, without secrets."""
        self._write(f"{_shown(text)}\n")

    def secret(self, question: str) -> str:
        """Ask for a secret, which is not shown; `asks` is to be true. Raises KeyboardInterrupt at the end of input."""
        from getpass import getpass

        try:
            return getpass(question, self.err)
        except (EOFError, OSError) as exc:
            raise KeyboardInterrupt from exc

    def _say(self, word: str, colour: str, fault: Fault) -> None:
        """Print the fault, of an error also the source line, and the hint; no text in it can steer the terminal."""
        place = None if type(fault.where) is str else cast("SourcePlace", fault.where)
        where = place.exact if place else fault.where
        visible = _shown_on_a_line if place else _shown  # a source is one line, and may have anything in it
        rows = [*self._message_rows(word, colour, visible(f"{where}: {fault.problem}"))]
        if place and word == "error":
            rows += self._source_rows(place, colour)
        if fault.hint:
            rows += self._message_rows("hint", _CYAN, visible(fault.hint))
        self._write("".join(f"{row}\n" for row in rows))

    def _write(self, text: str) -> None:
        """Write a message, above what shows progress."""
        from iamgen.ui import board

        board.say(self.err, text)

    def _message_rows(self, word: str, colour: str, text: str) -> Iterator[str]:
        """Yield the rows of an error, a warning or a hint: on a terminal they end at its width."""
        lines: Iterable[str] = f"{word}: {text}".split("\n")
        if self.err.isatty():
            from iamgen.ui.layout import wrapped

            width = _columns(self.err)
            lines = (row for line in lines for row in wrapped(line, width))
        for number, row in enumerate(lines):
            yield row if number else f"{self._paint(f'{word}:', colour)}{row.removeprefix(f'{word}:')}"

    def _source_rows(self, place: SourcePlace, colour: str) -> Iterator[str]:
        """Yield the source line of a place, and one with carets under the part that is meant."""
        from iamgen.ui.source_frame import frame

        shown = frame(place.rpartition(":")[2], place.span, _columns(self.err))
        if shown.source:
            yield f"{self._paint(shown.margin, _CYAN)}{shown.source}"
            if shown.carets:
                yield f"{self._paint(shown.below, _CYAN)}{self._paint(shown.carets, colour)}"

    def _paint(self, word: str, colour: str) -> str:
        return f"{colour}{word}{_PLAIN}" if self.coloured else word

    @contextmanager
    def progress(self, task: str, names: Sequence[str]) -> Iterator[Callable[[str], None]]:
        """Show how many pieces of a task are done, on a terminal only; yields what to call with the name of one that
        is. No thread draws it: processes are forked meanwhile."""
        if not self._shows_progress:
            yield lambda _: None
            return
        from iamgen.ui.board import FINISHED, Board, shown

        with shown(Board(self.err, names, task), ticking=False) as board:
            yield lambda name: board.show(name, FINISHED)

    @contextmanager
    def board(self, names: Sequence[str]) -> Iterator[Callable[[str, str], None]]:
        """Show a line for each name under way, on a terminal only; yields what to call, from whatever thread, with a
        name and what is going on there now: FINISHED at its end."""
        if not self._shows_progress:
            yield lambda _name, _now: None
            return
        from iamgen.ui.board import Board, shown

        with shown(Board(self.err, names), ticking=True) as board:
            yield board.show

    @property
    def _shows_progress(self) -> bool:
        """Whether messages go to a terminal that nothing else is written to all the time."""
        return self.err.isatty() and not tracing.is_on()
