#include "app/tally_recount.h"

#include "base/log.h"
#include "jobs/tally/rows.h"

namespace dw {
namespace {

constexpr size_t messages_per_commit = 200;

}  // namespace

Task<Result<int64_t>> recount(Core& core, std::string channel) {
  const TallyFormats* formats = core.tally->formats_of(channel);
  if (formats == nullptr) {
    co_return Error{ErrorKind::missing, "tally",
                    "there is no [[tally]] with channel = \"" + channel + "\""};
  }
  int64_t done = 0;
  std::string after;
  for (size_t found = messages_per_commit; found == messages_per_commit;) {
    std::string last;
    auto work = [&](Db& db) -> Result<void> {
      DW_TRY(std::vector<TallyMessage> messages,
             tally::texts(db, channel, after, messages_per_commit));
      found = messages.size();
      for (TallyMessage& message : messages) {
        message.updates = formats->read(message.text, message.blocks);
        DW_CHECK(tally::count(db, message));
        last = message.message;
      }
      if (found < messages_per_commit) {
        return tally::set_rule(db, channel, formats->fingerprint());
      }
      return {};
    };
    DW_CO_CHECK(co_await core.store->write(work));
    done += static_cast<int64_t>(found);
    after = std::move(last);
  }
  co_return done;
}

Task<void> recount_changed(Core& core) {
  for (const TallySettings& tally : core.settings.own.get<Tallies>()) {
    const std::string channel = tally.channel;
    std::string rule;
    auto work = [&](ReadDb& db) -> Result<void> {
      DW_TRY(rule, tally::rule(db, channel));
      return {};
    };
    const Result<void> read = co_await core.store->read(work);
    if (!read.ok() || rule == core.tally->formats_of(channel)->fingerprint()) continue;
    const Result<int64_t> done = co_await recount(core, channel);
    if (!done.ok()) {
      log_error("tally", done.error().text());
    } else if (*done > 0) {
      log_info("tally", "recounted", {{"channel", channel}, {"messages", *done}});
    }
  }
}

}  // namespace dw
