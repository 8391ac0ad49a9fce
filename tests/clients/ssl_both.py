# SPDX-License-Identifier: Apache-2.0
"""Server and client: ssl_both.py VERSION FIRST SECOND ROOT. Both have FIRST.crt and FIRST.key, and the
server SECOND from the middle on. Each demands the other's certificate."""

import socket
import ssl
import sys
import threading

version, first, second, root = sys.argv[1:]
COUNT = 100


def context(protocol):
    made = ssl.SSLContext(protocol)
    made.minimum_version = made.maximum_version = {'1.2': ssl.TLSVersion.TLSv1_2, '1.3': ssl.TLSVersion.TLSv1_3}[version]
    made.load_cert_chain(first + '.crt', first + '.key')
    made.load_verify_locations(root)
    made.verify_mode = ssl.CERT_REQUIRED
    return made


server, client = context(ssl.PROTOCOL_TLS_SERVER), context(ssl.PROTOCOL_TLS_CLIENT)
listener = socket.create_server(('127.0.0.1', 0))


def serve():
    for _ in range(COUNT):
        with server.wrap_socket(listener.accept()[0], server_side=True) as connection:
            connection.sendall(dict(x[0] for x in connection.getpeercert()['subject'])['commonName'].encode())


threading.Thread(target=serve, daemon=True).start()
types = set()
for i in range(COUNT):
    if i == COUNT // 2:
        server.load_cert_chain(second + '.crt', second + '.key')
    with client.wrap_socket(socket.create_connection(listener.getsockname(), timeout=20),
                            server_hostname='www.example.com') as connection:
        assert connection.recv(100) == b'www.example.com'
        certificate = connection.getpeercert(binary_form=True)
        types.add('EC' if b'\x06\x07\x2a\x86\x48\xce\x3d\x02\x01' in certificate else 'RSA')
print(COUNT, 'connections', *sorted(types))
