"""The boards' data, without KiCad: every part has its place, the front board fits the plate, routes name the board's nets."""

import tomllib

import pytest

from firmware.system import board as profiles
from hardware.circuits import BOARDS, keys, of_board
from tools.hardware import lists

#: From the origin of a footprint to the centre of its shaft, key or hole in the front plate, in mm.
MIDDLE = {"encoder": (7.5, 2.5), "key": (6.25, 2.5), "LED_green": (1.27, 0.0)}


def table(name):
    return tomllib.loads((lists.HARDWARE / "boards" / f"{name}.toml").read_text())


@pytest.mark.parametrize("name", list(BOARDS))
def test_every_part_has_one_place_on_its_board(name):
    data = table(name)
    front, back = data["place"], data.get("place_back", {})
    assert not set(front) & set(back)
    assert set(front) | set(back) == {ref for circuit in of_board(name) for ref in circuit.parts}
    for ref, (x, y, _) in (front | back).items():
        assert 0 < x < data["width_mm"] and 0 < y < data["height_mm"], ref


def test_boards_have_the_size_and_the_holes_of_mechanical_toml():
    mechanical = lists.read_toml("mechanical.toml")
    case = next(part for part in mechanical["case"]["part"] if part["name"] == "analog-io")
    data = table("analog-io")
    assert (data["width_mm"], data["height_mm"], data["holes_mm"]) == (
        case["width_mm"],
        case["length_mm"],
        case["holes_mm"],
    )
    front, data = mechanical["front_board"], table("front-panel")
    assert (data["width_mm"], data["height_mm"]) == (front["width_mm"], front["height_mm"])
    holes = sorted((round(h["x_mm"] - front["x_mm"], 2), round(h["y_mm"] - front["y_mm"], 2))
                   for h in mechanical["front_hole"] if h["name"].startswith("board"))  # fmt: skip
    assert holes == sorted(map(tuple, data["holes_mm"]))


def test_keys_encoders_and_lamp_are_behind_their_holes():
    front, data = lists.read_toml("mechanical.toml")["front_board"], table("front-panel")
    on_plate = {c.name: (c.x_mm, c.y_mm) for c in profiles.load(panel="b").panel.control}
    parts = {ref: part for circuit in of_board("front-panel") for ref, part in circuit.parts.items()}
    refs = (
        {f"S{n}": name for n, name in enumerate(keys.KEYS, 1)}
        | {f"ENC{n}": f"ENC{n}" for n in range(1, 7)}
        | {"D3": "D3"}
    )
    for ref, name in refs.items():
        dx, dy = MIDDLE[parts[ref].item_name]
        x, y, rotation = data["place"][ref]
        assert rotation == 0
        assert (x + dx + front["x_mm"], y + dy + front["y_mm"]) == pytest.approx(on_plate[name], abs=0.02), name


@pytest.mark.parametrize("name", list(BOARDS))
def test_routes_name_nets_of_the_board_and_stay_inside(name):
    data, nets = table(name), {net for circuit in of_board(name) for net in circuit.nets}
    routed = set()
    for line in (lists.HARDWARE / "boards" / f"{name}.routes.txt").read_text().splitlines()[1:]:
        kind, net, *rest = line.split()
        assert kind in ("track", "via") and net in nets
        routed.add(net)
        for point in rest[2:] if kind == "track" else rest:
            x, y = map(float, point.split(","))
            assert 0.4 < x < data["width_mm"] - 0.4 and 0.4 < y < data["height_mm"] - 0.4, line
    assert len(routed) > 0.9 * len(nets)
