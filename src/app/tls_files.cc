#include "app/tls_files.h"

#include <fmt/format.h>

#include "base/text_file.h"
#include "config/document.h"
#include "config/env.h"
#include "net/tls.h"

namespace dw {
namespace {

constexpr size_t file_bytes_max = 4 << 20;

/// Where a key of [server] stands; 0 if that can't be said.
int line_of(const std::string& file, const std::string& key) {
  const Result<std::string> text = read_whole(file, file_bytes_max);
  if (!text.ok()) return 0;
  Problems ignored(file);
  const Node root = parse_document(*text, process_environment(), ignored);
  const Node* server = root.member("server");
  const Node* found = server == nullptr ? nullptr : server->member(key);
  return found == nullptr ? 0 : found->line;
}

}  // namespace

Result<void> check_tls_files(const Settings& settings) {
  const ServerSettings& server = settings.server;
  if (server.tls_cert.empty()) return {};
  const auto loaded = load_tls(server.tls_cert, server.tls_key);  // shared: see net/tls.h
  if (loaded.ok()) return {};
  Error error = loaded.error();
  const std::string key = error.where.substr(error.where.find('.') + 1);
  error.where = fmt::format("{}:{}: {}", settings.file, line_of(settings.file, key), error.where);
  return error;
}

}  // namespace dw
