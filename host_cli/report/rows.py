"""The figures of a recording as rows of text."""


def rows(found: dict, second_lufs: float | None = None) -> list[tuple[str, str]]:
    """The results of `analysis.analyse` as rows of text: (figure, value with unit)."""

    def text(value, form, unit):
        return "–" if value is None else f"{value:{form}} {unit}".rstrip()

    stable = "" if found["lra_stable"] else " (not reliable below 60 s)"
    listed = [
        ("length", text(found["seconds"], ".1f", "s")),
        ("integrated loudness", text(found["integrated_lufs"], ".2f", "LUFS")),
        ("highest short-term", text(found["max_short_lufs"], ".2f", "LUFS")),
        ("highest momentary", text(found["max_momentary_lufs"], ".2f", "LUFS")),
        ("loudness range", text(found["lra_lu"], ".1f", "LU") + (stable if found["lra_lu"] is not None else "")),
        ("true peak", text(found["max_tp_dbtp"], ".2f", "dBTP")),
        ("sample peak left, right", f"{text(found['peak_l_dbfs'], '.2f', '')}, {text(found['peak_r_dbfs'], '.2f', 'dBFS')}"),
        ("overs", overs(found)),
        ("clipped samples", str(found["clips"])),
        ("peak to loudness (PLR)", text(found["plr_db"], ".1f", "dB")),
        ("lowest peak to short-term (PSR)", text(found["min_psr_db"], ".1f", "dB")),
        ("dynamic range (DR)", text(found["dr"], "d", "")),
        ("correlation", text(found["correlation"], "+.2f", "")),
        ("balance, right over left", text(found["balance_db"], "+.2f", "dB")),
        ("DC left, right", f"{100 * found['dc_l']:.4f} %, {100 * found['dc_r']:.4f} %"),
    ]  # fmt: skip
    if second_lufs is not None:
        listed.insert(2, ("integrated, by pyloudnorm", f"{second_lufs:.2f} LUFS"))
    return listed


def overs(found: dict) -> str:
    """The number of spans of overs, and the level and time of the worst one."""
    worst = found["worst_over"]
    where = f", worst {worst['dbtp']:+.2f} dBTP at {clock(worst['seconds'])}" if worst else ""
    return f"{found['over_count']} above {found['over_dbtp']:g} dBTP{where}"


def clock(seconds: float) -> str:
    """A time as minutes and seconds: 1:02.5."""
    return f"{int(seconds) // 60}:{seconds % 60:04.1f}"
