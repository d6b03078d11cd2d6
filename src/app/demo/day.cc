#include "app/demo/day.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "base/number.h"
#include "base/text.h"

namespace dw::demo {
namespace {

constexpr int minutes_max = 24 * 60 - 1;
constexpr int reply_after_minutes = 4;
constexpr size_t columns = 8;

constexpr std::array<const char*, 32> first_names = {
    "Ana",   "Bo",    "Carla", "Deniz", "Elif",  "Farid",  "Greta", "Hugo", "Ines", "Jonas", "Kaya",
    "Lena",  "Mateo", "Nadia", "Oskar", "Priya", "Quin",   "Rosa",  "Sven", "Tara", "Umut",  "Vera",
    "Wanda", "Xenia", "Yara",  "Zeno",  "Amir",  "Birgit", "Chidi", "Dora", "Emil", "Freya"};
constexpr std::array<const char*, 29> last_names = {
    "Lopez", "Ek",     "Conti", "Aydin",  "Haddad", "Brandt", "Moreau", "Silva",
    "Novak", "Lind",   "Rossi", "Okafor", "Perez",  "Rao",    "Berg",   "Fischer",
    "Marsh", "Sato",   "Weber", "Dubois", "Kowal",  "Nunes",  "Olsen",  "Pereira",
    "Ruiz",  "Schmid", "Toth",  "Vargas", "Yilmaz"};

struct Topic {
  const char* subject;
  const char* detail;
};

constexpr std::array<Topic, 24> topics = {{
    {"VPN drops every ten minutes", "Wifi and cable alike, since nine this morning. Error 619."},
    {"Cannot print on the third floor", "The queue says paused, and nobody paused it."},
    {"Locked out after the password change", "The phone kept trying the old one, I think."},
    {"Shared drive is read-only", "I can open the plan but not save it. Others say the same."},
    {"Laptop does not charge in the dock", "The light is on. Another dock works."},
    {"Invoice portal shows a blank page", "Only in this browser, also after a restart."},
    {"No sound in the meeting room", "The customer call is at two. Room 4.12."},
    {"Access to the sales folder, please", "I moved to the team on Monday. My lead has agreed."},
    {"Mail to one supplier bounces", "Their domain changed last week: 550 unknown user."},
    {"Screen flickers on the second monitor", "Swapped the cable, no change."},
    {"Badge does not open the east door", "It works on the west side."},
    {"Calendar shows meetings an hour late", "Only those that the office abroad made."},
    {"Order form rejects valid postcodes", "All that begin with a zero."},
    {"Phone app asks to sign in again and again", "Four times since breakfast."},
    {"Backup job failed last night", "The log says the disk is full. It is not."},
    {"Report runs for an hour and stops", "It took five minutes last month."},
    {"Need a second screen", "For the new desk by the window, whenever there is one."},
    {"Spreadsheet macro stopped working", "Since the update on the weekend."},
    {"Warehouse scanner loses its network", "Between aisle 7 and 9, every time."},
    {"Cannot join the video call", "It says that the host is not there. The host is there."},
    {"Disk is nearly full", "Eleven megabytes left, and the cleaner finds nothing."},
    {"Test system is down", "503 on every page since the deployment."},
    {"New colleague starts on Monday", "Account, laptop, and a place on the second floor."},
    {"Suspicious mail with an attachment", "I did not open it. Three of us got it."},
}};

constexpr std::array<const char*, 6> answers = {
    "I am on it. Please leave it switched on for a moment.",
    "Thank you for the details. I can see it from here and am looking into it.",
    "This is known since this morning. We are working on it with the network team.",
    "I have changed a setting. Please try again in five minutes.",
    "I will call you in a quarter of an hour to look at it together.",
    "A colleague on site will come by before lunch."};
constexpr std::array<const char*, 4> notes = {
    "Same pattern as last week, see the problem record.",
    "Do not tell the caller yet: the supplier has not confirmed.",
    "Handed over to the second line.",
    "Third one from this floor today. Worth a look at the switch."};
constexpr std::array<const char*, 4> questions = {
    "Which device is it, please? The label is on its underside.",
    "Does it also happen when you are at home?",
    "Since when exactly, and did anything change then?", "May I restart it for you now?"};
constexpr std::array<const char*, 4> replies = {"The label says LT-4471.", "At home it is fine.",
                                                "Since Tuesday, after the update.",
                                                "Yes, go ahead."};
constexpr std::array<const char*, 4> solutions = {
    "The driver was too old. It is updated, and works in our test.",
    "Your account is unlocked, and the old sign-in is removed from the phone.",
    "The share has its rights back. Please open it anew.",
    "We replaced the part. Write here if it comes back."};

template <size_t n>
const char* pick(const std::array<const char*, n>& from, int64_t number) {
  return from.at(static_cast<size_t>(number) % n);
}

Person person_of(int64_t number, const char* domain) {
  const std::string first = pick(first_names, number);
  const std::string last = pick(last_names, number / 3 + number);
  Person out{.number = number, .name = first + " " + last, .email = {}, .username = {}};
  out.username = fmt::format("{}{}{}", to_lower(first.substr(0, 1)), to_lower(last), number);
  out.email = fmt::format("{}.{}.{}@{}", to_lower(first), to_lower(last), number, domain);
  return out;
}

Happening::Kind kind_of(std::string_view state, int64_t turn) {
  using Kind = Happening::Kind;
  if (state == "Opened") return Kind::open;
  if (state == "Resolved") return Kind::solve;
  if (state == "Awaiting User Info") return Kind::question;
  if (state == "Active") return turn % 3 == 2 ? Kind::note : Kind::answer;
  return Kind::work;
}

std::string words_for(const Happening& one, const Topic& topic, int64_t turn) {
  switch (one.kind) {
    case Happening::Kind::open:
      return topic.detail;
    case Happening::Kind::answer:
      return pick(answers, turn);
    case Happening::Kind::note:
      return pick(notes, turn);
    case Happening::Kind::question:
      return pick(questions, turn);
    case Happening::Kind::reply:
      return pick(replies, turn);
    case Happening::Kind::solve:
      return pick(solutions, turn);
    case Happening::Kind::work:
      break;
  }
  return "";
}

Door door_of(int64_t number) {
  const int64_t die = number % 10;
  if (die < 6) return Door::slack;
  return die < 8 ? Door::mail : Door::teams;
}

class DayReader {
 public:
  Result<void> read(std::string_view line) {
    const std::vector<std::string_view> parts = split(line, ',');
    if (parts.size() != columns || !parts[1].starts_with("INC")) return refusal(line);
    std::array<int64_t, columns> numbers{};
    for (const size_t i : {0, 3, 4, 5, 6, 7}) {
      const auto number = number_in(parts[i]);
      if (!number || *number < 0) return refusal(line);
      numbers.at(i) = *number;
    }
    const auto incident = number_in(parts[1].substr(3));
    if (!incident || *incident < 0 || numbers[0] > minutes_max) return refusal(line);
    Happening one{.minute = static_cast<int>(numbers[0]), .incident = std::string(parts[1])};
    // Which of the answers it is: another for each update, the same on each run.
    const int64_t turn = *incident + numbers[0] + ++updates_[one.incident];
    one.kind = kind_of(parts[2], turn);
    one.agent = agent_of(numbers[3]);
    one.caller = caller_of(numbers[6]);
    one.priority = numbers[4] <= 2 ? "high" : numbers[4] == 3 ? "medium" : "low";
    const Topic& topic = topics.at(static_cast<size_t>(numbers[5] * 5 + *incident) % topics.size());
    one.subject = topic.subject;
    if (one.kind == Happening::Kind::open) doors_[one.incident] = door_of(*incident);
    const auto door = doors_.find(one.incident);
    if (door != doors_.end()) one.door = door->second;
    // Of what came in before this day nobody here has a ticket.
    if (one.door == Door::none) one.kind = Happening::Kind::work;
    one.text = words_for(one, topic, turn);
    add(std::move(one), topic, turn);
    return {};
  }

