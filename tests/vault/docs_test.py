# SPDX-License-Identifier: Apache-2.0
"""Runs docs/vault.md against a real Vault: every ```console block, in the order
of the page, in one shell. A line "$ command" is typed; what it prints (both
streams) must be what the page says. A block ```LANGUAGE NAME makes that file.

    docs_test.py SOTTO         SOTTO: the built command

SOTTO_VAULT_SERVER names the server's program. The administrator's part of the
page is done by Vault's own command line, which cannot be had here: a stand-in
of the same name sends the same requests.
"""

import os
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "safety"))
from report import check, run_tests  # noqa: E402
from server_process import Server  # noqa: E402

PAGE = HERE.parents[1] / "docs/vault.md"
ADDRESS = "https://vault.example.com:8200"
END = "end-of-the-answer"

# vault read|write [-f] [-field=NAME] PATH [NAME=VALUE...]
# vault policy write NAME -
STAND_IN = r'''
import json, os, sys, urllib.request

def ask(method, path, body=None):
    request = urllib.request.Request(
        os.environ["VAULT_ADDR"] + "/v1/" + path, method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={"X-Vault-Token": os.environ["VAULT_TOKEN"]})
    text = urllib.request.urlopen(request).read()
    return json.loads(text)["data"] if text else None

words = [word for word in sys.argv[1:] if not word.startswith("-")]
fields = [word[7:] for word in sys.argv if word.startswith("-field=")]
verb, path, *pairs = words
if verb == "policy":
    name = pairs[0]
    ask("PUT", "sys/policies/acl/" + name, {"policy": sys.stdin.read()})
    print("Success! Uploaded policy: " + name)
else:
    body = dict(pair.split("=", 1) for pair in pairs)
    data = ask("GET", path) if verb == "read" else ask("PUT", path, body)
    if fields:
        print(data[fields[0]], end="\n" if sys.stdout.isatty() else "")
    else:
        print("Success! Data written to: " + path)
'''


class Shell:
    """The reader's, in an empty folder."""

    def __init__(self, sotto, folder):
        self.folder = folder / "flows"
        self.folder.mkdir()
        tools = folder / "bin"
        tools.mkdir()
        (tools / "sotto").symlink_to(sotto)
        vault = tools / "vault"
        vault.write_text(f"#!{sys.executable}\n{STAND_IN}")
        vault.chmod(0o755)
        self.process = subprocess.Popen(
            ["bash"], cwd=self.folder, text=True, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={"HOME": str(folder), "VAULT_TOKEN": "root",
                 "TOKEN": "ghp_example",
                 "PATH": f"{tools}:{os.environ['PATH']}"})

    def type(self, command):
        self.process.stdin.write(
            f"{{ {command}\n}} </dev/null 2>&1; printf '\\n%s\\n' {END}\n")
        self.process.stdin.flush()
        lines = []
        while True:
            line = self.process.stdout.readline()
            check(line, f"the shell ended: {command}")
            if line == END + "\n":
                break
            lines.append(line)
        text = "".join(lines)
        # The line break that went before the end.
        return text[:-1]


def blocks_of(page):
    """(language, name of a file or "", lines, number of the first line)"""
    block = None
    for number, line in enumerate(page.splitlines(), 1):
        if line.startswith("```"):
            if block:
                yield block
                block = None
            else:
                language, _, name = line[3:].partition(" ")
                block = (language, name, [], number + 1)
        elif block:
            block[2].append(line)


def commands_of(lines):
    """(command, what it is said to print)"""
    command, expected = None, []
    for line in lines:
        if line.startswith("$ "):
            if command:
                yield command, expected
            command, expected = line[2:], []
        else:
            expected.append(line)
    if command:
        yield command, expected


def as_on_page(text, url, folder):
    """Times, sizes and places are the reader's own."""
    text = text.replace(url, ADDRESS).replace(url.split("//")[1],
                                              ADDRESS.split("//")[1])
    text = text.replace(str(folder), "/home/you/flows")
    text = re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "2026-01-31T12:00:00Z",
                  text)
    text = re.sub(r"in \d+\.\d ms", "in 9.5 ms", text)
    return re.sub(r"\d+ bytes (sent|received)", r"900 bytes \1", text)


def the_page_does_what_it_says(sotto):
    server = Server()
    typed = 0
    with tempfile.TemporaryDirectory() as name:
        shell = Shell(sotto, pathlib.Path(name))
        for language, file, lines, first in blocks_of(PAGE.read_text()):
            if file:
                text = "\n".join(lines) + "\n"
                (shell.folder / file).write_text(
                    text.replace(ADDRESS, server.url))
            if language != "console":
                continue
            for command, expected in commands_of(lines):
                typed += 1
                told = shell.type(command.replace(ADDRESS, server.url))
                told = as_on_page(told, server.url, shell.folder)
                check(told.rstrip("\n").splitlines() == expected,
                      f"line {first}: $ {command}\n{told}")
    check(typed >= 10, f"only {typed} commands were found")


if __name__ == "__main__":
    COMMAND = os.path.abspath(sys.argv[1])
    run_tests([("the_page_does_what_it_says",
                lambda: the_page_does_what_it_says(COMMAND))])
