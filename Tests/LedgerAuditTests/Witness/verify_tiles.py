"""Verifies a static tile tree with aics-tlog, an implementation of C2SP tlog-tiles and signed-note that is not ours.

usage: verify_tiles.py FOLDER VKEY

Prints {"origin", "size", "tiles", "bundles"} and exits 0, or prints why not and exits 1.
"""

import json
import pathlib
import sys

import aics_tlog


def main(folder, vkey):
    note = aics_tlog.parse_note((pathlib.Path(folder) / "checkpoint").read_text())
    key = aics_tlog.parse_vkey(vkey)
    signed = aics_tlog.verify_checkpoint(note, key, expected_origin=key.name)
    if not signed.ok:
        print("the checkpoint does not hold")
        return 1
    checkpoint = aics_tlog.parse_checkpoint(note.text)
    try:
        report = aics_tlog.audit_tiles(aics_tlog.FileSystemTileReader(folder), checkpoint.size, checkpoint.root)
    except (aics_tlog.TileMissingError, aics_tlog.TileVerificationError) as error:
        print(f"{type(error).__name__}: {error}")
        return 1
    print(json.dumps({"origin": checkpoint.origin, "size": checkpoint.size, "tiles": report.tiles, "bundles": report.bundles}))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
