// What each fuzzer is: bytes from a stranger in, and what must hold whatever they are. The driver
// (driver.cc) feeds the corpus and mutations of it.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace dw::fuzz {

struct Fuzzer {
  const char* name;  ///< of its folder below corpus/
  /// Runs one input. The number says what was seen (a kind of answer, how many parts): an input
  /// that shows a new one is worth mutating. Calls expect() for each promise.
  uint64_t (*run)(std::string_view input);
  size_t bytes_max = 4096;  ///< of a mutated input
  bool is_linear = true;    ///< time is checked on inputs that are stretched
};

/// Ends the program with the input written down if `truth` is false.
void expect(bool truth, const char* promise);

std::span<const Fuzzer> fuzzers();

// parsers.cc: one function per line of the list
uint64_t run_intake(std::string_view input);
uint64_t run_teams(std::string_view input);
uint64_t run_markup(std::string_view input);
uint64_t run_schedule(std::string_view input);
uint64_t run_duration(std::string_view input);
uint64_t run_config(std::string_view input);
// chat.cc
uint64_t run_chat_page(std::string_view input);
uint64_t run_chat_message(std::string_view input);
uint64_t run_chat_text(std::string_view input);
// wires.cc
uint64_t run_sqs(std::string_view input);
uint64_t run_sqs_answer(std::string_view input);
uint64_t run_http_head(std::string_view input);
uint64_t run_url(std::string_view input);
uint64_t run_json(std::string_view input);

}  // namespace dw::fuzz