  std::vector<Happening> take() {
    std::stable_sort(out_.begin(), out_.end(),
                     [](const Happening& a, const Happening& b) { return a.minute < b.minute; });
    return std::move(out_);
  }

 private:
  static Error refusal(std::string_view line) {
    return {ErrorKind::invalid, "incidents.csv", fmt::format("no incident: \"{}\"", line)};
  }

  void add(Happening one, const Topic& topic, int64_t turn) {
    const bool is_asked = one.kind == Happening::Kind::question && one.door == Door::slack;
    const int later = one.minute + reply_after_minutes;
    out_.push_back(std::move(one));
    if (!is_asked || later > minutes_max) return;
    Happening reply = out_.back();
    reply.kind = Happening::Kind::reply;
    reply.minute = later;
    reply.text = words_for(reply, topic, turn);
    out_.push_back(std::move(reply));
  }

  std::map<std::string, Door> doors_;
  std::map<std::string, int64_t> updates_;
  std::vector<Happening> out_;
};

}  // namespace

Person caller_of(int64_t number) {
  return person_of(number, "shop.example");
}

Person agent_of(int64_t number) {
  return person_of(number + 11, "desk.example");
}

Result<std::vector<Happening>> read_day(std::string_view csv) {
  DayReader reader;
  bool is_heading = true;
  for (const std::string_view line : split(csv, '\n')) {
    if (!is_heading && !line.empty()) DW_CHECK(reader.read(line));
    is_heading = false;
  }
  return reader.take();
}

std::string update_line(const Happening& one) {
  using Kind = Happening::Kind;
  if (one.kind == Kind::open || one.kind == Kind::reply) return "";
  const char* what = "Work note added";
  if (one.kind == Kind::answer || one.kind == Kind::question) what = "Public comment added";
  if (one.kind == Kind::solve) what = "Resolved";
  const std::string line = fmt::format("{} [ *{}* ] {} by *{}* (_{}_):", one.incident, one.subject,
                                       what, one.agent.name, one.agent.username);
  return one.text.empty() ? line : line + "\n> " + one.text;
}

int usual_in_hour(int hour_of_day, bool is_weekend) {
  constexpr std::array<int, 24> weekday = {1, 1, 0,  0,  0, 1, 1, 3, 9, 13, 12, 13,
                                           9, 9, 12, 12, 9, 6, 3, 3, 2, 2,  1,  1};
  const int usual = weekday.at(static_cast<size_t>(hour_of_day) % 24);
  return is_weekend ? usual / 4 : usual;
}

}  // namespace dw::demo
