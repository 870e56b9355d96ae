// The reads of single records of Repository. Included by repository.h only.
#pragma once

#include "common/record/repository.h"

namespace baodao::record {

template <class T>
Task<absl::StatusOr<Versioned<RecordOf<T>>>> Repository::Find(const T& type, std::string id) {
  (void)type;
  using Record = RecordOf<T>;
  if (!ids::IsValid(id, Named<Record>().prefix())) co_return Versioned<Record>{};
  CO_ASSIGN_OR_RETURN(const store::Stored stored, co_await store_.Get(KeyOf<Record>(id)));
  co_return Parse<Record>(stored);
}

template <class T>
Task<absl::StatusOr<Versioned<RecordOf<T>>>> Repository::Load(const T& type, std::string id) {
  using Record = RecordOf<T>;
  CO_ASSIGN_OR_RETURN(Versioned<Record> found, co_await Find(type, id));
  if (found.exists()) co_return found;
  const std::string& name = Named<Record>().name();
  if (type.over == nullptr || !ids::IsValid(id, Named<Record>().prefix())) {
    co_return NotFound(name, std::move(id));
  }
  CO_ASSIGN_OR_RETURN(const store::Stored retired,
                      co_await retirement_.Find(name, std::move(id), clock_.Now()));
  CO_ASSIGN_OR_RETURN(found, Parse<Record>(retired));
  found.retired = true;
  co_return found;
}

template <class T>
Task<absl::StatusOr<Versioned<RecordOf<T>>>> Repository::Load(rpc::CallContext context,
                                                              const T& type, std::string id) {
  if (const auto kept = context.Take(KeyOf<RecordOf<T>>(id))) {
    co_return *std::static_pointer_cast<const Versioned<RecordOf<T>>>(kept);
  }
  co_return co_await Load(type, std::move(id));
}

template <class Record>
Task<absl::StatusOr<std::vector<Versioned<Record>>>> Repository::LoadEach(
    std::vector<std::string> keys) {
  std::vector<Versioned<Record>> records;
  if (keys.empty()) co_return records;
  CO_ASSIGN_OR_RETURN(const std::vector<store::Stored> all,
                      co_await store_.GetMany(std::move(keys)));
  for (const store::Stored& stored : all) {
    CO_ASSIGN_OR_RETURN(records.emplace_back(), Parse<Record>(stored));
  }
  co_return records;
}

template <class T>
Task<absl::StatusOr<std::vector<Versioned<RecordOf<T>>>>> Repository::LoadMany(
    const T& type, std::vector<std::string> ids) {
  (void)type;
  using Record = RecordOf<T>;
  std::erase_if(ids, [](const auto& id) { return !ids::IsValid(id, Named<Record>().prefix()); });
  for (std::string& id : ids) id = KeyOf<Record>(id);
  CO_ASSIGN_OR_RETURN(std::vector<Versioned<Record>> records,
                      co_await LoadEach<Record>(std::move(ids)));
  std::erase_if(records, [](const auto& record) { return !record.exists(); });
  co_return records;
}

template <class T>
absl::StatusOr<ViewOf<T>> Repository::Show(const rpc::CallContext& context, const T& type,
                                           RecordOf<T> record) const {
  const auto& hooks = *static_cast<const Hooks<T>*>(KeptOf(Named<RecordOf<T>>()).hooks.get());
  if (hooks.show) return hooks.show(context, std::move(record));
  return std::move(*(record.*type.mutable_view)());
}

template <class T>
absl::StatusOr<ViewOf<T>> Repository::Show(const rpc::CallContext& context, const T& type,
                                           Versioned<RecordOf<T>> found) const {
  type.SetEtag(found.version, &found.record);
  return Show(context, type, std::move(found.record));
}

template <class T>
Task<absl::StatusOr<ViewOf<T>>> Repository::Get(rpc::CallContext context, const T& type,
                                                std::string id) {
  CO_ASSIGN_OR_RETURN(Versioned<RecordOf<T>> found, co_await Load(context, type, std::move(id)));
  co_return Show(context, type, std::move(found));
}

}  // namespace baodao::record
