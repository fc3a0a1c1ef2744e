"""Drawings of lines, circles and texts in mm (y points downwards), written as SVG, DXF (R12) or PDF. The same drawing always
gives the same bytes."""

import math
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Layer:
    """How a layer looks: stroke and fill colours (#rrggbb or "none"), line width in mm, dashed or not."""

    name: str
    stroke: str = "#000000"
    fill: str = "none"
    width_mm: float = 0.2
    dashed: bool = False


@dataclass(frozen=True)
class Line:
    points: tuple
    layer: Layer
    closed: bool = False


@dataclass(frozen=True)
class Circle:
    x: float
    y: float
    radius: float
    layer: Layer


@dataclass(frozen=True)
class Words:
    """Text; `anchor` is start, middle or end, the base line at `y`; `turned` runs upwards."""

    x: float
    y: float
    text: str
    size_mm: float
    layer: Layer
    anchor: str = "start"
    turned: bool = False


@dataclass
class Drawing:
    """A page of `width_mm` times `height_mm`."""

    width_mm: float
    height_mm: float
    items: list = field(default_factory=list)

    def line(self, layer: Layer, *points, closed=False) -> None:
        """A line through points."""
        self.items.append(Line(tuple((float(x), float(y)) for x, y in points), layer, closed))

    def rect(self, layer: Layer, x: float, y: float, width: float, height: float) -> None:
        """A rectangle from its left upper corner."""
        self.line(layer, (x, y), (x + width, y), (x + width, y + height), (x, y + height), closed=True)

    def circle(self, layer: Layer, x: float, y: float, radius: float) -> None:
        """A circle around (x, y)."""
        self.items.append(Circle(float(x), float(y), float(radius), layer))

    def text(self, layer: Layer, x: float, y: float, words: str, size_mm=2.5, anchor="start", turned=False) -> None:
        """One line of text."""
        self.items.append(Words(float(x), float(y), words, float(size_mm), layer, anchor, turned))

    def cross(self, layer: Layer, x: float, y: float, reach: float) -> None:
        """A centre cross."""
        self.line(layer, (x - reach, y), (x + reach, y))
        self.line(layer, (x, y - reach), (x, y + reach))

    def moved(self, dx: float, dy: float, width_mm: float, height_mm: float) -> "Drawing":
        """The same items shifted, on a page of another size."""
        page = Drawing(width_mm, height_mm)
        for item in self.items:
            if isinstance(item, Line):
                page.items.append(Line(tuple((x + dx, y + dy) for x, y in item.points), item.layer, item.closed))
            else:
                page.items.append(type(item)(**{**item.__dict__, "x": item.x + dx, "y": item.y + dy}))
        return page


def _n(value: float) -> str:
    return f"{value:.3f}".rstrip("0").rstrip(".") if abs(value) > 5e-4 else "0"


def svg(drawing: Drawing) -> str:
    """The drawing as SVG, 1 : 1."""
    w, h = _n(drawing.width_mm), _n(drawing.height_mm)
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{w}mm" height="{h}mm" viewBox="0 0 {w} {h}">']
    layers = {item.layer.name: item.layer for item in drawing.items}
    rules = [
        f".{layer.name}{{stroke:{layer.stroke};fill:{layer.fill};stroke-width:{_n(layer.width_mm)}"
        f"{';stroke-dasharray:1 .8' if layer.dashed else ''}}}"
        for layer in layers.values()
    ]
    rules += [
        f"text.{layer.name}{{fill:{layer.stroke};stroke:none;font-family:Helvetica,Arial,sans-serif}}"
        for layer in layers.values()
    ]
    out.append(f"<style>path,circle{{stroke-linecap:round;stroke-linejoin:round}} {' '.join(rules)}</style>")
    out += [_svg_item(item) for item in drawing.items]
    return "\n".join([*out, "</svg>", ""])


def _svg_item(item) -> str:
    if isinstance(item, Line):
        path = "M" + " L".join(f"{_n(x)} {_n(y)}" for x, y in item.points) + ("Z" if item.closed else "")
        return f'<path class="{item.layer.name}" d="{path}"/>'
    if isinstance(item, Circle):
        return f'<circle class="{item.layer.name}" cx="{_n(item.x)}" cy="{_n(item.y)}" r="{_n(item.radius)}"/>'
    words = item.text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    spin = f' transform="rotate(-90 {_n(item.x)} {_n(item.y)})"' if item.turned else ""
    anchor = "" if item.anchor == "start" else f' text-anchor="{item.anchor}"'
    return f'<text class="{item.layer.name}" x="{_n(item.x)}" y="{_n(item.y)}" font-size="{_n(item.size_mm)}"{anchor}{spin}>{words}</text>'


def dxf(drawing: Drawing) -> str:
    """The drawing as DXF release 12 in mm, y upwards from the lower left corner of the page, one DXF layer for each layer."""
    layers = {item.layer.name.upper(): number for number, item in enumerate(drawing.items, 1)}
    pairs: list[tuple[int, object]] = [(0, "SECTION"), (2, "HEADER"), (9, "$ACADVER"), (1, "AC1009"), (9, "$INSUNITS"), (70, 4),
                                       (0, "ENDSEC"), (0, "SECTION"), (2, "TABLES"), (0, "TABLE"), (2, "LAYER"), (70, len(layers))]  # fmt: skip
    for number, name in enumerate(layers, 1):
        pairs += [(0, "LAYER"), (2, name), (70, 0), (62, number), (6, "CONTINUOUS")]
    pairs += [(0, "ENDTAB"), (0, "ENDSEC"), (0, "SECTION"), (2, "ENTITIES")]
    for item in drawing.items:
        pairs += _dxf_item(item, drawing.height_mm)
    pairs += [(0, "ENDSEC"), (0, "EOF")]
    return "".join(f"{code:3}\n{value if not isinstance(value, float) else f'{value:.4f}'}\n" for code, value in pairs)


