# SPDX-License-Identifier: Apache-2.0
"""Print what a dotted path of the JSON on standard input leads to: `certificates.0.status`.

Text is printed as it is, everything else as JSON. `#` is a list's length. A member that is not
there is an error.
"""

import json
import sys

value = json.load(sys.stdin)
for step in sys.argv[1].split('.') if sys.argv[1] else []:
    if step == '#':
        value = len(value)
    elif isinstance(value, list):
        value = value[int(step)]
    else:
        value = value[step]
print(value if isinstance(value, str) else json.dumps(value, separators=(',', ':')))
