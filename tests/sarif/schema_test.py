#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`sotto lint --format sarif` against the published schema of SARIF 2.1.0, which
a package of npm has.

    schema_test.py SOTTO       SOTTO: the built command

Prints a line "PASS name", "FAIL name: reason" or "SKIP name: reason" for each
check.
"""

import copy
import json
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "lsp"))
from npm_packages import install_packages  # noqa: E402
from report import check, run_tests  # noqa: E402

EXAMPLES = HERE.parent / "lint"


class World:
    """A project, and the schema."""

    def __init__(self, sotto, folder):
        self.sotto = sotto
        self.folder = folder
        self.modules = None
        subprocess.run([sotto, "init"], cwd=folder, check=True,
                       capture_output=True)

    def lint(self, *words):
        done = subprocess.run(
            [self.sotto, "lint", "--no-cache", "--format", "sarif", *words],
            cwd=self.folder, text=True, stdin=subprocess.DEVNULL,
            capture_output=True)
        return json.loads(done.stdout)

    def verdict(self, log):
        """What the schema says of it: "valid", or what is wrong."""
        if self.modules is None:
            modules = self.folder / "modules"
            modules.mkdir(exist_ok=True)
            install_packages(HERE, modules)
            self.modules = modules
        file = self.folder / "log.sarif"
        file.write_text(json.dumps(log))
        done = subprocess.run(["node", HERE / "validate.js", file],
                              cwd=self.modules, text=True, check=True,
                              stdout=subprocess.PIPE)
        return done.stdout.strip().removeprefix(f"{file}: ")

    def expect_valid(self, log):
        verdict = self.verdict(log)
        check(verdict == "valid", verdict)


def findings_of_every_rule(world):
    """All documents of the rules' own tests: fixes, escapes, long lines."""
    log = world.lint(EXAMPLES)
    results = log["runs"][0]["results"]
    check(len(results) >= 50, f"no more than {len(results)} findings")
    check(any("fixes" in each for each in results), "no fix among them")
    world.expect_valid(log)


def nothing_found(world):
    (world.folder / "fine.json").write_text("[]")
    log = world.lint("fine.json")
    check(log["runs"][0]["results"] == [], "something was found")
    world.expect_valid(log)


def what_could_not_be_done(world):
    """A file that is not there is a notification, and the rest is linted."""
    (world.folder / "a \u00e9#%.json").write_text('["<< SECRET.a.B >>"]')
    log = world.lint("not-there.json", "a \u00e9#%.json")
    run = log["runs"][0]
    check(run["invocations"][0]["toolExecutionNotifications"], "nothing said")
    check(len(run["results"]) == 1, "the rest was not linted")
    world.expect_valid(log)


def a_broken_log_is_refused(world):
    """The test itself: what it would not see, nobody would."""
    good = world.lint(EXAMPLES / "near-miss")
    for name, breaks in {
        "version": lambda log: log.update(version="2.0.0"),
        "runs": lambda log: log.pop("runs"),
        "result": lambda log: log["runs"][0]["results"][0].pop("message"),
        "level": lambda log: log["runs"][0]["results"][0].update(level="fatal"),
        "member": lambda log: log["runs"][0].update(other=1),
    }.items():
        log = copy.deepcopy(good)
        breaks(log)
        check(world.verdict(log) != "valid", f"a wrong {name} is let through")


def main():
    sotto = pathlib.Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory(prefix="sotto-sarif-") as folder:
        world = World(sotto, pathlib.Path(folder))
        run_tests([(f"sarif/{test.__name__}", lambda test=test: test(world))
                   for test in (findings_of_every_rule, nothing_found,
                                what_could_not_be_done,
                                a_broken_log_is_refused)])


if __name__ == "__main__":
    main()
