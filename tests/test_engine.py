"""The engine: workers that die, work that was cut short, and one writer."""

import json
import os
import shutil
import subprocess
import tempfile
import tracemalloc
from dataclasses import replace
from functools import partial
from pathlib import Path

import dask
import nbformat
import pytest
import yaml
from nbgrader.api import Gradebook

from rnncourse.errors import ClassError, ClusterError, SandboxError
from rnncourse.grading.classes import ClassFolder
from rnncourse.grading.engine import workers
from rnncourse.grading.engine.cluster import local_workers, remote_workers
from rnncourse.grading.engine.grading import Grading
from rnncourse.grading.engine.work import Finished, Incident, Work, perform
from rnncourse.grading.engine.workers import here, sensible_number
from rnncourse.grading.marks import read_marks
from rnncourse.grading.outcomes import FAILED, UNREADABLE
from rnncourse.grading.sample_class import write_sample_class
from tests.conftest import ROOT

pytestmark = [
    pytest.mark.e2e,
    # nbgrader's own: it makes a submission before it adds it to the session.
    pytest.mark.filterwarnings("ignore:Object of type <Submitted.*> not in session"),
]

SLUG = "01_recurrent_neurons"
STUDENTS = ("right", "blank", "cut-off", "wrong-01")
FAULTS = {
    "links-a-file": "holds a link, data.txt",
    "is-a-link": "holds a link",
    "holds-a-pipe": "no plain file",
    "has-a-bad-time": "a timestamp.txt that is no time",
}
MARKS = {"right": 10.0, "blank": 0.0, "cut-off": None, "wrong-01": 0.0}


class Deadly(dict):
    """Papers that end the process of whoever looks at them."""

    def __reduce__(self):
        """Travel without being looked at."""
        return Deadly, ()

    def items(self):
        """End the process, as a fault in a library would."""
        os._exit(9)


@pytest.fixture(scope="module")
def template(tmp_path_factory, course):
    """Write a sample class."""
    root = tmp_path_factory.mktemp("class")
    write_sample_class(root, course, slugs=[SLUG])
    return root


@pytest.fixture
def folder(template, tmp_path, course):
    """Return a class of four students."""
    for student in STUDENTS:
        source = template / "submitted" / student / SLUG / f"{SLUG}.ipynb"
        target = tmp_path / "submitted" / student / SLUG / f"{SLUG}.ipynb"
        target.parent.mkdir(parents=True)
        target.write_bytes(source.read_bytes())
    config = f"c = get_config()\nload_subconfig('nbgrader_config.py', path={str(course.root)!r})\n"
    (tmp_path / "nbgrader_config.py").write_text(config + "c.Examine.seed = 20\n")
    return ClassFolder(tmp_path, course)


def marks(outcomes):
    """Return the mark of each student."""
    return {outcome.student: outcome.total for outcome in outcomes}


