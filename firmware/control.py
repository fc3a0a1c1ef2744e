"""The control process: everything except audio. `boot` starts its parts; shutdown runs in reverse order."""

import contextlib
import logging
import signal
import threading
from pathlib import Path

import numpy as np

from firmware.contract import params, parse_controls, protocol
from firmware.engine import Designer, settings_vector
from firmware.link import SCHEME, Logbook, Pty, Server, TcpServer, port_of
from firmware.midi import MidiPort, usb_device
from firmware.panel import PanelController, PanelOptions
from firmware.presets import PresetLibrary
from firmware.settings import COLUMNS, Learn, LoudnessMatch, Recorder, StateFile, Store, note_version
from firmware.system import (
    BROKEN_RELAYS,
    BUSY_HOST,
    LOAD_STEPS,
    Alarms,
    ConverterClock,
    LifeSigns,
    Machine,
    MeterReader,
    MeterRows,
    Options,
    RelayWatch,
    SharedMemory,
    Ticks,
    average_spectra,
    config,
    give_up_memory_shield,
    newest_points,
    newest_relations,
    newest_spectra,
    relay_held,
)

log = logging.getLogger(__name__)

#: Time between two ticks, in seconds.
TICK_S = 0.05
TICKS_PER_S = round(1 / TICK_S)


def publisher(shared: SharedMemory):
    """The function that the store calls with its values. It passes the settings of the engine on if they have changed."""
    version, last = shared.settings.version, None
    if version:
        with contextlib.suppress(
            RuntimeError
        ):  # the previous writer died while writing, so the settings are written again
            last = shared.settings.read()[1].tobytes()

    def publish(values: dict, rev: int) -> None:
        nonlocal version, last
        vector = settings_vector(values)
        if vector.tobytes() == last:
            return
        version += 1
        note_version(shared, "settings", version, values)
        shared.settings.write(vector, version)
        last = vector.tobytes()

    return publish


class ControlProcess:
    """The parts of the control process. The panel, the display and the link use it as their box."""

    def __init__(self, options: Options, shared: SharedMemory, store: Store, presets: PresetLibrary, designer: Designer,
                 recorder: Recorder):  # fmt: skip
        self.options = options
        self.shared = shared
        self.store = store
        self.presets = presets
        self.designer = designer
        self.recorder = recorder
        #: The address of a link over TCP; empty for all others.
        self.link_address = ""
        #: None without relays, or without a panel that senses them.
        self.relay_watch: RelayWatch | None = None
        #: The tasks that run every TICK_S.
        self.ticks = Ticks()
        self.machine = Machine(options.state_dir)
        rows_per_frame = 100 / options.rate_hz
        self.learn = Learn(
            store,
            MeterRows(shared.meters, COLUMNS).read,
            lambda: round(shared.engine["latency_frames"] * rows_per_frame),
        )
        counters = shared.counters
        self.converter_clock = ConverterClock(
            options.rate_hz,
            lambda: shared.engine["frames"],
            lambda: (counters["audio_starts"], counters["xruns"], counters["host_stalls"]),
        )
        #: The threads without which the box cannot be operated.
        self.life_signs = LifeSigns()

    @property
    def ab(self) -> str:
        """The selected buffer."""
        return self.store.ab

    @property
    def rate_hz(self) -> int:
        """The sampling rate."""
        return self.options.rate_hz

    def meter_reader(self) -> MeterReader:
        """A new reader of the meters."""
        return MeterReader(self.shared.meters)

    def spectra(self, average: bool = False) -> np.ndarray:
        """See `firmware.link.Box`."""
        return (average_spectra if average else newest_spectra)(self.shared.spectra)

    def relations(self) -> np.ndarray:
        """How left and right of the output relate, shape (2, bands): see `newest_relations`."""
        return newest_relations(self.shared.spectra)

    def points(self, seconds: float) -> np.ndarray:
        """Samples of the output of the last `seconds`, shape (points, 2)."""
        return newest_points(self.shared.scope, seconds)

    def info(self) -> dict:
        """Facts about the box and the run. The latency depends on mode and resolution of the EQ. `eq_valid_from_hz` is the lowest
        frequency at which the EQ kernels match their curve within 0.05 dB."""
        counters, options = self.shared.counters, self.options
        engine_latency = self.shared.engine["latency_frames"]
        return {
            "product": "burnish",
            "version": protocol.VERSION,
            "serial": _serial(options),
            "params": params.digest(),
            "device": "simulator" if options.sim_card else options.playback,
            "rate_hz": options.rate_hz,
            "period_frames": options.period,
            "periods": options.periods,
            "engine_latency_frames": engine_latency,
            "eq_valid_from_hz": round(self.designer.valid_from_hz, 1),
            "latency_frames": engine_latency + counters["prefill_frames"] + options.period,
            **self._machine_facts(),
            "failing": "; ".join(f"{task}: {reason}" for task, reason in self.ticks.failing.items()) or "nothing",
        }

    def _machine_facts(self) -> dict:
        """See `Machine.facts`; `converter_ppm` is how much faster the converter runs than it should, by the clock of the Pi."""
        facts = self.machine.facts(self.shared.counters["audio_pid"])
        if (ppm := self.converter_clock.ppm) is not None:
            facts["converter_ppm"] = round(ppm, 1)
        return facts

    def counters(self) -> dict:
        """Counts since the start. Loads are in per cent of the duration of a block."""
        counters, engine = self.shared.counters, self.shared.engine
        return {
            "frames": engine["frames"],
            "xruns": counters["xruns"],
            "overloads": counters["overloads"],
            "load_pct": counters["load_last_ppm"] / 1e4,
            "load_max_pct": counters["load_max_ppm"] / 1e4,
            "load_histogram": [counters[step] for step in LOAD_STEPS],
            "bad_blocks": engine["bad_blocks"],
            "clamps": engine["clamps"],
            "host_stalls": counters["host_stalls"],
            "audio_starts": counters["audio_starts"],
            "control_starts": counters["control_starts"],
            "relay_on": relay_held(counters),
            "relay_fault": self.relay_watch is not None and self.relay_watch.fault,
        }


