#include "jobs/storm/live.h"

#include <algorithm>

#include "jobs/storm/rows.h"

namespace dw {

template <>
inline constexpr std::array<IncidentState, 2> all_of<IncidentState>{IncidentState::seen,
                                                                    IncidentState::dismissed};

namespace {

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

const Shape<ShownIncident>& shape_for(const ShownIncident*) {
  static const auto of = [](auto member) {
    return [member](const ShownIncident& one) { return one.incident.*member; };
  };
  static const auto shape =
      Shape<ShownIncident>("StormIncident")
          .add("group", [](const ShownIncident& one) { return group_name(one.incident.group); })
          .add("title",
               [](const ShownIncident& one) {
                 return "Incident: " + shown_words(one.incident.words);
               })
          .add("state", of(&Incident::state))
          .add("why", [](const ShownIncident& one) { return shown(one.incident.words); })
          .add("since", of(&Incident::since), "when the first of its tickets was written")
          .add("seen_at", of(&Incident::seen_at))
          .add("joined", of(&Incident::tickets), "tickets")
          .add("requesters", of(&Incident::requesters))
          .add("tickets", &ShownIncident::tickets, "the first ten");
  return shape;
}

LiveTopic incident_topic() {
  const auto show = [](ReadDb& db, const std::vector<int64_t>& ids,
                       TimePoint) -> Result<std::map<int64_t, json::object>> {
    std::map<int64_t, json::object> out;
    for (const int64_t id : ids) {
      DW_TRY(auto incident, storm::find(db, id));
      if (!incident) continue;
      DW_TRY(auto tickets, storm::tickets_of(db, id, incident_tickets_shown));
      out[id] = shape_of(ShownIncident{std::move(*incident), std::move(tickets)});
    }
    return out;
  };
  return {"incident", json_type<ShownIncident>(), show};
}

}  // namespace dw
