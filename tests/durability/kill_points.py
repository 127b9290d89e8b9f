#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Kills a writer at every system call that can change a file.

    kill_points.py [--writer PROGRAM]

For making, changing and removing, in the store and in the catalog: the first
run is killed at its first such call, the next at its second, and so on until
one comes through. Whatever is found afterwards is the old state or the new one,
whole; once a write was acknowledged, the new one.
"""

import argparse
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import traced

HERE = pathlib.Path(__file__).resolve().parent
WRITER = HERE.parent.parent / "build" / "tests" / "sotto_durability_writer"
CALLS = ("write", "pwrite64", "ftruncate", "fsync", "fdatasync", "openat",
         "link", "unlink", "fchmod", "fcntl", "close")
# Which write each operation is: number 1 makes everything, number 4 changes a
# value, number 5 removes one (see the writer).
OPERATIONS = {"create": 0, "update": 3, "delete": 4}


def prepare(writer, kind, folder, writes):
    """What is there before the write that is killed."""
    os.mkdir(folder)
    if writes:
        subprocess.run([writer, kind, folder, str(writes)], check=True,
                       stdout=subprocess.DEVNULL)


def state(writer, kind, folder):
    """The number of the last write; a complaint if anything is broken."""
    done = subprocess.run([writer, "read", kind, folder], capture_output=True,
                          text=True, check=False)
    if done.returncode != 0:
        return None, done.stderr.strip() or f"exit {done.returncode}"
    text = done.stdout.strip()
    return 0 if text == "none" else int(text), ""


def kill_at(writer, kind, folder, call, point):
    """Runs one write, killed at the given call; (came through, said so)."""
    done = subprocess.run(
        ["strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=" + call,
         "-e", f"inject={call}:signal=KILL:when={point}",
         writer, kind, folder, "1"],
        capture_output=True, text=True, check=False,
        env=traced.ENVIRONMENT)
    return done.returncode == 0, done.stdout.endswith("\n")


def run_call(writer, kind, start, before, call):
    """One kind of call: a complaint, or "" and how often it was killed."""
    work = start + "-work"
    point = 0
    while True:
        point += 1
        shutil.copytree(start, work)
        through, said = kill_at(writer, kind, work, call, point)
        now, complaint = state(writer, kind, work)
        if not complaint and (now not in (before, before + 1)
                              or (said and now == before)):
            complaint = f"found {now} after {before}"
        if complaint:
            return f"{call} {point}: {complaint}", 0
        shutil.rmtree(work)
        if through:
            return "", point - 1


def run(writer, kind, before):
    """A complaint, or "" and how many points there were."""
    points = 0
    with tempfile.TemporaryDirectory(prefix="sotto-points-") as folder:
        start = os.path.join(folder, "start")
        prepare(writer, kind, start, before)
        for call in CALLS:
            complaint, killed = run_call(writer, kind, start, before, call)
            if complaint:
                return complaint, 0
            points += killed
    return "", points


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--writer", default=str(WRITER))
    options = parser.parse_args()
    missing = "" if traced.available() else "strace is not installed"
    if not pathlib.Path(options.writer).exists():
        missing = f"{options.writer} is not built"
    failed = False
    for kind in ("store", "catalog"):
        for operation, before in OPERATIONS.items():
            name = f"W01_kill_at_every_call_{kind}_{operation}"
            if missing:
                print(f"SKIP {name}: {missing}")
                continue
            complaint, points = run(options.writer, kind, before)
            if not complaint and points < 20:
                complaint = f"only {points} points"
            if complaint:
                failed = True
                print(f"FAIL {name}: {complaint}", flush=True)
            else:
                print(f"PASS {name}", flush=True)
                print(f"{name}: {points} points", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
