"""One TLS connection by Python's ssl module, told by a JSON object, reported as another.

In:  port, ca; optional alpn, certificate, key, version, ciphers, pieces (texts to send one after the other), plain.
Out: version, cipher, alpn, server (SHA-256 of its certificate), output, end (close_notify, cut), ticket; or error.
"""

import hashlib
import json
import socket
import ssl
import sys
import time
import warnings

warnings.simplefilter("ignore")
asked = json.loads(sys.argv[1])
report = {}
connection = socket.create_connection(("127.0.0.1", asked["port"]), timeout=10)
try:
    if not asked.get("plain"):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(asked["ca"])
        if "version" in asked:
            # Old versions need old digests, which the default level of the library forbids.
            context.set_ciphers(asked.get("ciphers", "ALL") + ":@SECLEVEL=0")
            context.minimum_version = context.maximum_version = ssl.TLSVersion[asked["version"]]
        if "alpn" in asked:
            context.set_alpn_protocols(asked["alpn"])
        if "certificate" in asked:
            context.load_cert_chain(asked["certificate"], asked["key"])
        connection = context.wrap_socket(connection, server_hostname="localhost", suppress_ragged_eofs=False)
        report["version"] = connection.version()
        report["cipher"] = connection.cipher()[0]
        report["alpn"] = connection.selected_alpn_protocol()
        report["server"] = hashlib.sha256(connection.getpeercert(binary_form=True)).hexdigest()
    for piece in asked.get("pieces", []):
        connection.sendall(piece.encode("latin-1"))
        time.sleep(0.02)
    output = b""
    try:
        while received := connection.recv(65536):
            output += received
            if asked.get("until") and output.endswith(asked["until"].encode()):
                break
        else:
            report["end"] = "close_notify"
    except ssl.SSLEOFError:
        report["end"] = "cut"
    report["output"] = output.decode("latin-1")
    session = getattr(connection, "session", None)
    report["ticket"] = bool(session and session.has_ticket)
except (ssl.SSLError, OSError) as error:
    report["error"] = f"{type(error).__name__} {error}"
print(json.dumps(report))
