"""Templates that would run code, or make more than a machine holds: a fault with its line, soon, and nothing else."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from iamgen.errors import Fault, IamgenError
from iamgen.jinja.template import page, render

MakeRepo = Callable[..., Path]

CODE = {
    "a class": "{{ ''.__class__.__mro__ }}",
    "a class by a filter": "{{ ''|attr('__class__') }}",
    "a class by a format": "{{ '{0.__class__}'.format('') }}",
    "a class by a format of a filter": "{{ ['{0.__class__}']|map('format', '')|list }}{{ ''['__class__'] }}",
    "cycler": "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
    "joiner": "{{ joiner.__init__.__globals__ }}",
    "namespace": "{{ namespace.__init__.__globals__ }}",
    "lipsum": "{{ lipsum.__globals__ }}",
    "itself": "{{ self.__init__.__globals__ }}",
    "a macro": "{% macro m() %}{% endmacro %}{{ m.__call__.__globals__ }}",
    "what it is given": "{{ names.append('mallory') }}",
    "chance": "{{ names|random }}",
}
TOO_MUCH = {
    "a repeated text": ("{{ 'x' * 10**10 }}", "it repeats a value until that has more than 1,000,000 parts"),
    "a repeated list": ("{{ 10**10 * [1] }}", "it repeats a value until that has more than 1,000,000 parts"),
    "a power": ("{{ 9 ** (9 ** 9) }}", "it makes a number that is too large"),
    "a negative power": ("{{ 10 ** -(9 ** 9 * 9) }}", "it makes a number that is too large"),
    "a product": ("{{ 2 ** 4000 * 2 ** 4000 }}", "it makes a number that is too large"),
    "a range": ("{{ range(10 ** 9)|list }}", "Range too big"),
    "loops": ("{% for a in range(99999) %}{% for b in range(99999) %}xx{% endfor %}{% endfor %}", "it gives more than"),
    "itself": ("{% include 'x.j2' %}", "it goes round in circles"),
    "itself twice": ("{% include 'x.j2' %}{% include 'x.j2' %}", "it goes round in circles"),
    "brackets": ("{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}", "it goes round in circles, or is nested too deeply"),
    "blocks": ("{% for a in [1] %}" * 30 + "{% endfor %}" * 30, "too many statically nested blocks"),
}
IN_MEMORY = {
    "a filter": "{{ 'x'|center(9999999999) }}",
    "a method": "{{ 'x'.ljust(9999999999) }}",
    "a format": "{{ '%9999999999d' % 1 }}",
    "doubling": "{% set ns = namespace(x='x') %}{% for i in range(60) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}",
}


NO_CODE = "a template makes text of what it is given: it changes nothing and runs no code"
REPEATS, CIRCLES = "look for what repeats or doubles a text", "does it include itself?"


def fault(root: Path, template: str) -> Fault:
    (root / "templates").mkdir(exist_ok=True)
    (root / "templates/x.j2").write_text(f"a line\n{template}\n")
    with pytest.raises(IamgenError) as raised:
        render(root, "x.j2", {"names": ["alice"]})
    (only,) = raised.value.faults
    assert only.where in ("templates/x.j2:2", "templates/x.j2:1")
    return only


@pytest.mark.parametrize("case", CODE)
def test_a_template_runs_no_code(case: str, make_repo: MakeRepo) -> None:
    refused = fault(make_repo(), CODE[case])
    assert refused.problem
    if "unsafe" in refused.problem:
        assert refused.hint == NO_CODE


@pytest.mark.parametrize("case", TOO_MUCH)
def test_a_template_makes_no_more_than_a_page_holds(case: str, make_repo: MakeRepo) -> None:
    template, message = TOO_MUCH[case]
    refused = fault(make_repo(), template)
    assert message in refused.problem
    hints = {"it goes": CIRCLES, "too many": "nest its loops and conditions less deeply"}
    assert refused.hint == next((hint for start, hint in hints.items() if message.startswith(start)), REPEATS)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems cannot limit the memory of a process")
@pytest.mark.parametrize("case", IN_MEMORY)
def test_a_template_does_not_take_the_machines_memory(case: str, make_repo: MakeRepo) -> None:
    import resource

    before = resource.getrlimit(resource.RLIMIT_AS)
    assert fault(make_repo(), IN_MEMORY[case])[1:] == ("it takes too much memory", REPEATS)
    assert resource.getrlimit(resource.RLIMIT_AS) == before


@pytest.mark.skipif(sys.platform != "linux", reason="other systems cannot limit the memory of a process")
def test_a_lower_limit_of_the_system_stays() -> None:
    program = (
        "import resource\nfrom iamgen.jinja.sandbox import memory_limit\n"
        "low = 300 * 1024 * 1024\nresource.setrlimit(resource.RLIMIT_AS, (low, resource.RLIM_INFINITY))\n"
        "with memory_limit():\n    print(resource.getrlimit(resource.RLIMIT_AS)[0] == low)\n"
        "print(resource.getrlimit(resource.RLIMIT_AS)[0] == low)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "True\nTrue\n"


def test_pages_of_other_brackets_are_in_the_sandbox_too(make_repo: MakeRepo) -> None:
    root = make_repo()
    (root / "templates").mkdir()
    (root / "templates/x.j2").write_text("[[ ''.__class__ ]]")
    with pytest.raises(IamgenError, match="unsafe"):
        page(root, "x.j2", {})


def test_what_a_template_may_do(make_repo: MakeRepo) -> None:
    root = make_repo()
    (root / "templates").mkdir()
    (root / "templates/x.j2").write_text(
        "{% set comma = joiner(',') %}{% for n in range(3) %}{{ comma() }}{{ 'ab'.upper() * n }}{{ 2 ** n }}"
        "{{ '%02d' % n }}{% endfor %}{{ names|join('-') }}{{ names[0][:2] }}"
    )
    assert render(root, "x.j2", {"names": ["alice", "bob"]}).text == "100,AB201,ABAB402alice-bobal"
