#include "web/now_incidents.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/grouped_number.h"
#include "base/outside_text.h"
#include "base/text.h"

namespace dw {
namespace {

constexpr int title_characters_max = 80;
constexpr size_t words_in_title = 2, words_in_detail = 3;
constexpr std::string_view own_title = "Incident: ";
constexpr Millis one_hour_before{3'600'000};

std::vector<IncidentWord> shown_of(const Incident& incident) {
  std::vector<IncidentWord> out;
  std::copy_if(incident.words.begin(), incident.words.end(), std::back_inserter(out), is_shown);
  return out;
}

/// "VPN, 619" of the words; what a person wrote, where a person did.
std::string subject_of(const Incident& incident) {
  if (!incident.title.empty() && !incident.title.starts_with(own_title)) {
    const std::string seen = cleaned(incident.title, Cleaning::prose);
    return cut_characters(seen.empty() ? "(no title)" : seen, title_characters_max);
  }
  std::string out;
  const std::vector<IncidentWord> words = shown_of(incident);
  for (size_t i = 0; i < std::min(words.size(), words_in_title); ++i) {
    out += i == 0 ? titled(words[i].word.word) : ", " + words[i].word.word;
  }
  return out.empty() ? "The same thing" : out;
}

std::string words_of(const Incident& incident) {
  std::string out;
  const std::vector<IncidentWord> words = shown_of(incident);
  for (size_t i = 0; i < std::min(words.size(), words_in_detail); ++i) {
    out += fmt::format("{}{} {}", i > 0 ? ", " : " The words they share: ", words[i].word.word,
                       grouped(words[i].word.tickets));
  }
  return out.empty() ? out : out + ".";
}

/// "Again: 3 d after #50 was solved. "; empty: nothing like it is known.
std::string again_of(const Outage& outage) {
  if (!outage.again) return "";
  const Millis between = time_between(*outage.again, outage.incident);
  const auto minutes = std::chrono::floor<std::chrono::minutes>(between).count();
  return fmt::format("Again: {} after #{} was solved. ",
                     minutes == 0 ? "less than a minute" : minutes_text(minutes),
                     outage.again->number);
}

}  // namespace

NowFact fact_of(const Outage& outage, const ShownNow& now) {
  const Incident& incident = outage.incident;
  const std::string since = clock_text(incident.since, now.as_of, now.timezone);
  NowFact out{.kind = "incident", .text = {}, .detail = {}, .link = {}, .people = 0};
  if (!incident.parent) {
    out.text = fmt::format("{}: {} from {} since {}", subject_of(incident),
                           counted(incident.tickets, "ticket", "tickets"),
                           counted(incident.requesters, "person", "people"), since);
    out.detail = again_of(outage) + "Nobody has decided yet whether this is one incident." +
                 words_of(incident);
    out.link = "/incidents/" + group_name(incident.group);
    out.people = incident.tickets;
    out.group = group_name(incident.group);
    return out;
  }
  out.text = fmt::format("{}: incident with {} since {}", subject_of(incident),
                         counted(incident.joined, "ticket", "tickets"), since);
  out.detail = "Nobody has answered yet.";
  if (incident.first_answer_at) {
    out.detail = fmt::format("First answered at {}.",
                             clock_text(*incident.first_answer_at, now.as_of, now.timezone));
    if (outage.replied > 0) {
      out.detail +=
          fmt::format(" {} replied since the last answer.", counted(outage.replied, "has", "have"));
    }
  }
  out.detail = again_of(outage) + out.detail;
  out.link = fmt::format("/incidents/{}", incident.parent.value);
  out.people = std::max<int64_t>(incident.joined, 1);
  return out;
}

bool explains(const Outage& outage, const SpikeNow& spike) {
  const Incident& incident = outage.incident;
  if (incident.since < spike.from - one_hour_before) return false;
  if (std::max(incident.joined, incident.tickets) * 2 >= spike.tickets) return true;
  return std::any_of(incident.words.begin(), incident.words.end(), [&spike](const auto& one) {
    return is_shown(one) && one.word.word == to_lower(spike.word);
  });
}

}  // namespace dw
