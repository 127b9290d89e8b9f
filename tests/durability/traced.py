# SPDX-License-Identifier: Apache-2.0
"""What the durability tests read out of strace."""

import os
import re
import shutil

# A sanitizer's search for leaks does not work under strace.
ENVIRONMENT = {**os.environ, "ASAN_OPTIONS": "detect_leaks=0"}

CALL = re.compile(r"(?:\d+\s+)?(\w+)\((.*)\)\s+=\s+(-?\d+)")
FILE = re.compile(r"^(\d+)<([^>]*)>")


def available():
    """Is there an strace?"""
    return shutil.which("strace") is not None


def calls(trace):
    """(name, arguments, result) of each completed call in a trace file."""
    with open(trace, errors="replace") as lines:
        for line in lines:
            match = CALL.match(line)
            if match:
                yield match[1], match[2], int(match[3])


def descriptor(arguments):
    """(number, path) of the descriptor that a call begins with, under -y."""
    match = FILE.match(arguments)
    return (int(match[1]), match[2]) if match else (None, "")
