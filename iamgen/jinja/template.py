"""A template rendered, with the way back from each line of the result to the template's own."""

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
_MARK = re.compile("\ue000(\\d+)\ue001")  # private characters: what no policy may hold


@dataclass(frozen=True)
class RenderedText:
    """What a template gave. `lines` has, for each line of `text`, that of the template it came from."""

    template: str
    text: str
    lines: tuple[int, ...]

    def where(self, line: int) -> str:
        """Return `templates/…:line` for a line of the text, counted from 1."""
        return f"{shown(self.template)}:{self.lines[min(line, len(self.lines)) - 1]}"


def shown(template: str) -> str:
    """Return the template's path as a person of the repository would write it."""
    return f"templates/{template}"


def render(root: Path, template: str, variables: Mapping[str, object]) -> RenderedText:
    """Return the rendered template of the repository at `root`, or of iamgen where it has none of the name.

    Raises IamgenError, with the template's line: no such template, a syntax error, an undefined name, or
    whatever goes wrong in an expression; also what runs code, or makes too much.
    """
    environment = _environment(root, escapes=template.endswith(".html.j2"))
    with _explained(environment, template, variables), memory_limit():
        source, _, _ = _source(environment, template)
        marked = environment.from_string(_marked(environment, source))
        return _unmarked(template, _text(marked, variables))


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
        where = f"{shown(exc.name or template)}:{exc.lineno}"
        raise refuse(where, str(exc.message), "see Jinja2's template documentation") from exc
    except (OSError, UnicodeDecodeError) as exc:
        raise refuse(shown(template), f"cannot be read: {exc}", "it has to be a readable file in UTF-8") from exc
    except (Exception, RecursionError, MemoryError) as exc:  # whatever it does is its author's to mend
        raise _failed(template, exc, variables) from exc


@cache
def _environment(root: Path, *, escapes: bool) -> Environment:
    """Return where templates are looked for; values are escaped in pages for browsers alone."""
    folders = [root / "templates", *(folder for folder in _PACKAGED if folder.is_dir())]
    return Sandbox(loader=FileSystemLoader(folders), undefined=StrictUndefined, autoescape=escapes)


def _source(environment: Environment, template: str) -> tuple[str, str | None, object]:
    assert environment.loader  # noqa: S101  # set two lines up
    return environment.loader.get_source(environment, template)


def _marked(environment: Environment, source: str) -> str:
    """Return the source with its own line number at the start of each line that is text, not a tag."""
    return "".join(value if kind != "data" else _numbered(value, line) for line, kind, value in environment.lex(source))


def _numbered(text: str, line: int) -> str:
    first, *rest = text.split("\n")
    return "\n".join([first, *(f"\ue000{line + n}\ue001{other}" for n, other in enumerate(rest, 1))])


def _unmarked(template: str, text: str) -> RenderedText:
    """Return the text without its marks; a line that has none came from where the line before it came from."""
    lines, current = [], 1
    for line in text.split("\n"):
        mark = _MARK.search(line)
        current = int(mark[1]) if mark else current
        lines.append(current)
    return RenderedText(template, _MARK.sub("", text), tuple(lines))


def _absent(environment: Environment, template: str, exc: TemplateNotFound) -> IamgenError:
    """Return the error for a template that does not exist: this one, or one that it includes."""
    absent = str(exc.name or template)
    readable = [name for name in environment.list_templates() if name not in (absent, template)]
    hint = did_you_mean(absent, readable, "write the file, or correct its name")
    if absent == template:
        return refuse(shown(template), "there is no such template", hint)
    return refuse(f"{shown(template)}:{_line(exc)}", f"there is no template {absent!r}", hint)


def _failed(template: str, exc: BaseException, variables: Mapping[str, object]) -> IamgenError:
    problem, hint = _explanation(exc, variables)
    return refuse(f"{shown(template)}:{_line(exc)}", problem, hint)


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
        case SecurityError():
            return str(exc), "a template makes text of what it is given: it changes nothing and runs no code"
    undefined = re.match(r"'(\w+)' is undefined", str(exc))
    hint = "a template knows " + ", ".join(sorted(variables))
    if undefined:
        hint = did_you_mean(undefined[1], variables, hint)
    return str(exc) or type(exc).__name__, hint
