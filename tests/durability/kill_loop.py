#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Kills a writer at random moments and looks whether what it was told is kept.

    kill_loop.py [--writer PROGRAM] [--kills N] [--seed N]

For the store and for the catalog: start the writer, wait a random moment,
kill it, read back. Every number that it printed had been acknowledged, so the
last one read back is never smaller; it is larger by one at most (written, and
killed before it could say so). Everything that is there passes its own check.
"""

import argparse
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
WRITER = HERE.parent.parent / "build" / "tests" / "sotto_durability_writer"


def read_back(writer, kind, folder):
    """The number of the last write, or a complaint."""
    done = subprocess.run([writer, "read", kind, folder],
                          capture_output=True, text=True, check=False)
    if done.returncode != 0:
        return None, done.stderr.strip() or f"exit {done.returncode}"
    text = done.stdout.strip()
    return 0 if text == "none" else int(text), ""


def time_to_first_write(writer, kind):
    """How long it takes until the first write is acknowledged, in seconds."""
    with tempfile.TemporaryDirectory(prefix="sotto-kill-") as folder:
        start = time.monotonic()
        subprocess.run([writer, kind, folder, "1"], stdout=subprocess.DEVNULL,
                       check=True)
        return time.monotonic() - start


def kill_once(writer, kind, folder, moment):
    """Starts a writer and kills it; returns the numbers that it printed."""
    process = subprocess.Popen([writer, kind, folder, "0"],
                               stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE)
    time.sleep(moment)
    process.send_signal(signal.SIGKILL)
    out, err = process.communicate()
    # The last line may be cut off.
    numbers = [int(line) for line in out.split(b"\n")[:-1]]
    return numbers, err.decode(errors="replace").strip()


def loop(writer, kind, kills):
    """Returns a complaint, or "" and a summary."""
    acknowledged = 0
    first = time_to_first_write(writer, kind)
    with tempfile.TemporaryDirectory(prefix="sotto-kill-") as folder:
        for turn in range(kills):
            if kind == "store" and not pathlib.Path(folder, "store.db").exists():
                # Killed while it was made: a key without a store is no store.
                pathlib.Path(folder, "key").unlink(missing_ok=True)
            numbers, said = kill_once(writer, kind, folder,
                                      random.uniform(0, 1.2 * first + 0.025))
            if said:
                return f"kill {turn}: the writer said: {said}", ""
            acknowledged += len(numbers)
            last, complaint = read_back(writer, kind, folder)
            if complaint:
                return f"kill {turn}: {complaint}", ""
            if numbers and not numbers[-1] <= last <= numbers[-1] + 1:
                return (f"kill {turn}: acknowledged {numbers[-1]}, "
                        f"found {last}"), ""
    if acknowledged < kills // 4:
        return f"only {acknowledged} writes were acknowledged", ""
    return "", f"{kills} kills, {acknowledged} acknowledged writes, 0 lost"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--writer", default=str(WRITER))
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=None)
    options = parser.parse_args()
    seed = options.seed if options.seed is not None else random.randrange(2**32)
    random.seed(seed)
    names = [("store", "W01_kill_loop_store"), ("catalog", "W01_kill_loop_catalog")]
    if not pathlib.Path(options.writer).exists():
        for _, name in names:
            print(f"SKIP {name}: {options.writer} is not built")
        return 0
    failed = False
    for kind, name in names:
        complaint, summary = loop(options.writer, kind, options.kills)
        if complaint:
            failed = True
            print(f"FAIL {name}: {complaint} (seed {seed})", flush=True)
        else:
            print(f"PASS {name}", flush=True)
            print(f"{name}: {summary}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
