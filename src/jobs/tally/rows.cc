// The tally: messages of tallied channels, the update lines that each counts, and whose they are.
#include "jobs/tally/rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>
#include <set>
#include <tuple>

#include "base/number.h"
#include "base/text.h"
#include "records/changes.h"
#include "sql/tally.h"

namespace dw {
namespace {

/// Time zones begin their days at whole quarters of an hour.
constexpr int64_t tally_quarter = 900'000;

struct TallySum {
  int64_t updates = 0, first_at = 0, last_at = 0;
};

constexpr TimePoint for_ever{Millis(std::numeric_limits<int64_t>::max())};

TallyAgent agent_in(const Row& row) {
  namespace col = columns::tally_agent;
  return {.username = std::string(row.text(col::spelled)),
          .name = std::string(row.text(col::name)),
          .updates = row.integer(col::updates)};
}

TallyBar bar_in(const Row& row) {
  namespace col = columns::tally_bar;
  return {row.integer(col::id), std::string(row.text(col::channel)),
          std::string(row.text(col::spelled)), std::string(row.text(col::name)),
          row.integer(col::behind)};
}

/// "1795000000000/C1/1795000000.000100/2": the row that the last page ended with.
struct Cursor {
  int64_t at = std::numeric_limits<int64_t>::max();
  std::string channel, message;
  int64_t line = 0;
};

Result<Cursor> decode_cursor(const std::string& text) {
  if (text.empty()) return Cursor{};
  const std::vector<std::string_view> parts = split(text, '/');
  if (parts.size() != 4) return bad_cursor();
  Cursor found{.channel = std::string(parts[1]), .message = std::string(parts[2])};
  const auto read = [](std::string_view digits, int64_t& out) {
    out = number_in(digits).value_or(-1);
    return out >= 0;
  };
  const bool is_ours = read(parts[0], found.at) && read(parts[3], found.line) &&
                       !found.channel.empty() && !found.message.empty();
  if (!is_ours) return bad_cursor();
  return found;
}

Result<std::vector<TallyUpdate>> counted(Db& db, const std::string& channel,
                                         const std::string& message) {
  std::vector<TallyUpdate> out;
  DW_CHECK(db.run(stmt::counted_of_message, {channel, message}, [&out](const Row& row) {
    out.push_back({std::string(row.text(0)), std::string(row.text(1)), std::string(row.text(2))});
  }));
  return out;
}

/// A change note per agent whose number may have moved.
Result<void> note_bars(Db& db, const std::string& channel,
                       const std::vector<TallyUpdate>& updates) {
  std::set<std::string> usernames;
  for (const TallyUpdate& update : updates) usernames.insert(to_lower(update.username));
  for (const std::string& username : usernames) {
    DW_CHECK(db.send(stmt::add_tally_bar, {channel, username}));
    int64_t bar = 0;
    DW_CHECK(db.run(stmt::find_tally_bar, {channel, username},
                    [&bar](const Row& row) { bar = row.integer(0); }));
    DW_CHECK(changes::add(db, "tally", bar));
  }
  return {};
}

Result<void> recount(Db& db, const TallyMessage& message, const std::vector<TallyUpdate>& before) {
  if (before == message.updates) return {};
  if (!before.empty()) {
    DW_CHECK(db.send(stmt::drop_tally_updates, {message.channel, message.message}));
  }
  int line = 0;
  for (const TallyUpdate& update : message.updates) {
    const std::string key = to_lower(update.username);
    DW_CHECK(
        db.send(stmt::add_tally_update, {message.channel, message.message, ++line, key,
                                         update.username, update.name, update.ticket, message.at}));
    DW_CHECK(db.send(stmt::name_tally_agent, {key, update.username, update.name, message.at}));
  }
  std::vector<TallyUpdate> touched = before;
  touched.insert(touched.end(), message.updates.begin(), message.updates.end());
  return note_bars(db, message.channel, touched);
}

/// The line of a message that names a user, and a ticket if there is one.
std::string line_with(std::string_view message, std::string_view username,
                      std::string_view ticket) {
  constexpr size_t characters_max = 300;
  for (const std::string_view line : split(message, '\n')) {
    const bool is_it = line.find(username) != std::string_view::npos &&
                       line.find(ticket) != std::string_view::npos;
    if (is_it) return cut_characters(trim(line), characters_max);
  }
  return "";
}

std::string line_of(const Row& row) {
  namespace col = columns::tally_row;
  const std::string_view spelled = row.text(col::spelled), ticket = row.text(col::ticket);
  std::string line = line_with(row.text(col::text), spelled, ticket);
  return line.empty() ? line_with(row.text(col::blocks), spelled, ticket) : line;
}

}  // namespace

namespace tally {

Result<std::vector<TallyAgent>> agents(ReadDb& db, const TallyQuery& query) {
  std::map<std::string, TallyAgent, std::less<>> agents;
  const auto take = [&agents](const Row& row) {
    namespace col = columns::tally_in_period;
    TallyAgent agent = agent_in(row);
    agent.first_at = row.time(col::first_at);
    agent.last_at = row.time(col::last_at);
    agents.emplace(row.text(col::username), std::move(agent));
  };
  const TimePoint since = query.since.value_or(TimePoint{}), until = query.until.value_or(for_ever);
  if (query.channel.empty()) {
    DW_CHECK(db.run(stmt::tally_in_period, {since, until}, take));
  } else {
    DW_CHECK(db.run(stmt::tally_in_channel, {since, until, query.channel}, take));
  }
  // A balance has neither a time nor a channel.
  if (!query.since && !query.until && query.channel.empty()) {
    DW_CHECK(db.run(stmt::tally_balances, {}, [&agents](const Row& row) {
      const TallyAgent balance = agent_in(row);
      TallyAgent& agent =
          agents.emplace(row.text(columns::tally_agent::username), balance).first->second;
      agent.updates += agent.first_at ? balance.updates : 0;
      agent.opening = balance.updates;
    }));
  }
  std::vector<TallyAgent> out;
  for (auto& [key, agent] : agents) out.push_back(std::move(agent));
  std::stable_sort(out.begin(), out.end(),
                   [](const TallyAgent& a, const TallyAgent& b) { return a.updates > b.updates; });
  return out;
}

Result<std::vector<TallyBar>> bars(ReadDb& db, TimePoint since) {
  std::vector<TallyBar> out;
  DW_CHECK(db.run(stmt::tally_bars_since, {since},
                  [&out](const Row& row) { out.push_back(bar_in(row)); }));
  return out;
}

Result<std::optional<TallyBar>> bar(ReadDb& db, int64_t id, TimePoint since) {
  std::optional<TallyBar> found;
  DW_CHECK(db.run(stmt::tally_bar_by_id, {id, since},
                  [&found](const Row& row) { found = bar_in(row); }));
  return found;
}

Result<std::vector<std::string>> channels(ReadDb& db) {
  std::vector<std::string> out;
  DW_CHECK(db.run(stmt::tally_channels_seen, {},
                  [&out](const Row& row) { out.emplace_back(row.text(0)); }));
  return out;
}

Result<Page<TallyRow>> rows(ReadDb& db, const TallyQuery& query, const std::string& username,
                            const PageRequest& page) {
  DW_TRY(const Cursor below, decode_cursor(page.cursor));
  const std::string key = to_lower(username);
  Page<TallyRow> out;
  DW_CHECK(db.run(
      stmt::list_tally_rows,
      {query.since.value_or(TimePoint{}), query.until.value_or(for_ever), query.channel, key,
       below.at, below.channel, below.message, below.line, static_cast<int64_t>(page.limit + 1)},
      [&out](const Row& row) {
        namespace col = columns::tally_row;
        out.items.push_back(
            {.channel = std::string(row.text(col::channel)),
             .message = std::string(row.text(col::message)),
             .line = row.integer(col::line),
             .update = {std::string(row.text(col::spelled)), std::string(row.text(col::name)),
                        std::string(row.text(col::ticket))},
             .at = row.time(col::at),
             .text = line_of(row)});
      }));
  if (out.items.size() <= page.limit) return out;
  out.items.resize(page.limit);
  const TallyRow& last = out.items.back();
  out.next_cursor = fmt::format("{}/{}/{}/{}", last.at.time_since_epoch().count(), last.channel,
                                last.message, last.line);
  return out;
}

Result<std::string> newest_message(ReadDb& db, const std::string& channel) {
  std::string newest;
  DW_CHECK(
      db.run(stmt::newest_tally_message, {channel}, [&](const Row& row) { newest = row.text(0); }));
  return newest;
}

Result<std::vector<TallyMessage>> texts(ReadDb& db, const std::string& channel,
                                        const std::string& after, size_t limit) {
  std::vector<TallyMessage> out;
  DW_CHECK(db.run(stmt::list_tally_texts, {channel, after, static_cast<int64_t>(limit)},
                  [&](const Row& row) {
                    namespace col = columns::tally_text;
                    out.push_back({.channel = channel,
                                   .message = std::string(row.text(col::message)),
                                   .revision = row.integer(col::revision),
                                   .at = row.time(col::at),
                                   .text = std::string(row.text(col::text)),
                                   .blocks = std::string(row.text(col::blocks))});
                  }));
  return out;
}

Result<std::string> rule(ReadDb& db, const std::string& channel) {
  std::string rule;
  DW_CHECK(
      db.run(stmt::find_tally_rule, {channel}, [&rule](const Row& row) { rule = row.text(0); }));
  return rule;
}

Result<void> set_rule(Db& db, const std::string& channel, const std::string& rule) {
  return db.send(stmt::set_tally_rule, {channel, rule});
}

Result<void> count(Db& db, const TallyMessage& message) {
  bool is_newest = false;
  DW_CHECK(db.run(stmt::keep_tally_message,
                  {message.channel, message.message, message.revision, message.at, message.text,
                   message.blocks},
                  [&is_newest](const Row&) { is_newest = true; }));
  if (!is_newest) return {};
  DW_TRY(const std::vector<TallyUpdate> before, counted(db, message.channel, message.message));
  return recount(db, message, before);
}

Result<void> drop(Db& db, const std::string& channel, const std::string& message, TimePoint at) {
  DW_CHECK(db.run(stmt::drop_tally_message, {channel, message, at}));
  DW_TRY(const std::vector<TallyUpdate> before, counted(db, channel, message));
  return recount(db, {.channel = channel, .message = message, .at = at, .text = {}, .blocks = {}},
                 before);
}

Result<void> set_balances(Db& db, const std::vector<TallyBalance>& balances, TimePoint now) {
  for (const TallyBalance& balance : balances) {
    const std::string key = to_lower(balance.username);
    DW_CHECK(db.send(stmt::set_tally_balance, {key, balance.updates, now}));
    // Older than whatever a message says.
    DW_CHECK(db.send(stmt::name_tally_agent, {key, balance.username, balance.name, TimePoint{}}));
  }
  return {};
}

Result<int64_t> prune(Db& db, TimePoint before, int64_t limit) {
  std::vector<std::pair<std::string, std::string>> messages;
  DW_CHECK(db.run(stmt::old_tally_messages, {before, limit},
                  [&](const Row& row) { messages.emplace_back(row.text(0), row.text(1)); }));
  std::map<std::tuple<int64_t, std::string, std::string>, TallySum> sums;
  for (const auto& [channel, message] : messages) {
    // Closed first: the row's lock keeps an edit away from the lines.
    DW_CHECK(db.send(stmt::close_tally_message, {channel, message, before}));
    const std::string& in = channel;
    DW_CHECK(db.run(stmt::take_tally_updates, {channel, message}, [&](const Row& row) {
      const int64_t at = row.integer(1);
      const auto key = std::tuple(at - at % tally_quarter, in, std::string(row.text(0)));
      TallySum& sum = sums.try_emplace(key, TallySum{0, at, at}).first->second;
      ++sum.updates;
      sum.first_at = std::min(sum.first_at, at);
      sum.last_at = std::max(sum.last_at, at);
    }));
  }
  for (const auto& [key, sum] : sums) {
    const auto& [at, channel, username] = key;
    DW_CHECK(db.send(stmt::add_tally_sum,
                     {at, channel, username, sum.updates, sum.first_at, sum.last_at}));
  }
  if (!messages.empty()) return static_cast<int64_t>(messages.size());
  return db.run(stmt::prune_tally_texts, {before, limit});
}

}  // namespace tally

Result<void> KeepTally::write(Db& db, TimePoint) const {
  return tally::count(db, message);
}

Result<void> DropTally::write(Db& db, TimePoint) const {
  return tally::drop(db, channel, message, at);
}

}  // namespace dw
