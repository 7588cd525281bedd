#include "server/kinesis/tags.hpp"

#include <re2/re2.h>

#include <algorithm>
#include <map>

#include "server/kinesis/errors.hpp"

namespace rivulet::kinesis {

namespace {

bool has_only_valid_characters(std::string_view text) {
    static const RE2 valid(R"([\p{L}\p{N}\p{Z}_.:/=+\-%@]*)");
    return RE2::FullMatch(re2::StringPiece(text.data(), text.size()), valid);
}

bool has_percent(std::string_view text) {
    return text.find('%') != std::string_view::npos;
}

/// The service checks twice: `%` passes the first look at the characters, but not the second.
Result<void> check_characters(const std::vector<std::string_view>& texts, std::string_view attempt,
                              std::string_view target) {
    if (!std::ranges::all_of(texts, has_only_valid_characters)) return errors::tag_characters_invalid();
    if (std::ranges::any_of(texts, has_percent)) return errors::tag_characters_illegal(attempt, target);
    return {};
}

bool is_reserved(std::string_view key) {
    return key.starts_with("aws:");
}

}  // namespace

Result<void> add_tags(Tags& tags, const wire::StringMap& added, std::string_view target) {
    std::vector<std::string_view> texts;
    for (const auto& [key, value] : added) texts.insert(texts.end(), {key, value});
    if (auto checked = check_characters(texts, "add tags to", target); !checked) return checked;
    std::map<std::string, std::string> merged(tags.begin(), tags.end());
    for (const auto& [key, value] : added) {
        if (is_reserved(key)) return errors::tag_key_reserved(key);
        merged.insert_or_assign(key, value);
    }
    if (merged.size() > limits::max_tags) return errors::too_many_tags(target);
    tags.assign(merged.begin(), merged.end());
    return {};
}

Result<void> remove_tags(Tags& tags, const std::vector<std::string>& keys, std::string_view target) {
    const std::vector<std::string_view> texts(keys.begin(), keys.end());
    if (auto checked = check_characters(texts, "remove tags from", target); !checked) return checked;
    std::erase_if(tags, [&](const auto& tag) { return std::ranges::find(keys, tag.first) != keys.end(); });
    return {};
}

}  // namespace rivulet::kinesis
