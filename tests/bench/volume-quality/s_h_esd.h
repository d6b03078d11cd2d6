// The rule of Twitter's AnomalyDetection (ADVec), written from its published description.
#pragma once
#include <span>
#include <vector>

#include "bench/volume-quality/rules.h"

namespace dw {

/// Seasonal hybrid ESD: O. Vallis, J. Hochenbaum, A. Kejariwal: A novel technique for long-term
/// anomaly detection in the cloud (HotCloud 2014). The season (a day) is taken off, then the median
/// of two weeks; the generalized ESD test (B. Rosner, Technometrics 25, 1983) with median and MAD
/// finds at most 2 % of the hours at a level of 0.05. It sees a whole fortnight before it judges:
/// no live rule can. The seasonal part is the median of each hour of day around a moving daily
/// mean, where the paper has a periodic STL.
std::vector<bool> s_h_esd(std::span<const HourCount> hours, Sides sides);

}  // namespace dw
