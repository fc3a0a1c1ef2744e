"""The settings that the bare installations of `make fresh` take from this machine, and the reasons why they cannot be made."""

import pytest

from tools.fresh import __main__ as fresh
from tools.fresh import settings
from tools.fresh.root import RootImpossible


@pytest.fixture
def machine(monkeypatch):
    """A machine without environment variables for the network; `machine[program]` is the output of that program on this
    machine."""
    for name in (*settings.VARIABLES, *(name for name in settings.os.environ if name.startswith("PIP_"))):
        monkeypatch.delenv(name, raising=False)
    printed = {}
    monkeypatch.setattr(settings, "_output", lambda *command: printed.get(command[0].rpartition("/")[2][:3], ""))
    return printed


def test_a_machine_without_settings_passes_none_to_a_root(machine):
    assert settings.environment() == {}
    assert settings.mirror() == []
    assert settings.apt_options() == []


def test_the_index_of_pip_is_passed_on_and_folders_of_this_machine_are_not(machine):
    machine["pyt"] = (
        "global.extra-index-url='file:///opt/simple https://wheels.example/simple'\n"
        "global.find-links='/opt/wheels'\n"
        ":env:.default-timeout='180'\n"
    )
    expected = {"PIP_EXTRA_INDEX_URL": "https://wheels.example/simple", "PIP_DEFAULT_TIMEOUT": "180"}
    assert settings.environment() == expected


def test_a_certificate_file_is_passed_on_only_if_it_exists(machine, monkeypatch, tmp_path):
    (tmp_path / "authority.pem").write_text("certificate")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    monkeypatch.setenv("PIP_CERT", str(tmp_path / "gone.pem"))
    assert settings.environment() == {"SSL_CERT_FILE": str(tmp_path / "authority.pem")}


def test_a_proxy_of_apt_is_passed_on(machine):
    machine["apt"] = 'Acquire::http::Proxy "http://proxy.example:3128/";\nAcquire::Languages:: "none";\n'
    assert settings.apt_options() == ['Acquire::http::Proxy "http://proxy.example:3128/";']


def test_without_root_the_reason_is_printed_and_only_if_possible_succeeds(monkeypatch, capsys):
    monkeypatch.setattr(fresh.os, "geteuid", lambda: 1000)
    assert fresh.main([]) == 1
    assert fresh.main(["--if-possible"]) == 0
    assert capsys.readouterr().out == "fresh: not run: bare roots need root: run `sudo make fresh`\n" * 2


def test_a_root_that_cannot_be_made_is_named_and_only_if_possible_succeeds(monkeypatch, capsys, tmp_path):
    def unreachable(suite, commands):
        raise RootImpossible(f"the root of {suite} cannot reach the packages of Debian: check the network")

    monkeypatch.setattr(fresh, "missing", lambda: None)
    monkeypatch.setattr(fresh, "FOLDER", tmp_path)
    monkeypatch.setattr(fresh, "try_suite", unreachable)
    assert fresh.main(["--suite", "trixie"]) == 1
    assert fresh.main(["--suite", "trixie", "--if-possible"]) == 0
    line = "fresh: not run: the root of trixie cannot reach the packages of Debian: check the network\n"
    assert capsys.readouterr().out == line * 2


def test_a_command_that_fails_in_one_root_fails_the_run_even_if_possible(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(fresh, "missing", lambda: None)
    monkeypatch.setattr(fresh, "FOLDER", tmp_path)
    monkeypatch.setattr(fresh, "try_suite", lambda suite, commands: [(suite, "make demo", 1.0, suite == "trixie")])
    assert fresh.main(["--if-possible", "--suite", "trixie"]) == 0
    assert fresh.main(["--if-possible"]) == 1
    assert "| bookworm | make demo | 1 s | FAILED |" in capsys.readouterr().out


def test_the_quick_run_names_tests_that_exist():
    assert [name for name in fresh.TELLING if not (fresh.REPOSITORY / name).exists()] == []
