"""What is published beside the pages: files to take along, the list of pages, a branch."""

import os
import shutil
import subprocess
import sys
import zipfile
from types import SimpleNamespace

import pytest

from tests.browser.conftest import build
from tests.conftest import ROOT

sys.path.insert(0, str(ROOT / "book" / "_ext"))
pytest.importorskip("sphinx")
import downloads
import execution

INDEX = "# Contents\n\nA page.\n\n:::{downloads}\n:::\n"
CASES = "cases.json"
SITE = "https://course.example/rnn"


def test_archive_has_the_same_bytes_every_time(tmp_path):
    """Neither the clock nor the order of files can be seen in it."""
    files = {"b.txt": b"2", "a.txt": b"1"}
    downloads.pack(tmp_path / "one.zip", files)
    downloads.pack(tmp_path / "two.zip", dict(reversed(files.items())))
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "one.zip") as archive:
        assert archive.namelist() == ["rnn-notebooks/a.txt", "rnn-notebooks/b.txt"]
        assert archive.getinfo("rnn-notebooks/a.txt").external_attr >> 16 == 0o644


def test_archive_holds_every_exercise_with_its_cases_and_no_solution(tmp_path):
    """Chapters, exercises, cases, licences, and a page to start with; nothing else."""
    (tmp_path / "09_lstm.ipynb").write_text("{}")
    found = downloads.contents(tmp_path, ROOT)
    slugs = {path.name for path in (ROOT / "exercises").iterdir() if path.is_dir()}
    expected = {f"exercises/{slug}/{name}" for slug in slugs for name in (f"{slug}.ipynb", CASES)}
    expected |= {"START.txt", "LICENSE", "LICENSE-book.md", "chapters/09_lstm.ipynb"}
    assert set(found) == expected
    assert not [name for name, data in found.items() if b"BEGIN SOLUTION" in data]


def test_results_are_kept_until_their_sources_change(tmp_path):
    """The cache survives a build like the last one, and no other."""
    cache = tmp_path / "cache"
    execution.keep_current(cache, "one")
    (cache / "result").touch()
    execution.keep_current(cache, "one")
    assert (cache / "result").exists()
    execution.keep_current(cache, "two")
    assert not (cache / "result").exists()


def test_digest_follows_figures_and_not_the_grader(tmp_path):
    """Chapters draw with the package's plots; none of them grades a class."""
    for part in ("plots", "grading"):
        (tmp_path / "rnncourse" / part).mkdir(parents=True)
    before = execution.sources_digest(tmp_path)
    (tmp_path / "rnncourse" / "grading" / "engine.py").write_text("1")
    assert execution.sources_digest(tmp_path) == before
    (tmp_path / "rnncourse" / "plots" / "palette.py").write_text("1")
    assert execution.sources_digest(tmp_path) != before


def test_pages_show_new_results_on_the_web_after_a_build_for_paper(tmp_path):
    """What one builder has read again, the other still has to write."""
    env = SimpleNamespace(found_docs={"page"})
    paper, web = (builder(tmp_path, kind) for kind in ("latex", "html"))
    execution.stale_pages(web, env, {"page"}, set(), set())
    execution.unwritten_pages(web, env)
    (tmp_path / "rnncourse").mkdir()
    (tmp_path / "rnncourse" / "cells.py").write_text("1")
    assert execution.stale_pages(paper, env, set(), set(), set()) == {"page"}
    assert execution.unwritten_pages(paper, env) == []
    assert execution.stale_pages(web, env, set(), set(), set()) == set()
    assert execution.unwritten_pages(web, env) == ["page"]
    assert execution.unwritten_pages(web, env) == []


def builder(course, kind):
    """Return what Sphinx hands to an extension, as far as it matters here."""
    return SimpleNamespace(confdir=course, builder=SimpleNamespace(format=kind))


@pytest.mark.e2e
def test_address_of_the_site_is_in_its_list_of_pages_and_links(small_book):
    """With an address the site lists its pages and names them; without, it claims nothing."""
    (small_book / "book" / "index.md").write_text(INDEX, "utf-8")
    site = small_book / "_build" / "html"
    for address in (SITE, ""):
        done = build(small_book, small_book, SITE_URL=address)
        assert done.returncode == 0, done.stdout + done.stderr
        page = (site / "book" / "index.html").read_text("utf-8")
        named = f'<link rel="canonical" href="{SITE}/book/index.html"' in page
        assert named is bool(address)
        assert (f'content="{SITE}/_static/card.png"' in page) is bool(address)
        assert (site / "sitemap.xml").exists() is (site / "robots.txt").exists() is bool(address)
        if address:
            assert f"<loc>{SITE}/book/index.html</loc>" in (site / "sitemap.xml").read_text()


