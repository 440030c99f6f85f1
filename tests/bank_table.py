"""The banks over many seeds, as a table: `python -m tests.bank_table [--seeds 100] [SLUG …]`.

For each question: its wrong answers, how many of the trials were caught and called by
their own name, and how many trials of right answers passed. Exits with 1 if any was not.
"""

import argparse
import sys

from rnncourse.checks.calls import asking
from rnncourse.checks.marking import mark
from rnncourse.exercises import Course
from tests.conftest import ROOT


def main():
    """Print one row a question."""
    parser = argparse.ArgumentParser(prog="python -m tests.bank_table", description=__doc__)
    parser.add_argument("slugs", nargs="*", metavar="SLUG")
    parser.add_argument("--seeds", type=int, default=100)
    options = parser.parse_args()
    course, sound = Course.find(ROOT), True
    print("| question | wrong answers | caught | named | right answers passed |")
    print("| --- | --- | --- | --- | --- |")
    for slug in options.slugs or course.slugs():
        exercise = course.exercise(slug)
        for name, question in exercise.questions.items():
            counts = count(exercise, name, question, range(options.seeds))
            print(
                f"| {slug}/{name} | {len(question.mistakes)} |", " | ".join(counts), "|", flush=True
            )
            sound &= all(one == other for one, other in (c.split(" of ") for c in counts))
    sys.exit(0 if sound else 1)


def count(exercise, name, question, seeds):
    """Return caught, named and passed, each as `x of y`."""
    rights = [exercise.references[name], *question.also_right]
    caught = named = passed = 0
    for seed in seeds:
        paper = question.paper(name, exercise.references[name], seed)
        for message, wrong in question.mistakes.items():
            verdict = mark(paper, asking(wrong, paper.through))
            caught += not verdict.passed
            named += verdict.mistake == message
        passed += sum(mark(paper, asking(right, paper.through)).passed for right in rights)
    trials = len(seeds) * len(question.mistakes)
    return (
        f"{caught} of {trials}",
        f"{named} of {trials}",
        f"{passed} of {len(seeds) * len(rights)}",
    )


if __name__ == "__main__":
    main()
