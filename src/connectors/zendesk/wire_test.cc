#include "connectors/zendesk/wire.h"

#include <gtest/gtest.h>

namespace dw::zendesk {
namespace {

using Kind = Outcome::Kind;
constexpr const char* account = "https://acme.zendesk.com";

json::value parsed(std::string_view text) {
  auto value = parse_json(text);
  EXPECT_TRUE(value.ok()) << text;
  return value.ok() ? *value : json::value();
}

HttpAnswer answer(int status, std::string body, std::string retry_after = "") {
  HttpAnswer out{.status = status, .headers = {}, .body = std::move(body)};
  if (!retry_after.empty()) out.headers.emplace_back("retry-after", retry_after);
  return out;
}

Outcome outcome(int status, std::string body, std::string retry_after = "") {
  return outcome_of_failure(answer(status, std::move(body), std::move(retry_after)), TimePoint{});
}

TEST(ZendeskWire, a_ticket_is_opened_with_all_that_is_known_of_it) {
  ZendeskSettings settings;
  settings.group_id = 7;
  settings.agent_id = 42;
  settings.thread_url_field = 26155630658963;
  const DeskOpen open{.ticket = {17},
                      .key = "slack:C1/1700000000.000100",
                      .title = "VPN down",
                      .description = "Since ten.",
                      .priority = Priority::medium,
                      .requester = {"Bo", "bo@example.com", ""},
                      .tags = {"slack"},
                      .thread_url = "https://acme.slack.com/archives/C1/p1",
                      .follow_up_of = "41"};
  const Request request = encode_open(open, "d-000191", settings);
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.path, "/tickets.json");
  EXPECT_EQ(request.idempotency_key, "slack:C1/1700000000.000100");
  EXPECT_EQ(parsed(request.body), parsed(R"({"ticket":{"subject":"VPN down",
    "comment":{"body":"Since ten.\n\nhttps://acme.slack.com/archives/C1/p1","public":true},
    "priority":"normal","external_id":"slack:C1/1700000000.000100","tags":["slack"],
    "metadata":{"deskwire":"d-000191"},"requester":{"name":"Bo","email":"bo@example.com"},
    "group_id":7,"assignee_id":42,
    "custom_fields":[{"id":26155630658963,"value":"https://acme.slack.com/archives/C1/p1"}],
    "via_followup_source_id":41}})"));
  EXPECT_EQ(encode_open(open, "d-000191", settings).body, request.body) << "stable for the key";
}

TEST(ZendeskWire, a_requester_without_a_name_gets_one_and_without_an_address_is_left_out) {
  DeskOpen open{.key = "k", .title = "t", .requester = {"", "bo@example.com", ""}};
  const json::value named = parsed(encode_open(open, "d-1", {}).body);
  EXPECT_EQ(named.at("ticket").at("requester").at("name").as_string(), "bo");
  open.requester = {"Bo", "", ""};
  const json::value bare = parsed(encode_open(open, "d-1", {}).body);
  EXPECT_FALSE(bare.at("ticket").as_object().contains("requester"));
  open.requester = {"Bo", "", "slack:U9"};
  const json::value by_id = parsed(encode_open(open, "d-1", {}).body);
  EXPECT_EQ(by_id.at("ticket").at("requester"),
            parsed(R"({"name":"Bo","external_id":"slack:U9"})"));
}

std::string html_of_body(const std::string& body, const std::vector<AttachedFile>& files = {}) {
  const DeskComment comment{
      .ticket = {1}, .author_name = "", .author_email = "", .body = body, .external_id = "42"};
  const json::value sent = parsed(encode_comment(comment, "d-1", files).body);
  return std::string(sent.at("ticket").at("comment").at("html_body").as_string());
}

TEST(ZendeskWire, code_of_a_chat_is_code_at_the_desk) {
  EXPECT_EQ(html_of_body("see:\n```\nif a < b:\n  run()\n```\nok?"),
            "<p>see:</p><pre>if a &lt; b:\n  run()</pre><p>ok?</p>");
  EXPECT_EQ(html_of_body("```x```"), "<pre>x</pre>");
  EXPECT_EQ(html_of_body("run `a < b` now"), "<p>run <code>a &lt; b</code> now</p>");
  EXPECT_EQ(html_of_body("no ` code ``` here"), "<p>no ` code ``` here</p>");
  EXPECT_EQ(html_of_body("1. a\n    • b"), "<p>1. a<br>&nbsp;&nbsp;&nbsp;&nbsp;• b</p>");
  DeskOpen open{.key = "k", .title = "t", .description = "```\na\n  b\n```"};
  const json::value sent = parsed(encode_open(open, "d-1", {}).body);
  EXPECT_EQ(sent.at("ticket").at("comment"), parsed(R"({"html_body":"<pre>a\n  b</pre>",
                                                        "public":true})"));
}

