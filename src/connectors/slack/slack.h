// Says things in Slack: posts, reactions, and questions to the workspace.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "connectors/slack/files.h"
#include "connectors/slack/lookups.h"
#include "ports/oncall.h"
#include "ports/target.h"

namespace dw {

class SlackTarget : public Target, public PersonFinder {
 public:
  SlackTarget(HttpClient& http, Loop& loop, Clock& clock, Rates& rates,
              const SlackSettings& settings);

  const std::string& name() const override { return name_; }
  const std::string& label() const override { return label_; }
  /// A post with files uploads them first, where nobody sees them, then posts, then shares them in
  /// the thread; a break after the post is a doubt, which settle() ends.
  Task<std::vector<Outcome>> perform(std::vector<Delivery> deliveries, Attempt attempt) override;
  /// A post is looked for by the delivery's id in its metadata; files that it was posted with and
  /// that are not shared yet are shared. Everything else may be repeated.
  Task<Settled> settle(Delivery delivery, Attempt attempt) override;
  /// The token, the scopes that are missing, and Socket Mode.
  Task<std::vector<Probe>> probe(Millis timeout) override;

  /// By users.lookupByEmail; its scope is users:read.email.
  Task<std::string> id_of(std::string email, Millis timeout) override;

  SlackApi& api() { return api_; }
  SlackFiles& files() { return files_; }

 private:
  struct Found {
    bool is_complete = true;  ///< all there was to search was searched
    std::string message;      ///< empty: not there
    std::vector<std::string> file_ids;
  };
  struct Attached {
    std::vector<std::string> ids;
    std::vector<FileLink> linked;
  };
  Task<Outcome> perform_one(Delivery delivery, Attempt attempt);
  Task<Outcome> post(Delivery delivery, ChatPost post, Attempt attempt);
  /// What needs no search in a doubt: a message written anew, a word to one person.
  Task<Outcome> post_plain(ChatPost post, Attempt attempt);
  Task<Outcome> react(ChatReact react, Attempt attempt);
  Task<Result<Attached>> attach(std::vector<FileLink> files, Attempt attempt);
  Task<Result<Found>> find(Delivery delivery, ChatPost post, Attempt attempt);
  Task<Settled> settle_post(Delivery delivery, ChatPost post, Attempt attempt);
  Task<Result<void>> share_rest(ChatPost post, Found found, Attempt attempt);
  Task<Probe> probe_socket(Attempt attempt);

  SlackApi api_;
  SlackLookups asks_;
  SlackFiles files_;
  std::string name_{slack_name}, label_{"slack:api"};
};

}  // namespace dw
