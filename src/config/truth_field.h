// A setting that is true or false.
#pragma once
#include <string>

#include "config/field.h"

namespace dw {

template <class T>
Field<T> truth_field(std::string key, bool T::*member, std::string doc) {
  return {.key = std::move(key),
          .doc = std::move(doc),
          .allowed = "true or false",
          .schema = {{"type", "boolean"}},
          .read =
              [member](T& out, const Node& node, const Place& place) {
                const auto* truth = std::get_if<bool>(&node.value);
                if (truth == nullptr) return place.add("must be true or false");
                out.*member = *truth;
              },
          .print = [member](const T& from) { return from.*member ? "true" : "false"; }};
}

}  // namespace dw