TEST(ZendeskWire, an_address_of_our_own_making_reaches_nobody) {
  const AttachedFile gone{
      .token = "", .link = {"shot.png", "slack:F1", "", 0}, .why_linked = "not copied"};
  EXPECT_EQ(html_of_body("x", {gone}), "<p>x</p><p>shot.png (not copied)</p>");
}

TEST(ZendeskWire, a_comment_says_who_wrote_it_and_is_never_html) {
  const DeskComment comment{.ticket = {1},
                            .author_name = "Ana <b>",
                            .author_email = "",
                            .body = "a < b & \"c\"\nnext",
                            .is_public = false,
                            .source = "slack",
                            .external_id = "42"};
  const AttachedFile copied{.token = "T1", .link = {}, .why_linked = ""};
  const AttachedFile linked{
      .token = "", .link = {"big.iso", "https://x/y?a=1&b=2", "", 0}, .why_linked = "too large"};
  const Request request = encode_comment(comment, "d-000191", {copied, linked});
  EXPECT_EQ(request.method, "PUT");
  EXPECT_EQ(request.path, "/tickets/42.json");
  const json::value words = parsed(request.body).at("ticket").at("comment");
  EXPECT_EQ(words.at("html_body").as_string(),
            "<p><strong>Ana &lt;b&gt;</strong></p><p>a &lt; b &amp; &quot;c&quot;<br>next</p>"
            "<p>big.iso: <a href=\"https://x/y?a=1&amp;b=2\">https://x/y?a=1&amp;b=2</a> "
            "(too large)</p>");
  EXPECT_FALSE(words.at("public").as_bool());
  EXPECT_EQ(words.at("uploads"), parsed(R"(["T1"])"));
}

TEST(ZendeskWire, an_update_names_only_what_changes) {
  DeskUpdate update{.ticket = {1}, .patch = {}, .external_id = "42"};
  update.patch.status = Status::solved;
  EXPECT_EQ(parsed(encode_update(update, "d-1", {}).body),
            parsed(R"({"ticket":{"metadata":{"deskwire":"d-1"},"status":"solved"}})"));
  update.patch = {};
  update.patch.priority = Priority::high;
  EXPECT_EQ(parsed(encode_update(update, "d-1", 0).body),
            parsed(R"({"ticket":{"metadata":{"deskwire":"d-1"},"priority":"high",
                       "assignee_id":null}})"));
}

TEST(ZendeskWire, a_problem_is_opened_by_ourselves_with_a_private_first_comment) {
  const DeskOpen open{.ticket = {50},
                      .key = "storm:g-000003",
                      .title = "Incident: vpn, 619",
                      .description = "Tickets: #41, #42",
                      .priority = Priority::high,
                      .requester = {},
                      .tags = {},
                      .thread_url = "",
                      .follow_up_of = "",
                      .type = TicketType::problem,
                      .is_private = true};
  const Request request = encode_open(open, "d-000191", {});
  EXPECT_EQ(request.idempotency_key, "storm:g-000003");
  EXPECT_EQ(parsed(request.body), parsed(R"({"ticket":{"subject":"Incident: vpn, 619",
      "comment":{"body":"Tickets: #41, #42","public":false},"priority":"high","type":"problem",
      "external_id":"storm:g-000003","tags":[],"metadata":{"deskwire":"d-000191"}}})"));
}

