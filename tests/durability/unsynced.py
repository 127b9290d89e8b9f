#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Looks for acknowledgements that a power failure would make a lie.

    unsynced.py [--writer PROGRAM] [--writes N]

Runs the writer under strace. Whenever it acknowledges a write, no file of the
store or the catalog may have been written since its last successful fsync or
fdatasync, and no name may have been made in its folder since that was synced.
(The -shm file is an index that is rebuilt; it need not reach the disk.)
"""

import argparse
import os
import pathlib
import subprocess
import sys
import tempfile

import traced

HERE = pathlib.Path(__file__).resolve().parent
WRITER = HERE.parent.parent / "build" / "tests" / "sotto_durability_writer"
WRITES = {"write", "pwrite64", "pwritev", "pwritev2", "writev", "ftruncate",
          "fallocate"}
SYNCS = {"fsync", "fdatasync"}
NAMING = {"openat", "link", "linkat", "rename", "renameat", "renameat2"}
REMOVING = {"unlink", "unlinkat"}


class Oracle:
    """Follows a trace: which files are written and not yet synced?"""

    def __init__(self, folder):
        self.folder = os.path.realpath(folder)
        self.unsynced = set()
        self.acknowledged = 0
        self.bad = []

    def matters(self, path):
        inside = path == self.folder or path.startswith(self.folder + "/")
        return inside and not path.endswith("-shm")

    def feed(self, name, arguments, result):
        if result < 0:
            return
        number, path = traced.descriptor(arguments)
        if name in WRITES and number == 1:
            self.acknowledged += 1
            if self.unsynced:
                self.bad.append(f"acknowledgement {self.acknowledged}: "
                                + ", ".join(sorted(self.unsynced)))
        elif name in WRITES and self.matters(path):
            self.unsynced.add(path)
        elif name in SYNCS:
            self.unsynced.discard(path)
        elif name in REMOVING:
            removed = [path for path in self.unsynced if f'"{path}"' in arguments]
            self.unsynced.difference_update(removed)
        elif name in NAMING and self.folder in arguments:
            creates = name != "openat" or "O_CREAT" in arguments
            if creates and "-shm" not in arguments:
                self.unsynced.add(self.folder)


def run(writer, kind, writes):
    """The oracle after a traced run of the writer."""
    with tempfile.TemporaryDirectory(prefix="sotto-unsynced-") as folder:
        folder = os.path.realpath(folder)
        trace = os.path.join(folder, "trace")
        wanted = ",".join(sorted(WRITES | SYNCS | NAMING | REMOVING))
        data = os.path.join(folder, "data")
        os.mkdir(data)
        done = subprocess.run(
            ["strace", "-f", "-y", "-s", "0", "-e", "trace=" + wanted, "-o",
             trace, writer, kind, data, str(writes)],
            capture_output=True, text=True, check=False,
            env=traced.ENVIRONMENT)
        if done.returncode != 0:
            return None, done.stderr.strip() or f"exit {done.returncode}"
        oracle = Oracle(data)
        for name, arguments, result in traced.calls(trace):
            oracle.feed(name, arguments, result)
        return oracle, ""


def self_test():
    """An oracle that never complains proves nothing."""
    oracle = Oracle("/d")
    oracle.feed("pwrite64", '3</d/x.db-wal>, ""..., 4096, 0', 4096)
    oracle.feed("write", "1</dev/null>, \"\"..., 2", 2)
    oracle.feed("fdatasync", "3</d/x.db-wal>", 0)
    oracle.feed("write", "1</dev/null>, \"\"..., 2", 2)
    assert oracle.acknowledged == 2 and len(oracle.bad) == 1


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--writer", default=str(WRITER))
    parser.add_argument("--writes", type=int, default=500)
    options = parser.parse_args()
    self_test()
    names = {"store": "W01_unsynced_store", "catalog": "W01_unsynced_catalog"}
    missing = ("" if traced.available() else "strace is not installed")
    if not pathlib.Path(options.writer).exists():
        missing = f"{options.writer} is not built"
    failed = False
    for kind, name in names.items():
        if missing:
            print(f"SKIP {name}: {missing}")
            continue
        oracle, complaint = run(options.writer, kind, options.writes)
        if not complaint and oracle.bad:
            complaint = f"{len(oracle.bad)} unsynced; {oracle.bad[0]}"
        if not complaint and oracle.acknowledged != options.writes:
            complaint = f"saw {oracle.acknowledged} acknowledgements"
        if complaint:
            failed = True
            print(f"FAIL {name}: {complaint}", flush=True)
        else:
            print(f"PASS {name}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