def _serial(options: Options) -> str:
    """The Raspberry Pi's serial number; "sim" where everything is simulated, "none" on another machine."""
    if options.sim:
        return "sim"
    try:
        return Path("/proc/device-tree/serial-number").read_text().strip("\0\n")
    except OSError:
        return "none"


def boot(options: Options, shared: SharedMemory, stack: contextlib.ExitStack) -> ControlProcess:
    """Start all parts. `stack` shuts them down in reverse order."""
    logbook = Logbook()  # started first, so that the laptop can also read what happened before there was a link
    logging.getLogger("firmware").addHandler(logbook)
    configured = config.load(options.config) if options.config else config.Config()
    publish = publisher(shared)
    store = Store(publish, options.rate_hz)
    state = StateFile(store, shared, options.state_dir / "state.json")
    log.info("the state was restored from: %s", state.restore())
    stack.callback(Ticks().call, "state file", state.finish)
    publish(store.snapshot(), store.rev)

    designer = Designer(shared, lambda kind, version, values: note_version(shared, kind, version, values))
    designer.start(store.snapshot())
    stack.callback(designer.stop)
    store.subscribe(lambda changed, rev, source: designer.edit(changed, store.snapshot()))
    shared.counters["control_ready"] = 1  # the audio process may start now

    recorder = Recorder(shared, options.run_dir / "run.json")
    presets = PresetLibrary(options.state_dir / "presets")
    process = ControlProcess(options, shared, store, presets, designer, recorder)
    stack.callback(process.ticks.call, "run log", recorder.save)
    stack.callback(process.ticks.call, "recorder", recorder.collect)
    process.life_signs.watch("thread of the designer", lambda: designer.beats)
    feel = PanelOptions(configured.panel.acceleration, configured.panel.preferred_frequencies)
    controller = PanelController(store, presets, options=feel, learn=process.learn)
    with _optional(options, "the front panel"):
        if configured.panel.enabled:
            _boot_panel(process, controller, configured, stack)
    with _optional(options, "the display"):
        if configured.panel.display:
            _boot_display(process, controller, configured, stack)
    _boot_link(process, configured, logbook, stack)
    _boot_midi(process, configured.midi, stack)
    alarms = Alarms(shared)
    loudness_match = LoudnessMatch(store, process.meter_reader())
    ticks = process.ticks
    ticks.add("state file", state.tick)
    ticks.add("recorder", recorder.collect)
    ticks.add("converter clock", process.converter_clock.tick)
    ticks.add("alarms", alarms.tick, TICKS_PER_S)
    ticks.add("run log", recorder.save_news, TICKS_PER_S)
    ticks.add("loudness match", loudness_match.tick)
    ticks.add("learn", process.learn.tick)
    return process


@contextlib.contextmanager
def _optional(options: Options, what: str):
    """Without its library, a part of a simulated box is left out; a real box does not start."""
    try:
        yield
    except (ModuleNotFoundError, AttributeError) as why:
        missing = getattr(why, "name", None) if isinstance(why, ModuleNotFoundError) else "Unix sockets"
        if not options.tty.startswith(SCHEME):
            raise
        log.info("%s is not simulated: this computer has no %s", what, missing)


