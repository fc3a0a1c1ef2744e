"""Renders several files at the same time, in threads: the engine and the meters run without Python's lock."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import Protocol, TypeVar

from .engine import Renderer
from .job import RenderJob
from .reader import AudioReader


class HasRate(Protocol):
    """Something to render, at a sampling rate."""

    @property
    def rate_hz(self) -> int: ...


Item = TypeVar("Item", bound=HasRate)
Result = TypeVar("Result")
Progress = Callable[[int], None]


class Interrupted(Exception):
    """Another file of the batch has failed, or the user has interrupted it."""


def render_all(
    sources: list[AudioReader], job_for: Callable[[AudioReader], RenderJob], jobs: int, progress: Progress
) -> list[dict]:
    """Run the job of each source; see `work_on_all`."""

    def work(source: AudioReader, renderer: Renderer, advance: Progress) -> dict:
        job = job_for(source)
        job.progress = advance
        return job.run(renderer)

    return work_on_all(sources, work, jobs, progress)


def work_on_all(
    items: Sequence[Item], work: Callable[[Item, Renderer, Progress], Result], jobs: int, progress: Progress
) -> list[Result]:
    """Call `work` for each item, `jobs` of them at the same time; returns its results in order.

    Each thread has a renderer for each sampling rate. `work` passes numbers of frames to the function that it receives. The
    first exception, also KeyboardInterrupt, stops all threads at their next call of it, and is raised. `progress` is called
    with these numbers, never from two threads at once.
    """
    stopping, lock, own = threading.Event(), threading.Lock(), threading.local()

    def advance(frames: int) -> None:
        if stopping.is_set():
            raise Interrupted
        with lock:
            progress(frames)

    def run(item: Item) -> Result:
        if stopping.is_set():
            raise Interrupted
        renderers = own.__dict__.setdefault("renderers", {})
        if item.rate_hz not in renderers:
            renderers[item.rate_hz] = Renderer(item.rate_hz)
        return work(item, renderers[item.rate_hz], advance)

    with ThreadPoolExecutor(jobs, "render") as pool:
        futures = [pool.submit(run, item) for item in items]
        try:
            for done in as_completed(futures):
                done.result()
        except BaseException:
            stopping.set()
            raise
        return [future.result() for future in futures]
