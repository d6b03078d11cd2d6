// The certificate that the daemon is to show, looked at before anything is started.
#pragma once
#include "app/settings.h"

namespace dw {

/// errors  invalid: a file is missing, unreadable, or not what it should be; `where` is file, line
///         and key of the configuration
Result<void> check_tls_files(const Settings& settings);

}  // namespace dw
