// A small deterministic fuzzer: no compiler support, no other library. Inputs that show something
// new are kept and mutated further, which stands in for coverage.
//
//   fuzz_parsers NAME [SEED]    the corpus of one fuzzer, then mutations of it for DW_FUZZ_SECONDS
//                               (4); SEED is DW_FUZZ_SEED, or drawn afresh and printed, if it is
//                               not given
//   fuzz_parsers corpus         every corpus once: fast, a part of the units
//   fuzz_parsers NAME @FILE     one input
//
// An input that breaks a promise, crashes or hangs is written to NAME.input in the folder that it
// runs in; when the bug is mended it joins corpus/NAME.
#include <fcntl.h>
#include <fmt/format.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <vector>

#include "base/log.h"
#include "base/random.h"
#include "fuzz/fuzz.h"
#include "support/source_dir.h"

namespace dw::fuzz {
namespace {

constexpr unsigned hang_seconds = 20;
constexpr size_t pool_max = 4000;
/// Inputs are stretched to these two; four times the bytes may take twelve times the time.
constexpr size_t short_bytes = 16 * 1024;
constexpr double linear_factor = 12;
constexpr double too_short_to_tell_seconds = 0.02;

// What the handlers of signals write down.
std::string current;     // NOLINT: read by signal handlers
std::string input_file;  // NOLINT

void save_input() {
  const int file = ::open(input_file.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0640);
  if (file < 0) return;
  const ssize_t written = ::write(file, current.data(), current.size());
  ::close(file);
  fmt::print("the input ({} bytes) is in {}\n", written, input_file);
  std::fflush(stdout);
}

void on_signal(int signal) {
  fmt::print("\nBROKEN {}\n", signal == SIGALRM ? "it hangs" : "it crashes");
  save_input();
  std::_Exit(1);
}

double cpu_seconds() {
  timespec now{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

uint64_t run(const Fuzzer& fuzzer, std::string input) {
  current = std::move(input);
  // A copy of its own, so that a sanitizer sees a byte read behind it.
  const std::vector<char> bytes(current.begin(), current.end());
  ::alarm(hang_seconds);
  const uint64_t seen = fuzzer.run({bytes.data(), bytes.size()});
  ::alarm(0);
  return seen;
}

std::vector<std::string> corpus_of(const std::string& name) {
  std::vector<std::filesystem::path> files;
  const std::filesystem::path folder = source_dir() / "tests/fuzz/corpus";
  for (const auto& entry : std::filesystem::directory_iterator(folder / name)) {
    if (entry.is_regular_file()) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  std::vector<std::string> out;
  for (const auto& file : files) {
    std::ifstream in(file, std::ios::binary);
    out.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
  }
  return out;
}

class Mutator {
 public:
  Mutator(Random& random, const std::vector<std::string>& corpus) : random_(random) {
    for (const std::string& one : corpus) add_words(one);
    for (const char* word : {"\0",
                             "\n",
                             "\r\n",
                             "\t",
                             " ",
                             "0",
                             "-1",
                             "99999999999999999999",
                             "%",
                             "\\",
                             "\"",
                             "'",
                             "<",
                             ">",
                             "&",
                             ";",
                             ":",
                             "[",
                             "]",
                             "{",
                             "}",
                             "${",
                             "\xC3",
                             "\xED\xA0\x80",
                             "\xF4\x90\x80\x80",
                             "\xEF\xBB\xBF",
                             "\u00A0",
                             "\u202E",
                             "\\u0000",
                             "\\ud800",
                             "2147483648",
                             "1e999",
                             "</",
                             "<!--"}) {
      words_.emplace_back(word);
    }
    words_.emplace_back(1, '\0');
  }

  std::string mutate(std::string text, const std::string& other, size_t bytes_max) {
    const size_t times = 1 + random_.below(6);
    for (size_t i = 0; i < times; ++i) mutate_once(text, other);
    if (text.size() > bytes_max) text.resize(bytes_max);
    return text;
  }
  /// A piece of the text many times over: depth and length.
  std::string stretched(const std::string& text, size_t bytes) {
    const size_t from = at(text);
    std::string piece = text.substr(from, 1 + random_.below(12));
    if (piece.empty() || random_.below(4) == 0) piece = words_[random_.below(words_.size())];
    if (piece.empty()) piece = "x";
    std::string out = text.substr(0, from);
    while (out.size() < bytes) out += piece;
    return out + text.substr(from);
  }

 private:
  size_t at(const std::string& text) { return random_.below(text.size() + 1); }

  void add_words(const std::string& text) {
    std::string word;
    for (const char c : text) {
      if (std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-') {
        word += c;
        continue;
      }
      if (word.size() > 1 && word.size() < 30) words_.push_back(word);
      word.clear();
    }
  }

  void mutate_once(std::string& text, const std::string& other) {
    const size_t from = at(text);
    const size_t count = 1 + random_.below(16);
    switch (random_.below(9)) {
      case 0:
        if (from < text.size()) text[from] = static_cast<char>(random_.below(256));
        return;
      case 1:
        if (from < text.size()) text[from] ^= static_cast<char>(1 << random_.below(8));
        return;
      case 2:
        text.erase(from, count);
        return;
      case 3:
      case 4:
        text.insert(from, words_[random_.below(words_.size())]);
        return;
      case 5:
        text.insert(at(text), text.substr(from, count * 4));
        return;
      case 6:
        text = text.substr(0, from) + other.substr(std::min(other.size(), at(other)));
        return;
      case 7:
        text.replace(from, count, words_[random_.below(words_.size())]);
        return;
      default:
        text.insert(from, std::string(count * 8, static_cast<char>(random_.below(128))));
    }
  }

  Random& random_;
  std::vector<std::string> words_;
};

/// Time on an input, and on one four times as long of the same shape; again where a noisy machine
/// can be why.
void check_time(const Fuzzer& fuzzer, Mutator& mutator, Random& random, const std::string& text) {
  const uint64_t seed = random.below(1'000'000'000);
  for (int again = 0; again < 3; ++again) {
    double seconds[2] = {};
    for (const size_t factor : {size_t{1}, size_t{4}}) {
      Random same(seed);
      std::swap(random, same);
      const std::string input = mutator.stretched(text, short_bytes * factor);
      std::swap(random, same);
      const double begun = cpu_seconds();
      run(fuzzer, input);
      seconds[factor == 1 ? 0 : 1] = cpu_seconds() - begun;
    }
    if (seconds[1] < too_short_to_tell_seconds) return;
    if (seconds[1] < linear_factor * seconds[0]) return;
  }
  expect(false, "time is linear in the length");
}

double seconds_wanted() {
  const char* wanted = std::getenv("DW_FUZZ_SECONDS");
  return wanted == nullptr ? 4 : std::strtod(wanted, nullptr);
}

uint64_t seed_wanted(const char* said) {
  if (said != nullptr && *said != '\0') return std::strtoull(said, nullptr, 10);
  Random fresh = Random::from_system();
  return fresh.below(1'000'000'000);
}

int fuzz(const Fuzzer& fuzzer, uint64_t seed) {
  Random random(seed);
  std::vector<std::string> pool = corpus_of(fuzzer.name);
  std::set<uint64_t> seen;
  for (const std::string& one : pool) seen.insert(run(fuzzer, one));
  if (pool.empty()) pool.emplace_back();
  Mutator mutator(random, pool);
  const double begun = cpu_seconds();
  const double limit = seconds_wanted();
  size_t runs = 0;
  while (cpu_seconds() - begun < limit) {
    const std::string& base = pool[random.below(pool.size())];
    const std::string& other = pool[random.below(pool.size())];
    std::string input = mutator.mutate(base, other, fuzzer.bytes_max);
    if (seen.insert(run(fuzzer, input)).second && pool.size() < pool_max) {
      pool.push_back(std::move(input));
    }
    if (++runs % 500 == 0 && fuzzer.is_linear) {
      check_time(fuzzer, mutator, random, pool[random.below(pool.size())]);
    }
  }
  fmt::print("{}: {} inputs in {:.0f} s of processor time, {} kinds seen, seed {}\n", fuzzer.name,
             runs, cpu_seconds() - begun, seen.size(), seed);
  return 0;
}

int run_corpora() {
  size_t inputs = 0;
  for (const Fuzzer& fuzzer : fuzzers()) {
    input_file = std::string(fuzzer.name) + ".input";
    for (const std::string& one : corpus_of(fuzzer.name)) {
      run(fuzzer, one);
      ++inputs;
    }
  }
  fmt::print("{} inputs hold\n", inputs);
  return 0;
}

}  // namespace

void expect(bool truth, const char* promise) {
  if (truth) return;
  fmt::print("\nBROKEN {}\n", promise);
  save_input();
  std::_Exit(1);
}

std::span<const Fuzzer> fuzzers() {
  static const Fuzzer all[] = {
      {.name = "intake", .run = run_intake},
      {.name = "teams", .run = run_teams},
      {.name = "markup", .run = run_markup},
      {.name = "chat_page", .run = run_chat_page},
      {.name = "chat_message", .run = run_chat_message, .bytes_max = 64, .is_linear = false},
      {.name = "chat_text", .run = run_chat_text},
      {.name = "schedule", .run = run_schedule, .bytes_max = 200, .is_linear = false},
      {.name = "duration", .run = run_duration, .bytes_max = 100},
      {.name = "config", .run = run_config},
      {.name = "sqs", .run = run_sqs},
      {.name = "sqs_answer", .run = run_sqs_answer},
      {.name = "http_head", .run = run_http_head},
      {.name = "url", .run = run_url},
      {.name = "json", .run = run_json},
  };
  return all;
}

int main_of(const std::vector<std::string>& arguments) {
  for (const int signal : {SIGSEGV, SIGABRT, SIGFPE, SIGBUS, SIGALRM})
    std::signal(signal, on_signal);
  set_log(LogLevel::error, LogFormat::text);
  if (arguments.size() == 1 && arguments[0] == "corpus") return run_corpora();
  for (const Fuzzer& fuzzer : fuzzers()) {
    if (arguments.empty() || arguments[0] != fuzzer.name) continue;
    input_file = arguments[0] + ".input";
    if (arguments.size() > 1 && arguments[1].starts_with('@')) {
      std::ifstream in(arguments[1].substr(1), std::ios::binary);
      run(fuzzer, {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()});
      return 0;
    }
    return fuzz(fuzzer, seed_wanted(arguments.size() > 1 ? arguments[1].c_str()
                                                         : std::getenv("DW_FUZZ_SEED")));
  }
  fmt::print("which? {}", "corpus");
  for (const Fuzzer& fuzzer : fuzzers()) fmt::print(" {}", fuzzer.name);
  fmt::print("\n");
  return 2;
}

}  // namespace dw::fuzz

int main(int count, char** words) {
  return dw::fuzz::main_of({words + 1, words + count});
}
