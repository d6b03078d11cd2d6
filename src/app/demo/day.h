// A day at a real service desk, as the demo plays it: who writes what, when, through which door.
// Times, numbers, priorities and the order of things are from incidents.csv; names and words are
// made up here, because the data has none (README.md).
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace dw::demo {

struct Person {
  int64_t number = 0;
  std::string name, email, username;
};

/// The same number is the same person, always.
Person caller_of(int64_t number);
Person agent_of(int64_t number);

/// Where an incident came in. `none`: before this day.
enum class Door { none, slack, mail, teams };

struct Happening {
  enum class Kind {
    open,      ///< the caller asks for help
    answer,    ///< the agent, to all
    note,      ///< the agent, to agents alone
    question,  ///< the agent asks the caller
    reply,     ///< the caller answers that
    solve,     ///< the agent says what was done, and solves
    work,      ///< the agent works on it and writes nothing to anybody
  };
  int minute = 0;  ///< of the day, 0 to 1439
  std::string incident;
  Kind kind = Kind::work;
  Door door = Door::none;
  Person caller, agent;
  std::string priority;  ///< "high", "medium", "low"
  std::string subject;   ///< the incident's
  std::string text;      ///< what is said now; empty with `work`
};

/// In the order of the day. errors  invalid: the line that is none
Result<std::vector<Happening>> read_day(std::string_view csv);

/// What a ticket system posts about it into a channel of updates, as tally.md's first format;
/// empty for what callers do.
std::string update_line(const Happening& one);

/// How many tickets a desk of this size opens in an hour of the week, by rule of thumb.
int usual_in_hour(int hour_of_day, bool is_weekend);

}  // namespace dw::demo
