#include <fmt/format.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "app/commands/commands.h"
#include "app/demo/page.h"
#include "app/exit_code.h"
#include "app/print.h"
#include "base/log.h"
#include "web/problem.h"

namespace dw {
namespace {

struct DemoChoice {
  bool has_no_browser = false, is_kept = false;
  int port = 0, speed = 60;
};

/// Under $TMPDIR, for this user alone.
Result<std::string> fresh_folder() {
  std::error_code failed;
  const std::filesystem::path parent = std::filesystem::temp_directory_path(failed);
  const std::filesystem::path folder = failed ? std::filesystem::path("/tmp") : parent;
  std::string path = folder / ("deskwire-demo-" + std::string(6, 'X'));  // mkdtemp fills them in
  if (mkdtemp(path.data()) != nullptr) return path;
  return Error{ErrorKind::unreachable, path, "cannot create a folder there (is TMPDIR writable?)"};
}

/// Never a failure: the addresses are printed.
void open_browser(const std::string& url) {
  const bool has_display =
      std::getenv("DISPLAY") != nullptr || std::getenv("WAYLAND_DISPLAY") != nullptr;
  if (!has_display) return;
  const pid_t child = fork();
  if (child != 0) return;
  setsid();
  if (std::freopen("/dev/null", "w", stdout) == nullptr) _exit(1);
  if (std::freopen("/dev/null", "w", stderr) == nullptr) _exit(1);
  execlp("xdg-open", "xdg-open", url.c_str(), static_cast<char*>(nullptr));
  _exit(1);
}

/// The demo from its first fake to its last.
class Demo {
 public:
  Demo(Invocation& invocation, DemoChoice choice, std::string folder, std::string listen)
      : invocation_(invocation),
        choice_(choice),
        folder_(std::move(folder)),
        listen_(std::move(listen)),
        world_(loop_, folder_, "http://" + listen_),
        page_(world_, "http://" + listen_) {}

  void run() {
    asio::signal_set signals(loop_, SIGTERM, SIGINT, SIGHUP);
    signals.async_wait([this](boost::system::error_code failed, int) {
      if (!failed) tasks_.run("demo end", end());
    });
    std::signal(SIGCHLD, SIG_DFL);
    tasks_.run("demo", begin());
    loop_.run();
  }

 private:
  Task<void> begin() {
    const Monotonic began = clock_.monotonic();
    print(stderr, "Starting the demo ...\n");
    const Result<void> opened = co_await world_.open();
    if (!opened.ok()) {
      fail(invocation_, opened.error());
      co_return co_await end();
    }
    Routes routes;
    page_.add_to(routes);
    ServerOptions options{.listen = listen_};
    options.refuse = [](int status, std::string_view, std::string detail) {
      return problem(status, detail);
    };
    server_ = std::make_unique<HttpServer>(loop_, clock_, tasks_, std::move(routes), options);
    if (const Result<std::string> bound = server_->start(); !bound.ok()) {
      fail(invocation_, bound.error());
      co_return co_await end();
    }
    world_.player().play_at(choice_.speed);
    tell(std::chrono::duration_cast<Millis>(clock_.monotonic() - began));
    tasks_.run("demo notices", first_notices());
    co_await world_.live();
  }

  void tell(Millis took) {
    const std::string world = "http://" + listen_;
    if (invocation_.is_json) {
      print_json(json::object{{"board", world_.board_url()}, {"world", world}});
    } else {
      print(
          "Deskwire's demo is ready after {:.1f} s. Ctrl-C stops it{}.\n"
          "  world  {}\n  board  {}\n",
          static_cast<double>(took.count()) / 1000,
          choice_.is_kept ? "; its folder is kept" : " and removes its folder", world,
          world_.board_url());
      if (choice_.is_kept) print("  files  {}\n", folder_);
    }
    std::fflush(stdout);
    if (!choice_.has_no_browser) open_browser(world);
  }

  /// The week's letters are in the mail box when a visitor first looks.
  Task<void> first_notices() { const std::string told = co_await world_.send_notices(); }

  Task<void> end() {
    if (is_ending_) co_return;
    is_ending_ = true;
    if (server_) server_->stop();
    co_await world_.close();
    loop_.stop();
  }

  Invocation& invocation_;
  DemoChoice choice_;
  std::string folder_, listen_;
  Loop loop_;
  LoopClock clock_{loop_};
  TaskGroup tasks_{loop_, clock_};
  demo::World world_;
  demo::Page page_;
  std::unique_ptr<HttpServer> server_;
  bool is_ending_ = false;
};

void run_demo(Invocation& invocation, DemoChoice choice) {
  const Result<std::string> listen = with_port(fmt::format("127.0.0.1:{}", choice.port));
  if (!listen.ok()) return fail(invocation, listen.error());
  const Result<std::string> folder = fresh_folder();
  if (!folder.ok()) return fail(invocation, folder.error());
  Demo(invocation, choice, *folder, *listen).run();
  std::error_code ignored;
  if (!choice.is_kept) std::filesystem::remove_all(*folder, ignored);
}

}  // namespace

void add_demo(Command app, Invocation& invocation) {
  auto choice = std::make_shared<DemoChoice>();  // shared with a callback that runs later
  Command command = add_command(
      app, invocation, "demo",
      "Try Deskwire with simulated systems on this machine; needs no account and no network",
      [&invocation, choice] { run_demo(invocation, *choice); });
  command.add_flag("--no-open", choice->has_no_browser, "open no browser");
  command.add_flag("--keep", choice->is_kept,
                   "keep the folder with the store, configuration and logs");
  command
      .add_option("--port", choice->port,
                  "port of the page with the simulated systems; 0 picks a free one")
      .within(0, 65535);
  command.add_option("--speed", choice->speed, "simulated minutes per minute; 0 pauses")
      .within(0, 600);
}

}  // namespace dw
