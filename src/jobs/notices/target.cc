#include "jobs/notices/target.h"

#include "base/log.h"
#include "jobs/notices/last_run_date.h"
#include "jobs/notices/runs.h"

namespace dw {

Task<std::vector<Outcome>> NoticeTarget::perform(std::vector<Delivery> deliveries, Attempt) {
  std::vector<Outcome> out;
  for (const Delivery& one : deliveries) {
    const Lookup* asked = std::get_if<Lookup>(&one.payload);
    if (asked == nullptr) {
      out.push_back(Outcome::refused("this is nothing that notices are asked for"));
      continue;
    }
    const json::value body = asked->details;
    const JsonView details(body);
    if (asked->about == "report") {
      const ReportVersion wanted{details["name"].text().value_or(""),
                                 details["version"].text().value_or("")};
      const bool is_test = details["is_test"].boolean().value_or(false);
      out.push_back(co_await read_report(is_test, wanted));
    } else if (asked->about == "date_file") {
      keep_last_run_date(static_cast<int32_t>(details["day"].integer().value_or(0)));
      out.push_back(Outcome::done());
    } else {
      // What the last piece took, and the way here.
      const TimePoint asked_at{Millis(details["asked_at"].integer().value_or(0))};
      const auto notices = static_cast<size_t>(details["letters"].integer().value_or(1));
      json::object answer = asked->details;
      answer["letters"] = next_notices(notices, clock_.now() - asked_at);
      out.push_back(Outcome::done(std::move(answer)));
    }
  }
  co_return out;
}

/// Whatever is wrong with a report, a person may mend it any time: it is looked at again.
Task<Outcome> NoticeTarget::read_report(bool is_test, const ReportVersion& wanted) {
  const Result<StagedPlan> staged = co_await runs_.stage(is_test, wanted);
  co_await runs_.drop_replaced();
  if (!staged.ok()) {
    log_error("notices", staged.error().text());
    co_return Outcome::later(staged.error().text(), staged.error().when);
  }
  if (staged->is_replaced) {
    log_info("notices", "the report was replaced before it was read", {{"report", wanted.name}});
    co_return Outcome::done();
  }
  json::object answer{{"run", staged->run.id},
                      {"is_test", is_test},
                      {"keeps_date", read_last_run_date(last_run_file).ok()}};
  if (!wanted.name.empty()) {
    answer["name"] = wanted.name;
    answer["version"] = wanted.version;
  }
  if (staged->imported_day) answer["imported_day"] = *staged->imported_day;
  co_return Outcome::done(std::move(answer));
}

Task<Settled> NoticeTarget::settle(Delivery, Attempt) {
  co_return Settled{.kind = Settled::Kind::repeatable};
}

Task<std::vector<Probe>> NoticeTarget::probe(Millis) {
  co_return co_await runs_.probe();
}

}  // namespace dw
