# SPDX-License-Identifier: Apache-2.0
"""Each source file says its licence: C in the first line, scripts in the first two."""

from pathlib import Path

from source import Tree

LICENCE = 'SPDX-License-Identifier: Apache-2.0'

tree = Tree()
for name in tree.files('.c', '.h'):
    if not tree.text(name).startswith(f'/* {LICENCE} */\n'):
        tree.wrong(name, 1, f'the first line is not /* {LICENCE} */')
scripts = [*tree.files('.sh', '.py'), *(Path(p) for p in ('quickstart', 'tests/run', '.ci/run'))]
for name in scripts:
    if (tree.root / name).exists() and f'# {LICENCE}' not in tree.text(name).split('\n')[:2]:
        tree.wrong(name, 1, f'no line # {LICENCE} at the top')
tree.finish()
