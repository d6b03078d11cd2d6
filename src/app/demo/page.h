// The world's page and its routes. A change is taken from the page itself alone: another site's
// page in the same browser must not write into the visitor's world.
#pragma once
#include <string>

#include "app/demo/world.h"
#include "net/http_server.h"
#include "records/paging.h"

namespace dw::demo {

class Page {
 public:
  /// `origin`: "http://127.0.0.1:40001", where this page is.
  Page(World& world, std::string origin);

  /// GET /, /files/…, /world, /mails/ID/PICTURE; POST /say, /answer, /status, /teams, /notices,
  /// /speed, /again, /troubles, /kill, with JSON.
  void add_to(Routes& routes);

 private:
  using Order = Response (Page::*)(const JsonView& body);
  Task<Response> show(Request& request);
  Task<Response> file(Request& request);
  Task<Response> picture(Request& request);
  Task<Response> look(Request& request);
  Task<Response> obey(Order order, Request& request);
  Task<Response> ask_by_teams(Request& request);
  Task<Response> send_notices(Request& request);
  Response say(const JsonView& body);
  Response answer(const JsonView& body);
  Response change_status(const JsonView& body);
  Response change_speed(const JsonView& body);
  Response play_again(const JsonView& body);
  Response start_outage(const JsonView& body);
  Response trouble(const JsonView& body);
  Response kill(const JsonView& body);
  /// What is wrong with who asks: 403, 415; nothing: 0.
  int refusal(const Request& request) const;

  World& world_;
  std::string origin_;
};

}  // namespace dw::demo
