# SPDX-License-Identifier: Apache-2.0
"""C1, C6: no value leaves the command by any route but the declared output.

    leak_test.py SOTTO

Every step of a scenario runs under the system-call oracle with a canary for
every value. At the end all files of the project are searched as well.
"""

import json
import os
import subprocess
import sys
import tempfile

from canaries import find_leaks, new_canary, new_spiky_canary
from leak_oracle import strace_works, trace, watch
from report import Skip, check, run_tests

_LEAKER = """
import base64, os, subprocess, sys
value = sys.stdin.read()
how = sys.argv[1]
if how == "stderr": sys.stderr.write("bad value: " + value)
if how == "halves": os.write(1, value[:20].encode()); os.write(1, value[20:].encode())
if how == "base64": os.write(1, base64.b64encode(b"x" + value.encode()))
if how == "hex": os.write(1, value.encode().hex().encode())
if how == "unlinked":
    file = os.open("t", os.O_RDWR | os.O_CREAT); os.unlink("t")
    os.pwrite(file, value.encode(), 0)
if how == "argument": subprocess.run(["true", value])
if how == "symlink": os.symlink(value, "link")
if how == "name": open(value, "w").close()
if how == "child" and os.fork() == 0: os.write(2, value.encode()); os._exit(0)
if how == "window": os.write(2, value[7:15].encode())
"""

# As the command writes an output file, but for what `how` adds.
_LEAKY_RENDER = """
import os, sys
value, how, file = sys.stdin.read(), sys.argv[2], sys.argv[4]
def write(name):
    with open(name, "w") as out: out.write(value)
temporary = "." + file + ".sotto-0123456789abcdef"
write(temporary)
os.rename(temporary, file)
if how == "other-file": write("other")
if how == "other-folder": os.mkdir("d"); write("d/" + file)
if how == "like-it": write(file + "x")
if how == "other-name": os.link(file, "other")
if how == "stdout": print(value)
if how == "stderr": sys.stderr.write(value)
if how == "argument": os.spawnlp(os.P_WAIT, "true", "true", value)
"""


def require_strace():
    if not strace_works():
        raise Skip("strace cannot trace here")


def the_oracle_finds(how):
    """A planted leak: the oracle must see it, and must not without it."""
    require_strace()
    canary = new_canary()
    with tempfile.TemporaryDirectory() as folder:
        # Its name is what the oracle goes by.
        os.symlink(sys.executable, os.path.join(folder, "leaker"))
        for what, expected in ((how, True), ("nothing", False)):
            _, leaks, executions = trace(
                [os.path.join(folder, "leaker"), "-c", _LEAKER, what],
                "leaker", [canary], cwd=folder, input=canary.encode(),
                capture_output=True)
            check(executions == 1, f"seen {executions} executions")
            check(bool(leaks) == expected, f"{what}: {leaks or 'not found'}")


def the_oracle_finds_in_a_suite(how, where):
    """The same for a program that a suite of tests starts; `where` is in the
    leak's text."""
    require_strace()
    canary = new_canary()
    suite = (f'echo "PLANTED {canary}" >>"$SOTTO_TEST_CANARIES"; '
             f'printf %s {canary} | "$SOTTO_COMMAND" "$@" -o out')
    with tempfile.TemporaryDirectory() as folder:
        leaker = os.path.join(folder, "leaker")
        with open(os.open(leaker, os.O_CREAT | os.O_WRONLY, 0o755), "w",
                  encoding="utf-8") as file:
            file.write(f"#!{sys.executable}\n{_LEAKY_RENDER}")
        for what, expected in (("nothing", []), (how, [where])):
            _, watched = watch(["sh", "-c", suite, "sh", "render", what],
                               leaker, cwd=folder, capture_output=True)
            found = watched.problems()
            check(watched.calls == 1, f"seen {watched.calls} calls")
            check(len(found) == len(expected) and all(
                part in text for part, text in zip(expected, found)),
                  f"{what}: {found}")


