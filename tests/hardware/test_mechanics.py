"""The mechanical parts: nothing overlaps, everything fits into one rack unit and the boards fit behind the plate, and the
drawings have every hole."""

import math
from xml.etree import ElementTree

import ezdxf
import pytest

from firmware.system import board
from tools.hardware import drawing, enclosure, generate, lists, panel

MECHANICAL = lists.read_toml("mechanical.toml")
UNIT_MM = 43.66


def box(x, y, width, height=None):
    height = height or width
    return x - width / 2, y - height / 2, x + width / 2, y + height / 2


def meet(a, b, apart=0.0):
    return a[0] < b[2] + apart and b[0] < a[2] + apart and a[1] < b[3] + apart and b[1] < a[3] + apart


@pytest.mark.parametrize("profile", board.PANELS)
def test_holes_of_the_plate_are_apart_and_inside_one_unit(profile):
    loaded = board.load(panel=profile)
    cut = panel.holes(loaded, MECHANICAL if profile == "b" else {**MECHANICAL, "front_hole": []})
    assert loaded.panel.height_mm == UNIT_MM and loaded.panel.width_mm == 482.6
    for number, (name, x, y, width, height) in enumerate(cut):
        left, top, right, bottom = box(x, y, width, height)
        assert left >= 2 and top >= 2 and right <= 480.6 and bottom <= UNIT_MM - 2, f"{name} is too near to the edge"
        for other, ox, oy, w, h in cut[:number]:
            assert not meet(box(x, y, width, height), box(ox, oy, w, h), apart=2.0), f"{name} and {other}"


@pytest.mark.parametrize("profile", board.PANELS)
def test_knobs_are_at_least_22_mm_apart_and_keys_at_least_16_mm(profile):
    controls = board.load(panel=profile).panel.control
    for kind, least in (("ENC", 22), ("KEY", 16)):
        chosen = [c for c in controls if (c.name.startswith("ENC") if kind == "ENC" else 10 <= c.hole_mm < 13)]
        for number, control in enumerate(chosen):
            for other in chosen[:number]:
                distance = math.hypot(control.x_mm - other.x_mm, control.y_mm - other.y_mm)
                assert distance >= least, f"{control.name} and {other.name} are {distance:.1f} mm apart"


def test_controls_are_on_the_board_and_the_display_is_next_to_it():
    place = MECHANICAL["front_board"]
    area = (place["x_mm"], place["y_mm"], place["x_mm"] + place["width_mm"], place["y_mm"] + place["height_mm"])
    assert area[1] > 0 and area[3] < UNIT_MM
    case = MECHANICAL["case"]
    assert case["left_on_plate_mm"] < area[0] and area[2] < case["left_on_plate_mm"] + case["width_mm"]
    display = MECHANICAL["display"]
    for control in board.load(panel="b").panel.control:
        if control.name == "DISPLAY":
            glass = box(control.x_mm, control.y_mm, *display["outline_mm"])
            assert not meet(glass, area, apart=3.0), "the display is so deep that it would touch the board"
            assert (
                control.hole_mm >= display["active_mm"][0] + 1 and control.hole_height_mm >= display["active_mm"][1] + 1
            )
            assert control.hole_mm < display["outline_mm"][0] and control.hole_height_mm < display["outline_mm"][1]
            for hole in MECHANICAL["front_hole"]:
                if "display" in hole["name"]:
                    assert not meet(glass, box(hole["x_mm"], hole["y_mm"], hole["hole_mm"])), hole["name"]
        else:
            half = 6.6 if control.name.startswith("ENC") else 6.0 if control.hole_mm > 5 else 2.0
            body = box(control.x_mm, control.y_mm, 2 * half)
            assert body[0] > area[0] and body[1] > area[1] and body[2] < area[2] and body[3] < area[3], control.name


def test_labels_of_the_plate_do_not_cover_holes_or_caps():
    loaded = board.load(panel="b")
    cut = panel.holes(loaded, MECHANICAL)
    texts = []
    for control in loaded.panel.control:
        if control.label:
            x, y = panel.label_place(control)
            width = 0.62 * 2.4 * len(control.label)
            texts.append((control.label, (x - width / 2, y - 1.8, x + width / 2, y + 0.2)))
    for number, (label, text) in enumerate(texts):
        assert text[1] > 0.5 and text[3] < UNIT_MM - 0.5, label
        assert not [name for name, x, y, w, h in cut if meet(text, box(x, y, w, h))], label
        assert not [other for other, area in texts[:number] if meet(text, area)], label


def test_parts_in_the_case_are_apart_and_fit():
    case = MECHANICAL["case"]
    front = MECHANICAL["front_board"]
    taken = [
        (
            "front board",
            (front["x_mm"] - case["left_on_plate_mm"], 0, front["x_mm"] + front["width_mm"], front["distance_mm"] + 20),
        )
    ]
    taken.append(("display", (40, 0, 125, MECHANICAL["display"]["depth_mm"] + 15)))
    for part in case["part"]:
        area = (part["x_mm"], part["depth_mm"], part["x_mm"] + part["width_mm"], part["depth_mm"] + part["length_mm"])
        assert area[2] <= case["width_mm"] - 5 and area[3] <= case["depth_mm"] - 38, (
            f"{part['name']}: XLR sockets need 38 mm"
        )
        assert part["height_mm"] + 4 <= case["height_mm"], part["name"]
        assert not [name for name, other in taken if meet(area, other, apart=3.0)], part["name"]
        for x, y in part["holes_mm"]:
            assert 2 < x < part["width_mm"] - 2 and 2 < y < part["length_mm"] - 2
        taken.append((part["name"], area))


