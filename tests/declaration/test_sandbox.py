"""users.py runs in the folder of its own revision, and what it prints, replaces or leaves behind reaches nothing else."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from iamgen.declaration.users_file import Written, read
from iamgen.errors import Fault

Iamgen = Callable[..., subprocess.CompletedProcess[str]]
MakeRepo = Callable[..., Path]
World = Any
HEAD = 'from iamgen import *\nOPS_SERVICES = ("s3",)\n'
BY_PEOPLE = f'from people import ROLE\n{HEAD}USERS = (User("bob", {{"dev": ROLE}}),)\n'


@pytest.mark.parametrize("on_path", ["", "."])
@pytest.mark.parametrize("place", [Path("people.py"), Path("people/__init__.py"), Path("teams/people.py")], ids=str)
def test_each_revision_has_its_own_helper_modules(world: World, iamgen: Iamgen, place: Path, on_path: str) -> None:
    ann = world.clone("ann")
    helper, pythonpath = ann.folder / place, f"{os.environ.get('PYTHONPATH', '')}:{on_path}".strip(":")
    helper.parent.mkdir(exist_ok=True)
    module = ".".join(place.with_suffix("").parts).removesuffix(".__init__")
    for role in ("OpsR", "ReadR"):
        helper.write_text(f'ROLE = "{role}"\n')
        ann.commit(role, users_py=BY_PEOPLE.replace("people", module))
    helper.write_text('ROLE = "AdminR"\n')
    for before, after, gone, come in (("HEAD^", "HEAD", "OpsR", "ReadR"), ("HEAD", None, "ReadR", "AdminR")):
        requested = [before] if after is None else [before, after]
        done = iamgen(ann.folder, "changes", *requested, PYTHONPATH=pythonpath)
        assert done.stderr == ""
        for role, sign in ((gone, "-"), (come, "+")):
            _, result, rest = done.stdout.partition(f"~ {role}  AWS::IAM::Role\n")
            assert result, done.stdout
            assert f"{sign} AssumeRolePolicyDocument: Allow" in rest.partition("\n    ~ ")[0]


def test_a_helper_that_was_never_committed_is_missed(world: World, iamgen: Iamgen) -> None:
    ann = world.clone("ann")
    (ann.folder / ".gitignore").write_text("people.py\n")
    (ann.folder / "people.py").write_text('ROLE = "AdminR"\n')
    ann.commit("Forget people.py", users_py=BY_PEOPLE)
    done = iamgen(ann.folder, "changes")
    assert (done.returncode, done.stderr.splitlines()[0]) == (
        1,
        "error: HEAD:users.py:1:1: ModuleNotFoundError: No module named 'people'",
    )


ASKS = """
import sys
print({}, file=open({!r}, "w"))
"""


def asked(root: Path, expression: str, head: str = "") -> str:
    """Return what an expression is, as users.py knows it while it runs."""
    answer = root / "answer"
    (root / "users.py").write_text(f"{HEAD}USERS = ()\n{head}\n{ASKS.format(expression, str(answer))}")
    assert read(root)[1] == ()
    return answer.read_text().rstrip("\n")


def test_files_beside_come_before_installed_ones_and_after_the_standard_library(
    make_repo: MakeRepo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, installed = make_repo(), tmp_path / "installed"
    installed.mkdir()
    for folder in (installed, root):
        (folder / "people.py").write_text("")
    (root / "this.py").write_text("1/0")  # of the standard library; nobody has imported it yet
    (installed / "ours.py").write_text("")
    monkeypatch.syspath_prepend(installed)
    monkeypatch.chdir(installed.parent)
    path = list(sys.path)
    assert asked(root, "people.__file__", "import this, ours, people") == str(root / "people.py")
    assert "people" not in sys.modules
    assert sys.path == path
    assert not list(root.rglob("*.pyc"))


@pytest.mark.parametrize("started_in", [".", "sub", ".."])
def test_it_runs_in_its_own_folder(
    make_repo: MakeRepo, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, started_in: str
) -> None:
    root = make_repo()
    (root / "sub").mkdir()
    monkeypatch.chdir(root / started_in)
    here = Path.cwd()
    names = "(os.getcwd(), os.environ['PWD'], __file__, subprocess.run(['pwd'], capture_output=True, text=True).stdout)"
    assert asked(root, names, "import os, subprocess") == str(
        (str(root), str(root), str(root / "users.py"), f"{root}\n")
    )
    assert Path.cwd() == here


BY_FILE = f"""{HEAD}
USERS = tuple(User(*line.split(",", 1)[:1], {{"dev": line.split(",", 1)[1].strip()}}) for line in open("people.csv"))
"""


def test_a_file_that_it_opens_is_of_its_revision(world: World, iamgen: Iamgen) -> None:
    ann = world.clone("ann")
    for role in ("OpsR", "ReadR"):
        (ann.folder / "people.csv").write_text(f"bob,{role}\n")
        ann.commit(role, users_py=BY_FILE)
    (ann.folder / "people.csv").write_text("bob,AdminR\n")
    for revisions, gone, come in ((["HEAD^", "HEAD"], "OpsR", "ReadR"), (["HEAD"], "ReadR", "AdminR")):
        done = iamgen(ann.folder, "changes", *revisions)
        assert done.stderr == ""
        for role, sign in ((gone, "-"), (come, "+")):
            _, result, rest = done.stdout.partition(f"~ {role}  AWS::IAM::Role\n")
            assert result, done.stdout
            assert f"{sign} AssumeRolePolicyDocument: Allow" in rest.partition("\n    ~ ")[0]


def test_a_file_that_was_never_committed_is_missed(world: World, iamgen: Iamgen) -> None:
    ann = world.clone("ann")
    (ann.folder / ".gitignore").write_text("people.csv\n")
    (ann.folder / "people.csv").write_text("bob,AdminR\n")
    ann.commit("Forget people.csv", users_py=BY_FILE)
    done = iamgen(ann.folder, "changes")
    assert done.returncode == 1
    assert done.stderr.startswith(
        "error: HEAD:users.py:4:97: FileNotFoundError: [Errno 2] No such file or directory: 'people.csv'\n"
    )


@pytest.mark.parametrize("where", ["-C", "subfolder"])
def test_the_command_finds_the_files_from_wherever_it_is_started(
    make_repo: MakeRepo, iamgen: Iamgen, tmp_path: Path, where: str
) -> None:
    root = make_repo(BY_FILE)
    (root / "people.csv").write_text("bob,OpsR\n")
    (root / "sub").mkdir()
    started = (root / "sub", ()) if where == "subfolder" else (tmp_path, ("-C", str(root)))
    done = iamgen(started[0], *started[1], "render", "dev", "--no-lint", "-o", "out")
    assert (done.returncode, done.stderr.splitlines()[0]) == (0, "written: out/dev/infra.json")
    assert "user/bob" in (started[0] / "out/dev/infra.json").read_text()


PRINTS = """
import os, subprocess, sys
print("one", flush=True)
os.write(1, b"two\\n")
subprocess.run(["echo", "three"])
sys.__stdout__.write("four\\n")
"""


def test_whatever_way_users_py_prints_stdout_is_the_product(make_repo: MakeRepo, iamgen: Iamgen) -> None:
    quiet = iamgen(make_repo(f"{HEAD}USERS = ()\n", name="quiet"), "render", "dev", "--no-lint")
    done = iamgen(make_repo(f"{PRINTS}{HEAD}USERS = ()\n"), "render", "dev", "--no-lint")
    assert (done.returncode, done.stdout, done.stderr) == (0, quiet.stdout, "one\ntwo\nthree\nfour\n")


@pytest.mark.parametrize("end", ["USERS = ()", "1/0", "raise SystemExit"])
def test_stdout_is_as_it_was_afterwards(make_repo: MakeRepo, capfd: pytest.CaptureFixture[str], end: str) -> None:
    os.write(1, b"before\n")
    read(make_repo(f"{PRINTS}{HEAD}{end}\n"))
    os.write(1, b"after\n")
    assert capfd.readouterr().out == "before\nafter\n"


@pytest.mark.parametrize("closed", ["0", "1", "2"])
def test_a_stream_that_is_closed(make_repo: MakeRepo, environment: dict[str, str], closed: str) -> None:
    root = make_repo(f"import os\n{HEAD}USERS = ()\n")
    command = f"exec {closed}>&-; exec {sys.executable} -m iamgen render dev --no-lint -o out"
    assert subprocess.run(["bash", "-c", command], cwd=root, env=environment, check=False).returncode == 0
    assert (root / "out/dev/infra.json").exists()


def test_what_was_printed_before_comes_first(make_repo: MakeRepo, environment: dict[str, str]) -> None:
    code = "import sys; sys.stdout.write('before\\n'); from iamgen.declaration.users_file import read; from pathlib import Path; read(Path()); sys.stdout.write('after\\n')"
    root = make_repo(f"import os; os.write(1, b'meanwhile\\n')\n{HEAD}USERS = ()\n")
    done = subprocess.run(
        [sys.executable, "-c", code.replace("Path()", f"Path({str(root)!r})")],
        env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert (done.stdout, done.stderr) == ("before\nafter\n", "meanwhile\n")


def declared(root: Path, code: str) -> tuple[Written, tuple[Fault, ...]]:
    (root / "users.py").write_text(
        f"import builtins, os, signal, sys, threading, time\n{HEAD}USERS = (User('bob', {{'dev': 'OpsR'}}),)\n{code}\n"
    )
    return read(root)


HARMLESS = {
    "getpass": "import getpass; getpass.getpass = None",
    "atexit": "import atexit; atexit.register(print, 'late')",
    "builtins": "builtins.open = builtins.print = builtins.sum = None",
    "json": "import json; json.loads = None",
    "subprocess": "import subprocess; subprocess.Popen = None",
    "signals": "[signal.signal(one, signal.SIG_IGN) for one in (signal.SIGINT, signal.SIGTERM)]",
    "a thread": "threading.Thread(target=time.sleep, args=(60,)).start()",
    "environment": "os.environ['AWS_PROFILE'] = 'evil'",
    "current folder": "os.chdir('/')",
    "umask": "os.umask(0)",
    "locale": "import locale; locale.setlocale(locale.LC_ALL, 'C')",
    "modules": "sys.modules['boto3'] = sys.modules['rich'] = None",
    "stdout": "sys.stdout.close(); os.close(1)",
    "recursion limit": "sys.setrecursionlimit(100)",
    "a background process": "os.spawnlp(os.P_NOWAIT, 'sleep', 'sleep', '60')",
    "a fork that holds everything": "os.fork() or time.sleep(60)",
    "limits": "import resource; resource.setrlimit(resource.RLIMIT_CORE, (0, 0))",
    "os._exit replaced": "os._exit = print",
    "iamgen itself": "import iamgen.errors, iamgen.declaration.validate as v; v.faults = lambda *_: ()",
}


@pytest.mark.parametrize("code", HARMLESS.values(), ids=list(HARMLESS))
def test_what_it_replaces_or_leaves_behind_does_not_reach_us(
    make_repo: MakeRepo, code: str, capfd: pytest.CaptureFixture[str]
) -> None:
    root = make_repo()
    before = state()
    started = time.monotonic()
    written, faults = declared(root, code)
    assert (faults, [user.name for user in written.users]) == ((), ["bob"])
    assert time.monotonic() - started < 20
    assert state() == before
    assert capfd.readouterr().out == ""


def state() -> object:
    import builtins
    import getpass
    import json
    import resource

    os.umask(mask := os.umask(0))
    handlers = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    functions = (getpass.getpass, builtins.open, builtins.sum, json.loads, subprocess.Popen, os._exit)
    limits = (sys.getrecursionlimit(), resource.getrlimit(resource.RLIMIT_CORE))
    return functions, handlers, mask, dict(os.environ), Path.cwd(), dict(sys.modules).get("boto3"), limits


ENDINGS = {
    "os._exit": ("os._exit(0)", "it ended the process that runs it, or closed what iamgen reads the result from"),
    "with a code": ("os._exit(7)", "it ended the process that runs it, with exit code 7, or closed"),
    "killed": ("os.kill(os.getpid(), signal.SIGKILL)", "the process that runs it was ended by SIGKILL"),
    "segfault": ("import ctypes; ctypes.string_at(0)", "the process that runs it was ended by SIGSEGV"),
    "descriptors closed": ("os.closerange(3, 256)", "it ended the process that runs it, "),
    "died, something holding the pipe": (
        "os.fork() and os.kill(os.getpid(), signal.SIGKILL); time.sleep(3)",
        "the process that runs it was ended by SIGKILL",
    ),
    "rubbish in the pipe": ("[os.write(fd, bytes(9)) for fd in range(3, 20) if is_pipe(fd)]", "did not hand back"),
    "an endless answer": ("[os.write(fd, b'x' * 9) for fd in range(3, 20) if is_pipe(fd)]", "it ended the process"),
    "sys.exit": ("sys.exit(3)", "SystemExit: 3"),
    "endless recursion": ("def f(): f()\nf()", "RecursionError"),
    "no memory": ("raise MemoryError", "MemoryError"),
    "what it needs replaced": ("builtins.getattr = None", "cannot be gathered: "),
    "what handing over needs replaced": (
        "builtins.isinstance = None",
        "it ended the process that runs it, with exit code 1, or closed",
    ),
}
IS_PIPE = """
def is_pipe(fd):
    import stat
    try:
        return stat.S_ISFIFO(os.fstat(fd).st_mode) and os.get_blocking(fd) and os.write(fd, b"") == 0
    except OSError:
        return False
