#include "connectors/tables/wire.h"

#include <expat.h>
#include <fmt/format.h>

#include <memory>

#include "base/number.h"
#include "base/text.h"
#include "net/url.h"

namespace dw {
namespace {

/// Fields of <Contents>, and the token of the next page, by the names of the elements around.
struct ListingReader {
  S3Listing out;
  S3Object object;
  std::string text;
  bool is_list = false, is_in_object = false, is_ok = true;

  void begin(std::string_view name) {
    text.clear();
    if (name == "ListBucketResult") is_list = true;
    if (name == "Contents") {
      object = {};
      is_in_object = true;
    }
  }
  void end(std::string_view name) {
    if (name == "Contents") {
      out.objects.push_back(std::move(object));
      is_in_object = false;
    } else if (name == "NextContinuationToken") {
      out.next_page = text;
    } else if (is_in_object) {
      set(name);
    }
    text.clear();
  }
  void set(std::string_view name) {
    if (name == "Key") {
      const auto key = decode_url_part(text, true);
      is_ok = is_ok && key.has_value();
      object.key = key.value_or("");
    } else if (name == "ETag") {
      object.etag = text;
    } else if (name == "Size") {
      object.bytes = number_in(text).value_or(0);
    } else if (name == "LastModified") {
      const auto at = from_rfc3339(text);
      is_ok = is_ok && at.has_value();
      object.changed_at = at.value_or(TimePoint{});
    }
  }
};

}  // namespace

std::optional<S3Place> parse_s3(const std::string& url) {
  constexpr std::string_view scheme = "s3://";
  if (!url.starts_with(scheme)) return std::nullopt;
  const size_t slash = std::min(url.find('/', scheme.size()), url.size());
  if (slash == scheme.size()) return std::nullopt;
  const std::string key = slash < url.size() ? url.substr(slash + 1) : "";
  return S3Place{url.substr(scheme.size(), slash - scheme.size()), key};
}

std::string s3_address(const S3Place& place, const std::string& region,
                       const std::string& endpoint) {
  std::string path;
  if (place.key.empty() && endpoint.empty()) path = "/";
  for (const std::string_view part :
       place.key.empty() ? std::vector<std::string_view>() : split(place.key, '/'))
    path += "/" + encode_url_part(part);
  if (!endpoint.empty()) {
    const bool has_slash = endpoint.ends_with('/');
    return endpoint.substr(0, endpoint.size() - (has_slash ? 1 : 0)) + "/" +
           encode_url_part(place.bucket) + path;
  }
  return fmt::format("https://{}.s3.{}.amazonaws.com{}", place.bucket, region, path);
}

std::string s3_list_address(const S3Place& place, const std::string& region,
                            const std::string& endpoint, const std::string& page) {
  // What is signed has its names in order, and libcurl leaves the order to the caller.
  std::string query;
  if (!page.empty()) query = "continuation-token=" + encode_url_part(page) + "&";
  query += "encoding-type=url&list-type=2&prefix=" + encode_url_part(place.key);
  return s3_address({place.bucket, ""}, region, endpoint) + "?" + query;
}

Result<S3Listing> decode_s3_listing(std::string_view xml) {
  const std::unique_ptr<XML_ParserStruct, decltype(&XML_ParserFree)> parser(
      XML_ParserCreate("UTF-8"), &XML_ParserFree);
  ListingReader reader;
  XML_SetUserData(parser.get(), &reader);
  XML_SetElementHandler(
      parser.get(),
      [](void* to, const XML_Char* name, const XML_Char**) {
        static_cast<ListingReader*>(to)->begin(name);
      },
      [](void* to, const XML_Char* name) { static_cast<ListingReader*>(to)->end(name); });
  XML_SetCharacterDataHandler(parser.get(), [](void* to, const XML_Char* text, int bytes) {
    static_cast<ListingReader*>(to)->text.append(text, static_cast<size_t>(bytes));
  });
  const XML_Status status =
      XML_Parse(parser.get(), xml.data(), static_cast<int>(xml.size()), XML_TRUE);
  if (status != XML_STATUS_OK || !reader.is_list || !reader.is_ok) {
    return Error{ErrorKind::invalid, "notices.file", "S3's list of files can't be read"};
  }
  return std::move(reader.out);
}

}  // namespace dw
