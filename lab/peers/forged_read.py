#!/usr/bin/env python3
"""Whether oletools reads in forged documents what went into them, one JSON line a document.

    forged_read.py FILES.ndjson > ANSWERS.ndjson

Each line in is {"file": PATH, "modules": {NAME: CODE}, "form_texts": [TEXT], "package": NAME or null,
"field": TEXT or null, "macro_sheet": TEXT or null}. Each line out is {"file": PATH, "read": COUNT, "wrong": [WHAT]}:
modules are compared by name and source (olevba), texts of controls are looked for in all that oleform gives, a packaged
file by its name (rtfobj), DDE fields by their text (msodde), formulas of macro sheets in what olevba lists.
"""

import json
import logging
import sys

from oletools import msodde
from oletools.olevba import VBA_Parser
from oletools.rtfobj import RtfObjParser


def lines(code):
    """Source without what olevba leaves out or adds: attributes, line ends, space at the end of lines."""
    kept = [line.rstrip() for line in code.splitlines() if not line.startswith("Attribute ")]
    while kept and not kept[-1]:
        kept.pop()
    return kept


def text(value):
    value = value if isinstance(value, str) else (value or b"").decode("latin-1")
    return value.replace("\x00", "")


def modules(parser, wanted, wrong):
    found = {}
    for _, _, name, code in parser.extract_macros():
        stem = name.rsplit(".", 1)[0]
        found[stem] = code if isinstance(code, str) else code.decode("utf-8", "replace")
    for name, code in wanted.items():
        if name not in found:
            wrong.append(f"module {name} is not there: {sorted(found)}")
        elif lines(found[name]) != lines(code):
            wrong.append(f"module {name} has another source")
    return len(wanted)


def forms(parser, wanted, wrong):
    values = []
    for _, _, control in parser.extract_form_strings_extended():
        values += [text(control.get(key)) for key in ("value", "caption", "tag", "control_tip_text")]
    for wish in wanted:
        # oleform reads some texts a few bytes beside their place (oletools issue 568): the end may be cut.
        if not any(wish[:-4] in value for value in values):
            wrong.append(f"the text {wish[:40]!r} is in no control")
    return len(wanted)


def macro_sheet(parser, wish, wrong):
    parser.detect_vba_macros()
    parser.detect_xlm_macros()
    found = "\n".join(text(formula) for formula in parser.xlm_macros)
    if wish not in found:
        wrong.append(f"{wish!r} is not among the formulas")
    return 1


def check(asked):
    path, wrong, read = asked["file"], [], 0
    try:
        if asked["modules"] or asked["form_texts"] or asked["macro_sheet"]:
            parser = VBA_Parser(path, disable_pcode=True)
            read += modules(parser, asked["modules"], wrong)
            read += forms(parser, asked["form_texts"], wrong)
            if asked["macro_sheet"]:
                read += macro_sheet(parser, asked["macro_sheet"], wrong)
            parser.close()
        if asked["package"]:
            with open(path, "rb") as file:
                rtf = RtfObjParser(file.read())
            rtf.parse()
            names = [item.filename for item in rtf.objects if item.is_package]
            read += 1
            if asked["package"] not in names:
                wrong.append(f"{asked['package']} is not packaged: {names}")
        if asked["field"]:
            found = msodde.process_file(path, msodde.FIELD_FILTER_DDE)
            read += 1
            if "".join(asked["field"].split()) not in "".join(found.replace('"', "").split()):
                wrong.append(f"{asked['field']!r} is not the field: {found!r}")
    except Exception as error:  # oletools raises whatever its libraries raise
        wrong.append(f"{type(error).__name__}: {error}")
    return {"file": path, "read": read, "wrong": wrong}


def main(arguments):
    if len(arguments) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    logging.disable(logging.CRITICAL)
    with open(arguments[0], encoding="utf-8") as file:
        for line in file:
            print(json.dumps(check(json.loads(line))), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
