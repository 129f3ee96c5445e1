"""Checks JSON Schemas and the examples in them with the jsonschema package, which shares no code with this project.

usage: validate_schemas.py SCHEMAS [EVENTS]

SCHEMAS is a folder of *.json schemas; each must be a valid schema of its draft, and every one of its examples valid.
EVENTS is a folder of events, TYPE.*.json: each must be valid under the schema SCHEMAS/TYPE.v1.json.
Prints each fault on a line of its own and exits 1 when there is one.
"""

import json
import pathlib
import sys

from jsonschema.validators import validator_for


def main(schemas, events=None):
    validators, faults, checked = {}, [], 0
    for path in sorted(schemas.glob("*.json")):
        schema = json.loads(path.read_text())
        kind = validator_for(schema, default=None)
        if kind is None:
            faults.append(f"{path.name}: no known $schema")
            continue
        kind.check_schema(schema)
        validators[path.name] = kind(schema)
        if not schema.get("examples"):
            faults.append(f"{path.name}: no example")
        for example in schema.get("examples", []):
            checked += 1
            faults += [f"{path.name}: {error.json_path}: {error.message}" for error in validators[path.name].iter_errors(example)]
    for path in sorted(events.glob("*.json")) if events else []:
        checked += 1
        name = path.name[: path.name.rindex(".", 0, -5)] + ".v1.json"
        errors = validators[name].iter_errors(json.loads(path.read_text()))
        faults += [f"{path.name}: {error.json_path}: {error.message}" for error in errors]
    print(f"checked {checked}")
    for fault in faults:
        print(fault)
    return 1 if faults or checked == 0 else 0


if __name__ == "__main__":
    sys.exit(main(*(pathlib.Path(folder) for folder in sys.argv[1:])))
