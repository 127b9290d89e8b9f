# SPDX-License-Identifier: Apache-2.0
"""A large document is never in memory as a whole.

    large_file_test.py SOTTO [--mebibytes N]
"""

import argparse
import fcntl
import json
import os
import subprocess
import tempfile
import time

from report import Skip, check, run_tests

_SECRETS = 100
_ALLOWED = 4 << 20  # Above a small document that needs the same secrets.
_SETTLED = 0.1      # Seconds: a file that was just changed is read whole.


class Project:
    def __init__(self, sotto, folder):
        self.sotto = os.path.abspath(sotto)
        self.folder = folder
        values = {f"KEY{i}": f"value-{i}-" * 5 for i in range(_SECRETS)}
        self.run("init")
        self.run("secret", "import", "-",
                 stdin=json.dumps({"group": values}).encode())

    def path(self, name):
        return os.path.join(self.folder, name)

    def start(self, *words, **options):
        environment = dict(os.environ, ASAN_OPTIONS="detect_leaks=0",
                           XDG_CONFIG_HOME=self.path("user"))
        return subprocess.Popen([self.sotto, *words], cwd=self.folder,
                                env=environment, **options)

    def run(self, *words, stdin=b""):
        with self.start(*words, stdin=subprocess.PIPE,
                        stdout=subprocess.PIPE,
                        stderr=subprocess.PIPE) as process:
            process.communicate(stdin)
        check(process.returncode == 0, f"{words} exits {process.returncode}")


def _node(number):
    key = number % _SECRETS
    return json.dumps({
        "id": f"node_{number:06}",
        "script": "cat <<EOF\n<< SECRET.not.one >>\nEOF",
        "headers": {"Authorization": f"Bearer << SECRETS.group.KEY{key} >>"},
        "numbers": [number, -1.5e3, True, None],
        "text": "caf\u00e9 and \u65e5\u672c " * 20})


def _rendered(node, number):
    key = number % _SECRETS
    return node.replace(f"<< SECRETS.group.KEY{key} >>", f"value-{key}-" * 5)


def _write_document(path, size):
    """Nodes over and over. Returns the size of what it becomes."""
    nodes = [_node(i) for i in range(_SECRETS)]
    block = ",\n".join(nodes).encode()
    rendered = ",\n".join(_rendered(node, i) for i, node in enumerate(nodes))
    with open(path, "wb") as file:
        file.write(b"[" + block)
        blocks = 1
        while file.tell() < size:
            file.write(b",\n" + block)
            blocks += 1
        file.write(b"]\n")
    time.sleep(_SETTLED)
    return blocks * (len(rendered.encode()) + 2) - 2 + len("[]\n")


def _drain(descriptor, size):
    """Reads so much, or to the end; the number of bytes."""
    done = 0
    while done < size:
        some = os.read(descriptor, min(1 << 20, size - done))
        if not some:
            break
        done += len(some)
    return done


def _peak(project, name, expected):
    """VmHWM of a render, while all but its last bytes were read."""
    reader, writer = os.pipe()
    fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, 4096)
    with project.start("render", name, stdout=writer,
                       stderr=subprocess.DEVNULL) as process:
        os.close(writer)
        # What is left fills the pipe, so that the process waits.
        done = _drain(reader, expected - 6000)
        with open(f"/proc/{process.pid}/status", encoding="ascii") as status:
            lines = dict(line.split(":", 1) for line in status)
        done += _drain(reader, 1 << 20)
        os.close(reader)
    check(process.returncode == 0, f"render exits {process.returncode}")
    check(done == expected, f"{done} bytes came, not {expected}")
    return int(lines["VmHWM"].split()[0]) * 1024


def memory_does_not_grow(project, size):
    with open(project.sotto, "rb") as program:
        if b"__asan_init" in program.read():
            raise Skip("built with a sanitizer, which has memory of its own")
    small = _peak(project, "small.json",
                  _write_document(project.path("small.json"), 1))
    large = _peak(project, "large.json",
                  _write_document(project.path("large.json"), size))
    check(large - small <= _ALLOWED,
          f"{(large - small) / 2**20:.1f} MiB more than a small document")


def both_ways_are_the_same(project):
    """Of a pipe the document is kept; of a file it is not."""
    _write_document(project.path("flow.json"), 3 << 20)
    with open(project.path("flow.json"), "rb") as file:
        document = file.read()
    with project.start("render", "-", stdin=subprocess.PIPE,
                       stdout=subprocess.PIPE,
                       stderr=subprocess.PIPE) as process:
        kept = process.communicate(document)
    with project.start("render", "flow.json", stdout=subprocess.PIPE,
                       stderr=subprocess.PIPE) as process:
        output = process.communicate()
    check(output[0] == kept[0], "not the same bytes")
    check(output[1].replace(b"flow.json:", b"-:") == kept[1],
          "not the same warnings")
    check(b"-:2:" in kept[1] and b"near-miss" in kept[1], "no warnings")
    project.run("render", "flow.json", "-o", "out.json")
    with open(project.path("out.json"), "rb") as file:
        check(file.read() == kept[0], "not the same file")


def a_change_is_an_error(project):
    """The reader waits: the file is changed between two of its windows."""
    expected = _write_document(project.path("flow.json"), 8 << 20)
    reader, writer = os.pipe()
    with project.start("render", "flow.json", stdout=writer,
                       stderr=subprocess.PIPE) as process:
        os.close(writer)
        check(_drain(reader, 1 << 20) == 1 << 20, "nothing comes")
        with open(project.path("flow.json"), "ab") as file:
            file.write(b" ")
        _drain(reader, expected)
        os.close(reader)
        said = process.stderr.read()
    check(process.returncode == 3, f"exits {process.returncode}")
    check(b'"flow.json" changed while it was being read' in said, f"{said!r}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("sotto")
    parser.add_argument("--mebibytes", type=int, default=200)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        project = Project(arguments.sotto, folder)
        run_tests([
            ("large-file/memory-does-not-grow",
             lambda: memory_does_not_grow(project, arguments.mebibytes << 20)),
            ("large-file/as-from-a-pipe",
             lambda: both_ways_are_the_same(project)),
            ("large-file/a-change-is-an-error",
             lambda: a_change_is_an_error(project)),
        ])


if __name__ == "__main__":
    main()
