#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`sotto lsp` with clients that others wrote: Neovim's own, and the one that
VS Code is built with.

    editors_test.py SOTTO      SOTTO: the built command

Prints a line "PASS name", "FAIL name: reason" or "SKIP name: reason" for each
check.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

from npm_packages import install_packages
from report import Skip

HERE = pathlib.Path(__file__).resolve().parent
TEXT = '{\n  "é😀": "<< SECRETS.github.TOKN >>"\n}\n'
SECONDS = 60
failed = False


def say(line):
    global failed
    failed = failed or line.startswith("FAIL ")
    print(line, flush=True)


def make_project(sotto, folder):
    """A project with one secret, a document and a secrets.lock."""
    for words, text in ((["init"], ""), (["secret", "set", "github.TOKEN"], "x")):
        subprocess.run([sotto, *words], cwd=folder, input=text, text=True,
                       check=True, capture_output=True)
    lock = subprocess.run([sotto, "catalog", "snapshot"], cwd=folder, check=True,
                          capture_output=True)
    (folder / "secrets.lock").write_bytes(lock.stdout)
    (folder / "flow.json").write_text(TEXT)


def run_client(name, command, cwd, **environment):
    """Passes the client's lines on; a client that tells nothing is a failure."""
    try:
        done = subprocess.run(
            [str(word) for word in command], cwd=cwd, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, timeout=SECONDS,
            env=dict(os.environ, **environment))
        status, text = done.returncode, done.stdout
    except subprocess.TimeoutExpired as error:
        status, text = -1, (error.stdout or b"").decode(errors="replace")
    lines = re.findall(r"^(?:PASS|FAIL) .*", text, re.MULTILINE)
    for line in lines:
        say(line)
    if not lines or (status != 0 and all(each[0] == "P" for each in lines)):
        say(f"FAIL lsp/{name}: exit status {status}: {text[-2000:]}")


def test_nvim(sotto, project, home):
    if shutil.which("nvim") is None:
        say("SKIP lsp/nvim: nvim is not installed")
        return
    run_client("nvim", ["nvim", "--headless", "-u", "NONE", "-i", "NONE", "-n",
                        "-c", f"luafile {HERE / 'init.lua'}", "flow.json"],
               project, SOTTO=str(sotto), HOME=str(home),
               XDG_STATE_HOME=str(home), XDG_CACHE_HOME=str(home))


def test_npm(sotto, project, modules):
    try:
        install_packages(HERE, modules)
    except Skip as skip:
        say(f"SKIP lsp/npm: {skip}")
        return
    run_client("npm", ["node", HERE / "client.js", sotto, project], modules)


def main():
    sotto = pathlib.Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory(prefix="sotto-lsp-") as name:
        folders = [pathlib.Path(name) / each
                   for each in ("project", "home", "modules")]
        for folder in folders:
            folder.mkdir()
        project, home, modules = folders
        make_project(sotto, project)
        test_nvim(sotto, project, home)
        test_npm(sotto, project, modules)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
