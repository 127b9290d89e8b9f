# SPDX-License-Identifier: Apache-2.0
"""The system-call oracle: runs a program under strace and looks for canaries
in every byte that it hands to the kernel.

    leak_oracle.py --program SOTTO -- COMMAND...

runs COMMAND, a test suite say, which takes the program from SOTTO_COMMAND and
appends a line "NAME VALUE" for each canary that it makes to the file that
SOTTO_TEST_CANARIES names. Every call of the program is watched, but those that
COMMAND traces itself and those that may not write a large file: their traces
could not be written. The last line of output is PASS, FAIL or SKIP with what
was found; the exit status is that of COMMAND, or 1.

Declared, and so no leak: standard output of `render` without --output, or with
"-" for it; the files that --output or --out-dir name, and the temporary file
that is put in the place of each; standard output of other calls with --reveal.
A value in the arguments of the program is always a leak.
"""

import argparse
import collections
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time

from canaries import Search
from report import Skip

_CALLS = ("write,writev,pwrite64,pwritev,pwritev2,sendto,sendmsg,sendmmsg,"
          "execve,openat,open,creat,mkdir,mkdirat,rename,renameat,renameat2,"
          "link,linkat,symlink,symlinkat,unlink,unlinkat,memfd_create,"
          "setxattr,fsetxattr,clone,clone3,fork,vfork")
_RENAMES = ("rename", "renameat", "renameat2", "link", "linkat", "symlink",
            "symlinkat")
_LONGEST = 200_000  # Bytes of a call. Of the declared output more is written.
_LINE = re.compile(r"^(\d+)\s+(?:<\.\.\. )?(\w+)(?: resumed>|\()(.*)")
_STRING = re.compile(r'"((?:\\x[0-9a-f]{2})*)"(\.\.\.)?')
_TARGET = re.compile(r"^(\d+)<([^>]*)>")
_HERE = re.compile(r"AT_FDCWD<([^>]*)>")
_NAMED = re.compile(r'(?:AT_FDCWD|\d+)<([^>]*)>, "((?:\\x[0-9a-f]{2})*)"')
_RESULT = re.compile(r"= (-?\d+)")
_HIDDEN = re.compile(r"^\d+(?:<[^>]*>)?, 0x[0-9a-f]+, ")

# Stands in the place of the program. The tracer becomes a process apart, so
# that for whoever calls it the program is what it always is.
_WATCHER = """#!/bin/sh
while read -r name value; do
  [ "$name" = TracerPid: ] && break
done </proc/self/status
if [ "$value" != 0 ] || [ "$(ulimit -f)" != unlimited ]; then
  exec {program} "$@"
fi
n=0
while [ -e {logs}/$$.$n ]; do n=$((n + 1)); done
exec {strace} -E ASAN_OPTIONS="${{ASAN_OPTIONS-}}:detect_leaks=0" \
  -DDD -o {logs}/$$.$n {options} {program} "$@"
"""


def _options():
    return ["-f", "-xx", "-yy", "-s", str(_LONGEST), "-e", f"trace={_CALLS}"]


def strace_works():
    return subprocess.run(
        ["strace", "-f", "-o", "/dev/null", "-e", "trace=none", "true"],
        check=False, capture_output=True).returncode == 0


def _decode(text):
    return bytes.fromhex(text.replace("\\x", ""))


def _path(text):
    """A descriptor's path, which strace writes in hex; a device's has its
    numbers behind it."""
    written = re.match(r"(?:\\x[0-9a-f]{2})+", text)
    return os.fsdecode(_decode(written[0])) if written else text


def _flag(words, *names):
    """What a flag of `render` says; None: it is not there."""
    for i, word in enumerate(words):
        if word in names:
            return "".join(words[i + 1:i + 2])
        for name in names:
            if name.startswith("--") and word.startswith(name + "="):
                return word[len(name) + 1:]
            if re.fullmatch("-[a-z]", name) and word.startswith(name):
                return word[len(name):]
    return None


def _outputs(words):
    """The files that `render` is to write, by its arguments."""
    if words[1:2] != ["render"]:
        return []
    folder = _flag(words, "--out-dir")
    if folder is not None:  # The values of flags stand among the documents.
        return [os.path.join(folder, word) for word in words[2:]
                if not word.startswith("-")]
    output = _flag(words, "-o", "--output")
    return [] if output in (None, "", "-") else [output]


