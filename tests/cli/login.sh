# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Every way to log in against the emulator: who one is, what is sent, what is shared, what goes wrong.
. "${CCM_SOURCE:?}/tests/support/lib.sh"
need jq
start_emulator --metadata-port 0 --access-key EMULATORACCESSKEY000:emulator-secret-key \
	--temporary-key TEMPORARY:sk:token --temporary-key LAPSED:sk:token:1

# [auth] anew, of these lines.
auth() {
	sed -i '/^\[auth\]/,$d' "$CCM_CONFIG"
	printf '%s\n' '[auth]' "metadata_endpoint = $EMU_METADATA" "$@" >>"$CCM_CONFIG"
}
who() { ccm login --json | jq -r "$1"; }
logged() { (export CCM_LOG=auth:info && ccm "$@"); }
new_calls() { echo $(($(calls "$@") - before)); }

# --- an access key
expect_output 'an access key: the account is told' '^Account: +emulator-account$' ccm login
also 'and where the key comes from' "^From: +$CCM_CONFIG$"
equal 'as JSON too' 'aksk EMULATORACCESSKEY000 emulator-account emulator eu-west-101' \
	"$(who '[.method, .access_key, .account.name, .user.name, .project.name] | join(" ")')"
equal 'it has no end' null "$(who .expires_at)"
refute_output 'no secret is shown' 'emulator-secret-key' bash -c "CCM_LOG=trace '$BUILD/src/ccm' login 2>&1"
project=$(who .project.id) domain=$(who .account.id)
before=$(calls)
check 'a request needs no look-up' ccm ca list
equal 'and makes none' 1 "$(new_calls)"

auth 'access_key = EMULATORACCESSKEY000' 'secret_key = emulator-secret-key' 'scope = project'
before=$(calls iam_list_projects)
check 'a project may be asked for' ccm ca list
check 'twice' ccm ca list
equal 'its id is looked up once, by whatever process' 1 "$(new_calls iam_list_projects)"
auth 'access_key = EMULATORACCESSKEY000' 'secret_key = emulator-secret-key' 'project_name = eu-west-7'
expect_failure 'one that is not there' \
	'the account has no project named eu-west-7: set project_id or project_name' ccm ca list
expect_status 'is a matter of configuration' 3 ccm ca list
auth 'access_key = EMULATORACCESSKEY000' 'secret_key = emulator-secret-key' "project_id = $domain"
expect_failure 'a wrong scope is told, with what sets it' \
	"the request was for the project $domain: project_id, project_name, domain_id and scope" ccm ca list
expect_status 'with the status of its kind' 4 ccm ca list
auth 'access_key = EMULATORACCESSKEY000' 'secret_key = emulator-secret-key' "project_id = $project" "domain_id = $domain"
check 'the right one is taken' ccm ca list

auth 'access_key = NOBODY' 'secret_key = x'
expect_failure 'a key that is not there' 'access key NOBODY was deleted, or belongs to another cloud' ccm login
auth 'access_key = EMULATORACCESSKEY000' 'secret_key = wrong'
for _ in 1 2 3 4 5 6; do ccm ca list 2>/dev/null && broken 'a wrong key' 'is let in'; done
expect_failure 'a locked key is told so, with the remedy' \
	'access key EMULATORACCESSKEY000 is locked for 5 minutes.*check its secret key' ccm ca list

# --- a temporary key
auth 'access_key = TEMPORARY' 'secret_key = sk' 'security_token = token' 'scope = domain'
expect_output 'a temporary key' '^Access key: +TEMPORARY$' ccm login
check 'goes without the account, which it cannot see' ccm ca list
auth 'access_key = TEMPORARY' 'secret_key = sk'
expect_failure 'without its security token' 'TEMPORARY is a temporary one and needs its security_token' ccm ca list
auth 'access_key = LAPSED' 'secret_key = sk' 'security_token = token'
lapsed() { until ! ccm ca list >/dev/null 2>&1; do :; done; }
check 'one that ends' lapsed
expect_failure 'is told to be so' 'security token has expired; access key LAPSED is a temporary one.*new keys are needed' ccm ca list
expect_failure 'with a remedy that fits' '^hint: .*security_token' ccm ca list
expect_status 'with its status' 4 ccm ca list

