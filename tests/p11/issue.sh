# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash source=tests/support/lib.sh
# Certificates that programs have issued for keys that they made on a token.
. "${CCM_SOURCE:?}/tests/support/lib.sh"
need pkcs11-tool /usr/bin/python3
/usr/bin/python3 -c 'import PyKCS11' 2>/dev/null || skip 'there is no PyKCS11'
start_emulator
make_ca ec256
cd "$TMP"
cat >>"$CCM_CONFIG" <<-END
	[token Work]
	keys = local
	read_only = no
	[token Fixed]
	keys = local
END
p11() { tool pkcs11-tool --module "$MODULE" --token-label Work "$@"; }
ask() { tool /usr/bin/python3 "$CCM_SOURCE/tests/p11/issue.py" "$MODULE" "$@"; }
count() { ccm cert list --json | grep -c '"certificate_id"'; }

check 'a key is made' p11 --keypairgen --key-type EC:prime256v1 --id 01 --label web.example.com
expect_output 'a certificate is issued for it, with its id' '^id 01 label .*web.example.com' \
	ask Work "issuer=$SUB_NAME" id=01 label=web.example.com 'san=DNS:web.example.com\nIP:192.0.2.1' usage=digitalSignature purpose=serverAuth
openssl_ccm x509 -in 'ccm:token=Work;object=web.example.com;type=cert' -noout -text >web.txt
expect_output 'with the names' 'DNS:web.example.com, IP Address:192.0.2.1' cat web.txt
also 'the usages' 'TLS Web Server Authentication'
echo data >data.txt

expect_output 'it is found by the id' 'label: +web.example.com' p11 --list-objects --type cert --id 01

# A lost answer
p11 --keypairgen --key-type EC:prime256v1 --id 02 --label lost.example.com >made.out 2>&1
fault pca_issue_certificate_by_csr:lost:1
expect_output 'what was issued is found when the answer is lost' '^id 02 label' ask Work "issuer=$SUB_NAME" id=02 label=lost.example.com
p11 --keypairgen --key-type EC:prime256v1 --id 03 --label late.example.com >made.out 2>&1
fault --clear pca_issue_certificate_by_csr:lost:1 'pca_list_certificates:status=503:20'
expect_failure 'and when it cannot be looked for' CKR_ ask Work "issuer=$SUB_NAME" id=03 label=late.example.com
fault --clear
expect_output 'the same call adopts it' '^id 03 label' ask Work "issuer=$SUB_NAME" id=03 label=late.example.com
equal 'each is there once' 3 "$(count)"

# What is refused, and how
expect_failure 'an unknown issuer' CKR_ATTRIBUTE_VALUE_INVALID ask Work 'issuer=No Such CA' id=01 label=x
expect_failure 'a key that is not there' CKR_ATTRIBUTE_VALUE_INVALID ask Work "issuer=$SUB_NAME" id=99 label=x
expect_failure 'no key at all' CKR_TEMPLATE_INCOMPLETE ask Work "issuer=$SUB_NAME" label=x
expect_failure 'no name' CKR_ATTRIBUTE_VALUE_INVALID ask Work "issuer=$SUB_NAME" id=01
expect_failure 'an end that is past' CKR_ATTRIBUTE_VALUE_INVALID ask Work "issuer=$SUB_NAME" id=01 label=x end=20200101
expect_failure 'a day that there is not' CKR_ATTRIBUTE_VALUE_INVALID ask Work "issuer=$SUB_NAME" id=01 label=x end=20990230
expect_failure 'a purpose that there is not' CKR_ATTRIBUTE_VALUE_INVALID ask Work "issuer=$SUB_NAME" id=01 label=x purpose=everything
expect_failure 'a value as well' CKR_ATTRIBUTE_READ_ONLY ask Work "issuer=$SUB_NAME" id=01 label=x value=y
expect_failure 'a token that is not written to' CKR_TOKEN_WRITE_PROTECTED ask Fixed "issuer=$SUB_NAME" id=01 label=x
equal 'nothing was issued by that' 3 "$(count)"
ccm ca disable "$SUB_NAME" >disabled.out
expect_failure 'a CA that is disabled, which the token does not show' CKR_ATTRIBUTE_VALUE_INVALID ask Work "issuer=$SUB_NAME" id=01 label=x
stop_emulator
