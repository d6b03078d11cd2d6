// One simulated run: one to three replicas over one database, senders who repeat themselves,
// systems outside, a person, and a storm of faults, all out of one seed. After the storm the
// weather is good, everything must drain, and the promises are checked.
#pragma once
#include <deque>
#include <optional>
#include <set>

#include "sim/replica.h"
#include "sim/server.h"

namespace dw::sim {

/// What somebody outside wants to hand over, and what they have been told.
struct Order {
  enum class Expect {
    ticket,   ///< one ticket and one message on its queue
    refusal,  ///< turned away, for good
    reply,    ///< taken with an explanation; no ticket
    comment,  ///< one comment on a ticket
    courier,  ///< one delivery for each of `items`
    parked,   ///< kept, though the job is broken
    said,     ///< in a bridged thread or at its desk: talkers.cc
  };
  Expect expect;
  Event event;
  std::string queue;  ///< of a ticket
  int items = 0;      ///< of a courier's order: its deliveries
  int answers = 0;    ///< how many of them come back as events
  bool is_accepted = false, is_refused = false;
  int firsts = 0;  ///< answers that said: taken for the first time
  std::string reply;
  int64_t ticket = 0;  ///< as the reply named it
};

/// A bridged thread, and what people and the agent said in it.
struct Conversation {
  std::string thread;
  size_t root = 0;  ///< the order that brings its first message
  struct Words {
    std::string text, key;  ///< the key of their event
  };
  std::vector<Words> said{}, edited{};
  std::vector<std::string> answered{}, noted{};  ///< by the agent, in public and in private
  std::vector<std::string> hidden{};             ///< said in public, and made private later
  std::vector<std::string> secrets{};            ///< never for anybody at the other side
  bool is_private = false;                       ///< from its first message on: it has no ticket
};

/// Of a delivery, in SQL: the bridge or the engine took it back, and no person decided.
constexpr const char* is_taken_back =
    "reason IN ('the message was deleted or withdrawn in Slack', "
    "'the message was edited in Slack', 'it is private', 'it is gone')";

/// One of several changes of a ticket that are sent at the same time: one field's new value.
struct Patch {
  Event event;
  int64_t ticket = 0;
  std::string field, value;
  bool is_insistent = false;  ///< sent again until it is accepted; the others once
  int sent = 0, refused = 0;
  bool is_accepted = false;
  Monotonic sent_at{}, accepted_at{};
};

/// A FIFO message that is sent twice at the same time.
struct Twins {
  std::string key;
  int sent = 0, refused = 0;
  std::set<int64_t> ids{};  ///< as the answers named them
};

/// Many tickets about one thing, and what was asked about them.
struct Outage {
  std::vector<size_t> talks{};              ///< conversations
  std::optional<size_t> seen{}, opening{};  ///< orders
  std::vector<size_t> answers{};            ///< orders
  std::vector<std::string> notes{};         ///< private, at the parent
  std::vector<std::string> commanded{};     ///< answers, given in its own thread
  std::vector<std::string> said_at_desk{};  ///< answers, given on the parent there
  std::string copied;                       ///< what solved the parent there
  int copies_to_come = 0, twins_to_come = 0;
  bool is_ended = false;
};

/// What the replicas of a run share.
enum class Ground {
  file,    ///< one SQLite file on a machine that can lose its power
  server,  ///< one PostgreSQL, whose sessions go on in turns, and connections that break
};

class World : public MachineWatch {
 public:
  World(uint64_t seed, Ground ground);
  ~World() override;

  /// The whole run. What it broke is in story().
  void run();
  const Story& story() const { return story_; }
  /// Simulated time that passed.
  Millis passed() const;

  void machine_dies(const std::string& how, Image left) override;
  void replica_stalls(const SimStore& store) override;

 private:
  // world.cc: time and faults
  void start_machine(const Image* image);
  void start_replica(size_t number);
  void take_apart();
  void run_until(Monotonic until, bool is_ended_by_draining);
  void step();
  void after(Millis wait, void (World::*then)());
  void after(Millis wait, std::function<void()> then);
  void next_fault();
  void one_fault();
  void pause_replica();
  void pause(Replica& replica);
  void kill_replica();
  void trouble_server();
  bool is_on_server() const { return server_ != nullptr; }
  void restart_replica();
  void jump_clock();
  void spoil_store();
  void next_weather();
  void calm();
  void check_bounds();
  Replica* any_replica();
  std::vector<Replica*> two_replicas();
  Millis any_wait(int64_t least, int64_t most);

