#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The stages of scripts/check, and the counting.

A result is one GoogleTest case, one PASS, FAIL or SKIP line of a system test,
one build, one fuzz run. Everything is built under build/check/ (or
SOTTO_CHECK_BUILD), where the logs stay.

SOTTO_CHECK_FUZZ_SECONDS: how long each fuzz target runs; 60 unless said.
SOTTO_CHECK_VAULT=0: without a Vault server, whose first build needs the network
and takes minutes.
"""

import concurrent.futures
import functools
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys
import time

SOURCE = pathlib.Path(__file__).resolve().parents[1]
BUILD = pathlib.Path(os.environ.get("SOTTO_CHECK_BUILD", SOURCE / "build/check"))
LOGS = BUILD / "logs"
FUZZ_SECONDS = int(os.environ.get("SOTTO_CHECK_FUZZ_SECONDS", "60"))
CORES = os.cpu_count() or 2
VAULT = BUILD / "vault"  # What scripts/vault_server.py makes.
VAULT_TESTS = "sotto_vault_tests"
SANITIZER_OPTIONS = {
    "ASAN_OPTIONS": "detect_stack_use_after_return=1:allocator_may_return_null=1",
    "UBSAN_OPTIONS": "print_stacktrace=1",
    "TSAN_OPTIONS": "halt_on_error=1:die_after_fork=0",
}

passed, failed, skipped = [], [], []  # Names of results.


def report(name, ok, detail=""):
    """Counts one result; a failure is shown at once, with what explains it."""
    if ok:
        passed.append(name)
        return
    failed.append(name)
    print(f"FAILED {name}", flush=True)
    for line in detail.strip().splitlines()[-60:]:
        print(f"    {line}")
    sys.stdout.flush()


def run(name, command, cwd=SOURCE, timeout=1800, **environment):
    """Runs a command with its output in a log. Returns (exit status, log)."""
    log = LOGS / (re.sub(r"[^A-Za-z0-9_.-]+", "_", name) + ".log")
    with open(log, "w") as output:
        try:
            status = subprocess.run(
                [str(word) for word in command], cwd=cwd, stdout=output,
                stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                timeout=timeout, check=False,
                env=dict(os.environ, **SANITIZER_OPTIONS, **environment)
            ).returncode
        except subprocess.TimeoutExpired:
            output.write(f"\nstill running after {timeout} s\n")
            status = -1
        except OSError as error:  # A program that could not be built.
            output.write(f"\n{error}\n")
            status = -1
    return status, log.read_text(errors="replace")


def build(name, *options, source=SOURCE, targets=()):
    """Configures and builds; counts as one result."""
    folder = BUILD / name
    status, text = run(f"{name}-configure", [
        "cmake", "-G", "Ninja", "-S", source, "-B", folder,
        "-DSOTTO_WERROR=ON", *options])
    if status == 0:
        wanted = ["--target", *targets] if targets else []
        status, text = run(f"{name}-build",
                           ["cmake", "--build", folder, *wanted, "--", "-k0"])
    told = [line for line in text.splitlines() if not line.startswith("[")]
    report(f"build {name}", status == 0, "\n".join(told))
    return folder


def in_parallel(function, items, at_once=CORES):
    with concurrent.futures.ThreadPoolExecutor(max(1, at_once)) as pool:
        list(pool.map(function, items))


def run_gtest(program, *flags, label="", under=(), **environment):
    """Runs a GoogleTest program, by the command `under` if there is one, and
    counts its cases. Returns (exit status, log)."""
    name = f"{program.parent.parent.name} {program.name}{label}"
    result = LOGS / f"{name.replace(' ', '-')}.json"
    result.unlink(missing_ok=True)
    status, text = run(name, [*under, program, f"--gtest_output=json:{result}",
                              *flags], **environment)
    count_cases(name, result, status, text)
    return status, text


def count_cases(name, result, status, text):
    """Counts the cases in GoogleTest's report."""
    if not result.exists():
        report(name, False, text)
        return
    bad = 0
    for suite in json.loads(result.read_text())["testsuites"]:
        for case in suite["testsuite"]:
            case_name = f"{name} {case['classname']}.{case['name']}"
            if case["result"] == "SKIPPED":
                skipped.append(case_name)
            elif case["status"] == "RUN":
                problems = [each["failure"] for each in case.get("failures", [])]
                bad += bool(problems)
                report(case_name, not problems, "\n".join(problems))
    told = re.search(r"^FAIL ", text, re.MULTILINE)  # Is counted by itself.
    if status != 0 and not bad and not told:  # A leak, a crash at the end.
        report(name, False, text)


