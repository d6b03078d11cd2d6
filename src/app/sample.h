// Configurations for people to begin with: the commented example of every key, and the file that
// `deskwire init` writes. Both are printed from the same fields as the reference page, so that
// neither can name a key that is not there.
#pragma once
#include <string>
#include <vector>

#include "app/settings.h"

namespace dw {

/// What there is to connect, and what of it is known already. Texts may be empty: then the file
/// takes them from the environment, or says what to put there.
struct SetupAnswers {
  bool has_slack = false, has_teams = false, has_zendesk = false, has_sheets = false;
  bool has_sqs = false, has_mail = false;
  std::string public_url;
  std::string timezone;       ///< an IANA name
  std::string slack_channel;  ///< that is bridged; an id or "#name"
  std::string tally_channel;  ///< an id
  std::string teams_name;     ///< of the hook; "it" if empty
  std::string zendesk_url;
  std::string sheet_id;
  std::string notices_webhook;
  std::string sqs_prefix;  ///< "https://sqs.eu-west-1.amazonaws.com/123456789012/"
  std::string mail_url, mail_from;
};

/// deskwire.toml for these surroundings: what was chosen is set, every other key of its sections
/// stands there as a comment with its default, and loads once the "#" is gone.
std::string print_sample(const SetupAnswers& surroundings);

/// Every section and key, all commented out ("#key = value"), prose as "# text".
std::string print_example();

/// The environment variables that `toml` takes, as they stand there: "SLACK_BOT_TOKEN", needed;
/// those with a default are optional.
struct VariableUse {
  std::string name;
  bool is_needed = false;
};
std::vector<VariableUse> variables_in(const std::string& toml);
/// Something of the right shape for each variable of the samples, to load them with.
std::optional<std::string> pretended_variable(const std::string& name);

/// One thing that a person has to do at another system, or here.
struct NextStep {
  std::string system;  ///< "Slack"
  std::vector<std::string> steps;
};
/// What remains after the file is written; `manifest` is where the Slack app's manifest lies.
std::vector<NextStep> next_steps(const SetupAnswers& surroundings, const std::string& manifest);

/// The Slack app's manifest with this Deskwire's address in place of the example's.
std::string slack_manifest(const std::string& public_url);

}  // namespace dw
