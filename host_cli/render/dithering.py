"""Chooses the dither of a render: a shorter word length needs dither, a bit-exact copy must not have any."""

from firmware.contract import params

BITS, SHAPE = "dither.bits", "dither.shape"
#: Values at which the chain changes no sample.
_NEUTRAL = {id: value for id, value in params.DEFAULTS.items() if not id.startswith(("meter.", "chain."))}


def dithered(values: dict[str, float], bits: str, source_bits: int | None, method: str) -> dict[str, float]:
    """`values` (all parameters) with the dither of the engine set for an output of `bits` ("16", "24", "32", "float").

    `method`: "none", a choice of `dither.shape`, or "auto": flat dither, but none if all settings are neutral and the input
    has no more bits than the output (`source_bits`, None for float). A dither that the values already contain stays.
    """
    if method == "none" or values[BITS] or bits not in params.BY_ID[BITS].choices:
        return values
    neutral = all(values[id] == value for id, value in _NEUTRAL.items()) or values["chain.bypass"]
    if method == "auto" and neutral and source_bits is not None and source_bits <= int(bits):
        return values
    shape = "flat" if method == "auto" else method
    return values | {BITS: params.BY_ID[BITS].parse(bits), SHAPE: params.BY_ID[SHAPE].parse(shape)}
