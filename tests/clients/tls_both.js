// SPDX-License-Identifier: Apache-2.0
// Server and client: tls_both.js VERSION FIRST SECOND ROOT. Both have FIRST.crt and FIRST.key, and the
// server SECOND from the middle on. Each demands the other's certificate.
'use strict';
const fs = require('fs');
const tls = require('tls');

const [version, first, second, root] = process.argv.slice(2);
const COUNT = 100;
const ca = fs.readFileSync(root);
const pair = (name) => ({ ca, cert: fs.readFileSync(name + '.crt'), key: fs.readFileSync(name + '.key') });
const versions = { minVersion: 'TLSv' + version, maxVersion: 'TLSv' + version };

const server = tls.createServer({ ...pair(first), ...versions, requestCert: true }, (socket) => {
	socket.on('error', () => {});
	socket.end(socket.getPeerCertificate().subject.CN);
});

const secureContext = tls.createSecureContext({ ...pair(first), ...versions });
const connect = (port) => new Promise((resolve, reject) => {
	let said = '';
	const socket = tls.connect({ port, host: '127.0.0.1', servername: 'www.example.com', secureContext });
	let type;
	socket.on('secureConnect', () => { type = socket.getPeerCertificate().modulus ? 'RSA' : 'EC'; });
	socket.on('data', (data) => { said += data; });
	socket.on('error', reject);
	socket.on('close', () => (said === 'www.example.com' ? resolve(type) : reject(new Error(`it said "${said}"`))));
});

server.listen(0, '127.0.0.1', async () => {
	const types = new Set();
	for (let i = 0; i < COUNT; i++) {
		if (i === COUNT / 2)
			server.setSecureContext({ ...pair(second), ...versions });
		types.add(await connect(server.address().port));
	}
	server.close();
	console.log(`${COUNT} connections ${[...types].sort().join(' ')}`);
});
process.on('unhandledRejection', (error) => { console.error(error); process.exit(1); });
