#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`sotto lint` on a folder with 100,000 documents.

    many_files_test.py SOTTO       SOTTO: the built command

Prints a line "PASS name" or "FAIL name: reason" for each check.
"""

import os
import pathlib
import resource
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "safety"))
from report import check, run_tests  # noqa: E402

FOLDERS = 100
DOCUMENTS = 1000  # In each.
MEBIBYTES = 512


def make_project(sotto, folder):
    subprocess.run([sotto, "init"], cwd=folder, check=True, capture_output=True)
    for number in range(FOLDERS):
        below = folder / f"flows/{number}"
        below.mkdir(parents=True)
        for each in range(DOCUMENTS):
            (below / f"{each}.json").write_text('["<< FN.literal(\'a\') >>"]')
    (folder / "flows/7/broken.json").write_text('["<< SECRET.a.B >>"')


def finds_the_one_that_is_broken(sotto, folder):
    """The first time, and again with what is remembered."""
    for _ in range(2):
        done = subprocess.run([sotto, "lint", "--format", "short", "flows"],
                              cwd=folder, text=True, capture_output=True,
                              timeout=120,
                              env=dict(os.environ, XDG_CACHE_HOME=str(folder)))
        check(done.returncode == 1, f"exit status {done.returncode}")
        lines = done.stdout.splitlines()
        check(len(lines) == 2, f"{len(lines)} findings")
        check(all(line.startswith("flows/7/broken.json:1:") for line in lines),
              done.stdout)
        total = FOLDERS * DOCUMENTS + 1
        check(done.stderr == "sotto: 1 error, 1 warning in 1 of "
              f"{total} files\n", done.stderr)
    used = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    check(used < MEBIBYTES, f"{used} MiB of memory")


def main():
    sotto = pathlib.Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory(prefix="sotto-many-") as name:
        folder = pathlib.Path(name)
        make_project(sotto, folder)
        run_tests([("lint/many_files",
                    lambda: finds_the_one_that_is_broken(sotto, folder))])


if __name__ == "__main__":
    main()
