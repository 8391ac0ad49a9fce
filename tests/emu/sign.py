# SPDX-License-Identifier: Apache-2.0
"""An SDK-HMAC-SHA256 signer of its own (spec/huawei-auth.md 1.1), to check the emulator's with.

Prints a curl configuration: the URL and the headers. With --print-canonical, the canonical request
in the form that the gateway shows it in.
"""

import argparse
import datetime
import hashlib
import hmac
import urllib.parse


def quote(text):
    return urllib.parse.quote(text, safe='-_.~')


def canonical_query(query):
    pairs = urllib.parse.parse_qsl(query, keep_blank_values=True)
    return '&'.join(f'{quote(name)}={quote(value)}' for name, value in sorted(pairs))


def canonical_path(path):
    encoded = '/'.join(quote(part) for part in urllib.parse.unquote(path).split('/'))
    return encoded if encoded.endswith('/') else encoded + '/'


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('method')
    parser.add_argument('url')
    parser.add_argument('--body', default='')
    parser.add_argument('--body-file')
    parser.add_argument('--access-key', default='EMULATORACCESSKEY000')
    parser.add_argument('--secret-key', default='emulator-secret-key')
    parser.add_argument('--ahead', type=int, default=0, help='seconds that the clock is ahead')
    parser.add_argument('--hash', default='sha256', choices=['sha256', 'sm3'])
    parser.add_argument('--payload', help='X-Sdk-Content-Sha256 to send')
    parser.add_argument('--header', action='append', default=[], help='NAME:VALUE, signed too')
    parser.add_argument('--unsigned-host', action='store_true')
    parser.add_argument('--print-canonical', action='store_true')
    args = parser.parse_args()

    body = args.body.encode()
    if args.body_file:
        with open(args.body_file, 'rb') as file:
            body = file.read()
    digest = lambda data: hashlib.new(args.hash, data)
    now = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=args.ahead)
    url = urllib.parse.urlsplit(args.url)
    headers = dict(pair.split(':', 1) for pair in args.header)
    headers['X-Sdk-Date'] = now.strftime('%Y%m%dT%H%M%SZ')
    if args.payload:
        headers['X-Sdk-Content-Sha256'] = args.payload
    signed = {name.lower(): value.strip() for name, value in headers.items()}
    if not args.unsigned_host:
        signed['host'] = url.netloc

    names = ';'.join(sorted(signed))
    canonical = '\n'.join([
        args.method, canonical_path(url.path), canonical_query(url.query),
        ''.join(f'{name}:{signed[name]}\n' for name in sorted(signed)), names,
        args.payload or digest(body).hexdigest()])
    if args.print_canonical:
        print(canonical.replace('\n', '|'))
        return

    algorithm = f'SDK-HMAC-{args.hash.upper()}'
    text = '\n'.join([algorithm, headers['X-Sdk-Date'], digest(canonical.encode()).hexdigest()])
    signature = hmac.new(args.secret_key.encode(), text.encode(), args.hash).hexdigest()
    headers['Authorization'] = (
        f'{algorithm} Access={args.access_key}, SignedHeaders={names}, Signature={signature}')
    print(f'url = "{args.url}"\nrequest = "{args.method}"')
    for name, value in headers.items():
        print(f'header = "{name}: {value}"')


main()
