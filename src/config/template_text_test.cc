#include "config/template_text.h"

#include <gtest/gtest.h>

namespace dw {
namespace {

std::string of_body(std::string_view text) {
  return check_template(text, queue_body_names());
}

std::string of_notice(std::string_view text) {
  return check_template(text, notice_names());
}

TEST(template_text, what_a_template_may_hold) {
  for (const char* good :
       {"", "{}", "{\"a\": {\"b\": 1}}", "{\"t\": {{title_json}}, \"u\": \"{{{url}}}\"}",
        "{{requester.email}} {{#requester}}{{name}} {{&id}}{{/requester}}",
        "{{! any {words} }}{{^tags}}none{{/tags}}", "{{=<% %>=}}<%ticket%> {{x}}",
        "{{#title}}{{.}}{{/title}}", "{\"n\":{\"t\":{{ ticket }}}}"}) {
    EXPECT_EQ(of_body(good), "") << good;
  }
  EXPECT_EQ(of_notice("{{#list}}{{id}}{{#title}}: {{title}}{{/title}}{{name}}{{/list}}"), "");
}

TEST(template_text, an_unknown_variable_names_the_nearest_and_all) {
  const std::string wrong = of_body("{\"title\": {{titel_json}}}");
  EXPECT_EQ(wrong.find("unknown variable {{titel_json}} (did you mean title_json? known: version,"),
            0U)
      << wrong;
  EXPECT_NE(wrong.find("requester.email"), std::string::npos);
  EXPECT_NE(of_body("{{=<% %>=}}<%x%>"), "");
  EXPECT_NE(of_body("{{{titel}}}"), "");
  EXPECT_NE(of_body("{{}}"), "");
  EXPECT_NE(of_body("{{.}}"), "");
  EXPECT_NE(of_body("{{> other}}").find("include"), std::string::npos);
}

TEST(template_text, a_variable_of_a_section_is_none_outside_of_it) {
  EXPECT_EQ(of_body("{{name}}"),
            "{{name}} is known between {{#requester}} and {{/requester}} only");
  EXPECT_EQ(of_notice("- {{id}}"), "{{id}} is known between {{#list}} and {{/list}} only");
}

TEST(template_text, what_is_opened_is_closed) {
  EXPECT_EQ(of_body("{\"t\": \"{{title\"}"),
            "\"{{title\"}\" is not closed: there is no }} behind it");
  EXPECT_EQ(of_body("{{{title}}"), "\"{{{title}}\" is not closed: there is no }}} behind it");
  EXPECT_EQ(of_body("a\n{{#tags}}\nb"), "line 2 of the template: {{#tags}} has no {{/tags}}");
  EXPECT_EQ(of_body("{{/tags}}"), "{{/tags}} closes nothing");
  EXPECT_EQ(of_body("{{#tags}}{{#url}}{{/tags}}{{/url}}"),
            "{{/tags}} stands where {{#url}} is open");
}

}  // namespace
}  // namespace dw
