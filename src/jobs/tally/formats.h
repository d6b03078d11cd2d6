// Finds the lines of a message that report a ticket update: the built-in formats of ticket
// systems, or a pattern of the configuration. Pure. What is quoted ("> …") is somebody's words and
// is never searched, so nobody can write himself a count.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "jobs/tally/records.h"

namespace re2 {
class RE2;
}

namespace dw {

class TallyFormats {
 public:
  /// pattern   RE2 with named groups name, username and optionally ticket, `^` and `$` at lines;
  ///           empty: the built-in formats
  /// suffix    usernames must end with it, whatever the case; empty: all
  /// errors    invalid: no RE2 pattern, or without the groups that are needed
  static Result<TallyFormats> make(const std::string& pattern, std::string suffix);
  TallyFormats(TallyFormats&&) noexcept;
  TallyFormats& operator=(TallyFormats&&) noexcept;
  ~TallyFormats();

  /// Everything that a message counts, in the order of its lines. `blocks` often says once more
  /// what `text` says: what stands in both counts once.
  std::vector<TallyUpdate> read(std::string_view text, std::string_view blocks) const;

  /// Changes when the same text could count otherwise.
  const std::string& fingerprint() const { return fingerprint_; }

 private:
  TallyFormats() = default;
  std::vector<TallyUpdate> search(std::string_view text, std::string_view blocks) const;
  std::vector<TallyUpdate> search_own(std::string_view given) const;
  bool is_wanted(const TallyUpdate& update) const;

  std::unique_ptr<re2::RE2> own_;
  std::string suffix_, fingerprint_;
  int name_ = 0, username_ = 0, ticket_ = 0;
};

/// "Jon S\njxsrcc": the key of the older bot's file.
std::string stats_key(std::string_view name, std::string_view username);

}  // namespace dw
