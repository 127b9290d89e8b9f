# SPDX-License-Identifier: Apache-2.0
"""What the process of the command shows of a Vault's credentials, and what it
loads for one.

    vault_process_test.py SOTTO

L03 and C6 (/proc/PID/environ), and that who needs no network loads none.
"""

import json
import os
import subprocess
import sys
import tempfile
import time

from canaries import find_leaks, new_canary
from report import Skip, check, run_tests

_VARIABLES = ("VAULT_TOKEN", "SOTTO_VAULT_TOKEN", "SOTTO_VAULT_SECRET_ID",
              "SOTTO_VAULT_PASSWORD")
_CLOSED = "http://127.0.0.1:1"


def _environment(folder, **more):
    return dict(os.environ, ASAN_OPTIONS="detect_leaks=0", HOME=folder,
                XDG_CONFIG_HOME=os.path.join(folder, "user"), **more)


def credentials_leave_the_environment(sotto):
    """100 ms after its start, of a command that waits for its input."""
    canaries = {name: new_canary() for name in _VARIABLES}
    with tempfile.TemporaryDirectory() as folder:
        with subprocess.Popen([sotto, "lsp"], cwd=folder,
                              stdin=subprocess.PIPE,
                              stdout=subprocess.DEVNULL,
                              env=_environment(folder, **canaries)) as process:
            time.sleep(0.1)
            try:
                with open(f"/proc/{process.pid}/environ", "rb") as file:
                    seen = file.read()
            except PermissionError as error:
                raise Skip("only root reads it: undumpable") from error
            finally:
                process.kill()
    check(b"XDG_CONFIG_HOME" in seen, "nothing of the environment was seen")
    check(not find_leaks(seen, canaries.values()),
          "a credential stands in /proc/PID/environ")


def _loads_libcurl(sotto, folder, *words, **variables):
    done = subprocess.run([sotto, *words], cwd=folder, check=False,
                          stdin=subprocess.DEVNULL, capture_output=True,
                          env=_environment(folder, LD_DEBUG="files",
                                           **variables))
    check(b"libc.so" in done.stderr, "the loader did not tell what it loads")
    return b"libcurl" in done.stderr


def _write(folder, name, content):
    with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
        json.dump(content, file)


def only_who_asks_a_vault_loads_libcurl(sotto):
    """Also where one is configured: a render that needs the local store."""
    with tempfile.TemporaryDirectory() as folder:
        check(not _loads_libcurl(sotto, folder, "init"), "init loads it")
        _write(folder, "values.json", {"own.KEY": "value"})
        check(not _loads_libcurl(sotto, folder, "secret", "import",
                                 "values.json"), "a write loads it")
        _write(folder, "mixed.json", {
            "stores": {
                "local": {"type": "local", "path": ".sotto/store.db",
                          "key_file": ".sotto/key"},
                "vault": {"type": "vault", "address": _CLOSED}},
            "default_store": "local"})
        _write(folder, "own.json", ["<< SECRETS.own.KEY >>"])
        _write(folder, "other.json", ["<< SECRETS.other.KEY >>"])
        mixed = ("--config", "mixed.json")
        for words in (("render", "own.json", *mixed),
                      ("explain", "other.json", *mixed),
                      ("lint", "other.json", *mixed)):
            check(not _loads_libcurl(sotto, folder, *words),
                  f"sotto {' '.join(words)} loads it")
        check(_loads_libcurl(sotto, folder, "render", "other.json", *mixed,
                             VAULT_TOKEN=new_canary()),
              "what asks a Vault does not load it: the test sees nothing")


def main():
    sotto = os.path.abspath(sys.argv[1])
    run_tests([
        ("vault_process/L03-credentials-leave-the-environment",
         lambda: credentials_leave_the_environment(sotto)),
        ("vault_process/only-who-asks-a-Vault-loads-libcurl",
         lambda: only_who_asks_a_vault_loads_libcurl(sotto)),
    ])


if __name__ == "__main__":
    main()
