// Who is on call: what targets "oncall:NAME" answer to Ask {"about":"oncall"}.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "config/oncall_section.h"
#include "net/http_client.h"
#include "ports/target.h"

namespace dw {

/// What is not known is empty.
struct OncallPerson {
  std::string name, email, slack;
  int level = 0;  ///< of an escalation policy, from 1 on; 0: the system knows no levels
};

/// {"primary":{"name","email","slack"},"secondary":{…}}; null where there is none: of levels 1 and
/// 2 the first, or where there are no levels the first two. With levels also "people": all of them,
/// each with its "level".
json::object encode_oncall(const std::vector<OncallPerson>& people);
/// "primary Bo Ek, secondary Ana Lopez", "nobody is on call".
std::string describe_oncall(const std::vector<OncallPerson>& people);
/// "" or why this delivery is no question about who is on call.
std::string refusal_of_oncall(const Delivery& delivery);

/// What an answer without success, or no answer, of an on-call system means. `key` names the
/// setting that holds the credentials: "oncall.sre.token".
Outcome outcome_of_oncall(const std::string& system, const std::string& key,
                          const HttpAnswer& answer, TimePoint now);
Outcome outcome_of_oncall(const std::string& system, const Error& error);

/// Who knows people by their address: the chat, for systems that know nobody's id there.
class PersonFinder {
 public:
  virtual ~PersonFinder() = default;
  /// The chat's id; empty if nobody has this address, or it can't be asked.
  virtual Task<std::string> id_of(std::string email, Millis timeout) = 0;
};

/// What all systems share that are asked over HTTP. An answer holds for a minute: shifts change on
/// the hour, and a busy channel asks often. What a probe sees answers nobody.
class OncallTarget : public Target {
 public:
  /// `system` as in labels: "pagerduty".
  OncallTarget(HttpClient& http, Clock& clock, const OncallSettings& settings, std::string system);

  /// People are given with their ids in the chat from here on, so that they can be mentioned.
  void find_people_with(PersonFinder& finder) { finder_ = &finder; }

  const std::string& name() const final { return name_; }
  const std::string& label() const final { return label_; }
  Task<std::vector<Outcome>> perform(std::vector<Delivery> deliveries, Attempt attempt) final;
  /// A question may be asked again.
  Task<Settled> settle(Delivery delivery, Attempt attempt) final;
  Task<std::vector<Probe>> probe(Millis timeout) final;

 protected:
  /// Asks the system. Done: people_ says who is on call now, the primary first.
  virtual Task<Outcome> fetch(Attempt attempt) = 0;
  /// ErrorKind::busy if no time is left.
  Task<Result<HttpAnswer>> send(HttpCall call, Attempt attempt);
  /// The setting with the credentials: "oncall.sre.token".
  std::string key() const { return "oncall." + settings_.name + ".token"; }

  Clock& clock_;
  OncallSettings settings_;
  std::vector<OncallPerson> people_;

 private:
  Task<Outcome> look(Attempt attempt);
  Task<void> find_people(Attempt attempt);

  HttpClient& http_;
  PersonFinder* finder_ = nullptr;
  std::string system_, name_, label_;
  std::optional<Monotonic> looked_at_;
};

}  // namespace dw
