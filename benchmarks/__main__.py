"""Run the comparisons: `python -m benchmarks [echo bits dense_lstm rnn lstm cells]`."""

import argparse
import os

from benchmarks import bits, cells, echo, rows
from benchmarks.measure import TF1

SCRIPTS = {"echo": echo.main, "bits": bits.main, "cells": cells.main}


def main():
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    names = [*SCRIPTS, *rows.NETWORKS]
    parser.add_argument("names", nargs="*", default=names, metavar="NAME", help=", ".join(names))
    parser.add_argument("--runs", type=int, default=3, help="runs of each program")
    parser.add_argument("--peer-runs", type=int, help="runs of the peer, if fewer")
    options = parser.parse_args()
    if unknown := set(options.names) - set(names):
        parser.error(f"no comparison {', '.join(sorted(unknown))}; there are {', '.join(names)}")
    if not os.environ.get(TF1):
        print(f"No TensorFlow 1.15: {TF1} names no Python 3.7 that has it. Running without it.")
    peer_runs = options.peer_runs or options.runs
    for name in options.names:
        if name in SCRIPTS:
            SCRIPTS[name](options.runs, peer_runs)
        else:
            rows.main(options.runs, peer_runs, [name])


if __name__ == "__main__":
    main()
