#include "domain/volume.h"

namespace dw {

std::string_view name_of(IncidentKind kind) {
  return kind == IncidentKind::spike ? "spike" : "drop";
}

std::string_view name_of(IncidentEnd end) {
  switch (end) {
    case IncidentEnd::open:
      return "open";
    case IncidentEnd::calm:
      return "calm";
    case IncidentEnd::new_level:
      return "new_level";
  }
  return "open";
}

}  // namespace dw
