"""The front panel and the rear wall as drawings: holes, engraving, dimensions, and three A4 sheets as drilling templates."""

from firmware.system.board import Board, Control

from .drawing import Drawing, Layer

CUT = Layer("cut", "#c00000", width_mm=0.15)
ENGRAVE = Layer("engrave", "#202020", width_mm=0.2)
KEEP = Layer("keep", "#909090", width_mm=0.12, dashed=True)
MARK = Layer("mark", "#0050a0", width_mm=0.1)
#: Width of the plate that one A4 sheet in landscape shows; the sheets overlap.
A4_MM, STRIP_MM, OVERLAP_MM = (297.0, 210.0), 170.0, 13.0


def label_place(control: Control) -> tuple[float, float]:
    """The centre of a control's name on the plate: above controls in the upper third of the plate, below all others."""
    half = (control.hole_height_mm or control.hole_mm) / 2
    if control.name.startswith("ENC"):
        return control.x_mm, control.y_mm + control.keep_mm / 2 + 3.4
    return (control.x_mm, control.y_mm - half - 1.4) if control.y_mm < 18 else (control.x_mm, control.y_mm + half + 3.2)


def holes(board: Board, mechanical: dict) -> list[tuple[str, float, float, float, float | None]]:
    """Everything that is cut inside the plate: name, x, y, width or diameter, height or None for a circle. In mm."""
    found = [
        (f"rack screw {n}", x, y, mechanical["plate"]["screw_hole_mm"], None)
        for n, (x, y) in enumerate(board.panel.screws_mm, 1)
    ]
    found += [(c.name, c.x_mm, c.y_mm, c.hole_mm, c.hole_height_mm) for c in board.panel.control]
    return found + [(h["name"], h["x_mm"], h["y_mm"], h["hole_mm"], None) for h in mechanical["front_hole"]]


def plate(board: Board, mechanical: dict, *, keep: bool = True) -> Drawing:
    """The plate 1 : 1, with centre crosses; `keep`: also draw the areas that must stay free, dashed."""
    panel = board.panel
    page = Drawing(panel.width_mm, panel.height_mm)
    page.rect(CUT, 0, 0, panel.width_mm, panel.height_mm)
    for _, x, y, size, height in holes(board, mechanical):
        _hole(page, CUT, x, y, size, height)
        page.cross(MARK, x, y, min(2.0, size / 2))
    for control in panel.control:
        if keep:
            _hole(page, KEEP, control.x_mm, control.y_mm, control.keep_mm, control.keep_height_mm)
        if control.label:
            page.text(ENGRAVE, *label_place(control), control.label, 2.4, "middle")
    page.text(ENGRAVE, 13, panel.height_mm / 2 + 1, board.name.upper(), 2.6)
    return page


def _hole(page: Drawing, layer: Layer, x: float, y: float, size: float, height: float | None) -> None:
    if height:
        page.rect(layer, x - size / 2, y - height / 2, size, height)
    else:
        page.circle(layer, x, y, size / 2)


def dimensioned(board: Board, mechanical: dict) -> Drawing:
    """The plate with its dimensions: x of every column above, y of every row at the left, and a list of holes."""
    panel = board.panel
    left, top = 26.0, 30.0
    cut = holes(board, mechanical)
    page = plate(board, mechanical, keep=False).moved(left, top, panel.width_mm + left + 10, panel.height_mm + top + 62)
    last = -9.0
    for x in sorted({x for _, x, *_ in cut}):
        level = top - 4 if x - last > 3.2 else top - 13
        last = x if level == top - 4 else last
        page.line(MARK, (left + x, top - 1), (left + x, level))
        page.text(MARK, left + x + 0.8, level - 0.5, f"{x:g}", 2.0, turned=True)
    last = -9.0
    for y in sorted({y for _, _, y, *_ in cut}):
        reach = left - 4 if y - last > 2.4 else left - 13
        last = y if reach == left - 4 else last
        page.line(MARK, (left - 1, top + y), (reach, top + y))
        page.text(MARK, reach - 0.5, top + y + 0.7, f"{y:g}", 2.0, "end")
    page.text(
        MARK,
        left,
        8,
        f"{panel.width_mm:g} x {panel.height_mm:g} x {mechanical['plate']['thickness_mm']:g} mm, front view, from the left upper corner",
        3.2,
    )
    groups: dict[str, list[str]] = {}
    for name, _, _, size, height in cut:
        groups.setdefault(f"{size:g} x {height:g}" if height else f"⌀{size:g}", []).append(name)
    for row, (size, names) in enumerate(groups.items()):
        page.text(
            MARK, left, top + panel.height_mm + 8 + 5 * row, f"{size} mm, {len(names)} times: {', '.join(names)}", 2.6
        )
    return page


