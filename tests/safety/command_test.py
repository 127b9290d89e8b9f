# SPDX-License-Identifier: Apache-2.0
"""What the command itself promises about memory, dumps and locks.

    command_test.py SOTTO [--helpers DIR] [--dumps N]

L04 (core dumps), L09 (locked memory), C4 (memory at exit), C6 (/proc).
"""

import argparse
import base64
import json
import os
import random
import resource
import shutil
import signal
import struct
import subprocess
import tempfile
import time

import scan_memory
from canaries import find_leaks, new_canary
from leak_oracle import strace_works
from memory_test import Helpers
from report import Skip, check, run_tests

_EXIT_GROUP = 231  # On x86-64.
_NOBODY = 65534
_PT_NOTE = 4


def _sotto(sotto, folder, *words, stdin=b"", variables=None, **options):
    environment = dict(os.environ, ASAN_OPTIONS="detect_leaks=0",
                       XDG_CONFIG_HOME=os.path.join(folder, "user"),
                       **(variables or {}))
    return subprocess.run([sotto, *words], cwd=folder, check=False, input=stdin,
                          capture_output=True, env=environment, **options)


def _make_project(sotto, folder, values=2):
    """A project with `values` secrets and a document that uses them all.
    Returns the canaries."""
    canaries = [new_canary() for _ in range(values)]
    done = _sotto(sotto, folder, "init")
    check(done.returncode == 0, f"init: {done.stderr!r}")
    entries = {"g": {f"KEY{i}": value for i, value in enumerate(canaries)}}
    done = _sotto(sotto, folder, "secret", "import", "-",
                  stdin=json.dumps(entries).encode())
    check(done.returncode == 0, f"import: {done.stderr!r}")
    with open(os.path.join(folder, "flow.json"), "w", encoding="utf-8") as file:
        json.dump({f"f{i}": f"<< SECRETS.g.KEY{i} >> " * 3
                   for i in range(values)}, file)
    # Large enough to fill a pipe that nobody reads.
    with open(os.path.join(folder, "large.json"), "w",
              encoding="utf-8") as file:
        json.dump(["<< SECRETS.g.KEY0 >>"] * 20_000, file)
    return canaries


