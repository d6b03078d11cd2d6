// Fuzzers of what machines send: requests, answers, URLs, JSON.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "base/text.h"
#include "connectors/sqs/wire.h"
#include "fuzz/fuzz.h"
#include "net/chunked_body.h"
#include "net/proxy.h"
#include "net/request_head.h"
#include "net/task_group.h"
#include "net/url.h"
#include "store/open.h"
#include "web/sqs_endpoint/endpoint.h"
#include "web/sqs_endpoint/sigv4.h"

namespace dw::fuzz {
namespace {

uint64_t hash_of(std::string_view text) {
  return std::hash<std::string_view>{}(text);
}

/// However a chunked body is cut on its way, it is the same body, or is refused at the same byte.
uint64_t run_chunks(std::string_view input) {
  constexpr size_t bytes_max = 4096, trailer_bytes_max = 256;
  ChunkedBody at_once(bytes_max, trailer_bytes_max), pieces(bytes_max, trailer_bytes_max);
  std::string whole, joined;
  const ChunkedBody::Verdict verdict = at_once.take(input, whole);
  ChunkedBody::Verdict last = ChunkedBody::Verdict::more;
  const size_t step = 1 + hash_of(input) % 5;
  size_t taken = 0;
  while (taken < input.size() && last == ChunkedBody::Verdict::more) {
    last = pieces.take(input.substr(taken, step), joined);
    taken += pieces.taken();
  }
  expect(last == verdict && joined == whole && taken == at_once.taken(), "the same body");
  expect(whole.size() <= bytes_max, "a body has its limit");
  if (verdict == ChunkedBody::Verdict::whole) {
    expect(input.substr(0, taken).ends_with("\r\n\r\n"), "it ends with an empty line");
  }
  return static_cast<uint64_t>(verdict);
}

/// The endpoint over a store in memory, built once: what one input leaves there the next one meets.
struct Place {
  Loop loop;
  ManualClock clock;
  TaskGroup tasks{loop, clock};
  Metrics metrics;
  std::unique_ptr<Store> store =
      std::move(*open_store("sqlite::memory:", OpenMode::visit, nullptr));
  SqsEndpoint endpoint{loop,
                       clock,
                       tasks,
                       *store,
                       metrics,
                       {.public_url = "http://d",
                        .queues = {{.name = "high"}, {.name = "a.fifo", .is_fifo = true}}}};
  Routes routes;

  Place() { endpoint.add_to(routes); }

