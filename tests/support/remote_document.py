"""docs/REMOTE.md: control by MIDI and OSC, with the number and the address of every parameter from the tables."""

from firmware.contract import TABLE, nrpn
from firmware.contract.params import LOG, Param
from host_cli.remote import ADDRESSES
from host_cli.remote.osc_server import LEASE_S, MOST_BYTES, MOST_LEASE_S, MOST_SUBSCRIBERS, PORT

_HEAD = f"""# Remote control by MIDI and OSC

`make docs` generates this page from `firmware/contract/nrpn.py` and `params.py`. Do not edit it.

A MIDI controller, a DAW or a tablet can control every parameter of the box, and is told when somebody else changes a parameter:
a knob of the front panel, the command line, or the page in the browser.

## MIDI

There are two ways to connect a controller:

- The box has a MIDI port in its USB connection. A computer that is connected to the box shows the port `Burnish`, and needs no other
  program. The section `[midi]` of `burnish.toml` on the box chooses the channel, assigns controls and switches the port off.
- `burnish midi` connects a controller at the computer to the box through the serial link. It needs an extra package:
  `pip install 'burnish[midi]'`. With Python 3.13 and later, also run `pip install python-rtmidi`, which needs a compiler there, or
  install your system's package (`apt-get install python3-rtmidi`). `burnish midi --list` shows the ports.

Messages:

| message | meaning |
|---|---|
| NRPN (CC 99 and 98 select a parameter, CC 6 and 38 set it) | sets a parameter with 14 bits; the table below has the numbers |
| CC 6 without CC 38 | sets it with 7 bits; 127 is the highest value |
| CC 96, CC 97 | one click of a knob up or down |
| CC 101 and 100 | an RPN is selected; CC 6 and 38 then change nothing here |
| program change n | loads the preset in slot n + 1, in the order of the front panel |
| another control change | sets the parameter that it is assigned to |

The lowest word (0) is the lowest value and the highest word (16383) the highest one. Words of a parameter marked *log* are evenly
spaced in octaves: value = low * (high / low) ^ (word / 16383). All others are linear: value = low + (high - low) * word / 16383. The box rounds
the value to the step of the parameter. A switch is on from word 8192. For a choice with n words, word w selects number w * n / 16384,
rounded down.

**Numbers are stable.** A new parameter gets a new place at the end of its group, and no place is used again.

**Learn**: `burnish midi --learn limiter.gain_db` assigns the next control that you move to a parameter. `--forget` removes the assignment. On
the box, write assignments into `burnish.toml`: `controls = "74=limiter.gain_db 71=eq.b1.freq_hz"`.

**Pickup**: with `--pickup`, or `pickup = true` on the box, a knob acts only after it has met or passed the present value, so that
its first movement makes no jump. It is off by default, because a DAW sends absolute values.

**Feedback**: after a change by somebody else, the controller gets the new value as an NRPN, and as a control change for an assigned
control, at most 30 times a second. Its own changes are not sent back. If the box refuses a value, for example a frequency above
0.45 of the sampling rate, the controller gets the value that stays. Values that a controller sends back unchanged have no effect,
so there is no loop.

Notes, SysEx and all other messages are ignored.

## OSC

`burnish osc` listens for OSC 1.0 messages on UDP port {PORT} of this computer. It needs an extra package: `pip install 'burnish[osc]'`.
OSC has no passwords. Therefore only programs on the same computer can connect, until you give the address of one of its networks
with `--listen`; then every device in this network can control the box.

| message | meaning |
|---|---|
| `/burnish/eq/b2/gain_db 1.5` | sets a parameter. The address is its id with slashes |
| `/burnish/eq/b2/gain_db` | asks for the value; the answer has the same address |
| `/burnish/get` | asks for all values |
| `/burnish/subscribe 60` | asks for all values and then for all changes during the next 60 seconds (at most {MOST_LEASE_S:g}; {LEASE_S:g} without a number). Send it again before the time has passed |
| `/burnish/unsubscribe` | ends the subscription |
| `/burnish/preset "Warm acoustic"`, `/burnish/preset 3` | loads a preset by its name, or by its slot |
| `/burnish/error ADDRESS TEXT` | an answer: the message to ADDRESS was refused, for this reason |

Values are in the unit of the parameter, as a float, an integer or a text. A switch is 0 or 1 (or true and false), a choice is its
word or its number from 0. Bundles are carried out at once; their time tags are ignored. There are at most {MOST_SUBSCRIBERS} subscribers. Packets
longer than {MOST_BYTES} bytes, and packets that are not OSC, are ignored and noted in one line on the terminal.

## Parameters

`group` and `place` are the values of CC 99 and CC 98.
"""


def _scale(param: Param) -> str:
    if param.kind == "choice":
        return f"{len(param.choices)} words"
    if param.kind == "switch":
        return "switch"
    return "log" if param.taper == LOG else "linear"


def remote_markdown() -> str:
    """The whole document."""
    addresses = {id: address for address, id in ADDRESSES.items()}
    lines = [_HEAD, "| parameter | group | place | range | scale | OSC address |", "|---|---|---|---|---|---|"]
    for param in sorted(TABLE, key=lambda param: nrpn.NUMBERS[param.id]):
        group, place = nrpn.NUMBERS[param.id]
        lines.append(
            f"| `{param.id}` | {group} | {place} | {param.allowed} | {_scale(param)} | `{addresses[param.id]}` |"
        )
    return "\n".join(lines) + "\n"
