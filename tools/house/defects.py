"""What tests/mutants breaks on purpose: each defect finds the words that it replaces."""

import re

from house.tree import Finding

LIST = re.compile(r"tests/mutants/(?!run\.py$)\w+\.py")


def defects_of(file):
    """The list is a page of texts with names for some of them: it is run."""
    space = {}
    exec(compile(file.text, file.path, "exec"), space)
    return space.get("DEFECTS", ())


def gone(tree):
    """A text that is no longer there breaks nothing, and nobody would hear of it for months."""
    for file in tree.files:
        if not LIST.fullmatch(file.path):
            continue
        for name, path, there, *_ in defects_of(file):
            broken = tree.find(path)
            if broken is None or there not in broken.text:
                line = file.text[:file.text.index(name)].count("\n") + 1
                yield Finding(file.path, line, f"{path} has other words than \"{name}\" replaces",
                              "the defect written anew for the code as it is now")


RULES = (gone,)
