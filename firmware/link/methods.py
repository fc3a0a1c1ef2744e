"""Carries out the methods of the protocol on the box. Nothing here depends on a line or a tty."""

import dataclasses
import json

from dsp_ext.meters import BANDS_HZ
from firmware import presets
from firmware.contract import BoxError, params, protocol
from firmware.engine import curve_within
from firmware.settings import TARGET_LUFS, Learning, RevConflict, save_current

from .box import Box

#: Names under which the edit buffers can be fetched.
BUFFERS = ("@current", "@a", "@b")
#: Additions to the protocol since version 1.
CAPS: list[str] = ["curve", "preset.order", "scope"]
#: Length of the sound that a vectorscope shows, in seconds.
SCOPE_S = 0.1


def state(box: Box) -> protocol.State:
    """The state of the box."""
    store = box.store
    return protocol.State(
        preset=store.preset_name,
        edited=store.edited,
        rev=store.rev,
        bypass=bool(store.get("chain.bypass")),
        mute=bool(store.get("chain.mute")),
        ab=store.ab,
    )


def page(items: list, first: int, limit_bytes: int) -> tuple[list, int | None]:
    """(as many items from index `first` as fit into `limit_bytes` of JSON, at least one; index of the next page or None)."""
    taken, used = [], 0
    for item in items[first:]:
        used += len(json.dumps(item)) + 1
        if taken and used > limit_bytes:
            return taken, first + len(taken)
        taken.append(item)
    return taken, None


def refusal(why: Exception) -> BoxError | None:
    """The protocol error for an exception of store, parameters or presets; None for a fault of the program."""
    if isinstance(why, BoxError):
        return why
    if isinstance(why, (params.ParamError, presets.PresetError)):
        return BoxError(str(why), name=why.name, data=why.data)
    if isinstance(why, RevConflict):
        return BoxError(str(why), name="rev_conflict", data={"wanted": why.wanted, "rev": why.actual})
    return None


def plain(values: dict[str, float]) -> dict:
    """Values as protocol messages contain them."""
    return {id: params.BY_ID[id].to_plain(value) for id, value in values.items()}


def _plain_as_named(paths, values: dict[str, float]) -> dict:
    """`values` as protocol messages contain them, under the parameter names of the request."""
    found = {path: params.find(path) for path in paths}
    return {path: param.to_plain(values.get(path, values.get(param.id))) for path, param in found.items()}


def on_step(id: str, value) -> float:
    """`value` checked, and rounded to the displayed decimals, so that the value in use is the one reported. Raises ParamError."""
    param = params.find(id)
    checked = param.check(value)
    return param.to_plain(checked) if param.kind == "number" else checked


