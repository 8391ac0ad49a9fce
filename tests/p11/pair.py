# SPDX-License-Identifier: Apache-2.0
"""An SM2 pair as a program sees it that knows its ids alone: module, uuid, file of what is sealed."""

import pathlib
import sys
import uuid

import PyKCS11
from PyKCS11 import (CKA_CLASS, CKA_DECRYPT, CKA_ENCRYPT, CKA_ID, CKA_LABEL, CKA_SIGN,
                     CKA_UNIQUE_ID, CKA_VALUE, CKA_VERIFY, CKO_CERTIFICATE, CKO_PRIVATE_KEY,
                     CKO_PUBLIC_KEY, Mechanism, PyKCS11Error)

CKM_CCM_SM2, CKM_CCM_SM2_SM3 = 0xC3434D01, 0xC3434D02

library = PyKCS11.PyKCS11Lib()
library.load(sys.argv[1])
session = library.openSession(library.getSlotList(tokenPresent=True)[0])
first = uuid.UUID(sys.argv[2]).bytes
second = first + b'e'
sealed = pathlib.Path(sys.argv[3]).read_bytes()


def find(kind, key_id):
    [found] = session.findObjects([(CKA_CLASS, kind), (CKA_ID, key_id)])
    return found


def read(handle, *attributes):
    return [bytes(v) if isinstance(v, (tuple, list)) else v
            for v in session.getAttributeValue(handle, attributes)]


def refused(code, call, *arguments):
    try:
        call(*arguments)
    except PyKCS11Error as error:
        assert error.value == code, error
    else:
        raise AssertionError(f'{call.__name__} is not refused')


# --- two of each, with one label, the one that signs first
for kind in CKO_CERTIFICATE, CKO_PRIVATE_KEY, CKO_PUBLIC_KEY:
    named = session.findObjects([(CKA_CLASS, kind), (CKA_LABEL, 'pair.example.com')])
    assert [read(o, CKA_ID)[0] for o in named] == [first, second], named
    assert [o.value() for o in named] == [find(kind, i).value() for i in (first, second)]
    assert len({read(o, CKA_UNIQUE_ID)[0] for o in named}) == 2
for key_id in first, second:
    pathlib.Path(f'{len(key_id)}.der').write_bytes(
        read(find(CKO_CERTIFICATE, key_id), CKA_VALUE)[0])
assert not session.findObjects([(CKA_ID, first + b'f')])
assert not session.findObjects([(CKA_ID, second + b'e')])

# --- each has its use, and no other
for key_id, signs in (first, True), (second, False):
    assert read(find(CKO_PRIVATE_KEY, key_id), CKA_SIGN, CKA_DECRYPT) == [signs, not signs]
    assert read(find(CKO_PUBLIC_KEY, key_id), CKA_VERIFY, CKA_ENCRYPT) == [signs, not signs]
[found] = session.findObjects([(CKA_CLASS, CKO_PRIVATE_KEY), (CKA_DECRYPT, True)])
assert read(found, CKA_ID) == [second]

key, public = find(CKO_PRIVATE_KEY, first), find(CKO_PUBLIC_KEY, first)
signature = session.sign(key, b'message', Mechanism(CKM_CCM_SM2_SM3))
assert session.verify(public, b'message', signature, Mechanism(CKM_CCM_SM2_SM3))
assert not session.verify(public, b'another', signature, Mechanism(CKM_CCM_SM2_SM3))
refused(PyKCS11.CKR_KEY_FUNCTION_NOT_PERMITTED, session.decrypt, key, sealed,
        Mechanism(CKM_CCM_SM2))

key, public = find(CKO_PRIVATE_KEY, second), find(CKO_PUBLIC_KEY, second)
assert bytes(session.decrypt(key, sealed, Mechanism(CKM_CCM_SM2))) == b'what is sealed\n'
again = session.encrypt(public, b'to oneself', Mechanism(CKM_CCM_SM2))
assert bytes(session.decrypt(key, bytes(again), Mechanism(CKM_CCM_SM2))) == b'to oneself'
refused(PyKCS11.CKR_KEY_FUNCTION_NOT_PERMITTED, session.sign, key, b'message',
        Mechanism(CKM_CCM_SM2_SM3))
