"""Defects of incidents: name, file, what is there, what a careless person would write, which
program has to fail. Most are for the simulator's outages (tests/sim/outage.cc).
"""

JOBS = "src/jobs/storm/"

DEFECTS = (
    ("storm: an answer is planned for a ticket that has it", JOBS + "relaying.cc",
     "  plan.changes.emplace_back(SetHeard{one.answer.id, ticket.id, HeardState::pending});\n"
     "  const CommentSource said",
     "  const CommentSource said", "sim"),
    ("storm: replicas step at the same time", JOBS + "incident_view.cc",
     "    if (group == 0) return {};\n    DW_CHECK(db_.guard(\"storm\"));\n",
     "    if (group == 0) return {};\n", "contract_store"),
    ("storm: a ticket that joined is told again", JOBS + "relaying.cc",
     "  plan.changes.emplace_back(SetMember{member.ticket.id, MemberState::joined});\n", "", "sim"),
    ("storm: a private note on the parent is an answer", JOBS + "incident.cc",
     "if (!is_public || !is_open() || text.empty()) return {};",
     "if (!is_open() || text.empty()) return {};", "sim"),
    ("storm: all threads of an incident share a lane", JOBS + "relaying.cc",
     "          .lane = lane_of(member.ticket, member.link) + \"/chat\",",
     "          .lane = \"storm/chat\",", "sim"),
    ("storm: one that joins waits for a step that nobody asks for", JOBS + "incident.cc",
     "    if (is_opened_at_desk(event_)) return plan_reachable();\n", "", "sim"),
    ("storm: one that has left joins again by itself", JOBS + "incident.sql",
     "WHERE ticket = $1 AND grouped = $3 AND state = 0", "WHERE ticket = $1 AND grouped = $3",
     "contract_store"),
    ("storm: one that joins pages whoever is on call", "src/jobs/bridge/opening.cc",
     "const bool is_joined = context.ticket && context.ticket->problem_id;",
     "const bool is_joined = context.ticket && !context.ticket->id;", "cases"),
    ("storm: Zendesk's late copy of an answer is posted in the thread again",
     "src/jobs/bridge/desk_side.cc",
     "if (!is_second_copy(context, told)) post_comment(context, told);",
     "post_comment(context, told);", "cases"),
    ("storm: both events of a message are a command", JOBS + "incident.cc",
     "    if (view_.twin && !goes_on_from_twin(plan_, *view_.twin, *command, event_.at)) "
     "return {};\n", "", "sim"),
    ("storm: whoever says the same as an answer is not heard", JOBS + "parent_copies.cc",
     " || text_at(comment[\"author\"], \"id\") != answer.solver) return false;",
     ") return false;", "cases"),
    ("storm: talk in the incident's thread is public", JOBS + "incident.cc",
     "                 .is_public = false,\n                 .source = \"incident\",",
     "                 .source = \"incident\",", "cases"),
    ("storm: an answer loses its files", JOBS + "relaying.cc",
     "    if (i == pieces) post.files = one.answer.files;\n", "", "cases"),
    ("storm: on call takes a ticket from whoever has it", "src/jobs/bridge/mentioning.cc",
     "if (how.assigns && context.ticket->assignee.empty())", "if (how.assigns)",
     "e2e storm_oncall.test.mjs"),
    ("storm: a guest joins a ticket to an incident", JOBS + "refusals.cc",
     "  if (!is_full_member) return", "  if (number.empty()) return", "cases"),
)
