#include "app/demo/reconciliation.h"

#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include "base/text.h"
#include "fakes/zendesk_answers.h"

namespace dw::demo {
namespace {

using namespace fake_zendesk;
using Message = FakeSlackWorkspace::Message;
using Texts = std::vector<std::string>;

/// As bare() leaves it.
constexpr std::string_view joined_line = "thisispartofaknownincident";

/// Letters, digits and what is beyond ASCII: what markup of either side leaves as it is.
std::string bare(std::string_view text) {
  std::string plain = replace_all(text, "&lt;", "<");
  plain = replace_all(plain, "&gt;", ">");
  plain = replace_all(plain, "&quot;", "\"");
  plain = replace_all(plain, "&#39;", "'");
  plain = replace_all(plain, "&nbsp;", " ");
  plain = replace_all(plain, "&amp;", "&");
  std::string out;
  for (const char c : to_lower(plain)) {
    const bool is_kept =
        (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || static_cast<unsigned char>(c) >= 0x80;
    if (is_kept) out += c;
  }
  return out.empty() ? std::string(trim(plain)) : out;
}

/// Each of `said` finds one of `found` that reads the same, or, where markup made the two texts
/// differ, one that nothing else explains. What is left over is a double.
struct Pairing {
  Texts said, found;

  void add_to(Column& column) {
    std::map<std::string, int64_t> left;
    for (const std::string& one : found) ++left[one];
    int64_t unexplained = 0;
    for (const std::string& one : said) {
      const auto at = left.find(one);
      if (at == left.end() || at->second == 0) {
        ++unexplained;
      } else {
        --at->second;
        ++column.arrived;
      }
    }
    column.said += static_cast<int64_t>(said.size());
    for (const auto& [text, count] : left) {
      const bool is_known = std::count(said.begin(), said.end(), text) > 0;
      const int64_t explained = is_known ? 0 : std::min(count, unexplained);
      unexplained -= explained;
      column.arrived += explained;
      column.doubled += count - explained;
    }
  }
};

/// Both sides put the author's name before what somebody else's account says.
std::string without_author(const std::string& text, const std::set<std::string>& authors) {
  size_t most = 0;
  for (const std::string& one : authors) {
    if (text.starts_with(one)) most = std::max(most, one.size());
  }
  return text.substr(most);
}

bool is_by_bot(const Message& said) {
  return !said.bot.empty();
}

/// Commands, and what is meant for Slack alone, go nowhere.
bool stays(const Message& said) {
  return said.text.starts_with("<@U1>") || to_lower(said.text).starts_with("#internal");
}

/// A word that solves or opens again, or thanks: it may be a comment or not, by the ticket's state.
bool may_stay(const Message& said) {
  static const std::set<std::string> words = {
      "done",   "resolved", "resolve", "resolveticket", "close",          "fixed", "✅",         "🆗",
      "reopen", "notfixed", "thanks",  "thankyou",      "thankyousomuch", "thx",   "manythanks"};
  return words.contains(bare(said.text));
}

bool flag(const json::object& from, std::string_view key) {
  const json::value* found = from.if_contains(key);
  return found != nullptr && found->is_bool() && found->get_bool();
}

std::string via(const json::object& from) {
  return text_in(object_in(from, "via"), "channel");
}

/// "p1795000000000100", as permalinks have it.
std::string link_mark(const std::string& ts) {
  return "/p" + replace_all(ts, ".", "");
}

class Auditor {
 public:
  Auditor(const FakeSlackWorkspace& slack, const FakeSlackWorkspace::Channel& channel,
          const FakeZendesk& desk, int64_t since)
      : desk_(desk) {
    for (const auto& [id, person] : slack.people()) authors_.insert(bare(person.name));
    for (const auto& [ts, said] : channel.messages) {
      if (said.thread.empty() || said.thread == ts) {
        roots_[ts] = &said;
      } else {
        threads_[said.thread].push_back(&said);
      }
    }
    for (int64_t id = std::max(since, desk.first_ticket()); id != 0 && id <= desk.last_ticket();
         ++id) {
      const std::string thread = thread_of(desk, id, channel);
      if (!thread.empty()) tickets_[thread].push_back(id);
      if (via(desk.ticket(id)) == "email") ++mailed_;
      if (text_in(desk.ticket(id), "type") == "problem") add_answers(id);
    }
  }

  Reconciliation take() {
    Reconciliation out;
    out.mirrors.said = mailed_;
    int64_t mirrored = 0;
    for (const auto& [ts, root] : roots_) {
      const bool is_mirror = is_by_bot(*root);
      if (is_mirror) {
        ++mirrored;
      } else if (!stays(*root)) {
        const auto made = static_cast<int64_t>(tickets_[ts].size());
        out.tickets.said += 1;
        out.tickets.arrived += std::min<int64_t>(made, 1);
        out.tickets.doubled += std::max<int64_t>(made - 1, 0);
      }
      count_comments(out, ts);
      count_answers(out, ts);
      count_incident(out, ts);
    }
    out.mirrors.arrived = std::min(mirrored, mailed_);
    out.mirrors.doubled = std::max<int64_t>(mirrored - mailed_, 0);
    return out;
  }

 private:
  /// What was said to all on the parent of an incident.
  void add_answers(int64_t problem) {
    const auto& comments = desk_.comments(problem);
    for (size_t i = 1; i < comments.size(); ++i) {
      if (!flag(comments[i], "public")) continue;
      to_all_[problem].push_back(bare(text_in(comments[i], "body")));
    }
  }

  /// An answer to all on one of its tickets, or Deskwire's own line there.
  bool is_of_incident(const std::string& text) const {
    if (text.find(joined_line) != std::string::npos) return true;
    return std::any_of(to_all_.begin(), to_all_.end(), [&text](const auto& one) {
      return std::find(one.second.begin(), one.second.end(), text) != one.second.end();
    });
  }

  /// Who joined later heard the last answer alone.
  void count_incident(Reconciliation& out, const std::string& thread) {
    for (const int64_t id : tickets_[thread]) {
      const auto answers = to_all_.find(number_in(desk_.ticket(id), "problem_id"));
      if (answers == to_all_.end()) continue;
      for (const std::string& answer : answers->second) {
        int64_t posts = 0;
        for (const Message* said : threads_[thread]) {
          if (is_by_bot(*said) && bare(said->text) == answer) ++posts;
        }
        const bool is_owed = posts > 0 || &answer == &answers->second.back();
        out.incidents.said += is_owed ? 1 : 0;
        out.incidents.arrived += std::min<int64_t>(posts, 1);
        out.incidents.doubled += std::max<int64_t>(posts - 1, 0);
      }
    }
  }

  void count_comments(Reconciliation& out, const std::string& thread) {
    Pairing pairing;
    Texts perhaps;
    std::multiset<std::string> told;  // from the board: Deskwire tells the thread the same
    for (const Message* said : threads_[thread]) {
      if (is_by_bot(*said)) told.insert(bare(said->text));
      if (is_by_bot(*said) || stays(*said)) continue;
      (may_stay(*said) ? perhaps : pairing.said).push_back(bare(said->text));
    }
    for (const int64_t id : tickets_[thread]) {
      const auto& comments = desk_.comments(id);
      for (size_t i = 1; i < comments.size(); ++i) {
        const bool is_ours = via(comments[i]) == "api" && flag(comments[i], "public");
        const std::string whole = bare(text_in(comments[i], "body"));
        if (!is_ours || is_of_incident(whole)) continue;
        if (const auto same = told.find(whole); same != told.end()) {
          told.erase(same);
          continue;
        }
        pairing.found.push_back(without_author(whole, authors_));
      }
    }
    for (const std::string& one : perhaps) {
      const auto at = std::find(pairing.found.begin(), pairing.found.end(), one);
      if (at != pairing.found.end()) pairing.found.erase(at);
    }
    pairing.add_to(out.comments);
  }

  void count_answers(Reconciliation& out, const std::string& thread) {
    Pairing pairing;
    Texts hidden;
    std::set<std::string> authors;
    for (const int64_t id : tickets_[thread]) {
      for (const json::object& comment : desk_.comments(id)) {
        if (via(comment) != "web") continue;
        const std::string text = bare(text_in(comment, "body"));
        (flag(comment, "public") ? pairing.said : hidden).push_back(text);
        authors.insert(bare(desk_.name_of(number_in(comment, "author_id"))));
      }
    }
    for (const Message* said : threads_[thread]) {
      const std::string whole = bare(said->text);
      const std::string text = without_author(whole, authors);
      if (!is_by_bot(*said)) continue;
      const bool is_secret = std::find(hidden.begin(), hidden.end(), text) != hidden.end();
      const bool is_public =
          std::find(pairing.said.begin(), pairing.said.end(), text) != pairing.said.end();
      if (is_secret && !is_public) ++out.leaked;
      if (text.size() < whole.size()) pairing.found.push_back(text);
    }
    pairing.add_to(out.answers);
  }

  const FakeZendesk& desk_;
  std::set<std::string> authors_;  // in Slack
  std::map<std::string, const Message*> roots_;
  std::map<std::string, std::vector<const Message*>> threads_;
  std::map<std::string, std::vector<int64_t>> tickets_;
  std::map<int64_t, Texts> to_all_;  // by problem
  int64_t mailed_ = 0;
};

}  // namespace

std::string thread_of(const FakeZendesk& desk, int64_t ticket,
                      const FakeSlackWorkspace::Channel& channel) {
  const std::string external = text_in(desk.ticket(ticket), "external_id");
  const std::string prefix = "slack:" + channel.id + ":";
  if (external.starts_with(prefix)) return external.substr(prefix.size());
  for (const json::object& comment : desk.comments(ticket)) {
    if (via(comment) != "api" || flag(comment, "public")) continue;
    const std::string body = text_in(comment, "body");
    const size_t at = body.find("/p1");
    if (at == std::string::npos) continue;
    for (const auto& [ts, said] : channel.messages) {
      if (said.thread.empty() && body.compare(at, link_mark(ts).size(), link_mark(ts)) == 0)
        return ts;
    }
  }
  return "";
}

Reconciliation compare(const FakeSlackWorkspace& slack, const std::string& channel,
                       const FakeZendesk& desk, int64_t since) {
  const auto found = slack.channels().find(channel);
  if (found == slack.channels().end()) return {};
  return Auditor(slack, found->second, desk, since).take();
}

}  // namespace dw::demo
