// Runs of notices and their mails as the API, the board and `deskwire notices --json` print them.
#pragma once
#include "ports/notices.h"

namespace dw {

json::object shape_of(const NoticeRun& run);
json::object shape_of(const NoticeRun& run, const NoticeCounts& counts);
/// One mail: "to", "name", "tickets", "subject", "text", "html", "left_out".
json::object shape_of(const ShownNotice& shown);
/// The same with what became of it: "run", "period", "notice", "delivery", "state", "reason".
json::object shape_of(const ShownNotice& shown, const NoticeLetter& letter);

}  // namespace dw
