// The board's files, served from memory. Everything in a ticket is hostile text, so the policy
// sent with each page lets nothing run or load that is not ours.
#pragma once
#include <optional>
#include <span>

#include "base/embedded.h"
#include "base/json.h"
#include "net/http_server.h"

namespace dw {

/// Built into the binary from board/dist, each compressed with gzip; empty in a build without the
/// board.
std::span<const EmbeddedFile> board_files();

/// The board's own "no such page", with 404, for a person whose address is none; 308 to the page,
/// where slashes stand behind it. Nothing for programs, which get a problem.
std::optional<Response> unknown_page(const Request& request);

/// The page at its routes, its files under /assets, and /openapi.json.
void add_board_routes(Routes& routes, json::object openapi);

}  // namespace dw