def _unlimited_core():
    resource.setrlimit(resource.RLIMIT_CORE,
                       (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


def _cores(folder):
    return [os.path.join(folder, name) for name in os.listdir(folder)
            if name.startswith("core") or ".core" in name]


def _require_core_files():
    with open("/proc/sys/kernel/core_pattern", encoding="utf-8") as file:
        pattern = file.read().strip()
    if "/" in pattern or pattern.startswith("|") or not pattern:
        raise Skip(f"core_pattern is {pattern!r}, so no core lands here")
    hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
    if hard == 0:
        raise Skip("core dumps cannot be enabled here")


def _memory_of(core):
    """A core without its notes. Those hold the registers of the moment, and so
    the bytes that were just being copied: only having no core helps there."""
    offset, = struct.unpack_from("<Q", core, 0x20)
    size, count = struct.unpack_from("<HH", core, 0x36)
    memory = bytearray(core)
    for header in range(offset, offset + size * count, size):
        kind, = struct.unpack_from("<I", core, header)
        begin, = struct.unpack_from("<Q", core, header + 8)
        length, = struct.unpack_from("<Q", core, header + 32)
        if kind == _PT_NOTE:
            memory[begin:begin + length] = bytes(length)
    return bytes(memory)


def a_dump_of_the_library_holds_no_value(helpers):
    """Without harden_process(): the core is written, the values are not."""
    helpers.require()
    _require_core_files()
    canaries = [new_canary() for _ in range(3)]
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [helpers.probe, "die"], cwd=folder, check=False,
            input=("\n".join(canaries) + "\n\n").encode(),
            preexec_fn=_unlimited_core)
        check(done.returncode == -signal.SIGSEGV, f"ended {done.returncode}")
        cores = _cores(folder)
        if not cores:
            raise Skip("the kernel wrote no core")
        with open(cores[0], "rb") as file:
            core = _memory_of(file.read())
    check(b"SECRETS.group.KEY1" in core, "this core holds nothing at all")
    leaks = find_leaks(core, canaries)
    check(not leaks, f"the core holds {[form for _, form in leaks]}")


def no_dump_of_the_command(sotto, dumps):
    """Signals at random moments while a value is rendered and held."""
    for _ in range(dumps):
        with tempfile.TemporaryDirectory() as folder:
            canaries = _make_project(sotto, folder)
            _die_while_rendering(sotto, folder)
            for core in _cores(folder):
                with open(core, "rb") as file:
                    check(not find_leaks(file.read(), canaries),
                          "a core holds a value")


def _die_while_rendering(sotto, folder):
    number = random.choice([signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS])
    with subprocess.Popen([sotto, "render", "large.json"], cwd=folder,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                          preexec_fn=_unlimited_core) as process:
        # It waits with the whole text in memory: the pipe is full.
        process.stdout.read(1)
        time.sleep(random.uniform(0, 0.02))
        process.send_signal(number)
        _, status = os.waitpid(process.pid, 0)
        process.returncode = 0
        check(os.WIFSIGNALED(status), f"it ended by itself: {status}")
        check(not os.WCOREDUMP(status), "the kernel dumped core")


def _wait_for_exit(strace, deadline=20):
    """The program under strace, once it stands before its last call."""
    end = time.monotonic() + deadline
    while time.monotonic() < end and strace.poll() is None:
        with open(f"/proc/{strace.pid}/task/{strace.pid}/children",
                  encoding="ascii") as file:
            children = file.read().split()
        for child in children:
            with open(f"/proc/{child}/syscall", encoding="ascii") as file:
                if file.read().split()[0] == str(_EXIT_GROUP):
                    return int(child)
        time.sleep(0.005)
    return None


def nothing_is_left_at_exit(sotto, helpers, words, status):
    """Stops the command in front of exit_group and scans its memory."""
    helpers.require()
    if not strace_works() or os.geteuid() != 0:
        raise Skip("reading the memory of a hardened process needs root")
    if os.uname().machine != "x86_64":
        raise Skip("knows the system calls of x86-64 only")
    with tempfile.TemporaryDirectory() as folder:
        canaries = _make_project(sotto, folder)
        marker = new_canary()  # In the environment, where it has to be found.
        with open(os.path.join(folder, ".sotto", "key"), "rb") as file:
            key = file.read().split()[-1]
        canaries += [key, base64.b64decode(key)]
        canaries.append(new_canary())
        with open(os.path.join(folder, "value"), "w", encoding="utf-8") as file:
            file.write(canaries[-1])
        with open(os.path.join(folder, "values.json"), "w",
                  encoding="utf-8") as file:
            json.dump({"g": {"NEW": canaries[-1]}}, file)
        with open(os.path.join(folder, "bad.json"), "w",
                  encoding="utf-8") as file:
            json.dump(["<< SECRETS.g.KEY0 >>", "<< SECRETS.g.NONE >>"], file)
        for seconds in (3, 60, 60):  # A slow machine gets more time to look.
            done, hits = _scan_at_exit(
                [sotto, *words], seconds, folder,
                [f"LD_PRELOAD={helpers.allocator}", f"MARKER={marker}"],
                [marker, *canaries])
            check(done == status, f"status {done}, expected {status}")
            places = [hit[1:] for hit in hits if hit[0] != marker]
            if len(places) < len(hits):
                break
    check(len(places) < len(hits), "this search finds nothing at all")
    check(not places, f"{len(places)} places: {places}")


def _scan_at_exit(command, seconds, folder, variables, wanted):
    """Holds the command for so long in front of its last call and looks for
    `wanted` in its memory. Returns (exit status, hits)."""
    strace = ["strace", "-o", "/dev/null", "-e", "trace=exit_group", "-e",
              f"inject=exit_group:delay_enter={seconds * 1000000}"]
    for variable in variables:
        strace += ["-E", variable]
    with subprocess.Popen([*strace, *command], cwd=folder,
                          stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL) as running:
        running.stdin.close()
        process = _wait_for_exit(running)
        check(process is not None, "it never came to its end")
        try:
            hits, _ = scan_memory.scan(process, wanted)
        except OSError:  # It has ended.
            hits = []
        return running.wait(), hits


def _as_nobody(limit):
    """Root locks memory beyond every limit: step down first."""
    def prepare():
        resource.setrlimit(resource.RLIMIT_MEMLOCK, (limit, limit))
        if os.geteuid() == 0:
            os.setgroups([])
            os.setgid(_NOBODY)
            os.setuid(_NOBODY)
    return prepare


def _with_limit(sotto, limit, test):
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o777)
        program = shutil.copy(sotto, folder)
        os.chmod(program, 0o755)
        step_down = _as_nobody(limit)
        done = _sotto(program, folder, "init", preexec_fn=step_down)
        check(done.returncode == 0, f"init: {done.stderr!r}")
        value = new_canary()
        done = _sotto(program, folder, "secret", "set", "a.B",
                      stdin=value.encode(), preexec_fn=step_down)
        check(done.returncode == 0, f"set: {done.stderr!r}")
        flow = os.path.join(folder, "flow.json")
        with open(flow, "w", encoding="utf-8") as file:
            file.write('{"x": "<< SECRETS.a.B >>"}')
        os.chmod(flow, 0o644)
        test(lambda *words, variables=None: _sotto(
            program, folder, *words, variables=variables,
            preexec_fn=step_down), value, folder)


