#include "connectors/zendesk/export.h"

#include "base/log.h"

namespace dw {
namespace {

constexpr const char* note_name = "zendesk.export";
constexpr const char* where = "zendesk export";
/// Zendesk's limit is ten a minute; one is left for people. Five at once, and one each 12 s.
constexpr Millis page_interval{12'000};
constexpr Millis page_burst{48'000};
/// What comes later is read at the next look.
constexpr Millis timeout_max{15'000};
constexpr Millis request_timeout{60'000};
/// A start must be more than a minute old; and clocks differ.
constexpr Millis start_back{180'000};
/// Longer than a page takes, so that a second replica does not read beside us.
constexpr Millis turn_length{120'000};

}  // namespace

ZendeskExport::ZendeskExport(ZendeskClient& client, Loop& loop, KeyValueStore& key_values,
                             EventSink& sink, ExportNotice notice)
    : client_(client),
      key_values_(key_values),
      sink_(sink),
      notice_(std::move(notice)),
      rate_{"Zendesk export " + client.settings().url, page_interval, page_burst},
      wake_(loop, client.clock()) {}

void ZendeskExport::stop() {
  is_stopping_ = true;
  wake_.notify();
}

Task<void> ZendeskExport::run() {
  while (!is_stopping_) {
    const Result<size_t> looked = co_await look();
    if (is_stopping_) break;
    if (!looked.ok()) log_warn("zendesk", looked.error().text());
    notice_(looked.ok() ? "" : looked.error().text());
    Millis pause = client_.settings().poll;
    if (!looked.ok() && looked.error().when) pause = std::max(pause, *looked.error().when);
    co_await wake_.wait(client_.clock().monotonic() + pause);
  }
}

Task<Result<size_t>> ZendeskExport::look() {
  DW_CO_TRY(const bool is_ours, co_await key_values_.acquire_lease(note_name, turn_length));
  if (!is_ours) co_return size_t{0};
  Result<SourceLocation> from = co_await place();
  if (!from.ok()) co_return from.error();
  const Result<size_t> count = co_await read_pages(std::move(*from));
  const Result<void> ended = co_await key_values_.release_lease(note_name);
  if (!ended.ok()) log_warn("zendesk", ended.error().text());
  co_return count;
}

Task<Result<ZendeskExport::SourceLocation>> ZendeskExport::place() {
  DW_CO_TRY(const StoredValue kept, co_await key_values_.read(note_name));
  const TimePoint now = client_.clock().now();
  SourceLocation out{.cursor = "", .at = now, .version = kept.version};
  if (const Result<json::value> parsed = parse_json(kept.text); parsed.ok()) {
    const JsonView view(*parsed);
    // Another account's cursor says nothing about this one.
    if (view["url"].text() == client_.settings().url) {
      out.cursor = view["cursor"].text().value_or("");
      out.at = from_rfc3339(view["at"].text().value_or("")).value_or(now);
    }
  }
  co_return out;
}

Task<Result<void>> ZendeskExport::move(SourceLocation& place, std::string cursor) {
  if (cursor == place.cursor) co_return Result<void>();
  const TimePoint now = client_.clock().now();
  const std::string text = to_text(
      json::object{{"url", client_.settings().url}, {"cursor", cursor}, {"at", to_rfc3339(now)}});
  DW_CO_CHECK(co_await key_values_.write(note_name, text, place.version));
  place = {std::move(cursor), now, place.version + 1};
  co_return Result<void>();
}

Task<Result<size_t>> ZendeskExport::read_pages(SourceLocation place) {
  size_t count = 0;
  while (!is_stopping_) {
    std::vector<RateRule> rules(1, rate_);
    const Result<Millis> turn = co_await client_.rates().book(std::move(rules), timeout_max);
    if (!turn.ok()) break;
    if (*turn > Millis(0)) co_await wake_.wait(client_.clock().monotonic() + *turn);
    if (is_stopping_) break;
    Result<zendesk::ExportPage> page = co_await read_page(place);
    if (!page.ok()) co_return page.error();
    for (size_t i = 0; i < page->events.size(); ++i) {
      Event event = page->events[i];
      const Result<void> taken = co_await hand_in(std::move(event));
      if (!taken.ok()) co_return taken.error();
      ++count;
    }
    is_lost_ = false;
    const bool is_end = page->is_end || page->cursor.empty();
    if (!page->cursor.empty()) {
      const Result<void> moved = co_await move(place, std::move(page->cursor));
      if (!moved.ok()) co_return moved.error();
    }
    if (is_end) break;
    // A long export keeps its turn.
    DW_CO_TRY(const bool is_ours, co_await key_values_.acquire_lease(note_name, turn_length));
    if (!is_ours) break;
  }
  co_return count;
}

/// What no job wants is none the less read: it would come again for ever.
Task<Result<void>> ZendeskExport::hand_in(Event event) {
  if (!sink_.takes(event.kind)) co_return Result<void>();
  const Result<json::value> accepted = co_await sink_.accept(std::move(event));
  if (accepted.ok() || accepted.error().kind == ErrorKind::invalid) co_return Result<void>();
  co_return accepted.error();
}

Task<Result<zendesk::ExportPage>> ZendeskExport::read_page(const SourceLocation& place) {
  const std::string cursor = is_lost_ ? "" : place.cursor;
  zendesk::Request request = zendesk::encode_export(cursor, place.at - start_back);
  const Monotonic until = client_.clock().monotonic() + request_timeout;
  DW_CO_TRY(const HttpAnswer answer, co_await client_.call(std::move(request), until));
  const TimePoint now = client_.clock().now();
  if (answer.status == 200) {
    if (const Result<json::value> parsed = parse_json(answer.body); parsed.ok()) {
      if (auto page = zendesk::decode_export(*parsed, now)) co_return std::move(*page);
    }
  }
  const bool is_cursor_refused =
      answer.status == 400 || answer.status == 404 || answer.status == 410 || answer.status == 422;
  if (!cursor.empty() && is_cursor_refused) {
    is_lost_ = true;
    log_warn("zendesk", "Zendesk no longer accepts the export cursor; continuing by time");
  }
  const Outcome failed = zendesk::outcome_of_failure(answer, now);
  if (answer.status == 403) {
    co_return Error{ErrorKind::denied, where,
                    "needs an admin: sign in as one, or set zendesk.poll = \"0s\"",
                    Millis(600'000)};
  }
  co_return Error{ErrorKind::busy, where, failed.why, failed.when};
}

}  // namespace dw
