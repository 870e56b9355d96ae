#include <absl/status/status.h>
#include <absl/strings/ascii.h>
#include <absl/strings/escaping.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sodium.h>
#include <toml++/toml.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <tuple>
#include <utility>

#include "common/status/macros.h"
#include "common/validate/text.h"
#include "common/vocabulary/vocabulary.h"

namespace baodao::vocabulary {
namespace {

// So that the whole of it is one small answer.
constexpr size_t kMaxTags = 1'000;
constexpr size_t kLongestName = 40;  // characters
constexpr std::string_view kKeys[] = {"zh", "en", "parent", "retired", "needs_verification"};

std::string VersionOf(std::string_view text) {
  std::string hash(crypto_hash_sha256_BYTES, '\0');
  crypto_hash_sha256(reinterpret_cast<unsigned char*>(hash.data()),
                     reinterpret_cast<const unsigned char*>(text.data()), text.size());
  return absl::BytesToHexString(hash.substr(0, 8));
}

// [skill] → TAG_KIND_SKILL; unspecified for what is no kind.
TagKind KindOf(std::string_view section) {
  TagKind kind = v1::TAG_KIND_UNSPECIFIED;
  std::string name = "TAG_KIND_" + std::string(section);
  absl::AsciiStrToUpper(&name);
  return v1::TagKind_Parse(name, &kind) ? kind : v1::TAG_KIND_UNSPECIFIED;
}

bool HasLatinLetters(std::string_view text) {
  return std::ranges::any_of(text, [](char c) { return absl::ascii_isalpha(c); });
}

bool FitsName(const std::string& name) {
  return !name.empty() && validate::CountCodePoints(name) <= kLongestName &&
         validate::FitsFormat(validate::v1::FORMAT_LINE, name) && name.front() != ' ' &&
         name.back() != ' ';
}

}  // namespace

// Puts what a parsed file says into a vocabulary.
class Reader {
 public:
  explicit Reader(const std::string& path) : path_(path) {}

  absl::StatusOr<Vocabulary> Read(const toml::table& file) {
    for (const auto& [section, node] : file) RETURN_IF_ERROR(ReadSection(section, node));
    // The tables of a parsed file are sorted by name.
    std::ranges::sort(entries_, {}, &Entry::at);
    for (Entry& entry : entries_) {
      all_.places_.at(static_cast<size_t>(entry.tag.kind))
          .emplace(entry.tag.tag, all_.tags_.size());
      all_.tags_.push_back(std::move(entry.tag));
    }
    if (all_.tags_.size() > kMaxTags) {
      return absl::InvalidArgumentError(fmt::format("{}: more than {} tags", path_, kMaxTags));
    }
    for (size_t i = 0; i < entries_.size(); ++i) RETURN_IF_ERROR(CheckPlace(i));
    return std::move(all_);
  }

 private:
  struct Entry {
    std::pair<toml::source_index, toml::source_index> at;  // line and column
    std::string where;                                     // "skill.first_aid"
    Tag tag;
  };

  absl::Status Wrong(toml::source_index line, std::string_view where, std::string_view what) const {
    return absl::InvalidArgumentError(fmt::format("{}:{}: {}: {}", path_, line, where, what));
  }

  absl::Status ReadSection(const toml::key& section, const toml::node& node) {
    const toml::source_index line = section.source().begin.line;
    const toml::table* const tags = node.as_table();
    const TagKind kind = KindOf(section.str());
    if (tags == nullptr || kind == v1::TAG_KIND_UNSPECIFIED) {
      return Wrong(line, section.str(),
                   "not a kind of tags; these are skill, work, resource, person, unit, credential, "
                   "language and announcement");
    }
    for (const auto& [tag, entry] : *tags) {
      RETURN_IF_ERROR(
          ReadTag(kind, std::string(section.str()) + "." + std::string(tag.str()), tag, entry));
    }
    return absl::OkStatus();
  }