def one_warning_without_locks(sotto, limit):
    def test(run, value, _):
        done = run("render", "flow.json")
        check(done.returncode == 0, f"status {done.returncode}")
        check(value.encode() in done.stdout, "nothing was rendered")
        said = done.stderr.decode()
        check(said.count("could not be locked") == 1,
              f"one warning was expected: {said!r}")
    _with_limit(sotto, limit, test)


def _ask_for_strict_memory(asked_by, folder):
    """The flags and the variables that ask; the configuration is changed."""
    if asked_by == "flag":
        return ["--strict-memory"], {}
    if asked_by == "variable":
        return [], {"SOTTO_STRICT_MEMORY": "true"}
    name = os.path.join(folder, "sotto.json")
    with open(name, encoding="utf-8") as file:
        config = json.load(file)
    config["strict_memory"] = True
    with open(name, "w", encoding="utf-8") as file:
        json.dump(config, file)
    return [], {}


def strict_memory_refuses(sotto, limit, asked_by):
    def test(run, value, folder):
        flags, variables = _ask_for_strict_memory(asked_by, folder)
        done = run("render", *flags, "flow.json", variables=variables)
        check(done.returncode == 3, f"status {done.returncode}")
        check(done.stdout == b"", "it wrote all the same")
        said = done.stderr.decode()
        check(said.startswith(
            "sotto: error: memory for secrets cannot be locked: the limit is "
            f"{limit >> 10} KiB\n"), f"no reason given: {said!r}")
        check(not find_leaks(done.stderr, [value]), "the value was printed")
        done = run("explain", "flow.json", variables=variables)
        check(done.returncode == 0, f"explain reads no value: {done.stderr!r}")
    _with_limit(sotto, limit, test)


def strict_memory_makes_no_project(sotto, variables, words):
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o777)
        program = shutil.copy(sotto, folder)
        os.chmod(program, 0o755)
        done = _sotto(program, folder, "init", *words, variables=variables,
                      preexec_fn=_as_nobody(0))
        check(done.returncode == 3, f"status {done.returncode}")
        check(os.listdir(folder) == ["sotto"], "something was made")


