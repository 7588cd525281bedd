#pragma once

#include <array>

#include "server/wire/shape.hpp"

/// A structure with a member of each kind, for the tests of what reads and writes structures.
namespace rivulet::wire {

struct Inner {
    std::optional<Blob> data;
};
inline constexpr std::array inner_members = {member<&Inner::data>("d", blob_shape)};
inline constexpr Shape inner_shape = structure_shape("Inner", inner_members);
inline constexpr Shape inner_list = list_shape<Inner>(inner_shape);
inline constexpr Shape text_map = map_shape(string_shape, string_shape);

struct Outer {
    std::optional<std::string> name;
    std::optional<std::int32_t> small;
    std::optional<std::int64_t> large;
    std::optional<bool> flag;
    std::optional<Timestamp> time;
    std::optional<Blob> blob;
    std::optional<std::vector<Inner>> items;
    std::optional<StringMap> tags;
};
inline constexpr std::array outer_members = {
    member<&Outer::name>("n", string_shape),    member<&Outer::small>("s", integer_shape),
    member<&Outer::large>("l", long_shape),     member<&Outer::flag>("f", boolean_shape),
    member<&Outer::time>("t", timestamp_shape), member<&Outer::blob>("b", blob_shape),
    member<&Outer::items>("i", inner_list),     member<&Outer::tags>("m", text_map),
};
inline constexpr Shape outer_shape = structure_shape("Outer", outer_members);

}  // namespace rivulet::wire
