#include "app/demo/child.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>

namespace dw::demo {
namespace {

constexpr int could_not_start = 127;

/// Between fork and exec, where nothing may be allocated.
[[noreturn]] void become(const char* folder, int log, char* const* words,
                         char* const* environment) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  const int nothing = open("/dev/null", O_RDONLY);
  const bool is_ready = chdir(folder) == 0 && dup2(nothing, STDIN_FILENO) >= 0 &&
                        dup2(log, STDOUT_FILENO) >= 0 && dup2(log, STDERR_FILENO) >= 0;
  if (is_ready) execve("/proc/self/exe", words, environment);
  _exit(could_not_start);
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> out;
  for (std::string& one : texts) out.push_back(one.data());
  out.push_back(nullptr);
  return out;
}

/// Nothing of the caller's accounts: the world is all that a child may reach.
std::vector<std::string> bare_environment(const std::string& folder) {
  const char* path = std::getenv("PATH");
  return {std::string("PATH=") + (path == nullptr ? "/usr/bin:/bin" : path), "HOME=" + folder,
          "AWS_EC2_METADATA_DISABLED=true", "no_proxy=127.0.0.1"};
}

}  // namespace

Child::Child(std::string folder, std::string log)
    : folder_(std::move(folder)), log_(folder_ + "/" + std::move(log)) {}

Child::~Child() {
  if (!is_running()) return;
  ::kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
}

Result<void> Child::start(std::vector<std::string> words) {
  words.insert(words.begin(), "deskwire");
  std::vector<std::string> environment = bare_environment(folder_);
  const std::vector<char*> arguments = pointers(words);
  const std::vector<char*> variables = pointers(environment);
  const int log = open(log_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (log < 0) return Error{ErrorKind::unreachable, log_, std::strerror(errno)};
  printed_before_ = lseek(log, 0, SEEK_END);
  exit_code_.reset();
  pid_ = fork();
  if (pid_ == 0) become(folder_.c_str(), log, arguments.data(), variables.data());
  const int why = errno;
  close(log);
  if (pid_ > 0) return {};
  pid_ = 0;
  return Error{ErrorKind::unreachable, "demo",
               std::string("cannot start a process: ") + std::strerror(why)};
}

bool Child::is_running() {
  if (pid_ == 0) return false;
  int state = 0;
  if (waitpid(pid_, &state, WNOHANG) == 0) return true;
  exit_code_ = WIFEXITED(state) ? WEXITSTATUS(state) : 128 + WTERMSIG(state);
  pid_ = 0;
  return false;
}

void Child::signal(int number) {
  if (is_running()) ::kill(pid_, number);
}

std::string Child::printed() const {
  std::ifstream file(log_, std::ios::binary);
  file.seekg(printed_before_);
  std::ostringstream out;
  out << file.rdbuf();
  return out.str();
}

}  // namespace dw::demo
