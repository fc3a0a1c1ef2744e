"""Subscriptions: meter frames and changes, at the rate that was asked for and that the line can carry."""

import pytest

from firmware.contract import protocol
from firmware.link.session import Session, describe_link

from .conftest import Clock, drain, run, subscribe


def test_meters_are_sent_at_the_requested_rate_until_the_lease_expires(session):
    subscribe(session, hz=30, ttl_s=1.0)
    frames = [m for m in run(session, 3.0) if m["method"] == "m"]
    assert 29 <= len(frames) <= 31
    assert session.wait_s() is None


def test_a_renewed_lease_continues_without_a_new_header(session):
    subscribe(session, hz=20, ttl_s=1.0)
    seen = []
    for n in range(5):
        seen += run(session, 0.8)
        session.receive(protocol.encode({"id": f"r-{n}", "method": "renew", "params": {"ttl_s": 1.0}}))
    fast = [m["params"][0] for m in seen if m.get("method") == "m"]
    assert fast == list(range(1, len(fast) + 1)) and 78 <= len(fast) <= 82


def test_columns_contain_the_values_of_the_meters(session, fake):
    fake.play(0.5, -20)
    header = subscribe(session, hz=30, ttl_s=1.0)
    said = run(session, 0.2)
    fast = next(m["params"] for m in said if m.get("method") == "m")
    slow = next(m["params"] for m in said if m.get("method") == "s")
    assert len(fast) == len(header["fast"]) and len(slow) == len(header["slow"])
    values = dict(zip(header["fast"] + header["slow"],
                      (i / s for i, s in zip(fast + slow, header["fast_per_unit"] + header["slow_per_unit"], strict=True)),
                      strict=True))  # fmt: skip
    truth = fake.meter_reader().read() | fake.counters()
    for name, value in truth.items():
        assert values[name] == pytest.approx(float(value), abs=0.006), name


def test_meters_that_are_not_numbers_are_shown_as_silence(fake):
    from firmware.link.meter_stream import integer

    assert [integer(v, 100) for v in (float("nan"), float("inf"), -1.234)] == [-15000, -15000, -123]


def test_gains_of_the_eq_are_fast_columns_if_the_line_is_fast_enough(fake):
    gains = [f"eq_b{n}_db" for n in range(1, 9)]
    for bytes_per_s, hz, fast in ((0, 30, True), (11_520, 20, True), (11_520, 30, False)):
        session = Session(fake, describe_link("uart" if bytes_per_s else "usb", bytes_per_s), clock=Clock())
        session.clock = session._clock
        header = subscribe(session, hz=hz, ttl_s=10)
        assert header["hz"] == hz and set(gains) <= set(header["fast" if fast else "slow"])


def test_slow_frames_lose_no_extreme(fake):
    """A peak that ends before the next slow frame."""
    clock = Clock()
    session = Session(fake, describe_link("uart", 11_520), clock=clock)
    session.clock = clock
    header = subscribe(session, hz=30, ttl_s=10)
    run(session, 0.6)
    fake.play(0.02, -3)
    run(session, 0.1)
    fake.play(0.1, -60)
    slow = [m["params"] for m in run(session, 0.5) if m.get("method") == "s"]
    assert slow[0][header["slow"].index("in_tp_l_dbtp")] == pytest.approx(-300, abs=30)


