#include "domain/file_link.h"

#include "base/text.h"

namespace dw {

std::vector<FileLink> files_in(const json::value& holder) {
  std::vector<FileLink> out;
  for (const JsonView& file : JsonView(holder)["files"].elements()) {
    out.push_back({file["name"].text().value_or("file"), text_at(file, "url"),
                   text_at(file, "content_type"), file["bytes"].integer().value_or(0)});
  }
  return out;
}

json::array encode_files(const std::vector<FileLink>& files) {
  json::array out;
  for (const FileLink& file : files) {
    out.push_back(json::object{{"name", file.name},
                               {"url", file.url},
                               {"content_type", file.content_type},
                               {"bytes", file.bytes}});
  }
  return out;
}

std::string attached(const std::vector<FileLink>& files) {
  std::vector<std::string> names;
  for (const FileLink& file : files) names.push_back(file.name);
  return names.empty() ? "" : "Attached: " + join(names, ", ");
}

}  // namespace dw
