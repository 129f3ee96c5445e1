"""A log for witnesses, written from the C2SP texts and RFC 6962 alone: it shares no code with this project.

usage: tlog_log.py URL KEYFILE WITNESS_VKEY

KEYFILE holds the 32-byte seed of the log's key in hex; the log's origin is log.example/python. Sends the witness at URL a
growing log and everything that it must refuse. Cosignatures are checked here, and by aics-tlog, which is not ours either.
Exits 0, or prints what was not as it must be and exits 1.
"""

import base64
import hashlib
import http.client
import struct
import sys
import time
import urllib.parse

import aics_tlog
from aics_tlog import cosign
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

ORIGIN = "log.example/python"


def leaf(number):
    return hashlib.sha256(b"\0" + b"entry %d" % number).digest()


def node(left, right):
    return hashlib.sha256(b"\1" + left + right).digest()


def split(count):
    power = 1
    while power * 2 < count:
        power *= 2
    return power


def root(leaves):
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    middle = split(len(leaves))
    return node(root(leaves[:middle]), root(leaves[middle:]))


def subproof(size, leaves, whole):
    if size == len(leaves):
        return [] if whole else [root(leaves)]
    middle = split(len(leaves))
    if size <= middle:
        return subproof(size, leaves[:middle], whole) + [root(leaves[middle:])]
    return subproof(size - middle, leaves[middle:], False) + [root(leaves[:middle])]


def proof(old, leaves):
    return [] if old in (0, len(leaves)) else subproof(old, leaves, True)


class Log:
    def __init__(self, key, origin=ORIGIN):
        self.key, self.origin = key, origin
        self.public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.id = hashlib.sha256(origin.encode() + b"\n\1" + self.public).digest()[:4]

    def note(self, leaves):
        text = f"{self.origin}\n{len(leaves)}\n{base64.b64encode(root(leaves)).decode()}\n"
        signature = base64.b64encode(self.id + self.key.sign(text.encode())).decode()
        return text, f"{text}\n\u2014 {self.origin} {signature}\n"


class Witness:
    def __init__(self, url, vkey):
        self.url = urllib.parse.urlsplit(url)
        self.name, _, key = vkey.split("+", 2)
        raw = base64.b64decode(key)
        assert raw[0] == 4, "the witness's key is of type 0x04"
        self.public = raw[1:]
        self.id = hashlib.sha256(self.name.encode() + b"\n\4" + self.public).digest()[:4]

    def post(self, body, path="/add-checkpoint", method="POST"):
        connection = http.client.HTTPConnection(self.url.hostname, self.url.port, timeout=10)
        connection.request(method, path, body if isinstance(body, bytes) else body.encode())
        answer = connection.getresponse()
        return answer.status, answer.getheader("Content-Type"), answer.read().decode()

    def check(self, text, answer):
        lines = answer.splitlines()
        assert answer.endswith("\n") and len(lines) == 1, "one signature line"
        dash, name, blob = lines[0].split(" ")
        raw = base64.b64decode(blob, validate=True)
        assert dash == "\u2014" and name == self.name and raw[:4] == self.id and len(raw) == 76, "the line's form"
        (moment,) = struct.unpack(">Q", raw[4:12])
        assert abs(moment - time.time()) < 60, "the time is now"
        message = b"cosignature/v1\ntime %d\n" % moment + text.encode()
        Ed25519PublicKey.from_public_bytes(self.public).verify(raw[12:], message)
        self.check_by_another(text, aics_tlog.parse_note(text + "\n" + answer).signatures[0])
        return moment

    def check_by_another(self, text, line):
        checkpoint = aics_tlog.parse_checkpoint(text)
        assert cosign.verify_cosignature(
            line.signature, self.name, self.public, checkpoint.origin, checkpoint.size, checkpoint.root,
            max_age_seconds=60), "aics-tlog does not accept the cosignature"


def body(old, hashes, note):
    return f"old {old}\n" + "".join(base64.b64encode(hash).decode() + "\n" for hash in hashes) + "\n" + note


