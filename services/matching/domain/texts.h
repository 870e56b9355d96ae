// Reasons and blockers in people's words.
#pragma once

#include <string>
#include <vector>

#include "baodao/matching/v1/matching.pb.h"
#include "common/status/status.h"
#include "services/matching/domain/recommend.h"

namespace baodao::matching {

struct ReasonText {
  Part part{};
  int32_t cost = 0;  // tenths of a metre; negative is in favour
  std::string text;
};

v1::ReasonCode CodeOf(Part part);

// One for each part that counts; their costs sum to the total.
std::vector<ReasonText> ReasonsOf(const CandidateIndex& index, const Terms& terms,
                                  const Ranked& ranked, Locale locale);

std::string TextOf(const CandidateIndex& index, const OpenTask& task, const BlockerCount& blocker,
                   Locale locale);

}  // namespace baodao::matching
