#include "base/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <map>
#include <mutex>

#include "base/assert.h"

namespace dw {

struct Metrics::State {
  prometheus::Registry registry;
  std::mutex mutex;  // the network thread and the store's thread both count
  std::map<std::string, prometheus::Family<prometheus::Counter>*, std::less<>> counters;
  std::map<std::string, prometheus::Family<prometheus::Gauge>*, std::less<>> gauges;
  struct Histograms {
    prometheus::Family<prometheus::Histogram>* family;
    std::vector<double> bounds;
  };
  std::map<std::string, Histograms, std::less<>> histograms;
  std::vector<Description> descriptions;
};

namespace {

std::map<std::string, std::string> labels_of(MetricLabels labels) {
  std::map<std::string, std::string> out;
  for (const auto& [name, value] : labels) out.emplace(name, value);
  return out;
}

}  // namespace

Metrics::Metrics() : state_(std::make_unique<State>()) {}
Metrics::~Metrics() = default;

void Metrics::declare_counter(std::string name, std::string help) {
  const std::lock_guard lock(state_->mutex);
  state_->counters[name] =
      &prometheus::BuildCounter().Name(name).Help(help).Register(state_->registry);
  state_->descriptions.push_back({std::move(name), "counter", std::move(help)});
}

void Metrics::declare_gauge(std::string name, std::string help) {
  const std::lock_guard lock(state_->mutex);
  state_->gauges[name] = &prometheus::BuildGauge().Name(name).Help(help).Register(state_->registry);
  state_->descriptions.push_back({std::move(name), "gauge", std::move(help)});
}

void Metrics::declare_histogram(std::string name, std::string help, std::vector<double> bounds) {
  const std::lock_guard lock(state_->mutex);
  auto* family = &prometheus::BuildHistogram().Name(name).Help(help).Register(state_->registry);
  state_->histograms[name] = {family, std::move(bounds)};
  state_->descriptions.push_back({std::move(name), "histogram", std::move(help)});
}

void Metrics::add(std::string_view name, MetricLabels labels, double by) {
  const std::lock_guard lock(state_->mutex);
  const auto found = state_->counters.find(name);
  DW_ASSERT(found != state_->counters.end(), "a counter is declared before it is used");
  found->second->Add(labels_of(labels)).Increment(by);
}

void Metrics::set(std::string_view name, double value, MetricLabels labels) {
  const std::lock_guard lock(state_->mutex);
  const auto found = state_->gauges.find(name);
  DW_ASSERT(found != state_->gauges.end(), "a gauge is declared before it is used");
  found->second->Add(labels_of(labels)).Set(value);
}

void Metrics::observe(std::string_view name, double value, MetricLabels labels) {
  const std::lock_guard lock(state_->mutex);
  const auto found = state_->histograms.find(name);
  DW_ASSERT(found != state_->histograms.end(), "a histogram is declared before it is used");
  found->second.family->Add(labels_of(labels), found->second.bounds).Observe(value);
}

std::string Metrics::text() const {
  return prometheus::TextSerializer().Serialize(state_->registry.Collect());
}

std::vector<Metrics::Description> Metrics::descriptions() const {
  const std::lock_guard lock(state_->mutex);
  return state_->descriptions;
}

}  // namespace dw