def _boot_panel(
    process: ControlProcess, controller: PanelController, configured: config.Config, stack: contextlib.ExitStack
) -> None:
    """Knobs and buttons, on the Pi's pins or on simulated ones with `panel.sock`."""
    from firmware.panel import PanelControls  # gpiozero, which a box without pins does not need

    described = configured.board()
    pins = None
    if process.options.sim:
        from firmware.sim import SimPanel, SimSocket

        simulated = SimPanel(described)
        simulated.relays_on = lambda: relay_held(process.shared.counters)
        pins = simulated.pin_factory
        stack.enter_context(SimSocket(simulated, process.options.run_dir / "panel.sock"))
    if configured.panel.backend == "evdev" and pins is None:
        from firmware.panel import EventControls, input_devices

        panel = stack.enter_context(EventControls(described, controller, input_devices()))
    else:
        panel = stack.enter_context(PanelControls(described, controller, pins))
    panel.start()
    process.life_signs.watch("thread of the panel", lambda: panel.rounds)
    if configured.panel.relay:
        process.relay_watch = RelayWatch(
            lambda: relay_held(process.shared.counters), lambda: panel.relay_sensed, lambda: panel.scans,
            advice=BUSY_HOST if process.options.sim else BROKEN_RELAYS,
        )  # fmt: skip
        process.ticks.add("relay watch", process.relay_watch.tick)


def _boot_display(
    process: ControlProcess, controller: PanelController, configured: config.Config, stack: contextlib.ExitStack
) -> None:
    """The display, or a simulated one whose picture is `display.png` and, at its full rate, `display.raw`."""
    from firmware.panel import Display, Screen  # luma, which a box without a display does not need

    panel = configured.panel
    described = configured.board()
    if process.options.sim:
        from firmware.sim import PictureFile

        pictures = stack.enter_context(PictureFile(process.options.run_dir / "display.raw"))
        png = process.options.run_dir / "display.png"
        screen = Screen(process, controller, Display.virtual(described), png, on_picture=pictures.write)
    else:
        try:
            if panel.screen:
                oled = Display.framebuffer(panel.screen)
            else:
                oled = Display.oled(described, rotate=panel.rotate, brightness_pct=panel.brightness_pct)
        except Exception as error:  # from luma or the Linux kernel; the box works without its display
            log.error("the display cannot be used: %s", error)
            return
        screen = Screen(process, controller, oled)
    stack.enter_context(screen).start()


def _boot_link(
    process: ControlProcess, configured: config.Config, logbook: Logbook, stack: contextlib.ExitStack
) -> None:
    """The serial server, on a tty or on a new pseudo terminal."""
    options, link = process.options, configured.link
    if options.tty.startswith(SCHEME):
        server = TcpServer(process, port_of(options.tty), logbook)
        log.info("the link is at %s", server.address)
        process.link_address = server.address
    elif options.sim and not options.tty:
        pty = Pty(options.run_dir / "tty")
        stack.callback(pty.close)
        server = Server(process, pty.fd, logbook=logbook)
    elif options.tty:
        kind = "uart" if link.kind == "uart" else None
        server = Server(process, options.tty, kind=kind, baud=link.baud, logbook=logbook)
    else:
        return
    server.start()
    process.life_signs.watch("thread of the link", lambda: server.beats)
    stack.callback(server.stop)


def _boot_midi(process: ControlProcess, midi: config.MidiConfig, stack: contextlib.ExitStack) -> None:
    """The MIDI port. A simulated box has one only if the configuration names a device."""
    if not midi.enabled or (process.options.sim and not midi.device):
        return
    port = MidiPort(process.store, process.presets, (lambda: midi.device) if midi.device else usb_device, midi.channel,
                    parse_controls(midi.controls), midi.pickup)  # fmt: skip
    stack.enter_context(port)
    process.life_signs.watch("thread of the MIDI port", lambda: port.beats)


def main(options: Options, shared: SharedMemory) -> None:
    """Run until SIGTERM. Raises the exception of a part that cannot start."""
    give_up_memory_shield()
    stopping = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopping.set())
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the supervisor decides what Ctrl-C means
    with contextlib.ExitStack() as stack:
        process = boot(options, shared, stack)
        while not stopping.wait(TICK_S):
            if process.life_signs.all_run():
                shared.counters.add("control_beats")
            process.ticks.run()
