// [oncall.NAME]: who is on call, asked of a provider or kept as a rota here.
#pragma once
#include <string>
#include <vector>

#include "config/field.h"

namespace dw {

enum class OncallProvider { pagerduty, opsgenie, fixed };

/// Somebody of a static rota; email and slack may be empty.
struct RosterPerson {
  std::string name, email, slack;
};

struct OncallSettings {
  std::string name;
  OncallProvider provider = OncallProvider::pagerduty;
  Secret token;
  std::string policy;
  std::string api_url;  ///< empty: the provider's own
  std::vector<RosterPerson> people;
  std::string rotate = "mon 09:00";
  bool has_notify = true;   ///< they are mentioned in the thread
  bool has_assign = false;  ///< the primary gets the ticket, where the desk knows the address
};

const Section<OncallSettings>& oncall_section();

/// Fills in the provider's own address, and says what this provider needs and does not have.
void complete_oncall(OncallSettings& settings, int line, Problems& problems);

}  // namespace dw
