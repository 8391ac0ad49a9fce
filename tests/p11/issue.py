# SPDX-License-Identifier: Apache-2.0
"""Issue by C_CreateObject: MODULE TOKEN, then lines `NAME=VALUE` of attributes; prints the CKR or the id."""
import sys

import PyKCS11
from PyKCS11 import LowLevel as ck

BASE = ck.CKA_VENDOR_DEFINED | 0x43434D00
NAMES = {"issuer": BASE + 0x0B, "san": BASE + 0x0C, "usage": BASE + 0x0D, "purpose": BASE + 0x0E,
         "label": ck.CKA_LABEL, "id": ck.CKA_ID, "end": ck.CKA_END_DATE, "value": ck.CKA_VALUE,
         "status": BASE + 0x03}


def value_of(name, text):
    if name == "label":
        return text
    return bytes.fromhex(text) if name == "id" else text.replace("\\n", "\n").encode()


def main():
    module, label, *attributes = sys.argv[1:]
    lib = PyKCS11.PyKCS11Lib()
    lib.load(module)
    slot = next(s for s in lib.getSlotList() if lib.getTokenInfo(s).label.strip() == label)
    session = lib.openSession(slot, ck.CKF_SERIAL_SESSION | ck.CKF_RW_SESSION)
    template = [(ck.CKA_CLASS, ck.CKO_CERTIFICATE), (ck.CKA_CERTIFICATE_TYPE, ck.CKC_X_509),
                (ck.CKA_TOKEN, True)]
    for attribute in attributes:
        name, text = attribute.split("=", 1)
        template.append((NAMES[name], value_of(name, text)))
    made = session.createObject(template)
    key_id, shown = session.getAttributeValue(made, [ck.CKA_ID, ck.CKA_LABEL])
    print("id", bytes(key_id).hex(), "label", shown)


try:
    main()
except PyKCS11.PyKCS11Error as error:
    print(error)
    sys.exit(1)
