#!/usr/bin/env python3
"""Hold OCSF events (NDJSON) against a compiled OCSF schema.

    ocsf_check.py SCHEMA.json EVENTS.ndjson [EVENTS.ndjson ...]

The schema is what `python -m ocsf.compile` makes. Checked for every event, and recursively for every object in
it: unknown attributes, required ones, types (with regex, range and length), enums, array or not, at_least_one
and just_one; for the event itself class, category, type_uid = class_uid * 100 + activity_id, and the version.
Attributes of a profile count as known only when metadata.profiles names it. Exit 1 when anything is wrong.
"""

import json
import re
import sys

JSON_TYPES = {
    "string_t": str,
    "integer_t": int,
    "long_t": int,
    "boolean_t": bool,
    "float_t": (int, float),
}
DEPTH_MAX = 40


def base_of(schema, name):
    """Follow a type to the base type it is made of, collecting its rules on the way."""
    rules = []
    for _ in range(10):
        row = schema["types"].get(name)
        if row is None:
            return name, rules
        rules.append(row)
        if not row.get("type") or row["type"] == name:
            return name, rules
        name = row["type"]
    return name, rules


def check_scalar(schema, where, type_name, value, say):
    base, rules = base_of(schema, type_name)
    if base == "json_t":
        return
    expected = JSON_TYPES.get(base)
    if expected is None:
        say(where, f"type {type_name} is not known to this checker")
        return
    if isinstance(value, bool) and expected is not bool or not isinstance(value, expected):
        say(where, f"is {type(value).__name__}, not {base}")
        return
    for rule in rules:
        if rule.get("regex") and isinstance(value, str) and not re.search(rule["regex"], value):
            say(where, f"{value!r} does not match {rule.get('caption')}")
        if rule.get("max_len") and isinstance(value, str) and len(value) > rule["max_len"]:
            say(where, f"is longer than {rule['max_len']}")
        if rule.get("range") and not rule["range"][0] <= value <= rule["range"][1]:
            say(where, f"{value} is outside {rule['range']}")


def check_one(schema, where, attribute, value, profiles, say, depth):
    enum = attribute.get("enum")
    if enum and str(value) not in enum:
        say(where, f"{value!r} is none of its enum")
    if attribute.get("object_type") or attribute["type"] in schema["objects"]:
        name = attribute.get("object_type") or attribute["type"]
        if not isinstance(value, dict):
            say(where, f"is {type(value).__name__}, not an object {name}")
        elif name == "object":
            return
        else:
            check_object(schema, where, schema["objects"][name], value, profiles, say, depth + 1)
    elif attribute["type"] == "object" or attribute["type"] == "object_t":
        if not isinstance(value, dict):
            say(where, "is not an object")
    else:
        check_scalar(schema, where, attribute["type"], value, say)


def check_object(schema, where, definition, value, profiles, say, depth=0):
    if depth > DEPTH_MAX:
        say(where, "is nested too deep")
        return
    attributes = definition["attributes"]

    def live(attribute):
        return attribute.get("profile") is None or attribute["profile"] in profiles

    for name, attribute in attributes.items():
        if attribute.get("requirement") == "required" and live(attribute) and name not in value:
            say(where, f"lacks required {name}")
    for name, inner in value.items():
        here = f"{where}.{name}"
        attribute = attributes.get(name)
        if attribute is None:
            say(here, f"is no attribute of {definition.get('name')}")
            continue
        if not live(attribute):
            say(here, f"belongs to profile {attribute['profile']}, which metadata.profiles does not name")
        if attribute.get("is_array"):
            if not isinstance(inner, list):
                say(here, "is not an array")
                continue
            for at, item in enumerate(inner):
                check_one(schema, f"{here}[{at}]", attribute, item, profiles, say, depth)
        else:
            check_one(schema, here, attribute, inner, profiles, say, depth)
    constraints = definition.get("constraints") or {}
    for names in [constraints.get("at_least_one") or []]:
        if names and not any(name in value for name in names):
            say(where, f"has none of {', '.join(names)}")
    for names in [constraints.get("just_one") or []]:
        if names and sum(name in value for name in names) != 1:
            say(where, f"must have just one of {', '.join(names)}")


def check_event(schema, event, say):
    if not isinstance(event, dict):
        say("event", "is not an object")
        return
    by_uid = {row["uid"]: row for row in schema["classes"].values()}
    definition = by_uid.get(event.get("class_uid"))
    if definition is None:
        say("event.class_uid", f"{event.get('class_uid')!r} is no class")
        return
    metadata = event.get("metadata") if isinstance(event.get("metadata"), dict) else {}
    profiles = set(metadata.get("profiles") or [])
    for name in sorted(profiles - set(definition.get("profiles") or [])):
        say("event.metadata.profiles", f"{name} is no profile of {definition['name']}")
    if metadata.get("version") != schema["version"]:
        say("event.metadata.version", f"{metadata.get('version')!r} is not {schema['version']}")
    if event.get("type_uid") != event.get("class_uid", 0) * 100 + event.get("activity_id", 0):
        say("event.type_uid", "is not class_uid * 100 + activity_id")
    check_object(schema, "event", definition, event, profiles, say)


def self_test(schema, events):
    """A checker that never complains is worth nothing: break the first event and see."""
    breaks = {
        "unknown": lambda e: e.update(no_such_attribute=1),
        "required": lambda e: e["finding_info"].pop("uid"),
        "enum": lambda e: e.update(severity_id=42),
        "type": lambda e: e.update(time="now"),
        "type_uid": lambda e: e.update(type_uid=1),
        "at_least_one": lambda e: e.update(evidences=[{"uid": "x"}]),
        "version": lambda e: e["metadata"].update(version="0.0.0"),
        "array": lambda e: e.update(evidences={}),
        "profile": lambda e: e["metadata"].update(profiles=[]),
        "nested required": lambda e: e["evidences"][0]["file"].pop("type_id"),
    }
    missed = []
    for name, break_it in breaks.items():
        event = json.loads(json.dumps(events[0]))
        break_it(event)
        found = []
        check_event(schema, event, lambda where, what: found.append((where, what)))
        if not found:
            missed.append(name)
    return missed


def main(arguments):
    if len(arguments) < 2:
        print(__doc__, file=sys.stderr)
        return 2
    with open(arguments[0], encoding="utf-8") as file:
        schema = json.load(file)
    wrong, events = 0, []
    for path in arguments[1:]:
        with open(path, encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                event = json.loads(line)
                events.append(event)

                def say(where, what):
                    nonlocal wrong
                    wrong += 1
                    print(f"{path}:{number}: {where}: {what}")

                check_event(schema, event, say)
    missed = self_test(schema, events) if events and not wrong else []
    for name in missed:
        print(f"self test: a broken {name} was not noticed")
    print(f"events: {len(events)}  errors: {wrong}  self test: {'failed' if missed else 'ok'}")
    return 1 if wrong or missed or not events else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
