# SPDX-License-Identifier: Apache-2.0
"""The system-call oracle: runs a command under strace and looks for canaries
in every byte that the program under test hands to the kernel.

    leak_oracle.py --program sotto --canaries FILE [--declared REGEX] -- COMMAND

COMMAND is the program itself or anything that starts it, a whole test suite
say; only what processes of the program do counts. FILE holds one canary a
line. Prints one line a leak and exits 1, or nothing and exits as COMMAND does.

Declared, and so no leak: standard output of `render` without -o and of any call
with --reveal; files whose path matches a REGEX. A value in the arguments of
the program is always a leak.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile

from canaries import find_leaks

_CALLS = ("write,writev,pwrite64,pwritev,pwritev2,sendto,sendmsg,sendmmsg,"
          "execve,openat,open,creat,mkdir,mkdirat,rename,renameat,renameat2,"
          "link,linkat,symlink,symlinkat,unlink,unlinkat,memfd_create,"
          "setxattr,fsetxattr,clone,clone3,fork,vfork")
_LINE = re.compile(r"^(\d+)\s+(?:<\.\.\. )?(\w+)(?: resumed>|\()(.*)")
_STRING = re.compile(r'"((?:\\x[0-9a-f]{2})*)"(\.\.\.)?')
_TARGET = re.compile(r"^(\d+)<([^>]*)>")
_RESULT = re.compile(r"= (-?\d+)")


def strace_works():
    return subprocess.run(
        ["strace", "-f", "-o", "/dev/null", "-e", "trace=none", "true"],
        check=False, capture_output=True).returncode == 0


def _decode(text):
    return bytes.fromhex(text.replace("\\x", ""))


def _path(text):
    """A descriptor's path, which strace may have written in hex."""
    return _decode(text).decode(errors="replace") if "\\x" in text else text


class _Trace:
    """What processes of one program gave to the kernel, by destination."""

    def __init__(self, program, declared):
        self.program = os.path.basename(program)
        self.declared = [re.compile(pattern) for pattern in declared]
        self.arguments = {}  # Of each process, by id; None: another program.
        self.parents = {}
        self.streams = {}    # (kind, destination) -> bytes
        self.executions = 0
        self.truncated = False

    def read(self, path):
        with open(path, encoding="ascii", errors="replace") as file:
            calls = [match.groups() for match in map(_LINE.match, file)
                     if match]
        # A child may be seen before the call that made it returns.
        for process, name, rest in calls:
            result = _RESULT.search(rest)
            if name in ("clone", "clone3", "fork", "vfork") and result:
                self.parents[int(result[1])] = int(process)
        for process, name, rest in calls:
            self._call(int(process), name, rest)

    def _words(self, process):
        """The arguments that the program runs with in this process, which it
        has from its parent if it was not started anew; None: another one."""
        if process not in self.arguments:
            parent = self.parents.get(process)
            self.arguments[process] = (
                None if parent is None else self._words(parent))
        return self.arguments[process]

    def _call(self, process, name, rest):
        strings = [_decode(match[1]) for match in _STRING.finditer(rest)]
        if name == "execve":
            self._execute(process, strings)
        elif strings and self._words(process) is not None:
            if any(match[2] for match in _STRING.finditer(rest)):
                self.truncated = True
            self._data(process, name, rest, strings)

    def _execute(self, process, strings):
        if not strings:
            return
        ours = os.path.basename(strings[0].decode()) == self.program
        if ours or self._words(process) is not None:
            # Whether it starts itself or something else: never in arguments.
            self._add("execve", "arguments", b"\0".join(strings))
        self.executions += ours
        self.arguments[process] = (
            [s.decode() for s in strings[1:]] if ours else None)

    def _data(self, process, name, rest, strings):
        target = _TARGET.match(rest)
        if target is None or name.endswith("at") or name == "renameat2":
            self._add(name, "names", b"\0".join(strings))
            return
        path = _path(target[2])
        if not self._is_declared(process, target[1], path):
            self._add(name, f"{target[1]}<{path}>", b"".join(strings))

    def _is_declared(self, process, descriptor, path):
        if any(pattern.search(path) for pattern in self.declared):
            return True
        words = self._words(process)
        to_output = not any(
            word.startswith(("-o", "--output")) for word in words)
        speaks = "--reveal" in words or ("render" in words and to_output)
        return descriptor == "1" and speaks

    def _add(self, kind, destination, data):
        # One stream a destination: a value may come in several writes.
        key = (kind if destination in ("arguments", "names") else "write",
               destination)
        self.streams[key] = self.streams.get(key, b"") + data


def trace(command, program, canaries, declared=(), **options):
    """Runs `command` ([str]) and returns (CompletedProcess, leaks,
    executions of the program), leaks as texts that do not repeat a canary.
    `options` go to subprocess.run."""
    with tempfile.TemporaryDirectory() as folder:
        log = os.path.join(folder, "trace")
        done = subprocess.run(
            ["strace", "-f", "-o", log, "-xx", "-yy", "-s", "200000",
             "-e", "signal=none", "-e", f"trace={_CALLS}", *command],
            check=False, **options)
        seen = _Trace(program, declared)
        seen.read(log)
    leaks = []
    if seen.truncated:
        leaks.append("a call was too long to be seen whole")
    number = {canary: i for i, canary in enumerate(canaries)}
    for (kind, destination), data in seen.streams.items():
        for canary, form in find_leaks(data, canaries):
            leaks.append(f"canary {number[canary]} ({form}) by {kind} to "
                         f"{destination}")
    return done, leaks, seen.executions


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", default="sotto")
    parser.add_argument("--canaries", required=True)
    parser.add_argument("--declared", action="append", default=[])
    parser.add_argument("command", nargs=argparse.REMAINDER)
    arguments = parser.parse_args()
    with open(arguments.canaries, encoding="utf-8") as file:
        canaries = [line.rstrip("\n") for line in file if line.strip()]
    command = [word for i, word in enumerate(arguments.command)
               if i > 0 or word != "--"]
    done, leaks, executions = trace(command, arguments.program, canaries,
                                    arguments.declared)
    for leak in leaks:
        print(leak)
    if executions == 0:
        print(f"no process of {arguments.program} was seen")
    sys.exit(1 if leaks or executions == 0 else done.returncode)


if __name__ == "__main__":
    main()
