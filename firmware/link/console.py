"""Console: the commands that a person can type into a terminal program, without JSON and without a checksum.

Every line of an answer begins with "# ", so that an answer that is echoed back is not taken for a command.
"""

from firmware.contract import params, protocol

from .methods import Methods, refusal

_HELP = """\
get PATH           show a parameter: get limiter.ceiling_dbtp
set PATH VALUE     set a parameter: set limiter.ceiling_dbtp -1.5
info               show rate, latency and counters
*IDN?              show product, serial number and version
Programs use JSON lines with checksums: see docs/PROTOCOL.md."""


def edited(line: bytes) -> str | None:
    """The text of the line after its backspaces; None if it is not plain text."""
    typed: list[str] = []
    for code in line:
        if code in (8, 127):
            del typed[-1:]
        elif 32 <= code < 127:
            typed.append(chr(code))
        else:
            return None
    return "".join(typed).strip()


class Console:
    """The console of one serial line. It uses the same methods as the protocol."""

    def __init__(self, methods: Methods):
        self._methods = methods

    def answer(self, line: bytes) -> bytes | None:
        """The answer to a line from a terminal program; None if the line is not one of the commands that `help` lists."""
        text = edited(line)
        match text.split(" ", 2) if text else []:
            case ["help"]:
                reply = _HELP
            case ["info"]:
                reply = self._info()
            case ["*IDN?"]:
                info = self._methods.box.info()
                reply = f"{protocol.PRODUCT},box,{info['serial']},{info['version']}"
            case ["get", path]:
                reply = _or_refusal(lambda: f"{path} = {self._shown(path)}")
            case ["set", path, value]:
                reply = _or_refusal(lambda: self._set(path, value))
            case _:
                return None
        return "".join(f"# {row}\r\n" for row in reply.splitlines()).encode("ascii", "replace")

    def _shown(self, path: str) -> str:
        return params.find(path).format(self._methods.box.store.get(path))

    def _set(self, path: str, value: str) -> str:
        before = self._shown(path)
        self._methods.set(protocol.Set({path: value}))
        return f"{path} = {self._shown(path)} (was {before})"

    def _info(self) -> str:
        shown = self._methods.info(protocol.Nothing())
        state = shown.state
        head = f"preset {state.preset or '-'}{' *' if state.edited else ''}, {state.ab.upper()}, revision {state.rev}"
        return "\n".join([head, *(f"{key} = {value}" for key, value in {**shown.info, **shown.counters}.items())])


def _or_refusal(act) -> str:
    try:
        return act()
    except Exception as why:
        failure = refusal(why)
        if failure is None:
            raise
        return f"error: {failure}"