def simple_work(slug, source="1"):
    """Return work of one cell, of which nothing is asked."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source, id="one")])
    return Work(f"key-{slug}", slug, {"one": nbformat.writes(notebook)}, seed=1)


def on_fire(works, papers_of):
    """Be workers that run nothing."""
    for work in works:
        yield Incident(work.key, "The machine is on fire.")


def test_perform_is_given_files_and_gives_back_notebooks(warm_kernels):
    """The kernel finds what lies beside the notebook; nothing else comes back than notebooks."""
    work = replace(simple_work("a", "open('deep/data.txt').read()"), files={"deep/data.txt": b"hi"})
    finished = perform(work, None, warm_kernels)
    (cell,) = nbformat.reads(finished.notebooks["one"], 4).cells
    assert cell.outputs[0].data["text/plain"] == "'hi'"


def test_work_that_kills_its_workers_is_an_incident(warm_kernels):
    """It is given up after some deaths, and the work beside it is done."""
    papers = {"deadly": Deadly(), "harmless": {}}
    with local_workers(warm_kernels, 2) as run:
        results = {r.key: r for r in run(map(simple_work, papers), papers.get)}
    assert isinstance(results["key-harmless"], Finished)
    assert isinstance(results["key-deadly"], Incident)
    assert "ended 5 of the processes" in results["key-deadly"].reason


def test_what_is_finished_is_let_go():
    """The command that grades keeps a few submissions in memory, not all that it has seen."""
    number, size = 100, 100_000
    works = (
        Work(key=f"key-{index}", slug="none", notebooks={}, files={"data": os.urandom(size)})
        for index in range(number)
    )
    with local_workers("no kernel is needed", 1) as run:
        tracemalloc.start()
        try:
            assert len(list(run(works, lambda slug: None))) == number
            kept, _ = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert kept < number * size / 2


def test_an_incident_is_never_a_mark(folder):
    """The outcome has no total, and the next command tries again."""
    outcomes = {o.student: o for o in Grading(folder, on_fire).outcomes(folder.submissions())}
    assert outcomes["right"].status == FAILED
    assert outcomes["right"].total is None
    assert outcomes["cut-off"].status == UNREADABLE
    waiting = [s.student for s in folder.submissions() if folder.recorded(s) is None]
    assert waiting == ["blank", "right", "wrong-01"]


def test_an_incident_leaves_the_points_that_a_person_gave(folder, warm_kernels):
    """They are in the gradebook alone; whatever fails is tried again."""
    (submission,) = folder.submissions(student="wrong-01")
    list(Grading(folder, here(warm_kernels)).outcomes([submission]))
    gradebook = partial(Gradebook, f"sqlite:///{folder.root / 'gradebook.db'}", "rnncourse")
    with gradebook() as opened:
        (notebook,) = opened.find_submission(SLUG, "wrong-01").notebooks
        notebook.grades[0].manual_score = 1.5
        opened.db.commit()
    list(Grading(folder, on_fire).outcomes([submission]))
    with gradebook() as opened:
        assert opened.find_submission(SLUG, "wrong-01").score == 1.5


def test_a_cut_grading_goes_on_where_it_was(folder, warm_kernels):
    """What was run is not run again, and what was recorded not even looked at."""
    grading = Grading(folder, here(warm_kernels)).outcomes(folder.submissions())
    first = next(grading)
    grading.close()
    kept = next(s for s in folder.submissions() if s.student == "right")
    finished = next(
        here(warm_kernels)(
            (w for w in Grading(folder, here("")).prepared([kept])),
            lambda slug: folder.assignments.papers(slug, 20),
        )
    )
    folder.keep(kept, finished)
    begun = []

    def counting(works, papers_of):
        for work in works:
            begun.append(work.key)
            yield from here(warm_kernels)([work], papers_of)

    rest = [s for s in folder.submissions() if folder.recorded(s) is None]
    outcomes = [first, *Grading(folder, counting).outcomes(rest)]
    assert marks(outcomes) == MARKS
    assert first.student not in {s.student for s in rest}
    assert len(begun) == 1
    assert not list(folder.root.rglob("*.finished"))


def test_keys_name_content_exercise_and_seed(folder):
    """Another file, or another seed, is other work."""
    (submission,) = folder.submissions(student="right")
    (one,) = Grading(folder, here("")).prepared([submission])
    (same,) = Grading(folder, here("")).prepared([submission])
    assert one.key == same.key
    submission.path.write_bytes(submission.path.read_bytes() + b"\n")
    (other,) = Grading(folder, here("")).prepared([submission])
    assert other.key != one.key


def test_trouble_of_the_machine_is_tried_again(monkeypatch):
    """A kernel that does not start may start the next time; other trouble is reported at once."""
    tries = []

    def failing(work, papers, kernel):
        tries.append(work.key)
        if len(tries) < 3:
            raise SandboxError("No room.")
        return Finished(work.key, {}, 0.0)

    monkeypatch.setattr(workers, "perform", failing)
    assert workers.performed(simple_work("a"), None, "").attempts == 3
    tries[:] = []
    monkeypatch.setattr(workers, "perform", lambda *_: 1 / 0)
    assert "ZeroDivisionError" in workers.performed(simple_work("a"), None, "").reason


def test_two_commands_never_grade_one_class(folder):
    """The second says that the first is at work."""
    with folder.alone(), pytest.raises(ClassError, match="Another command"), folder.alone():
        pass


@pytest.mark.parametrize("name", FAULTS)
def test_folders_that_would_do_harm_have_a_reason(folder, name, tmp_path):
    """Links are not followed, files are files, and a timestamp is a time."""
    (right,) = folder.submissions(student="right")
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / f"{SLUG}.ipynb").write_bytes(right.path.read_bytes())
    if name == "is-a-link":
        (tmp_path / "submitted" / name).mkdir()
        (tmp_path / "submitted" / name / SLUG).symlink_to(tmp_path / "secret")
    else:
        own = tmp_path / "submitted" / name / SLUG
        own.mkdir(parents=True)
        (own / f"{SLUG}.ipynb").write_bytes(right.path.read_bytes())
        if name == "links-a-file":
            (own / "data.txt").symlink_to("/etc/passwd")
        elif name == "holds-a-pipe":
            os.mkfifo(own / "data.txt")
        else:
            (own / "timestamp.txt").write_text("yesterday, I think")
    submissions = folder.submissions(student=name)
    (outcome,) = Grading(folder, here("")).outcomes(submissions)
    assert outcome.status == UNREADABLE
    assert FAULTS[name] in outcome.reason


def test_class_is_graded_on_a_cluster_over_tls(folder, warm_kernels, tmp_path_factory):
    """A scheduler of its own, workers that try their own sandbox: the same marks."""
    from distributed import LocalCluster, Security

    security = Security.temporary()
    with (
        LocalCluster(
            n_workers=1,
            threads_per_worker=2,
            protocol="tls://",
            security=security,
            dashboard_address=None,
        ) as cluster,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setattr("rnncourse.grading.engine.cluster.Security", lambda **_: security)
        with remote_workers(cluster.scheduler_address, "warm") as run:
            outcomes = list(Grading(folder, run).outcomes(folder.submissions()))
    assert marks(outcomes) == MARKS
    assert json.loads(folder.outcome_path(folder.submissions()[0]).read_text())["seed"] == 20


@pytest.fixture
def postgresql():
    """Run PostgreSQL on a socket of its own; return the URL of an empty database."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        missing = "PostgreSQL is needed: sudo apt-get install postgresql"
        pytest.fail(missing) if os.environ.get("CI") else pytest.skip(missing)
    folder = Path(tempfile.mkdtemp(prefix="postgresql-"))  # pytest's are root's alone
    user = "postgres" if os.geteuid() == 0 else None  # it refuses to be root
    shutil.chown(folder, user or os.geteuid())

    def run(program, *arguments):
        command = [found[-1].with_name(program), *arguments]
        subprocess.run(command, cwd="/", user=user, check=True, stdout=subprocess.DEVNULL)

    data = str(folder / "data")
    run("initdb", "-D", data, "-U", "grader", "--auth=trust", "-E", "UTF8", "--locale=C")
    run("pg_ctl", "-D", data, "-w", "-l", f"{folder}/log", "-o", f"-h '' -k {folder}", "start")
    yield f"postgresql+psycopg://grader@/postgres?host={folder}"
    run("pg_ctl", "-D", data, "-w", "-m", "immediate", "stop")
    shutil.rmtree(folder)


