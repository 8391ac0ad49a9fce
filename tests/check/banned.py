# SPDX-License-Identifier: Apache-2.0
"""Calls that nobody makes here, allocation outside of src/core/mem.c, and test scripts that go on
when lib.sh is not found: without $TMP they would write to the root directory."""

import re

from source import Tree, line_at

ALWAYS = {
    'strcpy': 'snprintf or ccm_buf_append', 'strcat': 'ccm_buf_append', 'sprintf': 'snprintf',
    'vsprintf': 'vsnprintf', 'gets': 'fgets', 'strtok': 'strtok_r or strcspn',
    'atoi': 'strtol', 'alloca': 'ccm_alloc',
}
ALLOCATION = ('malloc', 'calloc', 'realloc', 'free', 'strdup')
MEMORY = 'src/core/mem.c'

CALL = re.compile(r'(?<![\w.])(?<!->)(' + '|'.join([*ALWAYS, *ALLOCATION]) + r')\s*\(')

tree = Tree()
for name in tree.files('.c', '.h'):
    code = tree.code(name)
    ours = name.parts[0] != 'tests' and str(name) != MEMORY
    for call in CALL.finditer(code):
        what = call[1]
        if what in ALWAYS:
            tree.wrong(name, line_at(code, call.start()), f'{what} is banned, use {ALWAYS[what]}')
        elif ours:
            tree.wrong(name, line_at(code, call.start()), f'{what} outside of {MEMORY}')
for name in tree.files('.sh', under=('tests',)):
    text = tree.text(name)
    for line in re.finditer(r'^\. "\$CCM_SOURCE/', text, re.MULTILINE):
        tree.wrong(name, line_at(text, line.start()), 'write ${CCM_SOURCE:?}, which ends the script')
tree.finish()
