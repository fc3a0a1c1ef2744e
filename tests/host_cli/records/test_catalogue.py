"""`burnish catalogue`: plan, run, status, verify; interrupted, with workers killed, with bad files, on a full disk."""

import json
import os
import random
import resource
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import soundfile

from host_cli.errors import CliFail
from host_cli.records.catalogue import RESULTS, Catalogue, Task, cluster, files, local_pool, running, work, wrong
from tests.support.mixes import mix
from tests.support.paths import ROOT


def write_files(folder, count, seconds=0.3, start=0):
    folder.mkdir(parents=True, exist_ok=True)
    whole = mix(seconds + 5, 44100, 3)
    for number in range(start, start + count):
        at = (number * 997) % (4 * 44100)
        soundfile.write(folder / f"{number:05d}.wav", whole[at : at + round(seconds * 44100)], 44100, "PCM_16")
    return folder


def planned(folder, source, action="analyze", **more):
    catalogue = Catalogue(folder)
    catalogue.plan(files([source]), Task(action, str(folder / RESULTS), **more))
    return catalogue


def threads(jobs=2):
    return lambda: ThreadPoolExecutor(jobs)


def results(catalogue):
    root = catalogue.folder / RESULTS
    return {path.name: path.read_bytes() for path in root.rglob("*") if path.is_file()}


@pytest.fixture
def source(tmp_path):
    return write_files(tmp_path / "music", 10)


def test_every_file_is_done_once_and_results_do_not_depend_on_the_pool(source, tmp_path):
    one, two = planned(tmp_path / "one", source), planned(tmp_path / "two", source)
    running.run(one, threads(1), 1)
    running.run(two, threads(3), 3, chunk=1)
    assert results(one) == results(two) and len(results(one)) == 10
    state = one.status()
    assert (state["files"], state["done"], state["failed"], state["left"]) == (10, 10, 0, 0)
    assert state["seconds_per_file"] > 0 and not wrong(one)


def test_bad_and_double_files_are_listed_with_a_reason(source, tmp_path):
    (source / "broken.wav").write_bytes((source / "00001.wav").read_bytes()[:3000])
    (source / "text.flac").write_text("no music")
    (source / "copy.wav").write_bytes((source / "00002.wav").read_bytes())
    soundfile.write(source / "empty.wav", np.zeros((0, 2)), 44100)
    catalogue = planned(tmp_path / "cat", source)
    running.run(catalogue, threads(), 2)
    state = catalogue.status()
    assert (state["files"], state["done"], state["failed"], state["duplicates"]) == (14, 11, 3, 1)
    reasons = {os.path.basename(row["path"]): row["reason"] for row in state["failures"]}
    assert (
        "truncated" in reasons["broken.wav"]
        and "not a sound file" in reasons["text.flac"]
        and "0 frames" in reasons["empty.wav"]
    )


def test_an_interrupted_run_continues(source, tmp_path, monkeypatch):
    catalogue = planned(tmp_path / "cat", source)
    seen = []

    def stop(count):
        seen.append(count)
        if len(seen) == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        running.run(catalogue, threads(1), 1, stop, chunk=1)
    assert catalogue.status()["left"] == 6
    done = []
    monkeypatch.setattr(running, "process_all", lambda rows, task: done.extend(rows) or work.process_all(rows, task))
    running.run(catalogue, threads(1), 1, chunk=1)
    assert len(done) == 6 and catalogue.status()["done"] == 10


def test_changed_files_are_done_again(source, tmp_path):
    catalogue = planned(tmp_path / "cat", source)
    running.run(catalogue, threads(), 2)
    write_files(source, 1, seconds=0.4, start=3)
    catalogue = planned(tmp_path / "cat", source)
    assert len(catalogue.left()) == 1


def test_a_full_disk_is_a_reason_and_can_be_retried(source, tmp_path, monkeypatch):
    catalogue = planned(tmp_path / "cat", source)

    def full(target, found):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(work, "_write", full)
        running.run(catalogue, threads(1), 1)
    assert catalogue.status()["failures"][0]["reason"] == "No space left on device"
    assert not results(catalogue)
    assert not catalogue.left()
    running.run(catalogue, threads(1), 1, retry=True)
    assert catalogue.status()["done"] == 10 and catalogue.status()["failed"] == 0