def gtest_programs(folder):
    """All but those that need a Vault server."""
    return sorted(path for path in (folder / "tests").glob("sotto_*_tests")
                  if os.access(path, os.X_OK) and path.name != VAULT_TESTS)


def run_lines(name, command, **environment):
    """Runs a system test and counts its PASS, FAIL and SKIP lines."""
    count_lines(name, *run(name, command, **environment))


def count_lines(name, status, text):
    """Counts the PASS, FAIL and SKIP lines of a log."""
    lines = re.findall(r"^(PASS|FAIL|SKIP) (.*(?:\n(?!PASS |FAIL |SKIP ).*)*)",
                       text, re.MULTILINE)
    for verdict, told in lines:
        label, _, detail = told.partition("\n")
        if verdict == "SKIP":
            skipped.append(f"{name}: {label}")
        else:
            report(f"{name}: {label}", verdict == "PASS", detail)
    if not lines or (status != 0 and all(each != "FAIL" for each, _ in lines)):
        report(name, False, text)


def stage_format():
    """clang-format finds nothing to change"""
    status, text = run("format", ["scripts/format", "--check"])
    report("format", status == 0, text)


def build_dev(targets=()):
    return build("dev", "-DCMAKE_CXX_COMPILER=g++", "-DCMAKE_BUILD_TYPE=Debug",
                 "-DCMAKE_CXX_FLAGS_DEBUG=-O1 -g1", "-DSOTTO_PCH=ON",
                 "-DSOTTO_SANITIZE=address,undefined", targets=targets)


def stage_dev():
    """g++, AddressSanitizer and UndefinedBehaviorSanitizer: all unit tests"""
    folder = build_dev()
    runs = [functools.partial(run_gtest, program)
            for program in gtest_programs(folder)]
    # The scanner's own tests run every kernel; all else runs the fastest one,
    # and here, with fewer random documents, the others.
    runs += [functools.partial(
        run_gtest, folder / "tests/sotto_grammar_tests",
        "--gtest_filter=-*ScannerTest*", label=f" {kernel}",
        SOTTO_KERNEL=kernel, SOTTO_TEST_CASES="10000")
             for kernel in ("avx2", "portable")]
    in_parallel(lambda test: test(), runs)
    for program in fuzzers(folder):
        name = program.name.removeprefix("sotto_").removesuffix("_fuzzer")
        status, text = run(f"corpus {name}",
                           [program, SOURCE / "fuzz" / "corpus" / name])
        report(f"corpus {name}", status == 0, text)


def stage_fuzz():
    """clang, AddressSanitizer: each fuzz target runs for a while"""
    folder = build("fuzz", "-DCMAKE_CXX_COMPILER=clang++-19",
                   "-DCMAKE_BUILD_TYPE=Debug", "-DCMAKE_CXX_FLAGS_DEBUG=-O1 -g1",
                   "-DSOTTO_SANITIZE=address,undefined", "-DSOTTO_FUZZ_ENGINE=ON",
                   "-DSOTTO_BUILD_TOOL=OFF", "-DSOTTO_BUILD_TESTS=OFF",
                   "-DSOTTO_PCH=ON")
    # All at once: on few cores each has less of them, and none has to wait.
    targets = fuzzers(folder)
    in_parallel(run_fuzzer, targets, len(targets))


def fuzzers(folder):
    return sorted(path for path in (folder / "fuzz").glob("sotto_*_fuzzer")
                  if os.access(path, os.X_OK))


