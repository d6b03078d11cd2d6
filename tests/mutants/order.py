"""Defects of the order of changes, of the live stream and of cursors: name, file, what is there,
what a careless person would write, which program has to fail.
"""

DEFECTS = (
    ("order: places are given when a note is written, not at the commit",
     "src/records/migrations/0013_change_order.postgres.sql",
     "DEFERRABLE INITIALLY DEFERRED", "DEFERRABLE INITIALLY IMMEDIATE", "contract_store"),
    ("order: commits take their places side by side",
     "src/records/migrations/0013_change_order.postgres.sql",
     "    PERFORM pg_advisory_xact_lock(7023953, hashtext(coalesce(current_schema(), '')));\n",
     "", "contract_store"),
    ("order: a copy takes its origin's positions for its own", "src/store/copy.cc",
     "    DW_CHECK(to_.db->run(stmt::mark_notes_pruned));\n", "", "contract_store"),
    ("live: a change is told again", "src/engine/live.cc",
     "if (*place <= reader.seen_) return;", "if (*place < ChangePosition{}) return;",
     "contract_engine"),
    ("live: a reader is not told where it stands", "src/engine/live.cc",
     "} else if (!is_last_told && start.position != asked) {",
     "} else if (!is_last_told && start.position == asked) {", "contract_engine"),
    ("live: a reader that comes takes the others along", "src/engine/live.cc",
     "if (!position_ || *seen < *position_) position_ = seen;", "position_ = seen;",
     "contract_engine"),
    ("cursors: nonsense is the first page", "src/records/paging.cc",
     "|| cursor.front() == '0') return bad_cursor();",
     "|| cursor.front() == '0') return front;",
     "contract_store"),
)