  static Task<void> serve(const Handler& handler, Request& request, Response& out) {
    out = co_await handler(request);
  }
  Response answer(std::string_view target, std::string_view body) {
    Request request;
    request.method = "POST";
    request.path = "/sqs/";
    request.body = body;
    request.is_loopback = true;
    request.headers = {{"x-amz-target", target}};
    request.is_gone = [] { return false; };
    const Routes::Found found = routes.find(request.method, request.path);
    expect(found.handler != nullptr, "the endpoint has a route");
    Response response;
    response.status = 0;
    asio::co_spawn(loop, serve(*found.handler, request, response), asio::detached);
    for (int i = 0; i < 100 && response.status == 0; ++i) {
      loop.restart();
      loop.poll();
      clock.advance(Millis(1000));  // a long poll ends
    }
    return response;
  }
};

/// Numbers that are not whole may differ in their last bit when they are read again: Boost reads
/// them fast, and nothing here counts with them.
bool has_fraction(const json::value& value) {
  if (value.is_double()) return true;
  if (const json::array* list = value.if_array()) {
    return std::any_of(list->begin(), list->end(), has_fraction);
  }
  const json::object* object = value.if_object();
  return object != nullptr && std::any_of(object->begin(), object->end(), [](const auto& member) {
           return has_fraction(member.value());
         });
}

/// Splits an input at its first line end: what stands in front is a word of the protocol.
std::pair<std::string_view, std::string_view> at_line_end(std::string_view input) {
  const size_t end = input.find('\n');
  if (end == std::string_view::npos) return {input, {}};
  return {input.substr(0, end), input.substr(end + 1)};
}

}  // namespace

uint64_t run_sqs(std::string_view input) {
  static Place place;
  const auto [operation, body] = at_line_end(input);
  const std::string target = "AmazonSQS." + std::string(operation);
  const Response response = place.answer(target, body);
  expect(response.status != 0, "every request is answered");
  expect(response.status < 500, "no request is our fault");
  const Result<json::value> told = parse_json(response.body.empty() ? "{}" : response.body);
  expect(told.ok() && told->is_object(), "an answer is a JSON object");
  const std::string form = "Action=" + std::string(operation) + "&" + std::string(body);
  const Response by_form = place.answer("", form);
  expect(by_form.status != 0 && by_form.status < 500, "nor is a form");
  expect(by_form.body.starts_with("<?xml") && is_utf8(by_form.body), "its answer is XML");
  // The same bytes as a signature.
  Request signed_by_stranger;
  signed_by_stranger.method = "POST";
  signed_by_stranger.path = "/sqs/";
  signed_by_stranger.body = body;
  signed_by_stranger.headers = {{"authorization", body},
                                {"x-amz-date", operation},
                                {"host", operation},
                                {"x-amz-target", target}};
  const auto key = [](const std::string&) -> std::optional<Secret> { return Secret("known"); };
  expect(check_signature(signed_by_stranger, place.clock.now(), key).has_value(),
         "no stranger has a signature");
  const std::string type = JsonView(*told)["__type"].text().value_or("");
  const uint64_t known = type == "UnsupportedOperation" ? 0 : hash_of(operation);
  return known ^ hash_of(type) ^ static_cast<uint64_t>(response.status);
}

uint64_t run_sqs_answer(std::string_view input) {
  uint64_t seen = 0;
  for (const size_t count : {size_t{1}, size_t{3}}) {
    const std::vector<Outcome> outcomes = decode_send(input, count);
    expect(outcomes.size() == count, "each message has an outcome");
    for (const Outcome& one : outcomes) {
      expect(one.why.size() <= 4096, "a stranger's words are cut");
      seen = seen * 5 + static_cast<uint64_t>(one.kind);
    }
  }
  for (const int status : {302, 400, 403, 429, 503}) {
    HttpAnswer answer{.status = status, .headers = {}, .body = std::string(input)};
    answer.headers.emplace_back("retry-after", std::string(input.substr(0, 40)));
    answer.headers.emplace_back("x-amzn-query-error", std::string(input.substr(0, 80)));
    const TimePoint now{Millis{1'795'000'000'000}};
    const Outcome outcome = outcome_of_failure(answer, now);
    expect(outcome.kind != Outcome::Kind::done, "a failure is never done");
    expect(!outcome.when || (outcome.when->count() >= 0 && *outcome.when <= Millis(86'400'000)),
           "nobody is told to wait for more than a day");
    expect(outcome.why.size() <= 4096, "a stranger's words are cut");
    seen = seen * 5 + static_cast<uint64_t>(outcome.kind);
  }
  decode_queue_state(input);
  return seen;
}

uint64_t run_http_head(std::string_view input) {
  HeadScan at_once;
  const HeadScan::Verdict verdict = at_once.look(input);
  if (verdict == HeadScan::Verdict::whole) {
    expect(at_once.bytes() <= input.size(), "a head is within what has arrived");
    expect(input.substr(0, at_once.bytes()).ends_with("\r\n\r\n"),
           "a head ends with an empty line");
    expect(input.substr(0, at_once.bytes()).find('\0') == std::string_view::npos, "without a NUL");
  }
  // However the bytes were cut on their way.
  HeadScan pieces;
  HeadScan::Verdict last = HeadScan::Verdict::more;
  const size_t step = 1 + hash_of(input) % 7;
  for (size_t bytes = 0; bytes < input.size() && last == HeadScan::Verdict::more;) {
    bytes = std::min(input.size(), bytes + step);
    last = pieces.look(input.substr(0, bytes));
  }
  expect(last == verdict, "the verdict does not depend on how bytes arrive");
  if (last == HeadScan::Verdict::whole) {
    expect(pieces.bytes() == at_once.bytes(), "nor where the head ends");
  }
  const uint64_t chunks =
      run_chunks(last == HeadScan::Verdict::whole ? input.substr(at_once.bytes()) : input);
  const auto [target, rest] = at_line_end(input);
  const HeaderViews lines = {{"Host", target}, {"Transfer-Encoding", rest}};
  const HeaderViews sized = {{"Host", "a"}, {"Content-Length", target}, {"Connection", rest}};
  const Framing chunked = framing_of({.method = "POST", .target = "/", .headers = lines});
  expect(chunked.refused != 0 || equals_ignoring_case(rest, "chunked"), "one coding is known");
  expect(chunked.refused != 0 || chunked.authority == target, "it is for its Host");
  const Framing length = framing_of({.method = "POST", .target = target, .headers = sized});
  expect(length.refused != 0 || length.path.starts_with('/'), "and about a path");
  const bool is_clean = is_clean_target(target);
  if (is_clean) {
    expect(target.starts_with('/') && target.find(' ') == std::string_view::npos &&
               target.find('\r') == std::string_view::npos,
           "a clean target is one word");
  }
  const HeaderViews headers = {{"x-forwarded-for", rest}, {"x-forwarded-proto", target}};
  static const ProxyTrust trust({"127.0.0.1"});
  const SocketPeer stranger = trust.peer_of("203.0.113.9", false);
  expect(!trust.origin_of(stranger, headers).is_loopback, "no header makes a stranger local");
  const Origin origin = trust.origin_of(trust.peer_of("127.0.0.1", false), headers);
  return static_cast<uint64_t>(verdict) | (is_clean ? 4U : 0U) | (origin.is_loopback ? 8U : 0U) |
         chunks << 4 | (length.refused == 0 ? 64U : 0U) |
         std::min<uint64_t>(at_once.bytes() / 16, 64) << 8;
}

uint64_t run_url(std::string_view input) {
  const std::string text(input);
  const bool has_nul = text.find('\0') != std::string::npos;
  const auto decoded = decode_url_part(encode_url_part(text));
  expect(has_nul ? !decoded : decoded == text, "decode of encode is identity");
  for (const auto& [name, value] : decode_form(text)) {
    const auto again = decode_form(encode_url_part(name) + "=" + encode_url_part(value));
    expect(again.size() == 1 && again.front() == std::pair(name, value), "so it is in a form");
  }
  const std::optional<Url> url = parse_url(text);
  if (!url) return decode_url_part(text).has_value() ? 1 : 0;
  expect(url->scheme == "http" || url->scheme == "https", "only the schemes that are spoken");
  expect(!url->host.empty() && url->port > 0 && url->port < 65'536, "a host and a port");
  expect(url->host.find('@') == std::string::npos, "no credentials");
  const std::optional<Url> again = parse_url(url->origin() + "/");
  expect(again && again->origin() == url->origin(), "an origin is the origin of itself");
  return 2 + url->host.size() + (url->query.empty() ? 0U : 64U);
}

uint64_t run_json(std::string_view input) {
  const Result<json::value> value = parse_json(input);
  if (!value.ok()) {
    expect(value.error().text().size() < 4096, "an error does not repeat the whole input");
    return 1;
  }
  const std::string printed = to_text(*value);
  expect(is_utf8(printed), "what is printed is UTF-8");
  const Result<json::value> again = parse_json(printed);
  expect(again.ok(), "what is printed is read again");
  if (!has_fraction(*value)) {
    expect(*again == *value, "decode of encode is identity");
    expect(to_text(*again) == printed, "and printed as it was");
  }
  return 2 + static_cast<uint64_t>(value->kind()) * 64 + std::min<size_t>(printed.size() / 8, 60);
}

}  // namespace dw::fuzz
