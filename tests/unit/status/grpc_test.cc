#include "common/status/grpc.h"

#include <absl/strings/ascii.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "common/status/tables.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace baodao {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Pair;

google::rpc::Status DetailsOf(const grpc::Status& status) {
  google::rpc::Status details;
  EXPECT_TRUE(details.ParseFromString(status.error_details()));
  return details;
}

template <class Message>
std::vector<Message> DetailsOf(const grpc::Status& status) {
  std::vector<Message> found;
  const google::rpc::Status details = DetailsOf(status);
  for (const auto& any : details.details()) {
    Message message;
    if (any.UnpackTo(&message)) found.push_back(message);
  }
  return found;
}

TEST(ToGrpc, SendsStandardDetails) {
  const grpc::Status status =
      ToGrpc(Refuse(Reason::OVERLAPPING_TASK, {{"task", "tsk_1"}}), Locale::kZh);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(status.error_message(), "It overlaps another accepted task: tsk_1.");
  EXPECT_EQ(DetailsOf(status).code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(DetailsOf(status).message(), status.error_message());

  const auto infos = DetailsOf<google::rpc::ErrorInfo>(status);
  ASSERT_EQ(infos.size(), 1u);
  EXPECT_EQ(infos[0].reason(), "OVERLAPPING_TASK");
  EXPECT_EQ(infos[0].domain(), "baodao");
  EXPECT_THAT(infos[0].metadata(), ElementsAre(Pair("task", "tsk_1")));

  const auto texts = DetailsOf<google::rpc::LocalizedMessage>(status);
  ASSERT_EQ(texts.size(), 1u);
  EXPECT_EQ(texts[0].locale(), "zh-CN");
  EXPECT_EQ(texts[0].message(), "与您已接的任务时间冲突");
  EXPECT_TRUE(DetailsOf<google::rpc::RetryInfo>(status).empty());
  EXPECT_TRUE(DetailsOf<google::rpc::BadRequest>(status).empty());
}

TEST(ToGrpc, EnglishOnRequest) {
  const grpc::Status status = ToGrpc(RefuseField("slots", ViolationKind::REQUIRED), Locale::kEn);
  const auto texts = DetailsOf<google::rpc::LocalizedMessage>(status);
  ASSERT_EQ(texts.size(), 1u);
  EXPECT_EQ(texts[0].locale(), "en");
  const auto bad = DetailsOf<google::rpc::BadRequest>(status);
  ASSERT_EQ(bad.size(), 1u);
  ASSERT_EQ(bad[0].field_violations_size(), 1);
  EXPECT_EQ(bad[0].field_violations(0).field(), "slots");
  EXPECT_EQ(bad[0].field_violations(0).description(), "is required");
}

TEST(ToGrpc, FaultsLeakNothing) {
  const std::pair<absl::Status, const char*> kFaults[] = {
      {absl::InternalError("secret"), "INTERNAL"},
      {absl::DataLossError("secret"), "INTERNAL"},
      {absl::NotFoundError("secret"), "INTERNAL"},
      {absl::UnavailableError("secret"), "STORE_UNAVAILABLE"},
      {absl::DeadlineExceededError("secret"), "DEADLINE_EXCEEDED"},
      {absl::CancelledError("secret"), "CALL_CANCELLED"},
      {absl::AbortedError("secret"), "CONFLICT_RETRY"},
  };
  for (const auto& [fault, reason] : kFaults) {
    const grpc::Status status = ToGrpc(fault, Locale::kZh);
    const auto infos = DetailsOf<google::rpc::ErrorInfo>(status);
    ASSERT_EQ(infos.size(), 1u);
    EXPECT_EQ(infos[0].reason(), reason);
    EXPECT_EQ(static_cast<int>(status.error_code()),
              static_cast<int>(CodeOf(*ReasonByName(reason))));
    EXPECT_THAT(status.error_message(), Not(HasSubstr("secret")));
    EXPECT_THAT(status.error_details(), Not(HasSubstr("secret")));
  }
}

bool EndsWell(const std::string& text) {
  return !text.empty() && text == absl::StripAsciiWhitespace(text) &&
         std::ranges::none_of(text, [](unsigned char c) { return absl::ascii_iscntrl(c); });
}

void ExpectTextsEndWell(const absl::Status& refusal) {
  for (const Locale locale : {Locale::kZh, Locale::kEn}) {
    const grpc::Status status = ToGrpc(refusal, locale);
    EXPECT_TRUE(EndsWell(status.error_message())) << refusal << ": " << status.error_message();
    for (const auto& text : DetailsOf<google::rpc::LocalizedMessage>(status)) {
      EXPECT_TRUE(EndsWell(text.message())) << refusal << ": " << text.message();
    }
  }
}

// A message that ends in a blank reaches Node as an empty one.
TEST(ToGrpc, NoTextBeginsOrEndsWithABlank) {
  for (const auto& row : status_internal::Reasons()) {
    ExpectTextsEndWell(Refuse(row.reason));
    Metadata values;
    for (const char* key :
         {"area", "successor", "line", "problem", "state", "type", "id", "max", "min", "task",
          "skill", "category", "credential", "content_type", "from", "until", "left", "distance"}) {
      values[key] = "";
    }
    ExpectTextsEndWell(Refuse(row.reason, values));
    for (auto& [key, value] : values) value = " \t\n" + key + "\r\n ";
    ExpectTextsEndWell(Refuse(row.reason, values));
    for (auto& [key, value] : values) value = std::string(510, 'x') + " y";  // cut behind the blank
    ExpectTextsEndWell(Refuse(row.reason, values));
  }
  ExpectTextsEndWell(absl::InternalError(" "));
}

TEST(ToGrpc, StaysSmall) {
  std::vector<Violation> many(500, {std::string(4000, 'x'), ViolationKind::REQUIRED, {}});
  EXPECT_LT(ToGrpc(RefuseFields(many), Locale::kZh).error_details().size(), 8000u);
  const grpc::Status status =
      ToGrpc(Refuse(Reason::NOT_FOUND, {{"id", std::string(100'000, 'x')}}), Locale::kZh);
  EXPECT_LT(status.error_details().size() + status.error_message().size(), 3000u);
}

TEST(RoundTrip, KeepsEverything) {
  const std::vector<Violation> violations = {
      {"places[2].latitude", ViolationKind::OUT_OF_RANGE, {{"min", "-90"}, {"max", "90"}}}};
  const absl::Status statuses[] = {
      absl::OkStatus(),
      Refuse(Reason::NOT_FOUND, {{"type", "task"}, {"id", "tsk_x"}}),
      RefuseFor(Reason::RATE_LIMITED, std::chrono::milliseconds(250), {{"limit", "5"}}),
      RefuseFields(violations),
  };
  for (const Locale locale : {Locale::kZh, Locale::kEn}) {
    for (const absl::Status& status : statuses) {
      const absl::Status back = FromGrpc(ToGrpc(status, locale));
      EXPECT_EQ(back.code(), status.code());
      EXPECT_EQ(ReasonOf(back), ReasonOf(status));
      EXPECT_EQ(MetadataOf(back), MetadataOf(status));
      EXPECT_EQ(ViolationsOf(back), ViolationsOf(status));
      EXPECT_EQ(RetryAfterOf(back), RetryAfterOf(status));
      EXPECT_EQ(Localise(back, Locale::kZh), Localise(status, Locale::kZh));
    }
  }
}

TEST(RoundTrip, EveryReason) {
  for (const auto& row : status_internal::Reasons()) {
    const absl::Status back = FromGrpc(ToGrpc(Refuse(row.reason), Locale::kZh));
    EXPECT_EQ(ReasonOf(back), row.reason) << row.name;
    EXPECT_EQ(back.code(), row.code) << row.name;
  }
}

TEST(FromGrpc, TransportFailuresAreNamed) {
  EXPECT_EQ(ReasonOf(FromGrpc({grpc::StatusCode::UNAVAILABLE, "connect failed"})),
            Reason::PEER_UNAVAILABLE);
  EXPECT_EQ(ReasonOf(FromGrpc({grpc::StatusCode::DEADLINE_EXCEEDED, ""})),
            Reason::DEADLINE_EXCEEDED);
  EXPECT_EQ(ReasonOf(FromGrpc({grpc::StatusCode::CANCELLED, ""})), Reason::CALL_CANCELLED);
  const absl::Status other = FromGrpc({grpc::StatusCode::INTERNAL, "rst_stream"});
  EXPECT_FALSE(IsRefusal(other));
  EXPECT_EQ(other.code(), absl::StatusCode::kInternal);
}

TEST(FromGrpc, ForeignDetailsAreNotOurs) {
  google::rpc::ErrorInfo info;
  info.set_reason("TASK_FULL");
  info.set_domain("example.com");
  google::rpc::Status details;
  details.add_details()->PackFrom(info);
  EXPECT_FALSE(IsRefusal(
      FromGrpc({grpc::StatusCode::FAILED_PRECONDITION, "full", details.SerializeAsString()})));
  EXPECT_FALSE(IsRefusal(FromGrpc({grpc::StatusCode::INTERNAL, "x", "\xFF\xFFnot a proto"})));
}

TEST(FromGrpc, ReasonOfANewerPeerPassesThrough) {
  google::rpc::ErrorInfo info;
  info.set_reason("INVENTED_LATER");
  info.set_domain("baodao");
  google::rpc::Status details;
  details.add_details()->PackFrom(info);
  const absl::Status status = FromGrpc(
      {grpc::StatusCode::FAILED_PRECONDITION, "Something new.", details.SerializeAsString()});
  EXPECT_TRUE(IsRefusal(status));
  EXPECT_FALSE(ReasonOf(status).has_value());
  const grpc::Status onward = ToGrpc(status, Locale::kZh);
  EXPECT_EQ(onward.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(onward.error_message(), "Something new.");
  EXPECT_EQ(DetailsOf<google::rpc::ErrorInfo>(onward).at(0).reason(), "INVENTED_LATER");
}

}  // namespace
}  // namespace baodao
