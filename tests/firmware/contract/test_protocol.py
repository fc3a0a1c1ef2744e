"""The codec survives every byte sequence and detects every damaged line; every message fits its description."""

import inspect
import re
import tomllib
import zlib

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware.contract import messages, protocol
from firmware.contract.protocol import BoxError, Incoming, Lines, Request
from tests.support.paths import ROOT
from tests.support.protocol_document import EXAMPLES, NOTES, protocol_markdown

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@given(JSON)
def test_an_encoded_message_is_one_ascii_line_and_decodes_to_the_same(value):
    line = protocol.encode(value)
    assert line.isascii() and line.count(b"\n") == 1 and b"\r" not in line and line.endswith(b"\n")
    assert msgspec.json.decode(protocol.checked(line[:-1])) == value


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_values_that_json_does_not_have_are_not_encoded(value):
    with pytest.raises(ValueError, match="JSON"):
        protocol.encode({"x": value})


@given(st.binary(max_size=200), st.integers(0, 2**32))
def test_no_bytes_cause_an_exception(data, seed):
    lines = Lines(64)
    for line in lines.feed(data):
        assert protocol.parse(line, Request) is None or protocol.checked(line)
        protocol.parse(line, Incoming)


@given(st.lists(st.binary(min_size=1, max_size=40), max_size=12), st.lists(st.integers(1, 9), min_size=1, max_size=8))
def test_lines_do_not_depend_on_how_the_stream_is_cut(parts, cuts):
    stream = b"\n".join(parts) + b"\n"
    whole = Lines(64).feed(stream)
    lines, pieces, at = Lines(64), [], 0
    while at < len(stream):
        size = cuts[at % len(cuts)]
        pieces += lines.feed(stream[at : at + size])
        at += size
    assert pieces == whole


def test_each_changed_bit_is_noticed():
    line = protocol.encode({"id": "f45c6f-12", "method": "set", "params": {"values": {"eq.b2.gain_db": 1.5}}})[:-1]
    assert protocol.parse(line, Request)
    for bit in range(8 * len(line)):
        damaged = bytearray(line)
        damaged[bit // 8] ^= 1 << bit % 8
        assert protocol.parse(bytes(damaged), Request) is None


def test_a_line_of_a_megabyte_is_dropped_in_bounded_memory_and_the_next_line_is_complete():
    lines = Lines(4096)
    for _ in range(1000):
        assert lines.feed(b"x" * 1000) == []
        assert len(lines._buffer) < 4096
    good = protocol.encode({"id": "a-1", "method": "info"})
    assert lines.feed(b"\n" + good) == [good[:-1]]
    assert lines.overlong == 1


def test_carriage_return_ends_a_line_as_enter_in_a_terminal_does():
    assert Lines(64).feed(b"help\rinfo\r\n\r\n") == [b"help", b"info"]


def test_nesting_that_would_exhaust_the_stack_is_refused():
    for deep in (b"[" * 20_000, b'{"a":' * 20_000):
        line = b'{"id":"a-1","method":"set","params":' + deep
        assert protocol.parse(b"%s *%08x" % (line, zlib.crc32(line)), Request) is None


@pytest.mark.parametrize("text", [b"\xc3(", b"\xed\xa0\x80", b"\xff", b"\xc3", b"\xf4\x90\x80\x80"])
def test_a_frame_with_a_correct_checksum_that_is_not_utf8_is_dropped(text):
    for line in (
        b'{"id":"a-1","method":"%s"}' % text,
        b'{"id":"a-1","method":"get","params":{"paths":["%s"]}}' % text,
        b'{"%s":1}' % text,
    ):
        complete = b"%s *%08x" % (line, zlib.crc32(line))
        request = protocol.parse(complete, Request)
        if request is not None:  # the parameters are read later
            with pytest.raises(BoxError):
                protocol.arguments(request)
        protocol.parse(complete, Incoming)


def test_the_refusal_of_a_method_with_a_long_name_is_short():
    request = protocol.parse(protocol.encode({"id": "a-1", "method": "m" * 60_000})[:-1], Request)
    with pytest.raises(BoxError) as why:
        protocol.arguments(request)
    assert len(protocol.error("a-1", why.value)) < 1000


def test_replies_and_notifications_are_not_requests():
    for line in (
        protocol.result("a-1", protocol.Done()),
        protocol.error("a-1", BoxError("no")),
        protocol.notification("m", [1, 2, 3]),
    ):
        assert protocol.parse(line[:-1], Request) is None
        assert protocol.parse(line[:-1], Incoming) is not None


@pytest.mark.parametrize("id", ["", "a b", "x" * 41, "ü", 'a"', 7, None])
def test_ids_are_short_words(id):
    assert protocol.parse(protocol.encode({"id": id, "method": "info"})[:-1], Request) is None


def test_arguments_say_what_is_wrong():
    def refused(method, arguments):
        request = protocol.parse(protocol.encode({"id": "a-1", "method": method, "params": arguments})[:-1], Request)
        with pytest.raises(BoxError) as why:
            protocol.arguments(request)
        return why.value

    assert refused("sett", {}).name == "unknown_method"
    assert "values" in str(refused("set", {"values": 3}))
    assert "vales" in str(refused("set", {"vales": {}}))
    assert refused("sub", {"hz": 1000}).name == "bad_params"
    assert refused("sub", {"ttl_s": 1e9}).name == "bad_params"


def test_errors_have_distinct_numbers_and_unknown_names_become_refused():
    assert len(set(protocol.ERRORS.values())) == len(protocol.ERRORS)
    assert BoxError("x", name="never heard of").name == "refused"


def test_every_message_type_has_a_text_and_units_in_its_names():
    for method in protocol.METHODS.values():
        for struct in (method.params, method.result):
            assert struct.__doc__ and not struct.__doc__.startswith("Struct"), struct
        assert re.fullmatch(r"[a-z]+(\.[a-z]+)?", method.name)


def test_the_version_is_that_of_the_distribution():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert project["project"]["version"] == protocol.VERSION


def test_a_chunk_fits_into_a_line():
    for kind, chunk in protocol.CHUNK.items():
        line = protocol.encode({"id": "x" * 40, "method": "put.chunk", "params": {"h": 10**9, "off": 65536,
                                                                                    "b64": "A" * (4 * -(-chunk // 3))}})  # fmt: skip
        assert len(line) < protocol.MAX_LINE[kind]


@pytest.mark.parametrize("name", protocol.METHODS)
def test_the_example_in_the_document_is_of_its_type(name):
    asked, answered = EXAMPLES[name]
    request = protocol.parse(protocol.encode({"id": "a-1", "method": name, "params": asked})[:-1], Request)
    assert protocol.arguments(request) == asked
    assert type(answered) is protocol.METHODS[name].result
    reply = protocol.parse(protocol.result("a-1", answered)[:-1], Incoming)
    assert msgspec.json.decode(reply.result, type=type(answered)) == answered


def test_every_notification_has_an_example():
    assert NOTES.keys() == protocol.NOTIFICATIONS.keys()


def test_the_document_is_the_same_whether_python_keeps_the_indentation_of_docstrings(monkeypatch):
    """Python 3.13 and later remove it."""
    written = protocol_markdown()
    for kind in vars(messages).values():
        if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
            monkeypatch.setattr(kind, "__doc__", inspect.cleandoc(kind.__doc__))
    assert protocol_markdown() == written
    assert "\n    Fast frames" not in written


@pytest.mark.parametrize("body", [b'{"to": "\xff"}', b'{"\xc3": 1}', b'{"to": "\xed\xa0\x80"}'])
def test_parameters_that_are_not_text_are_refused_without_an_internal_error(body):
    request = protocol.Request("t-1", "mute", msgspec.Raw(body))
    with pytest.raises(protocol.BoxError) as refused:
        protocol.arguments(request)
    assert refused.value.name == "bad_params"


def test_a_long_name_of_a_method_is_not_repeated():
    with pytest.raises(protocol.BoxError) as refused:
        protocol.arguments(protocol.Request("t-1", "\u20ac" * 20_000))
    assert len(protocol.error("t-1", refused.value)) < 2000