class Project:
    """A folder with a project in it, and the command on it."""

    def __init__(self, sotto, folder):
        self.sotto = sotto
        self.folder = folder
        self.out = os.path.join(folder, "out")
        os.mkdir(self.out)
        self.canaries = []
        self.leaks = []
        self.calls = 0

    def canary(self, spiky=False):
        self.canaries.append(new_spiky_canary() if spiky else new_canary())
        return self.canaries[-1]

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        data = text if isinstance(text, bytes) else text.encode()
        with open(os.open(path, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600),
                  "wb") as file:
            file.write(data)
        return path

    def run(self, *words, stdin="", status=0, environment=None, limit=None):
        """Runs `sotto WORDS` under the oracle; returns what it printed."""
        command = [self.sotto, *words]
        if limit:
            command = ["prlimit", limit, "--", *command]
        variables = dict(os.environ, ASAN_OPTIONS="detect_leaks=0",
                         XDG_CONFIG_HOME=os.path.join(self.folder, "user"),
                         **(environment or {}))
        done, leaks, executions = trace(
            command, self.sotto, self.canaries, [f"^{self.out}/"],
            cwd=self.folder, env=variables, capture_output=True,
            input=stdin if isinstance(stdin, bytes) else stdin.encode())
        spoken = "sotto " + " ".join(words)
        check(executions == 1, f"{spoken}: seen {executions} executions")
        accepted = status if isinstance(status, tuple) else (status,)
        check(done.returncode in accepted,
              f"{spoken}: status {done.returncode}, expected {status}: "
              f"{done.stderr.decode(errors='replace')[:300]}")
        self.calls += 1
        self.leaks += [f"{spoken}: {leak}" for leak in leaks]
        return done.stdout

    def search_files(self):
        """Leaks in files at rest, except the declared output and what the
        test itself wrote (under in/)."""
        for parent, _, names in os.walk(self.folder):
            if parent.startswith((self.out, os.path.join(self.folder, "in"))):
                continue
            for name in names:
                with open(os.path.join(parent, name), "rb") as file:
                    data = file.read() + name.encode()
                self.leaks += [f"file {name} holds canary {form}"
                               for _, form in find_leaks(data, self.canaries)]


def _document(*expressions):
    return json.dumps({f"field{i}": f"Bearer {text}"
                       for i, text in enumerate(expressions)})


def _set_and_get(project):
    token, spiky = project.canary(), project.canary(spiky=True)
    project.run("secret", "set", "github.TOKEN", stdin=token)
    project.run("secret", "set", "github.SPIKY", stdin=spiky)
    for words in (["get", "github.TOKEN"], ["get", "github.TOKEN", "--json"],
                  ["list"], ["list", "--json"], ["history", "github"],
                  ["history", "github", "--json"]):
        project.run("secret", *words)
    shown = project.run("secret", "get", "github.TOKEN", "--reveal")
    check(token.encode() in shown, "--reveal does not show the value")
    project.run("secret", "set", "github.FILE", "--file",
                project.write("in/value", project.canary()))
    project.run("secret", "set", "github.TOKEN", stdin=project.canary())
    project.run("secret", "set", "github.TOKEN", "--if-version", "1",
                stdin=project.canary(), status=3)
    project.run("secret", "set", "not a name", stdin=project.canary(), status=2)
    project.run("secret", "restore", "github.TOKEN", "--version", "1")
    project.run("secret", "delete", "github.FILE")
    project.run("secret", "get", "github.FILE", "--reveal", status=(1, 3))
    project.run("secret", "restore", "github.FILE")


def _import(project):
    values = {"aws": {"ID": project.canary(), "KEY": project.canary(True)},
              "db": {"PASSWORD": project.canary()}}
    project.run("secret", "import",
                project.write("in/values.json", json.dumps(values)))
    broken = json.dumps({"bad": {"KEY": project.canary()}})
    for size in (len(broken) - 1, len(broken) - 10, 25, 12):
        project.run("secret", "import", "-", stdin=broken[:size],
                    status=(1, 2, 3))
    project.run("secret", "import", "-", status=(1, 2, 3),
                stdin=json.dumps({"bad": {"KEY": {"n": project.canary()}}}))
    project.run("secret", "import", "-", status=(1, 2, 3),
                stdin=json.dumps({"bad name": {"KEY": project.canary()}}))
    project.run("secret", "import", "--group", "env",
                project.write("in/.env", f"A={project.canary()}\n"
                              f"B=\"{project.canary()}\"\n"))
    project.run("secret", "import", "--group", "env", "-", status=(1, 2, 3),
                stdin=f"A={project.canary()}\nB=\"{project.canary()}\n")
    project.run("secret", "import", "--group", "env", "-", status=(1, 2, 3),
                stdin=f"{project.canary()}\n")


