// What the store keeps of notices: runs, letters, and the ledger of who was told what.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/json.h"
#include "domain/delivery.h"

namespace dw {

/// Kept by number.
enum class NoticeState {
  planned,   ///< may be applied while the ledger stays as it was
  applied,   ///< its deliveries are written; who got what: its letters
  replaced,  ///< by a newer plan
  tested,    ///< test mode: never sent
  writing,   ///< its letters are still being written; not a plan yet
  applying,  ///< some of its deliveries are written; goes on where it stopped
};
std::string_view name_of(NoticeState state);

struct NoticeRun {
  int64_t id = 0;
  NoticeState state = NoticeState::planned;
  TimePoint made_at{};
  std::optional<TimePoint> applied_at;
  std::string period;
  std::string hash;
  int64_t ledger = 0;  ///< the version of the ledger that it was made against
  int32_t newest_day = 0, from_day = 0;
  json::value metrics{};
  std::string applied_to{};  ///< the last customer whose letter was looked at by apply
};

struct StoredNotice {
  int64_t run = 0;
  std::string email;  ///< in lower case: the customer
  int64_t number = 0;
  std::string written_email, first_name, last_name;
  std::string tickets;   ///< JSON, see jobs/notices/notice.h
  std::string left_out;  ///< why it is not sent; empty: it is
  DeliveryId delivery;

  /// Read only.
  std::optional<DeliveryState> delivery_state{};
  std::string reason{};
  std::optional<TimePoint> done_at{};
  std::string period{};
  TimePoint made_at{};
  NoticeState run_state = NoticeState::planned;
};

/// "n-000017"
std::string notice_number(int64_t number);

struct NoticeHistory {
  std::optional<int32_t> from_day;   ///< closings before this are not told
  std::optional<int32_t> watermark;  ///< the newest closing that was told
  int64_t ledger = 0;                ///< grows where a run begins and where it ends
  int64_t notices = 0;               ///< the last letter's number
  bool needs_confirmation = false;   ///< what was imported leaves the past unknown: ask first
};

struct NoticeCounts {
  int64_t pending = 0, unsure = 0, dead = 0, done = 0, discarded = 0;
};

using TicketSink = std::function<void(std::string_view ticket, int32_t day)>;
using TextSink = std::function<void(std::string_view text)>;

}  // namespace dw
