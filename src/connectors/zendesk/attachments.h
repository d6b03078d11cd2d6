// Files that lie at Zendesk, for those who copy them elsewhere. An attachment's address answers
// with a redirect to Zendesk's store of files, which takes no credentials ("Ticket Attachments",
// developer.zendesk.com, read 2026-11).
#pragma once
#include <string>
#include <string_view>

#include "connectors/zendesk/client.h"
#include "ports/file_source.h"

namespace dw {

class ZendeskAttachments : public FileSource {
 public:
  explicit ZendeskAttachments(ZendeskClient& client) : client_(client) {}

  /// /attachments/… of the account's own host.
  bool has(std::string_view url) const override;
  /// Follows one redirect, without the credentials, to the account's host or to zdusercontent.com.
  Task<Result<int64_t>> fetch(FileLink file, int64_t bytes_max, ScratchFile* into,
                              Millis timeout) override;

 private:
  Task<Result<HttpAnswer>> get(std::string url, bool is_signed, int64_t bytes_max,
                               ScratchFile* into, Monotonic until);
  /// Where a redirect may lead.
  bool may_follow(std::string_view url) const;

  ZendeskClient& client_;
};

}  // namespace dw
