// Copies attachments to Zendesk: from the hosts alone that are allowed, through a file on disk.
#pragma once
#include <string>
#include <vector>

#include "connectors/zendesk/client.h"

namespace dw {

/// A host that files may be fetched from, and what it wants to hear first.
struct FileHost {
  std::string host;      ///< "files.slack.com"
  Secret authorization;  ///< the header's value; empty: none
};

class ZendeskFiles {
 public:
  ZendeskFiles(ZendeskClient& client, std::vector<FileHost> hosts)
      : client_(client), hosts_(std::move(hosts)) {}

  /// An upload's token, or why the file is linked instead. `is_last_try`: trouble that may pass is
  /// a reason to link as well.
  /// errors  busy, unreachable: the file or Zendesk can't be reached now
  Task<Result<zendesk::AttachedFile>> copy(FileLink file, bool is_last_try, Monotonic until);

 private:
  Task<Result<zendesk::AttachedFile>> copy_from(FileHost host, FileLink file, Monotonic until);
  const FileHost* host_of(const FileLink& file) const;

  ZendeskClient& client_;
  std::vector<FileHost> hosts_;
};

}  // namespace dw
