#include "web/notice_shapes.h"

#include "domain/period.h"

namespace dw {
namespace {

/// As jobs/notices counts: kept with the run.
JsonType metrics_type() {
  const JsonType left_out = PlainShape().has<int64_t>("had").has<int64_t>("suppressed").type();
  const JsonType bad_row = PlainShape().has<int64_t>("row").has<std::string>("why").type();
  return PlainShape()
      .has<int64_t>("rows")
      .has<int64_t>("older", "closed before the period")
      .has<int64_t>("closed")
      .has<int64_t>("told_before")
      .has<int64_t>("reopened")
      .has<int64_t>("customers", "who hear of something")
      .has<int64_t>("tickets", "that they hear of")
      .add("left_out", left_out)
      .has<int64_t>("bad", "rows that can't be read")
      .add("bad_rows", {.kind = JsonType::Kind::list, .item = {bad_row}})
      .has<std::string>("headings")
      .type();
}

JsonType tickets_type() {
  const JsonType ticket = PlainShape()
                              .has<std::string>("id")
                              .has<std::string>("subject")
                              .has<std::string>("closed_on")
                              .type();
  return {.kind = JsonType::Kind::list, .item = {ticket}};
}

json::array tickets_of(const ShownNotice& shown) {
  json::array tickets;
  for (const json::value& one : shown.tickets) {
    const json::array& parts = one.get_array();
    tickets.push_back(
        json::object{{"id", parts[0]}, {"subject", parts[1]}, {"closed_on", parts[2]}});
  }
  return tickets;
}

bool is_sent(const SentNotice& shown) {
  return bool(shown.row.delivery);
}

/// Of a delivery that retention has removed: done.
std::optional<DeliveryState> state_of(const SentNotice& shown) {
  if (shown.row.delivery_state) return shown.row.delivery_state;
  return is_sent(shown) ? std::optional(DeliveryState::done) : std::nullopt;
}

std::optional<std::string> number_of(const SentNotice& shown) {
  return is_sent(shown) ? std::optional(notice_number(shown.row.number)) : std::nullopt;
}

std::optional<std::string> delivery_of(const SentNotice& shown) {
  return is_sent(shown) ? std::optional(to_text(shown.row.delivery)) : std::nullopt;
}

}  // namespace

const Shape<NoticeCounts>& shape_for(const NoticeCounts*) {
  static const auto shape = Shape<NoticeCounts>("")
                                .add("pending", &NoticeCounts::pending)
                                .add("done", &NoticeCounts::done)
                                .add("unsure", &NoticeCounts::unsure)
                                .add("dead", &NoticeCounts::dead)
                                .add("discarded", &NoticeCounts::discarded);
  return shape;
}

const Shape<ShownNoticeRun>& shape_for(const ShownNoticeRun*) {
  static const auto run =
      Shape<NoticeRun>("")
          .add("run", &NoticeRun::id)
          .add("state", &NoticeRun::state)
          .add("made_at", &NoticeRun::made_at)
          .add("applied_at", &NoticeRun::applied_at)
          .add("period", &NoticeRun::period)
          .add("from", [](const NoticeRun& one) { return day_text(one.from_day); })
          .add("newest", [](const NoticeRun& one) { return day_text(one.newest_day); })
          .add("hash", &NoticeRun::hash)
          .add_json("figures", metrics_type(), &NoticeRun::metrics);
  static const auto shape = Shape<ShownNoticeRun>("NoticeRun")
                                .include(run, &ShownNoticeRun::run)
                                .add_optional("deliveries", &ShownNoticeRun::counts);
  return shape;
}

const Shape<ShownNotice>& shape_for(const ShownNotice*) {
  static const auto shape =
      Shape<ShownNotice>("Notice")
          .add("to", &ShownNotice::email)
          .add("name", &ShownNotice::name)
          .add("left_out", or_null(&ShownNotice::left_out), "why it is not sent")
          .add_json("tickets", tickets_type(), tickets_of)
          .add("subject", &ShownNotice::subject)
          .add("text", &ShownNotice::text)
          .add("html", &ShownNotice::html);
  return shape;
}

const Shape<SentNotice>& shape_for(const SentNotice*) {
  static const auto of_row = [](auto member) {
    return [member](const SentNotice& shown) { return shown.row.*member; };
  };
  static const auto shape =
      Shape<SentNotice>("StoredNotice")
          .include(shape_for(static_cast<const ShownNotice*>(nullptr)), &SentNotice::notice)
          .add("run", of_row(&StoredNotice::run))
          .add("run_state", of_row(&StoredNotice::run_state))
          .add("period", of_row(&StoredNotice::period))
          .add("made_at", of_row(&StoredNotice::made_at))
          .add("notice", number_of)
          .add("delivery", delivery_of)
          .add("state", state_of)
          .add("reason", [](const SentNotice& shown) { return NullableText{shown.row.reason}; })
          .add("done_at", of_row(&StoredNotice::done_at));
  return shape;
}

const Shape<ShownNoticeMarks>& shape_for(const ShownNoticeMarks*) {
  static const auto shape =
      Shape<ShownNoticeMarks>("NoticeHistory").add("asks", &ShownNoticeMarks::needs_confirmation);
  return shape;
}

const Shape<NoticePreview>& shape_for(const NoticePreview*) {
  static const auto shape =
      Shape<NoticePreview>("NoticePreview")
          .add("items", &NoticePreview::notices)
          .add("next_cursor", or_null(&NoticePreview::next_cursor))
          .add("run", [](const NoticePreview& one) { return ShownNoticeRun{one.run}; })
          .add("asks", &NoticePreview::needs_confirmation,
               "the first run after an import asks a person");
  return shape;
}

}  // namespace dw
