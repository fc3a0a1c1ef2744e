"""What a process asks of the kernel."""

import os
import subprocess
import sys

import pytest

from firmware.system import give_up_memory_shield


@pytest.mark.parametrize("before, after", [("-500", "0"), ("0", "0"), ("300", "300"), ("nonsense", "nonsense")])
def test_a_shield_from_the_kernel_is_given_up_and_a_handicap_is_kept(tmp_path, before, after):
    file = tmp_path / "oom_score_adj"
    file.write_text(before)
    give_up_memory_shield(file)
    assert file.read_text() == after


def test_without_such_a_file_nothing_happens(tmp_path):
    give_up_memory_shield(tmp_path / "none")


@pytest.mark.skipif(
    not os.access("/proc/self/oom_score_adj", os.W_OK) or os.geteuid() != 0,
    reason="only root on Linux may shield a process, which this test does first",
)
def test_the_kernel_takes_it():
    program = (
        "import pathlib; from firmware.system import give_up_memory_shield\n"
        "file = pathlib.Path('/proc/self/oom_score_adj'); file.write_text('-500')\n"
        "give_up_memory_shield(); print(file.read_text().strip())"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    if "PermissionError" in done.stderr:
        pytest.skip("this machine does not let its root shield a process")
    assert done.stdout.strip() == "0", done.stderr
