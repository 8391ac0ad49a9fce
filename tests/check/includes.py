# SPDX-License-Identifier: Apache-2.0
"""Includes point down only (design 2), and each third-party header has one home."""

import re

from source import Tree, line_at

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*[<"]([^>"]+)[>"]', re.MULTILINE)

# What each layer may include besides itself and the public headers: folders, or single headers.
BELOW = {
    'core': (),
    'cloud': ('core/',),
    'store': ('core/',),
    'key': ('core/',),
    'model': ('core/', 'cloud/', 'store/', 'key/'),
    'p11': ('core/', 'key/', 'model/'),
    'prov': ('core/', 'key/', 'model/'),
    'cli': ('core/', 'cloud/', 'store/', 'key/', 'model/'),
    'lib': ('core/', 'cloud/'),
    'emu': ('core/', 'cloud/operations.h', 'cloud/sign.h', 'key/keystore.h'),
}
# Translating is all that these do.
NEVER = {'p11': ('core/json.h',), 'prov': ('core/json.h',)}

# (header, where it is at home, whether in one file only)
HOMES = (
    (r'curl/', r'src/cloud/(http_curl|libcurl)\.c', False),
    (r'(cjson/)?cJSON', r'src/core/json\.c', True),
    (r'sqlite3\.h', r'src/store/', False),
    (r'sqlite3\.h', r'src/emu/', True),
    (r'microhttpd\.h', r'src/emu/', True),
    (r'zip(conf)?\.h', r'src/emu/archive\.c', True),
    (r'(p11-kit(-1)?/)?(p11-kit|pkcs11|uri|pin|iter|deprecated|remote)\w*\.h',
     r'src/(p11|key)/|include/ccm/pkcs11\.h', False),
    (r'openssl/core(_dispatch|_object)?\.h', r'src/prov/', False),
    (r'openssl/core_names\.h', r'src/(prov|p11|key|model|emu|core)/', False),
)

tree = Tree()
homes = {}


def check_direction(name, line, header):
    layer = name.parts[1] if name.parts[0] == 'src' else name.parts[0]
    target = header.split('/')[0]
    if target not in BELOW or '/' not in header or target == layer:
        return
    if layer == 'include':
        tree.wrong(name, line, f'a public header includes the internal {header}')
    elif layer in BELOW and (not header.startswith(BELOW[layer]) or header in NEVER.get(layer, ())):
        tree.wrong(name, line, f'{layer} includes {header}')


def check_home(name, line, header):
    rules = [rule for rule in HOMES if re.match(rule[0], header)]
    ours = [rule for rule in rules if re.match(rule[1], str(name))]
    if rules and not ours:
        where = ' or '.join(rule[1].replace('\\', '') for rule in rules)
        tree.wrong(name, line, f'{header} is at home in {where}')
    for rule in ours:
        if rule[2]:
            homes.setdefault((rule[0], rule[1]), {}).setdefault(name, line)


for name in tree.files('.c', '.h', under=('src', 'include')):
    text = tree.text(name)
    for include in INCLUDE.finditer(text):
        line = line_at(text, include.start())
        header = include[1]
        if header.startswith('.'):
            tree.wrong(name, line, f'{header} is named from here, not from src/')
        elif (tree.root / 'include' / header).exists():
            continue
        else:
            check_direction(name, line, header)
            if not (tree.root / 'src' / header).exists():
                check_home(name, line, header)
for files in homes.values():
    first = min(files)
    for name, line in files.items():
        if name != first:
            tree.wrong(name, line, f'one file includes this header, and that is {first}')
tree.finish()
