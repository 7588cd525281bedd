#include "server/kinesis/encryption_key.hpp"

#include <re2/re2.h>

#include "common/arn.hpp"
#include "server/kinesis/errors.hpp"

namespace rivulet::kinesis {

namespace {

constexpr std::string_view key_kind = "key/";
constexpr std::string_view alias_kind = "alias/";

bool matches(std::string_view text, const RE2& pattern) {
    return RE2::FullMatch(re2::StringPiece(text.data(), text.size()), pattern);
}

/// A key's id, also a multi-Region key's (https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html).
bool is_key_id(std::string_view text) {
    static const RE2 pattern(
        "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}|mrk-[0-9a-f]{32}");
    return matches(text, pattern);
}

bool is_alias(std::string_view text) {
    static const RE2 pattern("alias/[a-zA-Z0-9/_-]{1,250}");
    return matches(text, pattern);
}

/// The id of a key, or the name of an alias with its `alias/`, without an ARN around it.
std::string bare_name(std::string_view key_id) {
    const auto arn = parse_arn(key_id);
    std::string name = arn ? arn->resource : std::string(key_id);
    return name.starts_with(key_kind) ? name.substr(key_kind.size()) : name;
}

}  // namespace

Result<void> check_key_id(const AccountRegion& owner, std::string_view key_id) {
    const auto arn = parse_arn(key_id);
    if (!arn) return is_key_id(key_id) || is_alias(key_id) ? Result<void>() : errors::key_id_invalid(key_id);
    const std::string_view resource = arn->resource;
    const bool named =
        is_alias(resource) || (resource.starts_with(key_kind) && is_key_id(resource.substr(key_kind.size())));
    if (arn->service != "kms" || !is_account(arn->account) || !named) return errors::key_id_invalid(key_id);
    if (arn->partition != partition_of(owner.region)) return errors::key_arn_invalid(arn->partition);
    if (arn->region != owner.region) return errors::key_arn_invalid(arn->region);
    return {};
}

bool may_be_same_key(std::string_view one, std::string_view other) {
    const std::string first = bare_name(one);
    const std::string second = bare_name(other);
    return first.starts_with(alias_kind) != second.starts_with(alias_kind) || first == second;
}

}  // namespace rivulet::kinesis
