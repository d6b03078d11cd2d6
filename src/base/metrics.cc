#include "base/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <set>

#include "base/assert.h"

namespace dw {
namespace {

using Labels = std::map<std::string, std::string>;

/// A family, and the series that were used already: finding one again allocates nothing, which
/// matters because several are counted for each request.
template <class Metric>
struct Series {
  struct One {
    std::vector<std::pair<std::string, std::string>> labels;
    Metric* metric;
  };

  prometheus::Family<Metric>* family = nullptr;
  std::vector<One> known{};

  template <class... Args>
  Metric& at(MetricLabels labels, const Args&... args) {
    for (const One& one : known) {
      const bool is_it =
          std::equal(labels.begin(), labels.end(), one.labels.begin(), one.labels.end(),
                     [](const auto& wanted, const auto& has) {
                       return wanted.first == has.first && wanted.second == has.second;
                     });
      if (is_it) return *one.metric;
    }
    Metric& made = family->Add(Labels(labels.begin(), labels.end()), args...);
    known.push_back({{labels.begin(), labels.end()}, &made});
    return made;
  }
};

}  // namespace

struct Metrics::State {
  struct Histograms {
    Series<prometheus::Histogram> series;
    std::vector<double> bounds;
  };
  prometheus::Registry registry;
  std::mutex mutex;  // the network thread and the store's thread both count
  std::map<std::string, Series<prometheus::Counter>, std::less<>> counters;
  std::map<std::string, Series<prometheus::Gauge>, std::less<>> gauges;
  std::map<std::string, Histograms, std::less<>> histograms;
  std::vector<Description> descriptions;
};

Metrics::Metrics() : state_(std::make_unique<State>()) {}
Metrics::~Metrics() = default;

void Metrics::declare_counter(std::string name, std::string help) {
  const std::lock_guard lock(state_->mutex);
  auto* family = &prometheus::BuildCounter().Name(name).Help(help).Register(state_->registry);
  state_->counters[name].family = family;
  state_->descriptions.push_back({std::move(name), "counter", std::move(help)});
}

void Metrics::declare_gauge(std::string name, std::string help) {
  const std::lock_guard lock(state_->mutex);
  auto* family = &prometheus::BuildGauge().Name(name).Help(help).Register(state_->registry);
  state_->gauges[name].family = family;
  state_->descriptions.push_back({std::move(name), "gauge", std::move(help)});
}

void Metrics::declare_histogram(std::string name, std::string help, std::vector<double> bounds) {
  const std::lock_guard lock(state_->mutex);
  auto* family = &prometheus::BuildHistogram().Name(name).Help(help).Register(state_->registry);
  state_->histograms[name] = {{family}, std::move(bounds)};
  state_->descriptions.push_back({std::move(name), "histogram", std::move(help)});
}

void Metrics::add(std::string_view name, MetricLabels labels, double by) {
  const std::lock_guard lock(state_->mutex);
  const auto found = state_->counters.find(name);
  DW_ASSERT(found != state_->counters.end(), "a counter is declared before it is used");
  found->second.at(labels).Increment(by);
}

void Metrics::set(std::string_view name, double value, MetricLabels labels) {
  const std::lock_guard lock(state_->mutex);
  const auto found = state_->gauges.find(name);
  DW_ASSERT(found != state_->gauges.end(), "a gauge is declared before it is used");
  found->second.at(labels).Set(value);
}

void Metrics::observe(std::string_view name, double value, MetricLabels labels) {
  const std::lock_guard lock(state_->mutex);
  const auto found = state_->histograms.find(name);
  DW_ASSERT(found != state_->histograms.end(), "a histogram is declared before it is used");
  found->second.series.at(labels, found->second.bounds).Observe(value);
}

std::string Metrics::text() const {
  const std::vector<prometheus::MetricFamily> collected = state_->registry.Collect();
  std::set<std::string> used;
  for (const prometheus::MetricFamily& family : collected) used.insert(family.name);
  std::string out = prometheus::TextSerializer().Serialize(collected);
  // What has not happened yet is listed all the same: who writes an alert finds its name.
  for (const Description& one : descriptions()) {
    if (used.count(one.name) > 0) continue;
    out += "# HELP " + one.name + " " + one.help + "\n# TYPE " + one.name + " " + one.kind + "\n";
  }
  return out;
}

std::vector<Metrics::Description> Metrics::descriptions() const {
  const std::lock_guard lock(state_->mutex);
  return state_->descriptions;
}

}  // namespace dw
