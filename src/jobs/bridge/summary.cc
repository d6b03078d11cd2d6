// Figures and the daily report, as text.
#include <fmt/format.h>

#include "base/grouped_number.h"
#include "base/text.h"
#include "jobs/bridge/context.h"
#include "records/tickets.h"

namespace dw {
namespace {

constexpr size_t lines_max = 50;
constexpr size_t title_characters_max = 80;
constexpr Millis first_report{86'400'000};

std::string median_text(const std::optional<double>& seconds) {
  if (!seconds) return "–";
  return span_text(Millis(static_cast<int64_t>(*seconds * 1000)));
}

std::string line_of(const OpenTicketRow& row, TimePoint now) {
  const Ticket& ticket = row.ticket;
  const std::string url = row.thread_url.empty() ? ticket.external.url : row.thread_url;
  return fmt::format("• #{} {} ({}, {}, {}){}", tickets::number_of(ticket),
                     cut_characters(ticket.title, title_characters_max), name_of(ticket.priority),
                     ticket.assignee.empty() ? "unassigned" : ticket.assignee,
                     span_text(now - ticket.opened_at), url.empty() ? "" : " " + url);
}

std::string number_of(size_t count) {
  return grouped(static_cast<int64_t>(count));
}

std::string lines_of(const std::vector<OpenTicketRow>& rows, TimePoint now) {
  std::string out;
  for (size_t i = 0; i < rows.size() && i < lines_max; ++i) out += "\n" + line_of(rows[i], now);
  if (rows.size() > lines_max)
    out += fmt::format("\n… and {} more", number_of(rows.size() - lines_max));
  return out;
}

}  // namespace

std::string stats_text(const TicketMetrics& metrics, const std::string& span, bool is_all) {
  return fmt::format(
      "{}, last {}: {} opened, {} solved, {} open now. Median time to first reply: {}; median "
      "cycle time: {}.",
      is_all ? "All channels" : "This channel", span, grouped(metrics.opened),
      grouped(metrics.solved), grouped(metrics.open_now), median_text(metrics.first_reply.median),
      median_text(metrics.cycle.median));
}

std::string open_text(const std::vector<OpenTicketRow>& open, TimePoint now) {
  if (open.empty()) return "There are no open tickets.";
  return fmt::format("Open tickets: {}{}", number_of(open.size()), lines_of(open, now));
}

std::string summary_text(const BridgeView& view, TimePoint since, TimePoint now,
                         const std::string& timezone) {
  std::string late;
  if (view.replies) {
    late = fmt::format("\n\nFirst replies: {}, later than the reminder: {}",
                       grouped(view.replies->replies), grouped(view.replies->late));
  }
  return fmt::format(
      "Daily summary, since {}\n\nOpened: {}{}\n\nSolved: {}{}{}\n\nStill open: {}{}",
      local_text(since, timezone), number_of(view.opened.size()), lines_of(view.opened, now),
      number_of(view.solved.size()), lines_of(view.solved, now), late, number_of(view.open.size()),
      lines_of(view.open, now));
}

void take_summary_tick(Context& context) {
  const SummarySettings& settings = context.parts.summary;
  const auto last = context.known.find("summary");
  const TimePoint since =
      last == context.known.end() ? context.event.at - first_report : last->second.at;
  const std::string text =
      summary_text(context.view, since, context.event.at, context.parts.timezone);
  if (!settings.channel.empty()) {
    context.deliver_in("slack:" + settings.channel,
                       ChatPost{.channel = settings.channel, .thread = "", .text = text}, "slack",
                       "", false);
  }
  if (!settings.mail.empty()) {
    context.deliver_in(
        context.parts.mail_target,
        MailSend{.to = settings.mail,
                 .subject = fmt::format("Daily summary: {} opened, {} solved, {} open",
                                        number_of(context.view.opened.size()),
                                        number_of(context.view.solved.size()),
                                        number_of(context.view.open.size())),
                 .text = text + "\n",
                 .html = {},
                 .images = {},
                 .unsubscribe = {}},
        context.parts.mail_target, "", false);
  }
  context.know("summary", json::object{});
  context.plan.reply = json::object{{"text", text}};
}

}  // namespace dw
