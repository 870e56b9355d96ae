#include "common/store/mutate.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <sodium.h>

#include <array>
#include <cassert>
#include <utility>

#include "common/crypto/random.h"

namespace baodao::store {
namespace {

using internal::Mutated;

constexpr int kMaxAttempts = 8;

// The same in every process and build: fingerprints of one replica are compared by another.
uint64_t Hash(std::string_view bytes) {
  static constexpr std::array<unsigned char, crypto_shorthash_KEYBYTES> kKey{
      'b', 'a', 'o', 'd', 'a', 'o', '-', 'r', 'e', 'q', 'u', 'e', 's', 't', '-', '1'};
  crypto::Init();
  std::array<unsigned char, crypto_shorthash_BYTES> hash{};
  crypto_shorthash(hash.data(), reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
                   kKey.data());
  uint64_t value = 0;
  for (const unsigned char byte : hash) value = value << 8 | byte;
  return value;
}

std::string Deterministic(const google::protobuf::Message& message) {
  std::string bytes;
  google::protobuf::io::StringOutputStream stream(&bytes);
  google::protobuf::io::CodedOutputStream coded(&stream);
  coded.SetSerializationDeterministic(true);
  message.SerializePartialToCodedStream(&coded);
  coded.Trim();
  return bytes;
}

absl::StatusOr<Mutated> FromReplay(const CommitOutcome::Replay& replay) {
  if (!replay.same_payload) return Refuse(Reason::REQUEST_ID_REUSED);
  return Mutated{replay.answer, true};
}

// The answer to `own`, the request of this mutation, among what stopped the commit.
absl::StatusOr<Mutated> FromReplays(const CommitOutcome& outcome, size_t own) {
  for (const CommitOutcome::Replay& replay : outcome.replays) {
    if (replay.request == own || !replay.same_payload) return FromReplay(replay);
  }
  return absl::InternalError("another request of the commit is known already");
}

// `refusal` stands unless the request was answered before: the first try may have succeeded.
Task<absl::StatusOr<Mutated>> Refused(Store& store, RequestKey request, int shard,
                                      absl::Status refusal) {
  if (!IsRefusal(refusal) || refusal.code() == absl::StatusCode::kUnavailable) co_return refusal;
  CO_ASSIGN_OR_RETURN(const std::optional<CommitOutcome::Replay> replay,
                      co_await store.FindAnswer(shard, std::move(request)));
  if (!replay) co_return refusal;
  co_return FromReplay(*replay);
}

}  // namespace

RequestKey MakeRequestKey(std::string_view caller, std::string_view method,
                          const google::protobuf::Message& request) {
  const google::protobuf::FieldDescriptor* const field =
      request.GetDescriptor()->FindFieldByName("request_id");
  assert(field != nullptr && "mutations have a request_id");
  RequestKey key;
  key.caller = std::string(caller);
  key.request_id = request.GetReflection()->GetString(request, field);
  std::string bytes(method);
  bytes += '\0';
  bytes += Deterministic(request);
  key.fingerprint = Hash(bytes);
  return key;
}

namespace internal {

Task<absl::StatusOr<Mutated>> RunMutation(Store& store, RequestKey request, int caller_shard,
                                          int shard, bool recent, DecideBytes decide) {
  bool marked = caller_shard == shard;
  for (int attempt = 0; attempt < kMaxAttempts;) {
    const Read read = recent ? Read::kRecent : Read::kFresh;
    absl::StatusOr<std::pair<Commit, std::string>> decided = co_await decide(read);
    if (!decided.ok() && std::exchange(recent, false)) continue;
    if (!decided.ok()) co_return co_await Refused(store, request, shard, decided.status());
    Commit& commit = decided->first;
    if (commit.empty()) co_return Mutated{std::move(decided->second), false};
    if (!marked) {
      CO_ASSIGN_OR_RETURN(marked, co_await store.MarkRequest(caller_shard, request));
      if (!marked) co_return Refuse(Reason::REQUEST_ID_REUSED);
    }
    const size_t own = commit.requests().size();
    commit.Answer(request, decided->second);
    CO_ASSIGN_OR_RETURN(const CommitOutcome outcome, co_await store.Apply(std::move(commit)));
    switch (outcome.kind) {
      case CommitOutcome::Kind::kApplied:
        co_return Mutated{std::move(decided->second), false};
      case CommitOutcome::Kind::kReplayed:
        co_return FromReplays(outcome, own);
      case CommitOutcome::Kind::kTooLate:
        co_return Refuse(Reason::CONFLICT_RETRY);
      case CommitOutcome::Kind::kConflict:
        break;
    }
    // What was decided on memory alone cost nothing: read and decide again at once.
    if (std::exchange(recent, false)) continue;
    if (++attempt < kMaxAttempts) co_await store.Backoff(attempt);
  }
  // A copy of this request may be what kept changing the record.
  co_return co_await Refused(store, request, shard, Refuse(Reason::CONFLICT_RETRY));
}

}  // namespace internal

Task<absl::StatusOr<std::string>> MutateRecentBytes(Store& store, RequestKey request,
                                                    int caller_shard, int shard,
                                                    DecideBytes decide) {
  absl::StatusOr<Mutated> mutated = co_await internal::RunMutation(
      store, std::move(request), caller_shard, shard, true, std::move(decide));
  if (!mutated.ok()) co_return std::move(mutated).status();
  co_return std::move(mutated->answer);
}

Task<absl::StatusOr<std::string>> MutateBytes(
    Store& store, RequestKey request, int caller_shard, int shard,
    std::function<Task<absl::StatusOr<std::pair<Commit, std::string>>>()> decide) {
  DecideBytes fresh = [decide = std::move(decide)](Read) { return decide(); };
  absl::StatusOr<Mutated> mutated = co_await internal::RunMutation(
      store, std::move(request), caller_shard, shard, false, std::move(fresh));
  if (!mutated.ok()) co_return std::move(mutated).status();
  co_return std::move(mutated->answer);
}

}  // namespace baodao::store