def run_fuzzer(program):
    """New inputs are kept beside the log; the committed corpus is only read."""
    name = program.name.removeprefix("sotto_").removesuffix("_fuzzer")
    found = BUILD / "fuzz-found" / name
    found.mkdir(parents=True, exist_ok=True)
    corpus = SOURCE / "fuzz" / "corpus" / name
    status, text = run(f"fuzz {name}", [
        program, f"-max_total_time={FUZZ_SECONDS}", "-timeout=10",
        "-rss_limit_mb=2048", f"-artifact_prefix={found}/",
        f"-dict={SOURCE}/fuzz/dictionary.txt", found, corpus])
    report(f"fuzz {name}", status == 0, text)


def suites_with_threads(folder):
    """The test suites of the files in tests/FOLDER that start threads."""
    suites = set()
    for path in (SOURCE / "tests" / folder).glob("*_test.cc"):
        text = path.read_text()
        if re.search(r"std::(jthread|thread|async)\b|"
                     r"\b(parallel_for|render_files)\(", text):
            suites.update(re.findall(r"^TEST(?:_[FP])?\((\w+),", text,
                                     re.MULTILINE))
    return sorted(suites)


def stage_threads():
    """clang, ThreadSanitizer: tests that start threads"""
    suites = {f"sotto_{path.name}_tests": suites_with_threads(path.name)
              for path in (SOURCE / "tests").iterdir() if path.is_dir()}
    filters = {program: ":".join(f"{each}.*:*/{each}.*" for each in some)
               for program, some in suites.items() if some}
    folder = build("threads", "-DCMAKE_CXX_COMPILER=clang++-19",
                   "-DCMAKE_BUILD_TYPE=Debug", "-DCMAKE_CXX_FLAGS_DEBUG=-O0 -g1",
                   "-DSOTTO_SANITIZE=thread", "-DSOTTO_PCH=ON",
                   targets=[*filters, "sotto_command"])
    with_vault = filters.pop(VAULT_TESTS, None)
    in_parallel(lambda each: run_gtest(folder / "tests" / each[0],
                                       f"--gtest_filter={each[1]}"),
                filters.items())
    if with_vault and vault_server():
        run_gtest(folder / "tests" / VAULT_TESTS,
                  f"--gtest_filter={with_vault}",
                  SOTTO_VAULT_SERVER=str(vault_server()))


def stage_clang():
    """clang takes every source: those that no other stage gives it"""
    folder = BUILD / "clang"
    status, text = run("clang-configure", [
        "cmake", "-G", "Ninja", "-S", SOURCE, "-B", folder,
        "-DCMAKE_CXX_COMPILER=clang++-19", "-DCMAKE_BUILD_TYPE=Debug",
        "-DCMAKE_EXPORT_COMPILE_COMMANDS=ON", "-DSOTTO_WERROR=ON",
        "-DSOTTO_BUILD_BENCH=ON"])
    if status != 0:
        report("clang", False, text)
        return
    with_threads = tuple(
        f"tests/{path.name}/" for path in (SOURCE / "tests").iterdir()
        if path.is_dir() and suites_with_threads(path.name))
    left = {}
    for each in json.loads((folder / "compile_commands.json").read_text()):
        source = os.path.relpath(each["file"], SOURCE)
        if source.startswith(("tests/", "bench/")) and source.endswith(".cc"):
            if not source.startswith(with_threads):
                left[source] = shlex.split(each["command"])
    wrong = []

    def read(source):
        words = left[source]
        words[words.index("-o"):words.index("-o") + 2] = ["-fsyntax-only"]
        status, text = run(f"clang {source}", words, cwd=folder)
        if status != 0:
            wrong.append(f"{source}\n{text}")

    in_parallel(read, left)
    report("clang", not wrong, "\n".join(wrong))


def stage_arm64():
    """g++ for arm64: the tests of grammar/ and of the base/ under it, in QEMU"""
    folder = build("arm64", "--toolchain", "arm64.cmake",
                   "-DCMAKE_BUILD_TYPE=Release",
                   source=SOURCE / "cmake/portable")
    # Fewer random documents than elsewhere: QEMU takes ten times as long.
    in_parallel(lambda program: run_gtest(
        program, under=["qemu-aarch64"], SOTTO_TEST_CASES="50000"),
                gtest_programs(folder))


