"""What the box reports about the machine on which it runs, from files as a Pi has them."""

import os

import pytest

from firmware.system import Machine


@pytest.fixture
def pi(tmp_path):
    """A folder with the files of a Pi 4 in it; `put` writes one."""
    for path, text in {
        "proc/device-tree/model": "Raspberry Pi 4 Model B Rev 1.5\0",
        "sys/class/thermal/thermal_zone0/temp": "51234\n",
        "sys/devices/platform/soc/soc:firmware/get_throttled": "0\n",
    }.items():
        put(tmp_path, path, text)
    for core in range(os.cpu_count()):
        put(tmp_path, f"sys/devices/system/cpu/cpu{core}/cpufreq/scaling_governor", "performance\n")
    return tmp_path


def put(root, path, text):
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text)


def test_a_pi_that_is_well(pi):
    facts = Machine(pi, pi).facts()
    assert facts["model"] == "Raspberry Pi 4 Model B Rev 1.5"
    assert (facts["governor"], facts["temperature_c"], facts["throttling"]) == ("performance", 51.2, "none")
    assert facts["disk"] == "writable" and 0 <= facts["disk_free_pct"] <= 100


@pytest.mark.parametrize(
    "bits, text",
    [
        ("50005", "under-voltage, throttled now"),
        ("50000", "under-voltage, throttled since the start"),
        ("80002", "frequency capped now; close to its temperature limit since the start"),
    ],
)
def test_throttling_in_words(pi, bits, text):
    put(pi, "sys/devices/platform/soc/soc:firmware/get_throttled", bits)
    assert Machine(pi, pi).facts()["throttling"] == text


def test_wear_and_errors_of_the_disk(pi):
    device = os.stat(pi).st_dev
    block = f"sys/dev/block/{os.major(device)}:{os.minor(device)}"
    put(pi, f"{block}/stat", "1 2 3 4 5 6 20000 8 9 10 11\n")
    put(pi, f"{block}/device/name", "BJTD4R\n")
    put(pi, f"{block}/device/life_time", "0x01 0x03\n")
    put(pi, f"{block}/device/pre_eol_info", "0x02\n")
    put(pi, f"sys/fs/ext4/{os.path.basename(block)}/errors_count", "7\n")
    facts = Machine(pi, pi).facts()
    assert facts["disk_written_mb"] == 10.2 and facts["disk_name"] == "BJTD4R"
    assert facts["disk_life_used_pct"] == 30 and facts["disk_reserve"] == "80 % of the reserve used"
    assert facts["disk_errors"] == 7


def test_scheduling_of_a_process(pi):
    put(pi, f"proc/{os.getpid()}/status", "Name:\tx\nVmLck:\t  12345 kB\n")
    found = Machine(pi, pi).facts(os.getpid())["audio_scheduling"]
    assert found.startswith("normal 0, cores ") and found.endswith("memory locked")
    assert "audio_scheduling" not in Machine(pi, pi).facts(2**22 + 1)  # there is no such process


def test_a_machine_that_reports_nothing(tmp_path):
    facts = Machine(tmp_path / "gone", tmp_path / "nothing").facts()
    assert set(facts) == {"kernel", "python", "disk"} and facts["disk"] == "No such file or directory"
