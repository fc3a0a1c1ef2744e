"""Renders several files at the same time, in threads: the engine and the meters run without Python's lock."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed

from .engine import Renderer
from .job import RenderJob
from .reader import AudioReader


class Interrupted(Exception):
    """Another file of the batch has failed, or the user has interrupted it."""


def render_all(
    sources: list[AudioReader], job_for: Callable[[AudioReader], RenderJob], jobs: int, progress: Callable[[int], None]
) -> list[dict]:
    """Run the job of each source, `jobs` of them at the same time; returns their results in order.

    The first exception, also KeyboardInterrupt, stops all jobs after their current block, and is raised. `progress` is called
    with numbers of frames, never from two threads at once.
    """
    stopping, lock, own = threading.Event(), threading.Lock(), threading.local()

    def advance(frames: int) -> None:
        if stopping.is_set():
            raise Interrupted
        with lock:
            progress(frames)

    def run(source: AudioReader) -> dict:
        if stopping.is_set():
            raise Interrupted
        renderers = own.__dict__.setdefault("renderers", {})
        if source.rate_hz not in renderers:
            renderers[source.rate_hz] = Renderer(source.rate_hz)
        job = job_for(source)
        job.progress = advance
        return job.run(renderers[source.rate_hz])

    with ThreadPoolExecutor(jobs, "render") as pool:
        futures = [pool.submit(run, source) for source in sources]
        try:
            for done in as_completed(futures):
                done.result()
        except BaseException:
            stopping.set()
            raise
        return [future.result() for future in futures]