def no_warning_with_enough(sotto):
    limit = 8 << 20
    hard = resource.getrlimit(resource.RLIMIT_MEMLOCK)[1]
    if os.geteuid() != 0 and hard != resource.RLIM_INFINITY and hard < limit:
        raise Skip("the limit of locked memory is lower here")

    def test(run, value, _):
        for words in (("render",), ("render", "--strict-memory")):
            done = run(*words, "flow.json")
            check(done.returncode == 0, f"{words}: {done.stderr!r}")
            check(done.stderr == b"", f"it says {done.stderr!r}")
            check(value.encode() in done.stdout, "nothing was rendered")
    _with_limit(sotto, limit, test)


def proc_shows_no_value(sotto):
    """C6: what /proc tells about the process while it holds a value."""
    with tempfile.TemporaryDirectory() as folder:
        canaries = _make_project(sotto, folder)
        with subprocess.Popen([sotto, "render", "large.json"], cwd=folder,
                              stdout=subprocess.PIPE) as process:
            process.stdout.read(1)
            seen = b""
            for name in ("cmdline", "environ", "status", "maps", "comm"):
                try:
                    with open(f"/proc/{process.pid}/{name}", "rb") as file:
                        seen += file.read()
                except PermissionError:
                    continue  # Undumpable: so much the better.
            owner = os.stat(f"/proc/{process.pid}/mem").st_uid
            process.kill()
    check(not find_leaks(seen, canaries), "a value stands in /proc")
    check(owner == 0, "other processes of the user can read its memory")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("sotto")
    parser.add_argument("--helpers")
    parser.add_argument("--dumps", type=int, default=20)
    arguments = parser.parse_args()
    sotto = os.path.abspath(arguments.sotto)
    helpers = Helpers(arguments.helpers or os.path.join(
        os.path.dirname(sotto), "tests", "safety"))
    at_exit = {
        "render": (["render", "flow.json"], 0),
        "render-to-file": (["render", "flow.json", "-o", "out.json"], 0),
        "failed-render": (["render", "bad.json"], 1),
        "secret-set": (["secret", "set", "g.KEY0", "--file", "value"], 0),
        "secret-import": (["secret", "import", "values.json"], 0),
        "secret-get": (["secret", "get", "g.KEY0", "--reveal"], 0),
        "secret-history": (["secret", "history", "g"], 0),
        "explain": (["explain", "flow.json"], 0),
    }
    run_tests([
        ("command/L04-no-value-in-a-dump-of-the-library",
         lambda: a_dump_of_the_library_holds_no_value(helpers)),
        ("command/L04-no-dump-of-the-command",
         lambda: no_dump_of_the_command(sotto, arguments.dumps)),
        *[(f"command/C4-nothing-left-at-the-end-of-{name}",
           lambda words=words, status=status: nothing_is_left_at_exit(
               sotto, helpers, words, status))
          for name, (words, status) in at_exit.items()],
        *[(f"command/L09-one-warning-at-{limit >> 10}-KiB",
           lambda limit=limit: one_warning_without_locks(sotto, limit))
          for limit in (0, 64 << 10)],
        *[(f"command/L09-strict-memory-by-{by}-refuses-at-{limit >> 10}-KiB",
           lambda limit=limit, by=by: strict_memory_refuses(sotto, limit, by))
          for limit in (0, 64 << 10)
          for by in ("flag", "variable", "configuration")],
        ("command/L09-strict-memory-by-flag-makes-no-project",
         lambda: strict_memory_makes_no_project(sotto, {},
                                                ["--strict-memory"])),
        ("command/L09-strict-memory-by-variable-makes-no-project",
         lambda: strict_memory_makes_no_project(
             sotto, {"SOTTO_STRICT_MEMORY": "true"}, [])),
        ("command/L09-no-warning-at-8-MiB",
         lambda: no_warning_with_enough(sotto)),
        ("command/C6-proc-shows-no-value", lambda: proc_shows_no_value(sotto)),
    ])


if __name__ == "__main__":
    main()
