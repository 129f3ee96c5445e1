"""Verifies a receipt offline: leaf, inclusion and checkpoint signature, from the published formats alone.

usage: verify_receipt.py VKEY LEAF PROOF     (files hold the leaf's bytes and the .tlog-proof)

It shares no code with this project: RFC 6962 hashing, C2SP signed-note, tlog-checkpoint and tlog-proof are written
out here, and Ed25519 comes from the `cryptography` package. Prints {"index", "size", "leaf_hash", "origin"} and
exits 0, or prints why not and exits 1.
"""

import base64
import hashlib
import json
import pathlib
import sys

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


class Refused(Exception):
    pass


def demand(condition, why):
    if not condition:
        raise Refused(why)


def decoded(text):
    return base64.b64decode(text, validate=True)


def node(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_from(index, size, leaf_hash, path):
    """RFC 9162, section 2.1.3.2."""
    demand(index < size, "the index is outside the tree")
    fn, sn, found = index, size - 1, leaf_hash
    for sibling in path:
        demand(sn != 0, "the proof is too long")
        if fn & 1 or fn == sn:
            found = node(sibling, found)
            while fn and not fn & 1:
                fn >>= 1
                sn >>= 1
        else:
            found = node(found, sibling)
        fn >>= 1
        sn >>= 1
    demand(sn == 0, "the proof is too short")
    return found


def checkpoint(note, vkey):
    """The body of a signed note whose signature by this key holds."""
    name, key_id, encoded = vkey.split("+", 2)
    key = decoded(encoded)
    demand(key[0] == 1, "the key is not Ed25519")
    demand(hashlib.sha256(name.encode() + b"\n" + key).digest()[:4].hex() == key_id, "the key id is wrong")
    split = note.rindex("\n\n") + 1
    text, signatures = note[:split], note[split + 1 :]
    verified = False
    for line in signatures.splitlines():
        dash, signer, blob = line.split(" ")
        demand(dash == "\u2014", "a signature line begins otherwise")
        blob = decoded(blob)
        if signer != name or blob[:4].hex() != key_id:
            continue
        try:
            Ed25519PublicKey.from_public_bytes(key[1:]).verify(blob[4:], text.encode())
        except InvalidSignature:
            raise Refused("the checkpoint's signature does not hold") from None
        verified = True
    demand(verified, "the checkpoint has no signature of this key")
    origin, size, root = text.split("\n")[:3]
    demand(origin == name, "the checkpoint is another log's")
    demand(size == str(int(size)), "the size is written in another way")
    return origin, int(size), decoded(root)


def verify(vkey, leaf, proof):
    head, _, note = proof.partition("\n\n")
    lines = head.split("\n")
    demand(lines.pop(0) == "c2sp.org/tlog-proof@v1", "this is no proof")
    if lines[0].startswith("extra "):
        lines.pop(0)
    word, index = lines.pop(0).split(" ")
    demand(word == "index", "there is no index")
    origin, size, root = checkpoint(note, vkey)
    leaf_hash = hashlib.sha256(b"\x00" + leaf).digest()
    path = [decoded(line) for line in lines]
    demand(all(len(sibling) == 32 for sibling in path), "a hash has another length")
    demand(root_from(int(index), size, leaf_hash, path) == root, "the leaf is not in the tree")
    return {"index": int(index), "size": size, "leaf_hash": leaf_hash.hex(), "origin": origin}


def main(vkey, leaf, proof):
    try:
        print(json.dumps(verify(vkey, pathlib.Path(leaf).read_bytes(), pathlib.Path(proof).read_text())))
    except (Refused, ValueError) as error:
        print(error)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
