#include "app/demo/view.h"

#include <algorithm>

#include "base/text.h"
#include "fakes/zendesk_answers.h"

namespace dw::demo {
namespace {

using namespace fake_zendesk;
using Workspace = FakeSlackWorkspace;

constexpr size_t threads_max = 30, replies_max = 30, tickets_max = 30, updates_max = 8,
                 talks_max = 12, mails_max = 40;

std::string name_of(const Workspace& slack, const Workspace::Message& said) {
  if (said.bot == "B0SERVICE") return "Service desk";
  if (!said.bot.empty()) return "Deskwire";
  const auto found = slack.people().find(said.user);
  return found == slack.people().end() ? said.user : found->second.name;
}

json::object message_of(const Workspace& slack, const Workspace::Message& said) {
  json::array reactions;
  for (const auto& [emoji, users] : said.reactions) {
    if (!users.empty()) reactions.push_back(json::string(emoji));
  }
  return {{"ts", said.ts},
          {"who", name_of(slack, said)},
          {"is_bot", !said.bot.empty()},
          {"is_me", said.user == visitor},
          {"text", said.text},
          {"reactions", std::move(reactions)}};
}

json::array threads_of(const Workspace& slack) {
  const Workspace::Channel& channel = slack.channels().at(support_channel);
  std::map<std::string, std::vector<const Workspace::Message*>> replies;
  std::vector<const Workspace::Message*> roots;
  for (const auto& [ts, said] : channel.messages) {
    const bool is_root = said.thread.empty() || said.thread == ts;
    if (is_root) roots.push_back(&said);
    if (!is_root) replies[said.thread].push_back(&said);
  }
  json::array out;
  for (size_t i = roots.size() - std::min(roots.size(), threads_max); i < roots.size(); ++i) {
    json::object thread = message_of(slack, *roots[i]);
    const auto& all = replies[roots[i]->ts];
    json::array shown;
    const size_t left_out = all.size() - std::min(all.size(), replies_max);
    for (size_t k = left_out; k < all.size(); ++k) shown.push_back(message_of(slack, *all[k]));
    thread["replies"] = std::move(shown);
    thread["left_out"] = left_out;
    out.push_back(std::move(thread));
  }
  return out;
}

json::object names_of(const Workspace& slack) {
  json::object out;
  for (const auto& [id, person] : slack.people()) out[id] = person.name;
  return out;
}

/// The last `max` of a list, newest first, each in its shape.
template <class List, class Shape>
json::array newest_of(const List& list, size_t max, const Shape& shape_of) {
  json::array out;
  for (auto at = list.rbegin(); at != list.rend() && out.size() < max; ++at) {
    out.push_back(shape_of(*at));
  }
  return out;
}

json::array updates_of(const Workspace& slack) {
  const auto shape = [&slack](const auto& said) { return message_of(slack, said.second); };
  return newest_of(slack.channels().at(updates_channel).messages, updates_max, shape);
}

json::object ticket_of(World& world, int64_t id) {
  const FakeZendesk& desk = world.desk();
  const json::object& fields = desk.ticket(id);
  const Workspace::Channel& channel = world.slack().channels().at(support_channel);
  json::array comments;
  for (const json::object& one : desk.comments(id)) {
    comments.push_back(json::object{{"id", one.at("id")},
                                    {"who", desk.name_of(number_in(one, "author_id"))},
                                    {"text", text_in(one, "body")},
                                    {"html", text_in(one, "html_body")},
                                    {"is_public", one.at("public")},
                                    {"via", text_in(object_in(one, "via"), "channel")}});
  }
  return {{"id", id},
          {"subject", text_in(fields, "subject")},
          {"status", text_in(fields, "status")},
          {"priority", text_in(fields, "priority")},
          {"requester", desk.name_of(number_in(fields, "requester_id"))},
          {"via", text_in(object_in(fields, "via"), "channel")},
          {"thread", thread_of(desk, id, channel)},
          {"board", world.board_ticket(id)},
          {"updated_at", text_in(fields, "updated_at")},
          {"comments", std::move(comments)}};
}

json::array tickets_of(World& world) {
  std::vector<int64_t> ids;
  const FakeZendesk& desk = world.desk();
  for (int64_t id = world.first_ticket(); id <= desk.last_ticket(); ++id) ids.push_back(id);
  std::stable_sort(ids.begin(), ids.end(), [&desk](int64_t a, int64_t b) {
    const std::string first = text_in(desk.ticket(a), "updated_at");
    const std::string second = text_in(desk.ticket(b), "updated_at");
    return first == second ? a > b : first > second;
  });
  if (ids.size() > tickets_max) ids.resize(tickets_max);
  json::array out;
  for (const int64_t id : ids) out.push_back(ticket_of(world, id));
  return out;
}

json::object talk_json(const TeamsTalk& talk) {
  return {{"who", talk.who},
          {"asked", talk.asked},
          {"answer", talk.answer},
          {"is_refused", talk.is_refused},
          {"at", to_rfc3339(talk.at)}};
}

json::object mail_json(const Mail& mail) {
  return {{"id", mail.id},     {"at", to_rfc3339(mail.at)},
          {"to", mail.to},     {"subject", mail.subject},
          {"text", mail.text}, {"pictures", mail.pictures.size()}};
}

json::object column_json(const Column& column) {
  return {{"said", column.said},
          {"arrived", column.arrived},
          {"waiting", column.waiting()},
          {"doubled", column.doubled}};
}

json::object books_json(const Reconciliation& books) {
  return {{"tickets", column_json(books.tickets)},     {"comments", column_json(books.comments)},
          {"answers", column_json(books.answers)},     {"mirrors", column_json(books.mirrors)},
          {"incidents", column_json(books.incidents)}, {"leaked", books.leaked}};
}

}  // namespace

json::object view_of(World& world) {
  Player& player = world.player();
  const Troubles& troubles = world.troubles();
  return {{"board", world.board_url()},
          {"is_ready", world.is_daemon_ready()},
          {"kills", world.kills()},
          {"day", json::object{{"minute", player.minute()},
                               {"speed", player.speed()},
                               {"is_over", player.is_over()},
                               {"has_outage", world.has_outage()}}},
          {"troubles", json::object{{"desk_down", troubles.is_desk_down},
                                    {"slack_twice", troubles.is_slack_twice},
                                    {"lost_answers", troubles.has_lost_answers},
                                    {"crashing", troubles.is_crashing}}},
          {"books", books_json(world.books())},
          {"names", names_of(world.slack())},
          {"threads", threads_of(world.slack())},
          {"updates", updates_of(world.slack())},
          {"tickets", tickets_of(world)},
          {"teams", newest_of(world.teams(), talks_max, talk_json)},
          {"mails", newest_of(world.mails(), mails_max, mail_json)}};
}

}  // namespace dw::demo
