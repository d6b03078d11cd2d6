// A sign-in at an outside system with a person's browser, which brings the answer back to a port of
// this machine (RFC 8252, section 7.3; PKCE: RFC 7636).
#pragma once
#include <functional>
#include <string>

#include "app/core.h"

namespace dw {

/// 256 random bits as 43 characters that a URL takes: a state, or a PKCE verifier.
std::string random_url_word();

struct BrowserSignIn {
  std::string system;                  ///< for messages: "zendesk"
  std::string listen = "127.0.0.1:0";  ///< of this machine
  std::string path;                    ///< where the browser comes back to: "/cb"
  std::string state;                   ///< an answer without it is nobody's
  /// Given the address of the way back: shows the person what to open.
  std::function<Result<void>(std::string redirect)> invite{};
  /// Trades the code that came back for what is kept.
  std::function<Task<Result<void>>(std::string code, std::string redirect)> exchange{};
};

/// Waits for the person, ten minutes at most.
/// errors  denied: it was not granted; busy: nobody came, or the port is taken; as invite and
///         exchange say
Task<Result<void>> sign_in_by_browser(Core& core, BrowserSignIn how);

}  // namespace dw