def sheets(board: Board, mechanical: dict) -> list[Drawing]:
    """Three A4 sheets in landscape, each with a part of the plate at 1 : 1 and a rule of 100 mm."""
    whole = plate(board, mechanical, keep=False)
    pages = []
    for number in range(3):
        begin = number * (STRIP_MM - OVERLAP_MM)
        page = Drawing(*A4_MM)
        left, top = 58.0, 60.0
        inner = whole.moved(left - begin, top, *A4_MM)
        page.items = [item for item in inner.items if _within(item, left - 12, left + STRIP_MM + 12)]
        for edge in (begin, begin + STRIP_MM):
            if 0 < edge < whole.width_mm:
                x = left + edge - begin
                page.line(KEEP, (x, top - 12), (x, top + whole.height_mm + 12))
                page.text(KEEP, x + 1, top - 8, f"x = {edge:g}", 3)
        page.text(
            ENGRAVE,
            20,
            22,
            f"Burnish front panel, sheet {number + 1} of 3: print at 100 %, never fitted to the page",
            4.5,
        )
        page.text(
            ENGRAVE,
            20,
            30,
            "Lay the dashed lines of neighbouring sheets over each other. Prick every cross before you drill.",
            3.5,
        )
        _rule(page, 60, 150)
        pages.append(page)
    return pages


def _within(item, low: float, high: float) -> bool:
    xs = [x for x, _ in item.points] if hasattr(item, "points") else [item.x]
    return (min(xs) >= low and max(xs) <= high) or (max(xs) - min(xs) > 200)


def _rule(page: Drawing, x: float, y: float) -> None:
    page.line(ENGRAVE, (x, y), (x + 100, y))
    for n in range(11):
        page.line(ENGRAVE, (x + 10 * n, y), (x + 10 * n, y - (4 if n % 5 == 0 else 2.5)))
    page.text(
        ENGRAVE,
        x + 50,
        y + 6,
        "This rule is 100 mm long. If yours is not, the print is scaled: do not drill.",
        3.5,
        "middle",
    )


def rear_cuts(mechanical: dict) -> list[tuple[str, float, float, float, float | None]]:
    """Everything that is cut in the rear wall, as `holes`."""
    xlr, found = mechanical["xlr"], []
    for place in mechanical["rear"]:
        x, y, name = place["x_mm"], place["y_mm"], place["name"]
        if place["kind"] == "xlr":
            found.append((name, x, y, xlr["hole_mm"], None))
            found += [(f"{name} screw", x + dx, y + dy, xlr["screw_hole_mm"], None) for dx, dy in xlr["screws_mm"]]
        elif place["kind"] == "slot":
            found.append((name, x, y, place["width_mm"], place["height_mm"]))
        else:
            found.append((name, x, y, place["hole_mm"], None))
    return found


def rear(mechanical: dict) -> Drawing:
    """The rear wall 1 : 1, seen from behind."""
    case = mechanical["case"]
    page = Drawing(case["width_mm"], case["height_mm"])
    page.rect(CUT, 0, 0, case["width_mm"], case["height_mm"])
    for _, x, y, size, height in rear_cuts(mechanical):
        _hole(page, CUT, x, y, size, height)
        page.cross(MARK, x, y, min(2.0, size / 2))
    for place in mechanical["rear"]:
        half = {"xlr": 0.0}.get(place["kind"], place.get("height_mm", place.get("hole_mm", 0)) / 2)
        if place["kind"] == "xlr":
            page.rect(KEEP, place["x_mm"] - 13, place["y_mm"] - 15.5, 26, 31)
            page.text(ENGRAVE, place["x_mm"], place["y_mm"] + 18.8, place["name"], 2.2, "middle")
        else:
            page.text(ENGRAVE, place["x_mm"], place["y_mm"] + half + 4, place["name"], 2.2, "middle")
    return page