def test_rear_wall_has_enough_space_for_every_socket():
    case, areas = MECHANICAL["case"], []
    for place in MECHANICAL["rear"]:
        size = MECHANICAL["xlr"]["flange_mm"] if place["kind"] == "xlr" else [place["keep_mm"], place["keep_mm"]]
        area = box(place["x_mm"], place["y_mm"], *size)
        assert area[0] > 3 and area[2] < case["width_mm"] - 3 and area[1] > 2 and area[3] < case["height_mm"] - 2, (
            place["name"]
        )
        assert not [name for name, other in areas if meet(area, other, apart=2.0)], place["name"]
        areas.append((place["name"], area))
    names = {name for name, _ in areas}
    assert {"IN L", "IN R", "OUT L", "OUT R", "FOOT", "GROUND"} <= names


def holes_of_dxf(text, height):
    """(kind, x, y, width, height) of everything on the layer CUT, y downwards, read by an independent library."""
    import io

    read = ezdxf.read(io.StringIO(text))
    assert not read.audit().has_errors
    found = []
    for entity in read.modelspace().query('*[layer=="CUT"]'):
        if entity.dxftype() == "CIRCLE":
            found.append(
                (
                    round(entity.dxf.center.x, 2),
                    round(height - entity.dxf.center.y, 2),
                    round(2 * entity.dxf.radius, 2),
                    None,
                )
            )
        else:
            xs, ys = zip(*((point.x, point.y) for point in entity.points()), strict=True)
            found.append((round((min(xs) + max(xs)) / 2, 2), round(height - (min(ys) + max(ys)) / 2, 2), round(max(xs) - min(xs), 2),
                          round(max(ys) - min(ys), 2)))  # fmt: skip
    return sorted(found, key=str)


def expected(cut, width, height):
    outline = (round(width / 2, 2), round(height / 2, 2), width, height)
    return sorted([*((round(x, 2), round(y, 2), size, tall) for _, x, y, size, tall in cut), outline], key=str)


def test_drilling_files_have_every_hole_at_its_place():
    """The files are read with ezdxf, which is independent of the code that writes them. A hole that is moved by 1 mm in a file
    is detected."""
    text = (lists.HARDWARE / "drawings/panel.dxf").read_text()
    wanted = expected(panel.holes(board.load(panel="b"), MECHANICAL), 482.6, UNIT_MM)
    assert holes_of_dxf(text, UNIT_MM) == wanted
    moved = text.replace(f"\n{228.0:.4f}\n", f"\n{229.0:.4f}\n")
    assert moved != text and holes_of_dxf(moved, UNIT_MM) != wanted
    rear = (lists.HARDWARE / "drawings/rear.dxf").read_text()
    case = MECHANICAL["case"]
    assert holes_of_dxf(rear, case["height_mm"]) == expected(
        panel.rear_cuts(MECHANICAL), case["width_mm"], case["height_mm"]
    )


def test_a_control_that_moves_by_1_mm_makes_the_committed_drawings_stale():
    text = board.read("b").replace("x_mm = 228.0", "x_mm = 229.0")
    moved = board.load(text=text)
    assert (
        drawing.dxf(panel.plate(moved, MECHANICAL, keep=False)) != (lists.HARDWARE / "drawings/panel.dxf").read_text()
    )


def test_drawings_are_to_scale():
    for name, width, height in (("panel-a.svg", 482.6, UNIT_MM), ("rear.svg", 440, 40)):
        root = ElementTree.fromstring((lists.HARDWARE / "drawings" / name).read_text())
        assert root.get("width") == f"{width:g}mm" and root.get("viewBox") == f"0 0 {width:g} {height:g}"


def test_drilling_sheets_show_every_hole_once_or_twice_with_a_rule_of_100_mm():
    sheets = panel.sheets(board.load(panel="b"), MECHANICAL)
    assert len(sheets) == 3
    whole = panel.plate(board.load(panel="b"), MECHANICAL, keep=False)
    circles = [item for item in whole.items if isinstance(item, drawing.Circle)]
    seen = sum(isinstance(item, drawing.Circle) for page in sheets for item in page.items)
    assert len(circles) <= seen <= 2 * len(circles)
    step = panel.STRIP_MM - panel.OVERLAP_MM
    for edge in (panel.STRIP_MM, step, step + panel.STRIP_MM, 2 * step):
        cut = [
            name
            for name, x, _, width, _ in panel.holes(board.load(panel="b"), MECHANICAL)
            if abs(x - edge) < width / 2 + 0.5
        ]
        assert not cut, f"the edge of a sheet at x = {edge:g} runs through {cut}"
    for page in sheets:
        assert (page.width_mm, page.height_mm) == (297.0, 210.0)
        rules = [item for item in page.items if isinstance(item, drawing.Line) and len(item.points) == 2
                 and math.isclose(abs(item.points[0][0] - item.points[1][0]), 100.0)]  # fmt: skip
        assert rules
    data = generate.binaries()["panel-a4.pdf"]
    assert (
        data.startswith(b"%PDF-1.4")
        and data.count(b"/Type /Page ") == 3
        and data == generate.binaries()["panel-a4.pdf"]
    )


def test_enclosure_has_the_cutouts_of_the_rear_wall():
    source = enclosure.scad(MECHANICAL)
    for name, *_ in panel.rear_cuts(MECHANICAL):
        assert f"// {name}\n" in source
    assert source.count("{") == source.count("}") and source.count("(") == source.count(")")
