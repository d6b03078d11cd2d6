#include "sim/customers.h"

#include <fmt/format.h>

namespace dw::sim {
namespace {

const NoticesSettings& settings() {
  static const NoticesSettings all = [] {
    NoticesSettings out;
    out.file = "report.csv";
    out.webhook_url = "http://hook.example";
    return out;
  }();
  return all;
}

class PlannedTable : public ReportTable {
 public:
  explicit PlannedTable(const Report& report) : rows_(report.rows) {}

  const std::string& label() const override { return label_; }
  Task<Result<bool>> more(const TableSink& sink) override {
    int64_t number = 0;
    for (const auto& row : rows_) {
      std::vector<Cell> cells;
      for (const std::string& text : row) cells.push_back({text});
      sink({++number, cells});
    }
    co_return false;
  }

 private:
  std::string label_ = "report.csv";
  std::vector<std::vector<std::string>> rows_;
};

Task<Result<std::unique_ptr<ReportTable>>> open_report(const Report* report) {
  co_return std::unique_ptr<ReportTable>(std::make_unique<PlannedTable>(*report));
}

Task<std::string> nobody() {
  co_return std::string();
}

Task<Result<json::value>> accept(Inbox* inbox, Event event) {
  DW_CO_TRY(const Accepted accepted, co_await inbox->accept(std::move(event)));
  co_return accepted.reply;
}

}  // namespace

const NoticeComposer& composer() {
  static const MailSettings no_mail;
  static const NoticeComposer all(settings(), no_mail, "UTC");
  return all;
}

std::unique_ptr<NoticeRuns> notices_over(Loop& loop, Store& store, Clock& clock, Inbox& inbox,
                                         const Report& report) {
  return std::make_unique<NoticeRuns>(
      NoticeParts{.reading = {loop, store, clock, composer(),
                              [&report](const ReportVersion&) { return open_report(&report); }},
                  .accept = [&inbox](Event event) { return accept(&inbox, std::move(event)); },
                  .reader = [] { return nobody(); },
                  .notices_per_commit = notices_per_commit});
}

Task<void> tell_customers(NoticeRuns* notices, std::function<void(Result<int64_t>)> heard) {
  const Result<NoticeRun> plan = co_await notices->plan(false, "");
  if (!plan.ok()) {
    heard(plan.error());
    co_return;
  }
  const int64_t customers = plan->metrics.at("customers").to_number<int64_t>();
  const Result<NoticeRun> sent = co_await notices->apply(plan->id, false, "");
  heard(sent.ok() ? Result<int64_t>(customers) : Result<int64_t>(sent.error()));
}

Result<void> Mailboxes::take(const WebhookPost& post, int64_t delivery) {
  DW_TRY(const json::value body, parse_json(post.body));
  const JsonView view(body);
  const std::string to = view["to"].text().value_or("?");
  bool is_second = false;
  for (const JsonView& ticket : view["tickets"].elements()) {
    auto& by = told_[to + " " + ticket["id"].text().value_or("?")];
    by.insert(delivery);
    is_second = is_second || by.size() > 1;
  }
  auto& mails = customers_[to];
  mails.insert(delivery);
  if (!is_second && mails.size() == 1) return {};
  return Error{ErrorKind::invalid, to, "has had another mail: " + post.body};
}

}  // namespace dw::sim
