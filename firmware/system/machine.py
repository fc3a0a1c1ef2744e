"""Facts about the computer of the box, as the Linux kernel and the firmware of the Pi report them. Nothing here waits for hardware."""

import os
import platform
from pathlib import Path

#: Bits of get_throttled, from the documentation of vcgencmd. Each bit is repeated 16 places higher with the meaning "since the start of the Pi".
_THROTTLED = {0: "under-voltage", 1: "frequency capped", 2: "throttled", 3: "close to its temperature limit"}
_SINCE_START = 16
#: Numbers of the Linux kernel.
_POLICIES = {0: "normal", 1: "SCHED_FIFO", 2: "SCHED_RR"}
#: EXT_CSD_PRE_EOL_INFO of JEDEC JESD84-B51, section 7.4.28.
_END_OF_LIFE = {1: "normal", 2: "80 % of the reserve used", 3: "90 % of the reserve used"}
#: Unit of /sys/block/*/stat.
_SECTOR_BYTES = 512


class Machine:
    """Facts about the computer, which are read at each request. `root` contains the folders `sys` and `proc`; `data` is a folder on
    the disk that is checked. A fact that this computer does not report is left out."""

    def __init__(self, data: Path, root: Path = Path("/")):
        self._data = data
        self._sys, self._proc = root / "sys", root / "proc"

    def facts(self, audio_pid: int = 0) -> dict[str, str | float]:
        """All facts by name. `audio_pid` is the process id of the audio process; 0 if there is none."""
        found = {
            "kernel": platform.release(),
            "python": platform.python_version(),
            "model": _text(self._proc / "device-tree/model"),
            "governor": self._governor(audio_pid),
            "temperature_c": self._temperature_c(),
            "throttling": self._throttling(),
            "audio_scheduling": self._scheduling(audio_pid) if audio_pid else None,
            **self._disk(),
        }
        return {name: value for name, value in found.items() if value is not None}

    def _governor(self, audio_pid: int) -> str | None:
        """The governor of the cores on which the audio process may run."""
        try:
            cores = sorted(os.sched_getaffinity(audio_pid)) if audio_pid else [0]
        except (OSError, AttributeError):  # AttributeError: not on Linux
            cores = [0]
        folder = self._sys / "devices/system/cpu"
        named = {_text(folder / f"cpu{core}/cpufreq/scaling_governor") for core in cores} - {None}
        return " and ".join(sorted(named)) or None

    def _temperature_c(self) -> float | None:
        text = _text(self._sys / "class/thermal/thermal_zone0/temp")
        return None if text is None else round(int(text) / 1000, 1)

    def _throttling(self) -> str | None:
        text = _text(self._sys / "devices/platform/soc/soc:firmware/get_throttled")
        if text is None:
            return None
        bits = int(text, 16)
        now = [what for bit, what in _THROTTLED.items() if bits >> bit & 1]
        before = [what for bit, what in _THROTTLED.items() if bits >> bit + _SINCE_START & 1 and what not in now]
        parts = [f"{', '.join(now)} now"] * bool(now) + [f"{', '.join(before)} since the start"] * bool(before)
        return "; ".join(parts) or "none"

    def _scheduling(self, pid: int) -> str | None:
        try:
            policy = os.sched_getscheduler(pid) & ~os.SCHED_RESET_ON_FORK
            priority = os.sched_getparam(pid).sched_priority
            cores = ", ".join(map(str, sorted(os.sched_getaffinity(pid))))
        except (OSError, AttributeError):
            return None
        locked = _field(self._proc / f"{pid}/status", "VmLck:")
        memory = "not locked" if locked in (None, "0") else "locked"
        return f"{_POLICIES.get(policy, 'unknown')} {priority}, cores {cores}, memory {memory}"

    def _disk(self) -> dict[str, str | float | None]:
        if not hasattr(os, "statvfs"):  # on Windows
            return {}
        try:
            room, device = os.statvfs(self._data), os.stat(self._data).st_dev
        except OSError as error:
            return {"disk": error.strerror}
        found: dict[str, str | float | None] = {"disk_free_pct": round(100 * room.f_bavail / max(room.f_blocks, 1), 1)}
        found["disk"] = "read-only" if room.f_flag & os.ST_RDONLY else "writable"
        block = self._sys / f"dev/block/{os.major(device)}:{os.minor(device)}"
        if (stat := _text(block / "stat")) is not None:
            found["disk_written_mb"] = round(int(stat.split()[6]) * _SECTOR_BYTES / 1e6, 1)
        whole = next((folder for folder in (block, block.resolve().parent) if (folder / "device").exists()), block)
        found["disk_name"] = _text(whole / "device/name")
        if (life := _text(whole / "device/life_time")) is not None:  # only eMMC has it: "0x01 0x02", in steps of 10 %
            found["disk_life_used_pct"] = 10.0 * max(int(step, 16) for step in life.split())
        if (reserve := _text(whole / "device/pre_eol_info")) is not None:
            found["disk_reserve"] = _END_OF_LIFE.get(int(reserve, 16), "not reported")
        errors = _text(self._sys / f"fs/ext4/{block.resolve().name}/errors_count")
        found["disk_errors"] = None if errors is None else float(errors)
        return found


def _text(path: Path) -> str | None:
    try:
        return path.read_text().strip("\0\n ")
    except (OSError, UnicodeDecodeError):
        return None


def _field(path: Path, name: str) -> str | None:
    """The first word after `name` in a file of lines such as /proc/PID/status."""
    for line in (_text(path) or "").splitlines():
        if line.startswith(name):
            return line.split()[1]
    return None