  // people.cc: who hands things over, and who decides
  void plan_orders();
  void add_order(size_t number);
  void send(size_t index);
  void hear(size_t index, const Result<Accepted>& accepted);
  static Task<void> hand(Replica& replica, World& world, size_t index, Event event);
  void send_all_again();
  void decide();
  void decide_one(const Delivery& delivery);
  void consume();
  void close_ticket();
  void tell_customers();
  void ask_for_notices(Replica* replica);

  // talkers.cc: bridged threads
  void plan_talks();
  void begin_ordinary_talk();
  void begin_talk(const char* words);
  void speak(size_t number);
  void answer_talk(size_t number);
  void edit(size_t number, size_t order, const std::string& message);
  void tell_change(const std::string& ticket);
  void tell_all_changes();
  void check_talks();
  void check_silence(const Conversation& one);
  void check_talk_order(const Conversation& one);
  std::string fresh_message();
  static Event message_event(const std::string& thread, const std::string& message,
                             const std::string& text);

  // outage.cc: many report one thing
  void plan_outage();
  void report_outage();
  std::vector<std::string> reported_tickets();
  size_t ask_of_storm(const char* kind, json::object body);
  void see_outage();
  void open_outage();
  int64_t outage_parent();
  void answer_outage();
  void note_outage();
  void leave_outage();
  void end_outage();
  void check_outage();
  void check_member(const std::string& ticket, const std::string& thread);

  // at_problem.cc: agents at an incident's parent
  void send_twins_of(Event message);
  void say_in_outage();
  void comment_outage();
  std::string outage_number();
  void solve_outage_at_desk();
  void check_answers();

  // secrets.cc: what is private, taken back, or said in disorder
  void send_chat(const std::string& thread, const std::string& message, const std::string& text,
                 const char* kind, bool is_command = false);
  void begin_ephemeral();
  void ephemeral(size_t number);
  void take_back(size_t number);
  void say_behind(size_t deletion, const std::string& thread, const std::string& message,
                  const std::string& text);
  void speak_at_once(size_t number);
  void hide_answer(const std::string& thread, const std::string& text);
  void check_secrets(const Conversation& one);

  // meetings.cc: the same at once at two replicas
  void meet();
  void patch_one_ticket();
  void send_patch(size_t index, Replica* replica);
  static Task<void> hand_patch(Replica& replica, World& world, size_t index, Event event);
  void hear_patch(size_t index, const Result<Accepted>& accepted);
  void send_twins();
  static Task<void> hand_twin(Replica& replica, World& world, size_t index);
  void send_order_twice();
  void check_meetings();
  void check_patch(const Patch& patch);
  void check_field(int64_t ticket, const std::string& field);

  // promises.cc
  bool has_drained();
  void check_kept();
  void check_promises();
  void check_order(const Order& order);
  void check_comment(const Order& order);
  void check_tickets(const Order& order, const std::string& event);
  void check_deliveries();
  void check_customers();

  uint64_t seed_;
  ManualClock clock_;
  Story story_;
  Random random_;
  std::unique_ptr<Server> server_;  ///< this or a file
  std::unique_ptr<FileDisk> file_;
  Disk& disk_;
  Outside outside_;
  StoreWeather store_weather_;
  std::vector<Millis> wall_offsets_;
  std::vector<std::unique_ptr<Replica>> replicas_;
  std::deque<Order> orders_;
  std::deque<Conversation> conversations_;
  Outage outage_;
  std::deque<Patch> patches_;
  std::deque<Twins> twins_;
  int64_t last_message_ = 0;
  size_t orders_to_come_ = 0;
  std::set<int64_t> seen_by_person_;
  std::map<int64_t, std::set<int64_t>> consumed_;  // messages by ticket
  std::optional<Image> left_;                      // of a machine that has just died
  std::string how_it_died_;
  int incarnation_ = 0;
  bool is_storm_ = true;
  bool is_everybody_notified_ = false;
  Monotonic begun_{};
  TimePoint begun_at_{};
};

}  // namespace dw::sim
