"""The layers and packages of the product, read from its imports. CONTRIBUTING.md, "Layers", explains them."""

import ast
import re
import sys
from collections import Counter

import pytest

from tests.support.paths import ROOT
from tests.support.structure import Import, imports, module_of, package_of, packages_of, sources

#: Packages, and single modules that belong to a lower layer, from the lowest to the highest. Each imports only from entries
#: before it.
LAYERS = (
    "hardware",
    "dsp_ext.settings",
    "dsp_ext.core",
    "dsp_ext.convolution",
    "dsp_ext.meters",
    "dsp_ext.multiband",
    "dsp_ext.output",
    "dsp_ext.eq",
    "dsp_ext.limiter",
    "dsp_ext",
    "firmware.data",
    "firmware.data.presets",
    "firmware.install",
    "firmware.contract",
    "firmware.presets",
    "firmware.engine",
    "firmware.system",
    "firmware.settings",
    "firmware.sim",
    "firmware.panel.layout",
    "firmware.panel.operation",
    "firmware.panel.drawing",
    "firmware.panel",
    "firmware.link",
    "firmware.midi",
    "firmware",
    "host_cli.errors",
    "host_cli.folders",
    "host_cli.documents",
    "host_cli.presets",
    "host_cli.tags",
    "host_cli.render",
    "host_cli.report",
    "host_cli.records",
    "host_cli.records.formats",
    "host_cli.records.codecs",
    "host_cli.records.targets",
    "host_cli.records.check",
    "host_cli.records.translation",
    "host_cli.records.catalogue",
    "host_cli.records.proof",
    "host_cli.records.album",
    "host_cli.records.delivery",
    "host_cli.assistant.recordings",
    "host_cli.assistant.decisions",
    "host_cli.assistant.curves",
    "host_cli.assistant.parts",
    "host_cli.assistant",
    "host_cli.compare",
    "host_cli.stems",
    "host_cli.box",
    "host_cli.web",
    "host_cli.remote",
    "host_cli.terminal",
    "host_cli.cli",
    "host_cli.commands.presets",
    "host_cli.commands.files",
    "host_cli.commands.records",
    "host_cli.commands.assistant",
    "host_cli.commands.box",
    "host_cli.commands.remote",
    "host_cli.commands",
    "host_cli",
)
#: The packages of the box that the laptop may import.
SHARED_WITH_LAPTOP = {"firmware", "firmware.contract", "firmware.presets", "firmware.engine"}
#: The only libraries that these packages import, in addition to the standard library.
LIBRARIES = {
    "dsp_ext": {"numpy", "libc", "cython"},
    "firmware.contract": {"msgspec"},
    "firmware.presets": {"msgspec"},
    "firmware.install": set(),  # it runs before anything is installed
    "hardware": set(),
}
#: Modules that may import a library that needs hardware, or that the laptop does not have.
ONLY = {
    "alsaaudio": {"firmware.audio"},
    # relay: the supervisor drives the bypass relay, and it continues to run when the process of the panel ends.
    # display: the data/command line of the display is a GPIO.
    "gpiozero": {"firmware.panel.controls", "firmware.panel.display", "firmware.sim.panel", "firmware.relay"},
    "luma": {"firmware.panel.display", "firmware.panel.oled"},
    "serial": {"firmware.link.server", "host_cli.box.serial_port"},
    "soxr": {"host_cli.render.conversion"},
    "mutagen": {"host_cli.tags.carry", "host_cli.tags.id3", "host_cli.tags.reading"},
    "pyarrow": {"host_cli.records.catalogue.manifest"},
    "distributed": {"host_cli.records.catalogue.running"},
    "fpdf": {"host_cli.records.formats.pq_sheet"},
    "websockets": {"host_cli.web.server"},
    "mido": {"host_cli.remote.midi_ports"},
    "pythonosc": {"host_cli.remote.osc_packets"},
    "textual": {"host_cli.terminal.monitor", "host_cli.terminal.widgets"},
}
MOST_MODULES = 18

FILES = sources()
PACKAGES = packages_of()
MODULES = {module_of(path) for path in FILES}


def layer(module: str) -> int:
    """The place of a module in LAYERS; a module that is not listed has the place of its package."""
    return LAYERS.index(module if module in LAYERS else package_of(module, PACKAGES))


def foreign(path):
    """The imports of a file from other packages of the product."""
    module = module_of(path)
    for found in imports(path):
        if found.source.split(".")[0] in ("hardware", "dsp_ext", "firmware", "host_cli"):
            whole = f"{found.source}.{found.name}"
            target = whole if whole in PACKAGES else found.source
            if package_of(target, PACKAGES) != package_of(module, PACKAGES):
                yield Import(module, target, "" if whole in PACKAGES else found.name)


def exported(package: str, suffix: str) -> set[str]:
    """The names that a package offers to other packages: `__all__`, and for Cython what `__init__.pxd` cimports."""
    folder = ROOT / package.replace(".", "/")
    names = set()
    for node in ast.walk(ast.parse((folder / "__init__.py").read_text())):
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "__all__":
            names |= set(ast.literal_eval(node.value))
    pxd = folder / "__init__.pxd"
    if suffix != ".py" and pxd.exists():
        names |= {found.name for found in imports(pxd)}
    return names


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_point_downwards_and_use_only_exported_names(path):
    for found in foreign(path):
        where = f"{found.module} imports {found.name or 'the package'} from {found.source}"
        assert layer(found.source) < layer(found.module), f"{where}, which is not below it"
        if found.module.startswith("host_cli") and found.source.startswith("firmware"):
            assert found.source in SHARED_WITH_LAPTOP, f"{where}, which the laptop does not have"
        if found.source not in LAYERS:
            raise AssertionError(f"{where}: import from its package instead")
        if found.name and found.source in PACKAGES and found.source not in ("firmware", "host_cli"):
            assert found.name in exported(found.source, path.suffix), f"{where}, which does not export it"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_libraries_are_imported_where_they_may_be(path):
    module = module_of(path)
    for found in imports(path):
        top = found.source.split(".")[0]
        if top in ONLY:
            assert module in ONLY[top], f"{module} imports {top}"
        if top in ("hardware", "dsp_ext", "firmware", "host_cli"):
            continue
        for package, libraries in LIBRARIES.items():
            if module == package or module.startswith(package + "."):
                assert top in sys.stdlib_module_names or top in libraries, f"{module} imports {top}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_import_style(path):
    """With one dot within a package, absolute from another one."""
    module, text = module_of(path), path.read_text()
    inside = package_of(module, PACKAGES)
    assert set(re.findall(r"^[ \t]*from (\.+)", text, re.M)) <= {"."}, f"{module} imports from a parent with dots"
    for source in re.findall(r"^[ \t]*from (\w[.\w]*) c?import", text, re.M):
        assert source in PACKAGES or package_of(source, PACKAGES) != inside, f"{module} imports {source} absolutely"


def test_packages_have_few_modules():
    modules = Counter(package_of(module, PACKAGES) for module in MODULES - PACKAGES)
    assert not {package: count for package, count in modules.items() if count > MOST_MODULES}


def test_every_package_is_in_a_layer_and_says_what_it_is_for():
    assert set(LAYERS) >= PACKAGES - {"hardware"} - {p for p in PACKAGES if p.startswith("hardware.")}
    for package in PACKAGES:
        tree = ast.parse((ROOT / package.replace(".", "/") / "__init__.py").read_text())
        assert ast.get_docstring(tree), f"{package} does not say what it is for"
