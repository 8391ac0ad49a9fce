# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# The metadata service of an ECS: tokens, keys, and what its modes refuse.
. "${CCM_SOURCE:?}/tests/emu/api.sh"

TOKEN=/meta-data/latest/api/token KEYS=/openstack/latest/securitykey
meta() {
	STATUS=$(curl -sS --max-time "$DEADLINE" -o "$TMP/body" -w '%{http_code}' -X "$1" "${@:3}" "$EMU_METADATA$2")
	BODY=$(cat "$TMP/body")
}
metadata() { # MODE [option]..
	[[ -z ${EMU_PID:-} ]] || stop_emulator
	start_emulator --metadata-port 0 --metadata-mode "$@"
}
ttl() { meta PUT $TOKEN -H "X-Metadata-Token-Ttl-Seconds: $1"; }
opens_with() { # CLAIM STATUS
	signed GET $CAS --access-key "$ACCESS" --secret-key "$SECRET" --header "X-Security-Token:$SECURITY"
	equal "$1" "$2" "$STATUS"
}
keep_keys() { ACCESS=$(json credential.access) SECRET=$(json credential.secret) SECURITY=$(json credential.securitytoken); }

metadata open
for bad in '' 0 -1 21601 x; do
	ttl "$bad"
	equal "a token does not live \"$bad\" seconds" 400 "$STATUS"
done
meta GET $KEYS
equal 'keys come without a token' 200 "$STATUS"
keep_keys
opens_with 'they open' 200
meta GET $KEYS
equal 'they stay the same at first' "$ACCESS" "$(json credential.access)"
meta GET $KEYS -H 'X-Metadata-Token: 9999999999999-00'
equal 'a token of another is none' 401 "$STATUS"
meta GET /openstack/latest/else
equal 'there is nothing else' 404 "$STATUS"
meta POST $KEYS
equal 'nor another method' 404 "$STATUS"
fetch "$EMU_URL$KEYS"
equal 'nor is it part of the API' 404 "$STATUS"

metadata token --metadata-lifetime 60 --data "$TMP/data"
meta GET $KEYS
equal 'without a token nothing goes' 401 "$STATUS"
ttl 21600
equal 'there is one' 200 "$STATUS"
meta GET $KEYS -H "X-Metadata-Token: $BODY"
equal 'with which it goes' 200 "$STATUS"
keep_keys
opens_with 'the keys open' 200
SECURITY=other
opens_with 'not with another security token' 401

metadata plain
ttl 60
equal 'an old one has no tokens' 404 "$STATUS"
meta GET $KEYS
equal 'and asks for none' 200 "$STATUS"
metadata none
meta GET $KEYS
equal 'no agency, no keys' '401 Please configure Cloud Service Agency first' "$STATUS $BODY"
stop_emulator
refute 'another mode is refused' ccm_emulator --metadata-port 0 --metadata-mode maybe
