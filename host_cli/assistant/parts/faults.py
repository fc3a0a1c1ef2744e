"""Problems: the faults that `burnish check` finds in a mix, mended in the preset where that is right."""

from host_cli.assistant.decisions import Decision
from host_cli.assistant.recordings import Recording
from host_cli.records.check import FAULTS, Fault, check


def problems(mix: Recording, mends: bool):
    """Decisions about faults of the mix: mended in the preset where that is right and `mends`, else with the advice for the mix."""
    for fault in check(mix.samples, mix.rate_hz, mix.bits).faults:
        what, advice, _ = FAULTS[fault.name]
        settings, done = _mended(fault) if mends else ({}, "")
        yield Decision("problems", f"{what} ({fault.figure})", fault.value, 0.0, fault.unit,
                       done or f"nothing in the preset mends it; {advice}", settings)  # fmt: skip


def _mended(fault: Fault) -> tuple[dict[str, float], str]:
    if fault.name == "dc":
        return {"output.dc_filter": 1.0}, "DC filter on"
    if fault.name == "wide_bass":
        return {"stereo.mono": 1.0, "stereo.mono_hz": 120.0}, "bass mono below 120 Hz"
    if fault.name == "polarity":
        return {"stereo.invert_right": 1.0}, "polarity of the right channel inverted"
    return {}, ""
