"""Defects of what answers over HTTP: name, file, what is there, what a careless person would write,
which program has to fail.
"""

DEFECTS = (
    ("deadlines: a handler that was given up is not counted", "src/web/deadlines.cc",
     "  ++given_up_;\n", "", "test_web"),
    ("deadlines: a handler reads the connection's buffer", "src/web/deadlines.cc",
     "    request.body = copy(from.body);\n", "", "test_web"),
    ("text: a NUL is kept", "src/base/storable.cc",
     "if (text.find('\\0') != std::string_view::npos) return", "if (text.size() == 1) return",
     "test_base"),
    ("text: a field of a form that can't be decoded is left out", "src/connectors/slack/wire.cc",
     "    if (!name || !value) {\n      return",
     "    if (!name || !value) continue;\n    if (out.size() > 100) {\n      return",
     "test_connectors"),
    ("audit: what somebody asks for leaves no line", "src/engine/inbox.cc",
     "    if (asked) DW_CHECK(audit::add(db, audit_line(*asked, event, reply)));\n", "",
     "contract_engine"),
    ("audit: a press in a chat leaves no line", "src/engine/inbox.cc",
     "  if (line) DW_CHECK(audit::add(db, *line));\n", "", "contract_engine"),
    ("tls: a recorded connection can be read with the certificate's key", "src/net/tls.cc",
     '"ECDHE+AESGCM:ECDHE+CHACHA20"', '"ECDHE+AESGCM:ECDHE+CHACHA20:AES128-GCM-SHA256"',
     "e2e tls.test.mjs"),
)
