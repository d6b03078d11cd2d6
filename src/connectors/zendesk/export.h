// The incremental export, read every `poll`: what the webhook did not bring, because it was down or
// Zendesk gave up calling. One replica reads at a time; where it stands is in the key-value store,
// moved only after all that was read is accepted. Protocol: "Incremental Exports", read 2026-11:
// admins only, ten requests a minute, ordered by generated_timestamp; the last minute is left out.
#pragma once
#include <functional>

#include "connectors/zendesk/client.h"
#include "net/async_event.h"
#include "ports/source.h"

namespace dw {

/// Told after each look: "" or what is wrong.
using ExportNotice = std::function<void(const std::string& trouble)>;

class ZendeskExport {
 public:
  ZendeskExport(ZendeskClient& client, Loop& loop, KeyValueStore& key_values, EventSink& sink,
                ExportNotice notice);

  /// Looks at once, and then every zendesk.poll, until stop().
  Task<void> run();
  void stop();
  /// One look: all pages that there are, as far as the limits allow. How many events it brought.
  /// errors  denied: the user is no admin; busy, unreachable: later; what the sink gave
  Task<Result<size_t>> look();

 private:
  struct SourceLocation {
    std::string cursor;
    TimePoint at{};  ///< when the cursor was given
    int64_t version = 0;
  };
  Task<Result<SourceLocation>> place();
  Task<Result<void>> move(SourceLocation& place, std::string cursor);
  Task<Result<size_t>> read_pages(SourceLocation place);
  Task<Result<zendesk::ExportPage>> read_page(const SourceLocation& place);
  Task<Result<void>> hand_in(Event event);

  ZendeskClient& client_;
  KeyValueStore& key_values_;
  EventSink& sink_;
  ExportNotice notice_;
  RateRule rate_;
  AsyncEvent wake_;
  bool is_stopping_ = false;
  bool is_lost_ = false;  // the cursor is no longer taken: go by time
};

}  // namespace dw
