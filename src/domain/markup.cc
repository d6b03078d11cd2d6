#include "domain/markup.h"

#include <gumbo.h>

#include <array>
#include <vector>

#include "base/text.h"

namespace dw {
namespace {

constexpr std::array line_enders = {
    GUMBO_TAG_P,  GUMBO_TAG_DIV, GUMBO_TAG_LI, GUMBO_TAG_TR, GUMBO_TAG_H1,         GUMBO_TAG_H2,
    GUMBO_TAG_H3, GUMBO_TAG_H4,  GUMBO_TAG_H5, GUMBO_TAG_H6, GUMBO_TAG_BLOCKQUOTE, GUMBO_TAG_PRE};

bool ends_line(GumboTag tag) {
  for (const GumboTag ender : line_enders) {
    if (tag == ender) return true;
  }
  return false;
}

std::string_view attribute(const GumboElement& element, const char* name) {
  const GumboAttribute* found = gumbo_get_attribute(&element.attributes, name);
  return found == nullptr ? std::string_view{} : std::string_view(found->value);
}

bool is_mention(const GumboElement& element) {
  if (element.tag == GUMBO_TAG_UNKNOWN) {
    // Teams' own <at>Name</at>.
    const std::string_view tag(element.original_tag.data, element.original_tag.length);
    return tag.size() >= 4 && equals_ignoring_case(tag.substr(0, 3), "<at") &&
           (tag[3] == '>' || tag[3] == ' ');
  }
  return element.tag == GUMBO_TAG_SPAN &&
         attribute(element, "itemtype").find("schema.skype.com/Mention") != std::string_view::npos;
}

/// Walks the tree without recursion: a page nested a million deep is a page like any other.
class Writer {
 public:
  std::string write(const GumboNode* root) {
    std::vector<Step> steps{{root, false}};
    while (!steps.empty()) {
      const Step step = steps.back();
      steps.pop_back();
      if (step.is_end) {
        close(*step.node);
        continue;
      }
      if (!open(*step.node)) continue;
      const GumboVector* children = children_of(*step.node);
      if (children == nullptr) continue;
      steps.push_back({step.node, true});
      for (unsigned i = children->length; i > 0; --i) {
        steps.push_back({static_cast<const GumboNode*>(children->data[i - 1]), false});
      }
    }
    return std::move(out_);
  }

 private:
  struct Step {
    const GumboNode* node;
    bool is_end;
  };

  static const GumboVector* children_of(const GumboNode& node) {
    if (node.type == GUMBO_NODE_DOCUMENT) return &node.v.document.children;
    if (node.type == GUMBO_NODE_ELEMENT || node.type == GUMBO_NODE_TEMPLATE) {
      return &node.v.element.children;
    }
    return nullptr;
  }

  /// False: nothing inside is wanted.
  bool open(const GumboNode& node) {
    switch (node.type) {
      case GUMBO_NODE_TEXT:
      case GUMBO_NODE_WHITESPACE:
      case GUMBO_NODE_CDATA:
        add(node.v.text.text);
        return false;
      case GUMBO_NODE_ELEMENT:
        return open(node.v.element);
      default:
        return node.type == GUMBO_NODE_DOCUMENT;
    }
  }

  bool open(const GumboElement& element) {
    if (element.tag == GUMBO_TAG_SCRIPT || element.tag == GUMBO_TAG_STYLE) return false;
    if (element.tag == GUMBO_TAG_BR) out_ += '\n';
    if (element.tag == GUMBO_TAG_IMG) {
      const std::string_view alt = attribute(element, "alt");
      add(alt.empty() ? "[image]" : alt);
    }
    if (element.tag == GUMBO_TAG_A) links_.push_back(out_.size());
    if (element.tag == GUMBO_TAG_LI) out_ += "- ";
    // The mention that opens the message is how the ticket was addressed, not what it says.
    return !(is_mention(element) && trim(out_).empty());
  }

