#include "web/board.h"

#include <gtest/gtest.h>

namespace dw {
namespace {

/// Where a request is sent instead; empty: nowhere.
std::string sent_to(std::string_view path, std::string_view query = "",
                    std::string_view method = "GET") {
  Request request;
  request.method = method;
  request.path = path;
  request.query = query;
  const std::optional<Response> answer = unknown_page(request);
  if (!answer || answer->status != 308) return "";
  EXPECT_EQ(answer->headers.front().first, "Location");
  return answer->headers.front().second;
}

TEST(board, a_page_with_a_slash_behind_it_is_the_page) {
  EXPECT_EQ(sent_to("/tickets/"), "/tickets");
  EXPECT_EQ(sent_to("/tickets/42/", "a=1&b=%2F"), "/tickets/42?a=1&b=%2F");
  EXPECT_EQ(sent_to("/incidents/g-000003//", "", "HEAD"), "/incidents/g-000003");
  EXPECT_EQ(sent_to("//"), "/");
}

TEST(board, nothing_else_is_sent_elsewhere) {
  for (const char* path : {"/", "/tickets", "/nowhere/", "/v1/tickets/", "/sqs/", "//a.example/",
                           "/tickets/42/x/", "/assets/", "/healthz/"}) {
    EXPECT_EQ(sent_to(path), "") << path;
  }
  EXPECT_EQ(sent_to("/tickets/", "", "POST"), "");
}

}  // namespace
}  // namespace dw
