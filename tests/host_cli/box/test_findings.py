"""What `burnish doctor` says about the facts of a box."""

import pytest

from host_cli.box import judge

WELL = {
    "rate_hz": 96000, "period_frames": 256, "periods": 3, "device": "hw:0", "failing": "nothing", "kernel": "6.6.31",
    "python": "3.11.2", "model": "Raspberry Pi 4", "governor": "performance", "temperature_c": 51.2, "throttling": "none",
    "audio_scheduling": "SCHED_FIFO 70, cores 3, memory locked", "converter_ppm": 12.3, "disk": "writable",
    "disk_free_pct": 80.0, "disk_written_mb": 12.0, "disk_life_used_pct": 10.0, "disk_reserve": "normal",
}  # fmt: skip
COUNTERS = {"xruns": 0, "load_pct": 24.0, "load_max_pct": 31.0}


def bad(info=(), counters=()) -> dict[str, str]:
    """The findings that are not good, by check."""
    found = judge(WELL | dict(info), COUNTERS | dict(counters))
    return {each.check: each.text for each in found if not each.good}


def test_a_box_that_is_well():
    assert bad() == {}
    texts = " / ".join(each.text for each in judge(WELL, COUNTERS))
    for part in (
        "96000 Hz, 3 periods of 256 frames (2.67 ms)",
        "+12.3 ppm",
        "51 °C",
        "Linux kernel 6.6.31",
        "10 % of its service life used",
    ):
        assert part in texts


@pytest.mark.parametrize(
    "check, fact, part",
    [
        ("audio", {"failing": "state file: No space left"}, "No space left"),
        ("scheduling", {"audio_scheduling": "normal 0, cores 0, 1, memory locked"}, "systemd unit"),
        ("scheduling", {"audio_scheduling": "SCHED_FIFO 70, cores 3, memory not locked"}, "LimitMEMLOCK"),
        ("governor", {"governor": "ondemand"}, "burnish-cpu"),
        ("throttling", {"throttling": "under-voltage since the start"}, "stronger supply"),
        ("throttling", {"throttling": "throttled now"}, "cooling"),
        ("temperature", {"temperature_c": 84.0}, "cooling"),
        ("converter clock", {"converter_ppm": -450.0}, "oscillator"),
        ("disk", {"disk": "read-only"}, "cannot be saved"),
        ("disk", {"disk_free_pct": 1.0}, "delete presets"),
        ("disk wear", {"disk_life_used_pct": 90.0}, "90 % of its service life"),
        ("disk wear", {"disk_errors": 3.0}, "replace the card"),
    ],
)
def test_each_fault_is_named_with_advice(check, fact, part):
    found = bad(fact)
    assert list(found) == [check] and part in found[check]


def test_counted_faults_and_load():
    assert bad(counters={"xruns": 3, "overloads": 1}) == {"faults": "xruns 3, overloads 1"}
    assert list(bad(counters={"load_pct": 91.0})) == ["load"]


def test_a_box_that_reports_little_is_not_blamed_for_it():
    assert all(each.good for each in judge({"version": "0.1.0"}, {}))


def test_a_simulated_box_is_not_blamed_for_the_computer_it_runs_on():
    assert bad({"device": "simulator", "governor": "powersave", "audio_scheduling": "normal 0, cores 0, memory not locked",
                "converter_ppm": 5000.0}) == {}  # fmt: skip
