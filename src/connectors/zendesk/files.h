// Copies attachments to Zendesk: fetched by the connector whose they are, through a file on
// disk.
#pragma once
#include <string>
#include <vector>

#include "connectors/zendesk/client.h"
#include "ports/file_source.h"

namespace dw {

class ZendeskFiles {
 public:
  explicit ZendeskFiles(ZendeskClient& client) : client_(client) {}

  /// Where files to be copied lie; each answers for its own addresses.
  void use(std::vector<FileSource*> sources) { sources_ = std::move(sources); }

  /// An upload's token, or why the file is linked instead. `is_last_try`: trouble that may pass is
  /// a reason to link as well.
  /// errors  busy, unreachable: the file or Zendesk can't be reached now
  Task<Result<zendesk::AttachedFile>> copy(FileLink file, bool is_last_try, Attempt attempt);

 private:
  Task<Result<zendesk::AttachedFile>> copy_from(FileSource& source, FileLink file, Attempt attempt);

  ZendeskClient& client_;
  std::vector<FileSource*> sources_;
};

}  // namespace dw
