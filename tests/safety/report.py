# SPDX-License-Identifier: Apache-2.0
"""One line a test: PASS name, FAIL name: why, SKIP name: why."""

import sys
import traceback


class Skip(Exception):
    """Raised by a test that cannot run here; says why."""


class Failure(Exception):
    """Raised by a test that found something; says what."""


def check(condition, why):
    if not condition:
        raise Failure(why)


def run_tests(tests):
    """Runs [(name, function)], prints a line for each, exits 1 on a failure."""
    failed = False
    for name, test in tests:
        try:
            test()
            line = f"PASS {name}"
        except Skip as skip:
            line = f"SKIP {name}: {skip}"
        except Exception as error:  # A bug of a test fails that test alone.
            failed = True
            why = str(error) if isinstance(error, Failure) else (
                traceback.format_exc(limit=-1).strip().replace("\n", " | "))
            line = f"FAIL {name}: {why}"
        print(line, flush=True)
    sys.exit(1 if failed else 0)
