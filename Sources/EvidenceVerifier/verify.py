#!/usr/bin/env python3
"""Verifies an evidence pack of an authorization ledger, offline.

PACK is the pack's folder or tar archive; without it, the folder of this file. KEY is the ledger's checkpoint key (a C2SP
vkey) from a source of your own; without it the key that the pack names is taken, which proves nothing against whoever made
both. Needs Python 3.9 and the package `cryptography`. It shares no code with the ledger.
exit status: 0 everything holds, 1 something does not, 2 wrong usage, 3 the pack or the package cannot be read
"""
import argparse, base64, bisect, hashlib, json, mmap, os, re, stat, sys
from collections import defaultdict

NAME = re.compile(r"(?=.{1,100}\Z)[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*")
LEAVES = re.compile(r"(events|estate)/[0-9]{4,}\.jsonl")
SINGLE = {"README.txt", "chains.json", "checkpoint", "policies.json", "proof", "verify.py"}
MANIFEST = {"manifest.json", "manifest.sha256"}
class Refused(Exception): """Why the pack does not prove what it says."""

def demand(condition, why):
    if not condition:
        raise Refused(why)

def folder(path):
    """A pack: a dictionary from names to functions that read them."""
    pack = {}
    for base, folders, names in os.walk(path):
        for full in (os.path.join(base, name) for name in folders + names):
            mode, name = os.lstat(full).st_mode, os.path.relpath(full, path).replace(os.sep, "/")
            demand(stat.S_ISREG(mode) or stat.S_ISDIR(mode), f"{name!r} is neither a file nor a folder")
            if stat.S_ISREG(mode):
                pack[name] = lambda full=full: open(full, "rb").read()
    return pack

def tar_header(name, size):
    fields = [(name, 100), ("0000644", 8), ("0000000", 8), ("0000000", 8), (f"{size:011o}", 12), ("0" * 11, 12)]
    start = b"".join(text.encode("ascii").ljust(width, b"\0") for text, width in fields)
    rest = b"0" + bytes(100) + b"ustar\x0000" + bytes(247)
    return start + b"%06o\0 " % (sum(start + rest) + 8 * 32) + rest

def tar(path):
    """Accepts only the one archive that these files make: no links, no times, nothing between or behind them."""
    with open(path, "rb") as file:
        data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    pack, offset = {}, 0
    while offset + 1024 < len(data):
        header, damage = data[offset : offset + 512], f"the archive is damaged at byte {offset}"
        demand(re.fullmatch(b"[0-7]{11}", header[124:135]) and header[:100].isascii(), damage)
        name, start, end = header[:100].rstrip(b"\0").decode("ascii"), offset + 512, offset + 512 + int(header[124:135], 8)
        offset = end + -end % 512
        demand(header == tar_header(name, end - start) and name not in pack and not any(data[end:offset]), damage)
        pack[name] = lambda start=start, end=end: data[start:end]
    demand(data[offset:] == bytes(1024), "the archive does not end where it should")
    return pack

def manifest_of(pack):
    """The manifest, after every file was held against it and none was unknown."""
    for name in pack:
        demand(NAME.fullmatch(name), f"{name!r} is no name for a file of a pack")
    demand(MANIFEST <= set(pack), "there is no manifest: the pack is cut short")
    data = pack["manifest.json"]()
    digest = f"{hashlib.sha256(data).hexdigest()}  manifest.json\n".encode()
    demand(pack["manifest.sha256"]() == digest, "manifest.json does not have the digest in manifest.sha256")
    manifest, listed = json.loads(data), set()
    demand(manifest["format"] == "authledger/evidence@v1", "the pack has a format that this verifier does not know")
    single = SINGLE | set(manifest["review"] or [])
    for entry in manifest["files"]:
        name = entry["name"]
        demand(NAME.fullmatch(name), f"the manifest lists {name!r}, which is no name for a file")
        demand(name in single or LEAVES.fullmatch(name), f"the manifest lists an unknown file {name!r}")
        demand(name in pack and name not in listed, f"{name!r} is missing, or listed twice")
        content = pack[name]()
        measured = (len(content), hashlib.sha256(content).hexdigest())
        demand(measured == (entry["bytes"], entry["sha256"]), f"{name!r} does not have its length and digest")
        listed.add(name)
    demand(set(pack) - MANIFEST == listed and single <= listed, f"unlisted: {sorted((set(pack) | single) - listed - MANIFEST)}")
    return manifest

