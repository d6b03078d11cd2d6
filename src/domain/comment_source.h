// Where a comment was written that repeats one at a desk: "desk:zendesk/3465/7001/9f2c…", the desk,
// its ticket, its comment, and the digest of the words. It stands in DeskComment::source, and a
// late delivery asks first whether that comment is still public.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "domain/payload.h"

namespace dw {

std::string encode_comment_source(const CommentSource& source);
/// Nothing where the text is no such place.
std::optional<CommentSource> decode_comment_source(std::string_view text);

}  // namespace dw
