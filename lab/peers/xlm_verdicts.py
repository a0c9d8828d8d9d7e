#!/usr/bin/env python3
"""What XLMMacroDeobfuscator says of workbooks with Excel 4 macros, one JSON line a workbook.

    xlm_verdicts.py FILES.ndjson > VERDICTS.ndjson

Each line in is {"file": PATH, "needles": [TEXT, ...]}. Each line out:

    file      the path
    found     for each needle, whether it stands anywhere in the formulas as the tool has worked them out
    error     why it could not be read

Needs XLMMacroDeobfuscator (pip install XLMMacroDeobfuscator==0.2.7).
"""

import json
import logging
import os
import sys

# A workbook that keeps the tool busy longer has beaten it.
SECONDS_MAX = 60


def verdict(process_file, path, needles):
    line = {"file": path, "found": [False] * len(needles), "error": None}
    try:
        result = process_file(
            file=path,
            noninteractive=True,
            noindent=True,
            silent=True,
            return_deobfuscated=True,
            timeout=SECONDS_MAX,
            output_formula_format="[[INT-FORMULA]]",
        )
        # Quotes are doubled in formulas: the tool gets the benefit.
        text = "\n".join(str(formula) for formula in result or []).replace('""', '"')
        line["found"] = [needle in text for needle in needles]
    except (Exception, SystemExit) as error:  # the tool raises whatever its libraries raise
        line["error"] = f"{type(error).__name__}: {error}"
    return line


def main(arguments):
    if len(arguments) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    logging.disable(logging.CRITICAL)
    # The tool says much on standard output, also from libraries that have taken hold of it.
    out = os.fdopen(os.dup(1), "w")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    from XLMMacroDeobfuscator.deobfuscator import process_file

    with open(arguments[0], encoding="utf-8") as file:
        for text in file:
            wanted = json.loads(text)
            print(json.dumps(verdict(process_file, wanted["file"], wanted["needles"])), file=out, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
