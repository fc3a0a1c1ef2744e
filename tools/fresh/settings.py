"""The settings that a bare root takes from this machine: only those that are needed to reach package registries. These can be a
mirror, a proxy, or a private certificate authority. They are read from this machine's settings of apt and pip, so the project
does not contain them.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

#: Settings of pip that state how to reach an index. Folders of this machine (find-links) are left out.
_PIP = ("index-url", "extra-index-url", "proxy", "trusted-host", "timeout", "default-timeout", "retries", "cert")
#: Variables that state how to reach the network: proxies, and files with certificates.
VARIABLES = (
    *("http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"),
    *("SSL_CERT_FILE", "PIP_CERT", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"),
)
_APT = re.compile(r'Acquire::(?:https?::|Retries|Check-Valid-Until|Check-Date)\S* "[^"]+";')


def _output(*command: str) -> str:
    """The output of `command`; empty if it fails or does not exist."""
    try:
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return ""


def mirror() -> list[str]:
    """The Debian mirror of this machine as arguments of mmdebstrap; empty (its default mirror) if this machine does not run
    Debian."""
    targets = _output("apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages", "Label: Debian")
    return targets.split()[:1]


def apt_options() -> list[str]:
    """This machine's proxies, retries and date checks of apt, as lines of configuration."""
    return _APT.findall(_output("apt-config", "dump"))


def environment() -> dict[str, str]:
    """Variables for the commands in a root: proxies, files of certificates (absolute paths) and the index of pip."""
    variables = {name: os.environ[name] for name in VARIABLES if os.environ.get(name)}
    for line in _output(sys.executable, "-m", "pip", "config", "list").splitlines():
        key, _, value = line.partition("=")
        option, value = key.rpartition(".")[2], value.strip("'\"").replace("\\n", " ")
        if option in _PIP:
            kept = [word for word in value.split() if not word.startswith("file:")]
            if kept:
                variables.setdefault("PIP_" + option.replace("-", "_").upper(), " ".join(kept))
    return {name: value for name, value in variables.items() if not value.startswith("/") or Path(value).is_file()}
