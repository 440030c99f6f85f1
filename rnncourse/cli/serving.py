"""The command that opens the book on the reader's own machine: serve."""

import contextlib
import signal
import webbrowser
from pathlib import Path

import click

from rnncourse.cli.terminal import OUT, command


@command("serve")
@click.option("--kernel", is_flag=True, help="Also run the cells of its pages, on this machine.")
@click.option("--port", type=click.IntRange(0, 65535), help="Where to listen (8787 if it is free).")
@click.option(
    "--browser/--no-browser",
    default=True,
    help="Open the book, or only print its address; so on a machine that others use, too.",
)
@click.option("--site", type=click.Path(path_type=Path), help="The folder of the built book.")
def serve(kernel: bool, port: int | None, browser: bool, site: Path | None) -> None:
    """Open the book, until Ctrl+C; with --kernel, every cell of it runs, TensorFlow included.

    The address that is printed then holds a token, which lets your browser run code
    here as you. It is new at every start; give it to nobody.
    """
    from rnncourse.exercises import Course
    from rnncourse.serving.pages import BOOK, HOST, checked_site, free_port, pages_server

    folder = checked_site(site or Course.find().root / "_build" / "html")
    chosen = free_port(port)
    if kernel:
        from rnncourse.serving.kernels import kernel_server

        server = kernel_server(folder, chosen)
        server.io_loop.add_callback(_say, server.address, browser=browser)  # when it listens
        server.start()
        return
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with pages_server(folder, chosen) as pages, contextlib.suppress(KeyboardInterrupt):
        _say(f"http://{HOST}:{chosen}{BOOK}book/index.html", browser=browser)
        pages.serve_forever()


def _say(address: str, *, browser: bool) -> None:
    OUT.print(f"The book is at {address} until Ctrl+C.", soft_wrap=True)
    if browser:
        webbrowser.open(address)
