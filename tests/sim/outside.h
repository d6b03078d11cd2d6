// The outside world: systems that take effects, each with its own way to settle a doubt (the table
// of promise 2), in weather that changes. It outlives every crash, and remembers all that was done.
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/random.h"
#include "net/async_event.h"
#include "ports/target.h"
#include "sim/customers.h"
#include "sim/disk.h"
#include "sim/story.h"
#include "sim/talk.h"

namespace dw::sim {

/// How a system settles a doubt.
enum class Settles {
  by_key,     ///< a create with an idempotency key, and a look-up: Zendesk tickets
  by_search,  ///< what was said can be found again: Slack posts, Zendesk comments
  by_repeat,  ///< a second time does no harm: standard queues, alerts
  by_dedup,   ///< the same, and the system itself drops repeats for five minutes: FIFO queues
  by_person,  ///< nobody can tell: customer mail
};

enum class Weather { good, flaky, slow, limiting, dead };

struct Place {
  std::string name, label;
  Settles settles;
  bool is_talk = false;  ///< the bridge's: what it does and answers is kept in Talk
  size_t batch_max = 1;
  Weather weather = Weather::good;
  struct Effect {
    Monotonic at;
  };
  std::map<int64_t, std::vector<Effect>> effects;  ///< by delivery
  std::set<int64_t> questions{};                   ///< deliveries that are questions, or ask one
  std::map<std::string, int64_t> last_in_lane;     ///< the latest delivery of a lane that it holds
};

/// One process among its replicas, as the outside can tell them apart.
struct Sender {
  std::string holder;
  std::string name;
};

class Outside {
 public:
  Outside(ManualClock& clock, Story& story, Disk& disk, uint64_t seed);

  std::map<std::string, Place>& places() { return places_; }
  Talk& talk() { return talk_; }
  Place& place(const std::string& name) { return places_.at(name); }
  /// All systems well, or each in weather of its own.
  void change_weather(bool is_well);

  /// What one request comes to: when its effects happen, and what is heard of it and when.
  struct Fate {
    std::vector<Outcome> outcomes;
    Millis heard_after{};
    /// When the sender hung up without hearing it; shared with the effects that are to come.
    std::shared_ptr<std::optional<Monotonic>> hung_up_at =
        std::make_shared<std::optional<Monotonic>>();
  };
  Fate decide(Place& place, const Sender& sender, const std::vector<Delivery>& deliveries,
              Millis timeout);
  Settled settle(Place& place, const Delivery& delivery);
  bool has_happened(int64_t delivery) const;
  /// A person decided about this delivery: what they cause is not the program's fault.
  void note_decision(int64_t delivery) { decided_.insert(delivery); }
  bool is_decided(int64_t delivery) const { return decided_.count(delivery) > 0; }
  size_t effects() const { return effects_; }
  /// Which tickets closed, and who has been told.
  Report& report() { return report_; }
  const Mailboxes& mailboxes() const { return mailboxes_; }

 private:
  void check_right(const Place& place, const Sender& sender,
                   const std::vector<Delivery>& deliveries);
  Outcome decide_one(Place& place, const Delivery& delivery, Millis& effect_after);
  void take_effect(const std::string& place_name, const Delivery& delivery);
  json::object answer_of(const Place& place, const Delivery& delivery);
  Millis any_wait(Millis most) { return Millis(random_.below(most.count() + 1)); }
  bool has_luck(double chance) { return random_.fraction() < chance; }

  ManualClock& clock_;
  Story& story_;
  Disk& disk_;
  Random random_;
  std::map<std::string, Place> places_;
  Talk talk_;
  std::set<int64_t> decided_, sent_;  ///< sent: what is no question
  Report report_;
  Mailboxes mailboxes_;
  size_t effects_ = 0;
};

/// The connector of one process to one place.
class SimTarget : public Target {
 public:
  SimTarget(Loop& loop, Clock& clock, Outside& outside, Place& place, Sender sender)
      : loop_(loop), clock_(clock), outside_(outside), place_(place), sender_(std::move(sender)) {}

  const std::string& name() const override { return place_.name; }
  const std::string& label() const override { return place_.label; }
  size_t batch_max() const override { return place_.batch_max; }
  Task<std::vector<Outcome>> perform(std::vector<Delivery> deliveries, Attempt attempt) override;
  Task<Settled> settle(Delivery delivery, Attempt attempt) override;
  Task<std::vector<Probe>> probe(Millis timeout) override;

 private:
  Loop& loop_;
  Clock& clock_;
  Outside& outside_;
  Place& place_;
  Sender sender_;
};

}  // namespace dw::sim
