// What the program tells the fake to do: POST /fake/NAME with JSON.
#pragma once
#include <string_view>

#include "fakes/slack.h"

namespace dw {

/// "say" {channel,user,text,thread,files}, "bot" {channel,bot,text}, "edit" {channel,ts,text},
/// "delete" {channel,ts}, "react" {channel,ts,user,emoji,removed}, "file" {name,content_type,text},
/// "command" {channel,user,text}, "press" {channel,message,user,action,value},
/// "fault" {kind,method,status,word,retry_after}, "sockets" {trouble}, "hooks" {url},
/// "channel" {id,name}, "person" {id,name,email}, "messages" {channel}, "calls" {method},
/// "state" {}. "past" {channel,messages}: what was said before anybody listened; "lose" {on}:
/// events that come to nobody; "repeat" {every}: each n-th comes twice; "pour"
/// {channel,user,count,per_second}: a load, and "figures" {}: what it came to since the last look.
/// The answer is what came of it.
json::object obey(FakeSlack& slack, std::string_view order, const json::value& details);

}  // namespace dw
