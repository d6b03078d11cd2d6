// The tables that the bench prints, each by a file of its own.
#pragma once
#include <string>

namespace dw {

/// Helpdesks of a year with planted spikes, every rule.
void print_helpdesks(double factor, double least, uint64_t seed_from, int desks);
/// Share of single hours found, by the expected count and the factor.
void print_power();
/// False alarms in each of the first twelve weeks of 60 laws, `series` of each.
void print_young_weeks(int series);
/// What is found of what a judge who knows the law finds, and precision, by dispersion and age.
void print_judge(int series);
/// The same in the first weeks, beside one who has to learn the law's parameters as the rule has.
void print_learner(int series);
/// False alarms on series that are no textbook: bursts, ties, shifts, gaps.
void print_families(int series);
/// Every rule on them, with planted bursts.
void print_rules_on_families(int series);
/// `folder`: windows.json and the series that it names.
void print_public(const std::string& folder);

}  // namespace dw
