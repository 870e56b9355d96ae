// Certificates of hours: issued from the ledger, shown, revoked, expired.
#include <gmock/gmock.h>

#include "baodao/dispatch/v1/certificate.grpc.pb.h"
#include "common/certificate/signed_facts.h"
#include "services/dispatch/rpc/documents.h"
#include "tests/integration/dispatch/known_people.h"

namespace baodao::dispatch {
namespace {

using std::chrono::hours;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

using Calls = rpc::AsyncOf<v1::CertificateService>;

constexpr char kStreet[] = "310110001";

class CertificatesTest : public KnownPeopleTest {
 protected:
  CertificatesTest() {
    RegisterDocuments(paper_, feeds_, handlers_);
    Serve(paper_, metrics_, {one_->app.relations.covers, ScopesOf(one_->app)});
  }
  StatementSource Source() {
    StatementSource source;
    source.read = [this](records::v1::GetStatementRequest request) { return Statement(request); };
    source.entries = [this](records::v1::GetLedgerEntriesRequest request) {
      return Entries(request);
    };
    return source;
  }
  // Records: it has the entries of the ledger that are not held back, of tasks of the community.
  Task<absl::StatusOr<std::vector<v1::LedgerEntry>>> Entries(
      records::v1::GetLedgerEntriesRequest request) {
    CO_ASSIGN_OR_RETURN(
        std::vector<v1::LedgerEntry> entries,
        co_await one_->app.ledgers.List(request.person_id(),
                                        static_cast<uint64_t>(request.after_sequence()), 1000));
    if (held_back_ && !entries.empty()) entries.pop_back();
    co_return entries;
  }
  // Two entries a page.
  Task<absl::StatusOr<records::v1::GetStatementResponse>> Statement(
      records::v1::GetStatementRequest request) {
    if (away_) co_return Refuse(Reason::PEER_UNAVAILABLE);
    records::v1::GetStatementResponse response;
    *response.mutable_as_of() = ToTimestamp(later_.Now() - behind_);
    if (lost_until_ != Time{}) *response.mutable_complete_since() = ToTimestamp(lost_until_);
    if (!TestTree()->Covers(request.area_code(), kCommunity)) co_return response;
    CO_ASSIGN_OR_RETURN(const std::vector<v1::LedgerEntry> entries,
                        co_await one_->app.ledgers.List(request.person_id(), 0, 1000));
    const size_t from = request.page_token().empty() ? 0 : std::stoul(request.page_token());
    for (size_t i = 0; i < entries.size(); ++i) {
      const bool manual = entries[i].confirmation() == v1::CONFIRMATION_MANUAL;
      auto& total = *response.mutable_total();
      (manual ? total.set_manual_minutes(total.manual_minutes() + entries[i].minutes())
              : total.set_automatic_minutes(total.automatic_minutes() + entries[i].minutes()));
      if (i < from || i >= from + 2) continue;
      auto& entry = *response.add_entries();
      entry.set_task_id(entries[i].task_id());
      entry.set_minutes(entries[i].minutes());
    }
    if (from + 2 < entries.size()) response.set_next_page_token(std::to_string(from + 2));
    co_return response;
  }

