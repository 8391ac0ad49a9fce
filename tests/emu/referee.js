// SPDX-License-Identifier: Apache-2.0
//
// The vendor's own SDK signs; the emulator judges. Each request goes out by the SDK's client, then as
// the SDK signed it but by our hand, and then with each signed part changed in turn.
//
// usage: NODE_EXTRA_CA_CERTS=CA-FILE node referee.js URL DOMAIN-ID PROJECT-ID, where the SDK is found
'use strict';

const https = require('https');
const core = require('@huaweicloud/huaweicloud-sdk-core');
const { HcClient } = require('@huaweicloud/huaweicloud-sdk-core/HcClient');
const { DefaultHttpClient } = require('@huaweicloud/huaweicloud-sdk-core/http/DefaultHttpClient');

const [url, domainId, projectId] = process.argv.slice(2);
const CAS = '/v1/private-certificate-authorities';
const KEY = ['EMULATORACCESSKEY000', 'emulator-secret-key'];

const body = {
  type: 'ROOT',
  key_algorithm: 'EC256',
  signature_algorithm: 'SHA256',
  distinguished_name: {
    common_name: 'Referee 根 CA', country: 'DE', state: 'Berlin', locality: 'Berlin',
    organization: 'CCM', organizational_unit: 'PKI',
  },
  validity: { type: 'YEAR', value: 10 },
};

const requests = [
  { what: 'GET', url: CAS, method: 'GET' },
  {
    what: 'GET with a query', url: CAS, method: 'GET',
    queryParams: { limit: 5, offset: 0, name: 'a b+c/d*~é', sort_dir: 'ASC' },
  },
  { what: 'POST with a body', url: CAS, method: 'POST', data: body },
];

const global = () => new core.GlobalCredentials().withAk(KEY[0]).withSk(KEY[1]);
const basic = () => new core.BasicCredentials().withAk(KEY[0]).withSk(KEY[1]);
const credentials = {
  'for the account': global().withDomainId(domainId),
  'for a project': basic().withProjectId(projectId),
  'with a temporary key': new core.GlobalCredentials().withAk('TEMPORARY').withSk('sk')
    .withSecurityToken('a/security+token=').withDomainId(domainId),
};

let failed = 0;
function claim(text, good, detail) {
  console.log(`${good ? 'ok' : 'not ok'} - ${text}${good ? '' : `: ${detail}`}`);
  failed += good ? 0 : 1;
}

// As the SDK's ClientBuilder makes it, which itself needs a package that it does not name.
function client(credential) {
  return new HcClient(new DefaultHttpClient({}, [url])).withCredential(credential)
    .withEndpoints([url]);
}

// The SDK changes what it is given, so each use gets its own.
function options(request) {
  return {
    url: request.url, method: request.method, queryParams: { ...request.queryParams },
    pathParams: {}, headers: {}, contentType: 'application/json',
    data: request.data === undefined ? undefined : JSON.parse(JSON.stringify(request.data)),
  };
}

// What the SDK would send.
async function signed(credential, request) {
  const built = await client(credential).buildRequest(options(request));
  const query = new URLSearchParams(request.queryParams || {}).toString();
  return {
    method: request.method,
    path: request.url + (query ? `?${query}` : ''),
    headers: { ...built.headers },
    body: request.data === undefined ? '' : JSON.stringify(request.data),
  };
}

function send(request) {
  return new Promise((resolve, reject) => {
    const out = https.request(url + request.path, {
      method: request.method,
      headers: { ...request.headers, 'content-length': Buffer.byteLength(request.body) },
    }, (answer) => {
      let text = '';
      answer.on('data', (part) => { text += part; });
      answer.on('end', () => resolve({ status: answer.statusCode, text }));
    });
    out.on('error', reject);
    out.end(request.body);
  });
}

// A day that is as good as any, a second later.
function later(date) {
  const second = (Number(date.slice(13, 15)) + 1) % 60;
  return date.slice(0, 13) + String(second).padStart(2, '0') + 'Z';
}

function* changes(request) {
  const names = /SignedHeaders=([^,]*)/.exec(request.headers.Authorization)[1].split(';');
  const otherMethod = request.method === 'GET' ? 'POST' : 'GET';

  yield ['the method', { ...request, method: otherMethod }];
  yield ['the path', { ...request, path: request.path.replace(CAS, '/v1/private-certificates') }];
  yield ['the query', { ...request, path: request.path.includes('?') ? request.path.replace('limit=5', 'limit=6') : `${request.path}?limit=6` }];
  yield ['the body', { ...request, body: request.body ? request.body.replace('EC256', 'EC384') : '{}' }];
  for (const name of names) {
    const spelled = Object.keys(request.headers).find((known) => known.toLowerCase() === name);
    const value = String(request.headers[spelled]);
    const changed = name === 'x-sdk-date' ? later(value) : `${value}x`;
    yield [`the header ${name}`, { ...request, headers: { ...request.headers, [spelled]: changed } }];
    const without = { ...request, headers: { ...request.headers } };
    delete without.headers[spelled];
    if (name !== 'host') // which the HTTP library adds
      yield [`the header ${name}, left out`, without];
  }
  yield ['the access key', {
    ...request,
    headers: { ...request.headers, Authorization: request.headers.Authorization.replace('Access=', 'Access=X') },
  }];
  yield ['the signature', {
    ...request,
    headers: { ...request.headers, Authorization: request.headers.Authorization.replace(/.$/, (last) => (last === '0' ? '1' : '0')) },
  }];
}

async function judge(kind, credential, request) {
  const what = `${request.what} ${kind}`;
  const own = await client(credential).sendRequest(options(request)).catch((error) => error);
  claim(`${what}: the SDK's client is let in`, own.httpStatusCode === 200, JSON.stringify(own));
  const good = await signed(credential, request);
  const first = await send(good);
  claim(`${what}: so is what it signs`, first.status === 200, first.text);
  for (const [part, changed] of changes(good)) {
    const answer = await send(changed);
    claim(`${what}: not with ${part} changed`,
      answer.status === 401 && answer.text.includes('APIGW.0301'), `${answer.status} ${answer.text}`);
    const again = await send(good); // six wrong ones in a row would lock the key
    claim(`${what}: but again as it was`, again.status === 200, again.text);
  }
}

// Without ids the SDK asks IAM for them.
async function lookUp(kind, credential, member, want) {
  const region = { id: 'eu-west-101', endpoint: url, endpoints: [url] };
  const made = client(credential.withIamEndpoint(url)).withRegion(region);
  const answer = await made.sendRequest(options(requests[0])).catch((error) => error);
  claim(`the SDK finds the id ${kind} itself`,
    answer.httpStatusCode === 200 && made.credential[member] === want, JSON.stringify(answer));
}

async function main() {
  for (const [kind, credential] of Object.entries(credentials))
    for (const request of requests)
      await judge(kind, credential, request);
  await lookUp('of the account', global(), 'domainId', domainId);
  await lookUp('of the project', basic(), 'projectId', projectId);
  process.exitCode = failed ? 1 : 0;
}

main().catch((error) => {
  console.log(`not ok - ${error.stack}`);
  process.exitCode = 1;
});
