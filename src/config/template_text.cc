#include "config/template_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/nearest.h"
#include "base/text.h"

namespace dw {
namespace {

constexpr size_t shown_characters_max = 40;

std::string braced(std::string_view inner) {
  return "{{" + cut_characters(inner, shown_characters_max) + "}}";
}

class Checker {
 public:
  Checker(std::string_view text, const TemplateNames& names) : text_(text), names_(names) {}

  std::string check() {
    for (size_t at = text_.find(begin_); at != std::string_view::npos;
         at = text_.find(begin_, at)) {
      const std::string wrong = take_tag(at);
      if (!wrong.empty()) return line_of(start_) + wrong;
    }
    if (open_.empty()) return "";
    const auto& [name, opened] = open_.back();
    return line_of(opened) + fmt::format("{} has no {}", braced("#" + name), braced("/" + name));
  }

 private:
  /// One tag that begins at `at`, which moves behind it.
  std::string take_tag(size_t& at) {
    start_ = at;
    size_t from = at + begin_.size();
    // "{{{name}}}", with the usual signs alone.
    const bool is_triple = begin_ == "{{" && text_.substr(from).starts_with('{');
    if (is_triple) ++from;
    const std::string end = is_triple ? "}}}" : end_;
    const size_t until = text_.find(end, from);
    if (until == std::string_view::npos) {
      const std::string_view rest = text_.substr(at, text_.find('\n', at) - at);
      return fmt::format("\"{}\" is not closed: there is no {} behind it",
                         cut_characters(rest, shown_characters_max), end);
    }
    at = until + end.size();
    const std::string_view tag = trim(text_.substr(from, until - from));
    if (tag.empty()) return fmt::format("{} names no variable", braced(""));
    return is_triple ? check_name(tag) : check_tag(tag);
  }

  std::string check_tag(std::string_view tag) {
    const std::string name(trim(tag.substr(1)));
    switch (tag.front()) {
      case '!':
        return "";
      case '=':
        return change_signs(name);
      case '>':
        return fmt::format("{}: a template cannot include another", braced(tag));
      case '/':
        return close(name);
      case '#':
      case '^':
        open_.emplace_back(name, start_);
        return check_name(name);
      case '&':
        return check_name(name);
      default:
        return check_name(tag);
    }
  }

  std::string close(const std::string& name) {
    if (open_.empty()) return fmt::format("{} closes nothing", braced("/" + name));
    const std::string opened = open_.back().first;
    open_.pop_back();
    if (opened == name) return "";
    return fmt::format("{} stands where {} is open", braced("/" + name), braced("#" + opened));
  }

  /// "{{=<% %>=}}": other signs stand around tags from here on.
  std::string change_signs(std::string_view between) {
    if (between.ends_with('=')) between = trim(between.substr(0, between.size() - 1));
    const size_t space = between.find(' ');
    if (space == std::string_view::npos) return "{{=…=}} needs two signs, such as {{=<% %>=}}";
    begin_ = between.substr(0, space);
    end_ = trim(between.substr(space));
    return "";
  }

  std::vector<std::string> known_here() const {
    std::vector<std::string> out = names_.names;
    for (const auto& [section, inner] : names_.inside) {
      const bool is_open = std::any_of(open_.begin(), open_.end(),
                                       [&](const auto& one) { return one.first == section; });
      if (is_open) out.insert(out.end(), inner.begin(), inner.end());
    }
    return out;
  }

  std::string check_name(std::string_view written) const {
    const std::string name(written);
    const std::vector<std::string> known = known_here();
    if (std::find(known.begin(), known.end(), name) != known.end()) return "";
    if (name == "." && !open_.empty()) return "";
    for (const auto& [section, inner] : names_.inside) {
      if (std::find(inner.begin(), inner.end(), name) == inner.end()) continue;
      return fmt::format("{} is known between {} and {} only", braced(name), braced("#" + section),
                         braced("/" + section));
    }
    const std::string* nearest = nearest_of(name, known);
    return fmt::format("unknown variable {} ({}known: {})", braced(name),
                       nearest == nullptr ? "" : "did you mean " + *nearest + "? ",
                       join(known, ", "));
  }

  /// "line 3 of it: "; "" in a template of one line.
  std::string line_of(size_t at) const {
    const auto lines = [&](std::string_view part) {
      return std::count(part.begin(), part.end(), '\n');
    };
    if (lines(trim(text_)) == 0) return "";
    return fmt::format("line {} of the template: ", lines(text_.substr(0, at)) + 1);
  }

  std::string_view text_;
  const TemplateNames& names_;
  std::string begin_ = "{{", end_ = "}}";
  size_t start_ = 0;
  std::vector<std::pair<std::string, size_t>> open_{};  ///< sections, and where they begin
};

}  // namespace

std::string check_template(std::string_view text, const TemplateNames& names) {
  return Checker(text, names).check();
}

const TemplateNames& queue_body_names() {
  static const TemplateNames names = [] {
    TemplateNames out;
    for (const char* name : {"version", "ticket", "title", "priority", "description", "source",
                             "tags", "received_at", "url"}) {
      out.names.emplace_back(name);
      out.names.push_back(std::string(name) + "_json");
    }
    out.inside["requester"] = {"name", "email", "id", "name_json"};
    out.names.emplace_back("requester");
    for (const std::string& inner : out.inside["requester"]) {
      out.names.push_back("requester." + inner);
    }
    return out;
  }();
  return names;
}

const TemplateNames& notice_names() {
  static const TemplateNames names{
      {"name", "first_name", "last_name", "email", "tickets", "count", "many", "every", "list"},
      {{"list", {"id", "title", "subject", "closed_on"}}}};
  return names;
}

}  // namespace dw
