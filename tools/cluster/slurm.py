"""Workers that grade as jobs of SLURM; prints the scheduler's address and waits.

    pip install dask-jobqueue
    python tools/cluster/slurm.py --jobs 10 --tls ~/grader-tls

Beside it: rnncourse grade --scheduler tls://…. The folder of the certificates
(ca.pem, cert.pem, key.pem) and this checkout are on a file system that all
nodes see. Other queues (PBS, LSF, HTCondor, …) have classes of the same kind.
"""

import argparse
import os
import sys
from pathlib import Path

import dask
from dask_jobqueue import SLURMCluster
from distributed import Security


def certificates(folder: Path) -> Security:
    """Return the certificates of a folder; the workers find them in Dask's settings."""
    roles, kinds = ("scheduler", "worker", "client"), ("cert", "key")
    own = {f"tls_{role}_{kind}": str(folder / f"{kind}.pem") for role in roles for kind in kinds}
    return Security(require_encryption=True, tls_ca_file=str(folder / "ca.pem"), **own)


def cluster(jobs: int, tls: Path) -> SLURMCluster:
    """Return a cluster: one job is one node's share, one worker and its kernels."""
    found = SLURMCluster(
        cores=4,  # threads of the worker, and so kernels at a time
        processes=1,
        memory="8 GiB",
        walltime="02:00:00",
        python=sys.executable,
        local_directory=os.environ.get("TMPDIR", "/tmp"),  # noqa: S108 - the node's own
        protocol="tls://",
        security=certificates(tls),
        shared_temp_directory=str(tls),
        scheduler_options={"dashboard": False},
    )
    found.scale(jobs=jobs)
    return found


def main() -> None:
    """Start the cluster, and hold it until Enter is pressed."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--jobs", type=int, default=4)
    options.add_argument("--tls", type=Path, required=True)
    chosen = options.parse_args()
    settings = {"distributed.scheduler.allowed-failures": 4}
    with dask.config.set(settings), cluster(chosen.jobs, chosen.tls) as running:
        input(f"rnncourse grade --scheduler {running.scheduler_address}\nEnter ends it. ")


if __name__ == "__main__":
    main()
