#include "fakes/postcard.h"

#include "base/json.h"

namespace dw {

HttpStep FakePostcard::answer(const HttpScript::Seen& request) {
  const Result<json::value> body = parse_json(request.body);
  if (!body.ok()) return HttpStep::answer(400, "{}");
  std::vector<Problem> problems;
  cards.push_back(JsonView(*body, problems)["to"].text().value_or(""));
  return HttpStep::answer(200, "{}");
}

}  // namespace dw
