# SPDX-License-Identifier: Apache-2.0
"""Packages of npm that a test stands on, as its package-lock.json has them."""

import pathlib
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "safety"))
from report import Skip  # noqa: E402


def install_packages(test_folder, modules):
    """Puts them into the folder `modules`; skips the test if they cannot be
    had."""
    if shutil.which("npm") is None:
        raise Skip("npm is not installed")
    for name in ("package.json", "package-lock.json"):
        shutil.copy(test_folder / name, modules)
    done = subprocess.run(
        ["npm", "ci", "--prefer-offline", "--no-audit", "--no-fund",
         "--ignore-scripts"], cwd=modules, text=True, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT)
    if done.returncode != 0:
        reason = done.stdout.strip().splitlines()[-1:]
        raise Skip(f"npm ci failed: {' '.join(reason)}")
