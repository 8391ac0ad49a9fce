# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Programs in the background, for lib.sh and ./quickstart: ready when they say so, ended by their
# id, and nobody waits for ever.
#
#   SPAWN_DIR  DEADLINE        where their output goes; seconds
#   await REGEX command..      starts it and waits for a line like that. Sets SPAWN_LINE SPAWN_PID
#                              SPAWN_OUT SPAWN_ERR; status 1 when it ended or took too long
#   end PID                    SIGTERM, SIGKILL after the deadline; returns the program's status

DEADLINE=${CCM_DEADLINE:-30}
SPAWNED=() # those not ended yet

# The fifo's writing end is opened by the child before its exec: a program that is not there or
# dies early ends the file, so reading never hangs. Afterwards cat keeps the pipe from filling up.
# Standard input never ends, for openssl s_server stops at its end.
await() {
	local regex=$1 base out idle left started=$SECONDS
	shift
	base=$(mktemp "$SPAWN_DIR/spawn.XXXXXX")
	SPAWN_OUT=$base.out SPAWN_ERR=$base.err
	mkfifo "$base.fifo" "$base.idle"
	: >"$SPAWN_OUT"
	exec {idle}<>"$base.idle"
	(exec "$@" <&"$idle" {idle}<&- 2>"$SPAWN_ERR" 3>&- 4>&-) >"$base.fifo" &
	SPAWN_PID=$!
	SPAWNED+=("$SPAWN_PID")
	exec {out}<"$base.fifo" {idle}<&-
	rm "$base" "$base.fifo" "$base.idle"
	while left=$((started + DEADLINE - SECONDS)) && ((left > 0)) && read -r -t "$left" SPAWN_LINE <&"$out"; do
		printf '%s\n' "$SPAWN_LINE" >>"$SPAWN_OUT"
		if [[ $SPAWN_LINE =~ $regex ]]; then
			cat <&"$out" >>"$SPAWN_OUT" 2>/dev/null 3>&- 4>&- &
			exec {out}<&-
			return 0
		fi
	done
	exec {out}<&-
	return 1
}

end() {
	local pid=$1 i
	kill -TERM "$pid" 2>/dev/null || :
	timeout "$DEADLINE" tail --pid="$pid" -s 0.02 -f /dev/null || kill -KILL "$pid" 2>/dev/null || :
	for i in "${!SPAWNED[@]}"; do
		[[ ${SPAWNED[i]} != "$pid" ]] || unset "SPAWNED[i]"
	done
	wait "$pid" 2>/dev/null
}
