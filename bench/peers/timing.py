# SPDX-License-Identifier: Apache-2.0
"""What the peers in Python share: [--repeat N] DOCUMENT VALUES."""

import sys
import time


def arguments(argv):
    """(repeat or 0, document, values)"""
    repeat = 0
    if argv[1] == "--repeat":
        repeat = int(argv[2])
        argv = argv[2:]
    return repeat, argv[1], argv[2]


def run(render, repeat):
    """Prints what render() makes, or the best time of `repeat` calls in ns."""
    if not repeat:
        sys.stdout.buffer.write(render().encode())
        return
    best = None
    for _ in range(repeat):
        began = time.perf_counter_ns()
        render()
        taken = time.perf_counter_ns() - began
        best = taken if best is None else min(best, taken)
    print(best)