  std::string Serve3Times() {
    std::string person = NewPerson();
    for (const int minutes : {90, 30, 60}) {
      Credit credit;
      credit.person_id = person;
      credit.task_id = ids::New("tsk", 0);
      credit.task_title = "陪同就医";
      credit.minutes = minutes;
      credit.confirmation = minutes == 30 ? v1::CONFIRMATION_MANUAL : v1::CONFIRMATION_EVALUATION;
      EXPECT_THAT(Run(one_->app.ledgers.Add(credit)), testing::IsOk());
    }
    return person;
  }
  v1::IssueCertificateRequest Asking(const std::string& person, const std::string& area) {
    v1::IssueCertificateRequest request;
    request.set_request_id(NextRequest());
    request.set_person_id(person);
    request.set_area_code(area);
    *request.mutable_period()->mutable_start() = ToTimestamp(later_.Now() - hours(24 * 365));
    *request.mutable_period()->mutable_end() = ToTimestamp(later_.Now());
    return request;
  }
  template <class Req, class Resp>
  absl::StatusOr<Resp> Paper(rpc::detail::UnaryMember<Calls, Req, Resp> method,
                             const std::string& token, Req request) {
    return Call<v1::CertificateService>(method, token, std::move(request), 1);
  }
  v1::Certificate Issue(const std::string& token, const std::string& person) {
    return Ok(Paper(&Calls::IssueCertificate, token, Asking(person, kStreet)));
  }
  std::string Refusal(const std::string& token, const v1::IssueCertificateRequest& request) {
    return Why(Paper(&Calls::IssueCertificate, token, request).status());
  }
  absl::StatusOr<v1::GetCertificatePdfResponse> Pdf(const std::string& token,
                                                    const std::string& id) {
    v1::GetCertificatePdfRequest request;
    request.set_certificate_id(id);
    return Paper(&Calls::GetCertificatePdf, token, request);
  }
  absl::StatusOr<v1::Certificate> Get(const std::string& token, const std::string& id) {
    v1::GetCertificateRequest request;
    request.set_certificate_id(id);
    return Paper(&Calls::GetCertificate, token, request);
  }
  absl::StatusOr<v1::Certificate> Revoke(const std::string& token, const std::string& id) {
    v1::RevokeCertificateRequest request;
    request.set_request_id("revoke-" + id);
    request.set_certificate_id(id);
    request.set_reason("姓名有误");
    return Paper(&Calls::RevokeCertificate, token, request);
  }
  std::vector<std::string> Revoked(const std::string& area) {
    v1::ListRevokedCertificatesRequest request;
    request.set_area_code(area);
    const auto list = Ok(Paper(&Calls::ListRevokedCertificates, "", request));
    return {list.numbers().begin(), list.numbers().end()};
  }
  int Releases(const std::string& certificate) {
    return CountEvents([&](const events::v1::Event& event) {
      return event.contact_released().certificate_id() == certificate;
    });
  }