def _render(project):
    good = project.write("flow.json", _document(
        "<< SECRETS.github.TOKEN >>", "<< SECRETS.github.SPIKY >>",
        "<< FN.base64(SECRETS.aws.KEY) >>", "<< FN.url(SECRETS.aws.ID) >>",
        "<< FN.basic('me', SECRETS.db.PASSWORD) >>",
        "<< SECRETS.no.NE || SECRETS.github.TOKEN >>"))
    project.run("refs", good)
    project.run("refs", good, "--json")
    project.run("explain", good, status=(0, 1))  # An alternative is undefined.
    project.run("explain", good, "--json", status=(0, 1))
    project.run("render", good, "-o", os.path.join(project.out, "1.json"))
    project.run("render", good, "-o", os.path.join(project.out, "1.json"))
    printed = project.run("render", good)
    with open(os.path.join(project.out, "1.json"), "rb") as file:
        check(file.read() == printed, "file and standard output differ")
    text = project.write("env.txt", "A=<< SECRETS.github.TOKEN >>\n")
    project.run("render", "--format", "text", text,
                "-o", os.path.join(project.out, "2.env"))
    project.run("render", "--lines", "-", stdin=_document(
        "<< SECRETS.github.TOKEN >>") + "\n{}\n")


def _fail_to_render(project):
    secret = "<< SECRETS.github.TOKEN >>"
    project.run("secret", "set", "bad.BYTES",
                stdin=b"\xff" + project.canary().encode())
    project.run("secret", "set", "bad.JSON",
                stdin=json.dumps([project.canary()])[:-2])
    cases = {
        "missing": _document(secret, "<< SECRETS.github.NONE >>"),
        "function": _document(secret, "<< FN.nothing(SECRETS.a.B) >>"),
        "bytes": _document(secret, "<< SECRETS.bad.BYTES >>"),
        "json": '{"a": "<< FN.json(SECRETS.bad.JSON) >>"}',
        "syntax": _document(secret, "<< SECRETS.github. >>"),
        "cut": _document(secret)[:-1],
    }
    for name, document in cases.items():
        path = project.write(f"{name}.json", document)
        for words in ([], ["--json"], ["-o", os.path.join(project.out, "no")]):
            project.run("render", path, *words, status=1)
    check(not os.path.exists(os.path.join(project.out, "no")),
          "a failed render left a file")


