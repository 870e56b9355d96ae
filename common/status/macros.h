// Early return on error. In a function returning absl::Status or StatusOr:
//   RETURN_IF_ERROR(Check(x));
//   ASSIGN_OR_RETURN(Task task, Load(id));
// In a coroutine whose result is one of these:
//   CO_RETURN_IF_ERROR(co_await store.Write(w));
//   CO_ASSIGN_OR_RETURN(const auto task, co_await store.Load(id));
// The value is moved out. A type containing a comma needs an alias.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <utility>

namespace baodao::status_internal {

inline absl::Status AsStatus(absl::Status status) { return status; }
template <class T>
absl::Status AsStatus(absl::StatusOr<T>&& result) {
  return std::move(result).status();
}

}  // namespace baodao::status_internal

#define BAODAO_CONCAT_INNER(a, b) a##b
#define BAODAO_CONCAT(a, b) BAODAO_CONCAT_INNER(a, b)

#define BAODAO_RETURN_IF_ERROR(result, return_keyword, expression)           \
  do {                                                                       \
    auto result = (expression);                                              \
    if (!result.ok()) {                                                      \
      return_keyword ::baodao::status_internal::AsStatus(std::move(result)); \
    }                                                                        \
  } while (false)

#define BAODAO_ASSIGN_OR_RETURN(result, return_keyword, target, expression) \
  auto result = (expression);                                               \
  if (!result.ok()) return_keyword std::move(result).status();              \
  target = *std::move(result)

#define RETURN_IF_ERROR(...) \
  BAODAO_RETURN_IF_ERROR(BAODAO_CONCAT(baodao_result_, __LINE__), return, (__VA_ARGS__))
#define ASSIGN_OR_RETURN(target, ...) \
  BAODAO_ASSIGN_OR_RETURN(BAODAO_CONCAT(baodao_result_, __LINE__), return, target, (__VA_ARGS__))
#define CO_RETURN_IF_ERROR(...) \
  BAODAO_RETURN_IF_ERROR(BAODAO_CONCAT(baodao_result_, __LINE__), co_return, (__VA_ARGS__))
#define CO_ASSIGN_OR_RETURN(target, ...) \
  BAODAO_ASSIGN_OR_RETURN(BAODAO_CONCAT(baodao_result_, __LINE__), co_return, target, (__VA_ARGS__))