class Methods:
    """The methods that need only the box. A page has at most `page_bytes` of JSON; `counts()` returns the counters of the line."""

    def __init__(self, box: Box, page_bytes: int, logbook, counts):
        self.box = box
        self.page_bytes = page_bytes
        self.logbook = logbook
        self.counts = counts
        #: The source of the changes that the present request makes.
        self.source = protocol.LINK

    def info(self, args: protocol.Nothing) -> protocol.Info:
        return protocol.Info(self.box.info(), {**self.box.counters(), **self.counts()}, state(self.box))

    def describe(self, args: protocol.From) -> protocol.Description:
        table = params.describe()
        rows, following = page(table, args.first, self.page_bytes)
        return protocol.Description(params.digest(), len(table), rows, following)

    def get(self, args: protocol.Get) -> protocol.Values:
        rev, values = self._consistent()
        # The answer uses the names of the request, even if a parameter has been renamed since.
        found = {path: params.find(path) for path in args.paths or values}
        rows = [(path, param.to_plain(values[param.id])) for path, param in found.items()]
        rows, following = page(rows, args.first, self.page_bytes)
        return protocol.Values(rev, dict(rows), following)

    def _consistent(self) -> tuple[int, dict[str, float]]:
        """A revision and its values."""
        while True:
            rev, values = self.box.store.rev, self.box.store.snapshot()
            if self.box.store.rev == rev:
                return rev, values

    def set(self, args: protocol.Set) -> protocol.Change:
        checked = {path: on_step(path, value) for path, value in args.values.items()}
        before = self.box.store.snapshot()
        rev = self.box.store.set_many(checked, self.source, args.if_rev)
        return protocol.Change(rev, _plain_as_named(checked, before), _plain_as_named(checked, checked))

    def bypass(self, args: protocol.Switch) -> protocol.Switched:
        return self._switch("chain.bypass", args.to)

    def mute(self, args: protocol.Switch) -> protocol.Switched:
        return self._switch("chain.mute", args.to)

    def _switch(self, path: str, to: str) -> protocol.Switched:
        on = not self.box.store.get(path) if to == "toggle" else to == "on"
        return protocol.Switched(on, self.box.store.set_many({path: on}, self.source))

    def ab_select(self, args: protocol.Select) -> protocol.Selected:
        other = "b" if self.box.store.ab == "a" else "a"
        rev = self.box.store.select(other if args.to == "toggle" else args.to, self.source)
        return protocol.Selected(self.box.store.ab, rev)

    def ab_copy(self, args: protocol.Copy) -> protocol.Selected:
        return protocol.Selected(self.box.store.ab, self.box.store.copy(args.source, args.target, self.source))

    def undo(self, args: protocol.Nothing) -> protocol.Undone:
        return self._undone(self.box.store.undo(self.source))

    def redo(self, args: protocol.Nothing) -> protocol.Undone:
        return self._undone(self.box.store.redo(self.source))

    def _undone(self, change) -> protocol.Undone:
        store = self.box.store
        return protocol.Undone(change.text if change else "", store.undoable, store.rev)

    def learn_start(self, args: protocol.LearnFor) -> protocol.Learning:
        given = (args.target_lufs, self.box.store.target_lufs, TARGET_LUFS)
        return _learning(self.box.learn.start(next(lufs for lufs in given if lufs is not None), args.seconds))

    def learn_state(self, args: protocol.Nothing) -> protocol.Learning:
        return _learning(self.box.learn.state)

    def learn_stop(self, args: protocol.Nothing) -> protocol.Learning:
        return _learning(self.box.learn.stop())

    def preset_list(self, args: protocol.From) -> protocol.PresetPage:
        entries = self.box.presets.slots.sort(self.box.presets.list())
        slots = {e.slug: n for n, e in enumerate((e for e in entries if not e.error), 1)}
        rows = [
            {"name": e.name, "factory": e.factory, "id": e.content_id, "tags": _tags(e.meta), "error": e.error,
             "slot": slots.get(e.slug, 0)}
            for e in entries
        ]  # fmt: skip
        shown, following = page(rows, args.first, self.page_bytes)
        return protocol.PresetPage([protocol.PresetRow(**row) for row in shown], following)

    def preset_load(self, args: protocol.PresetName) -> protocol.Loaded:
        preset = self.box.presets.load(args.name)
        rev = self.box.store.load_preset(preset, self.source)
        return protocol.Loaded(preset.name, preset.content_id, rev)

    def preset_save(self, args: protocol.PresetSave) -> protocol.Saved:
        return _saved(save_current(self.box.store, self.box.presets, args.name, self.source, args.overwrite))

    def preset_delete(self, args: protocol.PresetName) -> protocol.Done:
        self.box.presets.delete(args.name)
        return protocol.Done()

    def preset_rename(self, args: protocol.PresetRename) -> protocol.Saved:
        return _saved(self.box.presets.rename(args.name, args.to))

    def preset_copy(self, args: protocol.PresetCopy) -> protocol.Saved:
        return _saved(self.box.presets.copy(args.name, args.to, args.overwrite))

    def preset_order(self, args: protocol.PresetOrder) -> protocol.Done:
        self.box.presets.order(args.names)
        return protocol.Done()

    def spectrum(self, args: protocol.SpectrumOf) -> protocol.Spectrum:
        before, after = self.box.spectra(args.average)
        change = protocol.pack_changes(after - before) if args.average else ""
        levels = map(protocol.pack_levels, (before, after))
        return protocol.Spectrum(BANDS_HZ[0], BANDS_HZ[-1], *levels, change)

    def scope(self, args: protocol.Nothing) -> protocol.Scope:
        points = self.box.points(SCOPE_S)
        peak = float(abs(points).max(initial=0.0))
        cross, lean = map(protocol.pack_signed, self.box.relations())
        return protocol.Scope(peak, protocol.pack_signed((points / (peak or 1.0)).ravel()), cross, lean)

    def curve(self, args: protocol.CurveOf) -> protocol.Curve:
        values = self.box.store.snapshot()
        return curve_within(self.page_bytes, args.section, values, self.box.rate_hz, args.points)

    def log(self, args: protocol.Log) -> protocol.LogPage:
        lines, following = self.logbook.since(args.first)
        shown, rest = page(lines, 0, self.page_bytes)
        return protocol.LogPage(shown, following if rest is None else following - len(lines) + rest)

    def read_file(self, kind: str, name: str) -> bytes:
        """The bytes of a file for the laptop: a preset by name, or the contents of an edit buffer (@current, @a, @b)."""
        if name in BUFFERS:
            buffer = self.box.store.ab if name == "@current" else name[1]
            content = self.box.store.dump()["slots"][buffer]
            preset = presets.Preset(content["preset"] or name, content["values"])
        else:
            preset = self.box.presets.load(name)
        return presets.dump(preset).encode()

    def store_file(self, args: protocol.PutBegin, data: bytes, overwrite: bool) -> protocol.Saved:
        """Store a file that has been received completely."""
        preset = presets.parse(data, args.name)
        self.box.presets.save(preset, overwrite)
        return _saved(preset)


def _learning(state: Learning) -> protocol.Learning:
    return protocol.Learning(**dataclasses.asdict(state))


def _saved(preset) -> protocol.Saved:
    return protocol.Saved(preset.name, preset.content_id)


def _tags(meta) -> list[str]:
    """Tags as texts of limited length. [meta] is free-form, so it may contain anything."""
    tags = meta.get("tags", [])
    return [presets.one_line(tag)[:32] for tag in tags[:8]] if isinstance(tags, (list, tuple)) else []
