#!/usr/bin/env python3
"""What oletools says of documents with macros, one JSON line a document.

    macro_verdicts.py FILES.ndjson > VERDICTS.ndjson

Each line in is {"file": PATH, "needles": [TEXT, ...]}. Each line out:

    file      the path
    macros    whether olevba sees VBA in it (any plain text counts as VBA for olevba, but not here)
    mraptor   whether `mraptor` calls it SUSPICIOUS
    olevba    whether `olevba -a` reports an AutoExec and a Suspicious keyword: the rule by which rspamd's
              oletools module raises its symbol
    found     for each needle, whether it stands anywhere in what `olevba --deobf --decode --reveal` prints:
              the source, the table of what was decoded, or the source with decoded strings put in
    error     why it could not be read

The slow second pass is made for documents with needles only. Needs oletools (pip install oletools==0.60.2).
"""

import json
import logging
import sys

from oletools.mraptor import MacroRaptor
from oletools.olevba import TYPE_TEXT, VBA_Parser


def keywords(path):
    """The kinds of keywords that `olevba -a` reports; None for a document without VBA."""
    parser = VBA_Parser(path, disable_pcode=True)
    try:
        if parser.type == TYPE_TEXT or not parser.detect_vba_macros():
            return None
        raptor = MacroRaptor(parser.get_vba_code_all_modules())
        raptor.scan()
        return raptor.suspicious, {kind for kind, _, _ in parser.analyze_macros()}
    finally:
        parser.close()


def printed(path):
    """All that olevba can be made to print about a document."""
    parser = VBA_Parser(path, disable_pcode=True)
    try:
        results = parser.analyze_macros(show_decoded_strings=True, deobfuscate=True)
        parts = [parser.vba_code_all_modules, parser.reveal()]
        parts += [part for result in results for part in result]
        # A piece of UTF-16LE is printed with its NULs: olevba gets the benefit.
        return "\n".join(parts).replace("\x00", "")
    finally:
        parser.close()


def verdict(path, needles):
    line = {"file": path, "macros": False, "mraptor": False, "olevba": False, "found": [], "error": None}
    try:
        seen = keywords(path)
        if seen is not None:
            line["macros"] = True
            line["mraptor"], kinds = seen
            line["olevba"] = {"AutoExec", "Suspicious"} <= kinds
        if needles:
            text = printed(path) if seen is not None else ""
            line["found"] = [needle in text for needle in needles]
    except Exception as error:  # oletools raises whatever its libraries raise
        line["error"] = f"{type(error).__name__}: {error}"
        line["found"] = [False] * len(needles)
    return line


def main(arguments):
    if len(arguments) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    logging.disable(logging.CRITICAL)
    with open(arguments[0], encoding="utf-8") as file:
        for text in file:
            wanted = json.loads(text)
            print(json.dumps(verdict(wanted["file"], wanted["needles"])), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
