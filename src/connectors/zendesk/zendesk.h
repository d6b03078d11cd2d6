// Target "desk:zendesk": opens tickets, adds comments, changes tickets, and answers questions.
#pragma once
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "connectors/zendesk/attachments.h"
#include "connectors/zendesk/files.h"
#include "ports/target.h"

namespace dw {

class ZendeskDesk : public Target {
 public:
  /// Zendesk may go on with a request whose connection broke: until `settle_after` its audits prove
  /// nothing.
  explicit ZendeskDesk(ZendeskClient& client, Millis settle_after = Millis(30'000));

  ZendeskFiles& files() { return files_; }
  ZendeskAttachments& attachments() { return attachments_; }

  const std::string& name() const override { return name_; }
  const std::string& label() const override { return label_; }
  Millis timeout_min(const Delivery& delivery) const override;
  /// A ticket that is closed for good refuses comments and updates with "closed".
  Task<std::vector<Outcome>> perform(std::vector<Delivery> deliveries, Attempt attempt) override;
  /// A ticket is looked up by external_id, a comment or update by its marker in the audits; not
  /// before Zendesk has had time to finish what broke off.
  Task<Settled> settle(Delivery delivery, Attempt attempt) override;
  /// Who we are, what we may do, and whether group and field are there.
  Task<std::vector<Probe>> probe(Millis timeout) override;

 private:
  /// A delivery whose outcome was lost, since this process has known of it.
  struct Doubt {
    Monotonic since{};
    std::optional<Monotonic> asked_at;
  };
  /// `is_through`: Zendesk has answered, so nothing of it can happen later.
  void note_doubt(DeliveryId id, bool is_through = false);
  Task<Settled> look_for(Delivery delivery, Attempt attempt);
  Task<Outcome> perform_one(Delivery delivery, Attempt attempt);
  Task<Outcome> open(DeskOpen open, std::string marker, Attempt attempt);
  Task<Outcome> comment(DeskComment comment, std::string marker, int attempts, Attempt attempt);
  Task<Outcome> update(DeskUpdate update, std::string marker, Attempt attempt);
  Task<Outcome> solve_with_assignee(DeskUpdate update, std::string marker, Attempt attempt);
  Task<Outcome> refusal(HttpAnswer answer, std::string ticket, Attempt attempt);
  Task<Result<int64_t>> agent_named(std::string who, Attempt attempt);

  Task<Outcome> ask(Lookup ask, Attempt attempt);
  Task<Outcome> ask_ticket(std::string id, Attempt attempt);
  Task<Outcome> ask_comments(std::string id, std::string after, Attempt attempt);
  Task<Outcome> ask_comment(Lookup ask, Attempt attempt);
  Task<Outcome> ask_solutions(Lookup ask, Attempt attempt);
  Task<Outcome> ask_updates(std::string id, std::string after, Attempt attempt);
  Task<Outcome> ask_search(Lookup ask, Attempt attempt);
  Task<Outcome> ask_export(std::string cursor, std::string from, Attempt attempt);

  Task<Settled> settle_open(DeskOpen open, Attempt attempt);
  Task<Settled> settle_by_audits(Delivery delivery, std::string ticket, Attempt attempt);
  /// GET and a body that is JSON, or what it came to instead.
  Task<Result<json::value>> get(zendesk::Request request, Outcome& failed, Attempt attempt);
  /// Takes a page of a list; false: the pages behind it are not wanted.
  using PageReader = std::function<bool(const json::value& page)>;
  /// GETs a list (`path` has its page size) page by page; the cursor of what was not read, if any.
  /// errors  as get(), with what it came to in `failed`
  Task<Result<std::string>> read_pages(const std::string& path, const PageReader& read,
                                       Outcome& failed, Attempt attempt);
  Task<std::optional<Probe>> probe_type_field(Attempt attempt);
  Task<Probe> probe_thing(std::string name, std::string path, Attempt attempt);

  ZendeskClient& client_;
  Millis settle_after_;
  ZendeskFiles files_;
  ZendeskAttachments attachments_;
  std::string name_ = "desk:zendesk";
  std::string label_;
  std::map<DeliveryId, Doubt> doubts_;
};

}  // namespace dw
