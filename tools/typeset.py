"""Typeset the book: LaTeX in, a PDF out, and an error for what a reader would see go wrong.

    python tools/typeset.py _build/latex/rnn-step-by-step.tex _build/pdf/rnn-step-by-step.pdf

Without arguments it says whether what it needs is installed.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

PROGRAMS = ("latexmk", "xelatex", "rsvg-convert")
PACKAGES = "tools/pdf_packages.txt"
TOO_WIDE = 5.0  # points by which a line may leave the margin; less is not seen
MISSING = re.compile(r"^Missing character: There is no (.+?) (?:\(.+?\) )?in font (\S+)", re.M)
OVERFULL = re.compile(r"^Overfull \\hbox \(([\d.]+)pt too wide\) (.+)$", re.M)

ERROR = re.compile(r"^(?:!|\S+:\d+:) .+$", re.M)


def faults(log: str) -> list[str]:
    """Return what a reader would see go wrong, one sentence a fault.

    Args:
        log: What XeLaTeX wrote, with unbroken lines.

    Returns:
        The sentences: signs that no font has, and lines that leave the margin.
    """
    signs = sorted(set(MISSING.findall(log)))
    found = [f"No {sign} in {font}: choose another sign or font." for sign, font in signs]
    wide = sorted({(float(width), place) for width, place in OVERFULL.findall(log)}, reverse=True)
    return found + [
        f"{width:.0f} points too wide: {place}" for width, place in wide if width > TOO_WIDE
    ]


def typeset(source: Path) -> subprocess.CompletedProcess[str]:
    """Run XeLaTeX as often as references need it; return the finished process."""
    options = ["-g", "-xelatex", "-interaction=nonstopmode", "-halt-on-error", "-file-line-error"]
    return subprocess.run(
        ["latexmk", *options, source.name],
        cwd=source.parent,
        env=os.environ | {"max_print_line": "1000", "SOURCE_DATE_EPOCH": "0"},
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )


def missing() -> list[str]:
    """Return the programs that are not installed."""
    return [program for program in PROGRAMS if shutil.which(program) is None]


def main(source: Path, target: Path) -> list[str]:
    """Typeset a book.

    Args:
        source: The LaTeX, in a folder of its own.
        target: Where the PDF goes, if nothing is wrong with it.

    Returns:
        What is wrong.
    """
    done = typeset(source)
    log = source.with_suffix(".log").read_text("utf-8", errors="replace")
    if done.returncode != 0:
        return [*ERROR.findall(log), f"XeLaTeX failed: see {source.with_suffix('.log')}"]
    found = faults(log)
    if not found:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source.with_suffix(".pdf"), target)
    return found


if __name__ == "__main__":
    if missing():
        install = f"tools/system_packages.sh $(sed 's/#.*//' {PACKAGES})"
        sys.exit(f"error: {', '.join(missing())}: not installed. Install TeX: {install}")
    if len(sys.argv) > 1:
        wrong = main(*map(Path, sys.argv[1:]))
        if wrong:
            sys.exit("\n".join([*wrong, "error: the PDF is not as it should be"]))
