#include "connectors/postcard/postcard.h"

#include <fmt/format.h>

#include "sql/postcard.h"

namespace dw {
namespace {

constexpr const char* sent_metric = "deskwire_postcards_total";

/// Empty if the delivery is none of ours.
std::string addressee_of(const Delivery& delivery) {
  const auto* ask = std::get_if<Lookup>(&delivery.payload);
  if (ask == nullptr || ask->about != "postcard") return "";
  const json::value details = ask->details;
  return JsonView(details)["to"].text().value_or("");
}

}  // namespace

const OwnSection& own_postcard_section() {
  static const Section<PostcardSettings> section{
      "postcard",
      "[postcard]",
      "A post office that takes cards.",
      {text_field("url", &PostcardSettings::url, "where cards are posted; empty: none is sent")}};
  static const OwnTable<PostcardSettings> own(section);
  return own;
}

PostcardTarget::PostcardTarget(HttpClient& http, Clock& clock, Metrics& metrics,
                               PostcardSettings settings)
    : http_(http), clock_(clock), metrics_(metrics), settings_(std::move(settings)) {
  metrics_.declare_counter(sent_metric, "Postcards that the post office took");
}

Task<std::vector<Outcome>> PostcardTarget::perform(std::vector<Delivery> deliveries,
                                                   Attempt attempt) {
  std::vector<Outcome> outcomes;
  for (const Delivery& delivery : deliveries) {
    Delivery copy = delivery;
    outcomes.push_back(co_await send(std::move(copy), attempt));
  }
  co_return outcomes;
}

Task<Outcome> PostcardTarget::send(Delivery delivery, Attempt attempt) {
  const std::string to = addressee_of(delivery);
  if (to.empty()) co_return Outcome::refused("a card needs a name");
  HttpCall call{.method = "POST",
                .url = settings_.url,
                .headers = {{"Content-Type", "application/json"}},
                .body = to_text(json::object{{"to", to}})};
  const Result<HttpAnswer> answer =
      co_await http_.send(std::move(call), attempt.left(clock_), attempt.fence);
  if (!answer.ok()) {
    const Error& error = answer.error();
    const bool is_unsure = error.kind == ErrorKind::unsure;
    co_return is_unsure ? Outcome::unsure(error.what) : Outcome::later(error.what);
  }
  if (answer->status >= 500) {
    co_return Outcome::later(fmt::format("the post office answered {}", answer->status));
  }
  if (answer->status >= 300) {
    co_return Outcome::refused(fmt::format("the post office answered {}", answer->status));
  }
  metrics_.add(sent_metric);
  co_return Outcome::done(json::object{{"to", to}});
}

Task<Settled> PostcardTarget::settle(Delivery, Attempt) {
  co_return Settled{.kind = Settled::Kind::repeatable, .why = "a second card does no harm"};
}

Task<std::vector<Probe>> PostcardTarget::probe(Millis) {
  co_return std::vector<Probe>{{.name = "postcard", .is_ok = true, .detail = settings_.url}};
}

Result<Outcome> PostcardBook::apply(Db& db, const Delivery& delivery, TimePoint now) {
  const std::string to = addressee_of(delivery);
  if (to.empty()) return Outcome::refused("a card needs a name");
  DW_CHECK(db.send(stmt::add_postcard, {to, now}));
  return Outcome::done(json::object{{"to", to}});
}

}  // namespace dw