  void close(const GumboNode& node) {
    if (node.type != GUMBO_NODE_ELEMENT) return;
    const GumboElement& element = node.v.element;
    if (element.tag == GUMBO_TAG_A && !links_.empty()) {
      const std::string label(trim(std::string_view(out_).substr(links_.back())));
      links_.pop_back();
      const std::string_view address = attribute(element, "href");
      const bool is_kept = address.starts_with("http://") || address.starts_with("https://") ||
                           address.starts_with("mailto:");
      const bool is_said =
          label == address || "mailto:" + label == address || label + "/" == address;
      if (is_kept && !is_said) {
        out_ += label.empty() ? "" : " (";
        out_ += address;
        out_ += label.empty() ? "" : ")";
      }
    }
    if (ends_line(element.tag) && !out_.ends_with('\n')) out_ += '\n';
    // An empty paragraph is how a blank line is typed.
    else if (element.tag == GUMBO_TAG_P)
      out_ += '\n';
  }

  void add(std::string_view text) { out_ += text; }

  std::string out_;
  std::vector<size_t> links_;
};

/// A "<" that opens no tag is made an entity, so that "a < b" and "x <y@z.com>" survive; "</" and
/// "<letters" followed by a space, "/" or ">" are tags.
std::string protect(std::string_view html) {
  std::string out;
  out.reserve(html.size());
  for (size_t i = 0; i < html.size(); ++i) {
    if (html[i] != '<') {
      out += html[i];
      continue;
    }
    size_t end = i + 1;
    if (end < html.size() && (html[end] == '/' || html[end] == '!')) ++end;
    const size_t name = end;
    const auto is_name = [&](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
             c == '-' || c == ':';
    };
    while (end < html.size() && is_name(html[end])) ++end;
    const bool is_tag = end > name && end < html.size() &&
                        (html[end] == '>' || html[end] == ' ' || html[end] == '/' ||
                         html[end] == '\n' || html[end] == '\t' || html[end] == '\r') &&
                        html.find('>', end) != std::string_view::npos;
    const bool is_comment = html.substr(i).starts_with("<!--");
    out += is_tag || is_comment ? "<" : "&lt;";
  }
  return out;
}

/// U+00A0 to a space; zero-width characters and carriage returns go.
std::string normalize(std::string_view text) {
  std::string out = replace_all(text, "\r\n", "\n");
  out = replace_all(out, "\r", "\n");
  out = replace_all(out, "\u00A0", " ");
  for (const std::string_view gone : {"\u200B", "\uFEFF", "\u200C", "\u2060"}) {
    if (out.find(gone) != std::string::npos) out = replace_all(out, gone, "");
  }
  return out;
}

/// Line ends between tags are how HTML is laid out; in a text without tags they are its lines.
std::string unwrap(std::string_view html) {
  std::string out;
  for (size_t i = 0; i < html.size(); ++i) {
    out += html[i];
    if (html[i] != '>') continue;
    size_t next = i + 1;
    while (next < html.size() && (html[next] == '\n' || html[next] == '\r')) ++next;
    const bool is_layout = next > i + 1 && (next == html.size() || html[next] == '<');
    const size_t open = html.rfind('<', i);
    const bool is_block =
        open != std::string_view::npos &&
        (html.substr(open).starts_with("</p") || html.substr(open).starts_with("</div") ||
         html.substr(open).starts_with("</li") || html.substr(open).starts_with("<br"));
    if (is_layout || (is_block && next > i + 1)) i = next - 1;
  }
  return out;
}

}  // namespace

std::string text_of_html(std::string_view html) {
  if (html.find_first_of("<&") == std::string_view::npos) {
    return std::string(trim(normalize(html)));
  }
  const std::string safe = unwrap(protect(html));
  GumboOptions options = kGumboDefaultOptions;
  options.max_errors = 0;
  options.fragment_context = GUMBO_TAG_DIV;
  GumboOutput* parsed = gumbo_parse_with_options(&options, safe.data(), safe.size());
  std::string text = Writer().write(parsed->root);
  gumbo_destroy_output(&options, parsed);
  return std::string(trim(normalize(text)));
}

}  // namespace dw