"""


@pytest.mark.parametrize(("code", "message"), ENDINGS.values(), ids=list(ENDINGS))
def test_a_process_that_ends_early_is_a_fault(make_repo: MakeRepo, iamgen: Iamgen, code: str, message: str) -> None:
    done = iamgen(
        make_repo(f"import builtins, os, signal, sys, time\n{IS_PIPE}\n{HEAD}USERS = ()\n{code}\n"), "render", "dev"
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("error: users.py")
    assert message in done.stderr
    assert done.stderr.count("error: ") == done.stderr.count("hint: ") == 1
    if "ended the process" in message or "cannot be gathered" in message:
        assert done.stderr.endswith("hint: run it by itself to see why: python users.py\n")


def test_what_was_changed_after_it_was_declared_is_held_against_the_types_again(make_repo: MakeRepo) -> None:
    _, (fault,) = declared(make_repo(), "bob = {'dev': 'OpsR'}\nUSERS = (User('bob', bob),)\nbob['dev'] = 5")
    assert fault[:2] == ("users.py:6", "User 'bob': access: 'dev' has 5")
    _, (fault,) = declared(
        make_repo(name="other"), "bob = {'dev': 'OpsR'}\nUSERS = (User('bob', bob),)\nbob['dev'] = sys"
    )
    assert fault == (
        "users.py:6",
        "a module is not plain data, and was no part of the value at first",
        "declare it in the call itself, instead of changing it afterwards",
    )


HANGS = f"import pathlib, time\n{HEAD}USERS = ()\npathlib.Path('started').touch()\n"
SLEEPS = (
    f"{HANGS}time.sleep(60)",
    # It is the program that says that it runs: Python itself leaves one behind that it has forked and that is not yet
    # executed when the signal comes.
    f"import subprocess\n{HEAD}USERS = ()\nsubprocess.run(['sh', '-c', 'touch started; exec sleep 61.25'])",
)


def interrupted(root: Path, environment: dict[str, str], number: signal.Signals) -> subprocess.Popen[bytes]:
    """Start a rendering, and interrupt it once users.py runs; return it when it has ended as it should."""
    with (root / "stderr").open("wb") as stderr:
        process = subprocess.Popen(
            [sys.executable, "-m", "iamgen", "render", "dev"],
            cwd=root, env=environment, stderr=stderr, stdout=subprocess.DEVNULL, process_group=0,
        )  # fmt: skip
    while not (root / "started").exists():
        time.sleep(0.01)
    if number == signal.SIGINT:
        os.killpg(process.pid, number)  # as a terminal does
    else:
        process.send_signal(number)
    assert process.wait(timeout=30) == 130
    assert (root / "stderr").read_text().split()[-1:] == ["interrupted"]
    return process


def living(group: int) -> list[str]:
    """Return the processes of a group that have not ended, once those that were ended have had time to do so."""
    for _ in range(200):
        processes = subprocess.run(["ps", "-A", "-o", "pgid=,stat=,args="], capture_output=True, text=True, check=True)
        result = [line for line in processes.stdout.splitlines() if line.split()[0] == str(group)]
        running = [line for line in result if not line.split()[1].startswith("Z")]  # the others wait to be noted
        if not running:
            break
        time.sleep(0.01)
    return running


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("users", SLEEPS, ids=("python", "program"))
def test_an_interrupt_ends_both_and_what_they_run(
    make_repo: MakeRepo, environment: dict[str, str], number: signal.Signals, users: str
) -> None:
    process = interrupted(make_repo(users), environment, number)
    assert living(process.pid) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_ends_also_what_catches_it(
    make_repo: MakeRepo, environment: dict[str, str], number: signal.Signals
) -> None:
    stubborn = "while True:\n    try:\n        time.sleep(60)\n    except BaseException: pass\n"
    process = interrupted(make_repo(HANGS + stubborn), environment, number)
    assert living(process.pid) == []


DROPS = f"""import pathlib, time, weakref
{HEAD}USERS = ()
class Passing: pass
def gone(_):
    pathlib.Path("started").touch()
    time.sleep(60)
