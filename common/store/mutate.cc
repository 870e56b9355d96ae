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

// One mutation on its way.
struct Mutation {
  Store& store;
  RequestKey request;
  int caller_shard;
  int shard;
  bool marked = false;  // by this call, in the caller's shard
  bool met = false;     // by a copy of it, which takes the mark back when it is refused

  bool crosses_shards() const { return caller_shard != shard; }
};

// Whether it is certain that nothing was written.
bool IsRefused(const absl::Status& status) {
  return IsRefusal(status) && status.code() != absl::StatusCode::kUnavailable;
}

// `refusal` stands unless the request was answered before: the first try may have succeeded. Nor is
// it the answer where the request_id belongs to something else.
Task<absl::StatusOr<Mutated>> Refused(Mutation& mutation, absl::Status refusal) {
  if (!IsRefused(refusal)) co_return refusal;
  CO_ASSIGN_OR_RETURN(std::optional<CommitOutcome::Replay> replay,
                      co_await mutation.store.FindAnswer(mutation.shard, mutation.request));
  if (replay) co_return FromReplay(*replay);
  if (!mutation.crosses_shards()) co_return refusal;
  CO_ASSIGN_OR_RETURN(replay,
                      co_await mutation.store.FindAnswer(mutation.caller_shard, mutation.request));
  if (replay && !replay->same_payload) co_return Refuse(Reason::REQUEST_ID_REUSED);
  co_return refusal;
}

// Before the first commit, and only once it is decided that there is one.
Task<absl::Status> Mark(Mutation& mutation) {
  if (!mutation.crosses_shards() || mutation.marked) co_return absl::OkStatus();
  CO_ASSIGN_OR_RETURN(const Marking marking,
                      co_await mutation.store.MarkRequest(mutation.caller_shard, mutation.request));
  mutation.marked = marking == Marking::kNew;
  mutation.met = marking == Marking::kKnown;
  co_return marking == Marking::kReused ? Refuse(Reason::REQUEST_ID_REUSED) : absl::OkStatus();
}

Task<absl::StatusOr<Mutated>> Decide(Mutation& mutation, bool recent, const DecideBytes& decide) {
  for (int attempt = 0; attempt < kMaxAttempts;) {
    const Read read = recent ? Read::kRecent : Read::kFresh;
    absl::StatusOr<std::pair<Commit, std::string>> decided = co_await decide(read);
    // A decision on remembered records neither refuses nor answers: no version would be compared.
    const bool unproven = !decided.ok() || decided->first.empty();
    if (unproven && std::exchange(recent, false)) continue;
    if (!decided.ok()) co_return co_await Refused(mutation, decided.status());
    CO_RETURN_IF_ERROR(co_await Mark(mutation));
    Commit& commit = decided->first;
    const size_t own = commit.requests().size();
    commit.Answer(mutation.request, decided->second);
    CO_ASSIGN_OR_RETURN(const CommitOutcome outcome,
                        co_await mutation.store.Apply(std::move(commit)));
    switch (outcome.kind) {
      case CommitOutcome::Kind::kApplied:
        if (mutation.met) {
          (co_await mutation.store.MarkRequest(mutation.caller_shard, mutation.request))
              .status()
              .IgnoreError();  // what was written is answered in any case
        }
        co_return Mutated{std::move(decided->second), false};
      case CommitOutcome::Kind::kReplayed:
        co_return FromReplays(outcome, own);
      case CommitOutcome::Kind::kTooLate:
        co_return Refuse(Reason::CONFLICT_RETRY);
      case CommitOutcome::Kind::kConflict:
        break;
    }
    // A decision on memory alone cost nothing: read and decide again at once.
    if (std::exchange(recent, false)) continue;
    if (++attempt < kMaxAttempts) co_await mutation.store.Backoff(attempt);
  }
  // A copy of this request may be what kept changing the record.
  co_return co_await Refused(mutation, Refuse(Reason::CONFLICT_RETRY));
}

Task<absl::Status> UpdateFrom(Store& store, Read read,
                              std::function<Task<absl::StatusOr<Commit>>(Read)> decide) {
  for (int attempt = 0; attempt < kMaxAttempts;) {
    absl::StatusOr<Commit> commit = co_await decide(read);
    const bool remembered = std::exchange(read, Read::kFresh) == Read::kRecent;
    // A decision on remembered records neither refuses nor ends it: no version would be compared.
    const bool unproven = !commit.ok() || commit->empty();
    if (unproven && remembered) continue;
    if (unproven) co_return commit.status();
    CO_ASSIGN_OR_RETURN(const CommitOutcome outcome, co_await store.Apply(*std::move(commit)));
    if (outcome.kind == CommitOutcome::Kind::kApplied) co_return absl::OkStatus();
    if (outcome.kind == CommitOutcome::Kind::kTooLate) break;
    if (remembered) continue;
    if (++attempt < kMaxAttempts) co_await store.Backoff(attempt);
  }
  co_return Refuse(Reason::CONFLICT_RETRY);
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

Task<absl::Status> Update(Store& store, std::function<Task<absl::StatusOr<Commit>>()> decide) {
  return UpdateFrom(store, Read::kFresh, [decide = std::move(decide)](Read) { return decide(); });
}

Task<absl::Status> UpdateRecent(Store& store,
                                std::function<Task<absl::StatusOr<Commit>>(Read)> decide) {
  return UpdateFrom(store, Read::kRecent, std::move(decide));
}

namespace internal {

Task<absl::StatusOr<Mutated>> RunMutation(Store& store, RequestKey request, int caller_shard,
                                          int shard, bool recent, DecideBytes decide) {
  Mutation mutation{store, std::move(request), caller_shard, shard};
  absl::StatusOr<Mutated> mutated = co_await Decide(mutation, recent, decide);
  if (!mutation.marked || !IsRefused(mutated.status())) co_return mutated;
  CO_ASSIGN_OR_RETURN(
      std::optional<std::string> answer,
      co_await UnmarkRefused(store, caller_shard, shard, std::move(mutation.request)));
  if (answer) co_return Mutated{*std::move(answer), true};
  co_return mutated;
}

}  // namespace internal

// The copy marks once more when it has been answered, so one of the two sees the other.
Task<absl::StatusOr<std::optional<std::string>>> UnmarkRefused(Store& store, int caller_shard,
                                                               int shard, RequestKey request) {
  (co_await store.Unmark(caller_shard, request)).IgnoreError();
  CO_ASSIGN_OR_RETURN(std::optional<CommitOutcome::Replay> replay,
                      co_await store.FindAnswer(shard, request));
  if (!replay || !replay->same_payload) co_return std::nullopt;
  CO_RETURN_IF_ERROR((co_await store.MarkRequest(caller_shard, std::move(request))).status());
  co_return std::optional<std::string>(std::move(replay->answer));
}

}  // namespace baodao::store
