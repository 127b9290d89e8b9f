# SPDX-License-Identifier: Apache-2.0
"""The vendor's own client (PyPI's hvac) and `sotto`, on one real Vault: what the
one writes the other reads, and neither undoes what the other did.

    hvac_test.py SOTTO         SOTTO: the built command

SOTTO_VAULT_SERVER names the server's program.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile

import hvac
import hvac.exceptions

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "safety"))
from report import check, run_tests  # noqa: E402
from server_process import Server  # noqa: E402

PREFIX = "sotto/platform"
VALUE = 'q"\\ é🔑 << SECRETS.a.B >>\n'


class World:
    """A project of Sotto's on that server, and hvac beside it."""

    def __init__(self, sotto, server, folder):
        self.sotto_command = sotto
        self.folder = folder
        self.variables = {
            "HOME": str(folder), "PATH": os.environ["PATH"],
            "VAULT_ADDR": server.url, "VAULT_TOKEN": "root"}
        self.kv = hvac.Client(url=server.url, token="root").secrets.kv.v2
        self.sotto("init", "--store", "vault")

    def sotto(self, *words, text="", status=0):
        done = subprocess.run(
            [self.sotto_command, *words], cwd=self.folder, input=text,
            text=True, capture_output=True, env=self.variables, check=False)
        check(done.returncode == status,
              f"sotto {' '.join(words)}: {done.returncode}, {done.stderr}")
        return done.stdout if status == 0 else done.stderr

    def write(self, group, data, **options):
        return self.kv.create_or_update_secret(
            path=f"{PREFIX}/{group}", secret=data, **options)

    def read(self, group, **options):
        return self.kv.read_secret_version(
            path=f"{PREFIX}/{group}", raise_on_deleted_version=True, **options)


def sotto_reads_what_hvac_writes(world):
    world.write("github", {"TOKEN": VALUE, "number": 42})
    world.sotto("catalog", "sync")
    document = world.folder / "flow.json"
    document.write_text('{"a": "<< SECRETS.github.TOKEN >>", '
                        '"n": "<< FN.json(SECRETS.github.number) >>"}')
    rendered = json.loads(world.sotto("render", "--reveal", str(document)))
    check(rendered == {"a": VALUE, "n": 42}, "another value than was written")


def hvac_reads_what_sotto_writes(world):
    world.sotto("secret", "set", "datadog.API_KEY", text=VALUE)
    world.sotto("secret", "set", "datadog.OTHER", text="2")
    read = world.read("datadog")["data"]
    wanted = {"API_KEY": VALUE.rstrip("\n"), "OTHER": "2"}
    got = {name: text.rstrip("\n") for name, text in read["data"].items()}
    check(got == wanted, "another value than was set")
    check(read["metadata"]["version"] == 2, "not two versions")


def each_keeps_what_the_other_wrote(world):
    world.write("shared", {"THEIRS": "1", "no name": "kept"})
    world.sotto("catalog", "sync")
    world.sotto("secret", "set", "shared.OURS", text="2")
    world.kv.patch(path=f"{PREFIX}/shared", secret={"THEIRS": "3"})
    data = world.read("shared")["data"]["data"]
    check(set(data) == {"THEIRS", "no name", "OURS"}, f"keys {sorted(data)}")
    check(data["THEIRS"] == "3", "the patch is gone")


def versions_are_the_same(world):
    world.write("versions", {"X": "1"})
    world.write("versions", {"X": "2"})
    world.sotto("catalog", "sync")
    refused = world.sotto("secret", "set", "versions.X", "--if-version", "1",
                          text="3", status=3)
    check("expected version 1, found version 2" in refused, refused)
    world.sotto("secret", "set", "versions.X", "--if-version", "2", text="3")
    check(world.read("versions", version=3)["data"]["data"]["X"].strip() == "3",
          "version 3 is not what was set")
    try:
        world.write("versions", {"X": "4"}, cas=2)
        check(False, "hvac wrote over a version it had not seen")
    except hvac.exceptions.InvalidRequest:
        pass


def deletion_and_restoration_meet(world):
    world.write("gone", {"X": "1", "Y": "2"})
    world.sotto("catalog", "sync")
    world.sotto("secret", "delete", "gone.X")
    check(world.read("gone")["data"]["data"] == {"-X": "", "Y": "2"},
          "a deleted key leaves something else than its mark")
    world.sotto("secret", "restore", "gone.X")
    check(world.read("gone")["data"]["data"] == {"X": "1", "Y": "2"},
          "a restored key is not what it was")
    world.kv.delete_latest_version_of_secret(path=f"{PREFIX}/gone")
    document = world.folder / "gone.json"
    document.write_text('["<< SECRETS.gone.Y >>"]')
    refused = world.sotto("render", "--reveal", str(document), status=1)
    check("deleted" in refused, refused)
    world.sotto("secret", "restore", "gone.Y")
    check(world.read("gone")["data"]["data"]["Y"] == "2", "Y did not come back")


TESTS = (sotto_reads_what_hvac_writes, hvac_reads_what_sotto_writes,
         each_keeps_what_the_other_wrote, versions_are_the_same,
         deletion_and_restoration_meet)


def main():
    server = Server()
    with tempfile.TemporaryDirectory() as folder:
        world = World(os.path.abspath(sys.argv[1]), server,
                      pathlib.Path(folder))
        run_tests([(test.__name__, lambda test=test: test(world))
                   for test in TESTS])


if __name__ == "__main__":
    main()
