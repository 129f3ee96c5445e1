"""A witness, written from the C2SP texts and RFC 9162 alone: it shares no code with this project.

usage: tlog_witness.py LOG_VKEY

Listens on a free loopback port, prints {"port", "vkey"}, and cosigns as C2SP tlog-witness says until it is ended. Answers
409 with the size to an old size that it does not remember.
"""

import base64
import hashlib
import http.server
import json
import struct
import sys
import time

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

NAME = "witness.example/python"
KEY = Ed25519PrivateKey.generate()
PUBLIC = KEY.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
KEY_ID = hashlib.sha256(NAME.encode() + b"\n\4" + PUBLIC).digest()[:4]


def node(left, right):
    return hashlib.sha256(b"\1" + left + right).digest()


def consistent(first, second, first_root, second_root, path):
    """RFC 9162, section 2.1.4.2."""
    if first == second:
        return not path and first_root == second_root
    if first == 0:
        return not path
    if first & (first - 1) == 0:
        path = [first_root] + path
    if not path:
        return False
    fn, sn = first - 1, second - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = path[0]
    for value in path[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            fr, sr = node(value, fr), node(value, sr)
            while fn & 1 == 0 and fn != 0:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = node(sr, value)
        fn, sn = fn >> 1, sn >> 1
    return fr == first_root and sr == second_root and sn == 0


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    size, root = 0, hashlib.sha256(b"").digest()

    def log_message(self, *arguments):
        pass

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        status, kind, answer = self.judge(body) if self.path == "/w/add-checkpoint" else (404, "text/plain", "")
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(answer.encode())))
        self.end_headers()
        self.wfile.write(answer.encode())

    def judge(self, body):
        head, text, signatures = body.decode().split("\n\n")
        old, *path = head.split("\n")
        origin, size, root = text.split("\n")
        text, size, root = text + "\n", int(size), base64.b64decode(root)
        old = int(old.removeprefix("old "))
        if origin != ORIGIN:
            return 404, "text/plain", ""
        try:
            _, name, blob = signatures.split("\n")[0].split(" ")
            Ed25519PublicKey.from_public_bytes(LOG).verify(base64.b64decode(blob)[4:], text.encode())
        except InvalidSignature:
            return 403, "text/plain", ""
        if old > size:
            return 400, "text/plain", ""
        if old != Handler.size:
            return 409, "text/x.tlog.size", f"{Handler.size}\n"
        if not consistent(old, size, Handler.root, root, [base64.b64decode(line) for line in path]):
            return 422, "text/plain", ""
        Handler.size, Handler.root = size, root
        now = int(time.time())
        signature = KEY.sign(b"cosignature/v1\ntime %d\n" % now + text.encode())
        blob = base64.b64encode(KEY_ID + struct.pack(">Q", now) + signature).decode()
        return 200, "text/plain", f"\u2014 {NAME} {blob}\n"


ORIGIN, _, log = sys.argv[1].split("+", 2)
LOG = base64.b64decode(log)[1:]
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
vkey = f"{NAME}+{KEY_ID.hex()}+{base64.b64encode(bytes([4]) + PUBLIC).decode()}"
print(json.dumps({"port": server.server_address[1], "vkey": vkey}), flush=True)
server.serve_forever()
