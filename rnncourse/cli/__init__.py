"""The `rnncourse` command: options in, printed text and exit codes out; the work is elsewhere.

terminal   what the commands print with
course     for whoever learns, writes or builds: check, build, doctor
collecting for whoever grades: collect
serving    for whoever reads: serve
classroom  for a class on one machine: classroom
grading    for whoever grades: sample-class, grade, feedback
desk       for whoever has graded: export, report
regrading  for whoever has mended a question: regrade
"""

import os
import sys
from pathlib import Path

import click

from rnncourse import __version__
from rnncourse.cli.classroom import classroom
from rnncourse.cli.collecting import collect
from rnncourse.cli.course import build, check, doctor
from rnncourse.cli.desk import export, report
from rnncourse.cli.grading import feedback, grade, sample_class
from rnncourse.cli.regrading import regrade
from rnncourse.cli.serving import serve


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="rnncourse")
def cli() -> None:
    """Recurrent Neural Networks, Step by Step: check, build and grade exercises."""
    # nbgrader looks for alembic on PATH; TensorFlow's start-up lines are noise.
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")


LEARNING = (check, serve, doctor)
TEACHING = (build, classroom, sample_class, collect, grade, feedback, export, report, regrade)
for command in (*LEARNING, *TEACHING):
    cli.add_command(command)
