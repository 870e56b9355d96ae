#include "common/vocabulary/current.h"

#include <cstdio>
#include <cstdlib>
#include <optional>
#include <utility>

#include "common/crypto/secret_file.h"
#include "common/status/macros.h"

namespace baodao::vocabulary {
namespace {

constexpr std::string_view kBuiltIn =
#include "common/vocabulary/vocabulary_toml.inc"
    ;

std::optional<Vocabulary>& InUse() {
  static auto* const in_use = new std::optional<Vocabulary>();
  return *in_use;
}

// A mistake in the file that is built in is one in the program.
Vocabulary BuiltIn() {
  absl::StatusOr<Vocabulary> built_in = Load("");
  if (built_in.ok()) return *std::move(built_in);
  std::fprintf(stderr, "%s\n", std::string(built_in.status().message()).c_str());
  std::abort();
}

}  // namespace

absl::StatusOr<Vocabulary> Load(const std::string& path) {
  if (path.empty()) return Vocabulary::Parse(kBuiltIn, "ops/data/vocabulary.toml");
  ASSIGN_OR_RETURN(const std::string text, crypto::ReadFile(path, /*secret=*/false));
  return Vocabulary::Parse(text, path);
}

void Use(Vocabulary vocabulary) { InUse() = std::move(vocabulary); }

const Vocabulary& Current() {
  if (InUse()) return *InUse();
  static const auto* const kOfTheProgram = new Vocabulary(BuiltIn());
  return *kOfTheProgram;
}

}  // namespace baodao::vocabulary
