#include "app/storm_looks.h"

#include <fmt/format.h>

#include "base/hash.h"
#include "base/log.h"
#include "domain/words.h"
#include "jobs/bridge/rows.h"
#include "jobs/storm/storm.h"

namespace dw {
namespace {

constexpr Millis look_every{5'000};

Result<std::set<std::string>> read_names(ReadDb& db) {
  std::set<std::string> out;
  DW_TRY(const auto names, bridge::names_of_people(db));
  for (const std::string& name : names) {
    for (std::string& word : words_in(name)) out.insert(std::move(word));
  }
  return out;
}

std::string key_of(const std::vector<SeenGroup>& groups) {
  std::string tickets;
  for (const SeenGroup& group : groups) {
    for (const TicketId ticket : group.tickets) tickets += fmt::format("{} ", ticket.value);
    tickets += "/";
  }
  return "storm/" + to_hex(bytes_of(sha256(tickets)));
}

/// What each ticket of a bridge has says where it came from, not what it is about.
std::set<std::string> tags_of_bridges(const Core& core) {
  std::set<std::string> out;
  for (const BridgeSettings& one : core.settings.bridges) {
    out.insert(one.tags.begin(), one.tags.end());
  }
  return out;
}

}  // namespace

StormLooks::StormLooks(Core& core)
    : core_(core),
      looking_(core.settings.own.get<StormSettings>(), tags_of_bridges(core)),
      stopping_(core.loop, core.clock) {}

void StormLooks::stop() {
  is_stopping_ = true;
  stopping_.notify();
}

Task<void> StormLooks::look_until_stopped() {
  bool has_usual = false;
  while (!is_stopping_) {
    Result<void> done = Result<void>();
    // As one conditional expression GCC 12 destroys the wrong temporaries of the two awaits.
    if (has_usual) {
      done = co_await look();
    } else {
      done = co_await read_usual();
      has_usual = done.ok();
    }
    if (!done.ok()) log_warn("storm", done.error().text());
    if (!is_stopping_) co_await stopping_.wait(core_.clock.monotonic() + look_every);
  }
}

/// In pages, so that nobody waits behind it.
Task<Result<void>> StormLooks::read_usual() {
  bool has_more = true;
  while (has_more && !is_stopping_) {
    auto work = [&](ReadDb& db) -> Result<void> {
      DW_TRY(has_more, looking_.read_usual(db, core_.clock.now()));
      return {};
    };
    DW_CO_CHECK(co_await core_.store->read(work));
  }
  co_return Result<void>();
}

Task<Result<void>> StormLooks::look() {
  const TimePoint now = core_.clock.now();
  std::vector<SeenGroup> groups;
  // On the store's thread: a thousand tickets are compared while the loop goes on.
  auto work = [&](ReadDb& db) -> Result<void> {
    DW_CHECK(looking_.read_new(db, now));
    if (!looking_.has_news() && !is_owed_) return {};
    DW_TRY(const std::set<std::string> names, read_names(db));
    groups = looking_.groups(now, names);
    return {};
  };
  DW_CO_CHECK(co_await core_.store->read(work));
  is_owed_ = false;
  if (groups.empty()) co_return Result<void>();
  const std::string key = key_of(groups);
  if (key == last_key_) co_return Result<void>();
  Event event{.source = "clock",
              .key = key,
              .kind = std::string(storm_seen_kind),
              .at = core_.clock.now(),
              .body = encode_seen(groups)};
  is_owed_ = true;  // until it is committed
  DW_CO_CHECK(co_await core_.inbox->accept(std::move(event)));
  is_owed_ = false;
  last_key_ = key;
  co_return Result<void>();
}

}  // namespace dw
