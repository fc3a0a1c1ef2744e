"""The case from above: where boards, display and sockets are, and how the cables run."""

from .drawing import Drawing, Layer

WALL = Layer("wall", "#202020", width_mm=0.6)
PART = Layer("part", "#0050a0", "#eef4fb", 0.3)
CABLE = Layer("cable", "#b06000", width_mm=0.8)
WORDS = Layer("words", "#202020")


def view(mechanical: dict) -> Drawing:
    """The drawing at 1 : 1, with the front at the bottom."""
    case, front, display = mechanical["case"], mechanical["front_board"], mechanical["display"]
    left, top = 30.0, 24.0
    page = Drawing(case["width_mm"] + 60, case["depth_mm"] + 60)
    bottom = top + case["depth_mm"]
    page.rect(WALL, left, top, case["width_mm"], case["depth_mm"])
    plate_left = left - case["left_on_plate_mm"]
    page.rect(WALL, plate_left, bottom, 482.6, 3)

    def block(x, depth, width, length, name):
        page.rect(PART, left + x, bottom - depth - length, width, length)
        page.text(WORDS, left + x + width / 2, bottom - depth - length / 2 + 1, name, 4, "middle")

    for part in case["part"]:
        block(part["x_mm"], part["depth_mm"], part["width_mm"], part["length_mm"], part["name"])
    offset = case["left_on_plate_mm"]
    block(front["x_mm"] - offset, front["distance_mm"], front["width_mm"], 8, "front-panel board, upright")
    block(96 - display["outline_mm"][0] / 2 - offset, 0, display["outline_mm"][0], display["depth_mm"], "display")
    for place in mechanical["rear"]:
        x = left + case["width_mm"] - place["x_mm"]
        depth = 36 if place["kind"] == "xlr" else 20
        width = 26 if place["kind"] == "xlr" else place.get("keep_mm", 12)
        page.rect(PART, x - width / 2, top, width, depth)
        page.text(WORDS, x, top - 4, place["name"].split(" (")[0], 2.8, "middle")
    pi, io = (case["part"][0], case["part"][1])
    ribbon_y = bottom - 36
    page.line(CABLE, (left + pi["x_mm"] + 70, bottom - pi["depth_mm"]), (left + pi["x_mm"] + 70, ribbon_y), (left + io["x_mm"] + 40, ribbon_y),
              (left + io["x_mm"] + 40, bottom - io["depth_mm"]))  # fmt: skip
    page.line(CABLE, (left + 200, ribbon_y), (left + 200, bottom - front["distance_mm"] - 8))
    page.text(CABLE, left + 122, ribbon_y - 2, "W1, ribbon", 3.5)
    page.text(
        WORDS,
        left,
        bottom + 14,
        "The case from above, front below. Analog cables (W3 to W8) stay behind the analog board, away from W1 and the display.",
        4,
    )
    return page
