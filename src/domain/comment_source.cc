#include "domain/comment_source.h"

#include <fmt/format.h>

#include "base/text.h"

namespace dw {

std::string encode_comment_source(const CommentSource& source) {
  return fmt::format("{}/{}/{}/{}", source.target, source.ticket, source.comment, source.digest);
}

std::optional<CommentSource> decode_comment_source(std::string_view text) {
  const auto parts = split(text, '/');
  if (parts.size() != 4 || !parts[0].starts_with("desk:")) return std::nullopt;
  CommentSource out{std::string(parts[0]), std::string(parts[1]), std::string(parts[2]),
                    std::string(parts[3])};
  if (out.ticket.empty() || out.comment.empty()) return std::nullopt;
  return out;
}

}  // namespace dw
