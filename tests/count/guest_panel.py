"""Runs on the emulated machine: draws the scenes of the display between marks, and prints their names as JSON.

A picture is drawn twice before it is counted, as in the box, where rendered words and the EQ curve are kept from picture to
picture. While a knob of the EQ turns, its curve is new in each picture: "eq_turned" computes it.
"""

import ctypes
import json
import sys

from firmware.panel.drawing import draw, eq, pack
from tests.support.panel_scenes import SCENES

START, STOP, CASE = 7001, 7002, 7003  # as in plugin.c
mark = ctypes.CDLL(None).syscall


def main(names):
    mark(START)
    mark(STOP)
    mark(CASE)
    for name in names:
        view = SCENES[name]()
        for _ in range(2):
            pack(draw(view)).tobytes()
        if name == "eq_turned":
            eq.response.cache_clear()
        mark(START)
        pack(draw(view)).tobytes()
        mark(STOP)
        mark(CASE)
    json.dump(
        {"cases": [{"name": name, "sound": "", "block": 1, "blocks": 1} for name in names], "modules": []}, sys.stdout
    )


main(sys.argv[1:])
