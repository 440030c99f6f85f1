"""How long a large class takes, and where the one writer becomes the limit.

`python -m benchmarks.grading.simulate` reads what `python -m benchmarks.grading` measured, and
plays 100,000 submissions through a writer (or several) and 1 to 500 workers.
"""

import heapq
import json
from collections import deque
from dataclasses import dataclass

from benchmarks.measure import HERE, RESULTS

SUBMISSIONS = 100_000
WORKERS = (1, 2, 5, 10, 20, 50, 100, 200, 500)
FIGURE = HERE / "grading" / "limit.svg"
SHARDS = 8


@dataclass(frozen=True)
class Costs:
    """Seconds that one submission takes.

    Args:
        prepare: Of a writer, before it is run.
        work: Of a worker.
        enter: Of a writer, after it has been run.
    """

    prepare: float
    work: float
    enter: float

    @property
    def knee(self):
        """Workers that keep one writer busy: more of them gain nothing."""
        return self.work / (self.prepare + self.enter)


def simulate(costs, *, workers, writers=1, submissions=SUBMISSIONS):
    """Return the seconds until every submission is entered.

    A writer first enters what is finished, and then prepares, as long as no more than
    two submissions a worker are under way: as `engine.cluster` does it.
    """
    clock, waiting, under_way, entered = 0.0, submissions, 0, 0
    prepared, finished = deque(), deque()
    idle = {"writer": writers, "worker": workers}
    ends = []  # (time, kind of step)

    def begin(who, step, seconds):
        idle[who] -= 1
        heapq.heappush(ends, (clock + seconds, step))

    while entered < submissions:
        while idle["writer"] and (finished or (waiting and under_way < 2 * workers)):
            if finished:
                finished.popleft()
                begin("writer", "enter", costs.enter)
            else:
                waiting, under_way = waiting - 1, under_way + 1
                begin("writer", "prepare", costs.prepare)
        while idle["worker"] and prepared:
            prepared.popleft()
            begin("worker", "work", costs.work)
        clock, step = heapq.heappop(ends)
        idle["worker" if step == "work" else "writer"] += 1
        if step == "prepare":
            prepared.append(None)
        elif step == "work":
            finished.append(None)
        else:
            entered, under_way = entered + 1, under_way - 1
    return clock


def scenarios(parts, work):
    """Return what could be done about the writer: name, costs and number of writers.

    Args:
        parts: Seconds of the writer's parts, as `writer.measure` gives them.
        work: Seconds of the worker.
    """
    enter = parts["enter"] + parts["read"]
    as_is = Costs(parts["prepare"], work, enter + parts["pages"])
    pages_elsewhere = Costs(parts["prepare"], work + parts["pages"], enter)
    return {
        "one writer": (as_is, 1),
        "pages by workers": (pages_elsewhere, 1),
        f"{SHARDS} writers": (as_is, SHARDS),
    }


def table(results):
    """Return the lines of a table: hours for all submissions, by assignment and workers."""
    yield "| notebook | writer | knee | " + " | ".join(f"{n} workers" for n in WORKERS) + " |"
    yield "| --- | --- " + "| ---: " * (1 + len(WORKERS)) + "|"
    for name, measured in results.items():
        for what, (costs, writers) in scenarios(measured["parts"], measured["work"]).items():
            hours = (simulate(costs, workers=n, writers=writers) / 3600 for n in WORKERS)
            cells = " | ".join(f"{value:.1f}" for value in hours)
            yield f"| {name} | {what} | {writers * costs.knee:.0f} | {cells} |"


def draw(results):
    """Draw submissions a minute against workers."""
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "rnncourse"
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(7, 4.2), layout="constrained")
    for number, (name, measured) in enumerate(results.items()):
        for style, what in enumerate(scenarios(measured["parts"], measured["work"]).items()):
            axes.plot(
                WORKERS,
                _rates(*what[1]),
                ("-", "--", ":")[style],
                color=("#0072B2", "#D55E00", "#009E73")[number],
                label=f"{name}, {what[0]}",
            )
    axes.set(xscale="log", yscale="log", xlabel="workers", ylabel="submissions a minute")
    axes.grid(alpha=0.3)
    axes.legend(fontsize=7)
    figure.savefig(FIGURE, metadata={"Date": None})


def _rates(costs, writers):
    """Return submissions a minute; a few thousand show the rate of any number."""
    few = 4_000
    seconds = (
        simulate(costs, workers=number, writers=writers, submissions=few) for number in WORKERS
    )
    return [60 * few / value for value in seconds]


def main():
    results = json.loads((RESULTS / "grading.json").read_text())["costs"]
    print("\n".join(table(results)))
    draw(results)
    print(f"Drawn: {FIGURE}")


if __name__ == "__main__":
    main()
