// SPDX-License-Identifier: Apache-2.0
//
// What programs for Node.js do with a token: pkcs11js call by call, graphene-pk11 by objects.
// usage: node npm.js MODULE
'use strict';
const assert = require('assert');
const crypto = require('crypto');
const pkcs11js = require('pkcs11js');
const graphene = require('graphene-pk11');

const path = process.argv[2];
const message = Buffer.from('message');
const mechanisms = {
	'rsa.example.com': {id: pkcs11js.CKM_SHA256_RSA_PKCS, name: 'SHA256_RSA_PKCS'},
	'ec.example.com': {id: pkcs11js.CKM_ECDSA_SHA256, name: 'ECDSA_SHA256'},
};

function verify(certificate, signature) {
	const key = new crypto.X509Certificate(certificate).publicKey;

	assert(crypto.verify('sha256', message, {key, dsaEncoding: 'ieee-p1363'}, signature));
}

function find(p11, session, objectClass, label) {
	p11.C_FindObjectsInit(session, [
		{type: pkcs11js.CKA_CLASS, value: objectClass}, {type: pkcs11js.CKA_LABEL, value: label}]);
	const [object] = p11.C_FindObjects(session, 2);
	p11.C_FindObjectsFinal(session);
	return object;
}

function withCalls() {
	const p11 = new pkcs11js.PKCS11();

	p11.load(path);
	p11.C_Initialize();
	assert.match(p11.C_GetInfo().manufacturerID, /^Cloud Certificate Manager/);
	const slot = p11.C_GetSlotList(true)[0];
	assert.strictEqual(p11.C_GetTokenInfo(slot).label.trim(), 'PCA');
	const session = p11.C_OpenSession(slot, pkcs11js.CKF_SERIAL_SESSION);
	for (const label in mechanisms) {
		const certificate = find(p11, session, pkcs11js.CKO_CERTIFICATE, label);
		const key = find(p11, session, pkcs11js.CKO_PRIVATE_KEY, label);
		const value = p11.C_GetAttributeValue(session, certificate, [{type: pkcs11js.CKA_VALUE}])[0].value;

		p11.C_SignInit(session, {mechanism: mechanisms[label].id}, key);
		verify(value, p11.C_Sign(session, message, Buffer.alloc(512)));
		assert.throws(() => p11.C_GetAttributeValue(session, key, [{type: pkcs11js.CKA_PRIVATE_EXPONENT}]));
	}
	p11.C_CloseSession(session);
	p11.C_Finalize();
	p11.close();
	console.log('pkcs11js: done');
}

function withObjects() {
	const module = graphene.Module.load(path, 'CCM');

	module.initialize();
	const session = module.getSlots(0).open();
	for (const label in mechanisms) {
		const certificate = session.find({class: graphene.ObjectClass.CERTIFICATE, label}).items(0)
			.toType();
		const key = session.find({class: graphene.ObjectClass.PRIVATE_KEY, label}).items(0).toType();

		assert.deepStrictEqual(certificate.id, key.id);
		verify(certificate.value, session.createSign(mechanisms[label].name, key).once(message));
	}
	session.close();
	module.finalize();
	console.log('graphene-pk11: done');
}

withCalls();
withObjects();
