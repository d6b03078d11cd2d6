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

}  // namespace

std::unique_ptr<NoticeRuns> notices_over(Loop& loop, Store& store, Clock& clock,
                                         const Report& report) {
  static const MailSettings no_mail;
  return std::make_unique<NoticeRuns>(
      NoticeParts{.loop = loop,
                  .store = store,
                  .clock = clock,
                  .settings = settings(),
                  .mail = no_mail,
                  .timezone = "UTC",
                  .open = [&report] { return open_report(&report); },
                  .reader = [] { return nobody(); },
                  // So few that a death between two pieces of a run is no rare thing.
                  .letters_per_commit = 2});
}

Task<void> tell_customers(NoticeRuns* notices, std::function<void(Result<int64_t>)> heard) {
  const Result<NoticeRun> plan = co_await notices->plan(false, "");
  if (!plan.ok()) {
    heard(plan.error());
    co_return;
  }
  const int64_t customers = plan->figures.at("customers").to_number<int64_t>();
  const Result<NoticeRun> sent = co_await notices->apply(plan->id, false, "");
  heard(sent.ok() ? Result<int64_t>(customers) : Result<int64_t>(sent.error()));
}

Result<void> Mailboxes::take(const WebhookPost& post, int64_t delivery) {
  DW_TRY(const json::value body, parse_json(post.body));
  std::vector<Problem> ignored;
  const JsonView view(body, ignored);
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
