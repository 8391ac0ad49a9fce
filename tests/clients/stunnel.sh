# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash source=tests/clients/server.sh
#
# stunnel: a server with a thread for each connection.
. "${CCM_SOURCE:?}/tests/clients/server.sh"
need stunnel

set_up
use rsa
PORT=$(free_port)
cat >stunnel.conf <<-END
	foreground = yes
	pid =
	[server]
	accept = 127.0.0.1:$PORT
	cert = $TMP/server.crt
	key = $TMP/server.key
	exec = /bin/cat
	execArgs = cat
END
serve stunnel stunnel "$TMP/stunnel.conf"
serves 'stunnel, RSA,' RSA "GET /"
use ec
reloads stunnel EC kill -HUP "$SERVER_PID"
serves 'stunnel, EC,' EC "GET /"
kill_emulator
serves 'stunnel, without the service,' EC "GET /"
served
reference_to_nobody >server.key
sed 's/accept = .*/accept = 127.0.0.1:0/' stunnel.conf >gone.conf
refuses 'without its key it does not start' 'server.key' stunnel gone.conf