passing = Passing()
noticed = weakref.ref(passing, gone)
del passing
try:
    time.sleep(60)
finally:
    pathlib.Path("cleaned").touch()
"""


def test_an_interrupt_that_python_drops_comes_again(make_repo: MakeRepo, environment: dict[str, str]) -> None:
    root = make_repo(DROPS)
    process = interrupted(root, environment, signal.SIGTERM)
    assert (living(process.pid), (root / "cleaned").exists()) == ([], True)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_for_the_process_alone_interrupts_all(make_repo: MakeRepo, iamgen: Iamgen, number: int) -> None:
    done = iamgen(make_repo(f"import os\n{HEAD}USERS = ()\nos.kill(os.getpid(), {int(number)})\n"), "render", "dev")
    assert (done.returncode, done.stdout, done.stderr.strip()) == (130, "", "interrupted")


def test_it_reads_nothing_of_what_is_piped(make_repo: MakeRepo, environment: dict[str, str]) -> None:
    root = make_repo(f"import sys\n{HEAD}USERS = ()\nprint(repr(sys.stdin.read()), file=sys.stderr)\n")
    done = subprocess.run(
        [sys.executable, "-m", "iamgen", "render", "dev", "--no-lint"],
        cwd=root, env=environment, input="secret", capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stderr == "''\n"


def test_no_file_without_an_end_is_read(make_repo: MakeRepo) -> None:
    root = make_repo()
    (root / "users.py").unlink()
    (root / "users.py").symlink_to("/dev/zero")
    _, (fault,) = read(root)
    assert fault[:2] == ("users.py", "cannot be read: File too large")
