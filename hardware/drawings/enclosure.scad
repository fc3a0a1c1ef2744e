// Made from mechanical.toml by `make hardware`; do not edit. All in mm.
part = "all"; // tray, lid, bar, all
$fn = 48;
width = 440; depth = 200; height = 40; wall = 1.5;
module rear_cuts() { // in the rear wall, seen from behind: x from its left edge
  translate([width - 22, depth + wall / 2, height - 20]) rotate([90, 0, 0]) cylinder(d = 8.2, h = 3 * wall, center = true); // POWER 5 V 4 A
  translate([width - 48, depth + wall / 2, height - 20]) rotate([90, 0, 0]) cylinder(d = 10, h = 3 * wall, center = true); // FOOT
  translate([width - 85, depth + wall / 2, height - 20]) rotate([90, 0, 0]) cylinder(d = 24, h = 3 * wall, center = true); // OUT R
  translate([width - 75.5, depth + wall / 2, height - 8]) rotate([90, 0, 0]) cylinder(d = 3.2, h = 3 * wall, center = true); // OUT R screw
  translate([width - 94.5, depth + wall / 2, height - 32]) rotate([90, 0, 0]) cylinder(d = 3.2, h = 3 * wall, center = true); // OUT R screw
  translate([width - 117, depth + wall / 2, height - 20]) rotate([90, 0, 0]) cylinder(d = 24, h = 3 * wall, center = true); // OUT L
  translate([width - 107.5, depth + wall / 2, height - 8]) rotate([90, 0, 0]) cylinder(d = 3.2, h = 3 * wall, center = true); // OUT L screw
  translate([width - 126.5, depth + wall / 2, height - 32]) rotate([90, 0, 0]) cylinder(d = 3.2, h = 3 * wall, center = true); // OUT L screw
  translate([width - 149, depth + wall / 2, height - 20]) rotate([90, 0, 0]) cylinder(d = 24, h = 3 * wall, center = true); // IN R
  translate([width - 139.5, depth + wall / 2, height - 8]) rotate([90, 0, 0]) cylinder(d = 3.2, h = 3 * wall, center = true); // IN R screw
  translate([width - 158.5, depth + wall / 2, height - 32]) rotate([90, 0, 0]) cylinder(d = 3.2, h = 3 * wall, center = true); // IN R screw
  translate([width - 181, depth + wall / 2, height - 20]) rotate([90, 0, 0]) cylinder(d = 24, h = 3 * wall, center = true); // IN L
  translate([width - 171.5, depth + wall / 2, height - 8]) rotate([90, 0, 0]) cylinder(d = 3.2, h = 3 * wall, center = true); // IN L screw
  translate([width - 190.5, depth + wall / 2, height - 32]) rotate([90, 0, 0]) cylinder(d = 3.2, h = 3 * wall, center = true); // IN L screw
  translate([width - 340, depth + wall / 2, height - 20]) cube([14, 3 * wall, 8], center = true); // LAPTOP (USB-C of the Pi)
  translate([width - 420, depth + wall / 2, height - 20]) rotate([90, 0, 0]) cylinder(d = 4.2, h = 3 * wall, center = true); // GROUND
}
module posts() {
  translate([33.5, 63.5, 0]) cylinder(d = 3.2, h = 3 * wall, center = true); // Pi with HAT
  translate([91.5, 63.5, 0]) cylinder(d = 3.2, h = 3 * wall, center = true); // Pi with HAT
  translate([33.5, 112.5, 0]) cylinder(d = 3.2, h = 3 * wall, center = true); // Pi with HAT
  translate([91.5, 112.5, 0]) cylinder(d = 3.2, h = 3 * wall, center = true); // Pi with HAT
  translate([234, 49, 0]) cylinder(d = 3.2, h = 3 * wall, center = true); // analog-io
  translate([406, 49, 0]) cylinder(d = 3.2, h = 3 * wall, center = true); // analog-io
  translate([234, 141, 0]) cylinder(d = 3.2, h = 3 * wall, center = true); // analog-io
  translate([406, 141, 0]) cylinder(d = 3.2, h = 3 * wall, center = true); // analog-io
}
module tray() {
  difference() {
    translate([-wall, 0, -wall]) cube([width + 2 * wall, depth + wall, height + wall]);
    translate([0, -1, 0]) cube([width, depth + 1, height + 1]);
    rear_cuts();
    posts();
    for (x = [20 : 12 : width - 20]) translate([x, depth / 2, 0]) cube([4, depth / 3, 3 * wall], center = true); // air
  }
}
module lid() {
  difference() {
    translate([-wall, 0, height]) cube([width + 2 * wall, depth + wall, wall]);
    for (x = [20 : 12 : width - 20]) translate([x, depth / 2, height]) cube([4, depth / 3, 3 * wall], center = true); // air
  }
}
module bar() { // presses one end of the display's board against the plate; print two
  difference() {
    translate([-4, -15, 0]) cube([8, 30, 4]);
    for (y = [-10, 10]) translate([0, y, -1]) cylinder(d = 2.7, h = 6);
  }
}
if (part == "tray" || part == "all") tray();
if (part == "lid" || part == "all") lid();
if (part == "bar") bar();
