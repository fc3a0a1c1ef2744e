"""`burnish learn` with a real server, on a box in whose engine a tone plays meanwhile."""

import json
import threading

import pytest

from firmware.engine import settings_vector


@pytest.fixture
def playing(fake):
    """The box, while a 1 kHz tone of -20 LUFS plays as fast as the machine can."""
    stop = threading.Event()
    fake.store.subscribe(lambda changed, rev, source: fake._engine.set_all(settings_vector(fake.store.snapshot())))

    def play():
        while not stop.is_set():
            fake.play(0.25, -23.0)
            fake.learn.tick()
            stop.wait(0.002)

    thread = threading.Thread(target=play)
    thread.start()
    yield fake
    stop.set()
    thread.join()


def test_learn_sets_the_gain_says_what_it_did_and_undo_takes_it_back(burnish, playing):
    status, out, err = burnish("learn", "--target", "-16", "--seconds", "10")
    gain_db = playing.store.get("limiter.gain_db")
    assert status == 0, err
    assert "play the song now" in err and f"limiter gain +0.0 -> {gain_db:+.1f} dB" in out and "-16.0 LUFS" in out
    assert gain_db == pytest.approx(7.0, abs=0.3)  # -23 dBFS peak, 1 kHz, in both channels
    assert burnish("undo")[0] == 0 and playing.store.get("limiter.gain_db") == 0


def test_learn_without_a_target_takes_that_of_the_preset_and_json_has_the_figures(burnish, playing):
    playing.store.set_target(-18.0, "panel")
    status, out, err = burnish("--json", "learn", "--seconds", "10")
    found = json.loads(out)
    assert status == 0, err
    assert found["phase"] == "done" and found["target_lufs"] == -18.0 and abs(found["expected_lufs"] + 18) < 0.1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--target", "-3"), "-36<=x<=-6"),
        (("--seconds", "5"), "10<=x<=300"),
        (("--seconds", "10", "--target", "-36"), "too far from -36"),
    ],
)
def test_learn_refuses(burnish, playing, arguments, words):
    status, _, err = burnish("learn", *arguments)
    assert status in (2, 8) and words in err
    assert playing.store.get("limiter.gain_db") == 0


def test_learn_refuses_silence_and_bypass_and_can_be_stopped(burnish, fake):
    fake.store.set_many({"chain.bypass": 1}, "panel")
    status, _, err = burnish("learn")
    assert status == 8 and "cannot learn while the bypass is on" in err
    fake.store.set_many({"chain.bypass": 0}, "panel")
    fake.learn.start(-14.0, 30.0)
    assert burnish("learn", "--stop") == (0, "learning was stopped\n", "")