def test_a_slow_line_gets_as_many_frames_as_it_can_carry(fake, record):
    """30 Hz of meters at 115 200 baud, counting fast frames, slow frames and renewals."""
    shares = {}
    for baud in (115_200, 38_400):
        clock = Clock()
        session = Session(fake, describe_link("uart", baud // 10), clock=clock)
        session.clock = clock
        fake.play(0.3, -1)
        granted = subscribe(session, hz=30, ttl_s=10)["hz"]
        sent = 0

        def write(data):
            nonlocal sent
            sent += len(data)
            return len(data)

        for n in range(2000):
            clock.now += 0.005
            session.tick()
            if n % 200 == 0:
                session.receive(protocol.encode({"id": f"r-{n}", "method": "renew", "params": {"ttl_s": 3.0}}))
            session.outbox.pump(write)
        shares[baud] = (granted, sent / 10 / (baud / 10))
    assert shares[115_200][0] == 30 and shares[38_400][0] < 30
    assert shares[115_200][1] <= 0.45 and shares[38_400][1] <= 0.45
    record("Link", "meters at 30 Hz with all columns and lease renewals: load of a serial line with 115 200 baud", 100 * shares[115_200][1], "% of the line",
           target="≤ 45 %", digits=0, tolerance=4)  # fmt: skip


def test_changes_are_sent_with_their_source_and_several_are_combined(session, fake):
    subscribe(session, hz=0, ttl_s=5, changes=True)
    for detent in range(100):
        fake.store.set_many({"input.trim_db": -detent / 10}, "panel")
        run(session, 0.005)
    fake.store.set_many({"eq.b1.gain_db": 2.0}, "panel")
    run(session, 0.005)
    session.clock.now += 0.1
    session.tick()
    told = drain(session)[-1]
    assert told["method"] == "changed" and told["params"]["source"] == "panel"
    assert told["params"]["values"]["eq.b1.gain_db"] == 2.0 and told["params"]["rev"] == fake.store.rev


def test_no_change_is_lost_and_they_stay_below_twenty_a_second(session, fake):
    subscribe(session, hz=0, ttl_s=10, changes=True)
    told, state = 0, {}
    for detent in range(200):
        fake.store.set_many({f"eq.b{detent % 8 + 1}.gain_db": detent / 100}, "panel")
        for message in run(session, 0.01):
            told += 1
            state |= message["params"]["values"]
    for message in run(session, 0.2):
        state |= message["params"]["values"]
    assert told <= 41
    for id, value in state.items():
        assert value == pytest.approx(fake.store.get(id), abs=0.051)
    assert len(state) == 8


def ask(session, client: str, number: int, **values) -> None:
    session.receive(protocol.encode({"id": f"{client}-{number}", "method": "set", "params": {"values": values}}))
    drain(session)


def test_a_change_is_told_within_50_ms_also_while_others_are_made(session, fake, record):
    subscribe(session, hz=30, ttl_s=10, changes=True)
    late = []
    for detent in range(100):
        fake.store.set_many({"input.trim_db": -detent / 10 - 0.1}, "panel")
        waited, told = 0.0, []
        while not told:
            told = [m for m in run(session, 0.001, 0.001) if m["method"] == "changed"]
            waited += 0.001
        assert told[0]["params"]["values"]["input.trim_db"] == pytest.approx(fake.store.get("input.trim_db"))
        late.append(waited)
        run(session, 0.003 * (detent % 7), 0.001)
    assert max(late) < 0.0525  # the clock of this test has steps of 1 ms
    record("Link", "longest time from a change of a parameter to its notification, in the box", 1000 * max(late), "ms",
           target="≤ 100 ms", digits=0, tolerance=2)  # fmt: skip


def test_changes_carry_the_word_of_the_client_that_made_them(session, fake):
    subscribe(session, hz=0, ttl_s=10, changes=True)
    ask(session, "aa.b", 1, **{"input.trim_db": -1.0})
    ask(session, "aa.b", 2, **{"eq.b1.gain_db": 1.0})
    ask(session, "cc", 1, **{"input.trim_db": -2.0})
    fake.store.set_many({"eq.b2.gain_db": 3.0}, "panel")
    told = [message["params"] for message in run(session, 0.2)]
    assert told == [
        {"values": {"eq.b1.gain_db": 1.0}, "rev": 2, "source": "link", "by": "aa.b"},
        {"values": {"input.trim_db": -2.0}, "rev": 3, "source": "link", "by": "cc"},
        {"values": {"eq.b2.gain_db": 3.0}, "rev": 4, "source": "panel", "by": ""},
    ]


def test_a_value_that_another_client_has_replaced_is_not_told_as_a_change_of_names(session, fake):
    subscribe(session, hz=0, ttl_s=10, changes=True)
    ask(session, "aa", 1, **{"input.trim_db": -1.0})
    ask(session, "cc", 1, **{"input.trim_db": -2.0})
    (told,) = [message["params"] for message in run(session, 0.2)]
    assert told["by"] == "cc" and told["values"] == {"input.trim_db": -2.0}


def test_changes_from_the_console_have_no_client(session, fake):
    subscribe(session, hz=0, ttl_s=10, changes=True)
    ask(session, "aa", 1, **{"input.trim_db": -1.0})
    session.receive(b"set input.trim_db -3\r")
    session.outbox.clear()  # the answer of the console is not JSON
    (told,) = [message["params"] for message in run(session, 0.2)]
    assert (told["source"], told["by"], told["values"]) == ("link", "", {"input.trim_db": -3.0})


def test_a_new_hello_ends_the_subscription_of_the_previous_session(session):
    subscribe(session, hz=30, ttl_s=5)
    session.receive(protocol.encode({"id": "h-1", "method": "hello", "params": {"proto": [1]}}))
    drain(session)
    assert run(session, 1.0) == []
