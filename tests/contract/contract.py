#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""
Calls each operation twice through `ccm api`: with the reference's example request, its ids and PEM
texts replaced by real ones, and with a request of mandatory fields alone. Each answer is compared
with the contract. It makes what it needs, in the order of a CA's life, and deletes it afterwards.

usage: contract.py CCM CONTRACT [--strict]

CCM is the tool, which $CCM_CONFIG leads to a service; CONTRACT is tests/data/ccm-operations.json.
Members that the contract has and an answer has not are told; with --strict, for a service that
claims to be complete, they are failures, and so are members that the contract doesn't know.
$CCM_CONTRACT_LOGIN is USER:PASSWORD:ACCOUNT:PROJECT for the login itself, else it is left out.
"""

import json
import os
import subprocess
import sys

import outside
from steps import STEPS


class Broken(Exception):
    """A step did not do what it should."""


JSON_TYPES = {
    "string": str,
    "integer": int,
    "boolean": bool,
    "object": dict,
    "array": list,
}


def is_a(value, kind):
    """bool is an int in Python, but not in JSON."""
    return isinstance(value, JSON_TYPES[kind]) and (kind == "boolean" or not isinstance(value, bool))


def compare(path, value, field, notes):
    """The value of a documented field: any value may be null, any list empty."""
    if value is None:
        return
    kinds = field.get("accepts_types", [field["type"]])
    if not any(is_a(value, kind) for kind in kinds):
        notes.append(("wrong", f"{path} is {json.dumps(value)[:60]}, not {' or '.join(kinds)}"))
    elif isinstance(value, dict) and "fields" in field:
        compare_members(path, value, field["fields"], notes)
    elif isinstance(value, list):
        for element in value:
            name = f"{path}[]"
            if not is_a(element, field["items"]["type"]):
                notes.append(("wrong", f"{name} is {json.dumps(element)[:60]}"))
            elif "fields" in field:
                compare_members(name, element, field["fields"], notes)


def compare_members(path, value, fields, notes):
    known = {field["name"]: field for field in fields}
    for name, field in known.items():
        full = f"{path}.{name}" if path else name
        if name in value:
            compare(full, value[name], field, notes)
        else:
            notes.append(("absent", full))
    for name in value.keys() - known.keys():
        notes.append(("unknown", f"{path}.{name}" if path else name))


def get(value, path):
    for part in path.split("."):
        value = value[int(part)] if isinstance(value, list) else value[part]
    return value


def fill(value, names):
    """Texts of the form $name stand for what earlier steps kept."""
    if isinstance(value, dict):
        return {name: fill(member, names) for name, member in value.items()}
    if isinstance(value, list):
        return [fill(element, names) for element in value]
    if isinstance(value, str) and value.startswith("$"):
        return names[value[1:]]
    return value


def merge(base, changes):
    out = dict(base)
    for name, value in changes.items():
        out[name] = merge(out[name], value) if isinstance(value, dict) and name in out else value
    return out


def mandatory_only(path, request, fields, needed):
    known = {field["name"]: field for field in fields}
    for name, value in request.items():
        full = f"{path}.{name}" if path else name
        if not known[name]["mandatory"] and full not in needed:
            raise Broken(f"{full} is not mandatory, so the request is not minimal")
        if isinstance(value, dict):
            mandatory_only(full, value, known[name].get("fields", []), needed)


class Contract:
    def __init__(self, tool, contract, strict):
        self.tool = tool
        self.strict = strict
        self.operations = {operation["id"]: operation for operation in contract["operations"]}
        self.done = {name: set() for name in self.operations}
        self.names = dict(outside.make())
        login = os.environ.get("CCM_CONTRACT_LOGIN")
        if login:
            keys = ("login_user", "login_password", "login_account", "login_project")
            self.names.update(zip(keys, login.split(":")))
        self.failures = 0

    def call(self, name, request):
        ran = subprocess.run(
            [self.tool, "api", name, "--yes", "--body", "-"],
            input=json.dumps(request), capture_output=True, text=True, timeout=120, check=False)
        if ran.returncode != 0:
            raise Broken(f"exit status {ran.returncode}: {ran.stderr.strip()}")
        return json.loads(ran.stdout) if ran.stdout.strip() else None

    def request(self, step, operation):
        if step.kind == "example":
            return merge(operation["example"] or {}, step.request)
        if step.kind == "minimal":
            fields = operation["path_params"] + operation["query_params"] + operation["body"]
            mandatory_only("", step.request, fields, step.needed)
        return step.request

    def judge(self, step, operation, answer):
        notes = []
        if operation["answer"]:
            if not isinstance(answer, dict):
                raise Broken(f"the answer is {json.dumps(answer)}")
            compare_members("", answer, operation["answer"], notes)
        elif answer:
            raise Broken(f"the answer is {json.dumps(answer)[:200]}, none is documented")
        allowed = {"absent": step.absent, "unknown": step.extra, "wrong": ()}
        differences = sorted({f"{kind}: {what}" for kind, what in notes if what not in allowed[kind]})
        if any(kind == "wrong" for kind, _ in notes) or (self.strict and differences):
            raise Broken("; ".join(differences))
        for difference in differences:
            print(f"# {operation['id']}: {difference}")

    def take(self, step):
        operation = self.operations[step.operation]
        answer = self.call(step.operation, fill(self.request(step, operation), self.names))
        self.judge(step, operation, answer)
        for name, path in step.keep.items():
            self.names[name] = get(answer, path)
        if step.then:
            step.then(self.names, answer)

    def run(self):
        for step in STEPS:
            label = f"{step.operation} ({step.kind}{': ' + step.why if step.why else ''})"
            if not step.uses() <= self.names.keys():
                missing = ", ".join(sorted(step.uses() - self.names.keys()))
                print(f"skip - {label}: there is no {missing}")
                continue
            try:
                self.take(step)
                self.done[step.operation].add(step.kind)
                print(f"ok - {label}")
            except (Broken, KeyError, AssertionError, subprocess.TimeoutExpired) as problem:
                self.failures += 1
                print(f"not ok - {label}: {problem}")
        return self.complete() and self.failures == 0

    def complete(self):
        """Every operation was called both ways; without an example there is one way only."""
        lacking = []
        for name, operation in self.operations.items():
            wanted = {"minimal", "example"} if operation["example"] else {"minimal"}
            lacking += [f"{name} ({kind})" for kind in sorted(wanted - self.done[name])]
        if lacking and self.strict:
            print(f"not ok - not called: {', '.join(lacking)}")
        print(f"# {len(self.operations)} operations, {len(STEPS)} steps, {self.failures} failures")
        return not (lacking and self.strict)


def main():
    arguments = [argument for argument in sys.argv[1:] if argument != "--strict"]
    if len(arguments) != 2:
        sys.exit(__doc__)
    with open(arguments[1], encoding="utf-8") as file:
        contract = json.load(file)
    sys.exit(0 if Contract(arguments[0], contract, "--strict" in sys.argv).run() else 1)


if __name__ == "__main__":
    main()
