// A small post office: takes a card for whoever has a name.
#pragma once
#include <string>
#include <vector>

#include "fakes/http_script.h"

namespace dw {

class FakePostcard {
 public:
  std::vector<std::string> cards;  ///< for whom

  HttpStep answer(const HttpScript::Seen& request);
};

}  // namespace dw