  absl::Status ReadTag(TagKind kind, const std::string& where, const toml::key& key,
                       const toml::node& node) {
    const toml::source_position at = key.source().begin;
    Tag tag{kind, std::string(key.str()), {}, "", false, false};
    if (!validate::FitsFormat(validate::v1::FORMAT_TAG, tag.tag) || tag.tag.empty()) {
      return Wrong(at.line, where, "a tag is a-z, 0-9 and _, at most 48 characters");
    }
    const toml::table* const facts = node.as_table();
    if (facts == nullptr) return Wrong(at.line, where, "expected {zh = \"…\", en = \"…\"}");
    for (const auto& [fact, value] : *facts) {
      if (std::ranges::find(kKeys, fact.str()) == std::end(kKeys)) {
        return Wrong(
            fact.source().begin.line, where,
            fmt::format("{} is not a key; these are {}", fact.str(), fmt::join(kKeys, ", ")));
      }
      const bool flag = fact.str() == "retired" || fact.str() == "needs_verification";
      if (flag ? !value.is_boolean() : !value.is_string()) {
        return Wrong(fact.source().begin.line, where,
                     fmt::format("{}: expected {}", fact.str(),
                                 flag ? "true or false" : "a string in quotes"));
      }
    }
    tag.name = {(*facts)["zh"].value_or(std::string()), (*facts)["en"].value_or(std::string())};
    tag.parent = (*facts)["parent"].value_or(std::string());
    tag.retired = (*facts)["retired"].value_or(false);
    tag.needs_verification = (*facts)["needs_verification"].value_or(false);
    RETURN_IF_ERROR(CheckAlone(tag, where, at.line));
    entries_.push_back({{at.line, at.column}, where, std::move(tag)});
    return absl::OkStatus();
  }

  absl::Status CheckAlone(const Tag& tag, const std::string& where, toml::source_index line) {
    const auto& [zh, en] = tag.name;
    for (const auto& [key, name] : {std::pair("zh", &zh), std::pair("en", &en)}) {
      if (name->empty()) return Wrong(line, where, fmt::format("{} is missing", key));
      if (!FitsName(*name)) {
        return Wrong(line, where,
                     fmt::format("{}: expected one line of at most {} characters, without blanks "
                                 "at its ends",
                                 key, kLongestName));
      }
      // People who choose by name could not tell them apart.
      if (!names_.emplace(tag.kind, key, *name).second) {
        return Wrong(line, where, fmt::format("another tag is called {}, too", *name));
      }
    }
    if (HasLatinLetters(zh)) return Wrong(line, where, "zh: expected no Latin letters");
    if (tag.needs_verification && tag.kind != v1::TAG_KIND_PERSON) {
      return Wrong(line, where, "needs_verification is for categories of people only");
    }
    return absl::OkStatus();
  }

  // That its parents are there, and end.
  absl::Status CheckPlace(size_t index) const {
    const Entry& entry = entries_[index];
    const Tag& tag = all_.tags_[index];
    std::set<std::string_view> passed = {tag.tag};
    for (const Tag* at = &tag; !at->parent.empty();) {
      const Tag* const parent = all_.Find(tag.kind, at->parent);
      if (parent == nullptr) {
        return Wrong(entry.at.first, entry.where,
                     fmt::format("parent: there is no {} of this kind", at->parent));
      }
      if (!passed.insert(parent->tag).second) {
        return Wrong(entry.at.first, entry.where, "parent: it would be above itself");
      }
      at = parent;
    }
    return absl::OkStatus();
  }

  const std::string& path_;
  std::vector<Entry> entries_;
  std::set<std::tuple<TagKind, std::string_view, std::string>> names_;
  Vocabulary all_;
};

absl::StatusOr<Vocabulary> Vocabulary::Parse(std::string_view text, const std::string& path) {
  toml::table file;
  try {
    file = toml::parse(text, path);
  } catch (const toml::parse_error& error) {
    return absl::InvalidArgumentError(
        fmt::format("{}:{}: {}", path, error.source().begin.line, error.description()));
  }
  ASSIGN_OR_RETURN(Vocabulary all, Reader(path).Read(file));
  all.version_ = VersionOf(text);
  return all;
}

}  // namespace baodao::vocabulary