def _trouble_with_the_world(project):
    flow = os.path.join(project.folder, "flow.json")
    project.run("render", flow, "-o", "/nonexistent/x", status=(2, 3))
    project.run("render", flow, "-o", project.out, status=(2, 3))
    project.run("render", flow, "-o", os.path.join(project.out, "small"),
                status=3, limit="--fsize=100")
    project.run("secret", "set", "github.MORE", stdin=project.canary(),
                status=3, limit="--fsize=4096")
    project.run("render", flow, "--scope", "org/none", status=(0, 1),
                stdin=project.canary())
    project.run("render", "/nonexistent", status=(2, 3))
    project.run("catalog", "sync")
    project.run("catalog", "list", "--json")
    project.run("catalog", "verify")
    store = os.path.join(project.folder, ".sotto", "store.db")
    with open(store, "rb") as file:
        intact = file.read()
    for offset in range(len(intact) // 3, len(intact), len(intact) // 7):
        damaged = bytearray(intact)
        damaged[offset] ^= 1
        project.write(store, bytes(damaged))
        project.run("render", flow, status=(0, 1, 3))
        project.run("secret", "history", "github", status=(0, 1, 3))
    project.write(store, intact)
    key = os.path.join(project.folder, ".sotto", "key")
    with open(key, "rb") as file:
        right = file.read()
    project.write(key, right[:-4])
    project.run("render", flow, status=(1, 2, 3))
    project.write(key, right)
    os.chmod(key, 0o644)
    project.run("render", flow, status=(1, 2, 3))
    os.chmod(key, 0o600)
    project.run("render", flow)


def _development(project):
    value = project.canary()
    flow = project.write("dev.json", _document("<< SECRETS.dev.KEY >>"))
    variables = {"PLATFORM__dev__KEY": value}
    printed = project.run("render", "--dev", flow, environment=variables)
    check(value.encode() in printed, "the override does not count")
    project.run("render", flow, status=1, environment=variables)
    project.run("render", "--dev", flow, status=2,  # One name, two variables.
                environment={"platform__dev__KEY": value, **variables})
    overrides = project.write("in/overrides.env", f"DEV__KEY={value}\n=\n")
    project.run("render", "--dev", flow, status=(0, 1, 2, 3),
                environment={"SOTTO_OVERRIDES": overrides})


def _passphrase(project):
    phrase = project.canary()
    folder = os.path.join(project.folder, "locked")
    os.mkdir(folder)
    file = project.write("in/phrase", phrase + "\n")
    wrong = project.write("in/wrong", project.canary() + "\n")
    config = ["--config", os.path.join(folder, "sotto.json")]
    inside = Project.__new__(Project)
    inside.__dict__.update(project.__dict__, folder=folder)
    variables = {"SOTTO_PASSPHRASE_FILE": file}
    inside.run("init", "--passphrase", environment=variables)
    inside.run("secret", "set", "a.B", *config, stdin=project.canary(),
               environment=variables)
    inside.run("secret", "get", "a.B", "--reveal", *config, status=3,
               environment={"SOTTO_PASSPHRASE_FILE": wrong})
    project.calls = inside.calls


def no_leak(sotto, steps):
    require_strace()
    with tempfile.TemporaryDirectory() as folder:
        project = Project(sotto, os.path.realpath(folder))
        project.run("init")
        for step in steps:
            step(project)
        project.search_files()
        check(not project.leaks, f"{len(project.leaks)} leaks in "
              f"{project.calls} calls: {project.leaks[:5]}")


def no_value_as_argument(sotto):
    """L02: there is no way to give a value as an argument."""
    for words in (["--value", "X"], ["--value=X"], ["--token", "X"], ["X"]):
        value = new_canary()
        words = [word.replace("X", value) for word in words]
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run([sotto, "init"], cwd=folder, check=True,
                           capture_output=True)
            done = subprocess.run(
                [sotto, "secret", "set", "a.B", *words], cwd=folder,
                check=False, capture_output=True, stdin=subprocess.DEVNULL)
        said = done.stdout + done.stderr
        check(done.returncode == 2, f"status {done.returncode}: {said!r}")
        check(not find_leaks(said, [value]), "the message repeats the value")
        check(b"stdin" in said or b"standard input" in said,
              f"no hint where a value goes: {said!r}")


def main():
    sotto = os.path.abspath(sys.argv[1])
    hows = ("stderr", "halves", "base64", "hex", "unlinked", "argument",
            "symlink", "name", "child", "window")
    tests = [(f"leaks/self-test/{how}-is-found",
              lambda how=how: the_oracle_finds(how)) for how in hows]
    tests += [(f"leaks/self-test/suite/{how}-is-found",
               lambda how=how, where=where: the_oracle_finds_in_a_suite(
                   how, where))
              for how, where in (
                  ("other-file", "/other>"), ("other-folder", "/d/out>"),
                  ("like-it", "/outx>"), ("other-name", "/other"),
                  ("stdout", "1<"), ("stderr", "2<"),
                  ("argument", "arguments"))]
    scenarios = {
        "set-and-get": [_set_and_get],
        "import": [_import],
        "render": [_set_and_get, _import, _render],
        "failed-render": [_set_and_get, _fail_to_render],
        "trouble": [_set_and_get, _import, _render, _trouble_with_the_world],
        "development": [_development],
        "passphrase": [_passphrase],
    }
    tests += [(f"leaks/C1-no-value-leaves-by-{name}",
               lambda steps=steps: no_leak(sotto, steps))
              for name, steps in scenarios.items()]
    tests.append(("leaks/L02-no-value-as-argument",
                  lambda: no_value_as_argument(sotto)))
    run_tests(tests)


if __name__ == "__main__":
    main()
