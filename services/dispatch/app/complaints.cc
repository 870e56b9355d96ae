#include "services/dispatch/app/complaints.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "common/crypto/sealed_message.h"
#include "common/status/macros.h"
#include "common/status/status.h"

namespace baodao::dispatch {
namespace {

std::string WordsSealedAs(const v1::ComplaintRecord& record) {
  return "complaint:" + record.complaint().complaint_id();
}

}  // namespace

void SealWords(const crypto::KeyRing& ring, const v1::ComplaintWords& words,
               v1::ComplaintRecord* record) {
  record->set_sealed_words(crypto::SealMessage(ring, words, WordsSealedAs(*record)));
}

absl::StatusOr<v1::ComplaintWords> OpenWords(const crypto::KeyRing& ring,
                                             const v1::ComplaintRecord& record) {
  return crypto::OpenMessage<v1::ComplaintWords>(ring, record.sealed_words(),
                                                 WordsSealedAs(record));
}

absl::StatusOr<v1::Complaint> ShowComplaint(const crypto::KeyRing& ring,
                                            const auth::Principal& caller,
                                            v1::ComplaintRecord record) {
  if (caller.Is(record.complaint().about_person_id())) return Refuse(Reason::PERMISSION_DENIED);
  ASSIGN_OR_RETURN(v1::ComplaintWords words, OpenWords(ring, record));
  v1::Complaint complaint = std::move(*record.mutable_complaint());
  complaint.set_statement(std::move(*words.mutable_statement()));
  *complaint.mutable_photos() = std::move(*words.mutable_photos());
  complaint.set_answer(std::move(*words.mutable_answer()));
  return complaint;
}

Task<absl::StatusOr<std::string>> AreaFor(App& app, rpc::CallOptions options, std::string task_area,
                                          std::string about_person_id) {
  if (about_person_id.empty()) co_return task_area;
  CO_ASSIGN_OR_RETURN(const std::vector<auth::RoleGrant> grants,
                      co_await app.identities->Roles(std::move(options), about_person_id));
  const std::shared_ptr<const areas::AreaTree> tree = app.tree();
  std::vector<std::string> upwards(1, task_area);
  for (const areas::Area* above : tree->Ancestors(task_area)) upwards.push_back(above->code());
  co_return AnsweringArea(upwards, [&](const std::string& area) {
    return std::ranges::any_of(grants, [&](const auth::RoleGrant& grant) {
      return grant.Reaches(area, app.relations.covers);
    });
  });
}

}  // namespace baodao::dispatch