def test_gradebook_may_be_postgresql(folder, postgresql, warm_kernels):
    """The same marks, in a database that several people can use."""
    folder = ClassFolder(folder.root, folder.course, postgresql)
    outcomes = list(Grading(folder, here(warm_kernels)).outcomes(folder.submissions()))
    assert marks(outcomes) == MARKS
    with Gradebook(postgresql, "rnncourse") as gradebook:
        entered = {s.student.id: s.score for s in gradebook.assignment_submissions(SLUG)}
    assert entered == {name: mark for name, mark in MARKS.items() if mark is not None}
    assert {m.student: m.points for m in read_marks(folder).of_exercise(SLUG)} == MARKS
    assert not (folder.root / "gradebook.db").exists()


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("gradebook.db", "names no gradebook. Expected: sqlite:"),
        ("mystery://host/name", "names no gradebook. Expected: sqlite:"),
        ("mysql+pymysql://host/name", "in mysql needs pymysql"),
        ("postgresql+psycopg://a:secret@/b?host=/nowhere", r"a:\*\*\*@.* cannot be opened: "),
    ],
)
def test_gradebooks_that_cannot_be_opened_are_refused_at_once(folder, address, reason):
    """Not once for each submission, and without showing a password."""
    with pytest.raises(ClassError, match=reason) as raised:
        ClassFolder(folder.root, folder.course, address).submissions()
    assert "secret" not in str(raised.value)


def test_schedulers_are_spoken_to_over_tls_alone():
    """An address without encryption is refused before anything is sent."""
    with (
        pytest.raises(ClusterError, match=r"Received: tcp://"),
        remote_workers("tcp://a:1", "warm"),
    ):
        pass


def test_settings_of_the_manifest_are_settings_of_dask():
    """A misspelt variable would be ignored, and the cluster would not be encrypted."""
    manifest = (ROOT / "tools" / "cluster" / "kubernetes.yaml").read_text()
    documents = {part["kind"]: part for part in yaml.safe_load_all(manifest)}
    names = documents["ConfigMap"]["data"]
    known = [name.removeprefix("DASK_").lower().replace("__", ".") for name in names]
    assert len(known) == 8
    for name in known:
        dask.config.get(name)  # raises for what Dask does not know


def test_number_of_workers_is_sensible():
    """At least one, and no more than there is work for."""
    assert sensible_number(1) == 1
    assert 1 <= sensible_number(10_000) <= (os.cpu_count() or 1)
