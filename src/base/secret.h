// A string that prints itself as [secret]: it has no conversion to text but reveal(), which is
// easy to search for.
#pragma once
#include <string>
#include <utility>

namespace dw {

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string text) : text_(std::move(text)) {}

  const std::string& reveal() const { return text_; }
  bool empty() const { return text_.empty(); }
  friend bool operator==(const Secret&, const Secret&) = default;

 private:
  std::string text_;
};

}  // namespace dw
