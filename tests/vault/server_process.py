# SPDX-License-Identifier: Apache-2.0
"""The real Vault server of the tests, for those that are written in Python."""

import os
import subprocess


class Server:
    """A Vault that ends with this program; SOTTO_VAULT_SERVER names it."""

    def __init__(self):
        self.process = subprocess.Popen(
            [os.environ["SOTTO_VAULT_SERVER"], "-tied"], text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.url = ""
        while not self.url:
            word, _, rest = self.process.stdout.readline().partition(" ")
            if not word:
                raise SystemExit("the server ended before it was ready")
            if word == "ready":
                self.url = rest.strip()
