// The parts of certificates: hours from the ledger, a name, a signature.
#pragma once

#include <absl/status/statusor.h>

#include <functional>
#include <string>

#include "baodao/records/v1/history.pb.h"
#include "common/auth/keys.h"
#include "services/dispatch/app/app.h"
#include "services/dispatch/domain/certificate.h"

namespace baodao::dispatch {

// The keys of certificates: the one that signs, and all that are published, its own among them.
struct CertificateKeys {
  auth::PrivateKey signing;
  auth::KeySet published;
};

// From `dir`; missing files are made first where `create` is set. An error names the file.
absl::StatusOr<CertificateKeys> LoadCertificateKeys(const std::string& dir, bool create);

// `records`, or a double in tests.
struct StatementSource {
  std::function<Task<absl::StatusOr<records::v1::GetStatementResponse>>(
      records::v1::GetStatementRequest request)>
      read;
  // As RetirementService.GetLedgerEntries.
  std::function<Task<absl::StatusOr<std::vector<v1::LedgerEntry>>>(
      records::v1::GetLedgerEntriesRequest request)>
      entries;
};
// `channel`, to `records`, outlives it.
StatementSource StatementsAt(rpc::Channel& channel);

// The hours that were credited to the person for services in the area's subtree and the period. The
// caller pays for the entries added up. HOURS_NOT_COMPLETE unless `records` has the newest entry of
// the ledger and says that nothing is missing; PEER_UNAVAILABLE.
Task<absl::StatusOr<ServedHours>> ReadServedHours(App& app, const StatementSource& source,
                                                  rpc::CallContext context,
                                                  v1::IssueCertificateRequest request);

// The name that stands on a certificate. NOT_FOUND, NAME_MISSING.
Task<absl::StatusOr<std::string>> NameOf(App& app, rpc::CallContext context, std::string person_id);

// Seals the signed text of a certificate, and opens it.
std::string SealText(const crypto::KeyRing& ring, const std::string& text,
                     const std::string& certificate_id);
absl::StatusOr<std::string> OpenText(const crypto::KeyRing& ring,
                                     const v1::CertificateRecord& record);

// Tells the repository of the app what certificates are.
void AddCertificates(App& app);

}  // namespace baodao::dispatch
