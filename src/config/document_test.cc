#include "config/document.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "base/random.h"
#include "config/notices_section.h"
#include "config/sections.h"

namespace dw {
namespace {

std::string errors_in(const std::string& toml) {
  Problems problems("d.toml");
  const Environment environment = [](const std::string&) { return std::nullopt; };
  parse_document(toml, environment, problems);
  return problems.is_empty() ? "" : problems.error().what;
}

TEST(Document, a_file_that_is_no_toml_is_an_error_and_nothing_worse) {
  EXPECT_EQ(errors_in("a = [1, {b = 2}]"), "");
  EXPECT_EQ(errors_in("a = 1\nb = "),
            "d.toml:2: not TOML: in the key-value pair: encountered end-of-file");
  // The parser's own assertions fail on these.
  for (const char* toml : {"a = [}", "a = {x = [}}", "a = [1, }]", "a = {b = ]}"}) {
    EXPECT_NE(errors_in(toml), "") << toml;
  }
  // A letter beyond ASCII where the parser looks for a space.
  EXPECT_NE(errors_in("\u00E9 = 1"), "");
  EXPECT_NE(errors_in("a =\u0430 1"), "");
  EXPECT_NE(errors_in("a = 1 \u00FC"), "");
}

TEST(Document, a_variable_that_is_not_set_is_one_complaint_and_not_three) {
  Problems problems("d.toml");
  const Environment environment = [](const std::string&) { return std::nullopt; };
  parse_document("[a]\nb = \"${B}\"\nc = 1", environment, problems);
  problems.add(2, "a.b", "must be one of x, y");
  problems.add(9, "a.b", "is another table's");
  problems.add(1, "a", "needs a b or a c");
  problems.add(3, "a.c", "must be a text");
  EXPECT_EQ(problems.error().what,
            "d.toml:2: a.b: the environment variable B is not set (set it, or write "
            "${B:-default})\nd.toml:3: a.c: must be a text\nd.toml:9: a.b: is another table's");
}

/// What is wrong with one section's table, written as TOML without its heading.
template <class T>
std::string errors_of(const Section<T>& section, const std::string& toml, T* out = nullptr) {
  Problems problems("");
  const Environment environment = [](const std::string&) { return std::nullopt; };
  const Node root = parse_document(toml, environment, problems);
  T settings;
  read_section(section, root, section.key, settings, problems);
  if (out != nullptr) *out = settings;
  return problems.is_empty() ? "" : problems.error().what;
}

TEST(Section, a_variable_that_is_not_set_is_told_once) {
  const std::string found =
      errors_of(server_section(), "listen = \"${NONE}\"\nmax_body = \"${NONE}\"\n");
  EXPECT_EQ(std::count(found.begin(), found.end(), '\n'), 1) << found;
}

TEST(Section, a_secret_is_read_from_a_regular_file_of_moderate_size) {
  const std::string folder =
      (std::filesystem::temp_directory_path() / ("deskwire-" + random_uuid())).string();
  ASSERT_TRUE(std::filesystem::create_directory(folder));
  std::ofstream(folder + "/secret") << "s3cret\n";
  std::ofstream(folder + "/large") << std::string(70'000, 'x');
  const auto read = [&](const std::string& name, AccessSettings* out) {
    const std::string toml = "oidc_client_secret = \"file:" + folder + name + "\"";
    return errors_of(access_section(), toml, out);
  };
  AccessSettings settings;
  EXPECT_EQ(read("/secret", &settings), "");
  EXPECT_EQ(settings.oidc_client_secret.reveal(), "s3cret");
  EXPECT_NE(read("", nullptr).find("is not a regular file"), std::string::npos);
  EXPECT_NE(read("/large", nullptr).find("too large"), std::string::npos);
  EXPECT_NE(read("/none", nullptr).find("can't be read"), std::string::npos);
  std::filesystem::remove_all(folder);
}

TEST(Section, an_address_to_listen_on_ends_with_its_port) {
  for (const char* good : {"127.0.0.1:8080", "[::1]:0", ":65535"}) {
    EXPECT_EQ(errors_of(server_section(), fmt::format("listen = \"{}\"", good)), "");
  }
  for (const char* bad : {"127.0.0.1", "x:", "x:80a", "x:-1", "x:65536"}) {
    EXPECT_NE(errors_of(server_section(), fmt::format("listen = \"{}\"", bad)), "") << bad;
  }
}

TEST(Section, what_only_looks_like_this_machine_is_none) {
  for (const char* good : {"127.0.0.1:0", "localhost:8080", "[::1]:8080", "127.9.9.9:80"}) {
    EXPECT_TRUE(is_loopback_listen(good)) << good;
  }
  for (const char* bad : {"127.evil.example:80", "localhost.evil.example:80", "0.0.0.0:80", ":80",
                          "*:80", "[::]:80", "127.1:80", "128.0.0.1:80"}) {
    EXPECT_FALSE(is_loopback_listen(bad)) << bad;
  }
  const auto issuer = [](const char* text) {
    return errors_of(access_section(), fmt::format("oidc_issuer = \"{}\"", text));
  };
  const auto mail = [](const char* text) {
    return errors_of(mail_section(), fmt::format("url = \"{}\"", text));
  };
  EXPECT_EQ(issuer("http://127.0.0.1:8080/x"), "");
  EXPECT_EQ(issuer("https://id.example"), "");
  EXPECT_EQ(mail("smtp+plain://127.0.0.1:2525"), "");
  for (const char* bad : {"http://127.0.0.1.evil.example", "http://localhost.evil.example",
                          "http://127.0.0.1@evil.example", "http://id.example"}) {
    EXPECT_NE(issuer(bad), "") << bad;
  }
  for (const char* bad : {"smtp+plain://127.evil.example:25", "smtp+plain://mail.example",
                          "smtp+plain://me@127.0.0.1:25"}) {
    EXPECT_NE(mail(bad), "") << bad;
  }
}

}  // namespace
}  // namespace dw