def system_tests(folder):
    """(name, command) of each: *_test.py take the command, those of
    tests/durability the program that they kill."""
    for script in sorted((SOURCE / "tests").glob("*/*_test.py")):
        if script.parent.name == "vault":
            continue
        yield (f"{script.parent.name}/{script.stem}",
               ["python3", "-B", script, folder / "sotto"])
    for name in ("kill_loop", "kill_points", "unsynced"):
        yield (f"durability/{name}",
               ["python3", "-B", SOURCE / f"tests/durability/{name}.py",
                "--writer", folder / "tests/sotto_durability_writer"])


def run_functional_suite(folder):
    """The tests of the command, each call of it under the system-call oracle:
    each case is a result, and that no value left is one more."""
    oracle = ["python3", "-B", SOURCE / "tests/safety/leak_oracle.py",
              "--program", folder / "sotto", "--"]
    _, text = run_gtest(folder / "tests/sotto_cli_tests", under=oracle)
    count_lines("safety/functional_suite", 0, text)


def build_release(*targets):
    return build("release", "-DCMAKE_CXX_COMPILER=g++",
                 "-DCMAKE_BUILD_TYPE=Release", "-DSOTTO_BUILD_FUZZ=OFF",
                 targets=targets)


def stage_release():
    """the release: system tests, being consumed, quickstart"""
    folder = build_release("sotto_command", "sotto_cli_tests",
                           "sotto_system_test_helpers")
    runs = [functools.partial(run_functional_suite, folder)]
    runs += [functools.partial(run_lines, name, command)
             for name, command in system_tests(folder)]
    in_parallel(lambda test: test(), runs)
    status, text = run("quickstart", ["scripts/quickstart"],
                       SOTTO_QUICKSTART_BUILD=str(folder))
    report("quickstart", status == 0, text)


@functools.cache
def vault_server():
    """The program, built once; none if it is not wanted or not to be had."""
    if os.environ.get("SOTTO_CHECK_VAULT") == "0":
        skipped.append("vault (SOTTO_CHECK_VAULT=0)")
        return None
    status, text = run("vault-server", ["python3", "-B",
                                        "scripts/vault_server.py", VAULT])
    report("build vault-server", status == 0, text)
    return VAULT / "vault-server" if status == 0 else None


def stage_vault():
    """a real Vault: all of its tests, the vendor's client, the documentation"""
    server = vault_server()
    if not server:
        return
    # They need a server each, and share what the other stages have built.
    run_gtest(build_dev([VAULT_TESTS]) / "tests" / VAULT_TESTS,
              SOTTO_VAULT_SERVER=str(server))
    command = build_release("sotto_command") / "sotto"
    for script in sorted((SOURCE / "tests/vault").glob("*_test.py")):
        run_lines(f"vault/{script.stem}",
                  [VAULT / "client/bin/python", "-B", script, command],
                  SOTTO_VAULT_SERVER=str(server))


STAGES = {
    "format": stage_format,
    "dev": stage_dev,
    "fuzz": stage_fuzz,
    "threads": stage_threads,
    "clang": stage_clang,
    "arm64": stage_arm64,
    "release": stage_release,
    "vault": stage_vault,
}


def main():
    if "--list" in sys.argv:
        for name, stage in STAGES.items():
            print(f"{name:10}{stage.__doc__}")
        return 0
    LOGS.mkdir(parents=True, exist_ok=True)
    for name in sys.argv[1:] or STAGES:
        print(f"== {name}: {STAGES[name].__doc__}", flush=True)
        began = time.monotonic()
        before = len(passed), len(failed)
        STAGES[name]()
        print(f"   {len(passed) - before[0]} passed, "
              f"{len(failed) - before[1]} failed, "
              f"{time.monotonic() - began:.0f} s", flush=True)
    if failed:
        print("Failed:")
        for name in failed:
            print(f"    {name}")
    if skipped:
        print("Skipped:")
        for name in skipped:
            print(f"    {name}")
    tail = f", {len(skipped)} skipped" if skipped else ""
    print(f"{len(passed)} passed, {len(failed)} failed{tail}")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