def _files_of(output, folder):
    """A pattern of the paths of an output file: its own, and those of the
    temporary that is put in its place (service/output_file.cc)."""
    folder, name = os.path.split(os.path.normpath(os.path.join(folder, output)))
    temporary = rf"#\d+|\.{re.escape(name[:200])}\.sotto-[0-9a-f]{{16}}"
    return rf"{re.escape(os.path.join(folder, ''))}({re.escape(name)}|{temporary})"


class _Trace:
    """What processes of one program gave to the kernel, by destination."""

    def __init__(self, program, declared=()):
        self.program = os.path.basename(program)
        self.declared = [re.compile(pattern) for pattern in declared]
        self.arguments = {}  # Of each process, by id; None: another program.
        self.parents = {}
        self.folders = {}    # In which each process works.
        self.files = {}      # That each may write a value to, as a pattern.
        self.streams = collections.defaultdict(list)  # (kind, destination)
        self.declared_output = []
        self.strange_names = []
        self.executions = 0
        self.truncated = False
        self.hidden = False

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

    def leaks(self, search):
        """Texts that do not repeat a canary."""
        found = [f"a declared output was given the name {name}"
                 for name in self.strange_names]
        if self.truncated:
            found.append("a call was too long to be seen whole")
        for (kind, destination), data in self.streams.items():
            found += [f"{canary} ({form}) by {kind} to {destination}"
                      for canary, form in search.find(b"".join(data))]
        return found

    def _words(self, process):
        """The arguments that the program runs with in this process, which it
        has from its parent if it was not started anew; None: another one."""
        if process not in self.arguments:
            parent = self.parents.get(process)
            self.arguments[process] = (
                None if parent is None else self._words(parent))
        return self.arguments[process]

    def _call(self, process, name, rest):
        if name == "execve":
            self._execute(process, rest)
            return
        if self._words(process) is None:
            return
        here = _HERE.search(rest)
        if here:
            folder = _path(here[1])
            if folder != self.folders.get(process):
                self.folders[process] = folder
                self.files.pop(process, None)
        self.hidden = self.hidden or bool(_HIDDEN.match(rest))
        if '"' in rest:
            self._data(process, name, rest)

    def _execute(self, process, rest):
        strings = [_decode(match[1]) for match in _STRING.finditer(rest)]
        if not strings or re.search(r"= -1 \w+", rest):
            return
        ours = os.path.basename(os.fsdecode(strings[0])) == self.program
        if ours or self._words(process) is not None:
            # Whether it starts itself or something else: never in arguments.
            self._add("execve", "arguments", strings)
        self.executions += ours
        self.files.pop(process, None)
        self.arguments[process] = (
            [os.fsdecode(s) for s in strings[1:]] if ours else None)

    def _data(self, process, name, rest):
        target = _TARGET.match(rest)
        strings = list(_STRING.finditer(rest))
        data = [_decode(match[1]) for match in strings]
        if target is None or name.endswith("at") or name == "renameat2":
            if name in _RENAMES:
                self._check_names(process, rest, data)
            self._add(name, "names", [b"\0".join(data), b"\0"])
            return
        path = _path(target[2])
        if self._is_declared(process, target[1], path):
            self.declared_output += data
            return
        self.truncated = self.truncated or any(each[2] for each in strings)
        self._add("write", f"{target[1]}<{path}>", data)

    def _files(self, process):
        """A pattern of the files that this call may write a value to."""
        if process not in self.files:
            outputs = _outputs(self._words(process))
            folder = self._folder(process)
            self.files[process] = re.compile("|".join(
                _files_of(each, folder) for each in outputs)) if outputs else None
        return self.files[process]

    def _folder(self, process):
        while process not in self.folders and process in self.parents:
            process = self.parents[process]
        return self.folders.get(process, "")

    def _is_declared(self, process, descriptor, path):
        if any(pattern.search(path) for pattern in self.declared):
            return True
        words = self._words(process)
        files = self._files(process)
        if files is not None:
            return files.fullmatch(path) is not None
        speaks = words[1:2] == ["render"] or "--reveal" in words
        return descriptor == "1" and speaks

    def _check_names(self, process, rest, names):
        """A call that writes an output file names nothing else anew."""
        files = self._files(process)
        if files is None:
            return
        named = _NAMED.findall(rest)
        folder, name = (map(_path, named[-1]) if named else
                        (self._folder(process), os.fsdecode(names[-1])))
        name = os.path.join(folder, name)
        if not files.fullmatch(name):
            self.strange_names.append(name)

    def _add(self, kind, destination, data):
        # One stream a destination: a value may come in several writes.
        self.streams[kind, destination] += data


