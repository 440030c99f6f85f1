"""Workers of Dask: processes of this machine, or those of a cluster.

A worker that dies takes its work along, and another begins it again. Work that
has taken several workers along is given up: an incident, never a mark.

Whoever can talk to a scheduler can have its workers run any code. So they speak
TLS, with certificates made for the occasion on one machine, and with the
cluster's own (settings of Dask, `distributed.comm.tls`) beyond it.
"""

import asyncio
import logging
import signal
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import dask
from distributed import Client, Future, LocalCluster, Security, as_completed, get_worker
from distributed.comm.core import CommClosedError
from distributed.diagnostics.plugin import WorkerPlugin
from distributed.scheduler import KilledWorker

from rnncourse.errors import ClusterError
from rnncourse.grading.engine.work import Finished, Incident, Papers, Work
from rnncourse.grading.engine.workers import MEMORY, PapersOf, Workers, performed
from rnncourse.grading.isolation import isolation

DEATHS = 5
"""Workers that one submission may take along: kills from outside hit the innocent, too."""
SETTINGS = {
    "distributed.scheduler.allowed-failures": DEATHS - 1,
    # Only what runs is on a worker, so a death puts nothing else under suspicion.
    "distributed.scheduler.worker-saturation": 1.0,
    # Dask keeps as many of the last messages: each is a submission.
    "distributed.admin.low-level-log-length": 10,
    # Dask watches itself 50 times a second, which took a tenth of a processor.
    "distributed.worker.profile.enabled": False,
    "distributed.worker.memory.monitor-interval": "2s",
    "distributed.admin.system-monitor.interval": "5s",
    "distributed.admin.tick.interval": "1s",
    "logging": {"distributed": "critical"},
}
PAUSES = (0.2, 1.0, 2.0, 4.0)
"""Seconds before what failed because a worker died is tried again."""
SANDBOX = "rnncourse-sandbox"


@contextmanager
def local_workers(kernel: str, number: int) -> Iterator[Workers]:
    """Start workers on this machine.

    Args:
        kernel: Name of the Jupyter kernel, which has been tried.
        number: How many.

    Raises:
        ClusterError: If they do not start.
    """
    with dask.config.set(SETTINGS), _cluster(number) as cluster, Client(cluster) as client:
        _insist(client.register_plugin, _Deaf())
        yield lambda works, papers_of: _run(client, kernel, works, papers_of)


def _cluster(number: int) -> LocalCluster:
    for pause in PAUSES:
        try:
            return LocalCluster(
                n_workers=number,
                threads_per_worker=1,
                memory_limit=MEMORY,
                dashboard_address=None,
                protocol="tls://",
                security=Security.temporary(),
                silence_logs=logging.CRITICAL,
            )
        except RuntimeError as error:  # one was ended as it started
            trouble = error
            time.sleep(pause)
    raise ClusterError(f"The workers of this machine do not start: {trouble}") from trouble


@contextmanager
def remote_workers(address: str, mode: str) -> Iterator[Workers]:
    """Use the workers of a running scheduler; each tries its own sandbox first.

    Args:
        address: The scheduler's, such as tls://grader.example.org:8786.
        mode: Which sandbox; one of `isolation.MODES`.

    Raises:
        ClusterError: If it cannot be reached, is not encrypted, or has a worker
            whose sandbox does not hold.
    """
    if not address.startswith("tls://"):
        raise ClusterError(
            f"A scheduler is spoken to over TLS alone. Expected: tls://host:8786. "
            f"Received: {address}."
        )
    try:
        client = Client(address, security=Security(require_encryption=True))
    except (OSError, TypeError, ValueError) as error:
        raise ClusterError(
            f"The scheduler {address} could not be reached: {error}. Is it running, and do Dask's "
            "settings name the certificates (DASK_DISTRIBUTED__COMM__TLS__CA_FILE and others)?"
        ) from error
    with client, ExitStack() as held:
        try:
            _insist(client.register_plugin, _Sandbox(mode), SANDBOX)
        except Exception as error:  # whatever it is, it was raised on a worker
            raise ClusterError(f"A worker of {address} cannot grade: {error}") from error
        held.callback(_insist, client.unregister_worker_plugin, SANDBOX)
        yield lambda works, papers_of: _run(client, None, works, papers_of)


class _Deaf(WorkerPlugin):
    """Leaves Ctrl-C to the command, which ends its workers in good order."""

    name = "rnncourse-deaf"

    def setup(self, worker: Any) -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)


class _Sandbox(WorkerPlugin):
    """Tries a sandbox when a worker starts, and holds it until it ends."""

    def __init__(self, mode: str) -> None:
        self._mode = mode
        self.kernel = ""

    async def setup(self, worker: Any) -> None:
        self._held = ExitStack()
        chosen = await asyncio.to_thread(self._held.enter_context, isolation(self._mode))
        self.kernel = chosen.kernel

    async def teardown(self, worker: Any) -> None:
        await asyncio.to_thread(self._held.close)


class _Papers(WorkerPlugin):
    """Has the papers of one exercise on every worker, also on those that come later."""

    def __init__(self, papers: Papers | None) -> None:
        self.papers = papers


def _run(
    client: Client, kernel: str | None, works: Iterable[Work], papers_of: PapersOf
) -> Iterator[Finished | Incident]:
    """Keep the workers busy, with no more work under way than they need for that."""
    waiting = iter(works)
    under_way = as_completed(loop=client.loop)
    with ExitStack() as held:
        known: set[str] = set()

        def submit_next() -> None:
            work = next(waiting, None)
            if work is None:
                return
            name = _papers_name(work)
            if name not in known:
                _insist(client.register_plugin, _Papers(papers_of(work.slug)), name)
                held.callback(_insist, client.unregister_worker_plugin, name)
                known.add(name)
            under_way.add(client.submit(_on_worker, work, kernel, key=work.key, pure=False))

        for _ in range(2 * max(1, sum(client.nthreads().values()))):
            submit_next()
        for future in under_way:
            yield _result(client, future)
            future.release()  # or the death of its worker would have it done again
            submit_next()


def _insist(tell: Callable[..., Any], *what: Any) -> None:
    """Tell all workers something; if one dies meanwhile, tell them again."""
    for pause in PAUSES:
        try:
            tell(*what)
        except CommClosedError:
            time.sleep(pause)
        else:
            return
    tell(*what)


def _result(client: Client, future: "Future[Finished | Incident]") -> Finished | Incident:
    if client.status != "running":
        raise ClusterError(
            "The connection to the scheduler is lost. What was finished is kept: "
            "run the same command again."
        )
    try:
        return future.result()
    except KilledWorker:
        reason = f"It ended {DEATHS} of the processes that ran it. It will be tried again."
        return Incident(str(future.key), reason)


def _on_worker(work: Work, kernel: str | None) -> Finished | Incident:
    plugins = get_worker().plugins
    papers = plugins[_papers_name(work)].papers  # type: ignore[attr-defined]
    return performed(work, papers, kernel or plugins[SANDBOX].kernel)  # type: ignore[attr-defined]


def _papers_name(work: Work) -> str:
    return f"rnncourse-papers-{work.slug}-{work.exercise[:16]}-{work.seed}"
