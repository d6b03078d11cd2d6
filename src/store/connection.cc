#include "store/connection.h"

#include <fmt/format.h>

#include "base/storable.h"

namespace dw {

Result<void> check_texts(const Statement& statement, std::initializer_list<Value> values) {
  int place = 0;
  for (const Value& value : values) {
    ++place;
    const auto* text = std::get_if<std::string_view>(&value.get());
    const std::string_view problem = text == nullptr ? "" : unstorable_reason(*text);
    if (problem.empty()) continue;
    return Error{ErrorKind::invalid, "store",
                 fmt::format("text {} of {} {}, and the store can't keep it exactly; clean "
                             "or refuse the text before it is given to the store",
                             place, statement.name, problem)};
  }
  return {};
}

}  // namespace dw
