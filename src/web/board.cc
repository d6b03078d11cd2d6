#include "web/board.h"

#include <algorithm>
#include <array>

#include "web/gunzip.h"
#include "web/problem.h"

namespace dw {
namespace {

constexpr const char* policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'";
constexpr std::array<std::string_view, 9> pages = {"/",          "/agents",     "/tickets",
                                                   "/queues",    "/notices",    "/volume",
                                                   "/incidents", "/deliveries", "/status"};
/// Each of these has a page for each of its things.
constexpr std::array<std::string_view, 2> lists = {"/tickets/", "/incidents/"};
constexpr const char* for_ever = "public, max-age=31536000, immutable";

const EmbeddedFile* file_named(std::string_view path) {
  for (const EmbeddedFile& file : board_files()) {
    if (file.path == path) return &file;
  }
  return nullptr;
}

std::string type_of(std::string_view path) {
  if (path.ends_with(".html")) return "text/html; charset=utf-8";
  if (path.ends_with(".js")) return "text/javascript; charset=utf-8";
  if (path.ends_with(".css")) return "text/css; charset=utf-8";
  if (path.ends_with(".svg")) return "image/svg+xml";
  return "application/octet-stream";
}

Response serve(const EmbeddedFile& file, const Request& request, const char* caching) {
  Response response{.content_type = type_of(file.path)};
  response.headers = {{"Content-Security-Policy", policy},
                      {"Referrer-Policy", "same-origin"},
                      {"Cache-Control", caching},
                      {"Vary", "Accept-Encoding"}};
  if (request.takes_coding("gzip")) {
    response.body = file.bytes;
    response.headers.emplace_back("Content-Encoding", "gzip");
  } else {
    response.body = gunzip(file.bytes);
  }
  return response;
}

Task<Response> page(Request& request) {
  const EmbeddedFile* file = file_named("index.html");
  if (file == nullptr) co_return problem(404, "this build has no board; the API is under /v1");
  co_return serve(*file, request, "no-cache");
}

/// Addresses that are no page of the board, and what is below them.
constexpr std::array<std::string_view, 10> others = {
    "/v1",    "/hooks",   "/sqs",    "/assets",  "/oidc",
    "/oauth", "/healthz", "/readyz", "/metrics", "/openapi.json"};

bool is_other(std::string_view path) {
  return std::any_of(others.begin(), others.end(), [path](std::string_view one) {
    return path == one || (path.starts_with(one) && path[one.size()] == '/');
  });
}

bool is_known_page(std::string_view path) {
  const bool is_thing = std::any_of(lists.begin(), lists.end(), [path](std::string_view list) {
    return path.size() > list.size() && path.starts_with(list) &&
           path.find('/', list.size()) == std::string_view::npos;
  });
  return is_thing || std::find(pages.begin(), pages.end(), path) != pages.end();
}

/// The page that an address with slashes at its end means; empty: none.
std::string page_before_slashes(const Request& request) {
  if (request.path.size() < 2 || !request.path.ends_with('/')) return "";
  const size_t last = request.path.find_last_not_of('/');
  const std::string_view path =
      last == std::string_view::npos ? "/" : request.path.substr(0, last + 1);
  if (!is_known_page(path)) return "";
  std::string out(path);
  if (!request.query.empty()) out.append("?").append(request.query);
  return out;
}

Task<Response> asset(Request& request) {
  const EmbeddedFile* file = file_named(request.path_parameters.at(0));
  const bool is_asset = file != nullptr && file->path != "index.html";
  if (!is_asset) co_return problem(404, "there is no such file");
  // Names of scripts and styles carry a hash of their contents.
  const bool is_hashed = file->path.find('-') != std::string_view::npos;
  co_return serve(*file, request, is_hashed ? for_ever : "no-cache");
}

Task<Response> answer_with(json::object body) {
  co_return json_answer(200, body);
}

}  // namespace

std::optional<Response> unknown_page(const Request& request) {
  if (request.method != "GET" && request.method != "HEAD") return std::nullopt;
  if (std::string page = page_before_slashes(request); !page.empty()) {
    Response moved{.status = 308};
    moved.headers = {{"Location", std::move(page)}};
    return moved;
  }
  const bool is_person = request.header("accept").find("text/html") != std::string_view::npos;
  const EmbeddedFile* file = file_named("index.html");
  if (!is_person || file == nullptr || is_other(request.path) || is_known_page(request.path)) {
    return std::nullopt;
  }
  Response response = serve(*file, request, "no-cache");
  response.status = 404;
  return response;
}

void add_board_routes(Routes& routes, json::object openapi) {
  for (const std::string_view path : pages) routes.add("GET", std::string(path), page);
  for (const std::string_view list : lists) routes.add("GET", std::string(list) + "{}", page);
  routes.add("GET", "/assets/{}", asset);
  routes.add("GET", "/openapi.json",
             [openapi = std::move(openapi)](Request&) { return answer_with(openapi); });
}

}  // namespace dw
