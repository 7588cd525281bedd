#pragma once

#include <string_view>

/// The bootstraps of the interpreted runtimes: the files of the folder `runtimes`, put into the binary by the build.
namespace rivulet::runtimes {

extern const std::string_view bootstrap_py;
extern const std::string_view bootstrap_mjs;

}  // namespace rivulet::runtimes
