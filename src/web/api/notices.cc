// /v1/notices: the next run as it would go out, a plan and its approval, and who got what.
#include <fmt/format.h>

#include "base/text.h"
#include "web/api/api.h"
#include "web/notice_shapes.h"
#include "web/problem.h"

namespace dw {

void Api::add_notices(Routes& routes) {
  add(routes, "GET", "/v1/notices/preview", &Api::preview_notices);
  add(routes, "GET", "/v1/notices/runs", &Api::list_notice_runs);
  add(routes, "GET", "/v1/notices/runs/{}/letters", &Api::list_notice_letters);
  add(routes, "GET", "/v1/notices/why", &Api::why_notices);
  add(routes, "POST", "/v1/notices/plan", &Api::plan_notices);
  add(routes, "POST", "/v1/notices/runs/{}/apply", &Api::apply_notices);
}

Task<Response> Api::preview_notices(Request& request) {
  const Result<Caller> caller = co_await parts_.access.admit(request, Role::viewer);
  if (!caller.ok()) co_return refusal(caller.error());
  std::vector<Problem> problems;
  const PageRequest page = page_parameters(request, problems);
  if (!page.cursor.empty() && page.cursor.find('@') == std::string::npos) {
    problems.push_back({"cursor", "is none that this list has given as next_cursor"});
  }
  if (!problems.empty()) co_return bad_parameters(std::move(problems));
  std::string after = to_lower(page.cursor);
  const Result<NoticePreview> preview =
      co_await parts_.notices.preview(std::move(after), page.limit);
  if (!preview.ok()) co_return problem(preview.error());
  json::array items;
  for (const ShownNotice& one : preview->letters) items.push_back(shape_of(one));
  json::object out = page_of(std::move(items), preview->next_cursor);
  out["run"] = shape_of(preview->run);
  out["asks"] = preview->is_asking;
  co_return json_answer(200, out);
}

Task<Response> Api::list_notice_runs(Request& request) {
  const Result<Caller> caller = co_await parts_.access.admit(request, Role::viewer);
  if (!caller.ok()) co_return refusal(caller.error());
  std::vector<Problem> problems;
  const PageRequest wanted = page_parameters(request, problems);
  if (!problems.empty()) co_return bad_parameters(std::move(problems));
  json::array items;
  std::string next_cursor;
  auto work = [&](Reader& reader) -> Result<void> {
    items.clear();
    DW_TRY(const Page<NoticeRun> page, reader.notice_runs(wanted));
    for (const NoticeRun& run : page.items) {
      DW_TRY(const NoticeCounts counts, reader.notice_counts(run.id));
      items.push_back(shape_of(run, counts));
    }
    next_cursor = page.next_cursor;
    return {};
  };
  const Result<void> read = co_await parts_.store.read(work);
  if (!read.ok()) co_return problem(read.error());
  co_return json_answer(200, page_of(std::move(items), next_cursor));
}

Task<Response> Api::list_notice_letters(Request& request) {
  const Result<Caller> caller = co_await parts_.access.admit(request, Role::viewer);
  if (!caller.ok()) co_return refusal(caller.error());
  std::vector<Problem> problems;
  const PageRequest wanted = page_parameters(request, problems);
  if (!problems.empty()) co_return bad_parameters(std::move(problems));
  const int64_t run = number_of(request.path_parameters.at(0)).value_or(0);
  Page<NoticeLetter> page;
  bool is_there = false;
  auto work = [&](Reader& reader) -> Result<void> {
    DW_TRY(const auto found, reader.notice_run(run));
    is_there = found.has_value();
    DW_TRY(page, reader.notice_letters(run, wanted));
    return {};
  };
  const Result<void> read = co_await parts_.store.read(work);
  if (!read.ok()) co_return problem(read.error());
  if (!is_there) co_return problem(404, "there is no such run of notices");
  json::array items;
  for (const NoticeLetter& one : page.items) {
    items.push_back(shape_of(parts_.notices.show(one), one));
  }
  co_return json_answer(200, page_of(std::move(items), page.next_cursor));
}

Task<Response> Api::why_notices(Request& request) {
  const Result<Caller> caller = co_await parts_.access.admit(request, Role::viewer);
  if (!caller.ok()) co_return refusal(caller.error());
  const std::string email = to_lower(trim(request.parameter("email").value_or("")));
  if (email.empty()) co_return bad_parameters({{"email", "is missing"}});
  std::vector<NoticeLetter> letters;
  auto work = [&](Reader& reader) -> Result<void> {
    DW_TRY(letters, reader.notices_of(email));
    return {};
  };
  const Result<void> read = co_await parts_.store.read(work);
  if (!read.ok()) co_return problem(read.error());
  json::array items;
  for (const NoticeLetter& one : letters) {
    items.push_back(shape_of(parts_.notices.show(one), one));
  }
  co_return json_answer(200, page_of(std::move(items), ""));
}

Task<Response> Api::plan_notices(Request& request) {
  const Result<Caller> caller = co_await parts_.access.admit(request, Role::agent);
  if (!caller.ok()) co_return refusal(caller.error());
  const Result<json::value> body = read_body(request);
  if (!body.ok()) co_return body_refusal(body.error());
  const Result<NoticeRun> made = co_await parts_.notices.plan(false, caller->name);
  if (!made.ok()) co_return problem(made.error());
  co_return json_answer(201, shape_of(*made, NoticeCounts{}));
}

Task<Response> Api::apply_notices(Request& request) {
  const Result<Caller> caller = co_await parts_.access.admit(request, Role::agent);
  if (!caller.ok()) co_return refusal(caller.error());
  const Result<json::value> body = read_body(request);
  if (!body.ok()) co_return body_refusal(body.error());
  const int64_t run = number_of(request.path_parameters.at(0)).value_or(0);
  const Result<NoticeRun> applied = co_await parts_.notices.apply(run, false, caller->name);
  if (!applied.ok()) co_return problem(applied.error());
  parts_.lanes_changed();
  NoticeCounts counts;
  auto work = [&](Reader& reader) -> Result<void> {
    DW_TRY(counts, reader.notice_counts(run));
    return {};
  };
  const Result<void> read = co_await parts_.store.read(work);
  if (!read.ok()) co_return problem(read.error());
  co_return json_answer(200, shape_of(*applied, counts));
}

}  // namespace dw
