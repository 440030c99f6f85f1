"""What was measured, as tables: ratios first, then medians."""

import statistics

RATE, COST = "{}: times nbgrader's rate, a core", "{}: times nbgrader's rate, a core second"
TARGETS = {
    RATE.format("tiny"): 12,
    COST.format("tiny"): 12,
    RATE.format("lstm"): 5,
    COST.format("lstm"): 5,
    "first cell: times sooner than a plain kernel's": 10,
    "MiB of a further warm kernel": 80,
    "two workers: times the rate of one": 1.8,
    "two processes that share nothing: times the rate of one": None,
}


def median(runs, key):
    return statistics.median(run[key] for run in runs)


def ratios(results):
    """Return the figures that the targets name, as far as they were measured."""
    found, rates, kernels = {}, results["rates"], results["kernels"]
    for name in ("tiny", "lstm"):
        if name in rates:
            found[RATE.format(name)] = _faster(rates[name], "seconds")
            found[COST.format(name)] = _faster(rates[name], "cpu")
    if kernels:
        plain, warm = kernels["plain"], kernels["warm in the sandbox"]
        sooner = statistics.median(plain["first_cell"]) / statistics.median(warm["first_cell"])
        found["first cell: times sooner than a plain kernel's"] = sooner
        found["MiB of a further warm kernel"] = warm["further"]["pss"]
    if "tiny" in rates:
        one, two = rates["tiny"]["ours, 1 worker"], rates["tiny"]["ours, 2 workers"]
        found["two workers: times the rate of one"] = median(one, "seconds") / median(
            two, "seconds"
        )
    if "machine" in results:
        found["two processes that share nothing: times the rate of one"] = results["machine"]
    return found


def ratio_lines(results):
    """Yield the lines of the table of targets."""
    yield "| | measured | target | |"
    yield "| --- | ---: | ---: | --- |"
    for name, value in ratios(results).items():
        target = TARGETS[name]
        if target is None:
            yield f"| {name} | {value:.3g} | – | |"
            continue
        met = value <= target if name.startswith("MiB") else value >= target
        yield f"| {name} | **{value:.3g}** | {target:g} | {'met' if met else 'missed'} |"


def rate_lines(results):
    """Yield the lines of the table of rates."""
    yield (
        "| notebook | grader | cores | s a submission (spread) | processor s | a minute "
        "| against nbgrader | until the first, s | load |"
    )
    yield "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
    for name, graders in results["rates"].items():
        for grader, runs in graders.items():
            seconds = [run["seconds"] for run in runs]
            middle = statistics.median(seconds)
            against = (
                f"{median(graders['nbgrader'], 'seconds') / middle:.3g}"
                if ("nbgrader" in graders)
                else "–"
            )
            yield (
                f"| {name} | {grader} | {runs[0]['cores']} | {middle:.3g} "
                f"({min(seconds):.3g}–{max(seconds):.3g}) | {median(runs, 'cpu'):.3g} "
                f"| {60 / middle:.3g} | {against} | {median(runs, 'start'):.3g} "
                f"| {median(runs, 'load'):.1f} |"
            )


def kernel_lines(results):
    """Yield the lines of the table of kernels."""
    yield (
        "| kernel | ready, s | first TensorFlow cell, s | all that one needs, MiB PSS (USS) "
        "| each further, MiB PSS (USS) | load |"
    )
    yield "| --- | ---: | ---: | ---: | ---: | ---: |"
    for kind, found in results["kernels"].items():
        ready, first = (statistics.median(found[key]) for key in ("ready", "first_cell"))
        memory = " | ".join(
            f"{found[key]['pss']:.0f} ({found[key]['uss']:.0f})" for key in ("one", "further")
        )
        yield f"| {kind} | {ready:.2f} | {first:.2f} | {memory} | {found['load']:.1f} |"


def _faster(graders, key):
    return median(graders["nbgrader"], key) / median(graders["ours, 1 worker"], key)
