# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Tags of CAs and certificates: what they may be, how resources are found by them.
. "${CCM_SOURCE:?}/tests/emu/api.sh"

start_emulator --tag-paging honour
log_in
root 'Tag Root'
ROOT=$ID
root 'Other root'
OTHER=$ID
leaf "$ROOT" one.example.com
ONE=$ID
leaf "$ROOT" two.example.com
TWO=$ID
leaf "$ROOT" three.example.net
THREE=$ID

tag() { printf '{"key":"%s","value":"%s"}' "$1" "$2"; }
tags() { # KEY=VALUE..
	local pair list=
	for pair; do list+="${list:+,}$(tag "${pair%%=*}" "${pair#*=}")"; done
	printf '{"tags":[%s]}' "$list"
}
put() { answers "$1" 204 -- POST "$2/tags/create" "$(tags "${@:3}")"; }
has() { # CLAIM RESOURCE KEY=VALUE..
	api GET "$2/tags"
	equal "$1" "200 $(tags "${@:3}")" "$STATUS $BODY"
}
wrong() { refused "$1" 400 PCA.00020001 "$2" -- "${@:3}"; }

# --- both kinds, every change
for resource in "$CAS/$ROOT" "$CERTS/$ONE"; do
	kind=${resource%/*} kind=${kind##*/}
	has "$kind begin without tags" "$resource"
	answers "$kind take one tag" 204 -- POST "$resource/tags" "{\"tag\": $(tag key1 value1)}"
	equal 'without a body' '' "$BODY"
	put "$kind take several" "$resource" key2=value2 empty= 城市=成都/高新 'año@x=a b_c.d:e=f+g-h@i/j'
	answers "$kind take a key again" 204 -- POST "$resource/tags" "{\"tag\": $(tag key1 other)}"
	api GET "$resource/tags"
	expect_output "a key that is there gets the new value on $kind" '"key1","value":"other"' echo "$BODY"
	refute_output 'the old one is gone' '"value1"' echo "$BODY"
	wrong 'what is not there cannot be removed' 'Tag is not found: key1=value1' \
		DELETE "$resource/tags/delete" "$(tags key2=value2 key1=value1)"
	answers "$kind lose tags by a DELETE with a body" 204 -- DELETE "$resource/tags/delete" \
		"$(tags key1=other empty= 'año@x=a b_c.d:e=f+g-h@i/j')"
	has 'one that is refused changed nothing' "$resource" key2=value2 城市=成都/高新
done
expect_output 'UTF-8 goes out as it came in' '成都/高新' echo "$BODY"

# --- what tags may be
T=$CERTS/$TWO/tags
wrong 'a key has its characters' 'Tag key is invalid: tag.key has "/" in it' POST "$T" "{\"tag\": $(tag a/b c)}"
wrong 'a value too' 'Tag value is invalid: tags\[1\].value has "&" in it' POST "$T/create" "$(tags 'a=b' 'c=d&e')"
wrong 'also beyond ASCII' 'tag.key has "×" in it' POST "$T" "{\"tag\": $(tag 'a×b' c)}"
wrong 'a control character is none' 'Tag value is invalid' POST "$T" '{"tag": {"key": "a", "value": "b\u0007"}}'
wrong 'it is UTF-8' 'not UTF-8' POST "$T" "{\"tag\": $(tag a $'\xff')}"
wrong 'a key is not empty' 'tag.key: "" has 0 characters, 1 to 128' POST "$T" "{\"tag\": $(tag '' c)}"
long=$(printf 'ü%.0s' {1..128})
answers '128 characters are a key, whatever their bytes' 204 -- POST "$T" "{\"tag\": $(tag "$long" "${long:1}$long")}"
wrong '129 are none' '129 characters' POST "$T" "{\"tag\": $(tag "x$long" c)}"
wrong 'a value has up to 255' '256 characters' POST "$T" "{\"tag\": $(tag x "$long$long")}"
wrong 'a value has to be there' 'tag.value' POST "$T" '{"tag": {"key": "a"}}'
wrong 'keys are unique in a call' 'tags\[2\].key: a is there twice' POST "$T/create" "$(tags a=1 b=2 a=3)"
wrong 'no tags are too few' 'tags' POST "$T/create" '{"tags": []}'
mapfile -t twenty < <(printf 'k%d=v\n' {1..20})
wrong '21 are too many' 'tags: has 21 elements, 20' POST "$T/create" "$(tags "${twenty[@]}" x=y)"
answers 'the long one goes' 204 -- DELETE "$T/delete" "$(tags "$long=${long:1}$long")"
put '20 fit' "$CERTS/$TWO" "${twenty[@]}"
wrong 'one more does not fit' 'Tag quota is upper limit: .* would have 21 tags' POST "$T" "{\"tag\": $(tag x y)}"
answers 'but a new value does' 204 -- POST "$T" "{\"tag\": $(tag k1 w)}"
answers 'and they go' 204 -- DELETE "$T/delete" "$(tags k1=w "${twenty[@]:1}")"
has 'all of them' "$CERTS/$TWO"

# --- what has none
nobody=00000000-0000-4000-8000-000000000000
for kind in $CAS $CERTS; do
	answers "${kind##*/} that are not there have none" 404 PCA.00030102 -- GET "$kind/$nobody/tags"
	answers 'and take none' 404 PCA.00030102 -- POST "$kind/$nobody/tags" "{\"tag\": $(tag a b)}"
	answers 'nor several' 404 PCA.00030102 -- POST "$kind/$nobody/tags/create" "$(tags a=b)"
	answers 'nor lose any' 404 PCA.00030102 -- DELETE "$kind/$nobody/tags/delete" "$(tags a=b)"
done
answers 'a CA is no certificate' 404 PCA.00030102 -- GET "$CERTS/$ROOT/tags"
answers 'what is no id is none' 400 PCA.00020201 -- GET "$CAS/x/tags"
answers 'for both' 400 PCA.00020301 -- GET "$CERTS/x/tags"

# --- all tags
put 'more tags' "$CERTS/$ONE" env=prod team=a
put 'and more' "$CERTS/$TWO" env=test team=a
put 'and still more' "$CERTS/$THREE" env=prod team=b
api GET "$CERTS/tags"
equal 'all tags of certificates, each once' \
	'{"tags":[{"key":"env","values":["prod","test"]},{"key":"key2","values":["value2"]},{"key":"team","values":["a","b"]},{"key":"城市","values":["成都/高新"]}]}' "$BODY"
api GET "$CAS/tags"
equal 'all of CAs' '{"tags":[{"key":"key2","values":["value2"]},{"key":"城市","values":["成都/高新"]}]}' "$BODY"

# --- finding
filter() { # KEY=VALUE,VALUE.. [-- OTHER MEMBERS]
	local pair list='' value values
	while (($#)) && [[ $1 != -- ]]; do
		pair=$1 values=
		while read -r -d, value; do values+="${values:+, }\"$value\""; done <<<"${pair#*=},"
		[[ $pair != *= ]] || values=
		list+="${list:+, }{\"key\": \"${pair%%=*}\", \"values\": [$values]}"
		shift
	done
	printf '{"tags": [%s]%s}' "$list" "${2:+, $2}"
}
found() { "$PYTHON" -ISc 'import json, sys
answer = json.load(sys.stdin)
print(answer["total_count"], *(found["resource_name"] for found in answer["resources"]))' <"$TMP/body"; }
finds() { # CLAIM KIND WANT FILTER..
	local want=$3 body
	body=$(filter "${@:4}")
	api POST "$2/resource-instances/filter" "$body"
	[[ $STATUS == 200 ]] || broken "$1" "$STATUS $BODY"
	equal "$1" "$want" "$(found)"
	api POST "$2/resource-instances/count" "$body"
	equal "and they are counted" "{\"total_count\":${want%% *}}" "$BODY"
}
ones='one.example.com' twos='two.example.com' threes='three.example.net'
finds 'a value' $CERTS "2 $threes $ones" env=prod
finds 'one of several values' $CERTS "3 $threes $twos $ones" env=prod,test,none
finds 'all of several keys' $CERTS "1 $ones" env=prod team=a
finds 'any value' $CERTS "3 $threes $twos $ones" env=
finds 'a key with any value and one with some' $CERTS "2 $twos $ones" env= team=a
finds 'no tags: everything' $CERTS "3 $threes $twos $ones"
finds 'what nothing has' $CERTS 0 env=none
finds 'not what the other kind has' $CAS 0 env=prod
finds 'a value with a slash' $CAS '1 Tag Root' 城市=成都/高新
finds 'a part of the name, in any case' $CERTS "2 $twos $ones" env= -- '"matches": [{"key": "resource_name", "value": "EXAMPLE.com"}]'
finds 'nothing has an empty name' $CERTS 0 -- '"matches": [{"key": "resource_name", "value": ""}]'
finds 'CAs without any tag too' $CAS '2 Other root Tag Root'
answers 'no body at all: everything' 200 -- POST "$CERTS/resource-instances/count"
equal 'of its kind' '{"total_count":3}' "$BODY"

api POST "$CERTS/resource-instances/filter" "$(filter env=test)"
equal 'the id is told' "$TWO" "$(json 'resources.0.resource_id')"
equal 'the tags too' '[{"key":"env","value":"test"},{"key":"team","value":"a"}]' "$(json 'resources.0.tags')"
detail=$(json 'resources.0.resource_detail')
api GET "$CERTS/$TWO"
equal 'the detail is the certificate as it is' "$detail" "$BODY"
api POST "$CAS/resource-instances/filter" "$(filter key2=value2)"
detail=$(json 'resources.0.resource_detail')
api GET "$CAS/$ROOT"
equal 'or the CA' "$detail" "$BODY"

F=$CERTS/resource-instances/filter
wrong 'a key once' 'tags\[1\].key: env is there twice' POST "$F" "$(filter env=prod env=test)"
wrong 'a value once' 'tags\[0\].values\[1\]: prod is there twice' POST "$F" "$(filter env=prod,prod)"
wrong 'characters of keys' 'tags\[0\].key has "/"' POST "$F" "$(filter a/b=)"
wrong 'and values' 'tags\[0\].values\[0\] has "\*"' POST "$F" "$(filter 'a=*')"
wrong 'a field to match that there is' 'Match tag invalid: name is no field' POST "$F" "$(filter -- '"matches": [{"key": "name", "value": "x"}]')"
wrong 'and once' 'resource_name is there twice' POST "$F" "$(filter -- '"matches": [{"key": "resource_name", "value": "x"}, {"key": "resource_name", "value": "y"}]')"
wrong 'a limit of 10, 20 or 50' '"11" is not one of 10, 20, 50' POST "$F" "$(filter -- '"limit": 11')"
wrong 'an offset from 0' 'offset: -1 is below 0' POST "$F" "$(filter -- '"offset": -1')"
mapfile -t many < <(printf 'k%d=\n' {1..21})
wrong '20 keys at most' 'tags: has 21 elements' POST "$F" "$(filter "${many[@]}")"
wrong '20 values at most' 'values: has 21 elements' POST "$F" "$(filter "k=$(seq -s, 21)")"
answers '20 keys of 20 values are served' 200 -- POST "$F" "$(filter "${many[@]/%/$(seq -s, 20)}" | sed 's/, {"key": "k21"[^}]*}//')"

# --- pages
for i in {1..9}; do
	leaf "$ROOT" "page$i.example.com" && put "tag $i" "$CERTS/$ID" page=yes
done
page() { api POST "$F" "$(filter -- "$1")" && found; }
equal 'a page has 10' "12 page9.example.com" "$(page '' | cut -d' ' -f1,2)"
equal 'and no more' 10 "$(page '' | tr ' ' '\n' | tail -n +2 | wc -l)"
equal 'offset leads to the next' "12 $twos $ones" "$(page '"offset": 10')"
equal 'and beyond the end' 12 "$(page '"offset": 12')"
equal '20 fit all' 12 "$(page '"limit": 20' | tr ' ' '\n' | tail -n +2 | wc -l)"

# --- tags go with what they are on
answers 'a pending CA may be tagged' 200 -- POST $CAS "{\"type\": \"SUBORDINATE\", \"key_algorithm\": \"EC256\", $(name Pending)}"
ID=$(json ca_id)
put 'it is' "$CAS/$ID" only=here
finds 'and found' $CAS '1 Pending' only=here
answers 'when it is deleted' 204 -- DELETE "$CAS/$ID"
finds 'so is its tag' $CAS 0 only=here
put 'a CA' "$CAS/$OTHER" last=tag
answers 'is disabled' 204 -- POST "$CAS/$OTHER/disable"
put 'and tagged all the same' "$CAS/$OTHER" last=other
answers 'it is to be deleted' 204 -- DELETE "$CAS/$OTHER"
for change in "POST $CAS/$OTHER/tags/create" "DELETE $CAS/$OTHER/tags/delete"; do
	refused "then nothing changes (${change%% *})" 403 PCA.00030201 'is DELETED' -- $change "$(tags last=other)"
done
finds 'but it is still there' $CAS '1 Other root' last=other
stop_emulator

# --- as the live service does it
start_emulator --freeze 'Frozen Root'
log_in
root 'Live Root'
ROOT=$ID
root 'Frozen Root'
refused 'what is frozen takes no tags' 403 PCA.00030202 "$ID" -- POST "$CAS/$ID/tags" "{\"tag\": $(tag a b)}"
for i in {1..11}; do leaf "$ROOT" "page$i.example.com"; done
F=$CERTS/resource-instances/filter
equal 'the live service ignores offset' "$(page '')" "$(page '"offset": 10')"
equal 'but tells how many there are' 11 "$(json total_count)"
stop_emulator