TEST(ZendeskWire, an_incident_is_linked_by_type_and_problem_together_and_unlinked_as_it_was) {
  DeskUpdate update{.ticket = {1}, .patch = {}, .external_id = "42", .problem = "50"};
  update.patch.type = TicketType::incident;
  update.patch.problem_id = TicketId{9};
  EXPECT_EQ(parsed(encode_update(update, "d-1", {}).body),
            parsed(R"({"ticket":{"metadata":{"deskwire":"d-1"},"type":"incident",
                       "problem_id":50}})"));
  EXPECT_TRUE(has_link_of(update, parsed(R"({"id":42,"type":"incident","problem_id":50})")));
  EXPECT_FALSE(has_link_of(update, parsed(R"({"id":42,"type":"incident","problem_id":51})")));
  EXPECT_FALSE(has_link_of(update, parsed(R"({"id":42,"type":null,"problem_id":null})")))
      << "an account without the Type field answers 200 as well";
  update.patch.type = TicketType::question;
  update.patch.problem_id = TicketId{};
  update.problem = "";
  EXPECT_EQ(parsed(encode_update(update, "d-1", {}).body),
            parsed(R"({"ticket":{"metadata":{"deskwire":"d-1"},"type":"question",
                       "problem_id":null}})"));
  EXPECT_TRUE(has_link_of(update, parsed(R"({"type":"question","problem_id":null})")));
  update.patch.type = TicketType::none;
  EXPECT_EQ(parsed(encode_update(update, "d-1", {}).body),
            parsed(R"({"ticket":{"metadata":{"deskwire":"d-1"},"type":null,
                       "problem_id":null}})"));
}

TEST(ZendeskWire, solutions_are_audits_of_an_author_from_a_time_on) {
  const json::value body = parsed(R"({"audits":[
    {"id":9,"author_id":2,"created_at":"2026-11-21T01:00:02Z","events":[
      {"id":91,"type":"Comment","public":true},
      {"id":92,"type":"Change","field_name":"status","value":"solved"}],
     "metadata":{"custom":{}}},
    {"id":8,"author_id":3,"created_at":"2026-11-21T01:00:01Z","events":[
      {"id":81,"type":"Change","field_name":"status","value":"solved"}],
     "metadata":{"custom":{"deskwire":"d-000191"}}},
    {"id":7,"author_id":2,"created_at":"2026-11-21T01:00:01Z","events":[
      {"id":71,"type":"Change","field_name":"status","value":"open"},{"id":72,"type":"New"}]},
    {"id":6,"author_id":2,"created_at":"2026-11-21T00:00:00Z","events":[
      {"id":61,"type":"Change","field_name":"status","value":"solved"}]}]})");
  json::array all, one;
  SolutionQuery anybody, author{.author = "2", .since = *from_rfc3339("2026-11-21T01:00:00.9Z")};
  decode_solutions(body, anybody, all);
  EXPECT_EQ(all.size(), 3U);
  EXPECT_FALSE(anybody.is_complete);
  EXPECT_EQ(all[1].at("marker").as_string(), "d-000191");
  EXPECT_TRUE(all[1].at("comment").is_null());
  decode_solutions(body, author, one);
  EXPECT_TRUE(author.is_complete) << "older audits need not be read";
  EXPECT_EQ(json::value(one), parsed(R"([{"audit":"9","author":"2","at":"2026-11-21T01:00:02Z",
      "comment":"91","is_public":true,"marker":null}])"));
}

TEST(ZendeskWire, the_type_field_is_known_among_all_fields) {
  EXPECT_EQ(is_type_field_active(parsed(R"({"ticket_fields":[{"type":"subject","active":true},
      {"type":"tickettype","active":false}]})")),
            false);
  EXPECT_EQ(
      is_type_field_active(parsed(R"({"ticket_fields":[{"type":"tickettype","active":true}]})")),
      true);
  EXPECT_EQ(is_type_field_active(parsed(R"({"ticket_fields":[{"type":"subject"}]})")),
            std::nullopt);
}

TEST(ZendeskWire, a_path_is_made_of_digits_only) {
  EXPECT_EQ(ticket_path("42"), "/tickets/42.json");
  for (const char* wrong : {"", "../users/me", "42/", "4 2", "99999999999999999999"}) {
    EXPECT_FALSE(ticket_path(wrong)) << wrong;
  }
}

