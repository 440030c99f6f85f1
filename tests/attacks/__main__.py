"""Print the table of attacks: what each tries, and what came of it, warm and cold."""

import os
import sys

from rich.console import Console
from rich.table import Table

from rnncourse.grading.isolation import isolation
from tests.attacks.suite import attacks, decoys, run


def main(prefix: str) -> int:
    """Run attacks in both kinds of kernel; return how many were not contained."""
    found = attacks(prefix)
    results = {}
    for mode in ("warm", "cold"):
        with isolation(mode) as chosen, decoys() as where:
            results[mode] = [run(attack, chosen.kernel, where) for attack in found]
    table = Table("attack", "tries", "warm", "cold", "reason", show_lines=False)
    failed = 0
    for attack, warm, cold in zip(found, results["warm"], results["cold"], strict=True):
        problems = [result.problem(attack) for result in (warm, cold)]
        failed += any(problems)
        cells = [
            problem or f"{r.points:g}" for problem, r in zip(problems, (warm, cold), strict=True)
        ]
        table.add_row(attack.name, attack.tries, *cells, warm.message)
    console = Console(width=None if sys.stdout.isatty() else 160, highlight=False)
    console.print(table)
    console.print(f"{len(found)} attacks, {len(found) - failed} contained in both.")
    return failed


if __name__ == "__main__":
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    sys.exit(1 if main(*sys.argv[1:2] or [""]) else 0)
