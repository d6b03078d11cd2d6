// What Prometheus reads at /metrics. A metric has a name, a help text and labels whose values
// come from a closed set, never from a stranger's text: memory stays bounded.
#pragma once
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dw {

using MetricLabels = std::initializer_list<std::pair<std::string_view, std::string_view>>;

class Metrics {
 public:
  Metrics();
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  /// Counters, gauges and histograms are declared before they are used, once, by their owner;
  /// the names are printed into docs/reference/metrics.md.
  void declare_counter(std::string name, std::string help);
  void declare_gauge(std::string name, std::string help);
  /// `bounds` are upper limits in the metric's unit, ascending.
  void declare_histogram(std::string name, std::string help, std::vector<double> bounds);

  void add(std::string_view name, MetricLabels labels = {}, double by = 1);
  void set(std::string_view name, double value, MetricLabels labels = {});
  void observe(std::string_view name, double value, MetricLabels labels = {});

  /// Prometheus text format 0.0.4.
  std::string text() const;

  struct Description {
    std::string name, kind, help;
  };
  std::vector<Description> descriptions() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace dw
