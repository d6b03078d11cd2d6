// What can be asked about a workspace: people, channels, groups, files, permalinks, history.
// People, channels and groups are kept for a day.
#pragma once
#include <map>
#include <string>

#include "connectors/slack/api.h"
#include "domain/payload.h"

namespace dw {

class SlackLookups {
 public:
  explicit SlackLookups(SlackApi& api) : api_(api) {}

  /// {"about":"person","id"}               {"name","email","is_bot"}
  /// {"about":"person_by_email","email"}   {"id","name"}
  /// {"about":"channel","id"}              {"name"}
  /// {"about":"channel_by_name","name"}    {"id","name"}
  /// {"about":"group","id"}                {"name"}: its handle; empty without the scope for it
  /// {"about":"file","id"}                 {"name","content_type","bytes"}
  /// {"about":"permalink","channel","message"}  {"url"}
  /// {"about":"history","channel","thread","since","cursor"}  {"messages":[…],"next_cursor"}
  /// {"about":"threads","channel","since","cursor"}  {"threads":[…],"next_cursor"}
  ///   `since` is a ts or unix seconds, exclusive; without `thread` the channel's own messages,
  ///   newest page first; in a page the oldest first. `thread` brings a thread without its root.
  /// errors  of the call; invalid: nothing is known about that
  Task<Result<json::object>> answer(Lookup ask, Attempt attempt);
  /// "#general" as an id; an id as it is.
  Task<Result<std::string>> channel_id(std::string channel, Attempt attempt);
  size_t kept() const { return kept_.size(); }

 private:
  struct Kept {
    json::object answer;
    Monotonic until;
  };
  Task<Result<json::object>> person(std::string method, std::string field, std::string value,
                                    Attempt attempt);
  Task<Result<json::object>> channel(std::string id, Attempt attempt);
  Task<Result<json::object>> group(std::string id, Attempt attempt);
  Task<Result<json::object>> file(std::string id, Attempt attempt);
  Task<Result<json::object>> permalink(std::string channel, std::string message, Attempt attempt);
  Task<Result<json::object>> history(json::object asked, Attempt attempt);
  Task<Result<json::object>> threads(json::object asked, Attempt attempt);
  const json::object* find(const std::string& key);
  void keep(const std::string& key, const json::object& answer);

  SlackApi& api_;
  std::map<std::string, Kept> kept_;
};

}  // namespace dw