TEST(ZendeskWire, a_ticket_is_told_in_our_words) {
  const json::value body = parsed(R"({"ticket":{"id":42,"status":"open","subject":"VPN",
    "description":"down","priority":"urgent","assignee_id":9,"requester_id":8,"tags":["a"],
    "via":{"channel":"email"},"external_id":null,"created_at":"2026-11-21T01:00:00Z",
    "updated_at":"2026-11-21T02:00:00Z"},
    "users":[{"id":9,"name":"Ag","email":"ag@acme.com","role":"agent"},
             {"id":8,"name":"Bo","email":"bo@example.com","role":"end-user"}]})");
  EXPECT_EQ(decode_ticket(body, account), parsed(R"({"id":"42","status":"open","subject":"VPN",
    "description":"down","priority":"high","assignee":"ag@acme.com",
    "requester":{"name":"Bo","email":"bo@example.com"},"tags":["a"],"via":"email",
    "external_id":null,"type":null,"problem_id":null,"has_incidents":false,
    "url":"https://acme.zendesk.com/agent/tickets/42","created_at":"2026-11-21T01:00:00Z","updated_at":"2026-11-21T02:00:00Z"})"));
  EXPECT_TRUE(decode_ticket(parsed(R"({"x":1})"), account).is_null());
  EXPECT_EQ(answer_of_ticket(body.at("ticket"), account),
            parsed(R"({"id":"42","url":"https://acme.zendesk.com/agent/tickets/42",
                       "requester_id":"8"})"));
}

TEST(ZendeskWire, comments_are_those_after_the_last_that_was_seen) {
  const json::value body = parsed(R"({"comments":[
    {"id":7,"author_id":8,"body":"one","html_body":"<p>one</p>","plain_body":"one","public":true,
     "attachments":[],"via":{"channel":"email"},"created_at":"t1",
     "metadata":{"system":{},"custom":{}}},
    {"id":9,"author_id":5,"body":"two","html_body":"<p>two</p>","plain_body":"two","public":false,
     "attachments":[{"id":3,"file_name":"a.txt","content_url":"https://acme.zendesk.com/a",
       "content_type":"text/plain","size":15,"malware_scan_result":"not_scanned"},
       {"id":4,"file_name":"evil","malware_scan_result":"malware_found"}],
     "via":{"channel":"api"},"created_at":"t2",
     "metadata":{"system":{},"custom":{"deskwire":"d-000191"}}}],
    "users":[{"id":5,"name":"Ag","email":"ag@acme.com","role":"admin"}],
    "meta":{"has_more":false,"after_cursor":"x"}})");
  json::array all, rest, gone;
  bool is_behind = false;
  decode_comments(body, "", is_behind, all);
  EXPECT_EQ(all.size(), 2U);
  EXPECT_NE(all[0].at("digest"), all[1].at("digest"));
  decode_comments(body, "7", is_behind, rest);
  EXPECT_TRUE(is_behind);
  for (json::array* one : {&all, &rest}) {
    for (json::value& comment : *one) comment.as_object().erase("digest");
  }
  EXPECT_EQ(json::value(rest), parsed(R"([{"id":"9",
    "author":{"name":"Ag","email":"ag@acme.com","id":"5","is_agent":true},
    "html":"<p>two</p>","text":"two","is_public":false,"at":"t2","via":"api",
    "marker":"d-000191","files":[{"name":"a.txt","url":"https://acme.zendesk.com/a",
    "content_type":"text/plain","bytes":15}]}])"));
  is_behind = false;
  decode_comments(body, "8", is_behind, gone);
  EXPECT_EQ(gone.size(), 1U) << "the last seen one is gone: higher ids are new";
  EXPECT_EQ(next_cursor_in(body), "") << "a cursor without has_more is the end";
}

TEST(ZendeskWire, a_search_is_bounded_by_whole_seconds) {
  const auto query =
      encode_query("type:ticket tags:vpn", "2026-11-21T01:00:00.123Z", "2026-11-21T03:00:00+01:00");
  ASSERT_TRUE(query.ok());
  EXPECT_EQ(*query, "tags:vpn created>=2026-11-21T01:00:00Z created<2026-11-21T02:00:00Z");
  EXPECT_EQ(encode_count(*query).path,
            "/search/count.json?query=type%3Aticket%20tags%3Avpn%20created%3E%3D2026-11-21T01%3A"
            "00%3A00Z%20created%3C2026-11-21T02%3A00%3A00Z");
  EXPECT_NE(encode_search("tags:vpn", "a=b").path.find("&page%5Bafter%5D=a%3Db"),
            std::string::npos);
  EXPECT_FALSE(encode_query("", "yesterday", "").ok());
  EXPECT_EQ(decode_search(parsed(R"({"results":[{"id":1,"subject":"s","tags":["t"],
      "created_at":"c"}],"meta":{"has_more":true,"after_cursor":"n"}})")),
            parsed(R"({"tickets":[{"id":"1","subject":"s","tags":["t"],"created_at":"c"}],
                       "next_cursor":"n"})"));
}

