"""Works through a catalogue with any `concurrent.futures.Executor`: processes on this machine, or a Dask cluster."""

import contextlib
import multiprocessing
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool

from host_cli.errors import CliFail

from .manifest import Catalogue
from .work import FAILED, Outcome, Task, process_all

#: A file with which workers died this often is listed as failed.
MOST_DEATHS = 3
#: Outcomes are stored after this many files.
BATCH = 200
#: Most files of a task, and least tasks for each worker: a scheduler needs about as long for a task as a worker for a short file.
MOST_IN_TASK, TASKS = 16, 8
Rows = list[tuple[str, str]]


def local_pool(jobs: int) -> Callable[[], Executor]:
    """Makes pools of processes on this machine."""
    context = multiprocessing.get_context("spawn")  # a fork would copy the threads of libraries in an unknown state
    return lambda: ProcessPoolExecutor(jobs, mp_context=context)


@contextlib.contextmanager
def cluster(address: str) -> Iterator[tuple[Callable[[], Executor], int]]:
    """(makes executors, number of workers) of a Dask cluster. Its workers need the same Burnish and the same files. Raises CliFail."""
    try:
        from distributed import Client
    except ImportError:
        raise CliFail('a cluster needs Dask: run pip install "burnish[cluster]"') from None
    try:
        client = Client(address, timeout="10s")
    except (OSError, ValueError, TimeoutError) as why:
        raise CliFail(f"cannot reach the scheduler at {address}: {why}") from None
    with client:
        workers = len(client.scheduler_info(n_workers=-1)["workers"])
        if not workers:
            raise CliFail(f"the scheduler at {address} has no workers: start some with `dask worker {address}`")
        yield (lambda: client.get_executor(pure=False)), workers


def run(
    catalogue: Catalogue, make_pool: Callable[[], Executor], jobs: int, progress: Callable[[int], None] = lambda files: None,
    retry: bool = False, chunk: int | None = None,
) -> None:  # fmt: skip
    """Do what is left. Every file gets an outcome, also where workers die. Results do not depend on the pool. `chunk`: files of a task."""
    task, batch, left = catalogue.task(), [], catalogue.left(retry)
    chunk = chunk or min(MOST_IN_TASK, max(1, len(left) // (TASKS * jobs)))
    try:
        for outcome in _outcomes(left, task, make_pool, jobs, chunk):
            batch.append(outcome)
            progress(1)
            if len(batch) >= BATCH:
                catalogue.add(batch)
                batch = []
        catalogue.tidy()
    finally:
        catalogue.add(batch)


def _outcomes(rows: Rows, task: Task, make_pool, jobs: int, chunk: int) -> Iterator[Outcome]:
    """The outcomes of all rows as they come. At most three chunks for each worker are waiting, so that memory stays small.

    After the death of a worker nobody knows which of the running files caused it. They are suspects, which run one at a time."""
    waiting = deque(rows[at : at + chunk] for at in range(0, len(rows), chunk))
    suspects: deque = deque()
    deaths: dict[str, int] = {}
    while waiting or suspects:
        running: dict = {}
        try:
            with make_pool() as pool:
                while waiting or suspects or running:
                    _submit(pool, task, waiting, suspects, running, 3 * jobs)
                    for future in wait(running, return_when=FIRST_COMPLETED).done:
                        found = future.result()
                        del running[future]
                        yield from found
        except Exception as why:
            if (
                not isinstance(why, BrokenProcessPool) and type(why).__name__ != "KilledWorker"
            ):  # of Dask, which may be absent
                raise
            yield from _after_death(running, suspects, deaths)


def _submit(pool: Executor, task: Task, waiting: deque, suspects: deque, running: dict, most: int) -> None:
    """Fill the pool: with one suspect alone, or else with waiting chunks."""
    while (suspects and not running) or (not suspects and waiting and len(running) < most):
        queue = suspects or waiting
        running[pool.submit(process_all, queue[0], task)] = queue[0]
        queue.popleft()
        if queue is suspects:
            return


def _after_death(running: dict, suspects: deque, deaths: dict[str, int]) -> Iterator[Outcome]:
    """Outcomes of chunks that were finished before. The files of the others become suspects, and have failed if workers died too
    often while they ran alone."""
    for future, part in running.items():
        if future.done() and not future.cancelled() and future.exception() is None:
            yield from future.result()
            continue
        for id, path in part:
            deaths[id] = deaths.get(id, 0) + (len(running) == 1 and len(part) == 1)
            if deaths[id] >= MOST_DEATHS:
                yield Outcome(id, path, FAILED, reason=f"the worker died {MOST_DEATHS} times with this file")
            else:
                suspects.append([(id, path)])
