# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash source=tests/support/lib.sh
#
# OpenSSH: public keys from the token, signatures and certificates by it, a login with it.
. "${CCM_SOURCE:?}/tests/support/lib.sh"
unsanitized 'OpenSSH does not survive a preloaded sanitizer'
need ssh-keygen ssh-agent ssh-add ssh

start_emulator
make_ca ec256
issue rsa.example.com --key rsa2048 --client >/dev/null
issue ec.example.com --key ec256 --client >/dev/null
cd "$TMP"

check 'public keys are listed' ssh-keygen -D "$MODULE"
grep 'ssh-rsa .* rsa.example.com$' <<<"$OUTPUT" >rsa.pub
grep 'ecdsa-sha2-nistp256 .* ec.example.com$' <<<"$OUTPUT" >ec.pub

ssh-keygen -q -t ed25519 -N '' -f user
check 'a key of the token signs certificates of others' \
	ssh-keygen -q -s ec.pub -D "$MODULE" -I me -n me user.pub
expect_output 'they name it' 'Signing CA: ECDSA' ssh-keygen -L -f user-cert.pub

spawn '^SSH_AUTH_SOCK=' ssh-agent -D -P "$BUILD/src/*" -a "$TMP/agent"
export SSH_AUTH_SOCK=$TMP/agent
# it asks for a PIN although the token wants none: any will do
printf '#!/bin/sh\necho 1234\n' >askpass
chmod +x askpass
export SSH_ASKPASS=$TMP/askpass SSH_ASKPASS_REQUIRE=force
check 'an agent takes the token' ssh-add -s "$MODULE"
expect_output 'it has the keys' 'rsa.example.com' ssh-add -L
echo message >message
for name in rsa ec; do
	check "the agent signs with $name" ssh-keygen -q -Y sign -f $name.pub -n test message
	echo "me $(<$name.pub)" >allowed
	verify() { ssh-keygen -Y verify -f allowed -I me -n test -s message.sig <message; }
	expect_output 'and the signature is good' 'Good "test" signature' verify
	rm message.sig
done

# sshd needs no port: ssh starts it and talks to its standard input and output.
SSHD=$(PATH=$PATH:/usr/sbin command -v sshd) || skip 'a login: sshd is not installed'
((UID == 0)) || skip 'a login: sshd wants to be root'
mkdir -p /run/sshd
cat rsa.pub ec.pub >authorized_keys
ssh-keygen -q -t ed25519 -N '' -f host_key
cat >sshd_config <<-END
	HostKey $TMP/host_key
	AuthorizedKeysFile $TMP/authorized_keys
	StrictModes no
	UsePAM no
	PermitRootLogin prohibit-password
	PasswordAuthentication no
END
login() {
	ssh -F none -o "ProxyCommand=$SSHD -i -f $TMP/sshd_config" -o StrictHostKeyChecking=no \
		-o UserKnownHostsFile=/dev/null -o BatchMode=yes "$@" "$(id -un)@localhost" echo logged in
}
for name in rsa ec; do
	expect_output "the agent logs in with $name" '^logged in' \
		login -o IdentitiesOnly=yes -o "IdentityFile=$TMP/$name.pub"
done
with_the_token() { SSH_AUTH_SOCK='' login -o IdentityFile=none -I "$MODULE"; }
expect_output 'ssh logs in with the token itself' '^logged in' with_the_token
check 'the agent gives the token back' ssh-add -e "$MODULE"
refute 'and has nothing left' ssh-add -L
end "$SPAWN_PID" || :
stop_emulator
