"""Render a template, and find for each line of the result the line of the template that made it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, TemplateNotFound, TemplateSyntaxError
from jinja2.exceptions import SecurityError

from iamgen.errors import IamgenError, refuse
from iamgen.jinja.sandbox import LONGEST, Sandbox, TooMuchError, memory_limit
from iamgen.similar_names import did_you_mean

_PACKAGED = (Path(__file__).parents[1] / "templates", Path(__file__).parents[2] / "templates")
_UNDEFINED = re.compile(r"'(\w+)' is undefined|has no attribute '(\w+)'")
_MARK = re.compile("\ue000(\\d+)\ue001")  # private characters: what no policy may hold


@dataclass(frozen=True)
class RenderedText:
    """The text that a template made."""

    template: str
    """The template's name."""
    text: str
    """What it gave."""
    lines: tuple[int, ...]
    """For each line of `text`, the line of the template that it came from."""
    source: str = ""
    """The template itself."""

    def where(self, line: int, column: int = 0) -> str:
        """Return the place in the template of a line of the text, counted from 1.

        A column is known there only where the template has the very same line.
        """
        own = self.lines[min(line, len(self.lines)) - 1]
        is_same = self.is_verbatim(line) and column > 0
        return _place(self.template, self.source, own, (column, 1) if is_same else (0, 0))

    def is_verbatim(self, line: int) -> bool:
        """Return whether a line of the text, counted from 1, stands in the template as it is."""
        own = self.lines[min(line, len(self.lines)) - 1]
        return _line_of(self.source, own) == _line_of(self.text, line)


def shown(template: str) -> str:
    """Return the template's path as a person of the repository would write it."""
    return f"templates/{template}"


def _place(template: str, source: str, line: int, span: tuple[int, int]) -> str:
    """Return the place of a span, column and length, on a line of a template's source."""
    from iamgen.source_place import SourcePlace, SourceSpan  # slow to import, and only needed for a fault

    where, text = f"{shown(template)}:{line}", _line_of(source, line)
    return SourcePlace(where, SourceSpan(text, *span)) if text else where


def _line_of(text: str, line: int) -> str:
    lines = text.split("\n")
    return lines[line - 1] if 0 < line <= len(lines) else ""


def render(root: Path, template: str, variables: Mapping[str, object]) -> RenderedText:
    """Return the rendered template of the repository at `root`, or of iamgen where it has none of the name.

    Raises IamgenError, with the template's line: no such template, a syntax error, an undefined name, or
    whatever goes wrong in an expression; also what runs code, or makes too much.
    """
    environment = _environment(root, escapes=template.endswith(".html.j2"))
    with _explained(environment, template, variables), memory_limit():
        source, _, _ = _source(environment, template)
        marked = environment.from_string(_marked(environment, source))
        return _unmarked(template, _text(marked, variables), source)


def page(root: Path, template: str, variables: Mapping[str, object]) -> str:
    """Return a rendered template of a language that has braces of its own: it is written with `[[ ]]` and `[% %]`.

    A line that has nothing but a tag leaves none. Raises IamgenError as `render` does.
    """
    environment = _environment(root, escapes=False).overlay(
        block_start_string="[%", block_end_string="%]", variable_start_string="[[", variable_end_string="]]",
        comment_start_string="[#", comment_end_string="#]",
        trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True,
    )  # fmt: skip
    with _explained(environment, template, variables), memory_limit():
        return _text(environment.get_template(template), variables)


def _text(template: Template, variables: Mapping[str, object]) -> str:
    """Return what a template gives. Raises TooMuchError once that is longer than any template may be."""
    texts: list[str] = []
    length = 0
    for part in template.generate(variables):
        length += len(part)
        if length > LONGEST:
            raise TooMuchError(f"it gives more than {LONGEST:,} characters")
        texts.append(part)
    return "".join(texts)


@contextmanager
def _explained(environment: Environment, template: str, variables: Mapping[str, object]) -> Iterator[None]:
    """Turn what goes wrong with a template into what is wrong with it. Raises IamgenError."""
    try:
        yield
    except TemplateNotFound as exc:
        raise _absent(environment, template, exc) from exc
    except TemplateSyntaxError as exc:
        name = exc.name or template
        where = _place(name, _read(environment, name), exc.lineno, (0, 0))
        raise refuse(where, str(exc.message), "see Jinja2's template documentation") from exc
    except (OSError, UnicodeDecodeError) as exc:
        raise refuse(shown(template), f"cannot be read: {exc}", "it has to be a readable file in UTF-8") from exc
    except (Exception, RecursionError, MemoryError) as exc:  # the author of the template has to mend it
        raise _failed(environment, template, exc, variables) from exc


