# SPDX-License-Identifier: Apache-2.0
"""The limits of style.md, rule 4. A function's length is counted from its name's line."""

import json
import re
import statistics
import subprocess
import sys

from source import Tree

FILE = {'.c': 500, '.h': 200}
LINES, PARAMETERS, NESTING = 80, 5, 3

# The block braces; those of an initializer follow `=`, `,`, `(`, another of them, or a cast's `)`.
BRACE = re.compile(r'(?P<initializer>[=,(]\s*\{|\)\{|\[\]\s*\{)|(?P<open>\{)|(?P<close>\})')


def functions(tree, names):
    """What universal-ctags sees: dictionaries with name, path, line, end, signature."""
    output = subprocess.run(
        ['ctags', '--languages=C', '--langmap=C:+.h', '--kinds-C=f', '--fields=+neS',
         '--output-format=json', '-o', '-', *map(str, names)],
        cwd=tree.root, check=True, capture_output=True, text=True).stdout
    return [json.loads(line) for line in output.splitlines()]


def parameter_count(signature):
    """Commas outside of inner parentheses, those of a function pointer's parameters."""
    inner = signature[1:-1]
    while (flat := re.sub(r'\([^()]*\)', '', inner)) != inner:
        inner = flat
    return 0 if inner.strip() in ('', 'void') else inner.count(',') + 1


def nesting(body):
    """How deep blocks lie inside of the outermost one."""
    depth = deepest = 0
    stack = []
    for brace in BRACE.finditer(body):
        if brace['close']:
            depth -= stack.pop() if stack else 0
        else:
            inside_initializer = bool(stack) and not stack[-1]
            block = 0 if brace['initializer'] or inside_initializer else 1
            stack.append(block)
            depth += block
            deepest = max(deepest, depth)
    return deepest - 1


def foreign_signature(function, code):
    """A PKCS#11 entry point, or a callback: its name is used as a value, its shape is given."""
    name = re.escape(function['name'])
    return function['name'].startswith('C_') or re.search(rf'\b{name}\b(?!\s*\()', code)


tree = Tree()
names = list(tree.files(*FILE))
sources = {str(name): tree.code(name) for name in names}
for name in names:
    length, limit = len(tree.text(name).splitlines()), FILE[name.suffix]
    if length > limit:
        tree.wrong(name, limit + 1, f'{length} lines, at most {limit}')

lengths = []
for function in functions(tree, names) if names else []:
    name, line = function['path'], function['line']
    code, lines = sources[name], function['end'] - line + 1
    what = f'{function["name"]}: '
    if name.startswith('src/'):
        lengths.append(lines)
    if lines > LINES:
        tree.wrong(name, line, what + f'{lines} lines, at most {LINES}')
    parameters = parameter_count(function.get('signature', '()'))
    if parameters > PARAMETERS and not foreign_signature(function, code):
        tree.wrong(name, line, what + f'{parameters} parameters, at most {PARAMETERS}')
    depth = nesting('\n'.join(code.split('\n')[line - 1:function['end']]))
    if depth > NESTING:
        tree.wrong(name, line, what + f'{depth} levels of nesting, at most {NESTING}')
if len(lengths) > 1:
    p90 = statistics.quantiles(lengths, n=10)[-1]
    print(f'{len(lengths)} functions in src: median {statistics.median(lengths):.0f} lines, '
          f'p90 {p90:.0f}, max {max(lengths)}', file=sys.stderr)
tree.finish()
