// The lists of Repository. Included by repository.h only.
#pragma once

#include "common/log/log.h"
#include "common/paging/asked_page.h"
#include "common/record/repository.h"
#include "common/validate/tags.h"

namespace baodao::record {

template <class T>
PageQuery Repository::InArea(const T& type, const std::string& area_code,
                             const google::protobuf::RepeatedField<int>& states) const {
  const IndexKeys keys(store_.keys(), Named<RecordOf<T>>().name());
  const Tree tree = tree_();
  PageQuery query;
  query.area = area_code;
  query.states = std::set<int>(states.begin(), states.end());
  // For several states the list of all is read: a record that goes from one to the other is not
  // missed, and lists are not multiplied.
  std::string state;
  if (query.states.size() == 1) state = StateName(*type.States(), *query.states.begin());
  const std::vector<std::string> codes = tree->IndexedUnder(area_code);
  query.exact = query.states.size() <= 1 && codes.size() == 1;
  for (const std::string& code : codes) {
    const bool in_one = type.shards == Shards::kByArea && tree->SubdistrictOf(code) != nullptr;
    for (const int shard : ShardsOf(in_one, tree->ShardOf(code, store_.keys()))) {
      query.lists.push_back(keys.InArea(shard, code, state));
    }
  }
  return query;
}

template <class T>
PageQuery Repository::Of(const T& type, const std::string& owner_id,
                         const google::protobuf::RepeatedField<int>& states) const {
  const IndexKeys keys(store_.keys(), Named<RecordOf<T>>().name());
  const bool in_one = type.shards == Shards::kByOwner;
  PageQuery query;
  query.states = std::set<int>(states.begin(), states.end());
  query.exact = states.empty();
  for (const int shard : ShardsOf(in_one, store_.keys().ShardOfId(owner_id))) {
    query.lists.push_back(keys.Of(shard, owner_id));
  }
  return query;
}

template <class T, class Request>
Task<absl::StatusOr<PageQuery>> Repository::AskedFor(const T& type, const Request& request) {
  CO_RETURN_IF_ERROR(co_await CheckKnown(request.area_code()));
  PageQuery query;
  if constexpr (requires { request.states(); }) {
    query = InArea(type, request.area_code(), request.states());
  } else {
    query = InArea(type, request.area_code());
  }
  if constexpr (requires { type.ViewOf({}).category(); }) {
    query.tags = validate::TagsAskedFor(request, "category");
  }
  co_return query;
}

template <class Response, class T, class Request>
Task<absl::StatusOr<Response>> Repository::List(
    rpc::CallContext context, const T& type, const Request& request, PageQuery query,
    std::function<absl::Status(Response*, Versioned<RecordOf<T>>&&)> show,
    std::function<bool(const RecordOf<T>&)> fits, int standard_size) {
  // The bounds of the request hold the largest page.
  CO_ASSIGN_OR_RETURN(const paging::AskedPage asked,
                      paging::PageAskedFor(ring_, context, request, clock_.Now(), standard_size,
                                           std::numeric_limits<int>::max()));
  query.after = asked.after;
  query.size = asked.size;
  Response response;
  CO_ASSIGN_OR_RETURN(Page<RecordOf<T>> page, co_await ReadPage(type, query, std::move(fits)));
  const auto lists = static_cast<int64_t>(query.lists.size());
  int64_t looked_at = lists + page.read;
  if constexpr (requires { response.set_total_size(0); }) {
    if (query.after.empty() && query.exact && query.tags.empty()) {
      auto size = static_cast<int64_t>(page.records.size());
      // A page that is the whole list has counted it.
      if (!page.next.empty()) {
        looked_at += lists;
        CO_ASSIGN_OR_RETURN(size, co_await SizeOf(std::move(query.lists), query.least));
      }
      response.set_total_size(static_cast<int>(size));
    }
  }
  context.Charge(paging::CallsOwed(looked_at, static_cast<int64_t>(page.records.size())));
  for (Versioned<RecordOf<T>>& record : page.records) {
    CO_RETURN_IF_ERROR(show(&response, std::move(record)));
  }
  if (!page.next.empty()) {
    response.set_next_page_token(asked.TokenFor(page.next));
  }
  co_return response;
}

template <class T, class Request, class Response>
Task<absl::StatusOr<Response>> Repository::List(rpc::CallContext context, const T& type,
                                                const Request& request, PageQuery query,
                                                ViewOf<T>* (Response::*add)(),
                                                std::function<bool(const RecordOf<T>&)> fits) {
  const auto show = [&](Response* response, Versioned<RecordOf<T>>&& found) -> absl::Status {
    ASSIGN_OR_RETURN(*(response->*add)(), Show(context, type, std::move(found)));
    return absl::OkStatus();
  };
  co_return co_await List<Response>(context, type, request, std::move(query), show,
                                    std::move(fits));
}

template <class T>
Task<absl::StatusOr<Page<RecordOf<T>>>> Repository::ReadPage(
    const T& type, PageQuery query, std::function<bool(const RecordOf<T>&)> fits) {
  using Record = RecordOf<T>;
  const auto size = static_cast<size_t>(query.size);
  const std::set<int> states = query.states;
  const std::string area = query.area;
  const Tree tree = tree_();
  const auto wanted = [&](const Versioned<Record>& record) {
    if (!record.exists() || (fits && !fits(record.record))) return false;
    // One may have moved on since its list was read.
    if (!states.empty() && !states.contains(type.StateOf(record.record))) return false;
    return area.empty() || !IsElsewhere(*tree, area, type.PlacesOf(record.record));
  };
  // Where some are dropped, many are looked at in one round.
  bool sparse = false;
  const bool exact = query.exact && query.tags.empty();
  const size_t at_once = exact ? size + 1 : std::max(size + 1, Walk::kSparseChunk);
  CO_ASSIGN_OR_RETURN(Walk walk, Walk::Begin(store_, std::move(query), at_once));
  Page<Record> page;
  std::optional<Position> last;  // looked at
  for (int64_t loaded = 0;;) {
    // One more than is shown tells whether there is a next page.
    const size_t missing = size + 1 - page.records.size();
    const size_t count = sparse ? std::max(missing, Walk::kSparseChunk) : missing;
    CO_ASSIGN_OR_RETURN(const std::vector<Position> found, co_await walk.Next(count));
    std::vector<std::string> keys;
    keys.reserve(found.size());
    for (const Position& position : found) keys.push_back(KeyOf<Record>(position.id));
    CO_ASSIGN_OR_RETURN(const std::vector<store::Stored> stored,
                        co_await store_.GetMany(std::move(keys)));
    loaded += static_cast<int64_t>(found.size());
    page.read = walk.looked_at();
    page.records.reserve(std::min(size, page.records.size() + found.size()));
    for (size_t i = 0; i < found.size(); ++i) {
      if (page.records.size() == size) {
        page.read -= static_cast<int64_t>(found.size() - i);  // for the next page
        page.next = last->Encode();
        co_return page;
      }
      last = found[i];
      // In its place at once, so that it is moved only into the answer.
      Versioned<Record>& record = page.records.emplace_back();
      const absl::Status parsed = Parse(stored[i], &record);
      // It hides itself, not the lists it stands in.
      if (!parsed.ok()) {
        log::Error("record.unreadable", {{"id", last->id}, {"status", parsed}});
        page.records.pop_back();
      } else if (!wanted(record)) {
        page.records.pop_back();
        sparse = true;
      }
    }
    if (walk.ended()) co_return page;
    if (found.size() < count || loaded >= kMaxLoaded) {
      page.next = walk.position()->Encode();
      co_return page;
    }
  }
}

}  // namespace baodao::record
