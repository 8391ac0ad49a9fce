# SPDX-License-Identifier: Apache-2.0
"""Whole TLS handshakes, one after the other in several threads, until standard input ends:
`load.py CAFILE PORT NAME..`. Says `shaking` once each name was served, which it is once more at the
end; then prints how many handshakes there were, how many failed and how many certificates were seen,
as JSON."""

import hashlib
import json
import socket
import ssl
import sys
import threading

THREADS = 4
cafile, port, names = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
stop = threading.Event()
lock = threading.Lock()
result = {'handshakes': 0, 'failures': [], 'certificates': {}}


def shake(context, name):
    with socket.create_connection(('127.0.0.1', port), timeout=20) as plain:
        with context.wrap_socket(plain, server_hostname=name) as tls:
            tls.sendall(b'GET / HTTP/1.0\r\n\r\n')
            while tls.recv(4096):
                pass
            return hashlib.sha256(tls.getpeercert(binary_form=True)).hexdigest()


def shake_and_count(context, name):
    try:
        seen, failure = shake(context, name), None
    except OSError as error:
        seen, failure = None, f'{name}: {error}'
    with lock:
        result['handshakes'] += 1
        if failure:
            result['failures'].append(failure)
        else:
            result['certificates'].setdefault(name, {})[seen] = True


def shake_all():
    context = ssl.create_default_context(cafile=cafile)
    for name in names:
        shake_and_count(context, name)


def work(index):
    context = ssl.create_default_context(cafile=cafile)
    turn = index
    while not stop.is_set():
        shake_and_count(context, names[turn % len(names)])
        turn += 1


threads = [threading.Thread(target=work, args=(index,)) for index in range(THREADS)]
shake_all()
for thread in threads:
    thread.start()
print('shaking', flush=True)
sys.stdin.read()
stop.set()
for thread in threads:
    thread.join()
shake_all()
result['certificates'] = {name: len(seen) for name, seen in result['certificates'].items()}
print(json.dumps(result), flush=True)
