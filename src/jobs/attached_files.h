// The files that hang on a message or a comment, as events tell them. Pure.
#pragma once
#include <string>
#include <vector>

#include "base/json.h"
#include "domain/payload.h"

namespace dw {

/// `files` of a message or a comment: [{"name","url","content_type","bytes"}].
std::vector<FileLink> files_in(const json::value& said);

/// The same, to be kept.
json::array encode_files(const std::vector<FileLink>& files);

/// "Attached: a.png, b.txt": says what has no words; empty without files.
std::string attached(const std::vector<FileLink>& files);

}  // namespace dw
