#include "connectors/slack/slack.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "connectors/slack/posts.h"
#include "connectors/slack/scopes.h"

namespace dw {
namespace {

/// How far Slack's clock may be from ours.
constexpr std::chrono::seconds clock_slack{60};
constexpr int search_pages_max = 20;
constexpr int messages_per_page = 200;
constexpr size_t files_max = 10;

Outcome outcome_of(const Error& error) {
  switch (error.kind) {
    case ErrorKind::unsure:
      return Outcome::unsure(error.what, error.when);
    case ErrorKind::unreachable:
      return Outcome::later("unreachable: " + error.what);
    case ErrorKind::busy:
    case ErrorKind::full:
    case ErrorKind::denied:  // a person mends it, and then it goes on
      return Outcome::later(error.what, error.when);
    default:
      return Outcome::refused(error.what);
  }
}

/// The message that was to be written anew, or gets an emoji, was deleted, or nobody reads it any
/// more: there is nothing left to do.
bool is_gone(const Error& error) {
  const std::string_view word = error_code(error);
  return word == "message_not_found" || word == "is_archived" || word == "thread_not_found";
}

/// Saying it twice does no harm: the message is the same, or its one reader sees it twice.
bool is_plain(const ChatPost& post) {
  return !post.replaces.empty() || !post.only_to.empty();
}

/// Slack does not show these buttons: the words go out without them.
bool is_about_blocks(const Error& error) {
  return error_code(error).starts_with("invalid_blocks");
}

std::string text_at(const json::value& value, std::string_view key) {
  return JsonView(value)[key].text().value_or("");
}

json::object posted(const std::string& channel, const std::string& message) {
  return {{"message", message}, {"channel", channel}};
}

}  // namespace

SlackTarget::SlackTarget(HttpClient& http, Loop& loop, Clock& clock, Rates& rates,
                         const SlackSettings& settings)
    : api_(http, loop, clock, rates, settings), asks_(api_), files_(api_) {}

Task<std::vector<Outcome>> SlackTarget::perform(std::vector<Delivery> deliveries, Attempt attempt) {
  std::vector<Outcome> outcomes;
  for (Delivery& delivery : deliveries) {
    outcomes.push_back(co_await perform_one(std::move(delivery), attempt));
  }
  co_return outcomes;
}

Task<Outcome> SlackTarget::perform_one(Delivery delivery, Attempt attempt) {
  if (const auto* said = std::get_if<ChatPost>(&delivery.payload)) {
    ChatPost copy = *said;
    const Result<std::string> channel = co_await asks_.channel_id(copy.channel, attempt);
    if (!channel.ok()) {
      Outcome failed = outcome_of(channel.error());
      // Nothing was said yet.
      if (failed.kind == Outcome::Kind::unsure) failed.kind = Outcome::Kind::later;
      co_return failed;
    }
    copy.channel = *channel;
    if (is_plain(copy)) co_return co_await post_plain(std::move(copy), attempt);
    co_return co_await post(std::move(delivery), std::move(copy), attempt);
  }
  if (const auto* reaction = std::get_if<ChatReact>(&delivery.payload)) {
    co_return co_await react(*reaction, attempt);
  }
  if (const auto* ask = std::get_if<Lookup>(&delivery.payload)) {
    const Result<json::object> answer = co_await asks_.answer(*ask, attempt);
    if (!answer.ok()) {
      Outcome outcome = outcome_of(answer.error());
      // A question changes nothing: there is no doubt, it is asked again.
      if (outcome.kind == Outcome::Kind::unsure) outcome.kind = Outcome::Kind::later;
      // An unknown person, channel or thread: whoever asked goes on with what is known.
      outcome.is_unwanted = outcome.kind == Outcome::Kind::refused;
      co_return outcome;
    }
    co_return Outcome::done(*answer);
  }
  co_return Outcome::refused("Slack accepts posts, reactions and queries only");
}

Task<Result<SlackTarget::Attached>> SlackTarget::attach(std::vector<FileLink> files,
                                                        Attempt attempt) {
  Attached out;
  for (FileLink& file : files) {
    if (out.ids.size() >= files_max) {
      out.linked.push_back(std::move(file));
      continue;
    }
    const Result<std::string> id = co_await files_.upload(file, attempt);
    if (id.ok()) {
      out.ids.push_back(*id);
    } else if (is_passing(id.error().kind)) {
      co_return id.error();
    } else {
      out.linked.push_back(std::move(file));  // it can't be had: people follow the link
    }
  }
  co_return out;
}

Task<Outcome> SlackTarget::post(Delivery delivery, ChatPost post, Attempt attempt) {
  const Result<Attached> attached = co_await attach(post.files, attempt);
  if (!attached.ok()) {
    // Nothing of it can be seen yet, so there is no doubt.
    co_return Outcome::later("a file: " + attached.error().what, attached.error().when);
  }
  const std::string words = words_of(post, attached->linked);
  if (words.empty() && attached->ids.empty()) co_return Outcome::refused("the text is empty");
  SlackCall call{.method = "chat.postMessage"};
  call.fields = encode_post(post, words.empty() ? "📎" : words, to_text(delivery.id), attached->ids);
  call.channel = post.channel;
  Result<SlackAnswer> answer = co_await api_.call(call, attempt);
  if (!answer.ok() && is_about_blocks(answer.error())) {
    std::erase_if(call.fields, [](const auto& field) { return field.first == "blocks"; });
    answer = co_await api_.call(std::move(call), attempt);
  }
  if (!answer.ok()) co_return outcome_of(answer.error());
  const std::string message = text_at(answer->body, "ts");
  if (message.empty()) co_return Outcome::unsure("Slack accepted the post but returned no ts");
  if (!attached->ids.empty()) {
    const std::string thread = post.thread.empty() ? message : post.thread;
    const Result<void> shared = co_await files_.share(attached->ids, post.channel, thread, attempt);
    if (!shared.ok())
      co_return Outcome::unsure("posted, its files not yet: " + shared.error().what);
  }
  co_return Outcome::done(posted(post.channel, message));
}

Task<Outcome> SlackTarget::post_plain(ChatPost post, Attempt attempt) {
  const std::string words = words_of(post, post.files);
  if (words.empty()) co_return Outcome::refused("the text is empty");
  SlackCall call{.method = "chat.update"};
  call.fields = encode_rewrite(post, words);
  if (!post.only_to.empty()) {
    call.method = "chat.postEphemeral";
    call.fields = encode_ephemeral(post, words);
  }
  const Result<SlackAnswer> answer = co_await api_.call(std::move(call), attempt);
  if (!answer.ok()) {
    if (!post.replaces.empty() && is_gone(answer.error())) co_return Outcome::done(json::object{});
    Outcome outcome = outcome_of(answer.error());
    if (outcome.kind == Outcome::Kind::unsure) outcome.kind = Outcome::Kind::later;
    co_return outcome;
  }
  co_return Outcome::done(posted(post.channel, post.replaces));
}

Task<Outcome> SlackTarget::react(ChatReact react, Attempt attempt) {
  SlackCall call{
      .method = react.is_removed ? "reactions.remove" : "reactions.add",
      .fields = {{"channel", react.channel}, {"timestamp", react.message}, {"name", react.emoji}}};
  const Result<SlackAnswer> answer = co_await api_.call(std::move(call), attempt);
  // It is there, or it is gone, already.
  if (!answer.ok() && answer.error().kind != ErrorKind::conflict && !is_gone(answer.error())) {
    co_return outcome_of(answer.error());
  }
  co_return Outcome::done(json::object{});
}

Task<Result<SlackTarget::Found>> SlackTarget::find(Delivery delivery, ChatPost post,
                                                   Attempt attempt) {
  const Result<SlackSelf> self = co_await api_.self(attempt);
  if (!self.ok()) co_return self.error();
  const auto since = std::chrono::floor<std::chrono::seconds>(delivery.created_at) - clock_slack;
  const std::string marker = to_text(delivery.id);
  std::string cursor;
  for (int page = 0; page < search_pages_max; ++page) {
    SlackCall call{
        .method = post.thread.empty() ? "conversations.history" : "conversations.replies",
        .fields = {{"channel", post.channel},
                   {"oldest", std::to_string(since.time_since_epoch().count())},
                   {"include_all_metadata", "true"},
                   {"limit", std::to_string(messages_per_page)}}};
    if (!post.thread.empty()) call.fields.emplace_back("ts", post.thread);
    if (!cursor.empty()) call.fields.emplace_back("cursor", cursor);
    const Result<SlackAnswer> answer = co_await api_.call(std::move(call), attempt);
    if (!answer.ok()) co_return answer.error();
    const JsonView body(answer->body);
    for (const JsonView& one : body["messages"].elements()) {
      // Another Deskwire in the same workspace counts its deliveries too.
      const bool is_ours = one["bot_id"].text() == self->bot || one["user"].text() == self->user;
      if (!is_ours || marker_of(*one.raw()) != marker) continue;
      co_return Found{true, one["ts"].text().value_or(""), file_ids_of(*one.raw())};
    }
    cursor = body["response_metadata"]["next_cursor"].text().value_or("");
    if (cursor.empty()) co_return Found{};
  }
  co_return Found{false, "", {}};
}

Task<Result<void>> SlackTarget::share_rest(ChatPost post, Found found, Attempt attempt) {
  if (found.file_ids.empty()) co_return Result<void>();
  Result<std::vector<std::string>> rest = co_await files_.unshared(found.file_ids, attempt);
  if (!rest.ok()) co_return rest.error();
  if (rest->empty()) co_return Result<void>();
  const std::string thread = post.thread.empty() ? found.message : post.thread;
  co_return co_await files_.share(std::move(*rest), post.channel, thread, attempt);
}

Task<Settled> SlackTarget::settle(Delivery delivery, Attempt attempt) {
  const auto* said = std::get_if<ChatPost>(&delivery.payload);
  if (said == nullptr || is_plain(*said)) {
    co_return Settled{.kind = Settled::Kind::repeatable,
                      .why = "a reaction, a query or an edit can be repeated"};
  }
  ChatPost post = *said;
  const Result<std::string> channel = co_await asks_.channel_id(post.channel, attempt);
  if (!channel.ok()) co_return Settled{.kind = Settled::Kind::later, .why = channel.error().what};
  post.channel = *channel;
  co_return co_await settle_post(std::move(delivery), std::move(post), attempt);
}

Task<Settled> SlackTarget::settle_post(Delivery delivery, ChatPost post, Attempt attempt) {
  using Kind = Settled::Kind;
  const Result<Found> found = co_await find(std::move(delivery), post, attempt);
  if (!found.ok()) {
    const ErrorKind kind = found.error().kind;
    // A thread or channel that is gone holds no message either.
    const bool is_gone = kind == ErrorKind::missing;
    co_return Settled{.kind = is_gone ? Kind::not_happened : Kind::later,
                      .why = found.error().what};
  }
  if (!found->is_complete) {
    co_return Settled{.kind = Kind::unknown,
                      .why = "too many messages since then to find this one: look for it in Slack"};
  }
  if (found->message.empty()) co_return Settled{.kind = Kind::not_happened, .why = "not there"};
  const Result<void> shared = co_await share_rest(post, *found, attempt);
  if (!shared.ok() && is_passing(shared.error().kind)) {
    co_return Settled{.kind = Kind::later, .why = "its files: " + shared.error().what};
  }
  co_return Settled{.kind = Kind::happened,
                    .why = shared.ok() ? "found" : "found; its files: " + shared.error().what,
                    .answer = posted(post.channel, found->message)};
}

Task<std::string> SlackTarget::id_of(std::string email, Millis timeout) {
  std::vector<Delivery> question(1);
  json::object details{{"email", std::move(email)}};
  question[0].payload = Lookup{"person_by_email", std::move(details)};
  const std::vector<Outcome> outcomes =
      co_await perform(std::move(question), api_.clock().monotonic() + timeout);
  const JsonView answer(outcomes.front().answer);
  co_return answer.is_object() ? answer["id"].text().value_or("") : "";
}

Task<std::vector<Probe>> SlackTarget::probe(Millis timeout) {
  const Attempt attempt(api_.clock().monotonic() + timeout);
  std::vector<Probe> probes;
  SlackCall call{.method = "auth.test"};
  const Result<SlackAnswer> answer = co_await api_.call(std::move(call), attempt);
  Probe token{.name = "slack (bot token)"};
  if (!answer.ok()) {
    token.detail = answer.error().text();
    probes.push_back(std::move(token));
    co_return probes;
  }
  token.is_ok = true;
  token.detail =
      fmt::format("{} in {}", text_at(answer->body, "user"), text_at(answer->body, "team"));
  probes.push_back(std::move(token));
  Probe scopes{.name = "slack (scopes)"};
  std::vector<std::string> missing;
  for (const auto& [scope, what_for] : slack_scopes) {
    const auto& given = answer->scopes;
    if (std::find(given.begin(), given.end(), scope) != given.end()) continue;
    missing.push_back(fmt::format("{} ({})", scope, what_for));
  }
  // Without it a group stands as its id; an app that was installed before goes on.
  const auto is_optional = [](const std::string& one) { return one.starts_with("usergroups:"); };
  scopes.is_ok = std::all_of(missing.begin(), missing.end(), is_optional) || answer->scopes.empty();
  scopes.detail = "all there";
  if (answer->scopes.empty()) scopes.detail = "Slack did not return the token's scopes";
  if (!missing.empty() && !answer->scopes.empty()) {
    scopes.detail = fmt::format(
        "missing: {}; reinstall the app with "
        "packaging/slack-app-manifest.yaml",
        join(missing, ", "));
  }
  probes.push_back(std::move(scopes));
  if (!api_.settings().app_token.empty()) probes.push_back(co_await probe_socket(attempt));
  co_return probes;
}

Task<Probe> SlackTarget::probe_socket(Attempt attempt) {
  Probe probe{.name = "slack (socket mode)"};
  SlackCall call{.method = "apps.connections.open", .fields = {}, .is_app = true};
  const Result<SlackAnswer> answer = co_await api_.call(std::move(call), attempt);
  probe.is_ok = answer.ok();
  probe.detail = answer.ok() ? "may connect" : answer.error().text();
  co_return probe;
}

}  // namespace dw
