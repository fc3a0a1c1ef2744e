"""Cycles of a case on a Cortex-A72, from the instructions that ran in it and llvm-mca's model of the pipeline.

Every piece of code between two branches is simulated as a loop, because the expensive pieces are loops. Its cycles per
iteration are multiplied by the number of times it ran. Dependencies from one iteration to the next are included, even where
the loop ends. Further assumptions:

- LLVM has one model for the Cortex-A57 and the A72. One of their differences is passed to it: the A72 also decodes three
  instructions per cycle, but dispatches five micro-operations instead of three ("ARM Cortex-A72 Architecture Deep Dive", Tom's
  Hardware, 2016). Floating point of the A72 is one or two cycles faster, which is ignored, so the result is an overestimate.
- An address that a load or a store increments is available a cycle later, as on the core. LLVM would wait for the data of
  the store.
- All branches are predicted, and all loads hit the first-level cache. The spectra that convolvers read certainly do not; for
  these, `streaming_s` assumes that they are read from main memory each time, and that nothing else is done during the read.
- Pieces that are too cheap to be simulated (see `SIMULATED`) cost as much per instruction as those that are simulated.
  Python's own code costs one cycle per instruction.
"""

import json
import re
import shutil
import subprocess
from functools import cache

from .functions import placed
from .machine import Count
from .sysroot import CannotCount

MCA = "llvm-mca"
OBJDUMP = "aarch64-linux-gnu-objdump"
CORE = "cortex-a72"
DECODED, DISPATCHED = 3, 5  # per cycle: instructions, micro-operations
CLOCK_HZ = 1.5e9  # of a Raspberry Pi 4
#: Bytes per second from the main memory of a Raspberry Pi 4: STREAM's "add" (sci-pi.org.uk/bench/stream.html).
MEMORY_BYTES_S = 4.8e9
#: The part of the instructions that are simulated, the most expensive first.
SIMULATED = 0.995


def version() -> str:
    """The version of llvm-mca. Raises CannotCount if it is not installed."""
    if shutil.which(MCA) is None:
        raise CannotCount(f"cycles are not estimated: {MCA} is not installed")
    said = subprocess.run([MCA, "--version"], capture_output=True, text=True, check=True).stdout
    return re.search(r"LLVM version (\d+)", said)[1]


def per_frame(count: Count) -> float:
    """Cycles per frame."""
    version()
    ours, python = [], 0
    for file, address, length, runs in placed(count):
        if "/dsp_ext/" in file or "/libc.so" in file:
            ours.append((length * runs, runs, file, address, length))
        else:
            python += length * runs
    ours.sort(reverse=True)
    enough, taken, chosen = SIMULATED * sum(row[0] for row in ours), 0, []
    for cost, *piece in ours:
        if taken >= enough:
            break
        taken += cost
        chosen.append(piece)
    turns = _simulate([_text(file, address, length) for _, file, address, length in chosen])
    cycles = sum(turn * piece[0] for turn, piece in zip(turns, chosen, strict=True))
    return (cycles * sum(row[0] for row in ours) / taken + python) / count.frames


def streaming_s(taps: int, kernels: int, partition: int) -> float:
    """The seconds per frame in which a convolver reads the spectra of its past input and of its kernels: two float32 for
    each of 2 `partition` bins of each partition, once every `partition` frames."""
    return (1 + kernels) * (taps // partition) * 2 * partition * 8 / partition / MEMORY_BYTES_S


def _simulate(pieces: list[str]) -> list[float]:
    """Cycles per iteration of each piece of assembly."""
    source = "".join(f"# LLVM-MCA-BEGIN {i}\n{text}\n# LLVM-MCA-END\n" for i, text in enumerate(pieces))
    command = [MCA, "-mtriple=aarch64", f"-mcpu={CORE}", f"-dispatch={DISPATCHED}", "-json"]
    done = subprocess.run(command, input=source, capture_output=True, text=True, check=True)
    views = [region["SummaryView"] for region in json.loads(done.stdout)["CodeRegions"]]
    return [max(view["TotalCycles"], view["Instructions"] / DECODED) / view["Iterations"] for view in views]


def _text(file: str, address: int, length: int) -> str:
    lines = _disassembled(file)
    return "\n".join(lines[address + 4 * i] for i in range(length))


@cache
def _disassembled(file: str) -> dict[int, str]:
    """Each instruction of `file` by its address, in the assembler's syntax. The targets of branches do not matter."""
    text = subprocess.run(
        [OBJDUMP, "-d", "--no-show-raw-insn", file], capture_output=True, text=True, check=True
    ).stdout
    found = {}
    for match in re.finditer(r"^\s*([0-9a-f]+):\s+(.*?)(?:\s+//.*)?$", text, re.MULTILINE):
        page = match[2].startswith("adrp")
        line = re.sub(r"[0-9a-f]+ <[^>]*>", "#4096" if page else "#4", match[2])
        found[int(match[1], 16)] = write_back_apart(line)
    return found


#: Accesses that change their address register, after its use ([x1], #16) or before it ([x1, #16]!).
_WRITE_BACK = re.compile(r"^(?P<access>.*\[(?P<base>\w+))(?:\], #(?P<after>-?\d+)|, #(?P<before>-?\d+)\]!)$")


def write_back_apart(line: str) -> str:
    """The access, and the change of its address register as a separate instruction. Other lines do not change."""
    match = _WRITE_BACK.match(line)
    if match is None:
        return line
    by = int(match["after"] or match["before"])
    step = f"{'sub' if by < 0 else 'add'} {match['base']}, {match['base']}, #{abs(by)}"
    access = f"{match['access']}]"
    return f"{access}\n{step}" if match["after"] else f"{step}\n{access}"
