"""Cycles of a case on a Cortex-A72, out of what ran in it and llvm-mca's model of the pipeline.

Every piece of code between two branches is taken as a loop that repeats, which is what the dear ones are, and its cycles per
turn are multiplied by how often it ran. So dependencies from turn to turn are counted, also where there is no next turn.
What is assumed beyond that:

- LLVM has one model for the Cortex-A57 and the A72. Of the differences one is told to it: the A72 decodes three instructions
  a cycle, too, but passes on five micro-operations instead of three ("ARM Cortex-A72 Architecture Deep Dive", Tom's Hardware,
  2016). That the A72's floating point takes a cycle or two less is left out, so this is on the dear side.
- An address that a load or a store moves on is there a cycle later, as on the core; LLVM would wait for the data of the store.
- All branches are predicted and all loads hit the first-level cache. What certainly does not, the spectra that convolvers
  read, is for `streaming_s`: as if it came from main memory each time and nothing else were done meanwhile.
- The pieces that are not worth simulating (`SIMULATED`) cost as much per instruction as those that are; code of Python's
  own, one instruction a cycle.
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
DECODED, DISPATCHED = 3, 5  # a cycle: instructions, micro-operations
CLOCK_HZ = 1.5e9  # of a Raspberry Pi 4
#: Bytes a second from main memory of a Raspberry Pi 4: STREAM's "add" (sci-pi.org.uk/bench/stream.html).
MEMORY_BYTES_S = 4.8e9
#: Part of the instructions that are simulated, in the order of their cost.
SIMULATED = 0.995


def version() -> str:
    """Of llvm-mca. Raises CannotCount where there is none."""
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
    """Seconds per frame that a convolver reads spectra of its past input and of its kernels: two float32 for each of
    2 `partition` bins of each partition, once every `partition` frames."""
    return (1 + kernels) * (taps // partition) * 2 * partition * 8 / partition / MEMORY_BYTES_S


def _simulate(pieces: list[str]) -> list[float]:
    """Cycles per turn of each piece of assembly."""
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
    """Each instruction of `file` by its address, as the assembler takes it: targets of branches do not matter."""
    text = subprocess.run(
        [OBJDUMP, "-d", "--no-show-raw-insn", file], capture_output=True, text=True, check=True
    ).stdout
    found = {}
    for match in re.finditer(r"^\s*([0-9a-f]+):\s+(.*?)(?:\s+//.*)?$", text, re.MULTILINE):
        page = match[2].startswith("adrp")
        line = re.sub(r"[0-9a-f]+ <[^>]*>", "#4096" if page else "#4", match[2])
        found[int(match[1], 16)] = write_back_apart(line)
    return found


#: Accesses that change the register of their address, after it was used ([x1], #16) or before ([x1, #16]!).
_WRITE_BACK = re.compile(r"^(?P<access>.*\[(?P<base>\w+))(?:\], #(?P<after>-?\d+)|, #(?P<before>-?\d+)\]!)$")


def write_back_apart(line: str) -> str:
    """The access, and what it does to the register of its address as an instruction of its own; others as they are."""
    match = _WRITE_BACK.match(line)
    if match is None:
        return line
    by = int(match["after"] or match["before"])
    step = f"{'sub' if by < 0 else 'add'} {match['base']}, {match['base']}, #{abs(by)}"
    access = f"{match['access']}]"
    return f"{access}\n{step}" if match["after"] else f"{step}\n{access}"
