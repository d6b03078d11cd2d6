#include "fakes/slack_orders.h"

#include <map>

namespace dw {
namespace {

json::object disturb(FakeSlack& slack, const JsonView& order) {
  using Trouble = FakeSlackSockets::Trouble;
  static const std::map<std::string, Trouble> troubles = {
      {"warning", Trouble::warning}, {"refresh", Trouble::refresh}, {"disable", Trouble::disable},
      {"drop", Trouble::drop},       {"silence", Trouble::silence}, {"deaf", Trouble::deaf}};
  const auto found = troubles.find(text_at(order, "trouble"));
  if (found == troubles.end()) return {{"error", "no such trouble"}};
  slack.sockets().disturb(found->second);
  return {};
}

json::object fault(FakeSlack& slack, const JsonView& order) {
  using Kind = FakeSlackFault::Kind;
  static const std::map<std::string, Kind> kinds = {{"answer", Kind::answer},
                                                    {"hang_up", Kind::hang_up},
                                                    {"lost", Kind::lost},
                                                    {"trouble", Kind::trouble}};
  const auto found = kinds.find(text_at(order, "kind"));
  if (found == kinds.end()) return {{"error", "no such kind"}};
  slack.fault({.kind = found->second,
               .method = text_at(order, "method"),
               .status = static_cast<int>(order["status"].integer().value_or(200)),
               .word = text_at(order, "word"),
               .retry_after = static_cast<int>(order["retry_after"].integer().value_or(0))});
  return {};
}

json::object messages(FakeSlack& slack, const std::string& channel) {
  json::array out;
  const auto& channels = slack.workspace().channels();
  const auto found = channels.find(channel);
  if (found != channels.end()) {
    for (const auto& [ts, said] : found->second.messages) {
      out.push_back(slack.workspace().message_json(found->second, said, true));
    }
  }
  return {{"messages", std::move(out)}};
}

json::object calls(FakeSlack& slack, const std::string& method) {
  json::array out;
  for (const FakeSlack::Call& call : slack.calls()) {
    if (!method.empty() && call.method != method) continue;
    json::object fields;
    for (const auto& [name, value] : call.fields) fields[name] = value;
    out.push_back(json::object{{"method", call.method},
                               {"fields", std::move(fields)},
                               {"at", call.at.time_since_epoch().count()}});
  }
  return {{"calls", std::move(out)}};
}

json::object state(FakeSlack& slack) {
  json::array acknowledged;
  for (const auto& one : slack.sockets().acknowledged()) {
    acknowledged.push_back(
        json::object{{"type", one.type}, {"payload", one.payload}, {"answer", one.answer}});
  }
  return {{"sockets", slack.sockets().connections()},
          {"connected_ever", slack.sockets().connected_ever()},
          {"unacknowledged", slack.sockets().unacknowledged()},
          {"acknowledged", std::move(acknowledged)}};
}

/// What was said before anybody listened: no event follows.
void put_past(FakeSlackWorkspace& workspace, const std::string& channel, const JsonView& order) {
  for (const JsonView& one : order["messages"].elements()) {
    const std::string bot = text_at(one, "bot");
    workspace.put(channel, {.ts = text_at(one, "ts"),
                            .user = text_at(one, "user"),
                            .bot = bot,
                            .text = text_at(one, "text"),
                            .subtype = bot.empty() ? "" : "bot_message"});
  }
}

/// What a load came to since the last look: delays of acknowledgements in microseconds.
json::object metrics(FakeSlack& slack) {
  json::array delays;
  for (const auto& one : slack.sockets().take_delays()) delays.emplace_back(one.count());
  return {{"is_pouring", slack.is_pouring()},
          {"unacknowledged", slack.sockets().unacknowledged()},
          {"delays", std::move(delays)}};
}

/// What people do.
bool act(FakeSlack& slack, std::string_view name, const JsonView& order, json::object& out) {
  FakeSlackWorkspace& workspace = slack.workspace();
  const std::string channel = text_at(order, "channel"), user = text_at(order, "user");
  const std::string text = text_at(order, "text"), ts = text_at(order, "ts");
  if (name == "say") {
    std::vector<std::string> files;
    if (order["files"].is_present()) files = order["files"].texts();
    out["ts"] = workspace.say(channel, user, text, text_at(order, "thread"), files);
  } else if (name == "bot") {
    out["ts"] = workspace.say_as_bot(channel, text_at(order, "bot"), text);
  } else if (name == "edit") {
    workspace.edit(channel, ts, text);
  } else if (name == "delete") {
    workspace.remove(channel, ts);
  } else if (name == "past") {
    put_past(workspace, channel, order);
  } else if (name == "react") {
    const bool is_removed = order["removed"].boolean().value_or(false);
    workspace.react(channel, ts, user, text_at(order, "emoji"), !is_removed);
  } else if (name == "file") {
    out["id"] = workspace.add_file(text_at(order, "name"), text_at(order, "content_type"), text);
  } else if (name == "command") {
    slack.command(channel, user, text);
  } else if (name == "press") {
    slack.press(channel, text_at(order, "message"), user, text_at(order, "action"),
                text_at(order, "value"));
  } else {
    return false;
  }
  return true;
}

}  // namespace

json::object obey(FakeSlack& slack, std::string_view name, const json::value& details) {
  const JsonView order(details);
  json::object out;
  if (act(slack, name, order, out)) return out;
  if (name == "fault") return fault(slack, order);
  if (name == "sockets") return disturb(slack, order);
  if (name == "messages") return messages(slack, text_at(order, "channel"));
  if (name == "calls") return calls(slack, text_at(order, "method"));
  if (name == "state") return state(slack);
  if (name == "figures") return metrics(slack);
  if (name == "hooks") {
    slack.sockets().use_events_url(text_at(order, "url"));
  } else if (name == "lose") {
    slack.sockets().lose_events(order["on"].boolean().value_or(true));
  } else if (name == "pour") {
    slack.pour({.channel = text_at(order, "channel"),
                .user = text_at(order, "user"),
                .count = order["count"].integer().value_or(0),
                .per_second = order["per_second"].integer().value_or(0)});
  } else if (name == "repeat") {
    slack.repeat_events(static_cast<int>(order["every"].integer().value_or(0)));
  } else if (name == "channel") {
    slack.workspace().add_channel(text_at(order, "id"), text_at(order, "name"),
                                  order["is_ext_shared"].boolean().value_or(false));
  } else if (name == "group") {
    slack.workspace().add_group(text_at(order, "id"), text_at(order, "handle"));
  } else if (name == "outsider") {
    slack.workspace().add_outsider(text_at(order, "id"), text_at(order, "name"),
                                   text_at(order, "team"));
  } else if (name == "person") {
    slack.workspace().add_person(text_at(order, "id"), text_at(order, "name"),
                                 text_at(order, "email"));
  } else {
    return {{"error", "no such order"}};
  }
  return out;
}

}  // namespace dw