TEST(ZendeskWire, an_export_gives_one_event_for_each_state_of_a_ticket) {
  const auto page = decode_export(parsed(R"({"tickets":[{"id":1,"updated_at":"u1"},{"id":"x"}],
      "after_cursor":"MTcw","end_of_stream":true})"),
                                  TimePoint{});
  ASSERT_TRUE(page);
  ASSERT_EQ(page->events.size(), 1U);
  EXPECT_EQ(page->events[0].key, "export/1/u1");
  EXPECT_EQ(page->events[0].kind, "desk.changed");
  EXPECT_EQ(page->events[0].body, parsed(R"({"ticket":"1","type":null,"problem_id":null})"));
  EXPECT_EQ(page->cursor, "MTcw");
  EXPECT_TRUE(page->is_end);
  EXPECT_FALSE(decode_export(parsed(R"({"error":"x"})"), TimePoint{}));
}

TEST(ZendeskWire, a_hook_names_its_ticket_whatever_its_shape) {
  EXPECT_EQ(ticket_in_hook(R"({"ticket_id":"42"})"), "42");
  EXPECT_EQ(ticket_in_hook(R"({"ticket_id":42})"), "42");
  EXPECT_EQ(ticket_in_hook(R"({"subject":"zen:ticket:141","detail":{"id":"141"}})"), "141");
  EXPECT_EQ(ticket_in_hook(R"({"ticket_id":"42","comment":"say "hi""})"), "42");
  for (const char* none : {"", "[]", "{}", R"({"ticket_id":"x"})", R"({"subject":"zen:user:1"})"}) {
    EXPECT_FALSE(ticket_in_hook(none)) << none;
  }
}

TEST(ZendeskWire, a_failure_says_whether_it_is_the_request_or_the_world) {
  const Outcome wrong = outcome(422, R"({"error":"RecordInvalid","description":"Record validation
 errors","details":{"requester":[{"description":"Requester: Email is invalid"}]}})");
  EXPECT_EQ(wrong.kind, Kind::refused) << "a newline in JSON text is still an answer";
  const Outcome told = outcome(
      422, R"({"error":"RecordInvalid","details":{"a":[{"description":"Email is invalid"}]}})");
  EXPECT_NE(told.why.find("RecordInvalid: Email is invalid"), std::string::npos) << told.why;
  const Outcome shaped = outcome(400, R"({"error":{"title":"Invalid attribute","message":"no"}})");
  EXPECT_NE(shaped.why.find("Invalid attribute: no"), std::string::npos);
  EXPECT_EQ(outcome(401, R"({"error":"Couldn't authenticate you"})").kind, Kind::later);
  EXPECT_EQ(outcome(403, "").kind, Kind::later);
  EXPECT_EQ(outcome(404, "").kind, Kind::refused);
  EXPECT_EQ(outcome(409, R"({"error":"DatabaseConflict"})").kind, Kind::later);
  EXPECT_EQ(outcome(429, "<html>", "93").when, Millis(93'000));
  EXPECT_EQ(outcome(429, "").when, Millis(60'000)) << "without Retry-After a minute";
  EXPECT_EQ(outcome(503, "", "9").when, Millis(9000));
  EXPECT_EQ(outcome(503, "").kind, Kind::later);
  EXPECT_EQ(outcome(500, "").kind, Kind::unsure) << "it may have broken behind its commit";
  EXPECT_EQ(outcome(504, "").kind, Kind::unsure) << "what is behind the gateway may go on";
  EXPECT_EQ(outcome(200, "<html>").kind, Kind::unsure);
  EXPECT_EQ(outcome(302, "").kind, Kind::later);
  EXPECT_TRUE(is_key_conflict(answer(400, R"({"error":"IdempotentRequestError"})")));
}

TEST(ZendeskWire, a_marker_is_found_in_audits_and_comments_alike) {
  const json::value audit = parsed(R"({"id":1,"metadata":{"custom":{"deskwire":"d-000191"}},
    "events":[{"id":5,"type":"Change"},{"id":7001,"type":"Comment"}]})");
  EXPECT_EQ(marker_in(audit), "d-000191");
  EXPECT_EQ(comment_of_audit(audit), "7001");
  EXPECT_EQ(marker_in(parsed(R"({"metadata":{"custom":[]}})")), "");
  EXPECT_EQ(comment_of_audit(parsed("{}")), "");
}

}  // namespace
}  // namespace dw::zendesk
