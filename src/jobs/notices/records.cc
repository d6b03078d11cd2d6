#include "jobs/notices/records.h"

#include <fmt/format.h>

#include <array>

namespace dw {

std::string_view name_of(NoticeState state) {
  constexpr std::array<std::string_view, 6> names = {"planned", "applied", "replaced",
                                                     "tested",  "writing", "applying"};
  return names.at(static_cast<size_t>(state));
}

std::string notice_number(int64_t number) {
  return fmt::format("n-{:06}", number);
}

}  // namespace dw
