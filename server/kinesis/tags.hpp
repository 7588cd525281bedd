#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/result.hpp"
#include "server/kinesis/shapes.hpp"

/// Tags of streams and consumers: their rules and their shapes
/// (https://docs.aws.amazon.com/streams/latest/dev/tagging.html).
namespace rivulet::kinesis {

using Tags = std::vector<std::pair<std::string, std::string>>;

/// Adds tags to those a resource has, which are and stay sorted by key; a key that is there gets the new value.
/// `target` is how messages call the resource: `stream NAME under account ACCOUNT`.
/// Errors: invalid_argument, for characters that tags may not have, the prefix `aws:`, or more tags than a resource may
/// have; nothing is added then.
Result<void> add_tags(Tags& tags, const wire::StringMap& added, std::string_view target);

/// Removes the tags of these keys; keys that are not there are passed over.
/// Errors: invalid_argument, for characters that tags may not have.
Result<void> remove_tags(Tags& tags, const std::vector<std::string>& keys, std::string_view target);

namespace shapes {

inline constexpr Shape tag_key_list = list_shape<std::string>(tag_key).between(1, 50);

struct Tag {
    Required<std::string> key;
    std::optional<std::string> value;
};
inline constexpr std::array tag_members = {member<&Tag::key>("Key", tag_key), member<&Tag::value>("Value", tag_value)};
inline constexpr Shape tag = structure_shape("Tag", tag_members);
inline constexpr Shape tag_list = list_shape<Tag>(tag).between(0, 200);

}  // namespace shapes

}  // namespace rivulet::kinesis
