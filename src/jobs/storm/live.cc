#include "jobs/storm/live.h"

#include <algorithm>

#include "jobs/storm/rows.h"

namespace dw {

template <>
inline constexpr std::array<IncidentState, 5> all_of<IncidentState>{
    IncidentState::seen, IncidentState::dismissed, IncidentState::open, IncidentState::solved,
    IncidentState::dissolved};
template <>
inline constexpr std::array<JoinedHow, 4> all_of<JoinedHow>{JoinedHow::seen, JoinedHow::matched,
                                                            JoinedHow::person, JoinedHow::desk};
template <>
inline constexpr std::array<HeardState, 3> all_of<HeardState>{
    HeardState::pending, HeardState::heard, HeardState::refused};

namespace {

constexpr size_t joined_shown_max = 5'000, answers_shown_max = 500, maybe_shown_max = 100;

std::vector<IncidentWord> shown(const std::vector<IncidentWord>& words) {
  std::vector<IncidentWord> out;
  std::copy_if(words.begin(), words.end(), std::back_inserter(out), is_shown);
  return out;
}

}  // namespace

const Shape<IncidentTicket>& shape_for(const IncidentTicket*) {
  static const auto shape =
      Shape<IncidentTicket>("StormTicket")
          .add("ticket", [](const IncidentTicket& one) { return one.ticket.value; })
          .add("number", &IncidentTicket::number, "that its desk gives it");
  return shape;
}

const Shape<IncidentWord>& shape_for(const IncidentWord*) {
  static const auto of = [](auto member) {
    return [member](const IncidentWord& one) { return one.word.*member; };
  };
  static const auto shape = Shape<IncidentWord>("StormWord")
                                .add("word", of(&StormWord::word))
                                .add("tickets", of(&StormWord::tickets))
                                .add("requesters", of(&StormWord::requesters))
                                .add("usual", of(&StormWord::usual), "of the earlier tickets");
  return shape;
}

const Shape<EarlierIncident>& shape_for(const EarlierIncident*) {
  static const auto shape =
      Shape<EarlierIncident>("StormEarlier")
          .add("id", [](const EarlierIncident& one) { return one.parent.value; })
          .add("number", &EarlierIncident::number, "that its desk gives it")
          .add("solved_at", &EarlierIncident::solved_at);
  return shape;
}

namespace {

/// The members of an incident in a list and on its own page.
template <class T, class Of>
Shape<T> incident_shape(const char* name, Of incident_of) {
  const auto of = [incident_of](auto member) {
    // A reference: or_null() keeps a view of it.
    return [ incident_of, member ](const T& one) -> const auto& {
      return incident_of(one).incident.*member;
    };
  };
  return Shape<T>(name)
      .add(
          "id",
          [incident_of](const T& one) {
            const TicketId parent = incident_of(one).incident.parent;
            return parent ? std::optional(parent.value) : std::nullopt;
          },
          "of the parent ticket; null while nobody made it one incident")
      .add("number", or_null(of(&Incident::number)), "that the desk gives the parent")
      .add("group",
           [incident_of](const T& one) { return group_name(incident_of(one).incident.group); })
      .add("title",
           [incident_of](const T& one) {
             const Incident& incident = incident_of(one).incident;
             return incident.title.empty() ? "Incident: " + shown_words(incident.words)
                                           : incident.title;
           })
      .add("state", of(&Incident::state))
      .add("desk", or_null(of(&Incident::desk)), "of the parent")
      .add("url", or_null(of(&Incident::url)), "of the parent at an outside desk")
      .add("why", [incident_of](const T& one) { return shown(incident_of(one).incident.words); })
      .add("since", of(&Incident::since), "when the first of its tickets was written")
      .add("seen_at", of(&Incident::seen_at))
      .add("opened_at", of(&Incident::opened_at))
      .add("first_answer_at", of(&Incident::first_answer_at))
      .add("solved_at",
           [incident_of](const T& one) {
             const Incident& incident = incident_of(one).incident;
             return incident.state == IncidentState::solved ? incident.ended_at : std::nullopt;
           })
      .add(
          "joined",
          [incident_of](const T& one) {
            const Incident& incident = incident_of(one).incident;
            return incident.parent ? incident.joined : incident.tickets;
          },
          "tickets")
      .add(
          "replied", [incident_of](const T& one) { return incident_of(one).replied; },
          "requesters, since the last answer")
      .add("requesters", of(&Incident::requesters))
      .add(
          "again", [incident_of](const T& one) { return incident_of(one).again; },
          "the last solved one with the same words");
}

/// What happened, in order.
std::vector<IncidentMoment> timeline_of(const Incident& incident,
                                        const std::vector<IncidentAnswer>& answers) {
  std::vector<IncidentMoment> out{{incident.since, "first ticket", ""},
                                  {incident.seen_at, "seen", ""}};
  if (incident.opened_at) out.push_back({*incident.opened_at, "opened", incident.opened_by});
  for (const IncidentAnswer& one : answers) out.push_back({one.at, "answered", one.author});
  if (incident.ended_at) {
    out.push_back({*incident.ended_at, std::string(name_of(incident.state)), incident.ended_by});
  }
  std::stable_sort(out.begin(), out.end(),
                   [](const IncidentMoment& a, const IncidentMoment& b) { return a.at < b.at; });
  return out;
}

}  // namespace

const Shape<ShownIncident>& shape_for(const ShownIncident*) {
  static const auto itself = [](const ShownIncident& one) -> const ShownIncident& { return one; };
  static const auto shape = incident_shape<ShownIncident>("StormIncident", itself)
                                .add("tickets", &ShownIncident::tickets, "the first ten");
  return shape;
}

const Shape<JoinedTicket::Heard>& shape_for(const JoinedTicket::Heard*) {
  static const auto shape = Shape<JoinedTicket::Heard>("StormHeard")
                                .add("answer", &JoinedTicket::Heard::answer)
                                .add("state", &JoinedTicket::Heard::state);
  return shape;
}

const Shape<JoinedTicket>& shape_for(const JoinedTicket*) {
  static const auto shape =
      Shape<JoinedTicket>("StormMember")
          .add("ticket", [](const JoinedTicket& one) { return one.ticket.value; })
          .add("number", &JoinedTicket::number, "that its desk gives it")
          .add("title", &JoinedTicket::title)
          .add("requester", or_null(&JoinedTicket::requester), "the name, or the address")
          .add("source", &JoinedTicket::source)
          .add_words("priority", {"high", "medium", "low"},
                     [](const JoinedTicket& one) { return name_of(one.priority); })
          .add_words("status", {"open", "pending", "solved"},
                     [](const JoinedTicket& one) { return name_of(one.status); })
          .add("how", &JoinedTicket::how)
          .add("joined_at", &JoinedTicket::joined_at)
          .add("left_at", &JoinedTicket::left_at)
          .add("replied", &JoinedTicket::has_replied, "its requester, since the last answer")
          .add("heard", &JoinedTicket::heard);
  return shape;
}

const Shape<IncidentAnswer>& shape_for(const IncidentAnswer*) {
  static const auto shape = Shape<IncidentAnswer>("StormAnswer")
                                .add("id", &IncidentAnswer::id)
                                .add("author", &IncidentAnswer::author)
                                .add("body", &IncidentAnswer::body)
                                .add("at", &IncidentAnswer::at);
  return shape;
}

const Shape<MaybeTicket>& shape_for(const MaybeTicket*) {
  static const auto shape =
      Shape<MaybeTicket>("StormMaybe")
          .add("ticket", [](const MaybeTicket& one) { return one.ticket.value; })
          .add("number", &MaybeTicket::number, "that its desk gives it")
          .add("why", &MaybeTicket::why, "the incident's words that it has");
  return shape;
}

const Shape<IncidentMoment>& shape_for(const IncidentMoment*) {
  static const auto shape = Shape<IncidentMoment>("StormMoment")
                                .add("at", &IncidentMoment::at)
                                .add("what", &IncidentMoment::what)
                                .add("who", or_null(&IncidentMoment::who));
  return shape;
}

const Shape<WholeIncident>& shape_for(const WholeIncident*) {
  static const auto inside = [](const WholeIncident& one) -> const ShownIncident& {
    return one.shown;
  };
  static const auto shape = incident_shape<WholeIncident>("WholeStormIncident", inside)
                                .add("tickets", &WholeIncident::tickets,
                                     "all that ever joined; of a group: all that it has")
                                .add("answers", &WholeIncident::answers)
                                .add("maybe", &WholeIncident::maybe,
                                     "new tickets with some of its words, the best match first")
                                .add("timeline", &WholeIncident::timeline);
  return shape;
}

Result<ShownIncident> show_incident(ReadDb& db, Incident incident) {
  ShownIncident out;
  DW_TRY(out.tickets, storm::tickets_of(db, incident.group, incident_tickets_shown));
  DW_TRY(out.again, storm::earlier_of(db, incident));
  if (incident.parent) {
    DW_TRY(const auto replied, storm::replied(db, incident.group));
    out.replied = static_cast<int64_t>(replied.size());
  }
  out.incident = std::move(incident);
  return out;
}

Result<WholeIncident> show_whole(ReadDb& db, Incident incident) {
  WholeIncident out;
  const int64_t group = incident.group;
  DW_TRY(out.shown, show_incident(db, std::move(incident)));
  const bool is_group = !out.shown.incident.parent;
  DW_TRY(out.tickets, storm::joined_tickets(db, group, joined_shown_max, is_group));
  DW_TRY(out.answers, storm::answers_of(db, group, answers_shown_max));
  DW_TRY(out.maybe, storm::maybe_tickets(db, group, maybe_shown_max));
  out.timeline = timeline_of(out.shown.incident, out.answers);
  return out;
}

LiveTopic incident_topic() {
  const auto show = [](ReadDb& db, const std::vector<int64_t>& ids,
                       TimePoint) -> Result<std::map<int64_t, json::object>> {
    std::map<int64_t, json::object> out;
    for (const int64_t id : ids) {
      DW_TRY(auto incident, storm::find(db, id));
      if (!incident) continue;
      DW_TRY(const ShownIncident shown, show_incident(db, std::move(*incident)));
      out[id] = shape_of(shown);
    }
    return out;
  };
  return {"incident", json_type<ShownIncident>(), show};
}

}  // namespace dw
