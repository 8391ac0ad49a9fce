# SPDX-License-Identifier: Apache-2.0
"""The C files of a source tree, and their text without comments and literals."""

import re
import sys
from pathlib import Path

BAD = Path('tests/check/bad')  # what the checks must refuse, see checks_test.sh

# One alternative matches at each place, so that a quote in a comment opens no literal.
NOISE = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.DOTALL)


class Tree:
    """Collects what is wrong with a tree; exit status 1 when there is anything."""

    def __init__(self):
        self.root = Path(sys.argv[1] if len(sys.argv) > 1 else '.')
        self.problems = []

    def files(self, *suffixes, under=('src', 'include', 'tests')):
        for folder in under:
            for path in sorted((self.root / folder).rglob('*')):
                name = path.relative_to(self.root)
                if path.suffix in suffixes and BAD not in name.parents:
                    yield name

    def text(self, name):
        return (self.root / name).read_text()

    def code(self, name):
        """Comments and literals become blanks: lines and columns stay what they are."""
        return NOISE.sub(lambda m: re.sub(r'[^\n]', ' ', m[0]), self.text(name))

    def wrong(self, name, line, message):
        self.problems.append((str(name), line, message))

    def finish(self):
        for name, line, message in sorted(self.problems):
            print(f'{name}:{line}: {message}')
        sys.exit(1 if self.problems else 0)


def line_at(text, offset):
    return text.count('\n', 0, offset) + 1