@cache
def _environment(root: Path, *, escapes: bool) -> Environment:
    """Return where templates are looked for; values are escaped in pages for browsers alone."""
    folders = [root / "templates", *(folder for folder in _PACKAGED if folder.is_dir())]
    return Sandbox(loader=FileSystemLoader(folders), undefined=StrictUndefined, autoescape=escapes)


def _source(environment: Environment, template: str) -> tuple[str, str | None, object]:
    assert environment.loader  # noqa: S101  # set two lines up
    return environment.loader.get_source(environment, template)


def _read(environment: Environment, template: str) -> str:
    """Return the source of a template, for a message; nothing where it cannot be read."""
    try:
        return _source(environment, template)[0]
    except (TemplateNotFound, OSError, UnicodeDecodeError):
        return ""


def _marked(environment: Environment, source: str) -> str:
    """Return the source with its own line number at the start of each line that is text, not a tag."""
    return "".join(value if kind != "data" else _numbered(value, line) for line, kind, value in environment.lex(source))


def _numbered(text: str, line: int) -> str:
    first, *rest = text.split("\n")
    return "\n".join([first, *(f"\ue000{line + n}\ue001{other}" for n, other in enumerate(rest, 1))])


def _unmarked(template: str, text: str, source: str) -> RenderedText:
    """Return the text without its marks; a line that has none came from where the line before it came from."""
    lines, current = [], 1
    for line in text.split("\n"):
        mark = _MARK.search(line)
        current = int(mark[1]) if mark else current
        lines.append(current)
    return RenderedText(template, _MARK.sub("", text), tuple(lines), source)


def _absent(environment: Environment, template: str, exc: TemplateNotFound) -> IamgenError:
    """Return the error for a template that does not exist: this one, or one that it includes."""
    absent = str(exc.name or template)
    readable = [name for name in environment.list_templates() if name not in (absent, template)]
    hint = did_you_mean(absent, readable, "write the file, or correct its name")
    if absent == template:
        same_name = [shown(name) for name in readable if name.rpartition("/")[2] == absent.rpartition("/")[2]]
        hint = f"it is looked for there, and {same_name[0]} has its name: move that file" if same_name else hint
        return refuse(shown(template), "there is no such template", hint)
    return refuse(_place_of_word(environment, template, exc, absent), f"there is no template {absent!r}", hint)


def _failed(
    environment: Environment, template: str, exc: BaseException, variables: Mapping[str, object]
) -> IamgenError:
    problem, hint = _explanation(exc, variables)
    undefined = _UNDEFINED.search(problem)
    word = (undefined[1] or undefined[2]) if undefined else ""
    return refuse(_place_of_word(environment, template, exc, word), problem, hint)


def _place_of_word(environment: Environment, template: str, exc: BaseException, word: str) -> str:
    """Return the place of a word on the line that an error comes from; of the line where it is not there once."""
    source, line = _read(environment, template), _line(exc)
    matches = list(re.finditer(rf"(?<!\w){re.escape(word)}(?!\w)", _line_of(source, line))) if word else []
    span = (matches[0].start() + 1, len(word)) if len(matches) == 1 else (0, 0)
    return _place(template, source, line, span)


def _line(exc: BaseException) -> int:
    """Return the line of the template that an error comes from."""
    line, frame = 1, exc.__traceback__
    while frame:
        if frame.tb_frame.f_code.co_filename == "<template>":
            line = frame.tb_lineno
        frame = frame.tb_next
    return line


def _explanation(exc: BaseException, variables: Mapping[str, object]) -> tuple[str, str]:
    """Return what went wrong and what to do about it."""
    match exc:
        case RecursionError():
            return "it goes round in circles, or is nested too deeply", "does it include itself?"
        case MemoryError():
            return "it takes too much memory", "look for what repeats or doubles a text"
        case OverflowError() | TooMuchError():
            return str(exc), "look for what repeats or doubles a text"
        case SyntaxError():  # Python's own, of what Jinja made of it
            return exc.msg, "nest its loops and conditions less deeply"
        case SecurityError():
            return str(exc), "a template makes text of what it is given: it changes nothing and runs no code"
    undefined = re.match(r"'(\w+)' is undefined", str(exc))
    hint = "a template knows " + ", ".join(sorted(variables))
    if undefined:
        hint = did_you_mean(undefined[1], variables, hint)
    return str(exc) or type(exc).__name__, hint
