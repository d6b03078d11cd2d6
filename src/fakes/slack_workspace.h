// A Slack workspace in memory: people, channels, messages, files. It answers Web API methods and
// says which events follow; it knows nothing of HTTP. Shapes as docs.slack.dev and the payloads of
// the official SDKs' tests have them, read 2026-11.
#pragma once
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/json.h"

namespace dw {

struct FakeSlackOptions {
  std::string bot_token = "xoxb-fake-bot", app_token = "xapp-fake-app";
  std::string signing_secret = "fake-signing-secret";
  std::string team = "T1", app = "A1", bot_user = "U1", bot = "B1";
  std::vector<std::string> scopes{};  ///< empty: all that there are
  int port = 0;
  std::string events_url{};       ///< set: events go there, signed, instead of to sockets
  Millis ping_every{5'000};       ///< pings to sockets
  Millis redeliver_after{3'000};  ///< an event that nobody acknowledged
  int sockets_max = 10;
  size_t page_max = 999;  ///< messages of one answer; 15 for apps outside of the marketplace
};

class FakeSlackWorkspace {
 public:
  struct Message {
    std::string ts, user, bot, text, thread, subtype, edited, edited_by;
    json::value metadata{};
    json::value blocks{};
    std::vector<std::string> files;
    std::map<std::string, std::set<std::string>> reactions;
  };
  struct File {
    std::string id, name, content_type, bytes;
    std::vector<std::string> shared_in;
  };
  struct Channel {
    std::string id, name;
    bool is_private = false, is_archived = false, is_member = true, is_ext_shared = false;
    std::map<std::string, Message> messages;  ///< by ts, which sorts by time
  };
  struct Person {
    std::string id, name, email;
    bool is_bot = false;
    bool is_guest = false;
    std::string team;  ///< another company's; empty: this workspace's
  };
  /// A method's arguments; what is no text stands there as JSON.
  using Fields = std::map<std::string, std::string, std::less<>>;

  FakeSlackWorkspace(Clock& clock, FakeSlackOptions options);

  /// Told of each event's inner object, as Slack sends it in "event".
  void on_event(std::function<void(json::object)> told) { told_ = std::move(told); }
  /// Where this can be reached: for the addresses in answers.
  void use_url(std::string url) { url_ = std::move(url); }

  /// `is_ext_shared`: with another company.
  void add_channel(const std::string& id, const std::string& name, bool is_ext_shared = false);
  void add_group(const std::string& id, const std::string& handle);
  void add_person(const std::string& id, const std::string& name, const std::string& email);
  /// A guest, or (`team`) somebody of another company.
  void add_outsider(const std::string& id, const std::string& name, const std::string& team);

  /// What people do. Each tells its events and says the ts.
  std::string say(const std::string& channel, const std::string& user, const std::string& text,
                  const std::string& thread = "", const std::vector<std::string>& files = {});
  std::string say_as_bot(const std::string& channel, const std::string& bot,
                         const std::string& text);
  /// What was said in the past, at `said.ts`: no event follows.
  void put(const std::string& channel, Message said);
  void edit(const std::string& channel, const std::string& ts, const std::string& text);
  void remove(const std::string& channel, const std::string& ts);
  void react(const std::string& channel, const std::string& ts, const std::string& user,
             const std::string& emoji, bool is_added = true);
  /// A file that a person has; its id.
  std::string add_file(const std::string& name, const std::string& content_type,
                       const std::string& bytes);

  /// One Web API method (slack_methods.cc): {"ok":true,…} or {"ok":false,"error":…}.
  json::object call(std::string_view method, const Fields& fields);

  const std::map<std::string, Channel>& channels() const { return channels_; }
  const std::map<std::string, Person>& people() const { return people_; }
  std::map<std::string, File>& files() { return files_; }
  /// All messages of a channel, oldest first.
  std::vector<Message> messages(const std::string& channel) const;
  json::object message_json(const Channel& channel, const Message& message,
                            bool has_metadata = false) const;

 private:
  // slack_methods.cc
  using Method = json::object (FakeSlackWorkspace::*)(const Fields&);
  static const std::map<std::string_view, Method>& methods();

  json::object post(const Fields& fields);
  json::object update(const Fields& fields);
  json::object ephemeral(const Fields& fields);
  json::object erase(const Fields& fields);
  json::object permalink(const Fields& fields);
  json::object history(const Fields& fields);
  json::object replies(const Fields& fields);
  json::object describe_channel(const Fields& fields);
  json::object list(const Fields& fields);
  json::object join(const Fields& fields);
  json::object describe_person(const Fields& fields);
  json::object person_by_email(const Fields& fields);
  json::object groups(const Fields& fields);
  json::object add_reaction(const Fields& fields);
  json::object remove_reaction(const Fields& fields);
  json::object begin_upload(const Fields& fields);
  json::object complete_upload(const Fields& fields);
  json::object describe_file(const Fields& fields);
  json::object who_am_i(const Fields& fields);
  json::object nothing(const Fields& fields);
  json::object page(const Channel& channel, std::vector<const Message*> found,
                    const Fields& fields) const;
  json::object person_json(const Person& person) const;

  Channel* channel(std::string_view id);
  Message* message(const std::string& channel, const std::string& ts);
  std::string fresh_ts();
  std::string add(Channel& channel, Message message);
  void tell(json::object event);
  json::object file_json(const File& file) const;

  Clock& clock_;
  FakeSlackOptions options_;
  std::string url_;
  std::function<void(json::object)> told_;
  std::map<std::string, Channel> channels_;
  std::map<std::string, std::string> groups_{};  ///< handles by id
  std::map<std::string, Person> people_;
  std::map<std::string, File> files_;
  int64_t last_ts_ = 0;
  int last_file_ = 0;
};

}  // namespace dw
