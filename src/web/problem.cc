#include "web/problem.h"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "web/status_shapes.h"

namespace dw {
namespace {

constexpr int retry_after_seconds = 1;

std::string_view title_of(int status) {
  static constexpr std::array<std::pair<int, std::string_view>, 18> titles = {{
      {400, "Bad request"},
      {401, "Not signed in"},
      {403, "Not allowed"},
      {404, "Not found"},
      {405, "Method not allowed"},
      {408, "Request timeout"},
      {409, "Conflict"},
      {413, "Too large"},
      {415, "Unsupported media type"},
      {417, "This expectation cannot be met"},
      {422, "Invalid fields"},
      {429, "Too many requests"},
      {431, "Headers too large"},
      {500, "A defect in Deskwire"},
      {501, "Not supported"},
      {502, "An outside system did not respond"},
      {503, "Service unavailable"},
      {504, "Timeout"},
  }};
  for (const auto& [code, title] : titles) {
    if (code == status) return title;
  }
  return "Error";
}

}  // namespace

int status_of(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::invalid:
      return 422;
    case ErrorKind::denied:
      return 403;
    case ErrorKind::missing:
      return 404;
    case ErrorKind::conflict:
      return 409;
    case ErrorKind::busy:
    case ErrorKind::full:
      return 503;
    case ErrorKind::unreachable:
    case ErrorKind::unsure:
      return 502;
  }
  return 500;
}

Response problem(const Error& error, int status) {
  const ShownProblem shown{std::string(title_of(status)), status, error};
  Response response{.status = status,
                    .content_type = "application/problem+json",
                    .body = to_text(shape_of(shown)),
                    .headers = {},
                    .stream = {}};
  if (status == 503 || status == 429) {
    const auto wait = std::chrono::ceil<std::chrono::seconds>(
        error.when.value_or(std::chrono::seconds(retry_after_seconds)));
    response.headers.emplace_back("Retry-After", std::to_string(wait.count()));
  }
  return response;
}

Response problem(const Error& error) {
  constexpr int bad_request = 400, wrong_type = 415;
  const std::string_view part =
      error.kind == ErrorKind::invalid ? std::string_view(error.where) : "";
  if (part == "415") return problem(error, wrong_type);
  // A cursor is a parameter of the query, whoever finds out that it is a bad one.
  const bool is_bad = part == "query" || part == "cursor" || part == "json";
  // Ours, not an outside system's: the store was closed before it knew whether its commit stands.
  if (error.kind == ErrorKind::unsure && error.where == "store") return problem(error, 503);
  return problem(error, is_bad ? bad_request : status_of(error.kind));
}

Response problem(int status, std::string_view detail) {
  return problem(Error{ErrorKind::invalid, "", std::string(detail)}, status);
}

Response json_answer(int status, const json::value& body) {
  return {.status = status,
          .content_type = "application/json",
          .body = to_text(body),
          .headers = {{"Cache-Control", "no-store"}},
          .stream = {}};
}

}  // namespace dw
