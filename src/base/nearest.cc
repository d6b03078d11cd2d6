#include "base/nearest.h"

#include <algorithm>
#include <string_view>

#include "base/text.h"

namespace dw {
namespace {

/// How many single changes make one word of the other (Levenshtein).
size_t distance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t above = row[j];
      const size_t change = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({above + 1, row[j - 1] + 1, change});
      diagonal = above;
    }
  }
  return row[b.size()];
}

}  // namespace

const std::string* nearest_of(const std::string& name, const std::vector<std::string>& known) {
  const std::string wanted = to_lower(name);
  const std::string* nearest = nullptr;
  size_t least = name.size() / 3 + 2;
  for (const std::string& one : known) {
    const size_t far = distance(wanted, to_lower(one));
    if (far < least) {
      least = far;
      nearest = &one;
    }
  }
  return nearest;
}

}  // namespace dw
