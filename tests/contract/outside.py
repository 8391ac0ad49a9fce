# SPDX-License-Identifier: Apache-2.0
"""What comes from outside of the service: keys, requests and signatures made with openssl."""

import pathlib
import subprocess
import tempfile

SUBJECT = "/C=DE/ST=Berlin/L=Berlin/O=CCM contract test/OU=Test/CN="


def openssl(*arguments, text=None):
    ran = subprocess.run(
        ["openssl", *arguments], input=text, capture_output=True, text=True, check=True, timeout=60)
    return ran.stdout


def signed(folder, csr):
    """A certificate of a CA for the CSR, under the outer root."""
    (folder / "ext").write_text(
        "basicConstraints=critical,CA:TRUE,pathlen:0\nkeyUsage=critical,keyCertSign,cRLSign\n")
    (folder / "csr").write_text(csr)
    return openssl(
        "x509", "-req", "-in", str(folder / "csr"), "-CA", str(folder / "root.crt"),
        "-CAkey", str(folder / "root.key"), "-days", "365", "-extfile", str(folder / "ext"))


class Outside(dict):
    """Names for steps, with the outer root that signs."""

    def __init__(self):
        super().__init__()
        self.holder = tempfile.TemporaryDirectory()
        self.folder = pathlib.Path(self.holder.name)

    def sign(self, csr):
        return signed(self.folder, csr)


OUTSIDE = Outside()


def make():
    at = OUTSIDE.folder
    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    openssl("req", "-x509", *curve, "-keyout", str(at / "root.key"), "-out", str(at / "root.crt"),
            "-days", "3650", "-subj", SUBJECT + "outer root")
    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", str(at / "ssl.key"),
            "-out", str(at / "ssl.crt"), "-days", "365", "-subj", SUBJECT + "contract.example.com",
            "-addext", "subjectAltName=DNS:contract.example.com")
    openssl("req", *curve, "-keyout", str(at / "own.key"), "-out", str(at / "own.csr"),
            "-subj", SUBJECT + "own.example.com")
    return {
        "outer_root": (at / "root.crt").read_text(),
        "ssl_certificate": (at / "ssl.crt").read_text(),
        "ssl_key": (at / "ssl.key").read_text(),
        "own_csr": (at / "own.csr").read_text(),
    }
