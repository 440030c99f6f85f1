"""`rnncourse serve`: the book for its reader, and a kernel for nobody else."""

import json
import signal
from pathlib import Path

import psutil
import pytest
from click.testing import CliRunner

from rnncourse.cli import cli
from rnncourse.errors import CourseError
from rnncourse.serving.pages import free_port
from tests.serving import UPGRADE, serving

pytestmark = pytest.mark.e2e

PAGE = "/course/book/index.html"
SETTINGS = """
c = get_config()
c.ServerApp.allow_origin = "*"
c.ServerApp.allow_remote_access = True
c.ServerApp.disable_check_xsrf = True
c.IdentityProvider.token = ""
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Return a book of one page."""
    folder = tmp_path_factory.mktemp("site")
    (folder / "book").mkdir()
    (folder / "book" / "index.html").write_text("the book")
    return folder


@pytest.fixture(scope="module")
def jupyter(tmp_path_factory):
    """Return the environment of a reader whose own settings would open any Jupyter Server."""
    folder = tmp_path_factory.mktemp("jupyter")
    (folder / "config").mkdir()
    (folder / "config" / "jupyter_server_config.py").write_text(SETTINGS)
    (folder / "run").mkdir()
    return {"JUPYTER_CONFIG_DIR": f"{folder}/config", "JUPYTER_RUNTIME_DIR": f"{folder}/run"}


@pytest.fixture(scope="module")
def served(site, jupyter):
    """Yield the command with kernels."""
    with serving("--kernel", "--site", str(site), **jupyter) as found:
        yield found


@pytest.mark.parametrize("options", [[], ["--kernel"]])
def test_serve_gives_the_book_and_nothing_beside_it(site, jupyter, options):
    """The page is there, the root leads to it, and no other file of the machine can be had."""
    (site.parent / "secret").write_text("of mine")
    with serving(*options, "--site", str(site), **jupyter) as found:
        assert found.ask(PAGE)[::2] == (200, "the book")
        status, headers, _ = found.ask("/")
        assert (status, headers["Location"]) == (302, "/course/")
        for path in ("/secret", "/course/../secret", "/course/%2e%2e/secret", "/book/index.html"):
            assert "of mine" not in found.ask(path)[2]
            assert found.ask(path)[0] in (302, 403, 404)


def test_serve_runs_a_kernel_for_its_own_pages(served):
    """With the token, from the book's origin, a kernel starts, and its channels open."""
    status, headers, text = served.ask("/api/kernels", "POST", **served.own)
    assert status == 201
    assert "HttpOnly" in headers["Set-Cookie"]
    assert "SameSite=Strict" in headers["Set-Cookie"]
    path = f"/api/kernels/{json.loads(text)['id']}"
    cookie = {"Cookie": headers["Set-Cookie"].partition(";")[0]}
    channels = f"{path}/channels"
    assert served.ask(channels, Origin=served.origin, **cookie, **UPGRADE)[0] == 101
    for other in ("http://evil.example", "http://127.0.0.1:1", "null", "http://localhost:8787"):
        assert served.ask(channels, **cookie, **UPGRADE, Origin=other)[0] in (403, 404)
        assert served.ask(channels, **served.own | {"Origin": other}, **UPGRADE)[0] in (403, 404)
    assert served.ask(channels, Origin=served.origin, **UPGRADE)[0] == 403
    assert served.ask(path, "DELETE", **served.own)[0] == 204


FOREIGN = [
    {"Authorization": None},
    {"Authorization": "token wrong"},
    {"Origin": "http://evil.example"},
    {"Origin": "https://127.0.0.1"},
    {"Origin": "null"},
    {"Host": "evil.example"},
    {"Host": "evil.example:8787", "Origin": "http://evil.example:8787"},
]


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("change", FOREIGN, ids=str)
def test_serve_refuses_everybody_else(served, method, change):
    """No token, another origin, another name: no kernel starts, and nothing can be read."""
    headers = {name: text for name, text in (served.own | change).items() if text}
    status, answered, text = served.ask("/api/kernels", method, **headers)
    assert status in (403, 404)
    assert "Access-Control-Allow-Origin" not in answered
    assert "id" not in text.replace("Forbidden", "").split()
    assert json.loads(served.ask("/api/kernels", **served.own)[2]) == []


@pytest.mark.parametrize(
    "path",
    ["/api/contents", "/api/sessions", "/api/config/x", "/api/terminals", "/files/README.md"],
)
def test_serve_has_kernels_and_no_other_service(served, path):
    """Files, terminals and sessions of Jupyter cannot be had, token or not."""
    assert served.ask(path, **served.own)[0] in (403, 404)
    assert served.ask("/api/shutdown", "POST", **served.own)[0] == 403


def test_serve_writes_the_token_nowhere(served, jupyter):
    """No file of Jupyter's own has it."""
    token = served.address.partition("#token=")[2]
    assert len(token) > 40
    files = [path for path in Path(jupyter["JUPYTER_RUNTIME_DIR"]).rglob("*") if path.is_file()]
    assert not [path for path in files if token in path.read_text()]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_kernels_end_with_the_command(site, jupyter, number):
    """Ctrl+C ends them, and so does the end of the command without a word."""
    with serving("--kernel", "--site", str(site), **jupyter) as found:
        assert found.ask("/api/kernels", "POST", **found.own)[0] == 201
        (kernel,) = psutil.Process(found.process.pid).children()
        found.process.send_signal(number)
        assert psutil.wait_procs([kernel], timeout=60)[1] == []


def test_serve_without_a_book_says_how_to_build_it(tmp_path):
    """The message names the folder and the command."""
    result = CliRunner().invoke(cli, ["serve", "--site", str(tmp_path)])
    assert result.exit_code == 1
    assert "Build it: make book" in " ".join(result.output.split())


def test_free_port_refuses_a_taken_one(served):
    """A port that somebody asks for is had, or the reason said."""
    with pytest.raises(CourseError, match="another program listens there"):
        free_port(int(served.origin.rpartition(":")[2]))
