#include "cases/case_line.h"

#include <algorithm>

namespace dw {
namespace {

/// From a quote to the quote that ends it; \n, \" and \\ are what they say.
std::string read_quoted(std::string_view line, size_t& at) {
  std::string out;
  for (++at; at < line.size() && line[at] != '"'; ++at) {
    if (line[at] == '\\' && at + 1 < line.size()) {
      ++at;
      out += line[at] == 'n' ? '\n' : line[at];
    } else {
      out += line[at];
    }
  }
  ++at;
  return out;
}

}  // namespace

bool CaseLine::has(const std::string& word) const {
  return std::find(words.begin(), words.end(), word) != words.end();
}

CaseLine parse_case_line(std::string_view line) {
  CaseLine out;
  size_t at = 0;
  while (at < line.size()) {
    if (line[at] == ' ') {
      ++at;
      continue;
    }
    if (line[at] == '{') {
      out.json = line.substr(at);
      break;
    }
    const size_t begin = at;
    std::string word, key;
    while (at < line.size() && line[at] != ' ') {
      if (line[at] == '"') {
        word += read_quoted(line, at);
      } else if (line[at] == '[') {
        const size_t end = std::min(line.find(']', at), line.size() - 1) + 1;
        word += line.substr(at, end - at);
        at = end;
      } else if (line[at] == '=' && key.empty()) {
        key = word;
        word.clear();
        ++at;
      } else {
        word += line[at++];
      }
    }
    if (!key.empty()) {
      out.given[key] = word;
      out.raw.emplace_back(
          key, std::string(line.substr(begin + key.size() + 1, at - begin - key.size() - 1)));
    } else if (out.verb.empty()) {
      out.verb = word;
    } else {
      out.words.push_back(word);
    }
  }
  return out;
}

std::string case_text(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
    } else if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else {
      out += c;
    }
  }
  return out + "\"";
}

}  // namespace dw