  const auth::PrivateKey key_ = auth::GeneratePrivateKey();
  bool away_ = false, held_back_ = false;
  Millis behind_{500};
  Time lost_until_{};
  rpc::Router paper_;
  CalendarHandlers feeds_{one_->app};
  CertificateHandlers handlers_{one_->app, loop_, {key_, auth::KeySet::Of(key_)}, Source()};
};

TEST_F(CertificatesTest, APersonsOwnIsIssuedAtOnceAndSaysWhatTheLedgerSays) {
  const std::string person = Serve3Times();
  const auto request = Asking(person, kStreet);
  const auto issued = Ok(Paper(&Calls::IssueCertificate, By(person), request));
  EXPECT_EQ(issued.state(), v1::CERTIFICATE_STATE_ISSUED);
  EXPECT_EQ(issued.automatic_minutes(), 150);
  EXPECT_EQ(issued.manual_minutes(), 30);
  EXPECT_EQ(issued.service_count(), 3);
  EXPECT_EQ(issued.issuer_id(), "");
  EXPECT_EQ(Ok(Paper(&Calls::IssueCertificate, By(person), request)).SerializeAsString(),
            issued.SerializeAsString());
  // Anybody checks it with the keys that are published.
  const auto jwks = Ok(Paper(&Calls::GetCertificateKeys, "", v1::GetCertificateKeysRequest()));
  ASSERT_EQ(jwks.keys_size(), 1);
  EXPECT_EQ(jwks.keys(0).kid(), key_.kid);
  const auto facts = Ok(certificate::Verify(issued.signed_text(), auth::KeySet::Of(key_)));
  EXPECT_EQ(facts.name(), Directory::NameOf(person));
  EXPECT_EQ(facts.number(), issued.certificate_id());
  EXPECT_EQ(facts.automatic_minutes() + facts.manual_minutes(), 180);
  EXPECT_EQ(facts.area_code(), kStreet);
  const auto mine =
      Ok(Paper(&Calls::ListMyCertificates, By(person), v1::ListMyCertificatesRequest()));
  ASSERT_EQ(mine.certificates_size(), 1);
  EXPECT_EQ(mine.certificates(0).signed_text(), issued.signed_text());
  EXPECT_THAT(Ok(Pdf(By(person), issued.certificate_id())).pdf(), StartsWith("%PDF-"));
  EXPECT_EQ(Releases(issued.certificate_id()), 0) << "their own name";
  // The name lies sealed.
  for (const redis::Reply& one : server_.Do({"KEYS", "*"}).items) {
    EXPECT_THAT(server_.Do({"DUMP", one.text}).text, Not(HasSubstr(Directory::NameOf(person))))
        << one.text;
  }
}

TEST_F(CertificatesTest, ACoordinatorIssuesForTheirAreaAndTheLookAtTheNameIsOnRecord) {
  const std::string person = Serve3Times();
  const v1::Certificate issued = Issue(ByCoordinator(), person);
  EXPECT_EQ(issued.issuer_id(), coordinator_);
  EXPECT_EQ(issued.signed_text(), "") << "the name stands in it";
  EXPECT_NE(Ok(Get(By(person), issued.certificate_id())).signed_text(), "");
  EXPECT_THAT(Pdf(ByCoordinator(), issued.certificate_id()), testing::IsOk());
  EXPECT_EQ(Releases(issued.certificate_id()), 1);
  EXPECT_EQ(Refusal(ByStranger(), Asking(person, kStreet)), "PERMISSION_DENIED");
  EXPECT_EQ(Refusal(By(NewPerson()), Asking(person, kStreet)), "PERMISSION_DENIED");
  EXPECT_EQ(Why(Pdf(ByStranger(), issued.certificate_id()).status()), "PERMISSION_DENIED");
  EXPECT_EQ(Why(Get(By(NewPerson()), issued.certificate_id()).status()), "PERMISSION_DENIED");
}

TEST_F(CertificatesTest, NothingIsCertifiedThatIsNotKnownExactly) {
  const std::string person = Serve3Times(), me = By(person);
  away_ = true;
  EXPECT_EQ(Refusal(me, Asking(person, kStreet)), "PEER_UNAVAILABLE");
  away_ = false;
  held_back_ = true;
  EXPECT_EQ(Refusal(me, Asking(person, kStreet)), "HOURS_NOT_COMPLETE");
  held_back_ = false;
  behind_ = std::chrono::minutes(2);
  EXPECT_EQ(Refusal(me, Asking(person, kStreet)), "HOURS_NOT_COMPLETE");
  behind_ = Millis(500);
  lost_until_ = later_.Now() - hours(24);
  EXPECT_EQ(Refusal(me, Asking(person, kStreet)), "HOURS_NOT_COMPLETE");
  lost_until_ = later_.Now() - hours(24 * 400);
  EXPECT_EQ(Refusal(me, Asking(person, "310110002")), "NOTHING_TO_CERTIFY") << "served elsewhere";
  const std::string idle = NewPerson();
  EXPECT_EQ(Refusal(By(idle), Asking(idle, kStreet)), "NOTHING_TO_CERTIFY");
  auto future = Asking(person, kStreet);
  *future.mutable_period()->mutable_end() = ToTimestamp(later_.Now() + hours(1));
  EXPECT_EQ(Refusal(me, future), "INVALID_ARGUMENT_FIELDS");
  EXPECT_EQ(CountEvents([](const auto& event) { return event.has_certificate_changed(); }), 0);
  EXPECT_EQ(Refusal(me, Asking(person, kStreet)), "OK");
}

TEST_F(CertificatesTest, ARevokedOneIsOnThePublicListUntilItExpires) {
  const std::string person = Serve3Times();
  const std::string kept = Issue(By(person), person).certificate_id();
  const std::string id = Issue(By(person), person).certificate_id();
  EXPECT_EQ(Why(Revoke(By(person), id).status()), "PERMISSION_DENIED");
  EXPECT_EQ(Why(Revoke(ByStranger(), id).status()), "PERMISSION_DENIED");
  EXPECT_THAT(Revoked("310110"), IsEmpty());
  const v1::Certificate revoked = Ok(Revoke(ByCoordinator(), id));
  EXPECT_EQ(revoked.state(), v1::CERTIFICATE_STATE_REVOKED);
  EXPECT_EQ(revoked.revoke_reason(), "姓名有误");
  EXPECT_EQ(revoked.revoker_id(), coordinator_);
  EXPECT_THAT(Revoked("310110"), ElementsAre(id));
  EXPECT_THAT(Revoked(kStreet), ElementsAre(id));
  EXPECT_THAT(Revoked("310110002"), IsEmpty());
  EXPECT_EQ(Why(Pdf(By(person), id).status()), "WRONG_STATE");
  EXPECT_THAT(Pdf(By(person), kept), testing::IsOk());

  later_.ahead = kCertificateLife + hours(1);
  for (timers::Timer& timer : TakeDue(later_.Now())) {
    if (timer.kind == record::kDeadlineTimer) {
      EXPECT_THAT(Run(one_->app.records.OnDeadline(std::move(timer))), testing::IsOk());
    }
  }
  EXPECT_EQ(Ok(Get(By(person), id)).state(), v1::CERTIFICATE_STATE_EXPIRED);
  EXPECT_EQ(Ok(Get(By(person), id)).revoke_reason(), "姓名有误");
  EXPECT_EQ(Ok(Get(By(person), kept)).state(), v1::CERTIFICATE_STATE_EXPIRED);
  EXPECT_THAT(Revoked("310110"), IsEmpty());
}

}  // namespace
}  // namespace baodao::dispatch
