"""Verifies receipts and consistency proofs with aics-tlog, whose RFC 9162 and signed-note code is not ours.

usage: verify_proofs.py FOLDER VKEY

For each `NAME.tlog-proof` in the folder there is its event's `NAME.leaf`; each `NAME.consistency` is JSON as `authaudit
prove --consistency --format json` prints it. Prints {"receipts", "consistent"} and exits 0, or what does not hold and 1.
"""

import base64
import json
import pathlib
import sys

import aics_tlog


def receipt_holds(proof, leaf, key):
    head, _, note = proof.partition("\n\n")
    kind, index, *hashes = head.split("\n")
    signed = aics_tlog.verify_checkpoint(aics_tlog.parse_note(note), key, expected_origin=key.name)
    checkpoint = aics_tlog.parse_checkpoint(aics_tlog.parse_note(note).text)
    path = [base64.b64decode(text, validate=True) for text in hashes]
    return (
        kind == "c2sp.org/tlog-proof@v1"
        and signed.ok
        and aics_tlog.verify_leaf_inclusion(leaf, int(index.split(" ")[1]), checkpoint.size, path, checkpoint.root)
    )


def is_consistent(proof):
    return aics_tlog.verify_consistency(
        proof["old_size"],
        proof["new_size"],
        bytes.fromhex(proof["old_root"]),
        bytes.fromhex(proof["new_root"]),
        [base64.b64decode(text, validate=True) for text in proof["proof"]],
    )


def main(folder, vkey):
    folder, key = pathlib.Path(folder), aics_tlog.parse_vkey(vkey)
    receipts, proofs = sorted(folder.glob("*.tlog-proof")), sorted(folder.glob("*.consistency"))
    wrong = [file.name for file in receipts if not receipt_holds(file.read_text(), file.with_suffix(".leaf").read_bytes(), key)]
    wrong += [file.name for file in proofs if not is_consistent(json.loads(file.read_text()))]
    print(json.dumps({"receipts": len(receipts), "consistent": len(proofs)}) if not wrong else f"wrong: {wrong}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
