// /v1/audit: who changed what.
#include "records/audit.h"

#include "records/paging.h"
#include "web/api/operations.h"
#include "web/status_shapes.h"

namespace dw {

Task<ApiAnswer> Operations::audit(Call& call) {
  std::vector<Problem> problems;
  const PageRequest wanted = page_parameters(call.request, problems);
  DW_CO_CHECK(check_parameters(std::move(problems)));
  Page<AuditEntry> page;
  auto work = [&](ReadDb& db) -> Result<void> {
    DW_TRY(page.items, audit::list(db, wanted));
    return {};
  };
  DW_CO_CHECK(co_await parts_.store.read(work));
  const bool is_last = page.items.size() < wanted.limit;
  if (!is_last) page.next_cursor = std::to_string(page.items.back().id);
  co_return shape_of(page, parts_.shapes);
}

}  // namespace dw
