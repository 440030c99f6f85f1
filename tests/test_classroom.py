"""A class in a box: what it lays out, who can sign in, what a student can reach."""

import json
import os
import re
import shutil
import stat
import subprocess
import sys

import nbformat
import psutil
import pytest
import requests
from click.testing import CliRunner
from nbgrader.api import Gradebook
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange import ExchangeFactory
from traitlets.config import PyFileConfigLoader

from rnncourse.classroom import room
from rnncourse.classroom.folder import Classroom, lay_out
from rnncourse.classroom.passwords import hand_out, is_right
from rnncourse.cli import cli
from rnncourse.errors import ClassError, SandboxError
from rnncourse.grading.collecting.students import Person
from rnncourse.grading.sandbox.bubblewrap import hand_over, require_start
from tests.classroom import SLUGS, drop, running_class, sample, write_small_course

SLUG = SLUGS[0]


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """Return a course of two exercises."""
    return write_small_course(tmp_path_factory.mktemp("course"))


@pytest.fixture(scope="module")
def laid_out(course, tmp_path_factory):
    """Return a class of two, which no test changes."""
    classroom = Classroom(tmp_path_factory.mktemp("laid_out") / "term")
    lay_out(classroom, course, [Person("chen", "Wei Chen"), Person("garcia")])
    return classroom


@pytest.fixture
def classroom(laid_out, tmp_path):
    """Return a class of two that is the test's own."""
    copied = Classroom(shutil.copytree(laid_out.root, tmp_path / "term"))
    for student in copied.students():
        hand_over(student.home)
        hand_over(student.inbound)
    return copied


@pytest.fixture
def sandbox():
    """Need what keeps students apart: without it, fail in CI and skip elsewhere."""
    try:
        require_start()
    except SandboxError as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(error))


