#include "web/notice_shapes.h"

#include "domain/period.h"
#include "web/shapes.h"

namespace dw {

json::object shape_of(const NoticeRun& run) {
  json::value applied_at = nullptr;
  if (run.applied_at) applied_at = json::string(to_rfc3339(*run.applied_at));
  return {{"run", run.id},
          {"state", json::string(name_of(run.state))},
          {"made_at", to_rfc3339(run.made_at)},
          {"applied_at", std::move(applied_at)},
          {"period", run.period},
          {"from", day_text(run.from_day)},
          {"newest", day_text(run.newest_day)},
          {"hash", run.hash},
          {"figures", run.figures}};
}

json::object shape_of(const NoticeRun& run, const NoticeCounts& counts) {
  json::object out = shape_of(run);
  out["deliveries"] = json::object{{"pending", counts.pending},
                                   {"done", counts.done},
                                   {"unsure", counts.unsure},
                                   {"dead", counts.dead},
                                   {"discarded", counts.discarded}};
  return out;
}

json::object shape_of(const ShownNotice& shown) {
  json::array tickets;
  for (const json::value& one : shown.tickets) {
    const json::array& parts = one.get_array();
    tickets.push_back(
        json::object{{"id", parts[0]}, {"subject", parts[1]}, {"closed_on", parts[2]}});
  }
  return {{"to", shown.email},
          {"name", shown.name},
          {"left_out", text_or_null(shown.left_out)},
          {"tickets", std::move(tickets)},
          {"subject", shown.subject},
          {"text", shown.text},
          {"html", shown.html}};
}

json::object shape_of(const ShownNotice& shown, const NoticeLetter& letter) {
  json::object out = shape_of(shown);
  const bool is_sent = bool(letter.delivery);
  json::value state = nullptr;
  if (letter.delivery_state) {
    state = json::string(name_of(*letter.delivery_state));
  } else if (is_sent) {
    state = "done";  // the delivery is gone with retention
  }
  out["run"] = letter.run;
  out["run_state"] = json::string(name_of(letter.run_state));
  out["period"] = letter.period;
  out["made_at"] = to_rfc3339(letter.made_at);
  out["notice"] = text_or_null(is_sent ? notice_number(letter.number) : "");
  out["delivery"] = text_or_null(is_sent ? to_text(letter.delivery) : "");
  out["state"] = std::move(state);
  out["reason"] = text_or_null(letter.reason);
  out["done_at"] = time_or_null(letter.done_at);
  return out;
}

}  // namespace dw
