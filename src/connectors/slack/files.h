// Files in Slack: fetched with the bot token from Slack's own hosts, and uploaded by the way of
// files.getUploadURLExternal (docs.slack.dev, "Working with files", read 2026-11). A file goes
// through a nameless file on disk, never through memory.
#pragma once
#include <string>
#include <vector>

#include "connectors/slack/api.h"
#include "ports/file_source.h"

namespace dw {

class SlackFiles : public FileSource {
 public:
  explicit SlackFiles(SlackApi& api) : api_(api) {}

  /// Where files to be uploaded lie; each answers for its own addresses.
  void use(std::vector<FileSource*> sources) { sources_ = std::move(sources); }

  /// "https://files.slack.com/…", or "slack:F1" of a file that only its id is known of.
  bool has(std::string_view url) const override;
  /// Slack answers a bad token with a sign-in page and 200: that is no file.
  Task<Result<int64_t>> fetch(FileLink file, int64_t bytes_max, ScratchFile* into,
                              Millis timeout) override;

  /// Copies a file to Slack, where nobody sees it until share(). The result is its id.
  /// errors  missing: no source has it; invalid: too large; else as the source's and the calls'
  Task<Result<std::string>> upload(FileLink file, Attempt attempt);
  /// Shows uploaded files in a thread.
  Task<Result<void>> share(std::vector<std::string> ids, std::string channel, std::string thread,
                           Attempt attempt);
  /// Those of the files that are not yet to be seen anywhere.
  Task<Result<std::vector<std::string>>> unshared(std::vector<std::string> ids, Attempt attempt);

 private:
  Task<Result<std::string>> address_of(std::string id, Attempt attempt);
  Task<Result<void>> put(std::string url, ScratchFile* file, Attempt attempt);

  SlackApi& api_;
  std::vector<FileSource*> sources_;
};

}  // namespace dw
