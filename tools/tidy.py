#!/usr/bin/env python3
"""The repository tests itself: rules that a machine can check, each saying what to use instead.

  tools/tidy.py [PATH...]     all findings, or those of files below PATH; exit code 1 if any

The rules are in tools/house/, a module per kind; exceptions with their reasons in
tools/house/seams.py. Only the standard library of Python 3.11.
"""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))

from house import defects, docs, floors, habits, limits, names, tree as trees  # noqa: E402

RULES = (*floors.RULES, *habits.RULES, *names.RULES, *limits.RULES, *docs.RULES,
         *defects.RULES)


def findings(tree):
    return sorted(finding for rule in RULES for finding in rule(tree))


def main(arguments):
    if "--help" in arguments:
        print(__doc__.strip())
        return 0
    root = pathlib.Path(__file__).parent.parent
    found = findings(trees.load(root))
    if arguments:
        found = [one for one in found if one.path.startswith(tuple(arguments))]
    for finding in found:
        print(finding)
    if found:
        print(f"tidy: {len(found)} to mend")
        return 1
    print(f"tidy: {len(RULES)} rules hold")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
