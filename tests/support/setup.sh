# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# What ./quickstart and tests/run share: steps that show how far they are, and the packages.
#
#   step LABEL command..    runs it (in this shell) with its output in a log in $LOGS; on failure
#                           shows the log's end and exits. Before the first one set STEPS (how many
#                           there will be) and LOGS (a directory).
#   install_packages GROUP..    build, use, test, bench; only what is missing, as root or with sudo

# Debian 12's names. `use` is what quickstart shows the token with. RUNLEVEL=1 below keeps packages of
# servers from starting them.
packages_build=(gcc libc6-dev meson ninja-build pkg-config libssl-dev libcurl4-openssl-dev
	libcjson-dev libsqlite3-dev libp11-kit-dev libmicrohttpd-dev libzip-dev)
packages_use=(openssl gnutls-bin ca-certificates)
packages_test=(g++ binutils curl python3 libcmocka-dev opensc p11-kit clang-format universal-ctags
	jq sqlite3 mandoc procps nginx-light haproxy unzip libnss3-tools openssh-client openssh-server
	python3-pykcs11 softhsm2 wget libengine-pkcs11-openssl openjdk-17-jdk-headless
	debhelper debootstrap lintian apache2 stunnel4 openvpn postgresql faketime)
packages_bench=(gnuplot-nox softhsm2 libengine-pkcs11-openssl python3) # of tests/bench/run alone
# Whoever has npm already may have it from elsewhere, which does not go with Debian's.
command -v npm >/dev/null || packages_test+=(nodejs npm)

STEP=0 STEP_LABEL='' STEP_LOG='' STEP_DISPLAY=''

# Milliseconds, as seconds for people.
now() { echo "$((${EPOCHREALTIME/[.,]/} / 1000))"; }
seconds() { printf '%d.%d s' "$(($1 / 1000))" "$(($1 % 1000 / 100))"; }

# Copies its input to the log, and shows people the line it is at: on a terminal always the last
# one, elsewhere one every ten seconds (status 1 when there was such a line).
show_progress() {
	local line last=$SECONDS shown=0
	while IFS= read -r line; do
		printf '%s\n' "$line" >>"$STEP_LOG"
		if [[ -t 3 ]]; then
			line=${line//[^[:print:]]/ }
			printf '\r\e[K%s \e[2m%.*s\e[0m' "$STEP_LABEL" "$((${COLUMNS:-80} - ${#STEP_LABEL} - 2))" "$line" >&3
		elif ((SECONDS - last >= 10)); then
			last=$SECONDS shown=1
			printf '\n      %.90s' "$line" >&3
		fi
	done
	return "$shown"
}

step() {
	local started between=' '
	STEP=$((STEP + 1))
	STEP_LABEL="[$STEP/$STEPS] $1"
	STEP_LOG=$LOGS/$STEP.log
	shift
	started=$(now)
	: >"$STEP_LOG"
	printf '%s ...' "$STEP_LABEL"
	exec 3>&1 4>&2
	trap step_failed EXIT
	exec 1> >(show_progress) 2>&1
	STEP_DISPLAY=$!
	"$@"
	restore_output || between=$'\n      done in '
	trap "${ON_EXIT:-:}" EXIT
	[[ ! -t 1 ]] || printf '\r\e[K%s ...' "$STEP_LABEL"
	printf '%s%s\n' "$between" "$(seconds "$(($(now) - started))")"
}

# For the whole shell rather than for the command alone: one that fails exits at once, and bash runs
# the trap with the command's redirections in force.
restore_output() {
	exec 1>&3 2>&4
	wait "$STEP_DISPLAY"
}

step_failed() {
	local status=$?
	trap - EXIT
	set +e
	restore_output
	printf '\n%s: failed with exit status %d\n\n' "$STEP_LABEL" "$status"
	tail -n 40 "$STEP_LOG" | sed 's/^/    /'
	printf '\nthe whole log is in %s\n' "$STEP_LOG"
	eval "${ON_EXIT:-:}"
	exit "$status"
}

missing_packages() {
	local group name installed want=()
	for group; do
		local -n names=packages_$group
		want+=("${names[@]}")
	done
	installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "${want[@]}" 2>/dev/null) || :
	for name in "${want[@]}"; do
		[[ $'\n'$installed$'\n' == *$'\n'"installed $name"$'\n'* ]] || echo "$name"
	done
}

install_packages() {
	local missing root=()
	command -v apt-get >/dev/null || {
		echo 'there is no apt-get here; this needs Debian 12 or a system like it'
		return 1
	}
	mapfile -t missing < <(missing_packages "$@")
	if ((${#missing[@]} == 0)); then
		echo 'all there'
		return 0
	fi
	if ((EUID != 0)); then
		command -v sudo >/dev/null || {
			echo "run this as root or install sudo: packages are missing: ${missing[*]}"
			return 1
		}
		root=(sudo)
	fi
	echo "missing: ${missing[*]}"
	"${root[@]}" apt-get -q -o DPkg::Lock::Timeout=120 update
	"${root[@]}" env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get -qy -o DPkg::Lock::Timeout=120 \
		-o Dpkg::Use-Pty=0 --no-install-recommends install "${missing[@]}"
}
