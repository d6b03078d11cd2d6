#include "app/demo/outage.h"

#include <fmt/format.h>

#include <array>

#include "base/text.h"

namespace dw::demo {
namespace {

struct Report {
  const char* subject;
  const char* detail;
};

constexpr std::array<Report, 18> reports = {{
    {"VPN is down: error 619", "Since eleven. I cannot reach anything."},
    {"VPN error 619 from home", "It asked for the password twice and gave up."},
    {"Cannot connect: the VPN says 619", "The web works, the files do not."},
    {"VPN down in the Lyon office?", "It says 619 on all our laptops."},
    {"vpn down??", "619 again and again"},
    {"VPN asks for the password again and again", "Then it closes."},
    {"No VPN since eleven", "Error 619, also after a restart."},
    {"VPN gives up after a minute", "At home and in the train."},
    {"VPN error 619, remote work impossible", "Three of us sit here and wait."},
    {"VPN 619 before the customer call", "The call is at half past."},
    {"Is the VPN down for everybody?", "Error 619 here."},
    {"VPN stopped in the middle of an upload", "Now it says 619."},
    {"The VPN does not come back", "619. The drive is gone as well."},
    {"VPN refuses me", "Error 619 since a quarter of an hour."},
    {"VPN broken after lunch in Oslo?", "We all get 619."},
    {"VPN: connecting, connecting, connecting", "It never ends."},
    {"No files, no mail, no VPN", "619 is what it says."},
    {"VPN 619 on the new laptop", "The old one has it, too."},
}};

constexpr std::string_view prefix = "OUTAGE";
constexpr int64_t first_caller = 9101, between_callers = 37;
constexpr size_t by_mail_each = 5, each_minute = 3;

}  // namespace

std::vector<Happening> outage() {
  std::vector<Happening> out;
  for (size_t i = 0; i < reports.size(); ++i) {
    const auto number = static_cast<int64_t>(i);
    Happening one{.minute = outage_minute + static_cast<int>(i / each_minute),
                  .incident = fmt::format("{}{:02}", prefix, i + 1),
                  .kind = Happening::Kind::open,
                  .door = i % by_mail_each == by_mail_each - 1 ? Door::mail : Door::slack};
    one.caller = caller_of(first_caller + number * between_callers);
    one.priority = "high";
    one.subject = reports.at(i).subject;
    one.text = reports.at(i).detail;
    out.push_back(std::move(one));
  }
  return out;
}

bool is_of_outage(const Happening& one) {
  return one.incident.starts_with(prefix) && one.incident.find('-') == std::string::npos;
}

}  // namespace dw::demo
