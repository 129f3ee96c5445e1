"""Changes bytes of an evidence pack and demands that its verifier refuses each change.

usage: mutate_pack.py VERIFIER PACK VKEY MUTANTS SEED

The verifier is the file's, whole, and works on copies in memory. Half of the mutants come with a manifest and digest that
fit them, where the file is one that the log's signature covers: a digest alone must not be what refuses them. Prints
{"mutants", "repaired", "accepted"} and exits 0 if the pack itself holds and no mutant does.
"""

import hashlib
import importlib.util
import json
import random
import sys

UNSIGNED = {"README.txt", "verify.py", "manifest.json", "manifest.sha256"}


def repaired(files, name):
    """The files with digests that fit the changed one."""
    manifest = json.loads(files["manifest.json"])
    for entry in manifest["files"]:
        if entry["name"] == name:
            entry["sha256"] = hashlib.sha256(files[name]).hexdigest()
            entry["bytes"] = len(files[name])
    files["manifest.json"] = json.dumps(manifest).encode()
    files["manifest.sha256"] = f"{hashlib.sha256(files['manifest.json']).hexdigest()}  manifest.json\n".encode()
    return files


def main(verifier, pack, vkey, count, seed):
    spec = importlib.util.spec_from_file_location("verifier", verifier)
    module = importlib.util.module_from_spec(spec)
    sys.dont_write_bytecode = True
    spec.loader.exec_module(module)
    whole = {name: read() for name, read in (module.folder if not pack.endswith(".tar") else module.tar)(pack).items()}

    def holds(files):
        try:
            module.verify({name: lambda data=data: data for name, data in files.items()}, vkey)
        except module.Refused:
            return False
        return True

    numbers, accepted, mended = random.Random(int(seed)), [], 0
    names = sorted(name for name in whole if whole[name])
    for number in range(int(count)):
        # Every file in turn, so that small ones are not passed over.
        name = names[number % len(names)]
        place, change = numbers.randrange(len(whole[name])), numbers.randrange(1, 256)
        files = dict(whole)
        files[name] = whole[name][:place] + bytes([whole[name][place] ^ change]) + whole[name][place + 1 :]
        # The review is made from the log, and nothing in the pack makes it again: its digest alone holds it.
        if number // len(names) % 2 == 1 and name not in UNSIGNED and not name.startswith("review/"):
            # What is not covered by the signature but follows from what is, such as white space in JSON, may vary.
            same = name.endswith(".json") and means_the_same(files[name], whole[name])
            if not same:
                files, mended = repaired(files, name), mended + 1
        if holds(files):
            accepted.append([name, place, change])
    print(json.dumps({"mutants": int(count), "repaired": mended, "accepted": accepted}))
    return 0 if holds(whole) and not accepted else 1


def means_the_same(one, other):
    try:
        return json.loads(one) == json.loads(other)
    except ValueError:
        return False


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
