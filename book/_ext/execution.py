"""Sphinx extension: what the cells of the book are executed with, and how long a result is kept.

Executed cells are cached by their code. Their results also come from the package, the
style of figures and the settings below, so the cache is emptied, and every page read
again, when one of these has changed.
"""

import hashlib
import os
import shutil
from pathlib import Path

# TensorFlow would otherwise write start-up remarks into the pages, and round
# differently on some processors. Nothing says when a figure was made.
KERNEL_ENVIRONMENT = {
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "TF_ENABLE_ONEDNN_OPTS": "0",
    "CUDA_VISIBLE_DEVICES": "-1",
    "SOURCE_DATE_EPOCH": "0",
}
# The kernels' own profile, so that the reader's does not change the book: figures for
# the screen and, as vectors, for print.
PROFILE = """c.InlineBackend.figure_formats = {"png", "pdf"}
c.HistoryManager.enabled = False
"""
# What results come from beside the cells. No chapter grades a class or serves a site.
SOURCES = ("rnncourse/*.py", "rnncourse/*/*.py", "rnncourse/*/*.mplstyle")
NOT_USED = ("cli", "grading", "serving")


def sources_digest(course: Path) -> str:
    """Return one line that changes when anything does that results come from.

    Args:
        course: The folder of the course.

    Returns:
        A digest.
    """
    digest = hashlib.sha256(f"{KERNEL_ENVIRONMENT}{PROFILE}".encode())
    for path in sorted(path for pattern in SOURCES for path in course.glob(pattern)):
        if path.parent.name not in NOT_USED:
            digest.update(f"{path.relative_to(course)}\0".encode() + path.read_bytes() + b"\0")
    return digest.hexdigest()


def prepare(app) -> None:
    """Give kernels their environment and profile, and empty a cache that is out of date."""
    for name, value in KERNEL_ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    cache = (Path(app.outdir).parent / ".jupyter_cache").resolve()
    profile = cache.with_name(".ipython") / "profile_default" / "ipython_kernel_config.py"
    profile.parent.mkdir(parents=True, exist_ok=True)
    profile.write_text(PROFILE)
    os.environ["IPYTHONDIR"] = str(profile.parents[1])
    keep_current(cache, sources_digest(Path(app.confdir)))


def keep_current(cache: Path, digest: str) -> None:
    """Empty a cache of results unless they come from what the digest stands for.

    Args:
        cache: Its folder, which need not exist.
        digest: What results would come from now.
    """
    stamp = cache / ".sources"
    if not stamp.is_file() or stamp.read_text() != digest:
        shutil.rmtree(cache, ignore_errors=True)
        cache.mkdir(parents=True)
        stamp.write_text(digest)


def stale_pages(app, env, added, changed, removed) -> set[str]:
    """Return all pages, to be read again, where they show what came from other sources."""
    before = getattr(env, "results_read", None)
    env.results_read = sources_digest(Path(app.confdir))
    return set() if before == env.results_read else env.found_docs - added


def unwritten_pages(app, env) -> list[str]:
    """Return all pages, to be written again, where only a build for paper has read them."""
    if app.builder.format != "html":
        return []
    before, env.results_written = getattr(env, "results_written", None), env.results_read
    return [] if before == env.results_written else sorted(env.found_docs)


def setup(app) -> dict:
    """Register the extension; the cache must be right before MyST-NB opens it."""
    app.connect("builder-inited", prepare, priority=100)
    app.connect("env-get-outdated", stale_pages)
    app.connect("env-updated", unwritten_pages)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