def _dxf_item(item, height: float):
    layer = item.layer.name.upper()
    if isinstance(item, Circle):
        return [(0, "CIRCLE"), (8, layer), (10, item.x), (20, height - item.y), (40, item.radius)]
    if isinstance(item, Line):
        out = [(0, "POLYLINE"), (8, layer), (66, 1), (70, int(item.closed)), (10, 0.0), (20, 0.0), (30, 0.0)]
        for x, y in item.points:
            out += [(0, "VERTEX"), (8, layer), (10, x), (20, height - y)]
        return [*out, (0, "SEQEND"), (8, layer)]
    place = {"start": 0, "middle": 1, "end": 2}[item.anchor]
    y = height - item.y
    return [(0, "TEXT"), (8, layer), (10, item.x), (20, y), (40, item.size_mm), (1, _ascii(item.text)),
            (50, 90.0 if item.turned else 0.0), (72, place), (11, item.x), (21, y)]  # fmt: skip


def _ascii(text: str) -> str:
    for mark, plain in (("−", "-"), ("±", "+-"), ("µ", "u"), ("Ω", "Ohm"), ("·", "-"), ("×", "x"), ("⌀", "dia ")):
        text = text.replace(mark, plain)
    return text.encode("ascii", "replace").decode()


def pdf(pages: list[Drawing]) -> bytes:
    """The drawings as one PDF, one page each, 1 : 1, without a date."""
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    kids = []
    for page in pages:
        body = _pdf_body(page)
        objects.append(f"<< /Length {len(body.encode('latin-1'))} >>\nstream\n{body}\nendstream")
        size = f"{page.width_mm * 72 / 25.4:.3f} {page.height_mm * 72 / 25.4:.3f}"
        objects.append(f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {size}] /Contents {len(objects)} 0 R "
                       "/Resources << /Font << /F 3 0 R >> >> >>")  # fmt: skip
        kids.append(f"{len(objects)} 0 R")
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>"
    out, places = b"%PDF-1.4\n", []
    for number, text in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{text}\nendobj\n".encode("latin-1")
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    tail = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{len(out)}\n%%EOF\n"
    return out + tail.encode("latin-1")


def _rgb(colour: str) -> str:
    return " ".join(f"{int(colour[i : i + 2], 16) / 255:.3f}" for i in (1, 3, 5))


def _pdf_body(page: Drawing) -> str:
    k = 72 / 25.4
    out = [f"{k:.6f} 0 0 {-k:.6f} 0 {page.height_mm * k:.4f} cm 1 J 1 j"]
    for item in page.items:
        layer = item.layer
        if isinstance(item, Words):
            words = item.text.replace("−", "-").replace("⌀", "ø").replace("Ω", "Ohm")
            escaped = (
                words.encode("cp1252", "replace")
                .decode("latin-1")
                .replace("\\", r"\\")
                .replace("(", r"\(")
                .replace(")", r"\)")
            )
            back = {"start": 0, "middle": 0.26, "end": 0.52}[item.anchor] * len(words) * item.size_mm
            x, y = (item.x, item.y + back) if item.turned else (item.x - back, item.y)
            matrix = "0 -1 -1 0" if item.turned else "1 0 0 -1"
            out.append(
                f"BT {_rgb(layer.stroke)} rg /F {_n(item.size_mm)} Tf {matrix} {_n(x)} {_n(y)} Tm ({escaped}) Tj ET"
            )
            continue
        stroked, filled = layer.stroke != "none", layer.fill != "none"
        style = f"{_n(layer.width_mm)} w " + ("[1 .8] 0 d " if layer.dashed else "[] 0 d ")
        style += (f"{_rgb(layer.stroke)} RG " if stroked else "") + (f"{_rgb(layer.fill)} rg " if filled else "")
        end = "B" if stroked and filled else "f" if filled else "S"
        out.append(style + _pdf_path(item) + " " + end)
    return "\n".join(out)


def _pdf_path(item) -> str:
    if isinstance(item, Line):
        points = [f"{_n(x)} {_n(y)} {'m' if n == 0 else 'l'}" for n, (x, y) in enumerate(item.points)]
        return " ".join(points) + (" h" if item.closed else "")
    x, y, r = item.x, item.y, item.radius
    c = r * 4 / 3 * (math.sqrt(2) - 1)
    curves = ((x + r, y + c, x + c, y + r, x, y + r), (x - c, y + r, x - r, y + c, x - r, y), (x - r, y - c, x - c, y - r, x, y - r),
              (x + c, y - r, x + r, y - c, x + r, y))  # fmt: skip
    return f"{_n(x + r)} {_n(y)} m " + " ".join(" ".join(map(_n, curve)) + " c" for curve in curves) + " h"
