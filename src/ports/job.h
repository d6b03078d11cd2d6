// A job: two plain functions. read() collects what is known, inside the transaction; plan() turns
// event and knowledge into changes and deliveries, and can't wait: no clock, no network, no store.
#pragma once
#include <string_view>

#include "base/metrics.h"
#include "domain/event.h"
#include "ports/db.h"
#include "ports/plan.h"
#include "ports/retention.h"

namespace dw {

/// What the engine knows of a job.
class Job {
 public:
  virtual ~Job() = default;
  virtual std::string_view name() const = 0;
  /// A kind may be taken by several jobs: a message is a ticket to one and a count to another.
  virtual bool takes(std::string_view kind) const = 0;
  /// Asks ahead for what decide() will need in any case (see WriteWork): only what depends on
  /// nothing but the event. errors  of the store only
  virtual Result<void> prepare(const Event&, ReadDb&) const { return {}; }
  /// Reads and plans. errors  of the store only
  virtual Result<Plan> decide(const Event& event, ReadDb& db) const = 0;
  /// The metrics that its plans and changes count.
  virtual void declare(Metrics&) const {}
  /// How its rows grow old.
  virtual Retention retention() const { return {}; }
};

/// What a job is: `View` is all that it knows about an event when it plans it.
template <class View>
class JobOf : public Job {
 public:
  /// errors  of the store only; `missing` things are absent from the view
  virtual Result<View> read(const Event& event, ReadDb& db) const = 0;
  virtual Plan plan(const Event& event, const View& view) const = 0;

  Result<Plan> decide(const Event& event, ReadDb& db) const final {
    DW_TRY(const View view, read(event, db));
    return plan(event, view);
  }
};

/// The view of a job that needs to know nothing but the event.
struct NoView {};

}  // namespace dw