def decoded(text):
    data = base64.b64decode(text, validate=True)
    demand(base64.b64encode(data).decode() == text, "base64 is written in another way")
    return data

def checkpoint_of(data, vkey):
    """Origin, size and root of a note that the key signed: C2SP signed-note and tlog-checkpoint."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    name, key_id, encoded = vkey.split("+", 2)
    key, verified = decoded(encoded), False
    demand(key[:1] == b"\x01" and len(key) == 33, "the key is not Ed25519")
    demand(hashlib.sha256(name.encode() + b"\n" + key).digest()[:4].hex() == key_id, "the key's id is not its own")
    text, _, signatures = data.decode("utf-8").rpartition("\n\n")
    for line in signatures[:-1].split("\n"):
        dash, signer, blob = line.split(" ")
        demand(dash == "\u2014", "a signature line begins otherwise")
        if (signer, decoded(blob)[:4].hex()) == (name, key_id):
            Ed25519PublicKey.from_public_bytes(key[1:]).verify(decoded(blob)[4:], text.encode() + b"\n")
            verified = True
    demand(verified, "the checkpoint is not signed by this key")
    origin, size, root, *_ = text.split("\n")
    demand(origin == name, "the checkpoint is another log's than the key's")
    demand(re.fullmatch("0|[1-9][0-9]{0,18}", size), "the checkpoint's size is no number")
    return origin, int(size), decoded(root)

def root_of(size, positions, leaf_hashes, proof):
    """The root of the tree of `size` leaves (RFC 6962, section 2.1) with these at their positions, ascending."""
    offset = 0
    def root(start, end, low, high):
        nonlocal offset
        if low == high:
            offset += 32
            demand(offset <= len(proof), "the proof is too short")
            return proof[offset - 32 : offset]
        if end - start == 1:
            demand(positions[low:high] == [start], f"position {positions[high - 1]} is not one of the log's")
            return leaf_hashes[low]
        split = start + (1 << (end - start - 1).bit_length() - 1)
        middle = bisect.bisect_left(positions, split, low, high)
        left = root(start, split, low, middle)
        return hashlib.sha256(b"\x01" + left + root(split, end, middle, high)).digest()
    found = root(0, size, 0, len(positions))
    demand(offset == len(proof), "the proof is too long")
    return found

def leaves_of(pack, kind):
    """Position, bytes, decision and event of every leaf of a folder. Events of decisions are parsed again in their turn."""
    leaves = []
    for name in sorted(filter(re.compile(kind + "/").match, pack), key=lambda name: (len(name), name)):
        *lines, rest = pack[name]().split(b"\n")
        demand(rest == b"", f"{name!r} does not end with a line")
        for line, event in ((line, json.loads(line)) for line in lines):
            decision = event["correlation"] if event["correlation"].startswith("dec_") else None
            leaves.append((event["position"], line, decision, None if decision else event))
    demand(all(one[0] < next[0] for one, next in zip(leaves, leaves[1:])), f"the {kind} are not in order")
    return leaves

class Estate:
    """What identity chains follow from: links, deployments, OAuth, the Password option, retirement, suspension."""
    def __init__(self):
        self.revisions, self.registered, self.away = defaultdict(dict), {}, set()
        self.links, self.deployed, self.oauth = {}, {}, set()

    def fold(self, event):
        (subject, _, verb), data, at = event["type"].partition("."), event["data"], event["position"]
        thing = data.get(subject)
        if subject == "oauth":
            (self.oauth.add if verb == "deployed" else self.oauth.discard)(data["environment"])
        elif verb in ("registered", "revised"):
            grants = [grant for step in data["content"].get("interceptors", []) for grant in step["grants"]]
            self.revisions[thing][data["revision"]] = subject == "identity" or "password" in grants
            self.registered.setdefault(thing, at)
            self.links.update({(thing, api): at for api in data.get("apis", []) if api in self.registered})
        elif verb == "linked" and {thing, data["api"]} <= set(self.registered):
            self.links[thing, data["api"]] = at
        elif verb == "unlinked":
            self.links.pop((thing, data["api"]), None)
        elif verb == "deployed" and data["revision"] in self.revisions[thing]:
            self.deployed[data["environment"], thing] = (data["revision"], at)
        elif verb == "undeployed":
            self.deployed.pop((data["environment"], thing), None)
        elif verb in ("retired", "suspended"):
            self.away.add((thing, verb))
            if verb == "retired":
                self.deployed = {key: value for key, value in self.deployed.items() if key[1] != thing}
        elif verb == "resumed":
            self.away.discard((thing, "suspended"))

    def chain(self, api, environment):
        revision, api_deployed = self.deployed.get((environment, api), (None, None))
        if environment not in self.oauth or not self.revisions[api].get(revision) or (api, "retired") in self.away:
            return []
        chain = []
        for (identity, linked_api), linked in self.links.items():
            number, deployed = self.deployed.get((environment, identity), (None, None))
            if linked_api == api and number and not {(identity, "retired"), (identity, "suspended")} & self.away:
                chain.append({"api_deployed": api_deployed, "deployed": deployed, "identity": identity, "linked": linked,
                              "registered": self.registered[identity], "revision": number})
        return sorted(chain, key=lambda link: -link["registered"])

def check_chains(chains, events):
    """Follows the chains through the events; returns what the chain of an API in an environment was before a position."""
    estate, found = Estate(), {(chain["api"], chain["environment"]): [] for chain in chains}
    for event in (event for event in events if event["type"].split(".")[0] in ("api", "identity", "oauth")):
        estate.fold(event)
        for (api, environment), versions in found.items():
            chain = estate.chain(api, environment)
            if chain != (versions[-1]["chain"] if versions else []):
                versions.append({"chain": chain, "position": event["position"], "recorded_at": event["recorded_at"]})
    derived = [{"api": api, "environment": place, "versions": found[api, place]} for api, place in found]
    demand(derived == chains, "chains.json does not follow from the events in the pack")
    def before(api, environment, position):
        chains = [version["chain"] for version in found.get((api, environment), []) if version["position"] < position]
        return (chains or [[]])[-1] if (api, environment) in found else None
    return before

def check_policies(policies, by_position):
    for thing, entry in ((thing, entry) for thing in policies for entry in policies[thing]):
        event, made = by_position[entry["position"]], (thing + ".registered", thing + ".revised")
        stated = {"id": event["data"].get(thing), "position": event["position"], "revision": event["data"].get("revision")}
        demand(event["type"] in made and entry == stated, f"policies.json is wrong about position {event['position']}")

def check_decision(decision, leaves, chain_before):
    """A decision's events against each other and the chain. True when it ended in the pack."""
    events = [json.loads(line) for _, line, _, _ in leaves]
    kinds = ("token.issued", "token.refused", "token.requested", "validation.attempted")
    issued, refused, requested, attempts = ([event for event in events if event["type"] == kind] for kind in kinds)
    demand(len(issued + refused) <= 1 and len(requested) <= 1, f"{decision} began or ended twice")
    if not issued + refused:
        return False
    (outcome,), asked = issued + refused, [attempt["data"] for attempt in attempts]
    data, end = outcome["data"], outcome["position"]
    request = requested[0]["data"] if requested else data.get("request")
    demand(request, f"{decision} has an outcome and no request")
    demand([attempt["position"] for attempt in attempts] == data["attempts"], f"{decision} names other attempts")
    demand(all(event["position"] < end for event in requested + attempts), f"{decision} has events behind its end")
    demand([one["ordinal"] + 1 for one in asked[:-1]] == [one["ordinal"] for one in asked[1:]], f"{decision} left one out")
    if issued:
        accepted = [attempt["identity"] for attempt in asked if attempt.get("outcome") == "accepted"]
        demand(data["claims"]["jti"] == decision, f"{decision} issued a token of another decision")
        demand(data["claims"]["client_id"] == request["client"].get("app"), f"{decision} issued a token to another app")
        demand(accepted or request["grant"] != "password", f"{decision} issued a token that no Identity accepted")
        demand(not accepted or accepted[-1] == data.get("winner"), f"{decision} names another winner")
    still = len({attempt["consulted"] for attempt in asked}) == 1
    for number, attempt in enumerate(asked):
        for api in attempt["via"]:
            chain, place = chain_before(api, request["environment"], attempt["consulted"]), attempt["identity"]
            before = sum(1 for other in asked[:number] if api in other["via"] and other["ordinal"] > 0)
            places = [index for index, link in enumerate(chain or [])
                      if (link["identity"], link["revision"]) == (place, attempt["revision"])]
            demand(places or chain is None, f"{decision} asked {place}, which was not in the chain")
            demand(places == [before] or chain is None or not still or attempt["ordinal"] == 0,
                   f"{decision} asked {place} out of the chain's order")
    return True

