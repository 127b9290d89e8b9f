#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Is Sotto a library that others can use? Installed static and shared, found
by find_package and by pkg-config, or a folder of somebody's project.

    consume_test.py SOTTO      SOTTO: the command in a finished release build

Prints a line "PASS name" or "FAIL name: reason" for each check.
"""

import concurrent.futures
import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

SOURCE = pathlib.Path(__file__).resolve().parents[2]
CXX = os.environ.get("CXX", "g++")
# What each example prints. The third reads a document from a project.
DOORS = {
    "door1_render": '{"auth": "Bearer an \\"example\\"", "shift": "1 << 2"}',
    "door2_resolver": '["an example"]',
    "door3_engine": '["door three"]',
}
DOCUMENT = '["<< SECRETS.github.TOKEN >>"]'
failures = 0


def check(name, problem):
    """Reports one check; `problem` is empty if all is well."""
    global failures
    if problem:
        failures += 1
        print(f"FAIL install/{name}: {problem}", flush=True)
    else:
        print(f"PASS install/{name}", flush=True)
    return not problem


def run(*command, **options):
    """The command's output, or an exception that shows all of it."""
    done = subprocess.run([str(word) for word in command], text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          **options)
    if done.returncode != 0:
        raise RuntimeError(f"{shlex.join(map(str, command))}\n{done.stdout}")
    return done.stdout


def attempt(name, function, *arguments):
    """Checks that `function` raises nothing and returns no problem."""
    try:
        return check(name, function(*arguments) or "")
    except (OSError, RuntimeError) as error:
        return check(name, str(error))


def configure_and_build(source, build, *options):
    run("cmake", "-G", "Ninja", "-S", source, "-B", build, *options)
    run("cmake", "--build", build)


def make_project(folder, command):
    """A project with one secret, for the example that opens one."""
    folder.mkdir()
    run(command, "init", cwd=folder)
    run(command, "secret", "set", "github.TOKEN", input="door three",
        cwd=folder)
    return ""


def run_doors(folder, project, environment=None):
    """The examples print what their comments promise."""
    for door, expected in DOORS.items():
        done = subprocess.run([str(folder / door)], text=True, input=DOCUMENT,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              cwd=project, env=environment)
        if done.returncode != 0 or done.stdout != expected:
            return (f"{door} exited with {done.returncode} and printed "
                    f"{done.stdout!r}, not {expected!r}; {done.stderr}")
    return ""


def find_package(prefix, build, project):
    configure_and_build(SOURCE / "examples/consumer", build,
                        f"-DCMAKE_PREFIX_PATH={prefix}",
                        f"-DCMAKE_CXX_COMPILER={CXX}")
    return run_doors(build, project)


def library_folder(prefix):
    return next(prefix.glob("lib*/**/pkgconfig")).parent


def pkg_config(prefix, build, project, static):
    """Compiles the examples with the flags of pkg-config alone."""
    libraries = library_folder(prefix)
    environment = dict(os.environ, PKG_CONFIG_PATH=f"{libraries}/pkgconfig",
                       LD_LIBRARY_PATH=str(libraries))
    build.mkdir()
    for door, package in (("door1_render", "sotto-core"),
                          ("door2_resolver", "sotto"),
                          ("door3_engine", "sotto")):
        flags = run("pkg-config", *(["--static"] if static else []),
                    "--cflags", "--libs", package, env=environment).split()
        source = SOURCE / f"examples/consumer/{door}.cc"
        run(CXX, "-std=c++20", source, "-o", build / door, *flags)
    return run_doors(build, project, environment)


def headers_alone(prefix):
    """Each public header compiles as the first and only include, and none
    names a file in the way that only Sotto's own sources can."""
    headers = sorted((prefix / "include/sotto").rglob("*.h"))
    if len(headers) < 20:
        return f"only {len(headers)} headers were installed"

    def compile_alone(header):
        name = header.relative_to(prefix / "include")
        if '#include "' in header.read_text():
            return f"{name} has an include that was not respelt"
        run(CXX, "-std=c++20", "-Wall", "-Wextra", "-Wpedantic", "-Wshadow",
            "-Werror", "-fsyntax-only", f"-I{prefix}/include", "-x", "c++",
            "-", input=f"#include <{name}>\nint main() {{}}\n")
        return ""

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        problems = [each for each in pool.map(compile_alone, headers) if each]
    return problems[0] if problems else ""


def exported_symbols(prefix):
    """Shared libraries export namespace sotto and nothing else."""
    libraries = [path for path in library_folder(prefix).glob("libsotto*.so")]
    if len(libraries) != 2:
        return f"expected 2 shared libraries, found {len(libraries)}"
    for library in libraries:
        lines = run("nm", "-D", "-C", "--defined-only", library).splitlines()
        names = [line.split(maxsplit=2)[2] for line in lines]
        if len(names) < 20:
            return f"{library.name} exports only {len(names)} symbols"
        foreign = [name for name in names if not re.match(
            r"(vtable for |typeinfo for |typeinfo name for "
            r"|non-virtual thunk to )?sotto::", name)]
        if foreign:
            return f"{library.name} exports {foreign[0]} and others"
    return ""


def needed(program):
    lines = run("readelf", "-d", program).splitlines()
    return [re.search(r"\[(.*)\]", line)[1] for line in lines
            if "(NEEDED)" in line]


def command_stands_alone(prefix):
    """The command needs the C library and nothing that takes time to find."""
    foreign = [name for name in needed(prefix / "bin/sotto")
               if not re.match(r"lib(c|m)\.so|ld-linux", name)]
    return f"the command needs {foreign}" if foreign else ""


def subdirectory(build, prefix):
    """Sotto as a folder of a project that has a base/result.h itself; built
    shared, and installed from there for the checks that follow."""
    configure_and_build(SOURCE / "tests/install/subdirectory", build,
                        f"-DSOTTO_SOURCE={SOURCE}", "-DBUILD_SHARED_LIBS=ON",
                        "-DSOTTO_INSTALL=ON", "-DCMAKE_BUILD_TYPE=Debug",
                        "-DCMAKE_CXX_FLAGS_DEBUG=-O0",
                        f"-DCMAKE_INSTALL_PREFIX={prefix}",
                        f"-DCMAKE_CXX_COMPILER={CXX}")
    output = run(build / "somebody_else")
    if output != "github.TOKEN\n":
        return f"the consumer printed {output!r}"
    run("cmake", "--install", build)
    return ""


def main():
    build = pathlib.Path(sys.argv[1]).resolve().parent
    with tempfile.TemporaryDirectory(prefix="sotto-install-") as folder:
        work = pathlib.Path(folder)
        static, shared = work / "static", work / "shared"
        project = work / "project"
        if attempt("install", lambda: run(
                "cmake", "--install", build, "--prefix", static) and ""):
            attempt("headers compile alone", headers_alone, static)
            attempt("the command stands alone", command_stands_alone, static)
            attempt("a project", make_project, project, static / "bin/sotto")
            attempt("find_package, static", find_package, static, work / "fs",
                    project)
            attempt("pkg-config, static", pkg_config, static, work / "ps",
                    project, True)
        if attempt("add_subdirectory", subdirectory, work / "sub", shared):
            attempt("only sotto is exported", exported_symbols, shared)
            attempt("find_package, shared", find_package, shared, work / "fd",
                    project)
            attempt("pkg-config, shared", pkg_config, shared, work / "pd",
                    project, False)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
