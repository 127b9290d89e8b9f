#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The workflows of examples/ are rendered to what they are meant to be.

    examples_test.py SOTTO      SOTTO: the built command

Prints a line "PASS name" or "FAIL name: reason" for each workflow.
"""

import base64
import json
import pathlib
import subprocess
import sys
import tempfile

WORKFLOWS = pathlib.Path(__file__).resolve().parents[2] / "examples/workflows"

# Values that must be escaped wherever they stand.
SECRETS = {
    "github": {"TOKEN": "ghp_1"},
    "chat": {"TOKEN": 'a "quoted" \\ value'},
    "directory": {"USER": "bot", "PASSWORD": 'p"w'},
    "inventory": {"OLD_API_KEY": "old key"},
    "metrics": {"SERVICE_ACCOUNT": '{"id": 12345678901234567890, "on": true}',
                "SESSION": "a b;c", "KEY_ID": "k1", "KEY": "\u00e9\n"},
    "report": {"TOKEN": "<< SECRETS.github.TOKEN >>"},
}


def basic(user, password):
    return base64.b64encode(f"{user}:{password}".encode()).decode()


def http_request(nodes):
    body = json.loads(nodes[1]["config"]["body"])
    yield (nodes[0]["config"]["headers"]["Authorization"], "Bearer ghp_1")
    yield (body["token"], SECRETS["chat"]["TOKEN"])
    yield (body["text"], "caf\u00e9 \u2014 1 << 2 is {{ 4 }}")


def enrich_alert(nodes):
    config = [node.get("config") for node in nodes]
    yield (config[0]["headers"]["Authorization"], "Basic " + basic("bot", 'p"w'))
    yield (config[1]["headers"]["X-Api-Key"], "old key")
    yield (config[2]["auth"]["credentials"],
           {"id": 12345678901234567890, "on": True})
    yield (config[2]["headers"]["Cookie"], "session=a%20b%3Bc; path=/")
    yield (config[2]["body"]["signature"], "k1:w6kK")
    yield (nodes[3]["env"]["REPORT_TOKEN"], "<< SECRETS.github.TOKEN >>")


EXPECTED = {"http-request": http_request, "enrich-alert": enrich_alert}


def problem_of(sotto, workflow, folder):
    done = subprocess.run([sotto, "render", workflow], cwd=folder, text=True,
                          capture_output=True)
    if done.returncode != 0:
        return f"exit status {done.returncode}: {done.stderr}"
    if workflow.stem not in EXPECTED:
        return "nothing is known of what it should be"
    for found, expected in EXPECTED[workflow.stem](
            json.loads(done.stdout)["nodes"]):
        if found != expected:
            return f"found {found!r}, expected {expected!r}"
    return ""


def main():
    sotto = pathlib.Path(sys.argv[1]).resolve()
    failed = False
    with tempfile.TemporaryDirectory(prefix="sotto-examples-") as folder:
        subprocess.run([sotto, "init"], cwd=folder, check=True,
                       capture_output=True)
        subprocess.run([sotto, "secret", "import", "-"], cwd=folder, check=True,
                       capture_output=True, input=json.dumps(SECRETS).encode())
        for workflow in sorted(WORKFLOWS.glob("*.json")):
            problem = problem_of(sotto, workflow, folder)
            failed = failed or bool(problem)
            print(f"FAIL examples/{workflow.name}: {problem}" if problem
                  else f"PASS examples/{workflow.name}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
