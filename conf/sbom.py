#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""sbom.py VERSION NAME=VERSION=LICENCE... : what the products are made of, as SPDX 2.3 in JSON."""

import datetime
import hashlib
import json
import os
import sys

NOWHERE = 'NOASSERTION'


def package(name, version, licence):
    return {
        'SPDXID': f'SPDXRef-{name}',
        'name': name,
        'versionInfo': version,
        'downloadLocation': NOWHERE,
        'filesAnalyzed': False,
        'licenseConcluded': licence,
        'licenseDeclared': licence,
        'copyrightText': NOWHERE,
    }


def relation(element, kind, related):
    return {'spdxElementId': element, 'relationshipType': kind, 'relatedSpdxElement': related}


def document(version, parts):
    ours = package('ccm', version, 'Apache-2.0')
    packages = [ours] + [package(*part) for part in parts]
    # Reproducible (reproducible-builds.org): the time is the source's where it is given, and the
    # namespace is unique to what is in here.
    seconds = int(os.environ.get('SOURCE_DATE_EPOCH', datetime.datetime.now().timestamp()))
    created = datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc)
    digest = hashlib.sha256(json.dumps([packages, seconds]).encode()).hexdigest()
    return {
        'spdxVersion': 'SPDX-2.3',
        'dataLicense': 'CC0-1.0',
        'SPDXID': 'SPDXRef-DOCUMENT',
        'name': f'ccm-{version}',
        'documentNamespace': f'https://spdx.org/spdxdocs/ccm-{version}-{digest}',
        'creationInfo': {
            'created': created.strftime('%Y-%m-%dT%H:%M:%SZ'),
            'creators': [f'Tool: ccm-{version}-sbom.py'],
        },
        'packages': packages,
        'relationships': [relation('SPDXRef-DOCUMENT', 'DESCRIBES', ours['SPDXID'])]
        + [relation(ours['SPDXID'], 'DEPENDS_ON', part['SPDXID']) for part in packages[1:]],
    }


json.dump(document(sys.argv[1], [part.split('=') for part in sys.argv[2:]]), sys.stdout, indent=2)
print()
