# SPDX-License-Identifier: Apache-2.0
"""Certificates for tests, made with the program openssl: an authority, and what
it signs."""

import os
import ssl
import subprocess

_CA_CONFIG = """[ca]
default_ca = it
[it]
database = {folder}/index
serial = {folder}/serial
new_certs_dir = {folder}
certificate = {folder}/ca.pem
private_key = {folder}/ca.key
default_md = sha256
policy = any
unique_subject = no
copy_extensions = copy
[any]
commonName = supplied
"""


class Certificates:
    """An authority of our own, and what it signs."""

    def __init__(self, folder):
        self._folder = folder
        with open(self.path("ca.cnf"), "w", encoding="ascii") as config:
            config.write(_CA_CONFIG.format(folder=folder))
        open(self.path("index"), "w", encoding="ascii").close()
        with open(self.path("serial"), "w", encoding="ascii") as serial:
            serial.write("01\n")
        self._make_self_signed("ca", "Tests", "CA:TRUE")

    def path(self, name):
        return os.path.join(self._folder, name)

    def _openssl(self, *words):
        subprocess.run(["openssl", *words], check=True, cwd=self._folder,
                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)

    def _make_self_signed(self, name, subject, constraint, san=None):
        words = ["-addext", f"subjectAltName={san}"] if san else []
        self._openssl(
            "req", "-x509", "-newkey", "ec", "-pkeyopt",
            "ec_paramgen_curve:P-256", "-nodes", "-days", "3650", "-subj",
            f"/CN={subject}", "-addext", f"basicConstraints=critical,{constraint}",
            "-keyout", name + ".key", "-out", name + ".pem", *words)

    def make_self_signed(self, name):
        self._make_self_signed(name, "localhost", "CA:FALSE",
                               "DNS:localhost,IP:127.0.0.1")

    def make(self, name, san="DNS:localhost,IP:127.0.0.1",
             begin="20200101000000Z", end="20991231000000Z"):
        self._openssl(
            "req", "-new", "-newkey", "ec", "-pkeyopt",
            "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={name}",
            "-addext", f"subjectAltName={san}", "-keyout", name + ".key",
            "-out", name + ".csr")
        self._openssl("ca", "-batch", "-notext", "-config", "ca.cnf",
                      "-startdate", begin, "-enddate", end, "-in",
                      name + ".csr", "-out", name + ".pem")

    def context(self, name):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.path(name + ".pem"),
                                self.path(name + ".key"))
        return context
