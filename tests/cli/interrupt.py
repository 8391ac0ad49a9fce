# SPDX-License-Identifier: Apache-2.0
"""Run a command, stop reading its output, then interrupt it: interrupt.py OUT ROWS COMMAND...

What it prints goes to the file OUT. When ROWS lines have come, nothing more is read until it has
ended by SIGINT; standard error is a terminal. Prints how it ended and what was last on the terminal.
"""

import os
import pty
import select
import signal
import subprocess
import sys

out, rows, command = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
terminal, stderr = pty.openpty()
child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=stderr, close_fds=True)
with open(out, 'wb') as file:
    for _ in range(rows):
        file.write(child.stdout.readline())
    if os.environ.get('BAR'):  # wait until there is one
        shown = b''
        while b'=====' not in shown:
            shown += os.read(terminal, 4096)
    child.send_signal(signal.SIGINT)
    status = child.wait(20)
    file.write(child.stdout.read())
last = b''
while select.select([terminal], [], [], 0.5)[0]:  # its end may come before what was written last
    last += os.read(terminal, 4096)
print('signal' if status == -signal.SIGINT else 'status', abs(status), repr(last[-3:].decode()) if last else '')
