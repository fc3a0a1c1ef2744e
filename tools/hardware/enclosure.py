"""enclosure.scad: a case behind the plate for 3D printing or sheet metal, with the cutouts of rear.dxf, and the clamps of the
display."""

from .panel import rear_cuts


def scad(mechanical: dict) -> str:
    """The OpenSCAD source. `part` chooses what is exported: "tray", "lid", "bar" or "all"."""
    case, display = mechanical["case"], mechanical["display"]
    w, d, h, t = case["width_mm"], case["depth_mm"], case["height_mm"], case["wall_mm"]
    out = [
        "// Made from mechanical.toml by `make hardware`; do not edit. All in mm.",
        'part = "all"; // tray, lid, bar, all',
        "$fn = 48;",
        f"width = {w:g}; depth = {d:g}; height = {h:g}; wall = {t:g};",
        "module rear_cuts() { // in the rear wall, seen from behind: x from its left edge",
    ]
    for name, x, y, size, tall in rear_cuts(mechanical):
        place = f"translate([width - {x:g}, depth + wall / 2, height - {y:g}])"
        shape = (
            f"cube([{size:g}, 3 * wall, {tall:g}], center = true);"
            if tall
            else f"rotate([90, 0, 0]) cylinder(d = {size:g}, h = 3 * wall, center = true);"
        )
        out.append(f"  {place} {shape} // {name}")
    out += ["}", "module posts() {"]
    for part in case["part"]:
        for hx, hy in part["holes_mm"]:
            out.append(
                f"  translate([{part['x_mm'] + hx:g}, {part['depth_mm'] + hy:g}, 0]) cylinder(d = 3.2, h = 3 * wall, center = true); // {part['name']}"
            )
    bar_w, bar_h = display["bar_mm"]
    out += [
        "}",
        "module tray() {",
        "  difference() {",
        "    translate([-wall, 0, -wall]) cube([width + 2 * wall, depth + wall, height + wall]);",
        "    translate([0, -1, 0]) cube([width, depth + 1, height + 1]);",
        "    rear_cuts();",
        "    posts();",
        "    for (x = [20 : 12 : width - 20]) translate([x, depth / 2, 0]) cube([4, depth / 3, 3 * wall], center = true); // air",
        "  }",
        "}",
        "module lid() {",
        "  difference() {",
        "    translate([-wall, 0, height]) cube([width + 2 * wall, depth + wall, wall]);",
        "    for (x = [20 : 12 : width - 20]) translate([x, depth / 2, height]) cube([4, depth / 3, 3 * wall], center = true); // air",
        "  }",
        "}",
        "module bar() { // presses one end of the display's board against the plate; print two",
        "  difference() {",
        f"    translate([-{bar_w / 2:g}, -{bar_h / 2:g}, 0]) cube([{bar_w:g}, {bar_h:g}, 4]);",
        "    for (y = [-10, 10]) translate([0, y, -1]) cylinder(d = 2.7, h = 6);",
        "  }",
        "}",
        'if (part == "tray" || part == "all") tray();',
        'if (part == "lid" || part == "all") lid();',
        'if (part == "bar") bar();',
        "",
    ]
    return "\n".join(out)
