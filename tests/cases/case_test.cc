// Runs src/jobs/*/cases/*.case: a job as text. A case begins with "# what it shows"; its lines are
//   know …            what is configured, known and linked before (case_world.cc, know())
//   event KIND …      something comes in
//   answer WHAT {…}   a target answers the delivery in front of a lane (its reference's or
//                     operation's name), refuse WHAT why="…" turns it down; with
//                     given_up=yes it could not be had until retry.give_up
//   discard WHAT      a person decides that a delivery need not happen
//   send              everything that is said and written goes well
//   wait 3s           time passes
// and under each what became of it: plan, drop, ticket, reply, refuse, repeat, parked.
// DW_UPDATE_CASES=1 rewrites those.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/text.h"
#include "cases/case_world.h"
#include "support/source_dir.h"

namespace dw {
namespace {

namespace fs = std::filesystem;

bool is_input(std::string_view line) {
  for (const char* verb : {"know ", "event ", "answer ", "refuse ", "send", "wait ", "discard "}) {
    // "refuse" is also what the inbox may say: with a text and nothing else.
    if (line.starts_with("refuse \"")) return false;
    if (line.starts_with(verb)) return true;
  }
  return false;
}

/// The case as it would be written now.
std::string run(const std::vector<std::string>& lines) {
  CaseWorld world;
  std::string out;
  for (const std::string& line : lines) {
    if (line.empty() || line.starts_with('#')) {
      out += line + "\n";
    } else if (is_input(line)) {
      out += line + "\n";
      for (const std::string& told : world.take(line)) out += told + "\n";
    }
  }
  return out;
}

/// A file as it would be written now; its cases add to it in turn.
struct Rewritten {
  std::string text;
  size_t cases = 0, ran = 0;
};

class CaseFile : public testing::Test {
 public:
  CaseFile(fs::path file, std::string text, Rewritten* rewritten)
      : file_(std::move(file)), text_(std::move(text)), rewritten_(rewritten) {}

  void TestBody() override {
    std::vector<std::string> lines;
    for (const std::string_view line : split(text_, '\n')) lines.emplace_back(line);
    if (!lines.empty() && lines.back().empty()) lines.pop_back();
    const std::string now = run(lines);
    rewritten_->text += now;
    ++rewritten_->ran;
    if (std::getenv("DW_UPDATE_CASES") != nullptr) {
      EXPECT_EQ(now.find("\nwrong"), std::string::npos) << now;
      // Only a file all of whose cases ran is written: a filter takes none away.
      if (rewritten_->ran == rewritten_->cases) {
        std::ofstream(file_, std::ios::binary) << rewritten_->text;
      }
      return;
    }
    EXPECT_EQ(now, text_) << "rewrite with DW_UPDATE_CASES=1, and read what changed";
  }

 private:
  fs::path file_;
  std::string text_;
  Rewritten* rewritten_;
};

std::string name_for(std::string_view heading) {
  std::string out;
  for (const char c : heading) {
    const bool is_letter =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (is_letter) {
      out += c;
    } else if (!out.empty() && out.back() != '_') {
      out += '_';
    }
  }
  return out;
}

std::vector<std::string> cases_in(const std::string& text) {
  std::vector<std::string> out;
  std::stringstream stream(text);
  for (std::string line; std::getline(stream, line);) {
    if (line.starts_with("# ") || out.empty()) out.emplace_back();
    out.back() += line + "\n";
  }
  return out;
}

void find_cases() {
  static std::vector<std::unique_ptr<Rewritten>> rewritten;  // until the program ends
  for (const auto& job : fs::directory_iterator(source_dir() / "src/jobs")) {
    if (!fs::is_directory(job.path() / "cases")) continue;
    for (const auto& file : fs::directory_iterator(job.path() / "cases")) {
      if (file.path().extension() != ".case") continue;
      std::ifstream stream(file.path(), std::ios::binary);
      std::stringstream contents;
      contents << stream.rdbuf();
      Rewritten* out = rewritten.emplace_back(std::make_unique<Rewritten>()).get();
      const std::string suite = job.path().filename().string() + "_" + file.path().stem().string();
      for (const std::string& text : cases_in(contents.str())) {
        const std::string name = name_for(std::string_view(text).substr(0, text.find('\n')));
        const fs::path path = file.path();
        ++out->cases;
        testing::RegisterTest(
            suite.c_str(), name.c_str(), nullptr, nullptr, path.c_str(), 1,
            [path, text, out]() -> testing::Test* { return new CaseFile(path, text, out); });
      }
    }
  }
}

}  // namespace
}  // namespace dw

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  dw::find_cases();
  return RUN_ALL_TESTS();
}
