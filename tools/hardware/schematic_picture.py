"""Draws a sheet as SVG and PDF, with the same positions as in the KiCad schematic."""

from hardware.circuits import Place

from .drawing import Drawing, Layer
from .sheet import TEXT_MM, Sheet, Text, turned, units_of

PAPER_MM = {"A4": (297.0, 210.0), "A3": (420.0, 297.0)}
FRAME = Layer("frame", "#555555", width_mm=0.25)
BODY = Layer("body", "#7a1f1f", width_mm=0.22)
WIRE = Layer("wire", "#006a3a", width_mm=0.2)
DOT = Layer("dot", "#006a3a", "#006a3a", 0.1)
NAME = Layer("name", "#10108a")
LABEL = Layer("label", "#202020")
SHARED = Layer("shared", "#8a1080")
SMALL = Layer("small", "#555555")
CROSS = Layer("cross", "#10108a", width_mm=0.15)


def label_boxes(sheet: Sheet) -> list[Text]:
    """The texts of all labels with their positions."""
    found = []
    for label in sheet.labels:
        (x, y), text = label.at, label.net
        if label.kind == "power":
            found.append(_power_text(label))
            continue
        pad = 1.3 if label.kind == "global_label" else 0.0
        if label.angle in (90, 270):
            length = 1.10 * len(text)
            bottom = y - pad if label.angle == 90 else y + pad + length
            found.append(Text(text, (x - 0.3 if not pad else x + TEXT_MM / 2, bottom), turned=True))
        elif label.angle == 180:
            found.append(Text(text, (x - 1.10 * len(text) - pad, y - 0.25 if not pad else y + 0.5)))
        else:
            found.append(Text(text, (x + pad, y - 0.25 if not pad else y + 0.5)))
    return found


def _power_text(label) -> Text:
    (x, y), width = label.at, 1.10 * len(label.net)
    ground = label.net in ("GND", "CHASSIS")
    if label.angle == 90:
        return Text(label.net, (x - width / 2, y - 1.6 if not ground else y - 2.6))
    if label.angle == 270:
        return Text(label.net, (x - width / 2, y + 2.9 if not ground else y + 3.6))
    if label.angle == 180:
        return Text(label.net, (x - width - (1.2 if not ground else 2.2), y + 0.5))
    return Text(label.net, (x + (1.2 if not ground else 2.2), y + 0.5))


def picture(sheet: Sheet) -> Drawing:
    """The drawing of a sheet, in landscape on its paper."""
    width, height = PAPER_MM[sheet.circuit.paper]
    page = Drawing(width, height)
    page.rect(FRAME, 5, 5, width - 10, height - 10)
    page.text(FRAME, 10, 14, f"Burnish: {sheet.circuit.title}", 4.5)
    for _, _, place, unit in units_of(sheet.circuit):
        _unit(page, place, unit)
    for a, b in sheet.segments:
        page.line(WIRE, a, b)
    for x, y in sheet.junctions:
        page.circle(DOT, x, y, 0.45)
    for x, y in sheet.crosses:
        page.line(CROSS, (x - 0.8, y - 0.8), (x + 0.8, y + 0.8))
        page.line(CROSS, (x - 0.8, y + 0.8), (x + 0.8, y - 0.8))
    for text in sheet.texts:
        page.text(NAME, *text.at, text.what, 1.8, turned=text.turned)
    for label, text in zip(sheet.labels, label_boxes(sheet), strict=True):
        layer = {"power": BODY, "global_label": SHARED, "label": LABEL}[label.kind]
        if label.kind == "power":
            _power(page, label)
        elif label.kind == "global_label":
            _flag(page, label)
        page.text(layer, *text.at, text.what, 1.7, turned=text.turned)
    return page


def _unit(page: Drawing, place: Place, unit) -> None:
    for kind, *data in unit.shapes:
        if kind == "line":
            page.line(BODY, *(turned(place, x, y) for x, y in data[0]))
        elif kind == "rect":
            x1, y1, x2, y2 = data
            page.line(BODY, *(turned(place, x, y) for x, y in ((x1, y1), (x2, y1), (x2, y2), (x1, y2))), closed=True)
        elif kind == "circle":
            page.circle(BODY, *turned(place, *data[:2]), data[2])
        else:
            page.text(SMALL, *turned(place, data[0], data[1]), data[2], 1.3)
    for pin in unit.pins:
        step = {0: (1, 0), 90: (0, 1), 180: (-1, 0), 270: (0, -1)}[pin.angle]
        inner = (pin.x + step[0] * pin.length, pin.y + step[1] * pin.length)
        page.line(BODY, turned(place, pin.x, pin.y), turned(place, *inner))
        if unit.names:
            x, y = turned(place, inner[0] + 0.6 * step[0], inner[1] + 0.6 * step[1])
            anchor = {0: "start", 180: "end"}.get((pin.angle + place.rotation) % 360, "middle")
            page.text(SMALL, x, y + 0.5, pin.name, 1.4, anchor)
            xn, yn = turned(place, pin.x + 0.4 * step[0], pin.y + 0.3)
            page.text(SMALL, xn, yn, pin.number, 1.1, anchor)


