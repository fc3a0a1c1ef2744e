"""hardware/panel.svg: the front panel 1 : 1 from hardware/board.toml, for the drill and for the eye."""

from firmware.system.board import Board, Control


def panel_svg(board: Board) -> str:
    """The drawing. Holes are what is cut; dashed lines are what must stay free behind and before them."""
    panel = board.panel
    width, height = panel.width_mm, panel.height_mm
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}mm" height="{height}mm" viewBox="0 0 {width} {height}">',
        "<style>"
        ".plate{fill:#1d1f21;stroke:#000;stroke-width:.2} .hole{fill:#fff;stroke:#c00;stroke-width:.1}"
        " .keep{fill:none;stroke:#888;stroke-width:.12;stroke-dasharray:.8 .6}"
        " text{font:2.6px sans-serif;fill:#ddd;text-anchor:middle}"
        "</style>",
        f'<rect class="plate" width="{width}" height="{height}" rx="1"/>',
        f'<text x="247" y="{height - 1.6:g}">{board.name} · revision {board.revision}</text>',
    ]
    parts += [f'<circle class="hole" cx="{x}" cy="{y}" r="3.5"/>' for x, y in panel.screws_mm]
    for control in panel.control:
        parts += _control(control)
    return "\n".join([*parts, "</svg>", ""])


def _control(control: Control) -> list[str]:
    x, y = control.x_mm, control.y_mm
    drawn = []
    for kind, width, height in (
        ("keep", control.keep_mm, control.keep_height_mm),
        ("hole", control.hole_mm, control.hole_height_mm),
    ):
        if height:
            drawn.append(
                f'<rect class="{kind}" x="{x - width / 2:g}" y="{y - height / 2:g}" width="{width}" height="{height}"/>'
            )
        else:
            drawn.append(f'<circle class="{kind}" cx="{x}" cy="{y}" r="{width / 2:g}"/>')
    if control.label:
        above = control.hole_mm < 5  # a lamp's name stands above it
        label_y = y - control.keep_mm / 2 - 0.8 if above else y + control.keep_mm / 2 + 3.2
        drawn.append(f'<text x="{x}" y="{label_y:g}">{control.label}</text>')
    return drawn
