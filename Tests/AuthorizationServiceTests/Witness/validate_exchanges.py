"""Checks an OpenAPI document, and recorded exchanges against it, with packages that share no code with this project.

usage: validate_exchanges.py OPENAPI EXCHANGES

EXCHANGES holds one JSON object a line: {"path": template, "method", "request": body or null, "status", "answer": body}.
A request that was answered with less than 300 must be valid under the operation's request body, and every answer under
its response. Prints each fault on a line of its own and exits 1 when there is one.
"""

import json
import pathlib
import sys

from jsonschema import Draft202012Validator
from openapi_spec_validator import validate


def resolved(document, value):
    while "$ref" in value:
        target = document
        for part in value["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        value = target
    return value


def faults_of(document, media, instance):
    schema = {"$ref": "#/schema", "schema": media["schema"], "components": document["components"]}
    return [f"{e.json_path}: {e.message}" for e in Draft202012Validator(schema).iter_errors(instance)]


def check(document, exchange):
    operation = document["paths"][exchange["path"]][exchange["method"].lower()]
    answer = operation["responses"].get(str(exchange["status"]))
    if answer is None:
        return [f"no answer {exchange['status']}"]
    kind = "application/json" if exchange["status"] < 300 else "application/problem+json"
    faults = faults_of(document, resolved(document, answer)["content"][kind], exchange["answer"])
    if exchange["status"] < 300 and exchange["request"] is not None:
        if "requestBody" not in operation:
            return faults + ["a body that the document does not know"]
        media = operation["requestBody"]["content"]["application/json"]
        faults += faults_of(document, media, exchange["request"])
    return faults


def main(openapi, exchanges):
    document = json.loads(openapi.read_text())
    validate(document)
    checked, faults = 0, []
    for line in exchanges.read_text().splitlines():
        exchange = json.loads(line)
        checked += 1
        name = f"{exchange['method']} {exchange['path']} {exchange['status']}"
        faults += [f"{name}: {fault}" for fault in check(document, exchange)]
    print(f"checked {checked}")
    for fault in faults:
        print(fault)
    return 1 if faults or checked == 0 else 0


if __name__ == "__main__":
    sys.exit(main(*(pathlib.Path(path) for path in sys.argv[1:])))