def check_question(question, groups):
    """Every decision, and every other event, has something to do with the question."""
    kinds = ("api", "app", "decision", "environment", "identity", "jti")
    wanted = [[json.dumps(value).encode() for value in question[kind]] for kind in kinds if question[kind]]
    for leaves in groups:
        text, first = b"\n".join(leaf[1] for leaf in leaves), leaves[0][0]
        demand(all(any(value in text for value in values) for values in wanted), f"position {first} is no answer")
        demand(first < question["before"] and leaves[-1][0] >= question["from"], f"position {first} is of another time")

def checked(pack, vkey):
    manifest = manifest_of(pack)
    origin, size, root = checkpoint_of(pack["checkpoint"](), vkey or manifest["vkey"])
    stated = {"origin": origin, "root": base64.b64encode(root).decode(), "size": size}
    demand(manifest["checkpoint"] == stated, "the manifest speaks of another checkpoint")
    answers, context = leaves_of(pack, "events"), leaves_of(pack, "estate")
    demand((len(answers), len(context)) == (manifest["events"], manifest["estate_events"]), "the manifest counts otherwise")
    leaves = sorted(answers + context, key=lambda leaf: leaf[0])
    by_position = {position: event for position, _, _, event in leaves}
    demand(leaves and len(by_position) == len(leaves), "a position stands twice, or none at all")
    hashes = [hashlib.sha256(b"\0" + line).digest() for _, line, _, _ in leaves]
    demand(root_of(size, list(by_position), hashes, pack["proof"]()) == root, "the events do not lead to the signed root")
    question, groups = manifest["question"], defaultdict(list)
    for leaf in answers:
        groups[leaf[2] or leaf[0]].append(leaf)
    check_question(question, groups.values())
    check_policies(json.loads(pack["policies.json"]()), by_position)
    chain_before = check_chains(json.loads(pack["chains.json"]()), [event for event in by_position.values() if event])
    decisions = {key: group for key, group in groups.items() if isinstance(key, str)}
    ended = sum(check_decision(key, group, chain_before) for key, group in decisions.items())
    said = [f"{len(answers)} events, and {len(context)} of the estate, stand in the log '{origin}' of {size} events.",
            f"{ended} decisions agree with their requests, attempts and chains; {len(decisions) - ended} do not end here."]
    if manifest["whole_range"]:
        period = range(question["from"], question["before"])
        demand(all(position in by_position for position in period), "an event of the range is not in the pack")
        said.append(f"All events from position {period.start} to {period.stop - 1} are in the pack.")
    else:
        said.append("NOT PROVED: that no other event of the log answers the question, or made one of the chains.")
    if vkey is None:
        said.append("NOT INDEPENDENT: the key was taken from the pack; give --vkey with one from a source of your own.")
    return said

def verify(pack, vkey=None):
    """Raises Refused unless everything holds; returns sentences about what was proved and what was not."""
    from cryptography.exceptions import InvalidSignature
    try:
        return checked(pack, vkey)
    except InvalidSignature:
        raise Refused("the checkpoint's signature does not hold") from None
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, RecursionError) as error:
        raise Refused(f"something is not what it should be ({type(error).__name__}: {error})") from None

def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--vkey", metavar="KEY")
    options.add_argument("pack", metavar="PACK", nargs="?", default=os.path.dirname(os.path.abspath(__file__)))
    given = options.parse_args()
    try:
        print("\n".join(verify(folder(given.pack) if os.path.isdir(given.pack) else tar(given.pack), given.vkey)))
        return 0
    except (ImportError, OSError) as error:
        print(f"The pack could not be checked: {error}", file=sys.stderr)
        return 3
    except (Refused, ValueError) as error:
        print(f"The pack does not hold: {error}.")
        return 1

if __name__ == "__main__":
    sys.exit(main())
