// Runs of notices and their mails as the API, the board and `deskwire notices --json` print them.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "jobs/notices/notices.h"
#include "jobs/notices/records.h"
#include "web/shapes.h"

namespace dw {

/// A run, and what became of its deliveries where that was asked for.
struct ShownNoticeRun {
  NoticeRun run;
  std::optional<NoticeCounts> counts{};
};

/// A mail of a run, and what became of it.
struct SentNotice {
  ShownNotice notice;
  StoredNotice row;
};

/// Whether the next run asks a person first.
struct ShownNoticeMarks {
  bool needs_confirmation = false;
};

template <>
inline constexpr std::array all_of<NoticeState>{NoticeState::planned,  NoticeState::applied,
                                                NoticeState::replaced, NoticeState::tested,
                                                NoticeState::writing,  NoticeState::applying};

const Shape<NoticeCounts>& shape_for(const NoticeCounts*);
const Shape<ShownNoticeRun>& shape_for(const ShownNoticeRun*);
const Shape<ShownNotice>& shape_for(const ShownNotice*);
const Shape<SentNotice>& shape_for(const SentNotice*);
const Shape<ShownNoticeMarks>& shape_for(const ShownNoticeMarks*);
const Shape<NoticePreview>& shape_for(const NoticePreview*);

}  // namespace dw