def test_a_changed_or_missing_result_is_found(source, tmp_path):
    catalogue = planned(tmp_path / "cat", source)
    running.run(catalogue, threads(), 2)
    paths = sorted((tmp_path / "cat" / RESULTS).rglob("*.json"))
    paths[0].write_text("{}")
    paths[1].unlink()
    assert sorted(text.split()[-1] for text in wrong(catalogue)) == ["changed", "missing"]


class Dying(ThreadPoolExecutor):
    """A pool that breaks whenever a certain file runs."""

    def submit(self, function, rows, task):
        def run():
            if any(path.endswith("00004.wav") for _, path in rows):
                raise running.BrokenProcessPool("killed")
            return function(rows, task)

        return super().submit(run)


def test_a_file_that_kills_workers_is_listed_and_the_others_are_done(source, tmp_path):
    catalogue = planned(tmp_path / "cat", source)
    running.run(catalogue, lambda: Dying(2), 2)
    state = catalogue.status()
    assert (state["done"], state["failed"]) == (9, 1)
    assert state["failures"][0]["path"].endswith("00004.wav") and "died 3 times" in state["failures"][0]["reason"]


def test_what_killed_workers_have_left_is_deleted(source, tmp_path):
    catalogue = planned(tmp_path / "cat", source)
    (catalogue.folder / RESULTS / "aa").mkdir(parents=True)
    (catalogue.folder / RESULTS / "aa" / ".123.aa00.json").write_text("half")
    running.run(catalogue, threads(), 2)
    assert len(results(catalogue)) == 10 and not any(name.startswith(".") for name in results(catalogue))


def test_few_files_are_spread_over_all_workers(source, tmp_path, monkeypatch):
    sizes = []
    monkeypatch.setattr(
        running, "process_all", lambda rows, task: sizes.append(len(rows)) or work.process_all(rows, task)
    )
    running.run(planned(tmp_path / "cat", source), threads(2), 2)
    assert sizes == [1] * 10


def test_processes_that_are_killed_lose_nothing(source, tmp_path):
    catalogue = planned(tmp_path / "cat", write_files(source, 30, start=100))
    pools, killed = [], []

    def make_pool():
        pools.append(local_pool(2)())
        return pools[-1]

    def kill():
        while not killed and not stopped.wait(0.02):
            for process in list((pools[-1]._processes or {}).values()) if pools else []:
                if catalogue.folder.joinpath(RESULTS).exists():
                    os.kill(process.pid, signal.SIGKILL)
                    killed.append(process.pid)
                    break

    stopped = threading.Event()
    killer = threading.Thread(target=kill)
    killer.start()
    try:
        running.run(catalogue, make_pool, 2)
    finally:
        stopped.set()
        killer.join()
    assert killed and len(pools) > 1
    assert catalogue.status()["done"] == 40 and not wrong(catalogue)


def test_the_commands(source, tmp_path, burnish):
    folder = tmp_path / "cat"
    status, out, err = burnish("--json", "catalogue", "plan", source, "-o", folder, "--do", "render", "-p", "Warm")
    assert status == 0 and json.loads(out)["files"] == 10, err
    (source / "00000.wav").write_bytes(b"RIFF")
    status, out, err = burnish("catalogue", "run", folder, "--jobs", "1")
    assert status == 10 and "1 of 10 files have failed" in err
    status, out, err = burnish("--json", "catalogue", "status", folder)
    assert json.loads(out)["done"] == 9
    assert len(list((folder / RESULTS).rglob("*.wav"))) == 9
    assert burnish("catalogue", "verify", folder)[0] == 0
    status, _, err = burnish("catalogue", "run", tmp_path / "none")
    assert status == 2 and "catalogue plan" in err
    status, _, err = burnish("catalogue", "plan", tmp_path / "nowhere", "-o", folder)
    assert status == 2 and "there is no file or folder" in err


