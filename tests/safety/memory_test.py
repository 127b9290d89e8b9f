# SPDX-License-Identifier: Apache-2.0
"""C4: what is left in memory once values were used and given back.

    memory_test.py SOTTO [--helpers DIR] [--runs N]

SOTTO is the built command; the helpers (sotto_memory_probe, the allocator that
never reuses memory) stand in tests/safety of its folder unless said.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile

import scan_memory
from canaries import new_canary, new_spiky_canary
from report import Skip, check, run_tests


class Helpers:
    def __init__(self, folder):
        self.probe = os.path.join(folder, "sotto_memory_probe")
        self.http_probe = os.path.join(folder, "sotto_http_probe")
        self.allocator = os.path.join(folder, "libsotto_noreuse_malloc.so")

    def require(self):
        for path in (self.probe, self.http_probe, self.allocator):
            if not os.path.exists(path):
                raise Skip(f"{path} is not built")
        with open(self.probe, "rb") as program:
            if b"__asan_init" in program.read():
                raise Skip("built with a sanitizer, which has its own allocator")


def look_into(helpers, scenario):
    """Runs the probe and scans it while it waits. [(canary, form, ...)]"""
    helpers.require()
    return scan_program(helpers, [helpers.probe, scenario])


def scan_program(helpers, words):
    canaries = [new_canary(), new_canary(), new_spiky_canary()]
    environment = dict(os.environ, LD_PRELOAD=helpers.allocator)
    with subprocess.Popen(words, stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE, env=environment) as probe:
        probe.stdin.write(("\n".join(canaries) + "\n\n").encode())
        probe.stdin.flush()
        answer = probe.stdout.readline()
        check(answer == b"ready\n", f"the probe says {answer!r}")
        try:
            hits, size = scan_memory.scan(probe.pid, canaries)
        except PermissionError as error:
            raise Skip(f"cannot read the memory of a process: {error}")
        finally:
            probe.stdin.close()
            probe.wait()
    check(size > 100_000, f"only {size} bytes could be read")
    return hits


class EchoServer:
    """tests/http/fault_server.py, which sends every body back."""

    def __init__(self, folder):
        script = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                              os.pardir, "http", "fault_server.py")
        self._process = subprocess.Popen(
            [sys.executable, "-B", script, "--tls", folder],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.ports = json.loads(self._process.stdout.readline())
        self._process.stdin.write('{"play": [[{"echo": true}]]}\n')
        self._process.stdin.flush()
        self._process.stdout.readline()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait()


def nothing_is_left_of_calls(helpers, runs):
    helpers.require()
    with tempfile.TemporaryDirectory() as folder, EchoServer(folder) as server:
        plain = [f"http://127.0.0.1:{server.ports['plain']}"]
        encrypted = [f"https://127.0.0.1:{server.ports['good']}",
                     os.path.join(folder, "ca.pem")]
        for words in (plain, encrypted):
            for _ in range(runs):
                hits = scan_program(helpers, [helpers.http_probe, *words])
                check(not hits, f"{words[0]}: {len(hits)} places: "
                                f"{[hit[1:] for hit in hits]}")


def nothing_is_left(helpers, scenario, runs):
    for _ in range(runs):
        hits = look_into(helpers, scenario)
        check(not hits, f"{len(hits)} places: {[hit[1:] for hit in hits]}")


def the_search_finds(helpers, scenario, runs):
    for _ in range(runs):
        check(look_into(helpers, scenario),
              "the planted copy was not found: the search proves nothing")


def held_values_are_where_they_belong(helpers):
    hits = look_into(helpers, "hold")
    check(hits, "values that are held were not found")
    places = {(permissions, name) for _, _, permissions, name in hits}
    check(places == {("rw-p", "[anonymous]")}, f"also in {places}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("sotto")
    parser.add_argument("--helpers")
    parser.add_argument("--runs", type=int, default=5)
    arguments = parser.parse_args()
    helpers = Helpers(arguments.helpers or os.path.join(
        os.path.dirname(os.path.abspath(arguments.sotto)), "tests", "safety"))
    runs = arguments.runs

    tests = [(f"memory/self-test/{scenario}-is-found",
              lambda s=scenario: the_search_finds(helpers, s, runs))
             for scenario in ("plant-string", "plant-stream", "plant-stack")]
    tests.append(("memory/held-values-are-in-the-arena-alone",
                  lambda: held_values_are_where_they_belong(helpers)))
    tests += [(f"memory/C4-nothing-left-after-{scenario}",
               lambda s=scenario: nothing_is_left(helpers, s, runs))
              for scenario in ("render", "text", "failed-render", "functions",
                               "clone", "cut-json")]
    tests.append(("memory/C4-nothing-left-after-calls-over-http-and-https",
                  lambda: nothing_is_left_of_calls(helpers, runs)))
    run_tests(tests)


if __name__ == "__main__":
    main()