@pytest.mark.e2e
def test_pdf_is_offered_when_it_is_there(small_book):
    """The page links to notebooks always, to the PDF once it is made, and both open."""
    (small_book / "book" / "index.md").write_text(INDEX, "utf-8")
    pdf = small_book / "_build" / "pdf" / downloads.PDF
    page = small_book / "_build" / "html" / "book" / "index.html"
    build(small_book, small_book)
    assert f'href="../{downloads.NOTEBOOKS}"' in page.read_text("utf-8")
    assert downloads.PDF not in page.read_text("utf-8")
    pdf.parent.mkdir()
    pdf.write_bytes(b"%PDF" + bytes(1_200_000))
    build(small_book, small_book)
    assert f'href="../{downloads.PDF}">The book as a PDF</a>, 1.2 MB' in page.read_text("utf-8")
    assert (page.parents[1] / downloads.PDF).read_bytes() == pdf.read_bytes()
    assert (page.parents[1] / downloads.NOTEBOOKS).is_file()


@pytest.fixture
def repository(tmp_path):
    """Return a clean repository with a built site, and a bare one to push to: their paths."""
    course, remote = tmp_path / "course", tmp_path / "remote.git"
    (course / "tools").mkdir(parents=True)
    shutil.copy(ROOT / "tools" / "publish.sh", course / "tools")
    (course / ".gitignore").write_text("/_build/\n")
    (course / "_build" / "html" / "_static").mkdir(parents=True)
    (course / "_build" / "html" / "index.html").write_text("first")
    (course / "_build" / "html" / "_static" / "x.css").touch()
    git(tmp_path, "init", "--quiet", "--bare", str(remote))
    git(course, "init", "--quiet")
    git(course, "config", "user.name", "An Author")
    git(course, "config", "user.email", "author@example.org")
    git(course, "add", "--all")
    git(course, "commit", "--quiet", "--message", "All")
    git(course, "remote", "add", "origin", str(remote))
    return course, remote


def git(folder, *arguments):
    """Run git in a folder, without anybody's settings; return what it says."""
    alone = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    command = ["git", "-c", "safe.directory=*", *arguments]
    return subprocess.run(
        command, cwd=folder, env=os.environ | alone, capture_output=True, text=True, check=True
    ).stdout


def publish(course, *arguments, **environment):
    """Run the script; return the finished process."""
    return subprocess.run(
        [course / "tools" / "publish.sh", *arguments],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_publishing_adds_a_commit_to_the_branch(repository):
    """The branch has the site as it is, hidden files too; nothing of it stays in the course."""
    course, remote = repository
    objects = git(course, "count-objects")
    for text in ("first", "second"):
        (course / "_build" / "html" / "index.html").write_text(text)
        done = publish(course, "origin")
        assert done.returncode == 0, done.stderr
    assert git(course, "count-objects") == objects
    assert git(remote, "show", "gh-pages:index.html") == "second"
    names = git(remote, "ls-tree", "-r", "--name-only", "gh-pages").split()
    assert names == [".nojekyll", "_static/x.css", "index.html"]
    head = git(course, "rev-parse", "--short", "HEAD").strip()
    assert git(remote, "log", "--format=%an: %s", "gh-pages") == f"An Author: Site of {head}\n" * 2


@pytest.mark.parametrize(
    ("arguments", "spoil", "said"),
    [
        ((), None, "make publish REMOTE=origin"),
        (("upstream",), None, "no remote upstream"),
        (("origin",), "notes.txt", "changed or new"),
    ],
)
def test_publishing_is_refused_with_the_fix(repository, arguments, spoil, said):
    """No remote, or a tree that no commit stands for: nothing is pushed."""
    course, remote = repository
    if spoil:
        (course / spoil).touch()
    done = publish(course, *arguments)
    assert done.returncode == 1
    assert said in done.stderr
    assert git(remote, "branch") == ""


def test_publishing_can_be_tried(repository):
    """A dry run says what it would push, and pushes nothing."""
    course, remote = repository
    done = publish(course, "origin", DRY_RUN="1")
    assert "gh-pages" in done.stderr
    assert git(remote, "branch") == ""
