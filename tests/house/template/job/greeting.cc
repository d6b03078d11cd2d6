#include "jobs/greeting/greeting.h"

#include "jobs/greeting/rows.h"

namespace dw {
namespace {

std::string text_of(const Event& event, const char* key) {
  return JsonView(event.body)[key].text().value_or("");
}

}  // namespace

const OwnSection& own_greeting_section() {
  static const Section<GreetingSettings> section{
      "greeting",
      "[greeting]",
      "People are greeted when they are met for the first time.",
      {text_field("words", &GreetingSettings::words, "what is said in front of the name")}};
  static const OwnTable<GreetingSettings> own(section);
  return own;
}

void Greeting::declare(Metrics& metrics) const {
  metrics.declare_counter(AddGreeting::counted, "People greeted");
}

Retention Greeting::retention() const {
  return {.steps = {greeting::prune}};
}

Result<GreetingView> Greeting::read(const Event& event, ReadDb& db) const {
  DW_TRY(const bool is_known, greeting::has(db, text_of(event, "person")));
  return GreetingView{is_known};
}

Plan Greeting::plan(const Event& event, const GreetingView& view) const {
  Plan plan;
  if (view.is_known) return plan;
  const std::string person = text_of(event, "person");
  plan.changes.emplace_back(AddGreeting{person});
  ChatPost post{.channel = text_of(event, "channel"), .text = settings_.words + ", " + person};
  plan.deliveries.push_back(
      {.lane = "greeting:" + person, .target = "slack", .payload = std::move(post)});
  return plan;
}

}  // namespace dw
