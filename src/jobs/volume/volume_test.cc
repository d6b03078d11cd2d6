#include "jobs/volume/volume.h"

#include <gtest/gtest.h>

#include "jobs/volume/alerting.h"
#include "support/simulated_helpdesk.h"

namespace dw {
namespace {

/// Hours that come one by one, and what was written down of them.
struct World {
  VolumeParts parts;
  Simulated counts = simulate({.mean = 20, .dispersion = 0.02}, 30 * 168, 21);
  std::vector<VolumeAlert> known;
  std::vector<std::string> subjects;

  World() {
    parts.settings.notify = {"ana@example.org"};
    parts.public_url = "https://desk.example";
  }
  Assessment run(size_t until) {
    const std::span<const HourCount> hours(counts.hours.data(), until);
    Assessment out = assess(hours, known, {}, parts, hours.back().hour + one_hour);
    for (const VolumeAlert& one : out.changed) {
      if (one.id == 0) {
        known.push_back(one);
        known.back().id = static_cast<int64_t>(known.size());
      } else {
        known.at(static_cast<size_t>(one.id - 1)) = one;
      }
    }
    for (const Delivery& one : out.deliveries) {
      if (const auto* mail = std::get_if<MailSend>(&one.payload)) subjects.push_back(mail->subject);
    }
    return out;
  }
};

TEST(volume, one_incident_is_told_once_and_once_when_it_is_over) {
  World world;
  const size_t from = 28 * 168 + 24 + 10;
  for (size_t i = from; i < from + 3; ++i) world.counts.hours[i].count = 150;
  world.run(from);
  world.subjects.clear();
  for (size_t i = from + 1; i < from + 10; ++i) world.run(i);
  ASSERT_EQ(world.subjects.size(), 2u);
  EXPECT_EQ(world.subjects[0].find("Ticket spike: 150 in the hour to 11:00 (+"), 0u)
      << world.subjects[0];
  EXPECT_EQ(world.subjects[1], "Ticket spike is over: 450 in 3 hours (peak 150)");
}

TEST(volume, a_run_again_tells_nothing_and_one_that_was_missed_is_made_up_for) {
  World world;
  const size_t from = 28 * 168 + 24 + 10;
  world.counts.hours[from].count = 150;
  world.run(from);
  world.subjects.clear();
  world.run(from + 3);  // two runs were missed
  EXPECT_EQ(world.subjects.size(), 1u);
  world.run(from + 3);
  EXPECT_EQ(world.subjects.size(), 1u);
}

TEST(volume, it_is_told_again_if_it_grows_by_half_after_the_cooldown) {
  World world;
  const size_t from = 28 * 168 + 24 + 8;
  for (size_t i = from; i < from + 12; ++i) world.counts.hours[i].count = i < from + 4 ? 200 : 320;
  world.run(from);
  world.subjects.clear();
  for (size_t i = from + 1; i <= from + 12; ++i) world.run(i);
  ASSERT_EQ(world.subjects.size(), 2u);
  EXPECT_EQ(world.subjects[1].find("Ticket spike grows: 320"), 0u) << world.subjects[1];
}

TEST(volume, what_a_backfill_finds_in_the_past_is_written_down_and_not_told) {
  World world;
  world.counts.hours[25 * 168].count = 900;
  world.counts.hours[28 * 168].count = 900;
  world.subjects.clear();
  world.run(28 * 168 + 100);
  EXPECT_TRUE(world.subjects.empty());
  ASSERT_FALSE(world.known.empty());
  EXPECT_EQ(world.known.back().peak_count, 900);
}

TEST(volume, an_alert_that_was_recorded_stays_as_it_is_under_another_rule) {
  World world;
  const size_t at = 28 * 168 + 24 + 10;
  for (size_t i = at; i < at + 3; ++i) world.counts.hours[i].count = i == at + 1 ? 150 : 80;
  for (size_t i = at; i <= at + 12; ++i) world.run(i);
  ASSERT_EQ(world.known.back().end, AlertEnd::calm);
  const std::string recorded = to_text(encode(world.known.back()));
  const size_t count = world.known.size();
  for (const double sensitivity : {1e-9, 1e-2, 1e-4}) {
    world.parts.judging.sensitivity = sensitivity;
    world.run(at + 40);
    EXPECT_EQ(to_text(encode(world.known.at(count - 1))), recorded) << sensitivity;
  }
}

TEST(volume, an_incident_that_a_late_count_takes_away_does_not_stay_open) {
  World world;
  const size_t at = 28 * 168 + 24 + 10;
  const int64_t real = world.counts.hours[at].count;
  world.counts.hours[at].count = 150;
  world.run(at + 1);
  ASSERT_EQ(world.known.back().end, AlertEnd::open);
  world.counts.hours[at].count = real;
  world.run(at + 2);
  EXPECT_EQ(world.known.back().end, AlertEnd::calm);
}

TEST(telling, the_mail_has_text_html_and_the_picture) {
  World world;
  const size_t at = 28 * 168 + 24 + 10;
  world.counts.hours[at].count = 150;
  world.parts.settings.slack_channel = "#alerts";
  world.parts.settings.webhook_url = "https://hooks.example/x";
  const std::span<const HourCount> hours(world.counts.hours.data(), at + 1);
  const json::value tags = json::object{
      {"tickets", 150},
      {"by_count", json::array{json::object{{"tag", "vpn"}, {"count", 90}, {"lift", 15.5}}}},
      {"by_lift", json::array{json::object{{"tag", "<b>vpn"}, {"count", 90}, {"lift", 15.5}}}},
      {"examples", json::array{json::object{{"id", "42"}, {"subject", "VPN & more"}}}}};
  const Assessment seen = assess(hours, {}, tags, world.parts, hours.back().hour + one_hour);
  ASSERT_EQ(seen.deliveries.size(), 3u);
  const auto& mail = std::get<MailSend>(seen.deliveries[0].payload);
  EXPECT_NE(mail.text.find("150 tickets were created"), std::string::npos) << mail.text;
  EXPECT_NE(mail.text.find("once in"), std::string::npos) << mail.text;
  EXPECT_NE(mail.text.find("15.5 times"), std::string::npos);
  EXPECT_NE(mail.text.find("https://desk.example/volume"), std::string::npos);
  EXPECT_NE(mail.html.find("cid:chart"), std::string::npos);
  EXPECT_NE(mail.html.find("&lt;b&gt;vpn"), std::string::npos);
  EXPECT_EQ(mail.html.find("<b>vpn"), std::string::npos);
  ASSERT_EQ(mail.images.size(), 1u);
  EXPECT_EQ(mail.images[0].base64.substr(0, 5), "iVBOR");
  EXPECT_EQ(seen.deliveries[1].target, "slack");
  EXPECT_EQ(seen.deliveries[2].target, "volume:webhook");
  const auto body = parse_json(std::get<WebhookPost>(seen.deliveries[2].payload).body);
  ASSERT_TRUE(body.ok());
  EXPECT_EQ(body->at("incident").at("count").as_int64(), 150);
}

}  // namespace
}  // namespace dw