def _power(page: Drawing, label) -> None:
    (x, y), angle = label.at, label.angle
    along = {0: (1, 0), 90: (0, -1), 180: (-1, 0), 270: (0, 1)}[angle]
    across = (along[1], along[0])

    def at(forward, sideways):
        return x + along[0] * forward + across[0] * sideways, y + along[1] * forward + across[1] * sideways

    if label.net == "GND":
        for n, half in enumerate((1.5, 0.9, 0.3)):
            page.line(BODY, at(0.7 * n, -half), at(0.7 * n, half))
    elif label.net == "CHASSIS":
        page.line(BODY, at(0, -1.0), at(0, 1.0))
        for n in (-1.0, 0.0, 1.0):
            page.line(BODY, at(0, n), at(1.2, n - 0.5))
    else:
        page.line(BODY, at(0, -1.3), at(0, 1.3))


def _flag(page: Drawing, label) -> None:
    page.line(SHARED, *_flag_outline(label), closed=True)


def _flag_outline(label):
    (x, y), length = label.at, 1.10 * len(label.net) + 2.0
    along = {0: (1, 0), 90: (0, -1), 180: (-1, 0), 270: (0, 1)}[label.angle]
    across = (along[1], along[0])
    outline = ((0, 0), (0.8, 0.9), (length, 0.9), (length, -0.9), (0.8, -0.9))
    return [(x + along[0] * f + across[0] * s, y + along[1] * f + across[1] * s) for f, s in outline]


def overlaps(sheet: Sheet) -> list[str]:
    """All pairs of texts, or of a text and a symbol, that overlap, and all texts that exceed the paper."""
    texts = [*sheet.texts, *label_boxes(sheet)]
    bodies = [*_bodies(sheet), *_flags(sheet)]
    width, height = PAPER_MM[sheet.circuit.paper]
    found = []
    for n, text in enumerate(texts):
        if not _inside(text.box, (6, 6, width - 6, height - 6)):
            found.append(f"{text.what!r} exceeds the paper")
        found += [f"{text.what!r} overlaps {other.what!r}" for other in texts[:n] if _meet(text.box, other.box)]
        found += [
            f"{text.what!r} overlaps the symbol of {ref}"
            for ref, box in bodies
            if ref != text.what and _meet(text.box, box)
        ]
    for n, (ref, box) in enumerate(bodies):
        found += [f"{ref} overlaps {other}" for other, there in bodies[:n] if _meet(box, there)]
    return found


def _bodies(sheet: Sheet):
    found = []
    for part, _, place, unit in units_of(sheet.circuit):
        points = []
        for kind, *data in unit.shapes:
            if kind == "line":
                points += data[0]
            elif kind == "rect":
                points += [tuple(data[:2]), tuple(data[2:])]
            elif kind == "circle":
                points += [(data[0] - data[2], data[1] - data[2]), (data[0] + data[2], data[1] + data[2])]
        on_sheet = [turned(place, x, y) for x, y in points]
        xs, ys = [p[0] for p in on_sheet], [p[1] for p in on_sheet]
        found.append((part.ref, (min(xs), min(ys), max(xs), max(ys))))
    return found


def _flags(sheet: Sheet):
    """The outlines of global labels."""
    for label in sheet.labels:
        if label.kind == "global_label":
            points = _flag_outline(label)
            yield (
                label.net,
                (
                    min(p[0] for p in points),
                    min(p[1] for p in points),
                    max(p[0] for p in points),
                    max(p[1] for p in points),
                ),
            )


def _meet(a, b) -> bool:
    slack = 0.15
    return a[0] + slack < b[2] and b[0] + slack < a[2] and a[1] + slack < b[3] and b[1] + slack < a[3]


def _inside(a, b) -> bool:
    return a[0] >= b[0] and a[1] >= b[1] and a[2] <= b[2] and a[3] <= b[3]