def in_room(classroom, name, program):
    """Run a Python program as a student's terminal would; return what it prints."""
    student = classroom.student(name)
    done = subprocess.run(
        room.server(classroom, student, [sys.executable, "-c", program]),
        env=room.environment(student),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def config(classroom):
    """Return nbgrader's settings for the class."""
    path = str(classroom.root)
    return PyFileConfigLoader("nbgrader_config.py", path=path).load_config()


def transfer(classroom, action, slug=SLUG):
    """Do what a button of formgrader does with nbgrader's exchange."""
    settings = config(classroom)
    coursedir = CourseDirectory(config=settings)
    coursedir.assignment_id = slug
    getattr(ExchangeFactory(config=settings), action)(coursedir=coursedir, config=settings).start()


def submitted(classroom, name):
    """Return the folder that a student's submission is collected into."""
    return classroom.root / "submitted" / name / SLUG


def test_lay_out_keeps_what_is_there(classroom, course):
    """A second start changes nothing but who has joined."""
    (classroom.root / "nbgrader_config.py").write_text("c = get_config()\n")
    mine = classroom.student("chen").home / "notes.txt"
    mine.write_text("mine")
    (classroom.root / "nbgrader_config.py").write_text("# mine\n" + "c = get_config()\n")
    lay_out(classroom, course, [Person("chen", "Another Name"), Person("adams")])
    assert [person.id for person in classroom.people()] == ["chen", "garcia", "adams"]
    assert classroom.people()[0].name == "Wei Chen"
    assert (classroom.root / "nbgrader_config.py").read_text().startswith("# mine")
    assert mine.read_text() == "mine"


def test_lay_out_closes_the_folder_and_enters_names(classroom):
    """Nobody else of the machine looks in, and formgrader knows who is in the class."""
    assert stat.S_IMODE(classroom.root.stat().st_mode) == 0o700
    with Gradebook(f"sqlite:///{classroom.root / 'gradebook.db'}", "rnncourse") as gradebook:
        names = {s.id: (s.first_name, s.last_name) for s in gradebook.students}
    assert names == {"chen": ("Wei", "Chen"), "garcia": ("", "")}


@pytest.mark.parametrize("name", ["Chen", "instructor", "a+b", "../chen", ""])
def test_lay_out_refuses_names_that_cannot_sign_in(course, tmp_path, name):
    """The hub, the exchange and the file system would each read them differently."""
    with pytest.raises(ClassError, match=r"id|name"):
        lay_out(Classroom(tmp_path / "term"), course, [Person(name)])


def test_lay_out_needs_students_and_built_exercises(course, tmp_path):
    """Both errors say the command that helps."""
    with pytest.raises(ClassError, match="rnncourse classroom DIR chen garcia"):
        lay_out(Classroom(tmp_path / "term"), course, [])
    unbuilt = type(course)(tmp_path / "unbuilt")
    shutil.copytree(course.root / "solutions", unbuilt.root / "solutions")
    with pytest.raises(ClassError, match="rnncourse build"):
        lay_out(Classroom(tmp_path / "term"), unbuilt, [Person("chen")])


def test_hand_out_makes_each_password_once(tmp_path):
    """It is right for its owner alone, kept as a hash, and readable by nobody else."""
    hashes, table = tmp_path / "hashes.json", tmp_path / "passwords.csv"
    assert hand_out(["chen", "garcia"], hashes, table) == ["chen", "garcia"]
    assert hand_out(["chen", "garcia", "adams"], hashes, table) == ["adams"]
    passwords = dict(line.split(",") for line in table.read_text().splitlines()[1:])
    assert list(passwords) == ["chen", "garcia", "adams"]
    for name, password in passwords.items():
        assert is_right(name, password, hashes)
        assert not is_right("chen", password, hashes) or name == "chen"
        assert password not in hashes.read_text()
    assert not is_right("nobody", "", hashes)
    assert {stat.S_IMODE(path.stat().st_mode) for path in (hashes, table)} == {0o600}


def test_a_lost_password_is_replaced(tmp_path):
    """Whoever has no hash gets a new password at the next start."""
    hashes, table = tmp_path / "hashes.json", tmp_path / "passwords.csv"
    hand_out(["chen", "garcia"], hashes, table)
    kept = json.loads(hashes.read_text())
    hashes.write_text(json.dumps({"garcia": kept["garcia"]}))
    assert hand_out(["chen", "garcia"], hashes, table) == ["chen"]
    new = table.read_text().splitlines()[-1].split(",")[1]
    assert is_right("chen", new, hashes)


TRY = """
import os, pathlib
def works(action):
    try:
        action()
    except OSError:
        return False
    return True
tried = {{}}
for name, path in {reads}.items():
    tried["reads " + name] = works(lambda: open(path, "rb").close())
for name, path in {lists}.items():
    tried["lists " + name] = works(lambda: os.listdir(path))
for path in {writes}:
    tried["writes " + path] = works(lambda: open(path + "/new", "w").close())
tried["sees processes of others"] = sum(n.isdigit() for n in os.listdir("/proc")) > 4
tried["is root"] = os.geteuid() == 0 or os.getuid() == 0
print([what for what, worked in tried.items() if worked])
"""


def test_a_student_reaches_nothing_of_others(classroom, course, sandbox):
    """Not the gradebook, the solutions, another's files or submission; nor what they only read."""
    letter = drop(classroom, "garcia")
    secret = classroom.student("garcia").home / "secret.txt"
    secret.write_text("mine")
    (classroom.root / "passwords.csv").write_text("all")
    reads = {
        "the gradebook": classroom.root / "gradebook.db",
        "passwords": classroom.root / "passwords.csv",
        "solutions": course.root / "solutions" / SLUG / "notebook.py",
        "a home": secret,
        "a submission": letter / f"{SLUG}.ipynb",
        "its copy": f"/srv/exchange/rnncourse/inbound/{letter.name}/{SLUG}.ipynb",
        "shadow": "/etc/shadow",
    }
    lists = {"the class": classroom.root, "the course": course.root}
    exchange = "/srv/exchange/rnncourse"
    writes = [f"{exchange}/outbound", f"{exchange}/feedback", sys.prefix, "/etc", "/", "/home"]
    program = TRY.format(
        reads={name: str(path) for name, path in reads.items()},
        lists={name: str(path) for name, path in lists.items()},
        writes=writes,
    )
    assert in_room(classroom, "chen", program) == "[]"


def test_a_student_has_what_work_needs(classroom, sandbox):
    """A home and a letter box that are kept, what is released, a name, and the package."""
    (classroom.outbound / "hello.txt").write_text("released")
    program = """
import getpass, os, pathlib, rnncourse
pathlib.Path("work.txt").write_text("mine")
exchange = pathlib.Path("/srv/exchange/rnncourse")
(exchange / "inbound" / "mine").mkdir()
print(getpass.getuser(), os.getcwd(), (exchange / "outbound" / "hello.txt").read_text())
"""
    assert in_room(classroom, "chen", program) == "chen /home/chen released"
    assert (classroom.student("chen").home / "work.txt").read_text() == "mine"
    assert (classroom.student("chen").inbound / "mine").is_dir()


TRANSPORT = """
import json, pathlib, ipykernel
said = json.loads(pathlib.Path(ipykernel.get_connection_file()).read_text())["transport"]
pathlib.Path("/home/chen/transport.txt").write_text(said)
"""


@pytest.mark.e2e
def test_a_student_validates_with_a_kernel_that_nobody_hears(classroom, course, sandbox):
    """nbgrader's button runs our check; over TCP others could listen to the kernel's outputs."""
    student = classroom.student("chen")
    printed = {}
    for like in ("right", "half-done"):
        folder = student.home / like
        folder.mkdir()
        shutil.copy(course.exercises / SLUG / "cases.json", folder)
        notebook = nbformat.reads(sample(course, SLUG, like)[0], as_version=4)
        notebook.cells.append(nbformat.v4.new_code_cell(TRANSPORT))
        nbformat.write(notebook, folder / f"{SLUG}.ipynb")
        hand_over(folder)
        validate = f"ValidateApp.launch_instance(['{like}/{SLUG}.ipynb'])"
        printed[like] = in_room(
            classroom, "chen", f"from nbgrader.apps import ValidateApp; {validate}"
        )
    assert printed["right"].startswith("Success!")
    assert "rnn_two_steps: 0 of 6 points" in printed["half-done"]
    assert (student.home / "transport.txt").read_text() == "ipc"


def test_a_student_has_no_key_of_the_instructors_session(classroom, monkeypatch, sandbox):
    """What the hub's environment holds is not in the room, nor is what systemd is asked with."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", "/run/user/0")
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:abstract=none")
    monkeypatch.setenv("SECRET_OF_MINE", "1")
    program = "import os; print([n for n in os.environ if n[:3] in ('XDG', 'DBU', 'SEC')])"
    assert in_room(classroom, "chen", program) == "[]"


def test_a_student_cannot_leave_the_room(classroom, sandbox):
    """Neither namespaces nor sockets past the network, and memory and processes have limits."""
    program = """
import ctypes, resource, socket
libc = ctypes.CDLL(None, use_errno=True)
def vsock():
    try:
        return bool(socket.socket(40, socket.SOCK_STREAM))
    except OSError:
        return False
limited = [n for n in ("DATA", "AS", "NPROC", "NOFILE", "FSIZE")
           if resource.getrlimit(getattr(resource, "RLIMIT_" + n))[1] != resource.RLIM_INFINITY]
print(libc.unshare(0x10000000), vsock(), len(limited))
"""
    assert in_room(classroom, "chen", program) == "-1 False 5"


def test_require_tight_refuses_a_room_with_a_hole(classroom, sandbox):
    """What could be read is named, and nothing is started."""
    room.require_tight(classroom, classroom.student("chen"), [classroom.root / "gradebook.db"])
    with pytest.raises(SandboxError, match="could read /etc/passwd"):
        room.require_tight(classroom, classroom.student("chen"), ["/etc/passwd"])


def test_collect_believes_the_letter_box(classroom):
    """Who submitted is whose box it lies in, whatever name is written on it."""
    drop(classroom, "chen", mark="chen's")
    drop(classroom, "garcia", claims="chen", mark="garcia's", time="2026-11-01 11:00:00.000000 UTC")
    transfer(classroom, "Collect")
    assert (submitted(classroom, "chen") / f"{SLUG}.ipynb").read_text() == "chen's"
    assert (submitted(classroom, "garcia") / f"{SLUG}.ipynb").read_text() == "garcia's"


def test_collect_takes_the_latest_and_keeps_all(classroom):
    """As nbgrader does; a second time nothing changes."""
    drop(classroom, "chen", mark="first")
    drop(classroom, "chen", mark="second", time="2026-11-01 11:00:00.000000 UTC")
    for _ in range(2):
        transfer(classroom, "Collect")
        assert (submitted(classroom, "chen") / f"{SLUG}.ipynb").read_text() == "second"
    kept = classroom.root / "exchange" / "rnncourse" / "inbound"
    assert len(list(kept.iterdir())) == 2


def test_collect_follows_no_link(classroom, tmp_path):
    """A link to a file of the instructor's is not what was handed in, nor is a pipe."""
    (tmp_path / "secret.txt").write_text("the gradebook")
    letter = drop(classroom, "chen")
    (letter / "link.txt").symlink_to(tmp_path / "secret.txt")
    (letter / "folder").symlink_to(tmp_path)
    os.mkfifo(letter / "pipe")
    drop(classroom, "garcia").rename(tmp_path / "elsewhere")
    (classroom.student("garcia").inbound / f"garcia+{SLUG}+2026-11-01 10:00:00 UTC+x").symlink_to(
        tmp_path / "elsewhere"
    )
    transfer(classroom, "Collect")
    names = sorted(path.name for path in submitted(classroom, "chen").iterdir())
    assert names == [f"{SLUG}.ipynb", "submission_secret.txt", "timestamp.txt"]
    assert not submitted(classroom, "garcia").exists()


def test_collect_leaves_what_is_not_complete(classroom):
    """What nbgrader is still copying is collected the next time; other things never."""
    letter = drop(classroom, "chen")
    (letter / "submission_secret.txt").unlink()
    (classroom.student("chen").inbound / "notes.txt").write_text("no submission")
    transfer(classroom, "Collect")
    assert not submitted(classroom, "chen").exists()


@pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")  # nbgrader's
def test_feedback_goes_to_its_student_alone(classroom):
    """Whoever submitted in another way is passed over, and the others get theirs."""
    for name, secret in (("chen", "secret"), ("garcia", None)):
        pages = classroom.root / "feedback" / name / SLUG
        pages.mkdir(parents=True)
        (pages / f"{SLUG}.html").write_text(f"for {name}")
        (pages / "timestamp.txt").write_text("2026-11-01 10:00:00 UTC")
        if secret:
            (pages / "submission_secret.txt").write_text(secret)
    transfer(classroom, "ReleaseFeedback")
    returned = list(classroom.student("chen").feedback.iterdir())
    assert [page.read_text() for page in returned] == ["for chen"]
    assert not list(classroom.student("garcia").feedback.iterdir())


def signed_in_session(address, name, password):
    """Return the session of a user who has typed a password, and the sign-in page."""
    session = requests.Session()
    page = session.get(f"{address}/hub/login", timeout=60).text
    token = re.search(r'name="_xsrf" value="([^"]+)"', page)[1]
    data = {"username": name, "password": password, "_xsrf": token}
    session.post(f"{address}/hub/login?next=/hub/token", data=data, timeout=60)
    return session, page


def sign_in(address, name, password):
    """Return where a user gets who asks for a page of the hub after signing in."""
    session, page = signed_in_session(address, name, password)
    answer = session.get(f"{address}/hub/token", timeout=60)
    return answer.url.removeprefix(address), page


@pytest.mark.e2e
def test_stopped_and_started_again_nothing_is_lost(course, tmp_path, monkeypatch, sandbox):
    """Ctrl-C leaves no process; then the same people sign in with the same passwords."""
    monkeypatch.setenv("RNNCOURSE_ROOT", str(course.root))
    roster = tmp_path / "students.csv"
    roster.write_text("id,name\nchen,Wei Chen\ngarcia,Ana García\n", encoding="utf-8")
    folder = tmp_path / "term"
    with running_class(course, folder, "--students", str(roster)) as first:
        passwords = first.passwords
        signed_in, page = sign_in(first.address, "chen", passwords["chen"])
        assert signed_in == "/hub/token"
        assert "Recurrent Neural Networks" in page
        assert sign_in(first.address, "chen", passwords["garcia"])[0].startswith("/hub/login")
        started = first.started
        assert "Stopped" in first.stop()
        assert not [process for process in started if process.is_running()]
    classroom = Classroom(folder)
    classroom.roster.write_text(classroom.roster.read_text().replace("garcia", "li"))
    with running_class(course, folder, "adams") as second:
        assert second.passwords.items() >= passwords.items()
        left = sign_in(second.address, "garcia", passwords["garcia"])[0]
        assert left.startswith("/hub/login")
        for name in ("instructor", "chen", "li", "adams"):
            assert sign_in(second.address, name, second.passwords[name])[0] == "/hub/token"
        again = CliRunner().invoke(cli, ["classroom", str(folder), "--port", "0"])
        assert again.exit_code == 1
        assert "is running already" in " ".join(again.stderr.split())


@pytest.mark.e2e
def test_killed_it_leaves_no_process(course, tmp_path, sandbox):
    """The hub, its proxy and the servers end with the command, however that ends."""
    with running_class(course, tmp_path / "term", "chen") as class_:
        session, _ = signed_in_session(class_.address, "chen", class_.passwords["chen"])
        start = session.get(f"{class_.address}/hub/spawn", timeout=60)
        assert start.ok, start.text
        started = class_.started
        assert any("jupyterhub.singleuser" in process.cmdline() for process in started)
        class_.process.kill()
        assert psutil.wait_procs(started, timeout=30)[1] == []


def test_classroom_without_the_course_says_what_is_needed(tmp_path, monkeypatch):
    """The installed package alone has no solutions to grade by."""
    monkeypatch.setenv("RNNCOURSE_ROOT", str(tmp_path))
    done = CliRunner().invoke(cli, ["classroom", str(tmp_path / "term"), "chen"])
    assert done.exit_code == 1
    assert "Get the repository, run make course" in " ".join(done.stderr.split())


@pytest.mark.parametrize("who", ["student", "instructor"])
def test_settings_of_servers_load(who):
    """What JupyterLab and nbgrader read at their start is well formed."""
    folder = room.SETTINGS / who
    for path in folder.glob("*_config.py"):
        assert PyFileConfigLoader(path.name, path=str(folder)).load_config()
    disabled = json.loads((folder / "labconfig" / "page_config.json").read_text())
    assert disabled["disabledExtensions"]


@pytest.mark.e2e
def test_a_hub_that_does_not_start_is_an_error(classroom, course, monkeypatch, sandbox):
    """What is wrong in the class's own settings is said, with the place to read on."""
    monkeypatch.setenv("RNNCOURSE_ROOT", str(course.root))
    (classroom.root / "jupyterhub_config.py").write_text("import sys\nsys.exit('out of order')\n")
    done = subprocess.run(
        [sys.executable, "-m", "rnncourse", "classroom", str(classroom.root), "--port", "0"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "The hub does not start: out of order" in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr
