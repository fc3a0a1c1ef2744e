"""Generates docs/JSON.md: for each command a table of the keys that it prints with --json, and one example.

The keys and their types come from a run of the command; `MEANINGS` explains them, by the last part of their path.
"""

import json
import re

from firmware.contract import BY_ID

_HEAD = """# The JSON output of `burnish`

This document is generated from runs of the commands (`make docs`). Do not edit it.

With `--json` a command prints one object on one line; `meters` and `log --follow` print one object per line. The option can be given
before or after the name of the command. A command that ends with status 10, because a check failed, prints its object and then that of the
error. `schema` contains the name of the command and a version number, which increases with every
incompatible change. New keys can be added at any time, so programs should ignore keys that they do not know.

In the tables, `files[].file` is the key `file` of each object in the list `files`. Keys contain their unit: `_lufs`, `_lu`, `_dbtp`,
`_dbfs`, `_db`, `_hz`, `_ms`, `_s`, `_pct`. `null` means that the recording is too short or too quiet to measure this figure.
`parameter` stands for the id of a parameter ([PARAMETERS.md](PARAMETERS.md)) and `value` for its value: a number, true or false, or a word.
Examples show at most two items of a list and three parameters.
"""

#: What a key means, by the last part of its path. A key that several commands print means the same everywhere.
MEANINGS = {
    "a": "name of the first preset",
    "ab": "the selected edit buffer: a or b",
    "after": "figures of the output",
    "allowed": "the allowed values",
    "audio_starts": "starts of the audio process",
    "b": "name of the second preset",
    "bad_blocks": "blocks that were silenced because they contained invalid or far too high samples",
    "balance_db": "RMS of the right channel over that of the left",
    "bands": "the bands that are drawn",
    "learn: target_lufs": "the loudness to reach",
    "learn: phase": "idle, listening, checking, done or stopped",
    "learn: text": "what the box did, or why it stopped, as a sentence",
    "learn: reason": "why it stopped: silence, too far, disturbed or asked",
    "learn: left_s": "how long the box still listens, in seconds",
    "learn: before_db": "gain into the limiter before, in dB",
    "learn: gain_db": "gain into the limiter now, in dB",
    "learn: heard_lufs": "loudness of the first listening",
    "learn: expected_lufs": "loudness with the new gain",
    "learn: within_lu": "how far the rest of the song is likely to be from it, in LU",
    "undo: change": "what was undone: a parameter, a preset or a number of settings; empty if there was nothing",
    "undo: left": "how many changes can still be undone",
    "before": "what replaced the settings: load, restore, undo or backup",
    "bypass": "whether the box plays its unprocessed input",
    "bytes_per_s": "speed of the link",
    "caps": "optional abilities of the box",
    "change": "output minus input of each band in dB",
    "changes": "the parameters that differ: value in a, value in b",
    "channels": "number of channels",
    "check": "what was checked",
    "checks": "all checks in the order in which they were made",
    "choices": "allowed words, if the parameter is a choice",
    "chunk": "largest piece of a transfer in bytes",
    "clamps": "samples that the safety clamp of the limiter changed",
    "clips": "samples at 24-bit full scale or above",
    "control_starts": "starts of the control process",
    "correlation": "correlation of the channels: -1 to 1",
    "counters": "numbers that count events since the box started",
    "crest_db": "sample peak over RMS, 400 ms",
    "credit": "chunks that may be sent before the first one is answered",
    "data": "facts of the error by name; they depend on `name`",
    "db": "power of each band; 0 dB is a full-scale sine",
    "dc_l": "mean of the left channel; full scale is 1",
    "dc_r": "mean of the right channel; full scale is 1",
    "default": "value of a new preset",
    "dr": "dynamic range in DR units",
    "dry_run": "whether nothing was changed because of --dry-run",
    "edited": "whether settings differ from the loaded preset",
    "error": "the reason why the preset cannot be used, or an empty text",
    "factory": "whether the preset is part of the firmware",
    "file": "the path",
    "files": "one object for each file, in the order of the command line",
    "finding": "what was found, and what to do",
    "frame": "frame of the run to which the values belong",
    "frames": "frames since the start",
    "fw": "version of the firmware",
    "help": "what the parameter does",
    "high": "highest allowed value",
    "history": "values of each 100 ms; silence reads -150",
    "host_stalls": "how often the clock of a simulated box was stopped because the computer was too busy",
    "hz": "centre of each band",
    "id": "digest of the sound of the preset: 64 hexadecimal digits",
    "info": "facts about the run",
    "input": "level of each band in dB, before the processing",
    "input_rate_hz": "sampling rate of the input file",
    "integrated_lufs": "integrated loudness",
    "kind": "kind of the link: usb, uart, or pty of a simulator",
    "latency": "frames by which the sound comes later in the output: 0 unless --keep-latency is given",
    "latency_frames": "frames by which the output lags the input",
    "limiter_gain_db": "gain that was found for the target",
    "lines": "lines of the log",
    "link": "limits of the link",
    "link_dropped_frames": "meter frames that were dropped for a slow reader",
    "link_dropped_replies": "replies that were dropped for a slow reader",
    "link_junk_lines": "damaged lines",
    "link_replays": "requests that arrived twice",
    "link_requests": "requests",
    "load_max_pct": "highest load of the audio thread",
    "load_pct": "load of the audio thread",
    "low": "lowest allowed value",
    "lra_lu": "loudness range",
    "lra_stable": "whether at least 60 s were measured; below that, the loudness range is not reliable",
    "max_line": "longest line in bytes",
    "max_momentary_lufs": "highest loudness of 400 ms",
    "max_short_lufs": "highest loudness of 3 s",
    "max_tp_dbtp": "highest true peak",
    "measured_s": "time since the measurement began",
    "message": "the sentence that is also printed on stderr",
    "method": "method of the protocol",
    "min_psr_db": "lowest difference of true peak and short-term loudness, both over 3 s",
    "momentary_lufs": "loudness of 400 ms",
    "mute": "whether the output is silent",
    "name": "name of the preset",
    "next": "number of the line after the last one",
    "new": "values after the command",
    "number": "place in the history; 1 is the newest",
    "ok": "whether all is well",
    "old": "values before the command",
    "on": "the new state",
    "output": "level of each band in dB, after the processing",
    "over_count": "number of spans of overs",
    "over_dbtp": "true peaks above this level are overs (`--over`)",
    "overloads": "blocks whose processing took more than 85 % of their duration",
    "overs": "the first hundred spans of overs",
    "dbtp": "highest true peak of the span",
    "params": "one object for each parameter",
    "path": "id of the parameter",
    "peak_l_dbfs": "highest sample of the left channel",
    "peak_r_dbfs": "highest sample of the right channel",
    "peaks_dbfs": "highest sample of each channel",
    "period_frames": "frames of a period of the sound card",
    "plr_db": "true peak minus integrated loudness",
    "port": "path of the serial port",
    "ports": "one object for each serial port",
    "preset": "name of the loaded preset",
    "presets": "one object for each preset",
    "product": "name of the product",
    "proto": "version of the protocol",
    "psr_db": "true peak minus short-term loudness, both over 3 s",
    "rate_hz": "sampling rate",
    "relay_on": "whether the relay connects the engine to the output",
    "remarks": "sentences about tags that could not be carried over",
    "rendered": "one object for each output",
    "result": "the result of the method",
    "rev": "revision of the settings, which increases with every change",
    "rms_l_dbfs": "RMS of the left channel over 400 ms",
    "rms_r_dbfs": "RMS of the right channel over 400 ms",
    "schema": "name and version of the object",
    "seconds": "length",
    "sent": "whether it was sent, because the box did not have it",
    "seq": "number of the frame; gaps are dropped frames",
    "serial": "serial number",
    "short_lufs": "loudness of 3 s",
    "slot": "place in the order of the front panel, from 1; 0 if it has none",
    "snapshots": "settings that were replaced, newest first",
    "spectrum": "long-term power in sixths of an octave",
    "state": "what the box does at present",
    "status": "the exit status",
    "step": "step of the knobs",
    "tags": "tags of the preset",
    "target_lufs": "integrated loudness that the render had to reach",
    "tp_dbtp": "highest true peak of the step",
    "tp_hold_dbtp": "highest true peak of 3 s",
    "tp_l_dbtp": "true peak of the left channel since the last frame",
    "tp_r_dbtp": "true peak of the right channel since the last frame",
    "unit": "unit of the value, or an empty text",
    "until_s": "end of the span",
    "valid": "whether the file is a preset",
    "value": "the refused value",
    "values": "values by parameter",
    "version": "version of the firmware",
    "weights": "weight of each channel in the loudness (BS.1770-5)",
    "welcome": "answer of the box to the first request",
    "when": "time in UTC, as YYYYMMDDTHHMMSS",
    "worst_over": "the span with the highest true peak",
    "would_be": "what would happen: new, equal or replaced",
    "url": "address of the page with its token; null if the page is exported",
    "written": "whether the file was written, because its content had changed",
    "xruns": "gaps in the audio of the sound card",
    # Records.
    "album": "path of the album file",
    "album_lufs": "integrated loudness of all songs together",
    "bandwidth_hz": "frequency up to which the copy stays within 12 dB of the original",
    "bass": "change from 40 to 160 Hz",
    "broken": "sentences about rules of services that are not kept",
    "buried_pct": "part of the time in which the music is below the noise of the place",
    "catalogue": "folder of the catalogue",
    "ceiling_dbtp": "highest ceiling with which no decoded copy exceeds 0 dBTP",
    "change_lu": "change of the loudness by the model",
    "checked": "date on which the row of the service was checked",
    "codec": "name of the codec",
    "codecs": "one object for each lossy copy",
    "count": "number of places",
    "do": "what is done with each file: analyze, check or render",
    "done": "files with a result",
    "duplicates": "files whose result is that of another file with the same content",
    "end_s": "end of the song in the programme",
    "failed": "files without a result",
    "failures": "one object for each file that failed",
    "faults": "what was found",
    "findings": "one object for each thing that was verified",
    "folder": "the folder that was written or verified",
    "for": "kind of the delivery",
    "from": "title of the song before the join",
    "gain_db": "gain that the service applies",
    "gap_s": "pause between the songs; negative: a crossfade",
    "grade": "how good the source of the row is: primary, second-hand or recalled",
    "highs": "change from 2.56 to 10.24 kHz",
    "isrc": "code of the recording, or an empty text",
    "joins": "one object for each join",
    "kbps": "bit rate",
    "left": "files that are still to be done",
    "limited": "whether the limiter of the service works",
    "lost_db": "level of what the codec lost, relative to the original",
    "lufs": "loudness after the gain of the service",
    "measured": "the measured value",
    "mids": "change from 640 Hz to 2.56 kHz",
    "model": "name of the model",
    "models": "one object for each model",
    "passed": "whether all rules are kept and nothing has to be mended",
    "peak_dbtp": "true peak after the gain of the service",
    "ranges_db": "change of each range of frequencies by the model",
    "reason": "why it failed",
    "rule": "name of the rule",
    "rules": "one object for each rule",
    "seconds_per_file": "processor time that a file took on average",
    "service": "id of the service (`--for`)",
    "services": "one object for each service",
    "songs": "one object for each song",
    "source": "where the row of the service comes from",
    "start_s": "start of the song in the programme",
    "text": "a sentence",
    "times": "start and end of the first places in seconds",
    "title": "title of the album or song",
    "to": "title of the song after the join",
    "tracks": "names of the files",
    "translation": "one object for each model of a loudspeaker",
    "verdict": "ready, look or fix",
    "why": "the reason for the gain",
    "words": "the change in words",
    "wrong": "sentences about results that are missing or have changed",
    # Comparisons and stems.
    "abx": "result of the blind test",
    "answered": "trials with an answer",
    "answers": "what the listener said, trial by trial",
    "correct": "right answers",
    "differences": "one object for each version except the first",
    "fitted_null_db": "null depth at the best offsets and gains",
    "heard": "whether chance alone is less probable than 0.05",
    "hidden": "what X was, trial by trial",
    "inverted": "whether the polarity is inverted",
    "later_frames": "frames by which the stem must begin later to fit the mix",
    "letter": "A for the first version",
    "master": "preset of the master, null if it is not processed",
    "mix": "path of the mix, null if there is none",
    "modulation_db": "more spread of the levels of 100 ms, by range",
    "needed": "right answers that show a difference",
    "null_db": "what remains after subtraction, relative to the first version or the mix; null if nothing remains",
    "octaves": "more level by octave",
    "offset_frames": "frames by which the version was later",
    "p_value": "probability of so many right answers by chance alone",
    "present": "whether the stem is in the mix",
    "stems": "one object for each stem",
    "tone_db": "mean absolute difference of thirds of an octave",
    "trials": "number of trials",
    "versions": "one object for each file",
    "width_db": "more side over mid",
    "zimtohrli": "psychoacoustic distance, null where it is not installed",
    # First masters.
    "decisions": "one object for each decision, in the order problems, tone, width, dynamics, loudness",
    "eq_error_db": "how far the bands of the EQ are from the wanted curve (RMS); null if no curve was wanted",
    "part": "what the decision is about: problems, tone, width, dynamics or loudness",
    "reference": "figures of the references, averaged by their weights",
    "sentence": "what was measured, and what follows from it",
    "settings": "values by parameter that follow; empty if something is left alone",
    "threshold": "the limit beyond which something is done",
    # Where a key has another meaning than elsewhere.
    "auto: before": "figures of the mix",
    "auto: preset": "path of the preset",
    "auto: reference": "null in every figure, because there is no reference",
    "auto: rendered": "path of the rendered file; null without --render",
    "auto: target_lufs": "the loudness to reach; null if the level is left alone",
    "match: before": "figures of the mix",
    "match: preset": "path of the preset",
    "match: rendered": "path of the rendered file; null without --render",
    "match: target_lufs": "the loudness to reach; null if the level is left alone",
    "album new: output": "path of the album file",
    "album new: songs": "titles in order",
    "album show: frames": "length of the programme",
    "catalogue plan: files": "number of files",
    "catalogue run: files": "number of files",
    "catalogue status: files": "number of files",
    "differences[].correlation": "more correlation of the channels",
    "differences[].crest_db": "more peak over RMS, median of 100 ms",
    "differences[].lra_lu": "more loudness range",
    "differences[].plr_db": "more true peak over loudness",
    "modulation_db.high": "above 4 kHz",
    "modulation_db.low": "below 200 Hz",
    "modulation_db.mid": "from 200 Hz to 4 kHz",
    "octaves.db": "change of each band, null where neither version has energy",
    "stems check: findings": "sentences about what is wrong, with the line to write into the session file",
    "stems new: output": "path of the session file",
    "stems new: stems": "names of the stems",
    "stems new: suggestions": "what --suggest decided: an object with `stem` and `sentence` for each setting",
    "stems render: frames": "length of the output in frames",
    "stems render: output": "path of the master",
    "stems[].gain_db": "more gain of the stem in the mix",
    "stems[].name": "name of the stem",
    "stems[].preset": "preset of the stem, null if it is not processed",
    "versions[].frames": "length of the common part",
    "versions[].gain_db": "gain for equal loudness",
    "codecs[].peak_dbtp": "true peak after decoding",
    "deliver: files": "one object for each file with audio",
    "deliver: remarks": "what the receiver should know",
    "failures[].path": "path of the file",
    "faults[].grade": "look or fix",
    "faults[].name": "name of the fault",
    "faults[].unit": "unit of the value",
    "faults[].value": "how bad it is",
    "findings[].grade": "ok, warn or FAIL",
    "proof: output": "path of the page",
    "ranges_db.low mids": "change from 160 to 640 Hz",
    "rules[].allowed": "what the rule allows",
    "rules[].passed": "whether the rule is kept, null if nothing could be measured",
    "services[].passed": "whether all rules of the service are kept",
    "songs[].before": "figures of the mix",
    "songs[].gain_db": "gain that was added to the limiter gain of the preset",
    "songs[].name": "name of the song",
    "songs[].number": "place of the song in the album",
    "songs[].preset": "name of the preset, or none",
    "error.name": "kind of the error, or an empty text",
    "history.seconds": "end of each step",
    "overs[].seconds": "start of the span",
    "worst_over.seconds": "start of the span",
    "params[].id": "id of the parameter",
    "params[].kind": "number, switch or choice",
    "ports[].box": "whether the USB identity is that of a box",
    "ports[].path": "name of the port",
    "ports[].product": "what the device calls itself",
    "ports[].vid_pid": "vendor and product of the USB device",
    "preset backup: presets": "names of the presets",
    "error: error": "what went wrong",
    "in_db": "levels of a steady sound at the input",
    "index": "number of the band, from 1",
    "moved_db": "magnitude of a dynamic band after its gain has changed by its whole range",
    "out_db": "level of the output at each level of the input",
    "out_negative_db": "the same for negative values, if the curve treats them differently",
    "placement": "channels that the band processes",
    "placements": "magnitude on each channel, if bands process different channels",
    "rendered[].before": "figures of the input, after a conversion of the sampling rate",
    "rendered[].frames": "length of the output in frames",
    "rendered[].input": "path of the input",
    "rendered[].output": "path of the output",
    "rendered[].rate_hz": "sampling rate of the output",
    "section": "the section of the chain",
    "welcome.params": "digest of the parameter table",
}
#: Keys that can be null, and their type if they are not.
NULLABLE = {
    name: "number" for name in
    ("integrated_lufs", "max_momentary_lufs", "max_short_lufs", "max_tp_dbtp", "lra_lu", "plr_db", "min_psr_db", "dr",
     "correlation", "balance_db", "peak_l_dbfs", "peak_r_dbfs", "target_lufs", "limiter_gain_db", "album_lufs", "lufs", "measured",
     "peak_dbtp", "seconds_per_file", "buried_pct", "ceiling_dbtp", "change_lu", "null_db",
     "width_db", "zimtohrli", "needed", "eq_error_db")
} | {"master": "text", "mix": "text", "preset": "text", "rendered": "text", "worst_over": "object"}  # fmt: skip
_METER = re.compile(r"(in|out)_(.+)")
_GAIN = re.compile(r"(gr|eq)_(b(\d)|limiter)_db")
_LEVEL = re.compile(r"level_b(\d)_dbfs")


def meaning(title: str, path: str) -> str:
    """What a key of the section `title` means. Raises KeyError for one that nobody has explained."""
    parts = path.split(".")
    key = parts[-1]
    for special in (f"{title.removeprefix('burnish ')}: {path}", ".".join(parts[-2:])):
        if special != key and special in MEANINGS:
            return MEANINGS[special]
    if match := _LEVEL.fullmatch(key):
        return f"level at the detector of band {match[1]} of the multiband"
    if match := _GAIN.fullmatch(key):
        part = (
            "of the limiter"
            if match[2] == "limiter"
            else f"of band {match[3]} of the {'multiband' if match[1] == 'gr' else 'EQ'}"
        )
        return f"{'gain reduction' if match[1] == 'gr' else 'dynamic gain'} {part}"
    if key not in MEANINGS and (match := _METER.fullmatch(key)):
        return f"{'input' if match[1] == 'in' else 'output'}: {MEANINGS[match[2]]}"
    return MEANINGS[key]


def kind(value, key: str) -> str:
    """The type of a value as words."""
    if key in NULLABLE and not isinstance(value, list):
        return f"{NULLABLE[key]} or null"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, list):
        return f"list of {plural(kind(value[0], ''))}" if value else "list"
    return {int: "number", float: "number", str: "text", dict: "object", type(None): "null"}[type(value)]


def plural(kind: str) -> str:
    """The plural of a type."""
    return kind.replace("list", "lists", 1) if kind.startswith("list") else f"{kind}s"


def plain_paths(value, folder: str):
    """A value in which the paths of a temporary folder are those of a user."""
    return json.loads(json.dumps(value).replace(folder, "/home/me"))


def by_parameter(value) -> bool:
    """Whether the keys of an object are ids of parameters."""
    return bool(value) and all(key in BY_ID for key in value)


def rows(value: dict, path: str = "") -> list[tuple[str, str]]:
    """(path, type) of all keys of an object, in their order."""
    found = []
    for key, item in value.items():
        here = f"{path}{key}"
        if isinstance(item, dict) and by_parameter(item):
            sample = next(iter(item.values()))
            found.append(
                (here, f"object: parameter to {'list of two values' if isinstance(sample, list) else 'value'}")
            )
            continue
        found.append((here, kind(item, key)))
        if isinstance(item, dict):
            found += rows(item, f"{here}.")
        elif isinstance(item, list) and item and isinstance(item[0], dict):
            found += rows(item[0], f"{here}[].")
    return found


def shortened(value):
    """A value with at most two items of each list and three parameters of each object."""
    if isinstance(value, list):
        return [shortened(item) for item in value[:2]]
    if isinstance(value, dict):
        items = list(value.items())
        return {key: shortened(item) for key, item in (items[:3] if by_parameter(value) else items)}
    return round(value, 3) if isinstance(value, float) else value


def section(title: str, value: dict) -> str:
    """The table and the example of one object."""
    lines = [f"\n## {title}\n", "| key | type | meaning |", "|---|---|---|"]
    for path, type_ in rows(value):
        lines.append(f"| `{path}` | {type_} | {meaning(title, path)} |")
    return "\n".join([*lines, "\n```json", json.dumps(shortened(value), ensure_ascii=False), "```\n"])


def document(outputs: dict[str, dict]) -> str:
    """The whole of docs/JSON.md, from the object of each command by its name."""
    return _HEAD + "".join(section(f"burnish {name}", value) for name, value in sorted(outputs.items()))


def without_examples(text: str) -> str:
    """The document without its examples, whose values change from run to run."""
    return re.sub(r"^```json\n.*?\n```$", "", text, flags=re.M | re.S)


def tables(text: str) -> dict[str, list[tuple[str, str]]]:
    """(path, type) of the keys in each section of a document."""
    found: dict[str, list[tuple[str, str]]] = {}
    for line in text.splitlines():
        if line.startswith("## "):
            title = line[3:]
            found[title] = []
        elif match := re.match(r"\| `(.+?)` \| (.+?) \|", line):
            found[title].append((match[1], match[2]))
    return found


def examples(text: str) -> dict[str, dict]:
    """The example in each section of a document."""
    return {
        title: json.loads(line) for title, line in re.findall(r"^## (.+?)$.*?^```json\n(.*?)\n```$", text, re.M | re.S)
    }
