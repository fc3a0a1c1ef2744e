"""Judges the health of a box from its facts and counters. Each finding contains advice if something is wrong."""

from collections.abc import Mapping
from dataclasses import dataclass

#: Counters of the box that stay at zero if nothing goes wrong.
FAULTS = ("xruns", "overloads", "bad_blocks", "link_junk_lines", "link_dropped_replies")
#: The highest good values: load in percent of the duration of a block, temperature in °C, difference of the clocks in ppm.
MOST_LOAD_PCT, MOST_TEMPERATURE_C, MOST_CLOCK_PPM = 85, 80, 100
#: The lowest good value of the free space, in percent of the disk. Below it, presets and the log may soon not fit.
LEAST_FREE_PCT = 5
#: The highest good value of the wear, in percent. An eMMC reports its wear in steps of 10 %.
MOST_WEAR_PCT = 80


@dataclass(frozen=True)
class Finding:
    """The result of one check. `text` contains advice if it is not `good`."""

    check: str
    good: bool
    text: str


def judge(info: Mapping, counters: Mapping) -> list[Finding]:
    """The findings from `info` and `counters`, which the box returns for the method `info`. For a simulated box, the checks of the hardware
    are left out."""
    checks = [
        _stream(info),
        _faults(counters),
        _load(counters),
        *(check for look in (_scheduling, _governor, _throttling, _temperature, _clock) if (check := look(info))),
        *_disk(info),
    ]
    if stalls := counters.get("host_stalls"):  # only a simulated box counts them
        text = f"{stalls} times, this computer did not run the simulated box in time; the box waited and lost nothing"
        checks.append(Finding("simulator", True, text))
    if "kernel" in info:
        text = f"{info.get('model', 'computer')}, Linux kernel {info['kernel']}, Python {info.get('python', '?')}"
        checks.append(Finding("machine", True, text))
    return checks


def _stream(info: Mapping) -> Finding:
    rate_hz, period = info.get("rate_hz"), info.get("period_frames")
    if not rate_hz or not period:
        return Finding("audio", True, "the box does not report its rate and period")
    text = f"{rate_hz} Hz, {info.get('periods', '?')} periods of {period} frames ({1000 * period / rate_hz:.2f} ms)"
    failing = info.get("failing", "nothing")
    return Finding("audio", failing == "nothing", text if failing == "nothing" else f"{text}; failing: {failing}")


def _faults(counters: Mapping) -> Finding:
    found = [f"{name} {counters[name]}" for name in FAULTS if counters.get(name)]
    return Finding("faults", not found, ", ".join(found) or "none counted since the box started")


def _load(counters: Mapping) -> Finding:
    load, highest = counters.get("load_pct", 0.0), counters.get("load_max_pct", 0.0)
    text = f"{load:.0f} % of the time available for a block, at most {highest:.0f} %"
    return Finding("load", load < MOST_LOAD_PCT, text)


def _scheduling(info: Mapping) -> Finding | None:
    if "audio_scheduling" not in info or info.get("device") == "simulator":
        return None
    text = info["audio_scheduling"]
    good = text.startswith("SCHED_FIFO") and "not locked" not in text
    advice = "" if good else "; start the box by its systemd unit, or raise LimitRTPRIO and LimitMEMLOCK"
    return Finding("scheduling", good, text + advice)


def _governor(info: Mapping) -> Finding | None:
    if "governor" not in info:
        return None
    good = info["governor"] == "performance" or info.get("device") == "simulator"
    advice = (
        "" if good else "; the clock frequency of the processor follows the load: see `systemctl status burnish-cpu`"
    )
    return Finding("governor", good, info["governor"] + advice)


def _throttling(info: Mapping) -> Finding | None:
    if "throttling" not in info:
        return None
    text = info["throttling"]
    if text == "none":
        return Finding("throttling", True, "none since the start, and no under-voltage")
    advice = "use a stronger supply or a shorter cable" if "under-voltage" in text else "improve the cooling"
    return Finding("throttling", False, f"{text}; {advice}")


def _temperature(info: Mapping) -> Finding | None:
    if "temperature_c" not in info:
        return None
    temperature_c = info["temperature_c"]
    good = temperature_c < MOST_TEMPERATURE_C
    return Finding("temperature", good, f"{temperature_c:.0f} °C" + ("" if good else "; improve the cooling"))


def _clock(info: Mapping) -> Finding | None:
    if "converter_ppm" not in info or info.get("device") == "simulator":
        return None
    ppm = info["converter_ppm"]
    good = abs(ppm) <= MOST_CLOCK_PPM
    advice = "" if good else "; check which oscillator the HAT has selected"
    return Finding("converter clock", good, f"{ppm:+.1f} ppm relative to the clock of the Pi{advice}")


def _disk(info: Mapping) -> list[Finding]:
    if "disk" not in info:
        return []
    writable, free_pct = info["disk"] == "writable", info.get("disk_free_pct", 100.0)
    text = f"{info['disk']}, {free_pct:.0f} % free" if "disk_free_pct" in info else info["disk"]
    if not writable:
        text += "; settings and presets cannot be saved: check the memory card"
    elif free_pct < LEAST_FREE_PCT:
        text += "; delete presets or logs"
    checks = [Finding("disk", writable and free_pct >= LEAST_FREE_PCT, text)]
    wear = []
    if "disk_written_mb" in info:
        wear.append(f"{info['disk_written_mb']:.0f} MB written since the start")
    if "disk_life_used_pct" in info:
        wear.append(
            f"up to {info['disk_life_used_pct']:.0f} % of its service life used, reserve {info.get('disk_reserve', '?')}"
        )
    elif wear:
        wear.append("the card does not report its wear")
    errors = info.get("disk_errors", 0)
    if errors:
        wear.append(f"{errors:.0f} file system errors; replace the card")
    good = not errors and info.get("disk_life_used_pct", 0) < MOST_WEAR_PCT
    return [*checks, Finding("disk wear", good, ", ".join(wear))] if wear else checks