# --- a password
write_config password
before=$(calls iam_create_token)
expect_output 'a password: who one is' '^User: +emulator$' ccm login
also 'and until when' '^Valid until: .* UTC \(in 23 hours\)$'
for _ in 1 2 3; do check 'commands share the token' ccm ca list; done
equal 'so there was one login' 1 "$(new_calls iam_create_token)"
files=("$XDG_RUNTIME_DIR"/ccm/token-*)
equal 'the token lies in one file' 1 "${#files[@]}"
equal 'that only we may read' '600 700' "$(stat -c %a "${files[0]}") $(stat -c %a "${files[0]%/*}")"
token=$(jq -r .token "${files[0]}")
check 'a token is in it' test "${#token}" -gt 100
refute 'whose name says nothing' grep -qF "${token:0:12}" <<<"${files[0]}"
lacks 'nor is the password in it' emulator-password "${files[0]}"
expect_output 'the log tells that it is used' 'info auth: using a token that was got before' logged ca list
refute_output 'but not what it is' "${token:0:24}" bash -c "CCM_LOG=trace '$BUILD/src/ccm' ca list 2>&1"

chmod 640 "${files[0]}"
check 'a file that others may read is not used' ccm ca list
equal 'but replaced' '600 2' "$(stat -c %a "${files[0]}") $(new_calls iam_create_token)"
jq -c '.token = "stale"' "${files[0]}" >"$TMP/stale" && cat "$TMP/stale" >"${files[0]}"
check 'a token that is refused is replaced' ccm ca list
check 'for all' ccm ca list
equal 'by one login' 3 "$(new_calls iam_create_token)"
echo '{"token":' >"${files[0]}"
check 'nonsense is none' ccm ca list
mv "${files[0]}" "$TMP/elsewhere" && ln -s "$TMP/elsewhere" "${files[0]}"
check 'a link is not followed' ccm ca list
equal 'but replaced by a file' '5 regular file' "$(new_calls iam_create_token) $(stat -c %F "${files[0]}")"
(before=$(calls iam_create_token) && pids=() && for _ in 1 2 3 4; do
	ccm logout -q && ccm ca list >/dev/null &
	pids+=($!)
done && for pid in "${pids[@]}"; do wait "$pid"; done)
check 'processes that log in at once do not disturb each other' ccm ca list
refute_output 'nothing else is left' '^\.new' ls -A "$XDG_RUNTIME_DIR/ccm"
expect_output 'logging out forgets it' 'the token is forgotten' ccm logout
expect_output 'once' 'no token was kept' ccm logout
sed -i 's/^password .*/password = wrong-password/' "$CCM_CONFIG"
expect_failure 'a wrong password' 'logging in as emulator: iam_create_token: HTTP 401' ccm login
expect_status 'has its status' 4 ccm login
write_config password
check 'the right one logs in' ccm ca list
sed -i 's/^password .*/password = wrong-password/' "$CCM_CONFIG"
expect_failure 'a wrong one gets nothing of it' 'HTTP 401: The username or password is wrong' ccm ca list
auth 'user = emulator' 'user_domain = emulator-account' 'password = emulator-password' 'scope = domain'
equal 'a token may be for the whole account' 'null emulator-account' "$(who '[.project.name, .account.name] | map(tostring) | join(" ")')"
check 'it opens as well' ccm ca list
auth 'user = emulator' 'user_domain = emulator-account' 'password = emulator-password' "project_id = $project"
equal 'or for a project by its id' eu-west-101 "$(who .project.name)"
auth 'user = emulator' 'user_domain = emulator-account' 'password = emulator-password' 'token_cache = no'
before=$(calls iam_create_token)
check 'without a cache' ccm ca list
check 'each process' ccm ca list
equal 'logs in' 2 "$(new_calls iam_create_token)"

# --- a token that is given
auth "token = $(jq -rs '.[0].token' "$XDG_RUNTIME_DIR"/ccm/token-*)"
expect_output 'a given token: who it is for' '^User: +emulator$' ccm login
check 'it opens' ccm ca list
auth 'token = nonsense'
expect_failure 'another one' 'the token has lapsed, was withdrawn, or is for another region' ccm ca list
expect_status 'does not' 4 ccm login

# --- environment and profile file
auth
env_key() { env HUAWEICLOUD_SDK_AK=EMULATORACCESSKEY000 HUAWEICLOUD_SDK_SK=emulator-secret-key "$BUILD/src/ccm" "$@"; }
stop_emulator
start_emulator --metadata-port 0
auth
expect_output 'the environment is looked at' 'From: +\$HUAWEICLOUD_SDK_AK$' env_key login
expect_output 'an identity provider is not one of ours, and that is said' \
	'warn auth: \$HUAWEICLOUD_SDK_IDP_ID: logging in by the identity provider corp is not supported' \
	env HUAWEICLOUD_SDK_IDP_ID=corp HUAWEICLOUD_SDK_ID_TOKEN_FILE=/token HUAWEICLOUD_SDK_AK=EMULATORACCESSKEY000 \
	HUAWEICLOUD_SDK_SK=emulator-secret-key "$BUILD/src/ccm" login
expect_output 'so is that of Terraform' 'From: +\$HW_USER_NAME$' env HW_USER_NAME=emulator \
	HW_DOMAIN_NAME=emulator-account HW_USER_PASSWORD=emulator-password "$BUILD/src/ccm" login
mkdir -m 700 "$HOME/.huaweicloud"
(umask 077 && printf '[global]\nak = EMULATORACCESSKEY000\nsk = emulator-secret-key\n' >"$HOME/.huaweicloud/credentials")
expect_output 'and the profile file' "From: +\[global\] of $HOME/.huaweicloud/credentials$" ccm login
expect_output 'after the environment' 'From: +\$HUAWEICLOUD_SDK_AK$' env_key login
chmod o+r "$HOME/.huaweicloud/credentials"
expect_failure 'which others may not read' "everybody may read it: chmod o= $HOME/.huaweicloud/credentials" ccm login
rm -r "$HOME/.huaweicloud"

# --- metadata
expect_output 'where nothing is configured, an ECS has its agency' "From: +$EMU_METADATA$" ccm login
also 'whose keys end' '^Valid until: .* UTC \(in 23 hours\)$'
check 'they open' ccm ca list
equal 'by a token of the metadata service' 2 "$(calls metadata_token)"
proxied() { env http_proxy=http://127.0.0.1:1 HTTP_PROXY=http://127.0.0.1:1 no_proxy= "$BUILD/src/ccm" "$@"; }
check 'no proxy comes between' proxied login
for mode in token plain; do
	stop_emulator
	rm -f "$EMU_LOG"
	start_emulator --metadata-port 0 --metadata-mode "$mode" --metadata-lifetime 5
	auth 'method = metadata'
	check "metadata, $mode" ccm ca list
	equal 'is asked for a token' 1 "$(calls metadata_token)"
	equal 'and for keys' 1 "$(calls metadata_key)"
done
stop_emulator
start_emulator --metadata-port 0 --metadata-mode none
auth 'method = metadata'
expect_failure 'no agency is told so' 'this ECS has no agency to get keys of: bind one to it' ccm login
expect_status 'with its status' 4 ccm login