def _see_all_of(trace):
    if trace.hidden:
        raise Skip("reading the memory of a hardened process needs root")


def trace(command, program, canaries, declared=(), **options):
    """Runs `command` ([str]) and returns (CompletedProcess, leaks,
    executions of the program), leaks as texts that do not repeat a canary.
    Files whose path matches a regular expression of `declared` are declared
    as well. `options` go to subprocess.run."""
    with tempfile.TemporaryDirectory() as folder:
        log = os.path.join(folder, "trace")
        done = subprocess.run(["strace", "-o", log, *_options(), *command],
                              check=False, **options)
        seen = _Trace(program, declared)
        seen.read(log)
    _see_all_of(seen)
    numbered = {f"canary {i}": canary for i, canary in enumerate(canaries)}
    return done, seen.leaks(Search(numbered)), seen.executions


class Watched:
    """What the calls of a program did in a whole suite of tests."""

    def __init__(self):
        self.calls = 0
        self.canaries = {}  # Values, by name.
        self.leaks = []
        self.declared = 0   # Calls with a canary in their declared output.

    def problems(self):
        """What is wrong, as texts; empty if all is well."""
        if self.calls == 0:
            return ["no call of the program was seen"]
        if not self.canaries:
            return ["no canary was made"]
        if self.declared == 0:
            return ["no canary was seen where it belongs: this is blind"]
        return self.leaks

    def add(self, log, program, search):
        seen = _Trace(program)
        seen.read(log)
        _see_all_of(seen)
        self.calls += seen.executions
        self.declared += bool(search.find(b"".join(seen.declared_output)))
        spoken = next((" ".join(words[:3]) for words in seen.arguments.values()
                       if words), program)
        self.leaks += [f"{spoken}: {leak}" for leak in seen.leaks(search)]


def _wait_for_end(log, deadline=20):
    """Until the tracer, a process apart, has written all of it."""
    end = time.monotonic() + deadline
    os.chmod(log, 0o600)  # A test's umask is the tracer's too.
    while time.monotonic() < end:
        with open(log, "rb") as file:
            file.seek(max(0, os.path.getsize(log) - 100))
            if file.read().endswith(b" +++\n"):
                return
        time.sleep(0.05)


def _read_canaries(path):
    if not os.path.exists(path):
        return {}
    with open(path, encoding="ascii") as file:
        return {f"${name}": value for name, value in map(str.split, file)}


def watch(command, program, **options):
    """Runs `command` as the head of this file says; returns
    (CompletedProcess, Watched). `options` go to subprocess.run."""
    with tempfile.TemporaryDirectory(prefix="sotto-oracle-") as folder:
        logs = os.path.join(folder, "logs")
        os.mkdir(logs)
        watcher = os.path.join(folder, os.path.basename(program))
        with open(os.open(watcher, os.O_CREAT | os.O_WRONLY, 0o755), "w",
                  encoding="utf-8") as file:
            file.write(_WATCHER.format(
                program=shlex.quote(os.path.abspath(program)),
                strace=shutil.which("strace"), logs=shlex.quote(logs),
                options=shlex.join(_options())))
        canaries = os.path.join(folder, "canaries")
        done = subprocess.run(
            command, check=False, **options,
            env=dict(os.environ, SOTTO_COMMAND=watcher,
                     SOTTO_TEST_CANARIES=canaries))
        watched = Watched()
        watched.canaries = _read_canaries(canaries)
        search = Search(watched.canaries)
        for name in sorted(os.listdir(logs)):
            log = os.path.join(logs, name)
            _wait_for_end(log)
            watched.add(log, program, search)
    return done, watched


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", required=True)
    parser.add_argument("command", nargs=argparse.REMAINDER)
    arguments = parser.parse_args()
    command = [word for i, word in enumerate(arguments.command)
               if i > 0 or word != "--"]
    if not strace_works():
        done = subprocess.run(command, check=False)
        print("SKIP no value leaves the command: strace cannot trace here")
        sys.exit(done.returncode)
    try:
        done, watched = watch(command, arguments.program)
    except Skip as skip:
        print(f"SKIP no value leaves the command: {skip}")
        sys.exit(0)
    problems = watched.problems()
    print(f"{'FAIL' if problems else 'PASS'} no value leaves the command: "
          f"{watched.calls} calls, {len(watched.canaries)} canaries, "
          f"{watched.declared} calls with one in the declared output")
    for problem in problems:
        print(f"    {problem}")
    sys.exit(1 if problems else done.returncode)


if __name__ == "__main__":
    main()
