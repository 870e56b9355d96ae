// The vocabulary of this process.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <string>

#include "common/vocabulary/vocabulary.h"

namespace baodao::vocabulary {

// INVALID_ARGUMENT as Vocabulary::Parse, or what ReadFile says. An empty path: the file as it stood
// when the program was built.
absl::StatusOr<Vocabulary> Load(const std::string& path);

// Takes the place of the one that the program was built with. Before anything is served, and once:
// what Current() has returned is referred to for as long as the process lives.
void Use(Vocabulary vocabulary);
const Vocabulary& Current();

}  // namespace baodao::vocabulary
