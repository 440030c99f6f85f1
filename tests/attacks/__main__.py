"""Print the table of attacks: what each tries, and what came of it in each kind of kernel."""

import os
import sys

from rich.console import Console
from rich.table import Table

from rnncourse.grading.isolation import isolation
from tests.attacks.suite import attacks, decoys, run


def main(prefix: str = "", *modes: str) -> int:
    """Run attacks in kinds of kernel; return how many were not contained."""
    found, modes = attacks(prefix), modes or ("warm", "cold")
    results = []
    for mode in modes:
        with isolation(mode) as chosen, decoys() as where:
            results.append([run(attack, chosen.kernel, where) for attack in found])
    table = Table("attack", "tries", *modes, "reason", show_lines=False)
    failed = 0
    for attack, *in_modes in zip(found, *results, strict=True):
        problems = [result.problem(attack) for result in in_modes]
        failed += any(problems)
        cells = [problem or f"{r.points:g}" for problem, r in zip(problems, in_modes, strict=True)]
        table.add_row(attack.name, attack.tries, *cells, in_modes[0].message)
    console = Console(width=None if sys.stdout.isatty() else 160, highlight=False)
    console.print(table)
    console.print(f"{len(found)} attacks, {len(found) - failed} contained: {', '.join(modes)}.")
    return failed


if __name__ == "__main__":
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    sys.exit(1 if main(*sys.argv[1:]) else 0)
