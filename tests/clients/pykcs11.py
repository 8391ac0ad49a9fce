# SPDX-License-Identifier: Apache-2.0
"""What a Python program does with a token: look, read, sign, verify, keep objects of its own."""

import sys

import PyKCS11
from PyKCS11 import (CKA_CLASS, CKA_ID, CKA_LABEL, CKA_MODULUS, CKA_PRIVATE_EXPONENT, CKA_TOKEN,
                     CKA_VALUE, CKO_CERTIFICATE, CKO_DATA, CKO_PRIVATE_KEY, CKO_PUBLIC_KEY,
                     Mechanism, PyKCS11Error)

library = PyKCS11.PyKCS11Lib()
library.load(sys.argv[1])
assert library.getInfo().manufacturerID.strip() == 'Cloud Certificate Manager'
slots = library.getSlotList(tokenPresent=True)
assert [library.getTokenInfo(slot).label.strip() for slot in slots] == ['PCA', 'SCM']

session = library.openSession(slots[0])
labels = {o.to_dict()['CKA_LABEL'] for o in session.findObjects([(CKA_CLASS, CKO_CERTIFICATE)])}
assert {'rsa.example.com', 'ec.example.com'} < labels, labels


def find(kind, label):
    [found] = session.findObjects([(CKA_CLASS, kind), (CKA_LABEL, label)])
    return found


def refused(code, call, *arguments):
    try:
        call(*arguments)
    except PyKCS11Error as error:
        assert error.value == code, error
    else:
        raise AssertionError(f'{call.__name__} is not refused')


def signs(label, mechanism):
    signature = session.sign(find(CKO_PRIVATE_KEY, label), b'message', mechanism)
    public = find(CKO_PUBLIC_KEY, label)
    assert session.verify(public, b'message', signature, mechanism)
    assert not session.verify(public, b'another', signature, mechanism)


signs('rsa.example.com', Mechanism(PyKCS11.CKM_SHA256_RSA_PKCS))
signs('rsa.example.com', PyKCS11.RSA_PSS_Mechanism(
    PyKCS11.CKM_SHA256_RSA_PKCS_PSS, PyKCS11.CKM_SHA256, PyKCS11.CKG_MGF1_SHA256, 32))
signs('ec.example.com', Mechanism(PyKCS11.CKM_ECDSA_SHA256))

key, certificate = (find(kind, 'rsa.example.com') for kind in (CKO_PRIVATE_KEY, CKO_CERTIFICATE))
[key_id] = session.getAttributeValue(key, [CKA_ID])
assert session.getAttributeValue(certificate, [CKA_ID]) == [key_id]
assert len(session.getAttributeValue(key, [CKA_MODULUS])[0]) == 256
assert session.getAttributeValue(key, [CKA_PRIVATE_EXPONENT]) == [None]

data = session.createObject([(CKA_CLASS, CKO_DATA), (CKA_LABEL, 'own'), (CKA_VALUE, b'value')])
assert bytes(session.getAttributeValue(find(CKO_DATA, 'own'), [CKA_VALUE])[0]) == b'value'
session.destroyObject(data)
assert not session.findObjects([(CKA_CLASS, CKO_DATA)])
refused(PyKCS11.CKR_TOKEN_WRITE_PROTECTED, session.createObject,
        [(CKA_CLASS, CKO_DATA), (CKA_TOKEN, True)])
refused(PyKCS11.CKR_TOKEN_WRITE_PROTECTED, session.destroyObject, certificate)
assert len(bytes(session.generateRandom(16))) == 16

session.login('1234')
session.logout()
session.closeSession()
refused(PyKCS11.CKR_SLOT_ID_INVALID, library.openSession, 99)
