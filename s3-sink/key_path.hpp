#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rivulet {

/// The names on the way from a bucket's folder to an object's file: directories, and the file last.
using KeyPath = std::vector<std::string>;

/// The bytes a file name may have (NAME_MAX of Linux's file systems).
inline constexpr std::size_t max_name_bytes = 255;

/// Ends the name of a file whose plain name a directory has taken: `a` is stored as `a%f` beside `a/b`.
inline constexpr std::string_view file_mark = "%f";

/// Where the object `key`, which is not empty, is stored. Each part of the key between slashes is a name as it is,
/// except that
/// - `%` is written `%25`, and NUL `%00`;
/// - an empty part is `%_`, and the parts `.` and `..` are `%2E` and `%2E%2E`;
/// - a part longer than a name may be is cut into pieces, each but the last a directory whose name ends with `%+`.
///
/// No name of the result is `.` or `..`, has a slash or a NUL, or is longer than `max_name_bytes`; so the file is
/// inside the folder whatever the key. Different keys have different paths.
KeyPath path_of_key(std::string_view key);

/// The same, with the file's name marked (`a%f`): where the object is if the plain name is a directory's.
KeyPath marked_path_of_key(std::string_view key);

/// The key stored at `path`, or nothing if neither of the functions above gives this path for any key: such files,
/// which only a person can have put there, are no objects.
std::optional<std::string> key_of_path(std::span<const std::string> path);

/// The beginning that the keys of all objects below a directory have in common, or nothing if no key's path leads
/// through it.
std::optional<std::string> key_prefix_of_directory(std::span<const std::string> path);

}  // namespace rivulet
