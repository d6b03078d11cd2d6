// What the app asks for, and what for: packaging/slack-app-manifest.yaml lists the same, and a
// test holds it to this.
#pragma once
#include <array>
#include <string_view>
#include <utility>

namespace dw {

constexpr std::array<std::pair<std::string_view, std::string_view>, 15> slack_scopes = {{
    {"app_mentions:read", "mentions of the app"},
    {"channels:history", "messages in public channels"},
    {"channels:read", "names of public channels"},
    {"chat:write", "posts"},
    {"commands", "/desk"},
    {"files:read", "files copied to the desk"},
    {"files:write", "files copied from the desk"},
    {"groups:history", "messages in private channels"},
    {"groups:read", "names of private channels"},
    {"im:history", "commands in direct messages"},
    {"reactions:read", "a close emoji"},
    {"reactions:write", "a sign on the first message"},
    {"usergroups:read", "names of groups of people"},
    {"users:read", "names of people"},
    {"users:read.email", "requesters' addresses, and who is on call"},
}};

}  // namespace dw
