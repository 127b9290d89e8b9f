# SPDX-License-Identifier: Apache-2.0
"""How fast groups are read from a real Vault on this machine: by Sotto, by the
vendor's Go API with 32 goroutines, and by the vendor's Python client (PyPI's
hvac) one after the other.

    speed.py --sotto READER --go READER [--groups N] [--times N]

READER: sotto_vault_reader of a release build; what `go build ./reader` makes
of tests/vault/server. SOTTO_VAULT_SERVER names the server's program. They take
turns; the median of the times counts.
"""

import argparse
import statistics
import subprocess
import time

import hvac

from server_process import Server

ROUNDS = 5  # Each reader's turns.


def fill(url, groups):
    client = hvac.Client(url=url, token="root")
    for group in range(groups):
        client.secrets.kv.v2.create_or_update_secret(
            path=f"sotto/platform/g{group}",
            secret={f"K{key}": "x" * 40 for key in range(10)})


def read_by_hvac(url, groups):
    client = hvac.Client(url=url, token="root")
    began = time.perf_counter()
    for group in range(groups):
        client.secrets.kv.v2.read_secret_version(
            path=f"sotto/platform/g{group}", raise_on_deleted_version=True)
    return [time.perf_counter() - began]


def read_by(program, url, groups, times):
    done = subprocess.run([program, url, "root", str(groups), str(times)],
                          check=True, capture_output=True, text=True)
    # The first one connects.
    return [float(line) for line in done.stdout.split()][1:]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--sotto", required=True)
    parser.add_argument("--go", required=True)
    parser.add_argument("--groups", type=int, default=100)
    parser.add_argument("--times", type=int, default=20)
    options = parser.parse_args()
    server = Server()  # Ends with us.
    url = server.url
    fill(url, options.groups)
    seconds = {"sotto": [], "go": [], "hvac": []}
    for _ in range(ROUNDS):
        for name in ("sotto", "go"):
            seconds[name] += read_by(getattr(options, name), url,
                                     options.groups, options.times)
        seconds["hvac"] += read_by_hvac(url, options.groups)
    median = {name: statistics.median(all_of) for name, all_of in
              seconds.items()}
    for name, middle in median.items():
        print(f"{name:6}{middle * 1e3:9.2f} ms   "
              f"{middle / median['sotto']:6.2f} x Sotto's")


if __name__ == "__main__":
    main()
