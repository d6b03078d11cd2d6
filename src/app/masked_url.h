// Addresses as they may be shown: without the passwords and keys that people write into them.
#pragma once
#include <string>

namespace dw {

/// "postgresql://desk:***@host/db?sslmode=require&password=***": the user's password, and those
/// among the parameters.
std::string without_password(const std::string& url);

/// "https://***@host/path?***": who signs in, and all parameters.
std::string without_parameters(const std::string& url);

/// "https://host:8443/***": of a hook that others give out the path is the secret.
std::string host_alone(const std::string& url);

}  // namespace dw
