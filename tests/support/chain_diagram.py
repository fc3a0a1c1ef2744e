"""docs/plots/signal-chain.svg: the signal chain of the box as a drawing, in the order of `dsp_ext/engine.pyx`."""

#: Each stage: its name in the engine's docstring, and the lines of text in its box.
STAGES = (
    ("input trim", ("input trim",)),
    ("EQ", ("EQ", "8 bands")),
    ("multiband", ("multiband", "compressor")),
    ("stereo", ("stereo", "width")),
    ("saturator", ("saturator",)),
    ("DC filter", ("DC filter",)),
    ("limiter", ("true-peak", "limiter")),
    ("dither", ("dither",)),
)
WIDTH, HEIGHT, STEP, LEFT, TOP = 84, 46, 104, 84, 84

_HEAD = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} 200" font-family="sans-serif" font-size="13" text-anchor="middle">
<title>{title}</title>
<rect width="100%" height="100%" fill="#ffffff"/>
<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path d="M0 0L8 4L0 8z" fill="#50565e"/></marker></defs>
"""


def _box(x: int, y: int, lines: tuple[str, ...], fill: str = "#eef2f7") -> str:
    middle = y + HEIGHT / 2 + 5 - 8 * (len(lines) - 1)
    texts = "".join(
        f'<text x="{x + WIDTH / 2:g}" y="{middle + 16 * n:g}">{line}</text>' for n, line in enumerate(lines)
    )
    return f'<rect x="{x}" y="{y}" width="{WIDTH}" height="{HEIGHT}" rx="5" fill="{fill}" stroke="#50565e"/>{texts}\n'


def _arrow(*points: tuple[int, int]) -> str:
    path = "M" + "L".join(f"{x} {y}" for x, y in points)
    return f'<path d="{path}" fill="none" stroke="#50565e" stroke-width="1.5" marker-end="url(#tip)"/>\n'


def chain_svg() -> str:
    """The drawing as text."""
    middle = TOP + HEIGHT // 2
    out_x = LEFT + STEP * len(STAGES)
    title = "Signal chain: " + ", ".join(name for name, _ in STAGES)
    parts = [_HEAD.format(width=out_x + WIDTH + 84, title=title)]
    parts.append(f'<text x="34" y="{middle + 5}">input</text>' + _arrow((56, middle), (LEFT, middle)))
    for number, (_, lines) in enumerate(STAGES):
        x = LEFT + STEP * number
        parts.append(_box(x, TOP, lines))
        parts.append(_arrow((x + WIDTH, middle), (x + STEP, middle)))
    parts.append(_box(out_x, TOP, ("bypass,", "mute"), "#fbeee4"))
    parts.append(_arrow((out_x + WIDTH, middle), (out_x + WIDTH + 30, middle)))
    parts.append(f'<text x="{out_x + WIDTH + 58}" y="{middle + 5}">output</text>\n')
    # The bypass: the input, delayed by the latency of the chain.
    parts.append(_arrow((70, middle), (70, 180), (out_x + WIDTH // 2, 180), (out_x + WIDTH // 2, TOP + HEIGHT)))
    parts.append(
        f'<text x="{(LEFT + out_x) // 2}" y="172">bypass: the input, delayed by the latency of the chain</text>\n'
    )
    for x, end in ((70, 70), (out_x + WIDTH + 12, out_x + WIDTH + 12)):
        parts.append(_arrow((x, middle), (end, 44)))
        parts.append(f'<text x="{x}" y="34">meters</text>\n')
    return "".join(parts) + "</svg>\n"
