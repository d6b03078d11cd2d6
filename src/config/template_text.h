// Mustache templates that people write: whether each tag is whole, and each variable one that there
// is. A template with a misspelt variable renders an empty place, which nobody sees before the
// message is out. Rendering is its owners'.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace dw {

/// The variables of a template.
struct TemplateNames {
  std::vector<std::string> names;  ///< anywhere
  /// Inside {{#section}} … {{/section}}, besides: by the section, which is one of `names`.
  std::map<std::string, std::vector<std::string>> inside{};
};

/// What is wrong with a template; "" if nothing is. Pure.
std::string check_template(std::string_view text, const TemplateNames& names);

/// [[queue]] body; jobs/intake/body.cc fills them in.
const TemplateNames& queue_body_names();
/// notices.subject and notices.template; jobs/notices/notice.cc fills them in.
const TemplateNames& notice_names();

}  // namespace dw
