"""Defects of the bridge: name, file, what is there, what a careless person would write, which
program has to fail. Most are for the simulator's people in threads (tests/sim/talkers.cc); how a
doubt is settled at Zendesk and Slack is the contracts' matter, since the simulator plays both.
"""

JOBS = "src/jobs/bridge/"

DEFECTS = (
    ("bridge: its own comments come back to the thread", JOBS + "desk_side.cc",
     "if (!is_heard && !is_description && told.is_public && told.marker.empty()) {",
     "if (!is_description && told.is_public) {", "sim"),
    ("bridge: a private note is posted", JOBS + "desk_side.cc",
     "!is_description && told.is_public && told.marker.empty()) {",
     "!is_description && told.marker.empty()) {", "sim"),
    ("bridge: a comment that was read twice is posted twice", JOBS + "desk_side.cc",
     "turn.view.heard.count(key_of(turn.external_id(), told.id)) > 0;",
     "turn.view.heard.count(key_of(turn.external_id(), told.id)) > 1;", "sim"),
    ("bridge: later pages of comments are not read", JOBS + "desk_side.cc",
     '  if (Turn::is_set(body, "has_more")) ask_desk(turn);\n', "", "sim"),
    ("bridge: what waits goes the youngest first", "src/jobs/bridge/bridge.sql",
     "ORDER BY at, message, key LIMIT $3;\n\n-- name: said_between",
     "ORDER BY at DESC, message DESC, key LIMIT $3;\n\n-- name: said_between", "sim"),
    ("bridge: an edit is taken for an unfurled link", JOBS + "arrival.cc",
     "  if (newest.digest == known.digest) return;",
     "  if (edit.digest != before->digest) return;", "sim"),
    ("bridge: words go to a desk that has no ticket yet", JOBS + "carrying.cc",
     "return link.ticket && (link.stage == LinkStage::open || link.stage == LinkStage::solved);",
     "return !!link.ticket;", "sim"),
    ("bridge: one message a turn, and the others wait for nothing", JOBS + "carrying.cc",
     "    if (!carry(turn, head)) break;\n", "    carry(turn, head);\n    break;\n", "sim"),
    ("bridge: Zendesk's audits prove nothing", "src/connectors/zendesk/questions.cc",
     "if (is_before || marker_in(*audit.raw()) != marker) continue;",
     "if (is_before || !marker_in(*audit.raw()).empty()) continue;", "contract_target"),
    ("bridge: a post that is there already is not found", "src/connectors/slack/slack.cc",
     "if (!is_ours || marker_of(*one.raw()) != marker) continue;",
     "if (!is_ours || marker_of(*one.raw()) == marker) continue;", "contract_slack"),
    ("bridge: an edit of a private message is an edit like any other",
     "src/jobs/bridge/carrying.cc",
     "return is_of_kept ? carry_edit_of_kept(turn, said) : carry_edit_of_carried(turn, said);",
     "return is_of_kept && said.key.empty() ? carry_edit_of_kept(turn, said)\n"
     "                                       : carry_edit_of_carried(turn, said);", "cases"),
    ("bridge: an older edit that comes late is carried", "src/jobs/bridge/arrival.cc",
     "if (is_older(newest.edited_at, known.edited_at)) return;", "", "cases"),
    ("bridge: emphasis hides the private prefix", "src/jobs/bridge/meaning.cc",
     "      rest.remove_prefix(sign.size());\n      break;\n", "      break;\n", "cases"),
    ("bridge: what is taken back is sent when the desk is back", "src/jobs/bridge/carrying.cc",
     "if (!is_of_it || !is_untried) continue;",
     "if (!is_of_it || !is_untried || one.attempts == 0) continue;", "cases"),
)
