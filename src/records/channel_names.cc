#include "records/channel_names.h"

#include "base/json.h"
#include "records/key_values.h"

namespace dw::channel_names {
namespace {

constexpr const char* key = "slack channel names";

Names names_in(const std::string& text) {
  Names out;
  const Result<json::value> known = parse_json(text.empty() ? "{}" : text);
  const json::object* object = known.ok() ? known->if_object() : nullptr;
  if (object == nullptr) return out;
  for (const auto& [id, name] : *object) {
    if (name.is_string()) out[std::string(id)] = std::string(name.get_string());
  }
  return out;
}

}  // namespace

Result<Names> get(ReadDb& db) {
  DW_TRY(const StoredValue stored, key_values::get(db, key));
  return names_in(stored.text);
}

Result<void> add(Db& db, const Names& seen) {
  DW_TRY(const StoredValue stored, key_values::get(db, key));
  const Names known = names_in(stored.text);
  Names all = known;
  for (const auto& [id, name] : seen) all[id] = name;
  if (all == known) return {};
  json::object object;
  for (const auto& [id, name] : all) object[id] = name;
  return key_values::set(db, key, to_text(object), stored.version);
}

}  // namespace dw::channel_names
