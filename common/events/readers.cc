#include "common/events/readers.h"

#include <array>

namespace baodao::events {
namespace {

struct Subscription {
  std::string_view group;
  std::string_view service;
};

constexpr std::array kSubscriptions = {
    Subscription{"inbox", "registration"},    Subscription{"inbox", "lists"},
    Subscription{"inbox", "dispatch"},        Subscription{"lists", "dispatch"},
    Subscription{"dispatch", "registration"}, Subscription{"records", "registration"},
    Subscription{"records", "lists"},         Subscription{"records", "dispatch"},
    Subscription{"lists", "registration"},
};

}  // namespace

std::vector<std::string> ServicesReadBy(std::string_view group) {
  std::vector<std::string> services;
  for (const Subscription& one : kSubscriptions) {
    if (one.group == group) services.emplace_back(one.service);
  }
  return services;
}

std::vector<std::string> ReadersOf(std::string_view service) {
  std::vector<std::string> groups;
  for (const Subscription& one : kSubscriptions) {
    if (one.service == service) groups.emplace_back(one.group);
  }
  return groups;
}

}  // namespace baodao::events
