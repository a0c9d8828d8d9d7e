#!/usr/bin/env python3
"""Compares the VBA modules that Hinomi extracts with those olevba extracts, file by file.

    python3 lab/peers/olevba_parity.py --corpus DIR --extract target/release/examples/extract

Needs oletools (pip install oletools==0.60.2). Every file under DIR is read by both. A module is compared by
the name of its stream and the SHA-256 of its source with every line end as LF. Ends with a table, and with
exit code 1 when a file differs or only olevba reads it and EXPECTED does not say why, or when there was
nothing to compare.

    --theirs-only FILE   writes what olevba extracts as NDJSON and stops
"""

import argparse
import collections
import hashlib
import importlib.util
import json
import logging
import pathlib
import subprocess
import sys

# Differences that are known and meant: SHA-256 of the document -> reason.
EXPECTED = {}

# What olevba gives besides source: formulas of macro sheets, and disassembled p-code.
NOT_SOURCE = {"xlm_macro.txt", "VBA_P-code.txt"}


def normalised(code):
    return code.replace("\r\n", "\n").replace("\r", "\n")


def olevba_line(path):
    """What olevba extracts from one file, in the form of the `extract` example."""
    from oletools.olevba import VBA_Parser

    line = {"file": str(path), "container": None, "modules": [], "problems": []}
    parser = None
    try:
        parser = VBA_Parser(str(path), disable_pcode=True)
        line["container"] = parser.type
        if parser.type in ("Text", "SLK"):
            # Any text counts as VBA for olevba, and SLK has formulas only.
            return line
        for _, stream, name, code in parser.extract_macros():
            if not code or name in NOT_SOURCE:
                continue
            text = normalised(code)
            encoded = text.encode("utf-8", "surrogatepass")
            digest = hashlib.sha256(encoded).hexdigest()
            line["modules"].append(
                {"stream": stream, "name": name, "sha256": digest, "len": len(encoded), "code": text}
            )
    except Exception as error:  # olevba raises whatever its libraries raise
        line["problems"].append(f"{type(error).__name__}: {error}")
    finally:
        if parser is not None:
            parser.close()
    return line


def ours(extract, paths):
    run = subprocess.run(
        [extract, "--code"],
        input="\n".join(map(str, paths)),
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    if run.returncode != 0:
        sys.exit(f"{extract} failed with {run.returncode}:\n{run.stderr}")
    return {line["file"]: line for line in map(json.loads, run.stdout.splitlines())}


def module_keys(line):
    """Modules as a multiset of (stream name, digest): the two programs write paths in different ways."""
    leaf = lambda stream: stream.replace(":", "/").rsplit("/", 1)[-1].lower()
    return collections.Counter((leaf(module["stream"]), module["sha256"]) for module in line["modules"])


def first_difference(mine, theirs):
    """A few words on where two extractions part."""
    missing = module_keys(theirs) - module_keys(mine)
    extra = module_keys(mine) - module_keys(theirs)
    words = [f"theirs only: {name}" for name, _ in missing] + [f"ours only: {name}" for name, _ in extra]
    codes = lambda line: {m["stream"].replace(":", "/").rsplit("/", 1)[-1].lower(): m["code"] for m in line["modules"]}
    left, right = codes(mine), codes(theirs)
    for name in left.keys() & right.keys():
        if left[name] != right[name]:
            at = next((i for i, pair in enumerate(zip(left[name], right[name])) if pair[0] != pair[1]), None)
            at = min(len(left[name]), len(right[name])) if at is None else at
            words.append(f"{name}@{at}: ours {left[name][at:at + 20]!r}, theirs {right[name][at:at + 20]!r}")
    return "; ".join(words[:6])


def judge(path, mine, theirs):
    """One of: none, equal, differing, ours, theirs; and what there is to say."""
    left, right = module_keys(mine), module_keys(theirs)
    if not left and not right:
        return "none", ""
    if left == right:
        return "equal", ""
    if not right:
        return "ours", f"{sum(left.values())} modules; olevba: {theirs['container']} {theirs['problems']}"
    if not left:
        return "theirs", f"{sum(right.values())} modules; ours: {mine['container']} {mine['problems']}"
    return "differing", first_difference(mine, theirs)


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--corpus", required=True, type=pathlib.Path)
    arguments.add_argument("--extract")
    arguments.add_argument("--theirs-only", type=pathlib.Path)
    options = arguments.parse_args()
    logging.disable(logging.CRITICAL)
    if importlib.util.find_spec("oletools") is None:
        sys.exit("oletools is missing: pip install oletools==0.60.2")

    paths = sorted(path for path in options.corpus.rglob("*") if path.is_file())
    if options.theirs_only:
        with options.theirs_only.open("w", encoding="utf-8", errors="surrogatepass") as out:
            out.writelines(json.dumps(olevba_line(path)) + "\n" for path in paths)
        return 0
    if not options.extract:
        arguments.error("--extract is needed")

    mine = ours(options.extract, paths)
    counts, modules, unexpected = collections.Counter(), 0, 0
    for path in paths:
        kind, words = judge(path, mine[str(path)], theirs := olevba_line(path))
        counts[kind] += 1
        modules += len(theirs["modules"]) if kind == "equal" else 0
        if kind in ("none", "equal"):
            continue
        reason = EXPECTED.get(hashlib.sha256(path.read_bytes()).hexdigest())
        if reason is None and kind != "ours":
            unexpected += 1
        print(f"{kind:9}  {path.relative_to(options.corpus)}\n           {reason or words}")

    both = counts["equal"] + counts["differing"]
    print(f"\nfiles                 {len(paths):6}")
    print(f"macros read by both   {both:6}")
    print(f"  equal               {counts['equal']:6}  ({modules} modules)")
    print(f"  differing           {counts['differing']:6}")
    print(f"only Hinomi           {counts['ours']:6}")
    print(f"only olevba           {counts['theirs']:6}")
    print(f"not explained         {unexpected:6}")
    if both == 0:
        print("nothing was compared: olevba found no macros here")
    return 1 if unexpected or both == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
