# SPDX-License-Identifier: Apache-2.0
"""Connections by a client that knows files only: connect.py PORT ROOT NAME COUNT VERSION [EXPECTED].
Each is a full handshake that verifies chain and name. EXPECTED is what a server of HTTP answers, or
what any other says; without it nothing is said. Prints how many there were, and the certificates'
types of key."""

import concurrent.futures
import socket
import ssl
import sys

port, root, name, count, version = int(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4]), sys.argv[5]
expected = sys.argv[6].encode() if len(sys.argv) > 6 else None
context = ssl.create_default_context(cafile=root)
context.minimum_version = context.maximum_version = {
    '1.2': ssl.TLSVersion.TLSv1_2, '1.3': ssl.TLSVersion.TLSv1_3}[version]


def connect(_):
    with socket.create_connection(('127.0.0.1', port), timeout=20) as plain:
        with context.wrap_socket(plain, server_hostname=name) as connection:
            certificate = connection.getpeercert(binary_form=True)
            if expected is not None:
                connection.sendall(f'GET / HTTP/1.0\r\nHost: {name}\r\n\r\n'.encode())
                answer = b''
                while expected not in answer:
                    more = connection.recv(4096)
                    if not more:
                        raise OSError(f'answer {answer!r}')
                    answer += more
    return 'EC' if b'\x06\x07\x2a\x86\x48\xce\x3d\x02\x01' in certificate else 'RSA'


with concurrent.futures.ThreadPoolExecutor(4) as pool:
    types = list(pool.map(connect, range(count)))
print(len(types), 'connections', *sorted(set(types)))
