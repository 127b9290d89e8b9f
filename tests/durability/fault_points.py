#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Lets each system call of a write fail, one after the other.

    fault_points.py [--writer PROGRAM]

For the store and the catalog, for a full disk, a used-up quota and a broken
device: the writer goes on, or ends with one sentence of our own; what was there
before, or the new state, is there afterwards, whole; and the next write works.
"""

import argparse
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import kill_points
import traced

# What can fail, and how.
FAULTS = [(call, error)
          for call in ("pwrite64", "ftruncate", "fdatasync")
          for error in ("ENOSPC", "EDQUOT", "EIO")
          if call == "pwrite64" or error == "EIO"]
BEFORE = 3
# How the writer's complaints begin.
OURS = ('store "', 'catalog "')


def fail_at(writer, kind, folder, call, error, point):
    """One write with one failing call: (came through, acknowledged, said)."""
    done = subprocess.run(
        ["strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=" + call, "-e",
         f"inject={call}:error={error}:when={point}", writer, kind, folder,
         "1"],
        capture_output=True, text=True, check=False, env=traced.ENVIRONMENT)
    return done.returncode, done.stdout.endswith("\n"), done.stderr.strip()


def next_write_works(writer, kind, folder, now):
    done = subprocess.run([writer, kind, folder, "1"], capture_output=True,
                          text=True, check=False)
    return done.returncode == 0 and done.stdout.strip() == str(now + 1)


def judge(writer, kind, work, outcome):
    """A complaint about one failing call, or ""."""
    status, acknowledged, said = outcome
    if status not in (0, 3):
        return f"exit {status}: {said}"
    if status == 3 and not said.startswith(OURS):
        return f"said: {said}"
    now, complaint = kill_points.state(writer, kind, work)
    if complaint:
        return complaint
    if now not in (BEFORE, BEFORE + 1) or (acknowledged and now == BEFORE):
        return f"found {now} after {BEFORE}"
    if not next_write_works(writer, kind, work, now):
        return "the next write fails"
    return ""


def run(writer, kind, call, error):
    """A complaint, or "" and how many calls failed."""
    with tempfile.TemporaryDirectory(prefix="sotto-faults-") as folder:
        start = os.path.join(folder, "start")
        kill_points.prepare(writer, kind, start, BEFORE)
        # Every point up to the number of calls that an undisturbed run makes.
        calls = count_calls(writer, kind, shutil.copytree(
            start, os.path.join(folder, "count")), call)
        for point in range(1, calls + 1):
            work = os.path.join(folder, "work")
            shutil.copytree(start, work)
            outcome = fail_at(writer, kind, work, call, error, point)
            complaint = judge(writer, kind, work, outcome)
            if complaint:
                return f"{call} {point}: {complaint}", 0
            shutil.rmtree(work)
        return "", calls


def count_calls(writer, kind, folder, call):
    trace = folder + "-trace"
    subprocess.run(["strace", "-f", "-o", trace, "-e", "trace=" + call, writer,
                    kind, folder, "1"], check=True, stdout=subprocess.DEVNULL,
                   env=traced.ENVIRONMENT)
    return sum(1 for _ in traced.calls(trace))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--writer", default=str(kill_points.WRITER))
    options = parser.parse_args()
    missing = "" if traced.available() else "strace is not installed"
    if not pathlib.Path(options.writer).exists():
        missing = f"{options.writer} is not built"
    failed = False
    for kind in ("store", "catalog"):
        for call, error in FAULTS:
            name = f"W02_{error}_at_every_{call}_{kind}"
            if missing:
                print(f"SKIP {name}: {missing}")
                continue
            complaint, points = run(options.writer, kind, call, error)
            if not complaint and points == 0:
                complaint = "no such call was seen"
            if complaint:
                failed = True
                print(f"FAIL {name}: {complaint}", flush=True)
            else:
                print(f"PASS {name}", flush=True)
                print(f"{name}: {points} points", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