class Workers:
    """Workers of a Dask cluster, as processes that can be killed. Each one that is killed is replaced."""

    def __init__(self, address, count):
        self._address, self.running, self.killed = address, [], 0
        for _ in range(count):
            self.add()

    def add(self):
        command = [
            Path(sys.executable).with_name("dask"),
            "worker",
            self._address,
            "--nthreads",
            "1",
            "--no-nanny",
            "--no-dashboard",
        ]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self.running.append(subprocess.Popen(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, **quiet))

    def kill_one(self, rng):
        victim = self.running.pop(rng.randrange(len(self.running)))
        victim.kill()
        victim.wait()
        self.killed += 1
        self.add()

    def cpu_s(self):
        """Processor time of the workers that run, in s. That of those that were killed counts as that of ended children."""
        import psutil  # comes with distributed

        times = [psutil.Process(worker.pid).cpu_times() for worker in self.running]
        return sum(time.user + time.system for time in times)

    def stop(self):
        for worker in self.running:
            worker.kill()
            worker.wait()


@pytest.mark.catalogue
def test_2000_files_on_a_cluster_with_workers_killed(tmp_path, record):
    """Beside one and two processes; results are the same bytes."""
    from distributed import Client, LocalCluster

    count, each, kills = 2000, 2, 4
    source = write_files(tmp_path / "music", count, seconds=2.0)
    one, two, calm, many = (planned(tmp_path / name, source) for name in ("one", "two", "calm", "many"))
    alone_s, alone_cpu_s = timed(one, local_pool(1), 1)
    both_s, both_cpu_s = timed(two, local_pool(each), each)
    rng, done = random.Random(1), []
    with LocalCluster(n_workers=0, dashboard_address=None) as local:
        with pytest.raises(CliFail, match="has no workers"), cluster(local.scheduler_address):
            pass
        workers = Workers(local.scheduler_address, each)

        def progress(files):
            """A worker dies after every fifth of the files, whatever it does at that moment."""
            done.append(files)
            if len(done) % (count // (kills + 1)) == 0 and workers.killed < kills:
                workers.kill_one(rng)

        try:
            with Client(local.scheduler_address) as client:
                client.wait_for_workers(each, timeout=300)
            with cluster(local.scheduler_address) as (make_pool, found):
                calm_s, calm_cpu_s = timed(calm, make_pool, found, cpu_s=workers.cpu_s)
                killed_s, killed_cpu_s = timed(many, make_pool, found, progress, workers.cpu_s)
        finally:
            workers.stop()
    state, different = many.status(), set(results(one).items()) ^ set(results(many).items())
    figures = {
        "files done of 2000 on a Dask cluster with workers killed at random": (state["done"], "", "2000", 0),
        "results that differ from those of one process": (len(different), "", "0", 0),
        "workers killed in that run": (workers.killed, "", "", 0),
        "throughput of two processes against one": (alone_s / both_s, "", "", 2),
        "throughput of two Dask workers against one process": (alone_s / calm_s, "", "", 2),
        "throughput of two Dask workers, of which four are killed and replaced, against one process": (alone_s / killed_s, "", "", 2),
        "throughput of two processes that their processor time allows on two free cores": (2 * alone_cpu_s / both_cpu_s, "", ">= 1.8", 2),
        "throughput by processor time of two Dask workers": (2 * alone_cpu_s / calm_cpu_s, "", "", 2),
        "throughput by processor time of two Dask workers, of which four are killed and replaced": (2 * alone_cpu_s / killed_cpu_s, "", ">= 1.6", 2),
        "processor time to analyse a file of 2 s": (1000 * one.status()["seconds_per_file"], "ms", "", 1),
    }  # fmt: skip
    for name, (value, unit, target, digits) in figures.items():
        record("Records", f"Catalogue: {name}", value, unit, target=target, digits=digits, tolerance=float("inf"))
    assert state["done"] == count and state["failed"] == 0 and workers.killed == kills
    assert not different and results(one) == results(two)
    assert not wrong(many)


def own_cpu_s():
    """Processor time of this process and of its children that have ended, in s."""
    return sum(
        usage.ru_utime + usage.ru_stime
        for usage in (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )


def timed(catalogue, make_pool, jobs, progress=lambda files: None, cpu_s=lambda: 0.0):
    """(time that a run takes, processor time of this process and the workers), in s. `cpu_s`: that of workers that go on running."""
    start, before = time.monotonic(), own_cpu_s() + cpu_s()
    running.run(catalogue, make_pool, jobs, progress)
    return time.monotonic() - start, own_cpu_s() + cpu_s() - before
