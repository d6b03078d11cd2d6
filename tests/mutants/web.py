"""Defects of what answers over HTTP: name, file, what is there, what a careless person would write,
which program has to fail.
"""

DEFECTS = (
    ("deadlines: a handler that was given up is not counted", "src/web/deadlines.cc",
     "  ++given_up_;\n", "", "test_web"),
    ("deadlines: a handler reads the connection's buffer", "src/web/deadlines.cc",
     "    request.body = copy(from.body);\n", "", "test_web"),
)