def main(url, keyfile, vkey):
    log = Log(Ed25519PrivateKey.from_private_bytes(bytes.fromhex(open(keyfile).read().strip())))
    witness = Witness(url, vkey)
    leaves = [leaf(number) for number in range(600)]
    monitoring = "/" + hashlib.sha256(ORIGIN.encode()).hexdigest() + "/checkpoint"

    def expect(what, answer, status, size=None):
        assert answer[0] == status, f"{what}: {answer}"
        if size is not None:
            assert answer[1] == "text/x.tlog.size" and answer[2] == f"{size}\n", f"{what}: {answer}"

    def send(old, new, hashes=None, of=None):
        of = of or leaves
        return witness.post(body(old, proof(old, of[:new]) if hashes is None else hashes, log.note(of[:new])[1]))

    expect("nothing seen yet", witness.post("", monitoring, "GET"), 404)
    expect("a proof from nothing", send(0, 1, [leaves[0]]), 422)
    previous, moment = 0, 0
    for size in [1, 1, 2, 3, 4, 5, 7, 8, 31, 256, 257, 300, 512, 512, 513, 600]:
        answer = send(previous, size)
        expect(f"{previous} to {size}", answer, 200)
        now = witness.check(log.note(leaves[:size])[0], answer[2])
        assert now >= moment, "times do not run backwards"
        previous, moment = size, now
    status, kind, newest = witness.post("", monitoring, "GET")
    assert status == 200 and kind.startswith("text/plain"), (status, kind)
    signed = aics_tlog.parse_note(newest)
    assert newest.startswith(log.note(leaves)[0] + "\n") and len(signed.signatures) == 2, newest
    witness.check_by_another(log.note(leaves)[0], signed.signatures[1])

    fork = leaves[:300] + [leaf(number + 1_000) for number in range(400)]
    expect("an old size that was", send(300, 600), 409, 600)
    expect("an old size of zero", send(0, 600), 409, 600)
    expect("an old size to come", send(700, 700, [], leaves + [leaf(n) for n in range(600, 700)]), 409, 600)
    expect("a smaller tree", send(600, 500, []), 400)
    expect("another tree of this size", send(600, 600, [], fork), 409, 600)
    expect("a fork that goes on", send(600, 650, None, fork), 422)
    expect("a fork from before", send(300, 650, None, fork), 409, 600)
    more = leaves + [leaf(number) for number in range(600, 700)]
    good = proof(600, more)
    expect("no proof", send(600, 700, [], more), 422)
    expect("a proof too long", send(600, 700, good + [leaves[0]], more), 422)
    expect("a proof too short", send(600, 700, good[:-1], more), 422)
    expect("a proof in another order", send(600, 700, good[::-1], more), 422)

    text, note = log.note(more)
    stranger = Log(Ed25519PrivateKey.generate())
    expect("another key", witness.post(body(600, good, stranger.note(more)[1])), 403)
    expect("another key as well", witness.post(body(600, good, note + stranger.note(more)[1].split("\n\n")[1])), 200)
    foreign = Log(log.key, "log.example/other")
    expect("another log", witness.post(body(0, [], foreign.note(more)[1])), 404)
    flipped = note[:-10] + ("A" if note[-10] != "A" else "B") + note[-9:]
    expect("a changed signature", witness.post(body(700, [], flipped)), 403)
    for what, bad in {
        "nothing": "", "no old size": body(700, [], note).split("\n", 1)[1], "a leading zero": body("0700", [], note),
        "a sign": body("+700", [], note), "no number": body("x", [], note), "no empty line": f"old 700\n{note}",
        "no checkpoint": "old 700\n\n", "a hash too short": f"old 600\nAAAA\n\n{note}", "unsigned": body(700, [], text),
        "carriage returns": body(700, [], note).replace("\n", "\r\n"), "no last newline": body(700, [], note)[:-1],
        "64 hashes": body(600, [leaves[0]] * 64, note), "a hyphen for a dash": body(700, [], note).replace("\u2014", "-"),
    }.items():
        expect(what, witness.post(bad), 400)
    expect("bytes that are no text", witness.post(b"old 700\n\n\xff\xfe\n"), 400)
    expect("too much", witness.post("x" * 70_000), 413)
    expect("another method", witness.post("", method="GET"), 405)
    expect("another path", witness.post(body(700, [], note), "/other"), 404)
    expect("the same again", witness.post(body(700, [], note)), 200)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(*sys.argv[1:]))
    except AssertionError as error:
        print(error)
        sys.exit(1)
